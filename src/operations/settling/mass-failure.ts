/**
 * The guard against a bad deploy: where many accounts of a run fail with one code, it is not the accounts. The run
 * then stops itself and puts nobody more aside; those that failed stay due, and the next run tries them again.
 */
import type { Transaction } from '../../db/connection.ts';
import type { Instant } from '../../domain/calendar.ts';
import { countFailing } from '../../ledger/put-aside.ts';
import { insertRunStop } from '../../ledger/run-stops.ts';
import { type Run, findRun, markStopping } from '../../ledger/runs.ts';
import type { Log } from '../../log.ts';
import { counted } from '../../words.ts';

export interface GuardRules {
  /** So many accounts of a run must fail with one code, at the least … */
  readonly guardAccounts: number;
  /** … and more than this share of all accounts that were due at its start. */
  readonly guardPercent: number;
}

/** Who stops a run that nobody stopped. */
const ITSELF = 'connects';

export interface Stopped {
  readonly run: Run;
  readonly code: string;
  readonly accounts: number;
}

/**
 * Whether the run may put accounts aside, now that these attempts are recorded. A run that is no longer open may not;
 * one that fails as a whole is asked to stop here, in the same transaction.
 */
export async function mayPutAside(
  transaction: Transaction,
  runId: number,
  rules: GuardRules,
  now: Instant,
): Promise<{ readonly may: boolean; readonly stopped?: Stopped }> {
  const run = await findRun(transaction, runId);
  // A dry run has no row: what it writes is rolled back anyway.
  if (!run || !isGuarded(run)) return { may: true };
  if (run.state !== 'running') return { may: false };
  const failing = Object.fromEntries(await countFailing(transaction, runId));
  const worst = massFailureOf(failing, run.dueAtStart, rules);
  if (!worst) return { may: true };
  const reason =
    `${worst.accounts} of ${counted(run.dueAtStart, 'account')} failed with ${worst.code}: ` +
    'a bad deploy or bad terms, not bad accounts';
  await insertRunStop(transaction, { runId, at: now, actor: ITSELF, code: worst.code, reason });
  // What is in flight still commits: it is closed, as failed, by whoever looks once that has ended.
  const stopping = await markStopping(transaction, runId, now);
  return stopping ? { may: false, stopped: { run, ...worst } } : { may: false };
}

/** Backfills and reversals are a person's own doing, and have guards of their own. */
const isGuarded = (run: Run): boolean => run.kind === 'sweep' || run.kind === 'rerun';

/** @param failing accounts by code. @returns what stops a run of so many accounts; null where nothing does */
export function massFailureOf(
  failing: Readonly<Record<string, number>>,
  due: number,
  rules: GuardRules,
): { code: string; accounts: number } | null {
  const [worst] = Object.entries(failing).toSorted(([, a], [, b]) => b - a);
  if (!worst) return null;
  const [code, accounts] = worst;
  return accounts >= rules.guardAccounts && accounts * 100 > due * rules.guardPercent
    ? { code, accounts }
    : null;
}

/** How many accounts of a run have to fail with one code for it to stop itself. */
export const stopsItselfAt = (due: number, rules: GuardRules): number =>
  Math.max(rules.guardAccounts, Math.floor((due * rules.guardPercent) / 100) + 1);

/** The line that pages: the run's counts follow in `run show`. */
export function logStopped(log: Log, { run, code, accounts }: Stopped, now: Instant): void {
  log.error(
    {
      run: run.id,
      kind: run.kind,
      outcome: 'failed',
      code,
      accounts,
      due: run.dueAtStart,
      durationMs: now - run.startedAt,
      alert: 'ConnectsRunFailed',
    },
    `run ${run.id} stopped itself: ${accounts} of ${counted(run.dueAtStart, 'account')} failed with ${code}`,
  );
}
