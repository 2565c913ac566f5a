/** One look at those that are put aside, for whoever counts them: each row is read once, and sorted out here. */
import { type Queryable, selectRows, toInstantOrNull } from '../db/query.ts';
import type { Instant } from '../domain/calendar.ts';
import type { PlanName } from '../domain/terms.ts';
import type { RunKind } from '../ledger/runs.ts';
import type { FailureState, WorkSum } from './failure-work.ts';

/** An account as one run put it aside. */
export interface LookedAside {
  readonly account: string;
  readonly code: string;
  readonly runId: number;
  readonly kind: RunKind | null;
  readonly plan: PlanName | null;
  readonly version: string | null;
  readonly state: Exclude<FailureState, 'failing'>;
  readonly assignee: string | null;
  /** When the first run put it aside that did so, and whole hours since. */
  readonly sinceAt: Instant;
  readonly hours: number;
  /** Of the account, as of now; 0 of an instant that does not exist, null of a closed account. */
  readonly nextCycleAt: Instant | null;
  /** False where a later run put the same account aside again: it counts with that one, unless this one is chosen. */
  readonly isLatest: boolean;
}

interface Stored {
  readonly account: string;
  readonly code: string;
  readonly runId: number;
  readonly firstAt: Date;
  readonly lastAt: Date;
  readonly asideAt: Date | null;
  readonly plan: PlanName | null;
  readonly nextCycleAt: Date | null;
  readonly acknowledgedAt: Date | null;
  readonly snoozedAt: Date | null;
  readonly snoozedUntil: Date | null;
  readonly assignedAt: Date | null;
  readonly assignee: string | null;
}

const HOUR_MS = 3_600_000;

/** @param max rows, in the order of errors and accounts; where there are more, nothing is known of the rest */
export async function lookAtAside(db: Queryable, now: Instant, max: number): Promise<LookedAside[]> {
  const rows = await selectRows<Stored>(
    db,
    `SELECT failures.account_id AS account, code, run_id AS runId, first_at AS firstAt, last_at AS lastAt,
            put_aside_at AS asideAt, plan, next_cycle_at AS nextCycleAt,
            acknowledged_at AS acknowledgedAt, snoozed_at AS snoozedAt, snoozed_until AS snoozedUntil, assigned_at AS assignedAt, assignee
       FROM failures
       LEFT JOIN failure_care ON failure_care.account_id = failures.account_id
       LEFT JOIN accounts ON accounts.id = failures.account_id
      WHERE failures.state = 'put-aside' ORDER BY failures.code, failures.account_id LIMIT ?`,
    [max],
  );
  const times = timesOf(rows);
  const runs = await findRunsOf(db, [...new Set(rows.map((row) => row.runId))]);
  return rows.map((row): LookedAside => {
    const { account, code, runId, plan } = row;
    const { latestRun, sinceAt, lastAt } = times.get(account) as Times;
    return {
      account,
      code,
      runId,
      plan,
      kind: runs.get(runId)?.kind ?? null,
      version: runs.get(runId)?.version ?? null,
      ...caredFor(row, { sinceAt, lastAt, now }),
      sinceAt,
      hours: Math.trunc((now - sinceAt) / HOUR_MS),
      nextCycleAt: row.nextCycleAt && (row.nextCycleAt.getTime() || 0),
      isLatest: runId === latestRun,
    };
  });
}

interface Times {
  readonly latestRun: number;
  readonly sinceAt: Instant;
  readonly lastAt: Instant;
}

/** Of all runs that put an account aside together. */
function timesOf(rows: readonly Stored[]): ReadonlyMap<string, Times> {
  const times = new Map<string, Times>();
  for (const row of rows) {
    const sinceAt = (row.asideAt ?? row.firstAt).getTime();
    const lastAt = (row.asideAt ?? row.lastAt).getTime();
    const known = times.get(row.account) ?? { latestRun: row.runId, sinceAt, lastAt };
    times.set(row.account, {
      latestRun: Math.max(known.latestRun, row.runId),
      sinceAt: Math.min(known.sinceAt, sinceAt),
      lastAt: Math.max(known.lastAt, lastAt),
    });
  }
  return times;
}

/** As `listedWork` has it in SQL, which would read each row again for it. */
function caredFor(
  row: Stored,
  { sinceAt, lastAt, now }: Pick<Times, 'sinceAt' | 'lastAt'> & { readonly now: Instant },
): Pick<LookedAside, 'state' | 'assignee'> {
  const by = (at: Date | null): Instant => toInstantOrNull(at) ?? -Infinity;
  const isSnoozed = by(row.snoozedUntil) > now && by(row.snoozedAt) >= sinceAt;
  const state = isSnoozed ? 'snoozed' : by(row.acknowledgedAt) >= lastAt ? 'acknowledged' : 'open';
  return { state, assignee: by(row.assignedAt) >= sinceAt ? row.assignee : null };
}

async function findRunsOf(
  db: Queryable,
  ids: readonly number[],
): Promise<ReadonlyMap<number, { readonly kind: RunKind; readonly version: string | null }>> {
  if (ids.length === 0) return new Map();
  const rows = await selectRows<{ id: number; kind: RunKind; version: string | null }>(
    db,
    'SELECT id, kind, program_version AS version FROM runs WHERE id IN (?)',
    [ids],
  );
  return new Map(rows.map(({ id, ...run }) => [id, run]));
}

/** How long they wait, by what was said of them: what `sumFailureWork` says of all. @param looked all of them */
export function sumLooked(looked: readonly LookedAside[]): ReadonlyMap<FailureState, WorkSum> {
  const sums = new Map<FailureState, WorkSum>();
  for (const { state, sinceAt, isLatest } of looked) {
    if (!isLatest) continue;
    const { accounts, oldestAt } = sums.get(state) ?? { accounts: 0, oldestAt: null };
    sums.set(state, { accounts: accounts + 1, oldestAt: Math.min(oldestAt ?? Infinity, sinceAt) });
  }
  return sums;
}
