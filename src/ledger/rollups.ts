/**
 * SQL of `rollups` and `rollup_deltas`: the ledger in sums, by day, plan and what it was.
 *
 * Every posting transaction inserts what it adds (one statement of a few rows, at the end of a table where nobody waits);
 * whoever folds takes rows that are committed, and deletes them as he adds them up. Reading the tables themselves beyond
 * what was folded would need an index by time on the two largest of them, which costs each row more than this a batch.
 */
import type { Transaction } from '../db/connection.ts';
import {
  type Queryable,
  type Statement,
  execute,
  insertOf,
  insertRows,
  selectRows,
  toDate,
} from '../db/query.ts';
import type { EntryKind } from '../domain/account.ts';
import type { LocalDate } from '../domain/calendar.ts';
import type { SettlementCode } from '../domain/settle.ts';
import type { PlanName } from '../domain/terms.ts';
import type { AmendmentRow } from './amendments.ts';
import type { CycleRow } from './cycles.ts';
import type { EntryRow } from './entries.ts';

/**
 * `entries`: by UTC day of effect and kind; `cycles`: by cycle date and code, where `granted-later` and `reversed` are
 * what became of settlements afterwards.
 */
export type Measure = 'entries' | 'cycles';

export type CycleName = SettlementCode | 'granted-later' | 'reversed';

export interface RollupRow {
  readonly measure: Measure;
  readonly onDay: LocalDate;
  readonly plan: PlanName;
  readonly name: EntryKind | CycleName;
  /** Connects: signed of entries; free and paid parts of cycles. */
  readonly amount: number;
  /** Entries or cycles. */
  readonly quantity: number;
}

const COLUMNS = ['measure', 'on_day', 'plan', 'name', 'amount', 'quantity'] as const;

/** What one transaction adds to the rollups, as few rows as there are days, plans and kinds. */
export function rollupDeltas(
  entries: readonly EntryRow[],
  cycles: readonly CycleRow[],
  amendments: readonly AmendmentRow[],
): RollupRow[] {
  const sums = new Sums();
  for (const { entry, plan } of entries)
    sums.add('entries', utcDayOf(entry.effectiveAt), plan, entry.kind, entry.amount);
  for (const { settlement, isAgain } of cycles) {
    if (isAgain) continue;
    const { cycleOn, plan, code, free, paid } = settlement;
    sums.add('cycles', cycleOn, plan, code, free + paid);
  }
  for (const { cycleOn, plan, kind, free, paid } of amendments)
    sums.add('cycles', cycleOn, plan, kind === 'granted' ? 'granted-later' : 'reversed', free + paid);
  return sums.rows();
}

const DAY_MS = 86_400_000;
/** The day that was asked for last: most entries of a batch are of one. */
let lastDay = { number: NaN, on: '' };

function utcDayOf(at: number): LocalDate {
  const number = Math.floor(at / DAY_MS);
  if (number !== lastDay.number) lastDay = { number, on: toDate(at).slice(0, 10) };
  return lastDay.on;
}

type Sum = { -readonly [Field in keyof RollupRow]: RollupRow[Field] };

/** Rows of one key added up. */
export class Sums {
  /** By day and name, of which a batch has few: a text as key would be made for each entry. */
  readonly #days = new Map<LocalDate, Map<RollupRow['name'], Sum[]>>();

  add(
    measure: Measure,
    onDay: LocalDate,
    plan: PlanName,
    name: RollupRow['name'],
    amount: number,
    quantity = 1,
  ): void {
    const sum = this.#sumOf(measure, onDay, plan, name);
    sum.amount += amount;
    sum.quantity += quantity;
  }

