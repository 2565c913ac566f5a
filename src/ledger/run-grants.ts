/** Reading what a run granted: at the boundaries that it settled, and later, as a backfill; or what events did. */
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
  readonly postedAt: Instant;
  /** Of a boundary that it settled; null of what it granted later. */
  readonly decisionNo: number | null;
}

/** By whom: a run, or events that settled boundaries by themselves, under one version of the terms. */
export type GrantSource = { readonly run: number } | { readonly eventsUnder: number };

/** Which of it: all when nothing is given. */
export interface GrantFilter {
  /** Sorted, each once. */
  readonly accounts?: readonly string[];
  /** Cycles that were granted on this plan. */
  readonly plan?: PlanName;
  readonly code?: GrantCode;
}

export const GRANT_CODES = ['granted', 'no-monthly-grant'] as const;
export type GrantCode = (typeof GRANT_CODES)[number];

/** What the open run with this key reverses; undefined for the key of anything else. */
export function sourceOf(key: string): GrantSource | undefined {
  const [, what, number] = /^reverse-(run:|events:terms-)(\d+)$/.exec(key) ?? [];
  if (what === undefined) return undefined;
  return what === 'run:' ? { run: Number(number) } : { eventsUnder: Number(number) };
}

/** What `amendments.reversed_run` says of a grant that was no run's. */
export const NO_RUN = 0;

export const reversedRunOf = (source: GrantSource): number => ('run' in source ? source.run : NO_RUN);

const NOT_REVERSED = `NOT EXISTS (SELECT 1 FROM amendments AS reversed WHERE reversed.account_id = granted.account_id
  AND reversed.cycle_on = granted.cycle_on AND reversed.reversed_run = COALESCE(granted.run_id, ${NO_RUN}))`;

/** Boundaries that it settled; and, of a run, what it granted later: each with the same bindings. */
function partsOf(
  source: GrantSource,
  { plan, code }: GrantFilter,
): { readonly from: readonly string[]; readonly bindings: readonly (number | string)[] } {
  const codes = code === undefined ? "granted.code IN ('granted', 'no-monthly-grant')" : 'granted.code = ?';
  const onPlan = plan === undefined ? '' : 'AND granted.plan = ?';
  const more = [...(code === undefined ? [] : [code]), ...(plan === undefined ? [] : [plan])];
  const settled = `FROM cycles AS granted WHERE ${codes} ${onPlan} AND ${NOT_REVERSED}`;
  if ('eventsUnder' in source)
    return {
      from: [`${settled} AND granted.run_id IS NULL AND granted.terms_version = ?`],
      bindings: [...more, source.eventsUnder],
    };
  // What is granted later is granted, and nothing else.
  const later = `FROM amendments AS granted WHERE granted.kind = 'granted' ${code === undefined ? '' : 'AND granted.kind = ?'}
    ${onPlan} AND ${NOT_REVERSED} AND granted.run_id = ?`;
  return { from: [`${settled} AND granted.run_id = ?`, later], bindings: [...more, source.run] };
}

/**
 * A page of the accounts that were granted something that was not taken back, in the order of their ids.
 * @param page `filter.accounts`: 999 at the most
 */
export async function listAccountsGrantedBy(
  db: Queryable,
  source: GrantSource,
  page: { readonly after: string; readonly limit: number; readonly filter: GrantFilter },
): Promise<string[]> {
  const { from, bindings } = partsOf(source, page.filter);
  const { accounts } = page.filter;
  const listed = accounts === undefined ? '' : 'AND granted.account_id IN (?)';
  const parts = from.map(
    (part) =>
      `(SELECT DISTINCT granted.account_id AS id ${part} ${listed} AND granted.account_id > ? ORDER BY id LIMIT ?)`,
  );
  const rows = await selectRows<{ id: string }>(db, `${parts.join(' UNION ')} ORDER BY id LIMIT ?`, [
    ...from.flatMap(() => [...bindings, ...(accounts ? [accounts] : []), page.after, page.limit]),
    page.limit,
  ]);
  return rows.map((row) => row.id);
}

/** What was granted to these accounts and was not taken back, by account and date. */
export async function listCyclesGrantedBy(
  db: Queryable,
  source: GrantSource,
  filter: GrantFilter,
  accountIds: readonly string[],
): Promise<RunCycle[]> {
  const { from, bindings } = partsOf(source, filter);
  const columns = `granted.account_id AS accountId, granted.cycle_on AS cycleOn, granted.starts_at AS startsAt,
    granted.plan, granted.expired, granted.free, granted.paid, granted.recovered, granted.posted_at AS postedAt`;
  // What a settlement recovered was all owed; what a later grant did is told apart.
  const own = [
    'granted.recovered AS owed, granted.decision_no AS decisionNo',
    'granted.owed, NULL AS decisionNo',
  ] as const;
  const parts = from.map(
    (part, index) => `SELECT ${columns}, ${own[index]} ${part} AND granted.account_id IN (?)`,
  );
  const rows = await selectRows<
    Omit<RunCycle, 'on' | 'startsAt' | 'postedAt'> & { cycleOn: LocalDate; startsAt: Date; postedAt: Date }
  >(
    db,
    `${parts.join(' UNION ALL ')} ORDER BY accountId, cycleOn`,
    from.flatMap(() => [...bindings, accountIds]),
  );
  return rows.map(({ cycleOn: on, startsAt, postedAt, ...row }) => ({
    ...row,
    on,
    startsAt: startsAt.getTime(),
    postedAt: postedAt.getTime(),
  }));
}

