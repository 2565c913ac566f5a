/** The clock: one tick a slot, also with two schedulers, after a restart, and when Redis forgot everything. */
import { Queue } from 'bullmq';
import { ensureTicks } from '../../jobs/schedule.ts';
import { startScheduler } from '../../jobs/start-scheduler.ts';
import { startWorker } from '../../jobs/start-worker.ts';
import { type App, composeApp } from '../../src/app.ts';
import { systemClock } from '../../src/clock.ts';
import { parseConfig } from '../../src/config.ts';
import { selectRows } from '../../src/db/query.ts';
import { silentLog } from '../../src/log.ts';
import { workerConnection } from '../../src/queue/connection.ts';
import { tickContract } from '../../src/queue/contracts.ts';
import { nextSlot, slotOf } from '../../src/queue/cron.ts';
import { sweep } from '../../src/operations/runs/sweep.ts';
import { examine } from '../../src/operations/upkeep/doctor/examine.ts';
import { compareTicks, readTicks } from '../../src/reports/ticks.ts';
import { databaseNow } from '../../src/db/query.ts';
import { importRows, numbered } from '../support/accounts.ts';
import { type Installation, install } from '../support/installation.ts';
import { holdRows, soonMs } from '../support/liveness.ts';
import { redisClient } from '../support/redis.ts';
import { reset } from '../support/reset.ts';
import { countOf } from '../support/state.ts';
import { until } from '../support/sweeping.ts';

const EVERY_SECOND = '* * * * * *';

