/** /v1/failures: who is put aside, and a rerun over them. */
import { z } from 'zod';
import { shownNow } from '../../db/query.ts';
import { accountIdField } from '../../domain/events/fields.ts';
import { PLAN_NAMES, type PlanName } from '../../domain/terms.ts';
import { formatInstant } from '../../domain/calendar.ts';
import { ConnectsError } from '../../errors.ts';
import { workByErrorJson, workJson } from '../../json/failures.ts';
import { RUN_KINDS, getRun } from '../../ledger/runs.ts';
import type { App } from '../../app.ts';
import { requireAccounts, requireError } from '../../operations/accounts/require-known.ts';
import { openRerun } from '../../operations/runs/rerun.ts';
import { submitLeft } from '../../operations/runs/sweep.ts';
import {
  AGE_NAMES,
  type Age,
  type FacetChoice,
  ageFilter,
  readFailureFacets,
} from '../../reports/failure-facets.ts';
import { listFailurePage } from '../../reports/failure-page.ts';
import { FAILURE_STATES, type WorkFilter, groupFailureWork } from '../../reports/failure-work.ts';
import { cursorField, pageFrom } from './cursor.ts';
import {
  accountsField,
  count,
  counts,
  dateText,
  dryRunField,
  expectField,
  instantText,
  limitField,
  lineField,
  numberField,
  numberText,
  oneOrMore,
  pageOf,
  reasonField,
  wholeNumber,
} from './fields.ts';
import { BadRequest } from './failing.ts';
import { type ApiRoute, changes, reads } from './route.ts';

const saidFields = { at: instantText, by: z.string(), reason: z.string() };

const failureShape = z
  .strictObject({
    account: z.string(),
    code: z.string().describe('The error; docs/runbook.md has a heading for each.'),
    message: z.string(),
    attempts: count,
    firstAt: instantText,
    putAsideAt: instantText.nullable(),
    run: count,
    state: z.enum(FAILURE_STATES),
    sinceAt: instantText,
    ageSeconds: count,
    assignee: z.string().nullable(),
    acknowledged: z.strictObject(saidFields).nullable(),
    snoozed: z.strictObject({ ...saidFields, until: instantText }).nullable(),
    note: z.strictObject({ at: instantText, by: z.string(), text: z.string() }).nullable(),
    plan: z.enum(PLAN_NAMES).nullable(),
    nextCycleOn: dateText.nullable().describe('The date of the cycle that could not be settled.'),
    version: z.string().nullable().describe('Of the program that opened the run.'),
  })
  .meta({ id: 'Failure' });

const byErrorShape = z
  .strictObject({
    code: z.string(),
    accounts: count,
    open: count.describe('Of those: neither acknowledged nor snoozed.'),
    oldestAt: instantText,
    oldestAgeSeconds: count,
    sampleAccount: z.string(),
  })
  .meta({ id: 'FailuresByError' });

const codeField = lineField(64);

const choiceFields = {
  plan: z.enum(PLAN_NAMES).optional(),
  version: lineField(64).optional().describe('Of the program that opened the run.'),
  age: z
    .enum(AGE_NAMES)
    .optional()
    .describe('Put aside within the hour, 1 to 8, 8 to 24 hours, a week, or longer.'),
};

