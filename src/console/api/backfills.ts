/** /v1/backfills: cycles of the past that gave nothing: planned, granted, and watched. */
import { z } from 'zod';
import { shownNow } from '../../db/query.ts';
import { BACKFILL_REASONS } from '../../domain/corrections/backfill.ts';
import { parseWindow } from '../../domain/corrections/window.ts';
import { localDateField, zoneField } from '../../domain/events/fields.ts';
import { PLAN_NAMES } from '../../domain/terms.ts';
import { requireExpected } from '../../expecting.ts';
import { backfillJson, goesOnFrom, planJson, progressJson, readProgress } from '../../json/backfills.ts';
import { type Backfill, type BackfillAsked, findBackfill, listBackfills } from '../../ledger/backfills.ts';
import { requireReleased } from '../../ledger/ledger-hold.ts';
import { planOf } from '../../operations/backfills/plan-looks.ts';
import {
  approveBackfill,
  cancelBackfill,
  changeRate,
  needsApproval,
  pauseBackfill,
  requireNoOverlap,
  requireSamePlan,
  resumeBackfill,
  startBackfill,
  unknownBackfill,
} from '../../operations/backfills/backfill.ts';
import { readKnownDone } from '../../reports/backfill-progress.ts';
import { retryBackfill } from '../../operations/backfills/retry-backfill.ts';
import { Answered, type ApiCall, type ApiRoute, changes, reads } from './route.ts';
import { belowNumber, cursorField, pageFrom } from './cursor.ts';
import {
  accountsField,
  amount,
  count,
  counts,
  dateText,
  expectField,
  instantText,
  limitField,
  lineField,
  numberText,
  pageOf,
  reasonField,
} from './fields.ts';

// -------------------------------------------------------------------------------------------------- shapes

const askedFields = {
  from: dateText,
  to: dateText,
  plan: z.enum(PLAN_NAMES).nullable(),
  include: z.array(z.enum(BACKFILL_REASONS)),
  accountsAsked: count.nullable().describe('How many were named; null for all, or all of the plan.'),
};

const backfillFields = {
  backfill: count,
  ...askedFields,
  state: z.enum(['awaiting-approval', 'running', 'paused', 'completed', 'cancelled']),
  planned: z.strictObject({ accounts: count, cycles: count, connects: count }),
  planHash: z.string(),
  notify: z.enum(['none', 'digest', 'each']),
  rate: count.nullable().describe('Accounts a second; null for as fast as it goes.'),
  window: z.strictObject({ opens: z.string(), closes: z.string(), zone: z.string() }).nullable(),
  goesOnAt: instantText.nullable().describe('When its window opens, where it waits for that.'),
  runId: count,
  doneTo: z.string(),
  actor: z.string(),
  reason: z.string(),
  approvedBy: z.string().nullable(),
  approvedAt: instantText.nullable(),
  createdAt: instantText,
  endedAt: instantText.nullable(),
};

const listedShape = z.strictObject(backfillFields).meta({ id: 'ListedBackfill' });

const backfillShape = z
  .strictObject({
    ...backfillFields,
    exact: z
      .boolean()
      .describe(
        'False of a large one that goes on: done is an estimate, and items are counted once it has ended.',
      ),
    done: z.strictObject({ granted: count, failed: count }).describe('Accounts.'),
    items: z.array(
      z.strictObject({
        state: z.string(),
        reason: z.string(),
        why: z.string().nullable(),
        accounts: count,
        cycles: count,
        connects: amount,
      }),
    ),
    failed: z
      .array(z.strictObject({ account: z.string(), code: z.string(), message: z.string() }))
      .describe('The first of those that failed.'),
  })
  .meta({ id: 'Backfill' });

const planFields = {
  ...askedFields,
  termsVersion: count,
  hash: z.string().describe('Changes whenever anything changes that would be granted, or by which.'),
  accounts: count,
  cycles: count,
  connects: count,
  settledFirst: z.strictObject({ accounts: count, cycles: count, connects: amount }),
  byReason: z.record(z.string(), z.strictObject({ cycles: count, connects: count })),
  skipped: counts.describe('Cycles that are left as they are, by why.'),
  recorded: count,
  notIncluded: counts,
  samples: z.array(
    z.strictObject({
      account: z.string(),
      cycles: z.array(
        z.strictObject({ cycleOn: dateText, reason: z.enum(BACKFILL_REASONS), connects: count }),
      ),
    }),
  ),
};

