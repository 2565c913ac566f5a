/** SQL of `cycles`: one settlement per account and cycle date. */
import { type Queryable, type Statement, insertOf, selectOne, selectRows, toDate } from '../db/query.ts';
import type { Instant, LocalDate } from '../domain/calendar.ts';
import type { Settlement } from '../domain/settle.ts';
import type { PlanName } from '../domain/terms.ts';

/** `staged`: told by the notice of its catch-up. The others say why there is none. */
export type CycleNotice = 'staged' | 'unchanged' | 'opted-out' | 'not-asked';

export interface CycleRow {
  readonly accountId: string;
  readonly settlement: Settlement;
  readonly termsVersion: number;
  readonly runId: number | null;
  readonly decisionNo: number;
  readonly notice: CycleNotice;
  readonly postedAt: Instant;
  /** Written down again after it was lost: the sums of the charts have it already. */
  readonly isAgain?: true;
}

const COLUMNS = [
  'account_id',
  'cycle_on',
  'starts_at',
  'next_on',
  'opening',
  'carried',
  'expired',
  'free',
  'paid',
  'recovered',
  'closing',
  'plan',
  'cap',
  'code',
  'terms_version',
  'run_id',
  'decision_no',
  'notice',
  'posted_at',
] as const;

/** Run, they throw the database's duplicate-key error (1062) when one of these boundaries is settled already. */
export const cycleInserts = (rows: readonly CycleRow[]): Statement[] =>
  insertOf('cycles', COLUMNS, rows.map(toCells));

const toCells = ({ accountId, settlement, ...row }: CycleRow) => [
  accountId,
  settlement.cycleOn,
  toDate(settlement.startsAt),
  settlement.nextOn,
  settlement.opening,
  settlement.carried,
  settlement.expired,
  settlement.free,
  settlement.paid,
  settlement.recovered,
  settlement.closing,
  settlement.plan,
  settlement.cap,
  settlement.code,
  row.termsVersion,
  row.runId,
  row.decisionNo,
  row.notice,
  toDate(row.postedAt),
];

/** A settlement as an operator's tools need it: whose, by which run and terms. */
export interface RecordedSettlement extends Settlement {
  readonly accountId: string;
  readonly termsVersion: number;
  readonly runId: number | null;
  readonly notice: CycleNotice;
  readonly postedAt: Instant;
}

/** All settlements of these accounts in a range of dates (inclusive), by account and date. */
export async function listSettlementsOf(
  db: Queryable,
  accountIds: readonly string[],
  range: { readonly first: LocalDate; readonly last: LocalDate },
): Promise<RecordedSettlement[]> {
  if (accountIds.length === 0) return [];
  const rows = await selectRows<
    Omit<RecordedSettlement, 'startsAt' | 'postedAt'> & { startsAt: Date; postedAt: Date }
  >(
    db,
    `SELECT account_id AS accountId, cycle_on AS cycleOn, starts_at AS startsAt, next_on AS nextOn, opening, carried,
            expired, free, paid, recovered, closing, plan, cap, code, terms_version AS termsVersion,
            run_id AS runId, notice, posted_at AS postedAt
       FROM cycles WHERE account_id IN (?) AND cycle_on BETWEEN ? AND ? ORDER BY account_id, cycle_on`,
    [accountIds, range.first, range.last],
  );
  return rows.map((row) => ({
    ...row,
    startsAt: row.startsAt.getTime(),
    postedAt: row.postedAt.getTime(),
  }));
}

/** Dates of settlements from one on, by account; none of those that have none. */
export async function listCycleDates(
  db: Queryable,
  accountIds: readonly string[],
  since: LocalDate,
): Promise<Map<string, Set<LocalDate>>> {
  const dates = new Map<string, Set<LocalDate>>();
  if (accountIds.length === 0) return dates;
  const rows = await selectRows<{ accountId: string; on: LocalDate }>(
    db,
    'SELECT account_id AS accountId, cycle_on AS `on` FROM cycles WHERE account_id IN (?) AND cycle_on >= ?',
    [accountIds, since],
  );
  for (const { accountId, on } of rows) {
    const known = dates.get(accountId);
    if (known) known.add(on);
    else dates.set(accountId, new Set([on]));
  }
  return dates;
}

/**
 * The first and last boundary that stands as resolved by numbers in force from one instant until another. What was
 * reversed stands no longer, unless it was granted again.
 * @param plans that it was resolved on
 */
export async function findUsedRange(
  db: Queryable,
  from: Instant,
  until: Instant | undefined,
  plans: readonly PlanName[],
): Promise<{ first: Instant; last: Instant } | undefined> {
  const { sql, bindings } = standingBetween(from, until, plans);
  const row = await selectOne<{ first: Date | null; last: Date | null }>(
    db,
    `SELECT MIN(starts_at) AS first, MAX(starts_at) AS last FROM (${sql}) AS standing`,
    bindings,
  );
  return row?.first && row.last ? { first: row.first.getTime(), last: row.last.getTime() } : undefined;
}

/** Whoever resolved what stands of a stretch: runs, and null for what was settled on the way to something else. */
export async function listUsers(
  db: Queryable,
  from: Instant,
  until: Instant | undefined,
  plans: readonly PlanName[],
  limit: number,
): Promise<{ readonly runId: number | null; readonly termsVersion: number | null }[]> {
  const { sql, bindings } = standingBetween(from, until, plans);
  return selectRows(
    db,
    `SELECT DISTINCT run_id AS runId, IF(run_id IS NULL, terms_version, NULL) AS termsVersion FROM (${sql}) AS standing
      ORDER BY run_id, termsVersion LIMIT ?`,
    [...bindings, limit],
  );
}

function standingBetween(
  from: Instant,
  until: Instant | undefined,
  plans: readonly PlanName[],
): { sql: string; bindings: (string | readonly string[])[] } {
  const within = `starts_at >= ? ${until === undefined ? '' : 'AND starts_at < ?'} AND plan IN (?)`;
  const bindings = [toDate(from), ...(until === undefined ? [] : [toDate(until)]), plans];
  const columns = 'starts_at, run_id, terms_version';
  return {
    sql: `SELECT ${columns} FROM cycles WHERE ${within} AND code IN ('granted', 'no-monthly-grant')
          AND NOT EXISTS (SELECT 1 FROM amendments WHERE amendments.account_id = cycles.account_id
                             AND amendments.cycle_on = cycles.cycle_on)
       UNION ALL
       SELECT ${columns} FROM amendments WHERE ${within} AND kind = 'granted'
          AND NOT EXISTS (SELECT 1 FROM amendments AS later WHERE later.account_id = amendments.account_id
                             AND later.cycle_on = amendments.cycle_on AND later.no > amendments.no)`,
    bindings: [...bindings, ...bindings],
  };
}
