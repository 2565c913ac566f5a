/** A sweep for a job queue on PostgreSQL: whoever is due gets a job, added a page at a time as each library advises. */
import { makeWorkerUtils } from 'graphile-worker';
import PgBoss from 'pg-boss';
import type { Instant } from '../../../src/domain/calendar.ts';
import type { PostgresGround } from './postgres-tables.ts';
import type { PeerPayload } from './settle-on-postgres.ts';
import { PAGE, SETTLE } from './ways.ts';

export interface PeerQueue {
  add(payloads: readonly PeerPayload[]): Promise<void>;
  close(): Promise<void>;
}

/** Creates the queue's own tables, too. */
export async function openGraphile({ pool }: PostgresGround): Promise<PeerQueue> {
  const utils = await makeWorkerUtils({ pgPool: pool });
  await utils.migrate();
  return {
    add: async (payloads) =>
      void (await utils.addJobs(payloads.map((payload) => ({ identifier: SETTLE, payload })))),
    close: async () => utils.release(),
  };
}

/** Creates the queue's own tables, too. */
export async function openPgBoss({ url }: PostgresGround): Promise<PeerQueue> {
  const boss = new PgBoss({ connectionString: url, supervise: false, schedule: false });
  boss.on('error', (error) => process.stderr.write(`${error.message}\n`));
  await boss.start();
  await boss.createQueue(SETTLE);
  return {
    add: (payloads) => boss.insert(payloads.map((data) => ({ name: SETTLE, data }))),
    close: () => boss.stop({ graceful: false, wait: true }),
  };
}

interface DuePlace {
  readonly id: string;
  readonly next_cycle_at: Date;
}

export async function sweepPostgres(
  { pool }: PostgresGround,
  queue: PeerQueue,
  asOf: Instant,
): Promise<void> {
  const until = textOf(new Date(asOf));
  let after: DuePlace = { id: '', next_cycle_at: new Date(0) };
  for (;;) {
    const { rows } = await pool.query<DuePlace>(
      `SELECT id, next_cycle_at FROM accounts WHERE next_cycle_at <= $1 AND (next_cycle_at, id) > ($2, $3)
        ORDER BY next_cycle_at, id LIMIT ${PAGE}`,
      [until, textOf(after.next_cycle_at), after.id],
    );
    if (rows.length > 0) await queue.add(rows.map(({ id }) => ({ account: id, asOf })));
    const last = rows.at(-1);
    if (rows.length < PAGE || !last) return;
    after = last;
  }
}

export async function countDueOnPostgres({ pool }: PostgresGround, asOf: Instant): Promise<number> {
  const { rows } = await pool.query<{ due: string }>(
    'SELECT count(*) AS due FROM accounts WHERE next_cycle_at <= $1',
    [textOf(new Date(asOf))],
  );
  return Number(rows[0]?.due);
}

export async function anyDueOnPostgres({ pool }: PostgresGround, asOf: Instant): Promise<boolean> {
  const { rows } = await pool.query(
    'SELECT 1 FROM accounts WHERE next_cycle_at <= $1 ORDER BY next_cycle_at LIMIT 1',
    [textOf(new Date(asOf))],
  );
  return rows.length > 0;
}

const textOf = (instant: Date): string => instant.toISOString().slice(0, -1);