const planShape = z
  .strictObject({
    ...planFields,
    needsApproval: z.boolean().describe('Whether it would wait for a second person.'),
  })
  .meta({ id: 'BackfillPlan' });

const lookingShape = z
  .strictObject({
    outcome: z
      .enum(['looking', 'busy'])
      .describe('All accounts are being looked at, or as many looks go on as may: ask the same again.'),
    looked: count.describe('Accounts so far.'),
    of: count.nullable().describe('About how many there are; null where that is not known.'),
  })
  .meta({ id: 'BackfillLook' });

const startedShape = z.union([
  backfillShape,
  z.strictObject({ outcome: z.literal('nothing-to-grant'), ...planFields }),
]);

// --------------------------------------------------------------------------------------------------- bodies

const askedBody = {
  from: localDateField.describe('The first cycle date, included.'),
  to: localDateField.describe('The last cycle date, included.'),
  accounts: accountsField.optional(),
  plan: z.enum(PLAN_NAMES).optional().describe('Accounts that are on it; not with accounts.'),
  include: z
    .array(z.enum(BACKFILL_REASONS))
    .default([])
    .describe('Also cycles that were settled and gave nothing, or were reversed.'),
};

interface Asked {
  readonly from: string;
  readonly to: string;
  readonly accounts?: string[] | undefined;
  readonly plan?: BackfillAsked['plan'] | undefined;
}

function checkAsked({ from, to, accounts, plan }: Asked, context: z.RefinementCtx): void {
  if (from > to) context.addIssue({ code: 'custom', path: ['from'], message: `is later than to, ${to}` });
  if (accounts !== undefined && plan !== undefined)
    context.addIssue({ code: 'custom', path: ['plan'], message: 'cannot be given with accounts' });
}

const planBody = z.strictObject(askedBody).superRefine(checkAsked);

const windowField = z
  .strictObject({
    between: z
      .string()
      .refine((text) => parseWindow(text) !== undefined, 'expected two different times, such as 22:00-05:00')
      .describe('Local times, such as 22:00-05:00.'),
    zone: zoneField.default('UTC'),
  })
  .transform(({ between, zone }) => ({
    ...(parseWindow(between) as { opens: string; closes: string }),
    zone,
  }));

const startBody = z
  .strictObject({
    ...askedBody,
    planHash: lineField(64).describe(
      'Of the plan that was seen: refused (409) when it is another one by now.',
    ),
    notify: z.enum(['none', 'digest', 'each']).default('none'),
    rate: z.int().min(1).max(100_000).nullable().default(null).describe('Accounts a second at the most.'),
    window: windowField.optional().describe('When it may be worked on; always when absent.'),
    expect: expectField.optional(),
    reason: reasonField,
  })
  .superRefine(checkAsked);

const askedOf = ({ from, to, accounts, plan, include }: z.output<typeof planBody>): BackfillAsked => ({
  from,
  to,
  ...(accounts && { accounts }),
  ...(plan !== undefined && { plan }),
  include: BACKFILL_REASONS.filter((one) => one !== 'absent' && include.includes(one)),
});

// --------------------------------------------------------------------------------------------------- routes

const params = z.strictObject({ backfill: numberText });

const toldNow = async ({ app: { db } }: Pick<ApiCall, 'app'>, backfill: Backfill) =>
  progressJson(backfill, await readProgress(db, backfill, readKnownDone));

const changing = (
  name: 'pause' | 'resume' | 'cancel' | 'approve',
  summary: string,
  change: typeof pauseBackfill,
): ApiRoute =>
  changes({
    path: `/v1/backfills/{backfill}/${name}`,
    id: `${name}Backfill`,
    about: 'Backfills',
    summary,
    params,
    body: z.strictObject({ reason: reasonField }),
    answer: backfillShape,
    handle: async (call) => {
      const { app, params: asked, body, caller } = call;
      const request = { id: asked.backfill, actor: caller.actor, reason: body.reason };
      return toldNow(call, await change({ db: app.db, log: app.log }, request));
    },
  });

