/** Row locks that somebody keeps: whoever needs that row waits, everybody else is settled, and nobody is blamed. */
import { startWorker } from '../../jobs/start-worker.ts';
import { databaseNow, execute, run, selectRows } from '../../src/db/query.ts';
import { eventInserts } from '../../src/ledger/events.ts';
import { listRuns } from '../../src/ledger/runs.ts';
import { createLog } from '../../src/log.ts';
import { checkLocks } from '../../src/operations/upkeep/doctor/lock-checks.ts';
import { relayNotices } from '../../src/operations/mail/relay-notices.ts';
import { settleAccounts } from '../../src/operations/settling/settle-accounts.ts';
import { markSent, takeNotices } from '../../src/outbox/attempts.ts';
import { claimNotices } from '../../src/outbox/outbox.ts';
import { importRows, numbered } from '../support/accounts.ts';
import { runHere } from '../support/in-process.ts';
import { type Installation, install } from '../support/installation.ts';
import {
  expectSoonAfter,
  soonMs,
  countGranted,
  expectGrantedOnce,
  holdRows,
  readMetrics,
  untilOthersAreSettled,
} from '../support/liveness.ts';
import { reset } from '../support/reset.ts';
import { countOf } from '../support/state.ts';
import { endClaims } from '../support/delivering.ts';
import { MAY_2021, allSent, until, waitingSweep } from '../support/sweeping.ts';

const FLEET = 24;
const ONE = 'a-007';

interface Kept {
  readonly what: string;
  readonly sql: string;
  /** Accounts that cannot be settled meanwhile. */
  readonly held: number;
  readonly before?: (installation: Installation) => Promise<unknown>;
}

/** A failure that waits for its next attempt, of a run that is long over. */
const failOnce = async ({ db }: Installation): Promise<unknown> => {
  const at = new Date(await databaseNow(db)).toISOString().slice(0, 19).replace('T', ' ');
  return execute(
    db,
    `INSERT INTO failures (account_id, run_id, state, code, message, attempts, first_at, last_at, retry_at)
     VALUES (?, 1, 'retrying', 'test', 'test', 1, ?, ?, ?)`,
    [ONE, at, at, at],
  );
};

/** What settling this account will write to its address, too. */
const leaveWaiting = ({ db }: Installation): Promise<unknown> => {
  const at = Date.parse('2021-01-15T00:00:00Z');
  const event = {
    id: 'e1',
    account: ONE,
    at,
    type: 'account.contact-changed',
    email: 'new@example.test',
  } as const;
  return db.transaction((transaction) =>
    run(
      transaction,
      eventInserts([{ event, state: 'waiting', effectiveAt: null, late: false, receivedAt: at }]),
    ),
  );
};

const kept: readonly Kept[] = [
  { what: 'an account', sql: `SELECT id FROM accounts WHERE id = '${ONE}' FOR UPDATE`, held: 1 },
  {
    what: 'several accounts',
    sql: "SELECT id FROM accounts WHERE id IN ('a-003', 'a-007', 'a-010', 'a-023') FOR UPDATE",
    held: 4,
  },
  {
    what: 'a failure of an account',
    sql: `SELECT * FROM failures WHERE account_id = '${ONE}' FOR UPDATE`,
    held: 1,
    before: failOnce,
  },
  {
    what: 'a row that an account writes beside its own',
    sql: `SELECT * FROM contacts WHERE account_id = '${ONE}' FOR UPDATE`,
    held: 1,
    before: leaveWaiting,
  },
  { what: 'the row of the run', sql: 'SELECT * FROM runs FOR UPDATE', held: 0 },
  { what: 'all ticks, and the place of the next', sql: 'SELECT * FROM ticks FOR UPDATE', held: 0 },
];

const countBusy = async (installation: Installation): Promise<number> =>
  Number(/^connects_busy_accounts (\d+)$/m.exec(await readMetrics(installation))?.[1]);

