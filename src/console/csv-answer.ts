/** Answers as CSV, written while they are read: a list of any length takes no more memory than a page of it. */
import { csvLine, csvRow } from '../json/csv.ts';
import type { PageContext } from './site.ts';

/** @param pages the items, as many at a time as are read at a time. @param file its name, without a quote in it */
export function answerCsv<Told extends object>(
  context: PageContext,
  file: string,
  fields: readonly (keyof Told & string)[],
  pages: AsyncIterable<readonly Told[]>,
): Response {
  return answerLines(context, file, textsOf(fields, pages));
}

/** The same of lines that are made already. Read as they are sent, and no further when nobody reads any more. */
export function answerLines(context: PageContext, file: string, lines: AsyncGenerator<string>): Response {
  context.header('Content-Disposition', `attachment; filename="${file}"`);
  context.header('Content-Type', 'text/csv; charset=utf-8');
  return context.body(streamOf(lines));
}

async function* textsOf<Told extends object>(
  fields: readonly (keyof Told & string)[],
  pages: AsyncIterable<readonly Told[]>,
): AsyncGenerator<string> {
  yield csvLine(fields);
  for await (const page of pages) yield page.map((one) => csvRow(one, fields)).join('');
}

function streamOf(texts: AsyncGenerator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    pull: async (controller) => {
      const { done, value } = await texts.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    cancel: async () => void (await texts.return(undefined)),
  });
}
