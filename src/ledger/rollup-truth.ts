/** What the rollups must come to, counted from the ledger itself, a page of accounts at a time. */
import { type Queryable, selectOne, selectRows } from '../db/query.ts';
import type { RollupRow } from './rollups.ts';

/** The last account of the page after `after`; undefined where there is none. */
export async function findPageEnd(db: Queryable, after: string, limit: number): Promise<string | undefined> {
  const row = await selectOne<{ last: string | null }>(
    db,
    'SELECT MAX(id) AS last FROM (SELECT id FROM accounts WHERE id > ? ORDER BY id LIMIT ?) AS page',
    [after, limit],
  );
  return row?.last ?? undefined;
}

/**
 * The sums of these accounts. The plan of what a boundary posted is its cycle's; of anything else that of the span in
 * which it took effect.
 * @param page accounts after the first, up to and including the last
 */
export async function sumLedger(
  db: Queryable,
  page: { readonly after: string; readonly last: string },
): Promise<RollupRow[]> {
  const bindings = [page.after, page.last];
  const rows: (Omit<RollupRow, 'amount'> & { readonly amount: number | string })[] = [];
  for (const sql of [ENTRIES, CYCLES, AMENDMENTS]) rows.push(...(await selectRows<Sum>(db, sql, bindings)));
  return rows.map((row) => ({ ...row, amount: Number(row.amount) }));
}

type Sum = Omit<RollupRow, 'amount'> & { readonly amount: string };

const ENTRIES = `SELECT 'entries' AS measure, on_day AS onDay, plan, name, SUM(amount) AS amount, COUNT(*) AS quantity
  FROM (SELECT DATE(entries.effective_at) AS on_day, entries.kind AS name, entries.amount,
               COALESCE(IF(entries.kind IN ('rollover-expiry', 'monthly-free', 'monthly-plan', 'recovery'),
                           cycles.plan, NULL),
                        (SELECT plan FROM account_spans
                          WHERE account_spans.account_id = entries.account_id AND from_at <= entries.effective_at
                          ORDER BY from_at DESC LIMIT 1),
                        accounts.plan) AS plan
          FROM entries JOIN accounts ON accounts.id = entries.account_id
          LEFT JOIN cycles ON cycles.account_id = entries.account_id AND cycles.cycle_on = entries.cycle_on
         WHERE entries.account_id > ? AND entries.account_id <= ?) AS planned
 GROUP BY on_day, plan, name`;

const CYCLES = `SELECT 'cycles' AS measure, cycle_on AS onDay, plan, code AS name, SUM(free + paid) AS amount,
        COUNT(*) AS quantity
   FROM cycles WHERE account_id > ? AND account_id <= ? GROUP BY cycle_on, plan, code`;

const AMENDMENTS = `SELECT 'cycles' AS measure, cycle_on AS onDay, plan,
        IF(kind = 'granted', 'granted-later', 'reversed') AS name, SUM(free + paid) AS amount, COUNT(*) AS quantity
   FROM amendments WHERE account_id > ? AND account_id <= ? GROUP BY cycle_on, plan, kind`;