describe('the scheduler', () => {
  let installation: Installation;
  let ticks: Queue;
  beforeAll(async () => {
    installation = await install({ env: { SMTP_URL: '', CONNECTS_SWEEP_CRON: EVERY_SECOND } });
    ticks = new Queue(tickContract.queue, {
      connection: workerConnection(installation.env.REDIS_URL as string),
      prefix: installation.app.config.queuePrefix,
    });
  });
  beforeEach(() => reset(installation));
  afterAll(async () => {
    await ticks.close();
    await installation.remove();
  });

  const slots = async (): Promise<number[]> => {
    const rows = await selectRows<{ slot_at: Date }>(
      installation.db,
      'SELECT slot_at FROM ticks ORDER BY slot_at, id',
    );
    return rows.map((row) => row.slot_at.getTime());
  };
  const ticked = (count: number): Promise<void> =>
    until(
      `${count} ticks`,
      async () => (await countOf(installation.db, 'SELECT COUNT(*) FROM ticks')) >= count,
    );
  const another = (): App => composeApp(parseConfig(installation.env), systemClock, silentLog);

  it('ticks once a slot, on the second, when two of them run', async () => {
    const second = another();
    const both = [startScheduler(installation.app), startScheduler(second)];
    await ticked(4);
    await Promise.all(both.map((one) => one.stop()));
    await second.close();
    const found = await slots();
    expect(new Set(found).size).toBe(found.length);
    expect(found.every((slot) => slot % 1_000 === 0)).toBe(true);
    expect(await ticks.getJobSchedulersCount()).toBe(1);
  });

  it('neither loses the tick that fell due while it was down, nor leaves a double behind', async () => {
    const first = startScheduler(installation.app);
    await ticked(1);
    await first.stop();
    const before = await slots();
    const due = (await ticks.getJobScheduler(tickContract.schedulerId))?.next as number;
    // Three slots pass, and one tick waits for all of them.
    await until('it is overdue', () => Date.now() > due + 2_500);
    const again = startScheduler(installation.app);
    await ticked(before.length + 2);
    await again.stop();
    const after = (await slots()).slice(before.length);
    expect(after[0]).toBe(due);
    expect(new Set(after).size).toBe(after.length);
    // Merged: of the slots in between, at most one more was made up for.
    expect(after[1] as number).toBeGreaterThan(due + 1_000);
    const now = await databaseNow(installation.db);
    const report = await readTicks(installation.db, { now, next: (at) => nextSlot(EVERY_SECOND, at) });
    expect(report?.merged).toBeGreaterThanOrEqual(1);
  });

  it('brings the schedule back after Redis was flushed', async () => {
    const client = redisClient(installation.env.REDIS_URL as string);
    expect(await ensureTicks(ticks, EVERY_SECOND, Date.now())).toBe('created');
    expect(await ensureTicks(ticks, EVERY_SECOND, Date.now())).toBe('unchanged');
    await client.del(await client.keys(`${installation.app.config.queuePrefix}:*`));
    client.disconnect();
    const scheduler = startScheduler(installation.app);
    await ticked(1);
    await scheduler.stop();
  });

  it('keeps an overdue tick when it looks after an unchanged schedule, and follows a changed one', async () => {
    await ensureTicks(ticks, EVERY_SECOND, Date.now());
    const [before] = await ticks.getDelayed();
    expect(await ensureTicks(ticks, EVERY_SECOND, Date.now())).toBe('unchanged');
    expect((await ticks.getDelayed()).map((job) => job.id)).toEqual([before?.id]);
    expect(await ensureTicks(ticks, '0 0 1 1 *', Date.now())).toBe('changed');
    const [after] = await ticks.getDelayed();
    expect(slotOf(after as never) % 86_400_000).toBe(0);
    expect(await ticks.getDelayedCount()).toBe(1);
  });

  /** What a dashboard's "clean delayed" leaves: the scheduler's record, and no tick. */
  const deleteNextTick = async (): Promise<void> => {
    const [next] = await ticks.getDelayed();
    const client = redisClient(installation.env.REDIS_URL as string);
    const of = (part: string): string => `${installation.app.config.queuePrefix}:{ticks}:${part}`;
    await client.zrem(of('delayed'), next?.id as string);
    await client.del(of(next?.id as string));
    client.disconnect();
  };
  /** What a scheduler leaves whose clock was ahead: a next tick of that time. */
  const leaveTickIn = async (ms: number): Promise<void> => {
    await ticks.upsertJobScheduler(
      tickContract.schedulerId,
      { pattern: EVERY_SECOND, tz: 'UTC', startDate: Date.now() + ms },
      { name: tickContract.name, data: {} },
    );
  };

  it.each([
    ['was deleted', deleteNextTick],
    ['stands forty days ahead', () => leaveTickIn(40 * 86_400_000)],
    ['stands two minutes ahead', () => leaveTickIn(120_000)],
  ])('puts a next tick right that %s, also where two look after it', async (_what, spoil) => {
    expect(await ensureTicks(ticks, EVERY_SECOND, Date.now())).toBe('created');
    await spoil();
    const now = Date.now();
    const found = await Promise.all([1, 2].map(() => ensureTicks(ticks, EVERY_SECOND, now)));
    expect(found).toContain('put-right');
    expect(await ensureTicks(ticks, EVERY_SECOND, Date.now())).toBe('unchanged');
    const delayed = await ticks.getDelayed();
    expect(delayed).toHaveLength(1);
    expect(slotOf(delayed[0] as never) - now).toBeLessThan(10_000);
    const second = another();
    const both = [startScheduler(installation.app), startScheduler(second)];
    await ticked(2);
    await Promise.all(both.map((one) => one.stop()));
    await second.close();
    const all = await slots();
    expect(new Set(all).size).toBe(all.length);
  });

  it('is told by doctor: when it ticks next, that this is too late, and that nothing is scheduled', async () => {
    const scheduler = startScheduler(installation.app);
    await ticked(1);
    await scheduler.stop();
    const told = async (): Promise<string | undefined> =>
      (await examine(installation.app)).find((one) => one.check === 'ticks')?.found;
    expect(await told()).toMatch(/^the next tick is at \d{4}-\S+Z; of \d+ slots/);
    await leaveTickIn(40 * 86_400_000);
    expect(await told()).toMatch(/^that is later than the pattern "\* .*" allows: the next tick is at/);
    await ensureTicks(ticks, EVERY_SECOND, Date.now());
    await deleteNextTick();
    expect(await told()).toMatch(/^nothing is scheduled; of/);
  });

  it('answers for its own ticks alone: what somebody swept by hand counts as none of its slots', async () => {
    const scheduler = startScheduler(installation.app);
    await ticked(1);
    await scheduler.stop();
    const byHand = { source: 'command', actor: 'test' } as const;
    await sweep(installation.app.sweepDeps, byHand);
    await installation.db.raw("UPDATE ticks SET outcome = 'joined' WHERE source = 'command'");
    const early = sweep(installation.app.sweepDeps, { ...byHand, asOf: Date.now() + 3_600_000 });
    await expect(early).rejects.toThrow('is in the future');
    const now = await databaseNow(installation.db);
    const report = await readTicks(installation.db, { now, next: (at) => nextSlot(EVERY_SECOND, at) });
    expect(report).toMatchObject({ joined: 0, failed: 0 });
    expect(await countOf(installation.db, "SELECT COUNT(*) FROM ticks WHERE outcome = 'joined'")).toBe(1);
  });

  it('writes down a tick that failed, and ticks on', async () => {
    await installation.db.raw('RENAME TABLE terms_versions TO hidden_terms');
    await installation.db.raw(
      `INSERT INTO accounts (id, kind, plan, status, anchor_on, zone, tracked_from, opening_balance, balance, last_seq,
                             last_decision, watermark, cycle_on, next_cycle_on, next_cycle_at)
       VALUES ('a', 'freelancer', 'basic', 'active', '2021-01-01', 'UTC', '2021-01-01', 0, 0, 0, 0, '2021-01-01',
               '2021-01-01', '2021-02-01', '2021-02-01')`,
    );
    const scheduler = startScheduler(installation.app);
    try {
      await ticked(2);
    } finally {
      await scheduler.stop();
      await installation.db.raw('RENAME TABLE hidden_terms TO terms_versions');
    }
    expect(
      await countOf(installation.db, "SELECT COUNT(*) FROM ticks WHERE outcome = 'failed'"),
    ).toBeGreaterThan(1);
  });
});

