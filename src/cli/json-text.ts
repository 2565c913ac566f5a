/** JSON with faults that say where: the engine's own message quotes half the file instead. */

export type ParsedJson =
  | { readonly ok: true; readonly value: unknown }
  | {
      readonly ok: false;
      /** Both from 1, as editors count. */
      readonly line: number;
      readonly column: number;
      readonly what: string;
    };

export function parseJson(text: string): ParsedJson {
  try {
    return { ok: true, value: JSON.parse(text) as unknown };
  } catch {
    const end = wrongEnd(text);
    const isCutOff = end === undefined;
    const before = text.slice(0, isCutOff ? text.length : end - 1).split('\n');
    return {
      ok: false,
      line: before.length,
      column: (before.at(-1)?.length ?? 0) + 1,
      what: isCutOff ? 'it ends too early' : `unexpected ${JSON.stringify(text[end - 1])}`,
    };
  }
}

/**
 * How long the shortest beginning of the text is that nothing could complete; undefined when the whole could be.
 * What is wrong stays wrong however much follows, so it can be looked for by halves.
 */
function wrongEnd(text: string): number | undefined {
  const begun = text.search(/[^ \t\r\n]/);
  // A file of another kind is wrong from the first character of each of its lines: no need to look for it.
  if (begun >= 0 && !/[{["\d\-tfn]/.test(text[begun] as string)) return begun + 1;
  if (couldGoOn(text)) return undefined;
  let good = 0;
  let wrong = text.length;
  while (wrong - good > 1) {
    const middle = Math.floor((good + wrong) / 2);
    if (couldGoOn(text.slice(0, middle))) good = middle;
    else wrong = middle;
  }
  return wrong;
}

function couldGoOn(start: string): boolean {
  try {
    JSON.parse(start);
    return true;
  } catch (error) {
    const { message } = error as Error;
    const position = /at position (\d+)/.exec(message)?.[1];
    return (
      /end of JSON|Unterminated string/.test(message) ||
      (position !== undefined && Number(position) >= start.length)
    );
  }
}
