/** /v1/runs: recorded sweeps, reruns, backfills and reversals. */
import { z } from 'zod';
import { countedRunJson, knownCountsJson, listedRunJson, stopJson } from '../../json/runs.ts';
import { listRunNotes } from '../../ledger/run-notes.ts';
import { RUN_KINDS, RUN_STATES, getRun, listRuns } from '../../ledger/runs.ts';
import { closeRunIfDone } from '../../operations/runs/close-run.ts';
import { stopRun } from '../../operations/runs/stop-run.ts';
import { readBatchSpread } from '../../reports/batch-spread.ts';
import { readRunEnd } from '../../reports/run-end.ts';
import { type KnownAccounts, readCountsNow, readKnownAccounts } from '../../reports/run-kept-counts.ts';
import { MEMBER_STATES, listRunMembers } from '../../reports/run-members.ts';
import { countRunEmails } from '../../reports/run-page.ts';
import { behindId, belowNumber, cursorField, pageFrom } from './cursor.ts';
import {
  amount,
  count,
  counts,
  dryRunField,
  instantText,
  limitField,
  lineField,
  numberText,
  pageOf,
  reasonField,
  sinceField,
} from './fields.ts';
import { type ApiRoute, changes, reads } from './route.ts';

const noteShape = z
  .strictObject({ at: instantText, actor: z.string(), note: z.string() })
  .meta({ id: 'RunNote' });

export const askedShape = z
  .strictObject({
    accounts: count.optional(),
    first: z.array(z.string()).optional(),
    hash: z.string().optional(),
    plan: z.string().optional(),
    code: z.string().optional(),
    limit: count.optional(),
  })
  .nullable()
  .describe('Whom it was asked for; null where it is over everybody who is due.');

export const stopShape = z
  .strictObject({ at: instantText, actor: z.string(), reason: z.string() })
  .nullable();

const runFields = {
  run: count,
  kind: z.enum(RUN_KINDS),
  state: z.enum(RUN_STATES),
  asOf: instantText,
  termsVersion: count,
  notify: z.enum(['none', 'digest', 'each']),
  actor: z.string(),
  reason: z.string().nullable(),
  asked: askedShape,
  dueAtStart: count,
  programVersion: z.string().nullable().describe('Of the program that opened it.'),
  startedAt: instantText,
  heartbeatAt: instantText,
  endedAt: instantText.nullable(),
};

export const exactness = {
  exact: z
    .boolean()
    .describe(
      'False of a run that is open and large: settled and remaining are estimated from its rate, which workers tell every few seconds, and what it came to is null.',
    ),
};

const accountCounts = {
  settled: count.describe('Accounts with a settlement by this run.'),
  failed: count.describe('Accounts that it put aside.'),
  remaining: count.describe('Accounts still due at its as-of.'),
  skipped: count.describe('Due at its start, and settled by somebody else first.'),
  added: count.describe('Not due at its start, but at its as-of since.'),
};

export const listedRunShape = z
  .strictObject({
    ...runFields,
    ...exactness,
    ...accountCounts,
    notes: z.array(noteShape),
  })
  .meta({ id: 'ListedRun' });

/** What one run did, of its accounts and in Connects. */
const runCounts = {
  ...accountCounts,
  cycles: count,
  granted: count,
  expired: count,
  recovered: count,
  taken: count.optional(),
  returned: count.optional(),
  notTaken: count.optional(),
  net: amount,
  byCode: counts.describe('Cycles by code.'),
  failures: counts.describe('Put-aside accounts by error.'),
  notices: counts.describe('Notices by state.'),
};

/** Null while it is not exact. */
const later = <Shape extends z.ZodType>(shape: Shape) => shape.nullable();

/** As far as they are known. */
export const knownCounts = {
  ...runCounts,
  cycles: later(count),
  granted: later(count),
  expired: later(count),
  recovered: later(count),
  net: later(amount),
  byCode: later(counts).describe('Cycles by code.'),
  notices: later(counts).describe('Notices by state; null also while thousands are still to be sent.'),
};

const batchesShape = z
  .strictObject({
    count,
    p50Ms: count.describe('Half of them took no longer than that, in milliseconds, to two digits.'),
    p95Ms: count,
  })
  .nullable()
  .describe('How long the batches of accounts took that workers settled for it; null where none was told.');

