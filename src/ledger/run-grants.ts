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

/** Boundaries that it settled; and, of a run, what it granted later. Each with its one binding. */
function partsOf(source: GrantSource): { readonly from: readonly string[]; readonly binding: number } {
  const settled = `FROM cycles AS granted WHERE granted.code IN ('granted', 'no-monthly-grant') AND ${NOT_REVERSED}`;
  if ('eventsUnder' in source)
    return {
      from: [`${settled} AND granted.run_id IS NULL AND granted.terms_version = ?`],
      binding: source.eventsUnder,
    };
  const later = `FROM amendments AS granted WHERE granted.kind = 'granted' AND ${NOT_REVERSED} AND granted.run_id = ?`;
  return { from: [`${settled} AND granted.run_id = ?`, later], binding: source.run };
}

/** A page of the accounts that were granted something that was not taken back, in the order of their ids. */
export async function listAccountsGrantedBy(
  db: Queryable,
  source: GrantSource,
  page: { readonly after: string; readonly limit: number },
): Promise<string[]> {
  const { from, binding } = partsOf(source);
  const parts = from.map(
    (part) =>
      `(SELECT DISTINCT granted.account_id AS id ${part} AND granted.account_id > ? ORDER BY id LIMIT ?)`,
  );
  const rows = await selectRows<{ id: string }>(db, `${parts.join(' UNION ')} ORDER BY id LIMIT ?`, [
    ...from.flatMap(() => [binding, page.after, page.limit]),
    page.limit,
  ]);
  return rows.map((row) => row.id);
}

/** What was granted to these accounts and was not taken back, by account and date. */
export async function listCyclesGrantedBy(
  db: Queryable,
  source: GrantSource,
  accountIds: readonly string[],
): Promise<RunCycle[]> {
  const { from, binding } = partsOf(source);
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
    from.flatMap(() => [binding, accountIds]),
  );
  return rows.map(({ cycleOn: on, startsAt, postedAt, ...row }) => ({
    ...row,
    on,
    startsAt: startsAt.getTime(),
    postedAt: postedAt.getTime(),
  }));
}

/** Whether any such grant was taken back. */
export async function anyReversedOf(db: Queryable, source: GrantSource): Promise<boolean> {
  const row = await selectOne(db, 'SELECT 1 AS found FROM amendments WHERE reversed_run = ? LIMIT 1', [
    reversedRunOf(source),
  ]);
  return row !== undefined;
}
