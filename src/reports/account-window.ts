/** What interviews brought an account in the days that count now, and when there is room again. */
import { formatInstant } from '../domain/calendar.ts';
import { findAwards } from '../ledger/records.ts';
import type { Inquiry } from './explain/answer.ts';

export interface InterviewWindow {
  readonly used: number;
  readonly max: number;
  readonly days: number;
  /** Connects of one award. */
  readonly each: number;
  /** By when the member replied, oldest first; `roomAgainAt`: when it counts no more. ISO 8601 UTC. */
  readonly awards: readonly {
    readonly interview: string;
    readonly amount: number;
    readonly at: string;
    readonly roomAgainAt: string;
  }[];
}

const DAY_MS = 86_400_000;

/** Null where the terms in force have no such reward. */
export async function readInterviewWindow({
  db,
  account,
  terms,
  asOf,
}: Inquiry): Promise<InterviewWindow | null> {
  const numbers = terms.rowOf({ version: terms.latest.version, at: asOf }).interview;
  if (!numbers) return null;
  const { award: each, windowMax: max, windowDays: days } = numbers;
  const range = { accountId: account.id, after: asOf - days * DAY_MS, before: asOf + 1 };
  const awards = await findAwards(db, [range]);

  return {
    used: awards.reduce((sum, one) => sum + one.amount, 0),
    max,
    days,
    each,
    awards: awards.map(({ interview, amount, occurredAt }) => ({
      interview,
      amount,
      at: formatInstant(occurredAt),
      roomAgainAt: formatInstant(occurredAt + days * DAY_MS),
    })),
  };
}
