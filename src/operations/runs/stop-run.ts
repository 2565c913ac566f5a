/**
 * Stopping a run: nobody submits for it any more, and its jobs do nothing. What is in flight, at most the batches of
 * the next second, still commits. Whatever it did not settle is still due, for the next sweep.
 */
import { type Database, inTransaction } from '../../db/connection.ts';
import { shownNow } from '../../db/query.ts';
import { ConnectsError } from '../../errors.ts';
import { insertAudit } from '../../ledger/audit-log.ts';
import { listOpenBackfills } from '../../ledger/backfills.ts';
import { countLeft } from '../../ledger/run-accounts.ts';
import { STOPPED, findRunStop, insertRunStop } from '../../ledger/run-stops.ts';
import { type Run, findRun, getRun, markStopping } from '../../ledger/runs.ts';
import type { Log } from '../../log.ts';
import type { JobQueue } from '../../queue/producer.ts';

export interface StopDeps {
  readonly db: Database;
  readonly log: Log;
  readonly queue: Pick<JobQueue, 'countSettling'>;
}

export interface StopRequest {
  readonly run: number;
  readonly actor: string;
  readonly reason: string | null;
  readonly dryRun?: boolean;
}

export interface StopOutcome {
  readonly run: Run;
  /** `already-stopping` when somebody asked before. */
  readonly outcome: 'stopping' | 'already-stopping';
  /** Accounts that it will not settle; they stay due. */
  readonly remaining: number;
  /** Jobs that workers hold now, of this run or another; null while Redis is away. */
  readonly inFlight: number | null;
  /** Jobs that wait in the queue; those of this run will do nothing. */
  readonly queued: number | null;
}

/**
 * @throws not-found `unknown-run`; conflict `run-closed`; refused `run-kind` for backfills and reversals, which have
 *   commands of their own
 */
export async function stopRun(deps: StopDeps, request: StopRequest): Promise<StopOutcome> {
  const run = await requireStoppable(deps.db, request.run);
  const remaining = await countLeft(deps.db, run);
  const jobs = await deps.queue.countSettling().catch(() => null);
  const told = { run, remaining, inFlight: jobs?.active ?? null, queued: jobs?.waiting ?? null };
  if (run.state === 'stopping' || request.dryRun)
    return { ...told, outcome: run.state === 'stopping' ? 'already-stopping' : 'stopping' };
  const stopped = await inTransaction(deps.db, async (transaction) => {
    const at = await shownNow(transaction);
    if (!(await markStopping(transaction, run.id, at))) return false;
    const { actor, reason } = request;
    await insertRunStop(transaction, {
      runId: run.id,
      at,
      actor,
      code: STOPPED,
      reason: reason ?? 'no reason given',
    });
    await insertAudit(transaction, {
      at,
      actor,
      action: 'run.stop',
      target: `run:${run.id}`,
      reason,
      before: {
        state: 'running',
        remaining,
      },
      after: { state: 'stopping' },
      runId: run.id,
    });
    return true;
  });
  if (!stopped) return { ...told, ...(await lostRace(deps.db, run.id)) };
  deps.log.info({ run: run.id, actor: request.actor, remaining, outcome: 'stopping' }, 'run asked to stop');
  return { ...told, outcome: 'stopping' };
}

/** A run that can be stopped. @throws as `stopRun` does */
export async function requireStoppable(db: Database, id: number): Promise<Run> {
  const run = await getRun(db, id);
  if (run.endedAt !== null) throw closed(run);
  if (run.kind === 'sweep' || run.kind === 'rerun') return run;
  const backfill = (await listOpenBackfills(db)).find((one) => one.runId === id)?.id ?? 'ID';
  throw new ConnectsError(
    'refused',
    'run-kind',
    `run ${id} is a ${run.kind}: ` +
      (run.kind === 'backfill'
        ? `"connects backfill pause ${backfill}" and "connects backfill cancel ${backfill}" stop it`
        : 'it ends by itself, and cannot be stopped half-way'),
  );
}

const closed = (run: Run): ConnectsError =>
  new ConnectsError('conflict', 'run-closed', `run ${run.id} is ${run.state} already`);

/** Somebody stopped or closed it between our look and our write. */
async function lostRace(db: Database, id: number): Promise<{ outcome: 'already-stopping' }> {
  const run = (await findRun(db, id)) as Run;
  if (run.endedAt !== null || !(await findRunStop(db, id))) throw closed(run);
  return { outcome: 'already-stopping' };
}
