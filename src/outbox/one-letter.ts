/**
 * Emails about the cycles of one account that wait side by side become one: the latest of them tells what all of them do.
 *
 * It is the latest that goes on, under the Message-ID that it has, and only where it has never been tried: a member whose
 * mail program knows that Message-ID already would not be shown what was added to it. The others end in the transaction in
 * which it is taken, so whatever becomes of it afterwards, all is told by it and by nobody else.
 */
import type { Transaction } from '../db/connection.ts';
import { execute, selectRows } from '../db/query.ts';
import { plusDays } from '../domain/calendar.ts';
import { groupBy } from '../group-by.ts';
import { NOTICE_COLUMNS, type Notice, type NoticeState } from './outbox.ts';

/** Of older ones, those that wait are sent by themselves: whoever looks further back reads years of what was sent. */
const LOOKED_BACK_DAYS = 100;
/** Why those that another one tells of are not sent. */
export const TOLD_BY_ANOTHER = 'a later letter to the member tells of it, too';
const UNSENT: readonly NoticeState[] = ['pending', 'claimed'];

/** A notice of a run that was asked for one email per cycle (`each`) stays by itself. */
type Told = Notice & { readonly state: NoticeState; readonly notify: string | null; readonly tried: number };

/**
 * @param taken rows that this transaction has locked, of whatever kinds
 * @returns the rows to send in their place, all of them locked
 */
export async function mergeWaiting(transaction: Transaction, taken: readonly Notice[]): Promise<Notice[]> {
  const waiting = await listAlike(transaction, taken);
  const series = [...groupBy(waiting, (one) => one.accountId).values()].flatMap(seriesOf);
  const ours = new Set(taken.map((one) => one.id));
  const rows = new Map(taken.map((one) => [one.id, one]));
  for (const one of series) {
    if (!one.some(({ id }) => ours.has(id)) || !(await lockAll(transaction, one))) continue;
    const last = one.at(-1) as Told;
    const others = one.slice(0, -1);
    const firstCycleOn = one[0]?.firstCycleOn ?? last.firstCycleOn;
    await execute(transaction, 'UPDATE outbox SET first_cycle_on = ? WHERE id = ?', [firstCycleOn, last.id]);
    await execute(
      transaction,
      "UPDATE outbox SET state = 'suppressed', lease_until = NULL, last_error = ? WHERE id IN (?)",
      [TOLD_BY_ANOTHER, others.map(({ id }) => id)],
    );
    for (const { id } of others) rows.delete(id);
    rows.set(last.id, { ...last, firstCycleOn });
  }
  return [...rows.values()];
}

/** Since it was staged, whoever had it sent again meanwhile. */
const TRIED = '(attempts > 0 OR tried_before = 1)';

/** All that tell of cycles of these accounts around these times, whatever became of them, by account and cycle. */
async function listAlike(transaction: Transaction, taken: readonly Notice[]): Promise<Told[]> {
  const grants = taken.filter((one) => one.kind === 'grant');
  const first = grants.map((one) => one.firstCycleOn ?? '').toSorted()[0];
  if (!first) return [];
  return selectRows<Told>(
    transaction,
    `SELECT ${NOTICE_COLUMNS}, ${TRIED} AS tried, state, (SELECT notify FROM runs WHERE runs.id = outbox.run_id) AS notify FROM outbox
      WHERE account_id IN (?) AND kind = 'grant' AND ref >= ? AND last_cycle_on IS NOT NULL
      ORDER BY account_id, last_cycle_on, id`,
    [grants.map((one) => one.accountId), `cycles:${plusDays(first, -LOOKED_BACK_DAYS)}`],
  );
}

/** Stretches of more than one, nothing in between, that wait and of which the last has never been tried. */
function seriesOf(alike: readonly Told[]): Told[][] {
  const series: Told[][] = [];
  let open: Told[] = [];
  const end = (): void => {
    const last = open.findLastIndex((one) => !one.tried);
    if (last > 0) series.push(open.slice(0, last + 1));
    open = [];
  };
  for (const one of alike)
    if (UNSENT.includes(one.state) && one.notify !== 'each') open.push(one);
    else end();
  end();
  return series;
}

/** False where somebody else has one of them by now: then each is sent by whoever has it. */
async function lockAll(transaction: Transaction, series: readonly Told[]): Promise<boolean> {
  const rows = await selectRows<{ id: number; tried: number }>(
    transaction,
    `SELECT id, ${TRIED} AS tried FROM outbox WHERE id IN (?) AND state IN (?) ORDER BY id FOR UPDATE SKIP LOCKED`,
    [series.map((one) => one.id), UNSENT],
  );
  return rows.length === series.length && rows.every(({ id, tried }) => id !== series.at(-1)?.id || !tried);
}
