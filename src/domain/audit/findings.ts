/** What an audit says: one finding for each thing that is not as it must be. */
import type { LocalDate } from '../calendar.ts';

export const FINDING_CODES = [
  'balance-differs',
  'ledger-broken',
  'settlement-missing',
  'settlement-unexpected',
  'settlement-differs',
  'decision-missing',
  'next-date-wrong',
  'span-missing',
  'grant-differs',
  'granted-twice',
  'granted-early',
  'above-cap',
  'window-exceeded',
  'award-differs',
  'notice-missing',
  'due-too-long',
  'failure-forgotten',
  'waiting-forgotten',
  'watermark-ahead',
  'unreadable',
  'rollups-differ',
] as const;
export type FindingCode = (typeof FINDING_CODES)[number];

/** One thing that is not as it must be. */
export interface Finding {
  readonly code: FindingCode;
  /** Empty for what is of no account. */
  readonly account: string;
  readonly cycleOn: LocalDate | null;
  readonly message: string;
  /** What is to be taken (negative) or given, where a correction mends it; 0 elsewhere. */
  readonly amount: number;
  /** Names the correction: `audit.<account>.<seq>`, or its cycle's date. Posted under it, the finding is mended. */
  readonly key: string | null;
  /** Until when nothing was to be had, in milliseconds; 0 where time plays no part. */
  readonly ageMs: number;
}
