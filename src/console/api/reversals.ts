/** /v1/reversals: taking back what a run granted, or what events settled: looked at, begun, and watched. */
import { z } from 'zod';
import { required } from '../../config.ts';
import type { Database } from '../../db/connection.ts';
import { openRehearsal } from '../../db/rehearsal.ts';
import { PLAN_NAMES } from '../../domain/terms.ts';
import { ConnectsError } from '../../errors.ts';
import { reversalJson } from '../../json/reversals.ts';
import { GRANT_CODES, type GrantFilter, type GrantSource, listReversalsOf } from '../../ledger/run-grants.ts';
import { RUN_STATES, getRun } from '../../ledger/runs.ts';
import { requireAccounts } from '../../operations/accounts/require-known.ts';
import { openReversal } from '../../operations/reversals/open-reversal.ts';
import { readReversal } from '../../operations/reversals/reversal-sum.ts';
import { rehearseReversal } from '../../operations/reversals/reverse-run.ts';
import { belowNumber, cursorField, pageFrom } from './cursor.ts';
import {
  accountsField,
  count,
  expectField,
  instantText,
  limitField,
  numberField,
  numberText,
  pageOf,
  reasonField,
} from './fields.ts';
import { type ApiCall, type ApiRoute, changes, reads } from './route.ts';

const sumFields = {
  accounts: count,
  cycles: count,
  taken: count.describe('Connects taken back.'),
  givenBack: count.describe('Where more had expired than was granted.'),
  notTaken: count.describe('Spent already.'),
  lapsed: count.describe('Left alone, because a later cycle had let it expire.'),
  settled: count.describe('Accounts that were due, and were settled on the way.'),
  short: z
    .array(z.strictObject({ account: z.string(), notTaken: count }))
    .describe('The first of those from whom not all could be taken; /v1/runs/{run}/accounts lists all.'),
  shortAccounts: count,
};

const previewShape = z
  .strictObject({
    outcome: z.literal('previewed'),
    reversal: z.null(),
    ...sumFields,
    before: z.strictObject({ accounts: count, cycles: count }).describe('Taken back before, and left alone.'),
    termsVersion: count.describe('By which those are settled that are due.'),
    failed: z.array(z.strictObject({ account: z.string(), code: z.string(), message: z.string() })),
  })
  .meta({ id: 'ReversalPreview' });

const reversalShape = z
  .strictObject({
    reversal: count.describe('The number of its own run.'),
    state: z.enum(RUN_STATES),
    notify: z.enum(['none', 'digest', 'each']),
    actor: z.string(),
    reason: z.string().nullable(),
    startedAt: instantText,
    endedAt: instantText.nullable(),
    ...sumFields,
  })
  .meta({ id: 'Reversal' });

const whatFields = {
  run: numberField.optional().describe('The run whose grants are taken back.'),
  eventsUnder: numberField
    .optional()
    .describe('Instead of a run: boundaries that events settled, under this version of the terms.'),
  accounts: accountsField.optional(),
  plan: z.enum(PLAN_NAMES).optional().describe('Only cycles that were granted on it.'),
  code: z.enum(GRANT_CODES).optional().describe('Only cycles of this code.'),
  notify: z.enum(['none', 'each']).default('none').describe('Whether members are told.'),
  expect: expectField.optional(),
};

interface Named {
  readonly run?: number | undefined;
  readonly eventsUnder?: number | undefined;
}

function oneOfBoth({ run, eventsUnder }: Named, context: z.RefinementCtx): void {
  if ((run === undefined) === (eventsUnder === undefined))
    context.addIssue({ code: 'custom', path: ['run'], message: 'expected either run or eventsUnder' });
}

/** Of what was checked. */
const sourceOf = ({ run, eventsUnder }: Named): GrantSource =>
  run === undefined ? { eventsUnder: eventsUnder as number } : { run };

const previewBody = z.strictObject(whatFields).superRefine(oneOfBoth);
const startBody = z.strictObject({ ...whatFields, reason: reasonField }).superRefine(oneOfBoth);

/** @throws not-found `unknown-account`: a slip of the pen takes nothing back */
async function requestOf(db: Database, asked: z.output<typeof previewBody>) {
  const { accounts, plan, code, notify, expect } = asked;
  await requireAccounts(db, accounts);
  const filter: GrantFilter = {
    ...(accounts && { accounts }),
    ...(plan !== undefined && { plan }),
    ...(code !== undefined && { code }),
  };
  return { source: sourceOf(asked), filter, notify, expect };
}

const told = async ({ app: { db } }: Pick<ApiCall, 'app'>, id: number) => {
  const run = await getRun(db, id);
  if (run.kind === 'reversal') return reversalJson(run, await readReversal(db, id));
  throw new ConnectsError('refused', 'run-kind', `run ${id} is a ${run.kind}, and took nothing back`);
};

export const REVERSAL_ROUTES: readonly ApiRoute[] = [
  reads({
    path: '/v1/reversals',
    id: 'listReversals',
    about: 'Reversals',
    summary: 'The reversals that took something back of a run, or of what events settled; the newest first',
    query: z
      .strictObject({
        run: numberText.optional(),
        eventsUnder: numberText.optional(),
        limit: limitField,
        cursor: cursorField('reversals', belowNumber),
      })
      .superRefine(oneOfBoth),
    answer: pageOf(reversalShape),
    handle: async (call) => {
      const { query } = call;
      const { limit, cursor: before } = query;
      const found = await listReversalsOf(call.app.db, sourceOf(query), { before, limit: limit + 1 });
      const page = [];
      for (const id of found) page.push(await told(call, id));
      return pageFrom(page, limit, {
        list: 'reversals',
        keyOf: ({ reversal }) => reversal,
        toJson: (one) => one,
      });
    },
  }),
  reads({
    path: '/v1/reversals/{run}',
    id: 'showReversal',
    about: 'Reversals',
    summary: 'How far a reversal is: what was taken back by now, and what could not be',
    params: z.strictObject({ run: numberText }),
    answer: reversalShape,
    handle: (call) => told(call, call.params.run),
  }),
  changes({
    path: '/v1/reversals/preview',
    id: 'previewReversal',
    about: 'Reversals',
    summary: 'What a reversal would come to: the real path, rolled back',
    body: previewBody,
    answer: previewShape,
    handle: async ({ app, body, caller: { actor }, signal }) => {
      const request = { ...(await requestOf(app.db, body)), actor, reason: 'dry run', signal };
      const session = openRehearsal(required(app.config, 'databaseUrl'));
      try {
        const previewed = await rehearseReversal({ ...app.settleDeps, session }, request);
        return { ...previewed, outcome: 'previewed' as const, reversal: null };
      } finally {
        await session.destroy();
      }
    },
  }),
  changes({
    path: '/v1/reversals',
    id: 'startReversal',
    about: 'Reversals',
    summary: 'Take it back, by new entries only: any worker works on it',
    body: startBody,
    answer: reversalShape,
    statuses: [202],
    handle: async (call) => {
      const { app, body, caller } = call;
      const request = { ...(await requestOf(app.db, body)), actor: caller.actor, reason: body.reason };
      return told(call, (await openReversal(app, request)).id);
    },
  }),
];
