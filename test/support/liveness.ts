/** What is asserted beside safety in every fault: all others are settled meanwhile, and soon afterwards so is the rest. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Knex } from 'knex';
import type { Database } from '../../src/db/connection.ts';
import { connectDatabase } from '../../src/db/connection.ts';
import { selectRows } from '../../src/db/query.ts';
import { silenceLimit } from '../../src/db/session.ts';
import { measure } from '../../src/operations/upkeep/measure.ts';
import { quickly } from './slowness.ts';
import type { Installation } from './installation.ts';
import { countOf } from './state.ts';
import { until } from './sweeping.ts';

/** How soon after a fault's end everybody is settled. */
export const soonMs = (): number => quickly(30) * 1_000;

/** @param endedAt when the fault ended, by `performance.now()` */
export const expectSoonAfter = (endedAt: number): void =>
  expect(performance.now() - endedAt).toBeLessThan(soonMs());

/** How many have been granted their four cycles by May 2021. */
export const countGranted = (db: Database): Promise<number> =>
  countOf(db, 'SELECT COUNT(*) FROM accounts WHERE balance = 40 AND last_seq = 4');

/** Of a fleet of so many, all but some are granted while the fault lasts. */
export const untilOthersAreSettled = ({ db }: Installation, fleet: number, but: number): Promise<void> =>
  until(`${fleet - but} of ${fleet} are settled`, async () => (await countGranted(db)) === fleet - but);

/** Everybody of a fleet was granted four cycles, and nobody anything twice. */
export async function expectGrantedOnce({ db }: Installation, fleet: number): Promise<void> {
  expect(await countGranted(db)).toBe(fleet);
  expect(await countOf(db, 'SELECT COUNT(*) FROM entries')).toBe(fleet * 4);
  expect(await countOf(db, 'SELECT COUNT(*) FROM cycles')).toBe(fleet * 4);
  expect(await countOf(db, "SELECT COUNT(*) FROM outbox WHERE kind = 'grant'")).toBe(fleet);
  expect(await countOf(db, "SELECT COUNT(*) FROM failures WHERE state <> 'cleared'")).toBe(0);
}

/** As Prometheus is told. */
export const readMetrics = ({ app }: Installation): Promise<string> => {
  const { db, readDb, clock, outages, inspector, tally, config } = app;
  return measure({ db, readDb, clock, outages, inspector, tally, settings: config });
};

/** A person's session of another program, who left a transaction open; no idle timeout of ours ends it. */
export interface Holder {
  readonly transaction: Knex.Transaction;
  /** Ends what it holds. */
  release(): Promise<void>;
}

export async function holdRows({ env }: Installation, sql: string): Promise<Holder> {
  const session = connectDatabase(env.DATABASE_URL as string, 1);
  await session.raw(`SET @held = 1 ${silenceLimit(600)}`);
  await session.raw('SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ');
  const transaction = await session.transaction();
  await transaction.raw(sql);
  return {
    transaction,
    release: async () => {
      // It may have been ended meanwhile.
      if (!transaction.isCompleted()) await transaction.rollback().catch(() => undefined);
      await session.destroy();
    },
  };
}

/** The server makes the list anew only where nobody has read it for a tenth of a second: whoever polls reads the same for ever. */
const LIST_UNREAD_MS = 150;

/** Transactions on this installation's database, and whether they wait for a row. */
export async function listTransactions({
  db,
  env,
}: Installation): Promise<{ readonly id: number; readonly waits: boolean }[]> {
  const name = new URL(env.DATABASE_URL as string).pathname.slice(1);
  await sleep(LIST_UNREAD_MS);
  const rows = await selectRows<{ id: number; waits: number }>(
    db,
    `SELECT process.id, trx.trx_state = 'LOCK WAIT' AS waits FROM information_schema.innodb_trx AS trx
       JOIN information_schema.processlist AS process ON process.id = trx.trx_mysql_thread_id
      WHERE process.db = ?`,
    [name],
  );
  return rows.map(({ id, waits }) => ({ id, waits: waits === 1 }));
}

/**
 * Ends the connections of those that wait for a row, until what they work on is over: one that is listed may wait no more
 * when it is ended, and its next attempt does.
 */
export async function killWaiting(installation: Installation, work: Promise<unknown>): Promise<void> {
  let isOver = false;
  const over = (): void => void (isOver = true);
  work.then(over, over);
  await until('what waits for a row has failed', async () => {
    for (const { id, waits } of await listTransactions(installation))
      if (waits) await installation.db.raw(`KILL ${id}`).catch(() => undefined);
    return isOver;
  });
}
