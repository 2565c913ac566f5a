/** What differs between two states that were written down, place by place. */

export interface Difference {
  /** `plans.agency.rolloverCap`; empty where the whole differs. */
  readonly where: string;
  /** Undefined where there was nothing. */
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** In the order of their places; what is equal on both sides is left out. */
export function differencesOf(before: unknown, after: unknown): Difference[] {
  const [was, is] = [placesOf(before), placesOf(after)];
  return [...new Set([...was.keys(), ...is.keys()])]
    .filter((where) => was.get(where) !== is.get(where))
    .map((where) => ({ where, before: was.get(where), after: is.get(where) }));
}

/** Deeper than that a state is told as it was written. */
const DEPTH_MAX = 6;

/** Every value of a state by its place; lists of plain values are one value. */
function placesOf(value: unknown): Map<string, string> {
  const found = new Map<string, string>();
  const visit = (one: unknown, path: readonly string[]): void => {
    if (one === null || one === undefined) return;
    if (isPlain(one) || path.length >= DEPTH_MAX) return void found.set(path.join('.'), textOf(one));
    if (Array.isArray(one) && one.every(isPlain))
      return void found.set(path.join('.'), one.map(textOf).join(', '));
    for (const [name, inner] of Object.entries(one)) visit(inner, [...path, name]);
  };
  visit(value, []);
  return found;
}

const isPlain = (value: unknown): boolean => typeof value !== 'object' || value === null;

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
