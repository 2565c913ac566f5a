/** Errors for whoever asked: a page for a browser, JSON for a program. */
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { answerError } from './errors.ts';
import { renderFault } from './render.tsx';
import type { Page, PageContext } from './site.ts';

/** Nobody looks at these in a browser, whatever it says that it takes. */
const FOR_PROGRAMS = /^\/(v1|live|assets|livez|readyz|metrics)(\/|$)/;

const TITLES: Partial<Readonly<Record<number, string>>> = {
  401: 'Not signed in',
  403: 'Not allowed',

  404: 'Not found',
  405: 'Not possible here',
  500: 'This went wrong',
  503: 'Not available right now',
};

export const wantsPage = (context: PageContext): boolean =>
  !FOR_PROGRAMS.test(context.req.path) && (context.req.header('Accept') ?? '').includes('text/html');

/** @param error a sentence, with or without its full stop */
export function answerFault(
  context: PageContext,
  status: ContentfulStatusCode,
  error: string,
): Response | Promise<Response> {
  if (!wantsPage(context)) return answerError(context, status, error);
  const title = TITLES[status] ?? 'This could not be done';
  return renderFault(context, status as NonNullable<Page['status']>, title, asSentence(error));
}

const asSentence = (text: string): string => {
  const begun = text.slice(0, 1).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
};
