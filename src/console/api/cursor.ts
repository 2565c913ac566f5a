/**
 * Cursors: where a list goes on. Opaque to whoever carries them, they hold the list's name and the key of the last row
 * that was told, so rows that are added meanwhile neither hide nor repeat any.
 */
import { z } from 'zod';

const CURSOR_MAX = 500;

/** @param list a cursor of another one is refused */
export const cursorField = <Key>(list: string, key: z.ZodType<Key>) =>
  z
    .string()
    .transform((text, context): Key => {
      const found = text.length > CURSOR_MAX ? undefined : key.safeParse(keyIn(list, text));
      if (found?.success) return found.data;
      context.addIssue(`expected "next" of a page of ${list}`);
      return z.NEVER;
    })
    .optional()
    .describe('"next" of the page before.');

/** Both kinds of keys: what is newest has the highest number, and ids come in the order of their letters. */
export const belowNumber = z.int().min(1);
export const behindId = z.string().min(1).max(64);

export const cursorOf = (list: string, key: unknown): string =>
  Buffer.from(JSON.stringify([list, key])).toString('base64url');

/** Undefined where it is no cursor of this list. */
function keyIn(list: string, text: string): unknown {
  try {
    const [name, key] = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as unknown[];
    return name === list ? key : undefined;
  } catch {
    return undefined;
  }
}

/**
 * A page out of one row more than it holds.
 * @param found up to `limit + 1` rows
 */
export function pageFrom<Row, Told>(
  found: readonly Row[],
  limit: number,
  {
    list,
    keyOf,
    toJson,
  }: {
    readonly list: string;
    readonly keyOf: (row: Row) => unknown;
    readonly toJson: (row: Row) => Told;
  },
): { items: Told[]; next: string | null } {
  const shown = found.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(toJson),
    next: found.length > shown.length && last !== undefined ? cursorOf(list, keyOf(last)) : null,
  };
}
