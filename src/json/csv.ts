/** Data as CSV: one line for each item, with the columns in the order of their names. */
import { stringify } from 'csv-stringify/sync';

export const csvLine = (cells: readonly unknown[]): string => stringify([cells as unknown[]]);

/** One item, its lists and objects, and what is true or false, as JSON; null is an empty cell. */
export const csvRow = <Told extends object>(told: Told, fields: readonly (keyof Told & string)[]): string =>
  csvLine(fields.map((name) => cellOf(told[name])));

const cellOf = (value: unknown): unknown =>
  (typeof value === 'object' && value !== null) || typeof value === 'boolean' ? JSON.stringify(value) : value;