const filterFields = {
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
async function filterOf({ db }: App, asked: FilterAsked): Promise<WorkFilter> {
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

const ASIDE_STATES = ['open', 'acknowledged', 'snoozed'] as const;

const rerunBody = z
  .strictObject({
    run: numberField.optional().describe('Those that this run put aside.'),
    error: codeField.optional(),
    accounts: accountsField.optional(),
    state: z.enum(ASIDE_STATES).optional(),
    assignee: lineField(100).optional(),
    olderThanSeconds: z.int().min(0).max(1e9).optional(),
    ...choiceFields,
    all: z.literal(true).optional().describe('Said where nothing narrows it: everybody who is put aside.'),
    expect: expectField.optional(),
    reason: reasonField,
    dryRun: dryRunField.describe(
      'Says whom it would be over; what it would come to is known only by settling.',
    ),
  })
  .describe('Whom: something that narrows it, or all.');

const rerunShape = z.strictObject({
  outcome: z.enum(['opened', 'previewed', 'nothing-put-aside']),
  run: count.optional(),
  asOf: instantText.optional(),
  accounts: count,
  byCode: counts.optional().describe('Accounts by the error that they were put aside with.'),
  submitted: count
    .optional()
    .describe('Jobs; null where Redis was away: the next sweep submits them.')
    .nullable(),
});

const position = z.strictObject({ code: z.string(), account: z.string() });

const counted = <Value extends z.ZodType>(value: Value, more = {}) =>
  z.array(z.strictObject({ value, accounts: count, ...more }));

const facetsShape = z
  .strictObject({
    all: count.describe('Put aside, whatever is chosen.'),
    matching: count.describe('That match the whole choice.'),
    complete: z.boolean().describe('False where more are put aside than are counted at a time.'),
    codes: counted(z.string()),
    runs: counted(count, { kind: z.enum(RUN_KINDS).nullable() }),
    plans: counted(z.enum(PLAN_NAMES).nullable()),
    versions: counted(z.string().nullable()),
    ages: counted(z.enum(AGE_NAMES)),
    states: counted(z.enum(FAILURE_STATES)),
    assignees: counted(z.string().nullable()),
    perHour: z
      .array(z.strictObject({ hoursAgo: count, code: z.string(), accounts: count }))
      .describe('Of those that match: put aside in each of the last 48 hours; 0 is the hour that ends now.'),
  })
  .describe('Each facet counts those that match what is chosen in all other facets.')
  .meta({ id: 'FailureFacets' });

export const FAILURE_ROUTES: readonly ApiRoute[] = [
  reads({
    path: '/v1/failures',
    id: 'listFailures',
    about: 'Failures',
    summary: 'Who is put aside, by error and account: since when, with which error, and who knows of it',
    query: z.strictObject({
      ...filterFields,
      limit: limitField,
      cursor: cursorField('failures', position),
    }),
    answer: pageOf(failureShape),
    handle: async ({ app, query: { limit, cursor: after, ...asked } }) => {
      const filter = await filterOf(app, asked);
      const now = await shownNow(app.db);
      return pageFrom(await listFailurePage(app.db, filter, { now, limit: limit + 1, after }), limit, {
        list: 'failures',
        keyOf: ({ code, account }) => ({ code, account }),
        toJson: workJson,
      });
    },
  }),
  reads({
    path: '/v1/failures/by-error',
    id: 'countFailuresByError',
    about: 'Failures',
    summary: 'How many are put aside with which error, the most frequent first',
    query: z.strictObject(filterFields),
    answer: z.strictObject({ items: z.array(byErrorShape) }),
    handle: async ({ app, query }) => {
      const filter = await filterOf(app, query);
      const groups = await groupFailureWork(app.db, filter, await shownNow(app.db));
      return { items: groups.map(workByErrorJson) };
    },
  }),
  reads({
    path: '/v1/failures/facets',
    id: 'countFailureFacets',
    about: 'Failures',
    summary: 'Those that are put aside, counted by error, run, plan, version, age, state and assignee',
    query: z.strictObject({
      run: numberText.optional(),
      error: codeField.optional(),
      state: z.enum(ASIDE_STATES).optional(),
      assignee: lineField(100).optional(),
      ...choiceFields,
    }),
    answer: facetsShape,
    handle: async ({ app, query: { run: runId, error: code, state, assignee, plan, version, age } }) => {
      const choice: FacetChoice = {
        ...(runId !== undefined && { runId }),
        ...(code !== undefined && { code }),
        ...(state !== undefined && { state }),
        ...(assignee !== undefined && { assignee }),
        ...(plan !== undefined && { plan }),
        ...(version !== undefined && { version }),
        ...(age !== undefined && { age }),
      };
      return readFailureFacets(app.db, choice, await shownNow(app.db));
    },
  }),
  changes({
    path: '/v1/failures/rerun',
    id: 'rerunFailures',
    about: 'Failures',
    summary: 'Settle those that were put aside, in a run of their own, as of now',
    body: rerunBody,
    answer: rerunShape,
    handle: async ({ app, body, caller: { actor }, signal }) => {
      const { accounts: account, all, expect, reason, dryRun, ...asked } = body;
      if (all === undefined && [account, ...Object.values(asked)].every((one) => one === undefined))
        throw new BadRequest(422, 'which ones? Say run, error, accounts or another filter, or all', [
          { where: '(all)', what: 'expected something that narrows it, or all' },
        ]);
      const {
        withFailing: _asAsked,
        state: _asSaid,
        ...narrowed
      } = await filterOf(app, { ...asked, account });
      const filter = { ...narrowed, ...(asked.state !== undefined && { state: asked.state }) };
      const deps = { db: app.db, log: app.log, settings: app.config };
      const opened = await openRerun(deps, { filter, actor, reason, dryRun, expect });
      if (opened.outcome === 'nothing-put-aside') return { outcome: opened.outcome, accounts: 0 };
      const told = {
        outcome: opened.outcome,
        accounts: opened.accounts,
        byCode: opened.byCode,
        asOf: formatInstant(opened.run.asOf),
      };
      if (opened.outcome === 'previewed') return told;
      // The run stands: what Redis cannot take now, the next sweep submits.
      const submitted = await submitLeft(app.sweepDeps, opened.run, signal).catch(() => null);
      return { ...told, run: opened.run.id, submitted };
    },
  }),
];
