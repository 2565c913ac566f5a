/** /v1/failures: who is put aside, counted and listed. */
import { z } from 'zod';
import { shownNow } from '../../db/query.ts';
import { PLAN_NAMES } from '../../domain/terms.ts';
import { workByErrorJson, workJson } from '../../json/failures.ts';
import { RUN_KINDS } from '../../ledger/runs.ts';
import { AGE_NAMES, type FacetChoice, readFailureFacets } from '../../reports/failure-facets.ts';
import { listFailurePage } from '../../reports/failure-page.ts';
import { FAILURE_STATES, groupFailureWork } from '../../reports/failure-work.ts';
import { cursorField, pageFrom } from './cursor.ts';
import { ASIDE_STATES, choiceFields, codeField, filterFields, filterOf } from './failure-filter.ts';
import { count, dateText, instantText, limitField, lineField, numberText, pageOf } from './fields.ts';
import { type ApiRoute, reads } from './route.ts';

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
];
