/** Attempts at accounts that fail: kept in the database, retried with a growing wait, then put aside. */
import { type Database, inBatch } from '../../db/connection.ts';
import { isRowLocked } from '../../db/errors.ts';
import { inHalves } from '../../db/halving.ts';
import type { Instant } from '../../domain/calendar.ts';
import { type Failure, lockAttempts, upsertFailures } from '../../ledger/failures.ts';
import { databaseNow } from '../../db/query.ts';
import type { Log } from '../../log.ts';
import { type GuardRules, type Stopped, logStopped, mayPutAside } from './mass-failure.ts';

export interface FailureRules extends GuardRules {
  /** Attempts before an account is put aside. */
  readonly attemptsMax: number;
  /** The first wait; each later one is four times as long. */
  readonly backoffMs: number;
}

export interface FailedAttempt {
  readonly account: string;
  readonly run: number;
  readonly code: string;
  readonly message: string;
}

export interface FailedOutcome {
  readonly outcome: 'failed';
  readonly code: string;
  readonly message: string;
  readonly putAside: boolean;
}

interface FailureDeps {
  readonly db: Database;
  readonly log: Log;
  readonly settings: FailureRules;
}

/** Records one more attempt of each, and says which are put aside now; `busy` where it cannot be recorded yet. */
export async function recordFailures(
  deps: FailureDeps,
  failed: readonly FailedAttempt[],
): Promise<Map<string, FailedOutcome | { readonly outcome: 'busy' }>> {
  const outcomes = new Map<string, FailedOutcome | { readonly outcome: 'busy' }>();
  for (const run of new Set(failed.map((one) => one.run))) {
    const attempts = failed.filter((one) => one.run === run);
    const parts = await inHalves<FailedAttempt, Recorded | undefined>(
      attempts,
      (part) => recordOfRun(deps, run, part),
      ({ account }, error) => {
        if (!isRowLocked(error)) throw error;
        return void outcomes.set(account, { outcome: 'busy' });
      },
    );
    for (const part of parts) if (part) tellRecorded(deps.log, part, outcomes);
  }
  return outcomes;
}

function tellRecorded(
  log: Log,
  { failures, asideBefore, stopped, now }: Recorded,
  outcomes: Map<string, FailedOutcome | { readonly outcome: 'busy' }>,
): void {
  if (stopped) logStopped(log, stopped, now);
  for (const one of failures) {
    // Somebody else put it aside meanwhile, and has said so.
    if (!asideBefore.has(one.accountId)) logFailure(log, one);
    outcomes.set(one.accountId, {
      outcome: 'failed',
      code: one.code,
      message: one.message,
      putAside: one.retryAt === null,
    });
  }
}

const logFailure = (log: Log, one: Failure): void =>
  log.warn(
    {
      run: one.runId,
      account: one.accountId,
      attempt: one.attempts,
      code: one.code,
      outcome: outcomeOf(one),
    },
    one.message,
  );

const outcomeOf = (failure: Failure): string => (failure.retryAt === null ? 'put-aside' : 'will-retry');

interface Recorded {
  readonly failures: readonly Failure[];
  /** Those of them that were put aside already. */
  readonly asideBefore: ReadonlySet<string>;
  readonly stopped?: Stopped;
  readonly now: Instant;
}

function recordOfRun(deps: FailureDeps, run: number, attempts: readonly FailedAttempt[]): Promise<Recorded> {
  return inBatch(deps.db, async (transaction) => {
    const now = await databaseNow(transaction);
    const before = await lockAttempts(
      transaction,
      run,
      attempts.map((one) => one.account),
    );
    const failures = attempts.map((one): Failure => {
      const known = before.get(one.account);
      // A job that was still in the queue when its account was put aside is no attempt: aside it stays.
      const asideAt = known?.asideAt ?? null;
      const count = (known?.attempts ?? 0) + (asideAt === null ? 1 : 0);
      return {
        accountId: one.account,
        runId: run,
        code: one.code,
        message: one.message,
        attempts: count,
        retryAt:
          asideAt !== null || count >= deps.settings.attemptsMax
            ? null
            : now + waitAfter(count, deps.settings.backoffMs),
        firstAt: known?.firstAt ?? now,
        lastAt: now,
        asideAt,
      };
    });
    const asideBefore = new Set(
      [...before].filter(([, one]) => one.asideAt !== null).map(([account]) => account),
    );
    await upsertFailures(transaction, failures);
    const { may, ...guarded } = await mayPutAside(transaction, run, deps.settings, now);
    if (may) return { failures, asideBefore, now };
    const kept = failures.map((one) => (asideBefore.has(one.accountId) ? one : { ...one, retryAt: now }));
    await upsertFailures(transaction, kept);
    return { failures: kept, asideBefore, now, ...guarded };
  });
}

/** Where the first wait is no longer than that, no later one is: nobody waits beyond the calendar's end. */
const WAIT_MAX_MS = 86_400_000;

export const waitAfter = (attempts: number, backoffMs: number): number =>
  Math.min(backoffMs * 4 ** (attempts - 1), Math.max(backoffMs, WAIT_MAX_MS));
