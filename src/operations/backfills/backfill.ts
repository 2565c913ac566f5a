/**
 * A backfill as a kept object: started, approved, paused, resumed, given another rate, cancelled. Each change stands in the audit log, in its own
 * transaction. The work itself is work-backfills.ts.
 */
import { type Database, type Transaction, inTransaction } from '../../db/connection.ts';
import { databaseNow, shownNow } from '../../db/query.ts';
import type { Instant } from '../../domain/calendar.ts';
import { type DailyWindow, formatWindow } from '../../domain/corrections/window.ts';
import { ConnectsError } from '../../errors.ts';
import { insertAudit } from '../../ledger/audit-log.ts';
import {
  type Backfill,
  type BackfillAsked,
  findBackfill,
  insertBackfill,
  listOpenBackfills,
  lockBackfill,
  updateBackfillApproval,
  updateBackfillRate,
  updateBackfillState,
} from '../../ledger/backfills.ts';
import { requireReleased } from '../../ledger/ledger-hold.ts';
import { type Notify, closeRun, findRun, heartbeat, insertRun, releaseOpenKey } from '../../ledger/runs.ts';
import type { Log } from '../../log.ts';
import { logClosed } from '../runs/close-run.ts';
import type { BackfillPlan } from './backfill-plan.ts';

export interface BackfillDeps {
  readonly db: Database;
  readonly log: Log;
}

export interface StartRequest {
  /** Made a moment ago: what it says is what is kept as planned. */
  readonly plan: BackfillPlan;
  /** What the operator has seen; refused when the plan is another one by now. */
  readonly planHash?: string;
  readonly notify: Notify;
  readonly rate: number | null;
  /** When it may be worked on; always when absent. */
  readonly window?: DailyWindow;
  /** Of more Connects a second person must approve; 0 for never. */
  readonly approvalOver: number;
  /** The backfill whose failed accounts these are. */
  readonly retryOf?: number;
  readonly actor: string;
  readonly reason: string;
}

/**
 * Keeps a backfill, to be worked on by any worker.
 * @throws held `held`; refused `plan-changed`; conflict `backfill-overlaps` while another one over some of these cycles is open
 */
export async function startBackfill(deps: BackfillDeps, request: StartRequest): Promise<Backfill> {
  await requireReleased(deps.db);
  requireSamePlan(request);
  const id = await inTransaction(deps.db, (transaction) => insertStarted(transaction, request));
  const backfill = (await findBackfill(deps.db, id)) as Backfill;
  deps.log.info({ run: backfill.runId, backfill: id }, 'backfill started');
  return backfill;
}

const spanOf = ({ from, to }: BackfillAsked): string => `--from ${from} --to ${to}`;

export function requireSamePlan({ plan, planHash }: Pick<StartRequest, 'plan' | 'planHash'>): void {
  if (planHash === undefined || planHash === plan.hash) return;
  throw new ConnectsError(
    'refused',
    'plan-changed',
    `the plan is not ${planHash} any more but ${plan.hash}: look at it again with "connects backfill plan ${spanOf(plan.asked)}"`,
  );
}

/** @throws conflict `backfill-overlaps` */
export async function requireNoOverlap(db: Database | Transaction, asked: BackfillAsked): Promise<void> {
  const other = (await listOpenBackfills(db)).find((one) => overlap(one.asked, asked));
  if (!other) return;
  throw new ConnectsError(
    'conflict',
    'backfill-overlaps',
    `backfill ${other.id} (${other.state}) is over some of these cycles: wait for it, or "connects backfill cancel ${other.id}"`,
  );
}

/** Whether two have cycles in common: dates and accounts. Two plans have no account in common. */
export function overlap(a: BackfillAsked, b: BackfillAsked): boolean {
  if (a.from > b.to || b.from > a.to) return false;
  if (a.accounts && b.accounts) {
    const own = new Set(a.accounts);
    return b.accounts.some((id) => own.has(id));
  }
  return a.plan === undefined || b.plan === undefined || a.plan === b.plan;
}

/** Whether a second person must approve it before anything is granted. */
export const needsApproval = ({ plan, approvalOver }: Pick<StartRequest, 'plan' | 'approvalOver'>): boolean =>
  approvalOver > 0 && plan.connects > approvalOver;

/** Held while a backfill is being started, so that two never take the same cycles. */
const STARTING = 'backfill';

async function insertStarted(transaction: Transaction, request: StartRequest): Promise<number> {
  const { plan, notify, rate, actor, reason, retryOf } = request;
  const state = needsApproval(request) ? 'awaiting-approval' : 'running';
  const window = request.window ?? null;
  const { asked, accounts, cycles, connects, hash } = plan;
  const at = await databaseNow(transaction);
  // The unique key makes the next one wait here until this transaction ends, and then see this backfill.
  const runId = await insertRun(transaction, {
    kind: 'backfill',
    asOf: at,
    termsVersion: plan.termsVersion,
    notify,
    actor,
    reason,
    at,
    dueAtStart: accounts,
    openKey: STARTING,
  });
  if (runId === 'taken')
    throw new ConnectsError('conflict', 'backfill-starting', 'another backfill is being started: try again');
  await requireNoOverlap(transaction, asked);
  await releaseOpenKey(transaction, { runId, asOf: at, dueAtStart: accounts });
  const planned = { accounts, cycles, connects };
  const id = await insertBackfill(transaction, {
    state,
    asked,
    planned,
    planHash: hash,
    notify,
    rate,
    window,
    runId,
    actor,
    reason,
    createdAt: at,
  });
  await insertAudit(transaction, {
    at,
    actor,
    action: 'backfill.start',
    target: `backfill:${id}`,
    reason,
    runId,
    before: null,
    after: {
      ...summaryOf(asked),
      planned,
      planHash: hash,
      notify,
      rate,
      state,
      ...(window && { window: formatWindow(window) }),
      ...(retryOf !== undefined && { retryOf }),
    },
  });
  return id;
}

