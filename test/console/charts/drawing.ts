/** Reading a drawing back from its text: what was drawn where, and what its table says. */
import type { JSX } from 'hono/jsx/jsx-runtime';

export type Mark = Record<string, string>;

/** As it is sent. */
export const textOf = (element: JSX.Element): string => (element as { toString(): string }).toString();

/** The wide drawing, then the slim one. */
export const drawings = (html: string): string[] =>
  [...html.matchAll(/<svg class="chart[^]*?<\/svg>/g)].map(([one]) => one);

/** All elements of a name that have a class, with their attributes. */
export const marks = (svg: string, name: string, withClass: string): Mark[] =>
  [...svg.matchAll(new RegExp(`<${name} ([^>]*?)/?>`, 'g'))]
    .map(([, attributes = '']) =>
      Object.fromEntries(
        [...attributes.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, key, value]) => [key, value]),
      ),
    )
    .filter((mark) => mark['class'] === withClass) as Mark[];

export const titles = (svg: string): string[] =>
  [...svg.matchAll(/<title>([^<]*)<\/title>/g)].map(([, title = '']) => title);

export const texts = (svg: string): string[] =>
  [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text = '']) => text);

/** The cells of the table, row by row, without its head. */
export const rowsOf = (html: string): string[][] =>
  [...(/<tbody>([^]*?)<\/tbody>/.exec(html)?.[1] ?? '').matchAll(/<tr>([^]*?)<\/tr>/g)].map(([, row = '']) =>
    [...row.matchAll(/<t[hd][^>]*>([^<]*)<\/t[hd]>/g)].map(([, cell = '']) => cell),
  );

/** Every number of coordinates and sizes. */
export const numbersIn = (svg: string): number[] =>
  [...svg.matchAll(/ (?:x|y|x1|x2|y1|y2|cx|cy|width|height)="([^"]*)"/g)].map(([, value]) => Number(value));

/** Whether nothing of it lies outside its own view. */
export function staysWithin(svg: string): boolean {
  const [, width = 0, height = 0] = (/viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg) ?? []).map(Number);
  const found = [...svg.matchAll(/<rect ([^>]*)>/g)].map(([, attributes = '']) => {
    const read = (name: string): number =>
      Number(new RegExp(` ?${name}="([^"]*)"`).exec(` ${attributes}`)?.[1] ?? 0);
    return [read('x'), read('y'), read('x') + read('width'), read('y') + read('height')] as const;
  });
  return found.every(
    ([left, top, right, floor]) => left >= 0 && top >= -0.1 && right <= width + 0.2 && floor <= height + 0.1,
  );
}

export const sum = (values: readonly number[]): number => values.reduce((all, one) => all + one, 0);

/** `2026-11-01` and the days that follow. */
export const daysFrom = (first: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) =>
    new Date(Date.parse(first) + index * 86_400_000).toISOString().slice(0, 10),
  );