export const BACKFILL_ROUTES: readonly ApiRoute[] = [
  reads({
    path: '/v1/backfills',
    id: 'listBackfills',
    about: 'Backfills',
    summary: 'Backfills, the newest first',
    query: z.strictObject({ limit: limitField, cursor: cursorField('backfills', belowNumber) }),
    answer: pageOf(listedShape),
    handle: async ({ app: { db }, query: { limit, cursor } }) => {
      const now = await shownNow(db);
      return pageFrom(await listBackfills(db, limit + 1, cursor), limit, {
        list: 'backfills',
        keyOf: ({ id }) => id,
        toJson: (one) => backfillJson(one, goesOnFrom(one, now)),
      });
    },
  }),
  reads({
    path: '/v1/backfills/{backfill}',
    id: 'showBackfill',
    about: 'Backfills',
    summary: 'How far a backfill is, and what became of its cycles',
    params,
    answer: backfillShape,
    handle: async (call) => {
      const backfill = await findBackfill(call.app.db, call.params.backfill);
      if (!backfill) throw unknownBackfill(call.params.backfill);
      return toldNow(call, backfill);
    },
  }),
  changes({
    path: '/v1/backfills/plan',
    id: 'planBackfill',
    about: 'Backfills',
    summary:
      'What a backfill would grant: by reason, in Connects, five sample accounts; nothing changes. Of more than 1,000 accounts it is found out in the background: 202 until it is known, and for five minutes then',
    body: planBody,
    answer: z.union([planShape, lookingShape]),
    statuses: [200, 202],
    handle: async ({ app, body, signal }) => {
      const look = await app.planLooks.ask(askedOf(body), signal);
      if (look.state === 'busy') return new Answered({ outcome: look.state, looked: 0, of: null }, 202);
      if (look.state === 'looking') {
        const { state: outcome, looked, of } = look;
        return new Answered({ outcome, looked, of }, 202);
      }
      const plan = planOf(look);
      const approvalOver = app.config.backfillApprovalOver;
      return { ...planJson(plan), needsApproval: needsApproval({ plan, approvalOver }) };
    },
  }),
  changes({
    path: '/v1/backfills',
    id: 'startBackfill',
    about: 'Backfills',
    summary: 'Start what a plan showed: any worker works on it, live sweeps go first',
    body: startBody,
    answer: startedShape,
    statuses: [202, 200],
    handle: async (call) => {
      const { app, body, caller, signal } = call;
      const { planHash, notify, rate, window, expect, reason } = body;
      await requireReleased(app.db);
      const asked = askedOf(body);
      const plan = planOf(await app.planLooks.ask(asked, signal));
      requireExpected(expect, plan.accounts, 'account');
      requireSamePlan({ plan, planHash });
      await requireNoOverlap(app.db, asked);
      if (plan.cycles + plan.recorded === 0)
        return new Answered({ outcome: 'nothing-to-grant' as const, ...planJson(plan) }, 200);
      const backfill = await startBackfill(app, {
        plan,
        planHash,
        notify,
        rate,
        ...(window && { window }),
        approvalOver: app.config.backfillApprovalOver,
        actor: caller.actor,
        reason,
      });
      app.planLooks.drop(asked);
      return toldNow(call, backfill);
    },
  }),
  changing('pause', 'Grant no more until it is resumed', pauseBackfill),
  changing('resume', 'Go on, also where a worker died', resumeBackfill),
  changing('cancel', 'End it; what is granted stays', cancelBackfill),
  changing('approve', 'Let it begin, as a second person', approveBackfill),
  changes({
    path: '/v1/backfills/{backfill}/retry',
    id: 'retryBackfill',
    about: 'Backfills',
    summary: 'Start another one for the accounts that failed, asked and paced as the first',
    params,
    body: z.strictObject({ reason: reasonField }),
    answer: backfillShape,
    statuses: [202],
    handle: async (call) => {
      const { app, params: asked, body, caller, signal } = call;
      const approvalOver = app.config.backfillApprovalOver;
      const by = { actor: caller.actor, reason: body.reason, approvalOver };
      return toldNow(call, await retryBackfill(app, { id: asked.backfill, signal, ...by }));
    },
  }),
  changes({
    path: '/v1/backfills/{backfill}/rate',
    id: 'changeBackfillRate',
    about: 'Backfills',
    summary: 'Go on faster or slower, from the next second on',
    params,
    body: z.strictObject({
      rate: z
        .int()
        .min(1)
        .max(100_000)
        .nullable()
        .describe('Accounts a second; null for as fast as it goes.'),
      reason: reasonField,
    }),
    answer: backfillShape,
    handle: async (call) => {
      const { app, params: asked, body, caller } = call;
      const request = { id: asked.backfill, actor: caller.actor, ...body };
      return toldNow(call, await changeRate({ db: app.db, log: app.log }, request));
    },
  }),
];
