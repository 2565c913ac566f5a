/** A worker that freezes inside its transaction: what it has locked is free again soon, and what it does later is harmless. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { IDLE_TRANSACTION_S } from '../../src/db/limits.ts';
import { databaseNow, selectOne } from '../../src/db/query.ts';
import { insertRun } from '../../src/ledger/runs.ts';
import { createLog } from '../../src/log.ts';
import { startWorker } from '../../jobs/start-worker.ts';
import { importRows, numbered } from '../support/accounts.ts';
import { type Installation, install } from '../support/installation.ts';
import { SOON_MS, expectGrantedOnce, untilOthersAreSettled } from '../support/liveness.ts';
import { describeOnlyOn, onMysql } from '../support/products.ts';
import { readState } from '../support/state.ts';
import { MAY_2021, until, waitingSweep } from '../support/sweeping.ts';
import { loadVictim } from './victims.ts';

const FLEET = 60;
/** Of them, those that the frozen worker has locked. */
const HELD = 10;
/** MariaDB ends what this worker has open after the seconds that it asks for; on MySQL, workers look every ten for ours. */
const IDLE_S = 3;
const FREED_MS = onMysql ? (IDLE_TRANSACTION_S + 10) * 1_000 : IDLE_S * 1_000;

describe('a worker that freezes inside its transaction', () => {
  let installation: Installation;
  const lines: { code?: string; silentSeconds?: number }[] = [];
  beforeAll(async () => {
    const log = createLog('info', { write: (line) => void lines.push(JSON.parse(line) as object) });
    installation = await install({ env: { SMTP_URL: '' }, log });
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
    const orders = { databaseUrl, run, accounts, settings, idleS: IDLE_S };
    victim.child.send({ ...orders, freezeBefore: 'INSERT INTO cycles' });
    const pid = String(victim.child.pid);
    await until('it is frozen', async () => (await stateOf(pid)) === 'T');
    const worker = startWorker(app);
    try {
      const sweeping = waitingSweep(app, { timeoutMs: 120_000 });
      sweeping.catch(() => undefined);
      await untilOthersAreSettled(installation, FLEET, HELD);
      const othersAt = performance.now();
      expect(await sweeping).toMatchObject({ outcome: 'done', remaining: 0 });
      expect(performance.now() - othersAt).toBeLessThan(FREED_MS + SOON_MS);
    } finally {
      await worker.stop();
    }
    const ended = lines.filter((one) => one.code === 'silent-transaction');
    expect(ended).toHaveLength(onMysql ? 1 : 0);
    for (const one of ended) expect(one.silentSeconds).toBeGreaterThanOrEqual(IDLE_TRANSACTION_S);
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

  describeOnlyOn('mariadb', 'has a setting for it', () => {
    it('is asked for twenty seconds by every session of ours', async () => {
      const row = await selectOne(installation.db, 'SELECT @@idle_transaction_timeout AS seconds');
      expect(row).toEqual({ seconds: IDLE_TRANSACTION_S });
    });
  });
});

/** As Linux has it: T for a process that was stopped. */
async function stateOf(pid: string): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  return stat.split(') ')[1]?.[0];
}
