/**
 * Who is due and not put aside, looked at once for all that a page counts of them. Those that are put aside mostly stand at
 * the front of the index of who is due: they are passed over once, and everything is counted from behind them.
 */
import { type Binding, type Queryable, countUpTo, selectRows, toDate } from '../db/query.ts';
import type { Instant } from '../domain/calendar.ts';
import { type DueByPlan, dueAtOf } from '../ledger/accounts.ts';
import { type AsideAccount, isDueAt, listAside } from '../ledger/put-aside.ts';

/** So many, and more, are told as so many and more: counting on would take longer than the number is worth. */
export const DUE_MAX = 2_000;
/** Mostly the first one is not put aside. */
const OLDEST_LOOK = 20;

type Aside = Pick<AsideAccount, 'account' | 'nextCycleAt'>;

export class DueLook {
  readonly #db: Queryable;
  readonly #aside: readonly Aside[];
  /** Since when the first of them is due; null where nobody is. */
  readonly oldestAt: Instant | null;

  private constructor(db: Queryable, aside: readonly Aside[], oldestAt: Instant | null) {
    this.#db = db;
    this.#aside = aside;
    this.oldestAt = oldestAt;
  }

  /** @param aside everybody who is put aside */
  static async take(db: Queryable, now: Instant, aside: readonly Aside[]): Promise<DueLook> {
    return new DueLook(db, aside, await findOldest(db, now, aside));
  }

  /** How many are due at an instant, `max` at the most. @param asOf the look's own, or earlier */
  async countUpTo(asOf: Instant, max: number): Promise<number> {
    const behind = this.#behind(asOf);
    if (!behind) return 0;
    const { sql, bindings, leftOut } = behind;
    const found = await countUpTo(this.#db, `accounts WHERE ${sql}`, bindings, max + leftOut);
    return Math.max(0, found - leftOut);
  }

  /** The first `max` of those who are due at an instant, by plan. @param asOf the look's own, or earlier */
  async byPlanUpTo(asOf: Instant, max: number): Promise<DueByPlan[]> {
    const behind = this.#behind(asOf);
    if (!behind) return [];
    const rows = await selectRows<Pick<DueByPlan, 'plan' | 'accounts'> & { oldest: Date }>(
      this.#db,
      `SELECT plan, COUNT(*) AS accounts, MIN(next_cycle_at) AS oldest FROM
         (SELECT plan, next_cycle_at FROM accounts WHERE ${behind.sql}
            AND NOT EXISTS (SELECT 1 FROM failures
              WHERE failures.account_id = accounts.id AND failures.state = 'put-aside')
          ORDER BY next_cycle_at, id LIMIT ?) AS due
        GROUP BY plan ORDER BY plan LIMIT 10`,
      [...behind.bindings, max],
    );
    return rows.map(({ plan, accounts, oldest }) => ({ plan, accounts, oldestAt: oldest.getTime() || 0 }));
  }

  /** The stretch of the index from the first of them on, and how many are put aside in it. */
  #behind(asOf: Instant): { sql: string; bindings: Binding[]; leftOut: number } | undefined {
    const from = this.oldestAt;
    if (from === null || from > asOf) return undefined;
    const leftOut = this.#aside.filter((one) => isDueAt(one, asOf) && (one.nextCycleAt ?? 0) >= from).length;
    // An instant that does not exist sorts before every other: from it on, all are looked at.
    return from === 0
      ? { sql: 'next_cycle_at <= ?', bindings: [toDate(asOf)], leftOut }
      : { sql: 'next_cycle_at BETWEEN ? AND ?', bindings: [toDate(from), toDate(asOf)], leftOut };
  }
}

/** With everybody who is put aside as it stands. */
export const lookForDue = async (db: Queryable, now: Instant): Promise<DueLook> =>
  DueLook.take(db, now, await listAside(db));

async function findOldest(db: Queryable, now: Instant, aside: readonly Aside[]): Promise<Instant | null> {
  const ids = new Set(aside.map((one) => one.account));
  const dueAside = aside.filter((one) => isDueAt(one, now)).length;
  for (const limit of [OLDEST_LOOK, dueAside + 1]) {
    const rows = await selectRows<{ id: string; next_cycle_at: Date }>(
      db,
      'SELECT id, next_cycle_at FROM accounts WHERE next_cycle_at <= ? ORDER BY next_cycle_at, id LIMIT ?',
      [toDate(now), limit],
    );
    const first = rows.find((row) => !ids.has(row.id));
    if (first) return dueAtOf(first);
    if (rows.length < limit) return null;
  }
  return null;
}
