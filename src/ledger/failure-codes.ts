/**
 * Codes by which accounts fail, as far as they are known beforehand: those of rows that rules or servers refuse. A server's
 * refusal that has no name of its own is told by its number (`row-refused-1234`).
 */
import { ROW_CODES } from '../db/errors.ts';

export const FAILURE_CODES: readonly string[] = [
  'unknown-zone',
  'boundary-ahead',
  'unknown-terms',
  'negative-balance',
  'arithmetic',
  'no-next-cycle',
  'unreadable-account',
  'unreadable-event',
  ...ROW_CODES,
  'unexpected',
];
