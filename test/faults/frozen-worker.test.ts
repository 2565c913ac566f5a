/** A worker that freezes inside its transaction: what it has locked is free again soon, and what it does later is harmless. */
import { once } from 'node:events';
import { IDLE_TRANSACTION_S } from '../../src/db/limits.ts';
import { databaseNow, selectOne } from '../../src/db/query.ts';
import { insertRun } from '../../src/ledger/runs.ts';
import { startWorker } from '../../jobs/start-worker.ts';
import { importRows, numbered } from '../support/accounts.ts';
import { type Installation, install } from '../support/installation.ts';
import { countGranted, expectGrantedOnce, expectSoonAfter } from '../support/liveness.ts';
import { stateOf } from '../support/process-state.ts';
import { onMysql } from '../support/products.ts';
import { readState } from '../support/state.ts';
import { MAY_2021, until, waitingSweep } from '../support/sweeping.ts';
import { loadVictim } from './victims.ts';

const FLEET = 60;
/** Of them, those that the frozen worker has locked. */
const HELD = 10;

describe('a worker that freezes inside its transaction', () => {
  let installation: Installation;
  beforeAll(async () => {
    installation = await install({ env: { SMTP_URL: '' } });
    await importRows(installation.app, numbered('a', FLEET));
  });
  afterAll(() => installation.remove());

  it('holds up what it has locked for seconds, and nobody else; awake again, it changes nothing', async () => {
    const { app, db, env } = installation;
    const run = (await insertRun(db, {
      kind: 'sweep',
      asOf: MAY_2021,
      termsVersion: 1,
      notify: 'digest',
      actor: 'test',
      reason: null,
      dueAtStart: FLEET,
      at: await databaseNow(db),
      openKey: 'sweep',
    })) as number;
    const victim = loadVictim();
    await victim.loaded;
    const accounts = numbered('a', HELD).map((one) => one.id);
    const { settings } = app.settleDeps;
    const databaseUrl = env.DATABASE_URL as string;
    victim.child.send({ databaseUrl, run, accounts, settings, idleS: 3, freezeBefore: 'INSERT INTO cycles' });
    await until('it is frozen', async () => (await stateOf(victim.child.pid)) === 'T');
    const worker = startWorker(app);
    try {
      const sweeping = waitingSweep(app, { timeoutMs: 600_000 });
      sweeping.catch(() => undefined);
      // On a slow machine its transaction may have been ended before the last of the others was settled.
      await until('the others are settled', async () => (await countGranted(db)) >= FLEET - HELD);
      const othersAt = performance.now();
      expect(await sweeping).toMatchObject({ outcome: 'done', remaining: 0 });
      expectSoonAfter(othersAt);
    } finally {
      await worker.stop();
    }
    await expectGrantedOnce(installation, FLEET);
    const before = await readState(db);
    const answered = once(victim.child, 'message');
    const gone = once(victim.child, 'exit');
    victim.child.kill('SIGCONT');
    const [answer] = (await answered) as [{ error?: string }];
    await gone;
    expect(answer.error).toMatch(/cannot be used/);
    expect(await readState(db)).toEqual(before);
  });

  it('would do so for twenty seconds: every session of ours is set so', async () => {
    const name = onMysql ? 'wait_timeout' : 'idle_transaction_timeout';
    const row = await selectOne(installation.db, `SELECT @@SESSION.${name} AS seconds`);
    expect(row).toEqual({ seconds: IDLE_TRANSACTION_S });
  });
});
