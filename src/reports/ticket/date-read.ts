/** A date of a text, and what was taken for granted about it. */
import { DateTime } from 'luxon';
import { type Instant, type LocalDate, localDateOf } from '../../domain/calendar.ts';

/** A day, or a time that has a beginning, as a text names it. */
export interface DateRead {
  /** As written. */
  readonly text: string;
  readonly at: number;
  readonly from: LocalDate;
  /** Inclusive; null for a time that still goes on, such as `for two weeks`. */
  readonly to: LocalDate | null;
  /** What was taken for granted, in one sentence; null where the text leaves no doubt. */
  readonly assumed: string | null;
  /** What it may mean as well: of `3/4`, the other of the two days. */
  readonly or?: LocalDate;
}

/** Where and when the writer is. */
export interface Now {
  readonly at: Instant;
  readonly zone: string;
}

export const shifted = (on: LocalDate, days: number): LocalDate =>
  DateTime.fromISO(on, { zone: 'utc' }).plus({ days }).toISODate() ?? on;

export const todayOf = ({ at, zone }: Now): LocalDate => localDateOf(at, zone);

export const taken = (written: string, as: string): string => `"${written}" was taken to be ${as}.`;
