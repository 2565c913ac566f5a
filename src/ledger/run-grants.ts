/** Reading what a run granted: at the boundaries that it settled, and later, as a backfill. */
import { type Queryable, selectOne, selectRows } from '../db/query.ts';
import type { Instant, LocalDate } from '../domain/calendar.ts';
import type { PlanName } from '../domain/terms.ts';

/** What one run posted for one cycle. */
export interface RunCycle {
  readonly accountId: string;
  readonly on: LocalDate;
  readonly startsAt: Instant;
  readonly plan: PlanName;
  readonly expired: number;
  readonly free: number;
  readonly paid: number;
  readonly recovered: number;
  /** The part of `recovered` that was owed since a failed payment. */
  readonly owed: number;
}

const NOT_REVERSED = `NOT EXISTS (SELECT 1 FROM amendments AS reversed WHERE reversed.account_id = granted.account_id
  AND reversed.cycle_on = granted.cycle_on AND reversed.reversed_run = granted.run_id)`;
const SETTLED = `FROM cycles AS granted
  WHERE granted.run_id = ? AND granted.code IN ('granted', 'no-monthly-grant') AND ${NOT_REVERSED}`;
const LATER = `FROM amendments AS granted
  WHERE granted.run_id = ? AND granted.kind = 'granted' AND ${NOT_REVERSED}`;

/** A page of the accounts that a run granted something that was not taken back, in the order of their ids. */
export async function listAccountsGrantedBy(
  db: Queryable,
  runId: number,
  page: { readonly after: string; readonly limit: number },
): Promise<string[]> {
  const part = (from: string): string =>
    `(SELECT DISTINCT granted.account_id AS id ${from} AND granted.account_id > ? ORDER BY id LIMIT ?)`;
  const bindings = [runId, page.after, page.limit];
  const rows = await selectRows<{ id: string }>(
    db,
    `${part(SETTLED)} UNION ${part(LATER)} ORDER BY id LIMIT ?`,
    [...bindings, ...bindings, page.limit],
  );
  return rows.map((row) => row.id);
}

/** What a run granted these accounts and was not taken back, by account and date. */
export async function listCyclesOfRun(
  db: Queryable,
  runId: number,
  accountIds: readonly string[],
): Promise<RunCycle[]> {
  const columns = `granted.account_id AS accountId, granted.cycle_on AS cycleOn, granted.starts_at AS startsAt,
    granted.plan, granted.expired, granted.free, granted.paid, granted.recovered`;
  const rows = await selectRows<Omit<RunCycle, 'on' | 'startsAt'> & { cycleOn: LocalDate; startsAt: Date }>(
    db,
    `SELECT ${columns}, granted.recovered AS owed ${SETTLED} AND granted.account_id IN (?)
     UNION ALL SELECT ${columns}, granted.owed ${LATER} AND granted.account_id IN (?)
     ORDER BY accountId, cycleOn`,
    [runId, accountIds, runId, accountIds],
  );
  return rows.map(({ cycleOn: on, startsAt, ...row }) => ({ ...row, on, startsAt: startsAt.getTime() }));
}

/** Whether any grant of a run was taken back. */
export async function anyReversedOf(db: Queryable, runId: number): Promise<boolean> {
  const row = await selectOne(db, 'SELECT 1 AS found FROM amendments WHERE reversed_run = ? LIMIT 1', [runId]);
  return row !== undefined;
}
