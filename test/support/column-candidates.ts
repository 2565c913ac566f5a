/** Values that a column may be given: what lies at the limits of its type, and a little beyond. */

/** By a type as the catalogue spells it, such as `varchar(64)`. */
export function candidatesOf(type: string): readonly unknown[] {
  if (type.startsWith('varchar')) return textsAround(Number(/\d+/.exec(type)?.[0]));
  if (/^(int|bigint|tinyint)/.test(type)) return NUMBERS;
  if (type.startsWith('datetime')) return INSTANTS;
  return type === 'date' ? DATES : ['', 'x'];
}

/** Each sign a unit, two, or several bytes long; with and without what a column of ASCII has no room for. */
const textsAround = (length: number): string[] =>
  [...new Set([0, 1, 5, 59, 64, 94, 100, 101, length - 1, length, length + 1, length * 2])].flatMap((size) =>
    ['a', '9', '-', '.', 'é', '😀', ' ', '\u0001', '\n', "'", '\\'].map((sign) => sign.repeat(size)),
  );

const NUMBERS = [
  -1,
  0,
  1,
  20,
  21,
  50,
  51,
  999_999,
  1_000_000,
  1_000_001,
  -1_000_000,
  1_000_000_000,
  1_000_000_001,

  2_000_000_000,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 53 - 1,
  1.5,
  Number.NaN,
  Infinity,
  '10',
  '100000',
  '100000/s',
];

const INSTANTS = [
  '1899-12-31T23:59:59Z',
  '1900-01-01T00:00:00Z',
  '1900-01-01T00:00:00+14:00',
  '2999-12-31T23:59:59.999Z',

  '2999-12-31T23:59:59-14:00',
  '3000-01-01T00:00:00Z',
  '9999-12-31T23:59:59-14:00',
  '0000-01-01T00:00:00Z',
  '0999-12-31T00:00:00Z',
  '2021-02-30T00:00:00Z',
  '2021-03-16T24:00:00Z',
  '2021-03-16T09:00:00+99:99',
];

const DATES = [
  '0000-00-00',
  '0999-01-01',
  '1899-12-31',
  '1900-01-01',
  '2021-02-29',
  '2021-02-30',
  '2999-12-31',
];