export const runShape = z
  .strictObject({
    ...runFields,
    ...exactness,
    ...knownCounts,
    stop: stopShape,
    failing: counts.describe('Accounts that failed and are still to be tried again, by error.'),
    batches: batchesShape,
    notes: z.array(noteShape),
  })
  .meta({ id: 'Run' });

const memberShape = z
  .strictObject({
    account: z.string(),
    state: z.enum(MEMBER_STATES),
    cycles: count,
    granted: count,
    expired: count,
    recovered: count,
    taken: count,
    returned: count,
    notTaken: count,
    net: amount,
    code: z.string().nullable(),
    message: z.string().nullable(),
  })
  .meta({ id: 'RunAccount' });

const stoppedShape = z.strictObject({
  run: count,
  kind: z.enum(RUN_KINDS),
  state: z.enum([...RUN_STATES, 'previewed']),
  remaining: count,
  inFlight: count.nullable().describe('Jobs that workers hold now; null while Redis cannot be asked.'),
  queued: count.nullable(),
});

const params = z.strictObject({ run: numberText });

export const RUN_ROUTES: readonly ApiRoute[] = [
  reads({
    path: '/v1/runs',
    id: 'listRuns',
    about: 'Runs',
    summary: 'Runs, the newest first, with what became of their accounts',
    query: z.strictObject({
      kind: z.enum(RUN_KINDS).optional(),
      state: z.enum(RUN_STATES).optional(),
      since: sinceField.optional(),
      actor: lineField(100).optional(),
      limit: limitField,
      cursor: cursorField('runs', belowNumber),
    }),
    answer: pageOf(listedRunShape),
    handle: async ({ app: { db }, query: { limit, cursor: beforeId, ...filter } }) => {
      const found = await listRuns(db, limit + 1, { ...filter, beforeId });
      const notes = await listRunNotes(
        db,
        found.map((run) => run.id),
      );
      const known = await readKnownAccounts(db, found);
      return pageFrom(found, limit, {
        list: 'runs',
        keyOf: ({ id }) => id,
        toJson: (run) =>
          listedRunJson({ run, ...(known.get(run.id) as KnownAccounts) }, notes.get(run.id) ?? []),
      });
    },
  }),
  reads({
    path: '/v1/runs/{run}',
    id: 'showRun',
    about: 'Runs',
    summary: 'One run and its counts',
    params,
    answer: runShape,
    handle: async ({ app: { db }, params: { run: id } }) => {
      const run = await getRun(db, id);
      const known = await readCountsNow(db, run);
      const counts = knownCountsJson(known, await countRunEmails(db, run, known));
      const batches = await readBatchSpread(db, id);
      const told = { ...counts, ...(await readRunEnd(db, run)), batches };
      return countedRunJson(run, told, (await listRunNotes(db, [id])).get(id) ?? [], known.exact);
    },
  }),
  reads({
    path: '/v1/runs/{run}/accounts',
    id: 'listRunAccounts',
    about: 'Runs',
    summary: 'The accounts of a run, by id: what it posted for each, or why it did not',
    params,
    query: z.strictObject({
      state: z.enum(MEMBER_STATES).optional(),
      limit: limitField,
      cursor: cursorField('run accounts', behindId),
    }),
    answer: pageOf(memberShape),
    handle: async ({ app: { db }, params: { run: id }, query: { state, limit, cursor = '' } }) => {
      const run = await getRun(db, id);
      const page = { after: cursor, limit: limit + 1, ...(state !== undefined && { state }) };
      return pageFrom(await listRunMembers(db, run, page), limit, {
        list: 'run accounts',
        keyOf: ({ account }) => account,
        toJson: (one) => one,
      });
    },
  }),
  changes({
    path: '/v1/runs/{run}/stop',
    id: 'stopRun',
    about: 'Runs',
    summary: 'Submit no more for a sweep or a rerun; what is in flight still ends',
    params,
    body: z.strictObject({ reason: reasonField, dryRun: dryRunField }),
    answer: stoppedShape,
    handle: async ({ app, params: { run }, body: { reason, dryRun }, caller: { actor } }) => {
      const stopped = await stopRun(app, { run, actor, reason, dryRun });
      if (dryRun) return stopJson(stopped, 'previewed');
      // What is in flight for a moment longer is closed by the next worker or sweep.
      await closeRunIfDone(app, { id: run });
      return stopJson(stopped, (await getRun(app.db, run)).state);
    },
  }),
];
