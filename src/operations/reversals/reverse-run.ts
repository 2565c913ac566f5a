/**
 * Taking a run back: for every account that it granted something, one `reversal` entry of the whole, and an amendment
 * that marks each cycle `reversed`. A backfill that includes `reversed` then grants those cycles again, under whatever
 * terms are in force by then. Settlements and entries stay as they are.
 *
 *   the ledger is held      it stops there, and any worker goes on with it once it is released
 *   the process dies        the same command goes on: an account is reversed in one transaction, or not at all
 *   an account fails        it is told; the others are reversed, and the same command tries it again
 */
import { type Database, type Transaction, inTransaction } from '../../db/connection.ts';
import { databaseNow } from '../../db/query.ts';
import { rehearse } from '../../db/rehearsal.ts';
import type { Instant } from '../../domain/calendar.ts';
import { isRowLocked } from '../../db/errors.ts';
import { ConnectsError, unavailable } from '../../errors.ts';
import { requireReleased } from '../../ledger/ledger-hold.ts';
import { listRunAccounts } from '../../ledger/run-accounts.ts';
import { type GrantCode, type GrantFilter, sourceOf } from '../../ledger/run-grants.ts';
import {
  type Run,
  closeRun,
  holdsSubmitting,
  leaseSubmitting,
  listOrphanedReversals,
  releaseSubmitting,
} from '../../ledger/runs.ts';
import { getLatestTerms } from '../../ledger/terms-versions.ts';
import { logClosed } from '../runs/close-run.ts';
import { sampleDone } from '../runs/rate-samples.ts';
import type { CatchUpDeps } from '../settling/bring-current.ts';
import { type ReversalAsked, active, openOrJoinReversal, requireAsMany, sorted } from './open-reversal.ts';
import { NOBODYS, countReversed, grantedPages, requireReversible } from './reversal-source.ts';
import { type ReverseOutcome, ReversalSum } from './reversal-sum.ts';
import { type Reversed, reverseAccounts } from './reverse-accounts.ts';

export interface ReverseRequest extends ReversalAsked {
  readonly signal?: AbortSignal;
  /** Of a process that goes on in place of one that died: when it ends in the middle, the next one may do the same. */
  readonly inPlace?: true;
  readonly onProgress?: (state: { done: number; total?: number }) => void;
}

const LEASE_MS = 30_000;

/**
 * @throws held `held`, also in the middle: then any worker goes on with it; not-found `unknown-run`; invalid-input `not-reversible`; conflict `run-open`, `already-reversed`,
 *   `nothing-to-reverse`, `reversal-active`; unavailable: the same call goes on
 */
export async function reverseRun(deps: CatchUpDeps, request: ReverseRequest): Promise<ReverseOutcome> {
  const { source } = request;
  const { run, filter, terms } = await openOrJoinReversal(deps, request);
  const before = await countReversed(deps.db, source, filter, run.id);
  const sum = new ReversalSum(run.id, terms.version, before);
  let held = await lease(deps.db, run.id, undefined);
  const keep = async (transaction: Transaction): Promise<void> => {
    if (!(await holdsNow(transaction, run.id, held))) throw active(`run ${run.id}`);
  };
  const ground = {
    source,
    filter,
    reversal: run.id,
    notify: run.notify,
    terms,
    actor: request.actor,
    reason: request.reason,
    keep,
  };
  for await (const ids of grantedPages(deps.db, source, filter)) {
    if (request.signal?.aborted) {
      if (!request.inPlace) await releaseSubmitting(deps.db, run.id, held);
      return sum.endWhole(deps.db, 'interrupted');
    }
    const page = await orLeaveOpen(deps.db, { runId: run.id, held }, () =>
      reverseAccounts(deps, ground, ids),
    );
    sum.add(page);
    await sampleDone(deps.db, run, page.done.length);
    request.onProgress?.({ done: sum.done });
    held = await lease(deps.db, run.id, held);
  }
  const state = sum.failedAny ? 'completed-with-failures' : 'completed';
  const now = await databaseNow(deps.db);
  await inTransaction(deps.db, async (transaction) => {
    await keep(transaction);
    await closeRun(transaction, run.id, state, now);
  });
  await logClosed(deps, run, state, now);
  return sum.endWhole(deps.db, 'reversed');
}