interface Trouble {
  readonly what: string;
  readonly begin: (installation: Installation) => Promise<() => Promise<unknown>>;
}

const troubles: readonly Trouble[] = [
  {
    what: 'a session that kept the table of runs locked',
    begin: async (installation) => {
      const holder = await holdRows(installation, 'SELECT * FROM runs FOR UPDATE');
      return () => holder.release();
    },
  },
  {
    what: 'a database that was of no use',
    begin: async ({ db }) => {
      await db.raw('RENAME TABLE terms_versions TO hidden_terms');
      return () => db.raw('RENAME TABLE hidden_terms TO terms_versions');
    },
  },
];

describe('a tick that met an outage', () => {
  it.each(troubles)('is made up for soon, long before the next one: $what', async ({ begin }) => {
    const installation = await install({ env: { SMTP_URL: '', CONNECTS_SWEEP_CRON: '0 0 1 1 *' } });
    const { app, db } = installation;
    await importRows(app, numbered('a', 3));
    const ticks = new Queue(tickContract.queue, {
      connection: workerConnection(installation.env.REDIS_URL as string),
      prefix: app.config.queuePrefix,
    });
    const end = await begin(installation);
    const processes = [startScheduler(app), startWorker(app)];
    try {
      await ticks.add(tickContract.name, {}, { removeOnFail: true });
      const failed = "SELECT COUNT(*) FROM ticks WHERE outcome = 'failed'";
      await until('the tick has failed', async () => (await countOf(db, failed)) === 1);
      await end();
      const due = 'SELECT COUNT(*) FROM accounts WHERE next_cycle_at <= UTC_TIMESTAMP(3) - INTERVAL 1 DAY';
      await until('nobody is due', async () => (await countOf(db, due)) === 0, soonMs());
      expect(await countOf(db, 'SELECT COUNT(*) FROM ticks')).toBe(1);
    } finally {
      await Promise.all(processes.map((one) => one.stop()));
      await ticks.close();
      await installation.remove();
    }
  });
});

describe('punctuality', () => {
  const minute = 60_000;
  const slots = [0, 1, 2, 3, 4, 5].map((n) => n * minute);
  const on = (...minutes: number[]) => minutes.map((n) => ({ slotAt: n * minute, at: n * minute + 50 }));
  const now = 5 * minute + 40_000;

  it.each([
    ['all well', on(0, 1, 2, 3, 4, 5), { fired: 6, merged: 0, missed: 0, late: 0, doubled: 0 }],
    ['two merged into a later one', on(0, 3, 4, 5), { fired: 4, merged: 2, missed: 0, late: 0, doubled: 0 }],
    ['nothing since minute 2', on(0, 1, 2), { fired: 3, merged: 0, missed: 3, late: 0, doubled: 0 }],
    [
      'one came late',
      [...on(0, 1, 3, 4, 5), { slotAt: 2 * minute, at: 4 * minute }],
      { fired: 6, late: 1, merged: 0 },
    ],
    ['two schedulers of their own', [...on(0, 1, 2, 3, 4, 5), ...on(3)], { fired: 6, doubled: 1 }],
  ])('%s', (_name, ticks, expected) => {
    expect(compareTicks(slots, ticks, now)).toMatchObject({ slots: 6, ...expected });
  });

  it('does not count the slot of this moment before its tick had the time to come', () => {
    expect(compareTicks(slots, on(0, 1, 2, 3, 4), 5 * minute + 5_000)).toMatchObject({ slots: 5, missed: 0 });
  });
});
