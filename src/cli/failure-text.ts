/** Accounts that are put aside, as a table, as CSV and as JSON. */
import { formatInstant } from '../domain/calendar.ts';
import type { FailureWork, Said, WorkByError } from '../reports/failure-work.ts';
import { WORK_FIELDS, workByErrorJson, workJson } from '../json/failures.ts';
import type { FailedItem } from '../ledger/backfill-items.ts';
import type { Listing } from './listing.ts';
import { formatAge } from './words.ts';

const SHOWN_MAX = 60;
const shorten = (text: string): string =>
  text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX - 1)}…` : text;
const ageOf = (ms: number): string => formatAge(ms / 1_000);

/** What people said of them, a line each; nothing where nobody did. */
export const wordsOnWork = (rows: readonly FailureWork[]): string[] =>
  rows.flatMap(({ account, acknowledged, snoozed, note }) => [
    ...saidLine(account, 'acknowledged', acknowledged),
    ...saidLine(account, 'snoozed', snoozed),
    ...saidLine(account, 'note', note),
  ]);

const saidLine = (account: string, what: string, said: Said | null): string[] =>
  said === null ? [] : [`${account}: ${what} ${formatInstant(said.at)} by ${said.by}: ${said.words}`];

export const WORK: Listing<FailureWork, ReturnType<typeof workJson>> = {
  toJson: workJson,
  fields: WORK_FIELDS,
  columns: ['account', 'run', 'since (UTC)', 'age', 'state', 'assignee', 'attempts', 'error', 'message'],
  toRow: (one) => [
    one.account,
    String(one.runId),
    formatInstant(one.sinceAt),
    ageOf(one.ageMs),
    one.snoozed ? `snoozed until ${formatInstant(one.snoozed.until)}` : one.state,
    one.assignee ?? '',
    one.attempts,
    one.code,
    shorten(one.message),
  ],
  none: 'nobody is put aside',
};

export const WORK_BY_ERROR: Listing<WorkByError, ReturnType<typeof workByErrorJson>> = {
  toJson: workByErrorJson,
  fields: ['code', 'accounts', 'open', 'oldestAt', 'oldestAgeSeconds', 'sampleAccount'],
  columns: ['error', 'accounts', 'open', 'oldest (UTC)', 'age', 'for example'],
  toRow: (one) => [
    one.code,
    one.accounts,
    one.open,
    formatInstant(one.oldestAt),
    ageOf(one.oldestAgeMs),
    one.sampleAccount,
  ],
  none: 'nobody is put aside',
};

/** Of a backfill, which puts nobody aside. */
export const failedListing = (
  run: number,
  backfill: number,
): Listing<FailedItem, FailedItem & { run: number; backfill: number; state: 'failed' }> => ({
  toJson: (one) => ({ ...one, run, backfill, state: 'failed' }),
  fields: ['account', 'code', 'message', 'run', 'backfill', 'state'],
  columns: ['account', 'error', 'message'],
  toRow: (one) => [one.account, one.code, shorten(one.message)],
  none: `nobody failed in backfill ${backfill}`,
});