/** Where the ledger is held meanwhile, the run is left as if this process had died: anybody goes on after the release. */
async function orLeaveOpen<Result>(
  db: Database,
  { runId, held }: { readonly runId: number; readonly held: Instant },
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ConnectsError && error.kind === 'held') {
      const now = await databaseNow(db);
      await leaseSubmitting(db, { runId, now, until: now, held });
    }
    throw error;
  }
}

/** @throws unavailable `run-locked`: it is the reversal that somebody keeps locked, and none of its accounts */
async function holdsNow(transaction: Transaction, runId: number, held: Instant): Promise<boolean> {
  try {
    return await holdsSubmitting(transaction, runId, held);
  } catch (error) {
    if (!isRowLocked(error)) throw error;
    throw unavailable('run-locked', `somebody else keeps the row of run ${runId} locked`, { cause: error });
  }
}

/**
 * Goes on with reversals whose process died. Those that a person interrupted are left to him.
 * @returns how many there were
 */
export async function resumeReversals(deps: CatchUpDeps, signal: AbortSignal): Promise<number> {
  const orphans = await listOrphanedReversals(deps.db, await databaseNow(deps.db));
  if (orphans.length > 0) await requireReleased(deps.db);
  for (const { run, key } of orphans) {
    const source = sourceOf(key);
    if (!source || signal.aborted) continue;
    const { actor, reason, notify } = run;
    const asked = {
      source,
      filter: await filterOf(deps.db, run),
      actor,
      reason: reason ?? '',
      notify: notify === 'each' ? 'each' : 'none',
    } as const;
    deps.log.info({ run: run.id, kind: run.kind }, 'its process is gone: going on with it');
    try {
      await reverseRun(deps, { ...asked, signal, inPlace: true });
    } catch (error) {
      // Somebody else was faster.
      if (!(error instanceof ConnectsError) || error.kind !== 'conflict') throw error;
    }
  }
  return orphans.length;
}

/** What the reversal was asked for, as it is kept. */
async function filterOf(db: Database, { id, asked }: Run): Promise<GrantFilter> {
  const { accounts, plan, code } = asked ?? {};
  return {
    ...(accounts !== undefined && { accounts: await listRunAccounts(db, id) }),
    ...(plan !== undefined && { plan }),
    ...(code !== undefined && { code: code as GrantCode }),
  };
}

export interface RehearsalDeps extends CatchUpDeps {
  /** One connection that nobody else uses. */
  readonly session: Database;
}

/**
 * The same, in transactions that are rolled back.
 * @param look is given each page, once it is rolled back
 */
export async function rehearseReversal(
  deps: RehearsalDeps,
  request: ReverseRequest,
  look: (page: Reversed) => Promise<void> = () => Promise.resolve(),
): Promise<ReverseOutcome> {
  const { source } = request;
  const filter = sorted(request.filter ?? {});
  await requireReversible(deps.db, source, filter);
  await requireAsMany(deps.db, { ...request, filter });
  const terms = await getLatestTerms(deps.db);
  const sum = new ReversalSum(null, terms.version, await countReversed(deps.db, source, filter));
  const ground = {
    source,
    filter,
    reversal: NOBODYS,
    notify: request.notify ?? 'none',
    terms,
    actor: request.actor,
    reason: request.reason,
  };
  for await (const ids of grantedPages(deps.db, source, filter)) {
    if (request.signal?.aborted) break;
    const page = await rehearse(deps.session, (db) => reverseAccounts({ ...deps, db }, ground, ids));
    sum.add(page);
    await look(page);
    request.onProgress?.({ done: sum.done });
  }
  return sum.end('previewed');
}

/** @throws conflict `reversal-active` while another process holds it */
async function lease(db: Database, runId: number, held: Instant | undefined): Promise<Instant> {
  const now = await databaseNow(db);
  const until = Math.max(now + LEASE_MS, (held ?? 0) + 1);
  if (await leaseSubmitting(db, { runId, now, until, held })) return until;
  throw active(`run ${runId}`);
}