/** A long list of accounts is in the backfill itself; the audit log has how many. */
const summaryOf = ({ accounts, ...asked }: BackfillAsked) => ({
  ...asked,
  ...(accounts && { accounts: accounts.length }),
});

// ------------------------------------------------------------------------------------------------ changes

export interface ChangeRequest {
  readonly id: number;
  readonly actor: string;
  readonly reason: string | null;
}

/** Nothing is granted any more until it is resumed: a batch in flight cannot commit. */
export const pauseBackfill = (deps: BackfillDeps, request: ChangeRequest): Promise<Backfill> =>
  change(deps, request, { action: 'backfill.pause', from: ['running', 'paused'] }, (transaction) =>
    updateBackfillState(transaction, request.id, 'paused', null),
  );

/** Also takes it from a worker that is gone or stuck. @throws held `held` */
export async function resumeBackfill(deps: BackfillDeps, request: ChangeRequest): Promise<Backfill> {
  await requireReleased(deps.db);
  const resuming = { action: 'backfill.resume', from: ['running', 'paused'] } as const;
  return change(deps, request, resuming, async (transaction, { runId }, at) => {
    await updateBackfillState(transaction, request.id, 'running', null);
    await heartbeat(transaction, runId, at);
  });
}

/** For good. What is granted stays. */
export async function cancelBackfill(deps: BackfillDeps, request: ChangeRequest): Promise<Backfill> {
  const cancelling = { action: 'backfill.cancel', from: OPEN } as const;
  const after = await change(deps, request, cancelling, async (transaction, { runId }, now) => {
    await updateBackfillState(transaction, request.id, 'cancelled', now);
    await closeRun(transaction, runId, 'stopped', now);
  });
  const run = await findRun(deps.db, after.runId);
  if (run?.endedAt) await logClosed(deps, run, run.state, run.endedAt);
  return after;
}

/** @param request `rate` in accounts a second, null for as fast as it goes; whoever works on it keeps to it within a second */
export const changeRate = (
  deps: BackfillDeps,
  request: ChangeRequest & { readonly rate: number | null },
): Promise<Backfill> =>
  change(deps, request, { action: 'backfill.rate', from: OPEN }, (transaction) =>
    updateBackfillRate(transaction, request.id, request.rate),
  );

/** @throws refused `own-approval` of whoever started it */
export const approveBackfill = (deps: BackfillDeps, request: ChangeRequest): Promise<Backfill> => {
  const approving = { action: 'backfill.approve', from: ['awaiting-approval'] } as const;
  return change(deps, request, approving, async (transaction, before, at) => {
    if (before.actor.toLowerCase() === request.actor.toLowerCase())
      throw new ConnectsError(
        'refused',
        'own-approval',
        `backfill ${request.id} was started by ${before.actor}: somebody else must approve it`,
      );
    await updateBackfillApproval(transaction, request.id, { by: request.actor, at });
    await heartbeat(transaction, before.runId, at);
  });
};

const OPEN = ['awaiting-approval', 'running', 'paused'] as const;

interface Allowed {
  readonly action: string;
  readonly from: readonly Backfill['state'][];
}

/** @throws not-found `unknown-backfill`; conflict as `requireState` does */
async function change(
  { db, log }: BackfillDeps,
  { id, actor, reason }: ChangeRequest,
  { action, from }: Allowed,
  apply: (transaction: Transaction, before: Backfill, now: Instant) => Promise<void>,
): Promise<Backfill> {
  const after = await inTransaction(db, async (transaction) => {
    const before = await lockBackfill(transaction, id);
    if (!before) throw unknownBackfill(id);
    requireState(before, from);
    // Pausing and cancelling must work whatever the clocks show.
    const at = await shownNow(transaction);
    await apply(transaction, before, at);
    const changed = (await findBackfill(transaction, id)) as Backfill;
    await insertAudit(transaction, {
      at,
      actor,
      action,
      target: `backfill:${id}`,
      reason,
      runId: before.runId,
      before: { state: before.state, rate: before.rate },
      after: { state: changed.state, rate: changed.rate },
    });
    return changed;
  });
  log.info({ run: after.runId, backfill: id, state: after.state }, action);
  return after;
}

/** @throws conflict `backfill-ended`, `approval-missing`, `approval-not-needed` */
function requireState({ id, state }: Backfill, from: readonly Backfill['state'][]): void {
  if (from.includes(state)) return;
  if (state === 'completed' || state === 'cancelled')
    throw new ConnectsError('conflict', 'backfill-ended', `backfill ${id} is ${state} already`);
  if (state === 'awaiting-approval')
    throw new ConnectsError(
      'conflict',
      'approval-missing',
      `backfill ${id} waits for a second person: "connects backfill approve ${id} --reason R --yes"`,
    );
  throw new ConnectsError(
    'conflict',
    'approval-not-needed',
    `backfill ${id} is ${state}: it waits for nobody`,
  );
}

export const unknownBackfill = (id: number): ConnectsError =>
  new ConnectsError('not-found', 'unknown-backfill', `there is no backfill ${id}`);