/** Grants of it that were taken back already. */
export interface ReversedBefore {
  readonly accounts: number;
  readonly cycles: number;
}

/**
 * @param filter `accounts`: 999 at the most
 * @param but what this reversal took back is not counted
 */
export async function countReversedOf(
  db: Queryable,
  source: GrantSource,
  { accounts, plan, code }: GrantFilter,
  but: number,
): Promise<ReversedBefore> {
  const ofCode = `AND EXISTS (SELECT 1 FROM cycles WHERE cycles.account_id = amendments.account_id
    AND cycles.cycle_on = amendments.cycle_on AND cycles.code = ?)`;
  const row = await selectOne<{ accounts: number; cycles: number }>(
    db,
    `SELECT COUNT(DISTINCT account_id) AS accounts, COUNT(*) AS cycles FROM amendments
      WHERE reversed_run = ? AND run_id <> ?
        ${accounts ? 'AND account_id IN (?)' : ''} ${plan ? 'AND plan = ?' : ''} ${code ? ofCode : ''}`,
    [
      reversedRunOf(source),
      but,
      ...(accounts ? [accounts] : []),
      ...(plan ? [plan] : []),
      ...(code ? [code] : []),
    ],
  );
  return row ?? { accounts: 0, cycles: 0 };
}

/**
 * The reversals that took any of it back, the latest first. Each is found by a look of its own: there are few, and a list
 * of them all would be read from everything that they took back.
 */
export async function listReversalsOf(
  db: Queryable,
  source: GrantSource,
  { before, limit }: { readonly before?: number | undefined; readonly limit: number },
): Promise<number[]> {
  const found: number[] = [];
  for (let below = before ?? Number.MAX_SAFE_INTEGER; found.length < limit; below = found.at(-1) as number) {
    const row = await selectOne<{ run: number }>(
      db,
      `SELECT run_id AS run FROM amendments WHERE reversed_run = ? AND run_id < ?
        ORDER BY run_id DESC LIMIT 1`,
      [reversedRunOf(source), below],
    );
    if (!row) break;
    found.push(row.run);
  }
  return found;
}

/** One of the reversals that took something of it back; undefined where none did. */
export async function findReversalOf(db: Queryable, source: GrantSource): Promise<number | undefined> {
  const row = await selectOne<{ run: number }>(
    db,
    'SELECT run_id AS run FROM amendments WHERE reversed_run = ? ORDER BY run_id LIMIT 1',
    [reversedRunOf(source)],
  );
  return row?.run;
}

/** What one reversal has done so far, whichever processes did it. Whole Connects. */
export interface ReversedSum {
  readonly accounts: number;
  readonly cycles: number;
  readonly notTaken: number;
  /** Accounts from which not all could be taken. */
  readonly shortAccounts: number;
  /** Left alone, because a later cycle had let it expire. */
  readonly lapsed: number;
  /** Accounts that were due, and were settled on the way. */
  readonly settled: number;
}

export async function sumReversal(db: Queryable, reversal: number): Promise<ReversedSum> {
  const row = await selectOne<Record<keyof ReversedSum, number | string | null>>(
    db,
    `SELECT COUNT(DISTINCT account_id) AS accounts, COUNT(*) AS cycles, SUM(short) AS notTaken,
            COUNT(DISTINCT IF(short > 0, account_id, NULL)) AS shortAccounts,
            (SELECT SUM(amount) FROM lapses WHERE run_id = ?
               AND account_id IN (SELECT account_id FROM amendments WHERE run_id = ?)) AS lapsed,
            (SELECT COUNT(DISTINCT account_id) FROM cycles WHERE run_id = ?) AS settled
       FROM amendments WHERE run_id = ? AND kind = 'reversed'`,
    [reversal, reversal, reversal, reversal],
  );
  const of = (name: keyof ReversedSum): number => Number(row?.[name] ?? 0);
  return {
    accounts: of('accounts'),
    cycles: of('cycles'),
    notTaken: of('notTaken'),
    shortAccounts: of('shortAccounts'),
    lapsed: of('lapsed'),
    settled: of('settled'),
  };
}

/** What it could not take, by account. */
export async function listShort(
  db: Queryable,
  reversal: number,
  limit: number,
): Promise<{ account: string; notTaken: number }[]> {
  const rows = await selectRows<{ account: string; notTaken: string }>(
    db,
    `SELECT account_id AS account, SUM(short) AS notTaken FROM amendments
      WHERE run_id = ? AND short > 0 GROUP BY account_id ORDER BY account_id LIMIT ?`,
    [reversal, limit],
  );
  return rows.map((row) => ({ ...row, notTaken: Number(row.notTaken) }));
}