  #sumOf(measure: Measure, onDay: LocalDate, plan: PlanName, name: RollupRow['name']): Sum {
    let names = this.#days.get(onDay);
    if (!names) this.#days.set(onDay, (names = new Map()));
    let sums = names.get(name);
    if (!sums) names.set(name, (sums = []));
    for (const sum of sums) if (sum.plan === plan && sum.measure === measure) return sum;
    const sum = { measure, onDay, plan, name, amount: 0, quantity: 0 };
    sums.push(sum);
    return sum;
  }

  /** In the order of their keys, without those that came to nothing. */
  rows(): RollupRow[] {
    const keyOf = ({ measure, onDay, plan, name }: RollupRow): string =>
      `${measure} ${onDay} ${plan} ${name}`;
    return [...this.#days.values()]
      .flatMap((names) => [...names.values()].flat())
      .filter((row) => row.amount !== 0 || row.quantity !== 0)
      .toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  }
}

const cellsOf = (row: RollupRow) => [row.measure, row.onDay, row.plan, row.name, row.amount, row.quantity];

export const rollupDeltaInserts = (rows: readonly RollupRow[]): Statement[] =>
  insertOf('rollup_deltas', COLUMNS, rows.map(cellsOf));

/**
 * Folds up to `limit` committed deltas, the oldest first; what somebody else folds at the moment is left to him. To be
 * called in a transaction of its own.
 * @returns how many
 */
export async function foldDeltas(transaction: Transaction, limit: number): Promise<number> {
  const rows = await selectRows<Stored & { id: number }>(
    transaction,
    `SELECT id, ${SELECTED} FROM rollup_deltas ORDER BY id LIMIT ? FOR UPDATE SKIP LOCKED`,
    [limit],
  );
  if (rows.length === 0) return 0;
  const sums = new Sums();
  for (const row of rows)
    sums.add(row.measure, row.onDay, row.plan, row.name, Number(row.amount), Number(row.quantity));
  await insertRows(
    transaction,
    'rollups',
    COLUMNS,
    sums.rows().map(cellsOf),
    'ON DUPLICATE KEY UPDATE amount = amount + VALUES(amount), quantity = quantity + VALUES(quantity)',
  );
  // By their keys, one by one: a range would wait for rows between them that are not committed yet.
  await execute(
    transaction,
    `DELETE rollup_deltas FROM JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT PATH '$')) AS taken
       STRAIGHT_JOIN rollup_deltas ON rollup_deltas.id = taken.id`,
    [JSON.stringify(rows.map((row) => row.id))],
  );
  return rows.length;
}

type Stored = Omit<RollupRow, 'amount' | 'quantity'> & {
  readonly amount: number | string;
  readonly quantity: number | string;
};

const SELECTED = 'measure, on_day AS onDay, plan, name, amount, quantity';

/**
 * Folded and not yet folded, in one look; in the order of day, plan and name, without sums that came to nothing.
 * @param range both days included
 */
export async function listRollups(
  db: Queryable,
  measure: Measure,
  range: { readonly from: LocalDate; readonly to: LocalDate },
): Promise<RollupRow[]> {
  const within = 'WHERE measure = ? AND on_day BETWEEN ? AND ?';
  const bindings = [measure, range.from, range.to];
  // One statement, so that what is folded meanwhile is in one part only; added up here: a temporary table costs more.
  const rows = await selectRows<Stored>(
    db,
    `SELECT ${SELECTED} FROM rollups ${within} UNION ALL SELECT ${SELECTED} FROM rollup_deltas ${within}`,
    [...bindings, ...bindings],
  );
  const sums = new Sums();
  for (const row of rows)
    sums.add(row.measure, row.onDay, row.plan, row.name, Number(row.amount), Number(row.quantity));
  return sums.rows();
}

/** How many wait to be folded, of which no more than `limit` are counted. */
export async function countDeltas(db: Queryable, limit: number): Promise<number> {
  const rows = await selectRows<{ deltas: number }>(
    db,
    'SELECT COUNT(*) AS deltas FROM (SELECT id FROM rollup_deltas LIMIT ?) AS waiting',
    [limit],
  );
  return rows[0]?.deltas ?? 0;
}