describe('a lock that somebody keeps', () => {
  let installation: Installation;
  const lines: Record<string, unknown>[] = [];
  beforeAll(async () => {
    const log = createLog('info', { write: (line) => void lines.push(JSON.parse(line) as never) });
    installation = await install({ log });
  });
  beforeEach(async () => {
    await reset(installation);
    lines.length = 0;
    await importRows(installation.app, numbered('a', FLEET));
  });
  afterAll(() => installation.remove());

  /** Sweeps with a worker, from when the lock is held until everybody is settled. */
  async function sweepAround(sql: string, held: number, meanwhile: () => Promise<void>): Promise<void> {
    await waitingSweep(installation.app, { timeoutMs: 0 });
    const holder = await holdRows(installation, sql);
    const worker = startWorker(installation.app);
    try {
      const sweeping = waitingSweep(installation.app, { timeoutMs: 900_000 });
      sweeping.catch(() => undefined);
      await untilOthersAreSettled(installation, FLEET, held);
      await meanwhile();
      await holder.release();
      const releasedAt = performance.now();
      expect(await sweeping).toMatchObject({ outcome: 'done', remaining: 0 });
      expectSoonAfter(releasedAt);
    } finally {
      await holder.release();
      await worker.stop();
    }
  }

  it.each(kept)('of $what holds up that alone, and is nobody’s failure', async ({ sql, held, before }) => {
    await before?.(installation);
    const failures = await countOf(installation.db, 'SELECT SUM(attempts) FROM failures');
    await sweepAround(sql, held, async () => {
      expect(await countGranted(installation.db)).toBe(FLEET - held);
      expect(await countOf(installation.db, 'SELECT SUM(attempts) FROM failures')).toBe(failures);
    });
    await expectGrantedOnce(installation, FLEET);
    expect((await listRuns(installation.db, 10)).map((run) => run.state)).toEqual(['completed']);
    expect(lines.filter((one) => one.outage === 'database-unavailable')).toEqual([]);
  });

  it('is told of with the account’s name once it lasts, and again when it is over', async () => {
    const told = (): Record<string, unknown>[] => lines.filter((one) => one.account === ONE);
    await sweepAround(`SELECT id FROM accounts WHERE id = '${ONE}' FOR UPDATE`, 1, () =>
      until('it is told', () => told().length > 0),
    );
    await until('its end is told', () => told().length > 1);
    expect(told()).toMatchObject([
      { code: 'account-locked', outcome: 'busy' },
      { msg: 'it is locked no longer' },
    ]);
  });

  it.each([
    ['accounts', "SELECT id FROM accounts WHERE id IN ('a-003', 'a-007') FOR UPDATE", ['a-003', 'a-007']],
    ['a row beside them', `SELECT * FROM contacts WHERE account_id = '${ONE}' FOR UPDATE`, [ONE]],
  ])('of %s is counted while it lasts, by the metrics, doctor and due', async (_what, sql, held) => {
    await leaveWaiting(installation);
    await sweepAround(sql, held.length, async () => {
      await until('the metrics count them', async () => (await countBusy(installation)) === held.length);
      const { app } = installation;
      expect((await checkLocks(app, true)).at(-1)).toMatchObject({
        check: 'locks',
        state: 'warning',
        found: expect.stringMatching(new RegExp(`held up .*: ${held.join(', ')}$`)) as string,
      });
      const due = await runHere(['due', '--json', '--as-of', new Date(MAY_2021).toISOString()], { app });
      expect(JSON.parse(due.stdout)).toMatchObject({ accounts: held.length, busy: held.length });
    });
    expect(await countBusy(installation)).toBe(0);
  });

  it('holds up a worker without a sweep no longer than it lasts', async () => {
    await waitingSweep(installation.app, { timeoutMs: 0 });
    const holder = await holdRows(installation, `SELECT id FROM accounts WHERE id = '${ONE}' FOR UPDATE`);
    const worker = startWorker(installation.app);
    try {
      await untilOthersAreSettled(installation, FLEET, 1);
      await holder.release();
      const endOf = async (): Promise<unknown> => (await listRuns(installation.db, 1))[0]?.endedAt;
      await until('the run is closed', async () => (await endOf()) !== null, soonMs());
      expect(await countGranted(installation.db)).toBe(FLEET);
    } finally {
      await holder.release();
      await worker.stop();
    }
    await expectGrantedOnce(installation, FLEET);
  });

  it('lets `sweep --wait` pass its timeout with that account left', async () => {
    const holder = await holdRows(installation, `SELECT id FROM accounts WHERE id = '${ONE}' FOR UPDATE`);
    const worker = startWorker(installation.app);
    try {
      const waited = await waitingSweep(installation.app, { timeoutMs: 5_000 });
      // It is held still.
      await holder.transaction.raw('SELECT 1');
      expect(await countGranted(installation.db)).toBe(FLEET - 1);
      expect(waited).toMatchObject({ outcome: 'timed-out', remaining: 1 });
    } finally {
      await holder.release();
      await worker.stop();
    }
  });

  it('of a letter holds up that letter alone', async () => {
    const { app, db } = installation;
    await waitingSweep(app, { timeoutMs: 0 });
    const [latest] = await listRuns(db, 1);
    await settleAccounts(
      app.settleDeps,
      numbered('a', FLEET).map((one) => ({ account: one.id, run: latest?.id as number })),
    );
    await relayNotices(app.relayDeps);
    expect(await countOf(db, "SELECT COUNT(*) FROM outbox WHERE state = 'claimed'")).toBe(FLEET);
    const holder = await holdRows(
      installation,
      `SELECT * FROM outbox WHERE account_id = '${ONE}' FOR UPDATE`,
    );
    const worker = startWorker(app);
    try {
      const sent = "SELECT COUNT(*) FROM outbox WHERE state = 'sent'";
      await until('all others are sent', async () => (await countOf(db, sent)) === FLEET - 1);
      await holder.release();
      await endClaims(db);
      await allSent(app);
      const states = await selectRows(
        db,
        'SELECT state, MAX(attempts) AS attempts FROM outbox GROUP BY state',
      );
      expect(states).toEqual([{ state: 'sent', attempts: 1 }]);
    } finally {
      await holder.release();
      await worker.stop();
    }
  });

  it('of a letter that is out keeps no other from being marked as sent', async () => {
    const { app, db } = installation;
    await waitingSweep(app, { timeoutMs: 0 });
    const run = (await listRuns(db, 1))[0]?.id as number;
    const requests = numbered('a', 5).map((one) => ({ account: one.id, run }));
    await settleAccounts(app.settleDeps, requests);
    const until = (await databaseNow(db)) + 60_000;
    const ids = await claimNotices(db, { now: await databaseNow(db), until, limit: 5 });
    const taken = await takeNotices(db, { ids, until });
    const holder = await holdRows(installation, `SELECT * FROM outbox WHERE id = ${taken[2]?.id} FOR UPDATE`);
    expect(await markSent(db, taken)).toEqual([taken[2]]);
    expect(await countOf(db, "SELECT COUNT(*) FROM outbox WHERE state = 'sent'")).toBe(4);
    await holder.release();
    expect(await markSent(db, taken)).toEqual([]);
    expect(await countOf(db, "SELECT COUNT(*) FROM outbox WHERE state = 'sent'")).toBe(5);
  });
});
