/** Accounts that are put aside, as a table, as CSV and as JSON. */
import { formatInstant } from '../domain/calendar.ts';
import type { FailureWork, Said, WorkByError } from '../reports/failure-work.ts';
import { WORK_FIELDS, workByErrorJson, workJson } from '../json/failures.ts';
import type { FailedItem } from '../ledger/backfill-items.ts';
import type { Listing } from './listing.ts';
import { type Column, cell, when } from './table.ts';
import { formatAge } from './words.ts';

const ACCOUNT: Column = { name: 'account', cut: 'middle' };
const MESSAGE: Column = { name: 'message', drop: 3, cut: 'end', most: 60 };
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
  columns: [
    ACCOUNT,
    { name: 'run', drop: 2 },
    { name: 'since (UTC)', drop: 6 },
    'age',
    { name: 'state', drop: 1 },
    { name: 'assignee', drop: 4, cut: 'middle', least: 8 },
    { name: 'attempts', drop: 5 },
    'error',
    MESSAGE,
  ],
  toRow: (one) => [
    one.account,
    String(one.runId),
    when(one.sinceAt),
    ageOf(one.ageMs),
    one.snoozed
      ? cell('lost', `snoozed until ${formatInstant(one.snoozed.until)}`)
      : cell(one.state === 'open' ? 'act' : 'lost', one.state),
    one.assignee ?? '',
    one.attempts,
    one.code,
    one.message,
  ],
  none: 'nobody is put aside',
};

export const WORK_BY_ERROR: Listing<WorkByError, ReturnType<typeof workByErrorJson>> = {
  toJson: workByErrorJson,
  fields: ['code', 'accounts', 'open', 'oldestAt', 'oldestAgeSeconds', 'sampleAccount'],
  columns: [
    'error',
    'accounts',
    'open',
    { name: 'oldest (UTC)', drop: 1 },
    'age',
    { name: 'for example', cut: 'middle' },
  ],
  toRow: (one) => [
    one.code,
    one.accounts,
    cell(one.open > 0 ? 'act' : undefined, one.open),
    when(one.oldestAt),
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
  columns: [ACCOUNT, 'error', MESSAGE],
  toRow: (one) => [one.account, one.code, one.message],
  none: `nobody failed in backfill ${backfill}`,
});
