/** Which of those that are put aside a request is about: to be listed, rerun, or spoken of. */
import { z } from 'zod';
import { accountIdField } from '../../domain/events/fields.ts';
import { PLAN_NAMES, type PlanName } from '../../domain/terms.ts';
import { ConnectsError } from '../../errors.ts';
import { getRun } from '../../ledger/runs.ts';
import type { App } from '../../app.ts';
import { requireAccounts, requireError } from '../../operations/accounts/require-known.ts';
import { AGE_NAMES, type Age, ageFilter } from '../../reports/failure-facets.ts';
import { type AsideFilter, FAILURE_STATES, type WorkFilter } from '../../reports/failure-work.ts';
import {
  accountsField,
  dryRunField,
  expectField,
  lineField,
  numberField,
  numberText,
  oneOrMore,
  reasonField,
  wholeNumber,
} from './fields.ts';
import { BadRequest } from './failing.ts';

export const codeField = lineField(64);

export const choiceFields = {
  plan: z.enum(PLAN_NAMES).optional(),
  version: lineField(64).optional().describe('Of the program that opened the run.'),
  age: z
    .enum(AGE_NAMES)
    .optional()
    .describe('Put aside within the hour, 1 to 8, 8 to 24 hours, a week, or longer.'),
};

/** As a query has them. */
export const filterFields = {
  run: numberText.optional().describe('Those that this run put aside, or failed at.'),
  error: codeField.optional(),
  account: oneOrMore(accountIdField).optional(),
  state: z.enum(FAILURE_STATES).optional(),
  assignee: lineField(100).optional(),
  olderThanSeconds: wholeNumber(0, 1e9).optional(),
  ...choiceFields,
};

interface FilterAsked {
  readonly run?: number | undefined;
  readonly error?: string | undefined;
  readonly account?: readonly string[] | undefined;
  readonly state?: WorkFilter['state'];
  readonly assignee?: string | undefined;
  readonly olderThanSeconds?: number | undefined;
  readonly plan?: PlanName | undefined;
  readonly version?: string | undefined;
  readonly age?: Age | undefined;
}

/** @throws not-found: a slip of the pen must not read like "there is nobody" */
export async function filterOf({ db }: App, asked: FilterAsked): Promise<WorkFilter> {
  const { run, error, account, state, assignee, olderThanSeconds, plan, version, age } = asked;
  if (run !== undefined) await requireNoBackfill(db, run);
  await requireAccounts(db, account);
  if (error !== undefined) await requireError(db, error);
  return {
    ...(run !== undefined && { runId: run }),
    ...(error !== undefined && { code: error }),
    ...(account !== undefined && { accounts: account.toSorted() }),
    ...(state !== undefined && { state }),
    ...(assignee !== undefined && { assignee }),
    ...(plan !== undefined && { plan }),
    ...(version !== undefined && { version }),
    ...(age !== undefined && ageFilter(age)),
    ...(olderThanSeconds !== undefined && { olderThanMs: olderThanSeconds * 1_000 }),
    withFailing: run !== undefined && state === undefined,
  };
}

/** A backfill puts nobody aside: its failed ones are its own. */
async function requireNoBackfill(db: App['db'], run: number): Promise<void> {
  if ((await getRun(db, run)).kind !== 'backfill') return;
  throw new ConnectsError(
    'refused',
    'run-kind',
    `run ${run} is a backfill, which puts nobody aside: /v1/runs/${run}/accounts?state=failed lists whom it failed at`,
  );
}

export const ASIDE_STATES = ['open', 'acknowledged', 'snoozed'] as const;

/** As a body has them that changes something. */
export const whomBody = z.strictObject({
  run: numberField.optional().describe('Those that this run put aside.'),
  error: codeField.optional(),
  accounts: accountsField.optional(),
  state: z.enum(ASIDE_STATES).optional(),
  assignee: lineField(100).optional().describe('Whose they are.'),
  olderThanSeconds: z.int().min(0).max(1e9).optional(),
  ...choiceFields,
  all: z.literal(true).optional().describe('Said where nothing narrows it: everybody who is put aside.'),
  expect: expectField.optional(),
  reason: reasonField,
  dryRun: dryRunField,
});
export type WhomAsked = z.output<typeof whomBody>;

/** @throws BadRequest 422 where nothing narrows it, and nobody said that all are meant */
export async function whomOf(app: App, asked: WhomAsked): Promise<AsideFilter> {
  const { run, error, accounts: account, state, assignee, olderThanSeconds, plan, version, age, all } = asked;
  const narrowing = { run, error, account, assignee, olderThanSeconds, plan, version, age };
  if (all === undefined && [state, ...Object.values(narrowing)].every((one) => one === undefined))
    throw new BadRequest(422, 'which ones? Say run, error, accounts or another filter, or all', [
      { where: '(all)', what: 'expected something that narrows it, or all' },
    ]);
  const { withFailing: _asAsked, state: _asSaid, ...narrowed } = await filterOf(app, narrowing);
  return { ...narrowed, ...(state !== undefined && { state }) };
}
