/** The ledger, held while it is at work: nothing is posted once the command has ended, and all goes on after the release. */
import { startWorker } from '../../../jobs/start-worker.ts';
import { type Console, startConsole } from '../../../src/console/server.ts';
import { type Transaction, inTransaction } from '../../../src/db/connection.ts';
import { execute, selectRows } from '../../../src/db/query.ts';
import { Health } from '../../../src/health.ts';
import { findBackfill } from '../../../src/ledger/backfills.ts';
import { findLedgerHold, lookAtLedger } from '../../../src/ledger/ledger-hold.ts';
import { listRuns } from '../../../src/ledger/runs.ts';
import { fixFindings } from '../../../src/operations/audits/audit-fix.ts';
import { backfillUntilDone } from '../../../src/operations/backfills/backfill-until-done.ts';
import { runUntilClosed } from '../../../src/operations/runs/run-until-closed.ts';
import { ProgressWatch } from '../../../src/operations/runs/watch-progress.ts';
import { holdLedger, releaseLedger } from '../../../src/operations/settling/hold-ledger.ts';
import { LedgerWrites } from '../../../src/operations/settling/ledger-writes.ts';
import { measure } from '../../../src/operations/upkeep/measure.ts';
import { importRows, numbered } from '../../support/accounts.ts';
import { asking, started } from '../../support/backfilling.ts';
import { type Running, runCli, startCli } from '../../support/cli.ts';
import { settleAsOf } from '../../support/facts.ts';
import { runHere } from '../../support/in-process.ts';
import { Client } from '../../support/console-client.ts';
import { type Installation, install } from '../../support/installation.ts';
import { ManualClock } from '../../../scripts/stage/manual-clock.ts';
import { reset } from '../../support/reset.ts';
import { countOf } from '../../support/state.ts';
import { until, waitingSweep } from '../../support/sweeping.ts';

const AS_OF = ['--as-of', '2021-05-01T00:00:00Z'];
/** How soon everybody is settled after a release, without anybody's help. */
const SOON_MS = 30_000;

let installation: Installation;
const running: Running[] = [];

beforeAll(async () => {
  installation = await install({ env: { SMTP_URL: '', CONNECTS_CONSOLE_PORT: '0' } });
});
beforeEach(() => reset(installation));
afterEach(async () => {
  for (const one of running.splice(0)) {
    one.child.kill('SIGKILL');
    await one.ended;
  }
});
afterAll(() => installation.remove());

const cli = (...args: string[]) => runHere(args, { app: installation.app, processes: { startWorker } });
const by = { actor: 'ann', reason: 'wrong terms' };
const hold = () => holdLedger(installation.app, by);
const release = () => releaseLedger(installation.app, { actor: 'ann', reason: 'mended' });
const entries = (): Promise<number> => countOf(installation.db, 'SELECT COUNT(*) FROM entries');
const unsettled = (): Promise<number> =>
  countOf(installation.db, "SELECT COUNT(*) FROM accounts WHERE next_cycle_at <= '2021-05-01'");
const failures = (): Promise<number> => countOf(installation.db, 'SELECT COUNT(*) FROM failures');
const metricsNow = (): Promise<string> => {
  const { db, readDb, clock, outages, inspector, tally, config: settings } = installation.app;
  return measure({ db, readDb, clock, outages, inspector, tally, settings });
};
const watched = (clock: ManualClock, stallMaxMs: number) => {
  const { db, clocks, outages, inspector } = installation.app;
  return { db, clock, clocks, health: new Health(clock), outages, inspector, settings: { stallMaxMs } };
};
const pause = (ms: number): Promise<void> => installation.app.clock.sleep(ms);

const workerProcess = (): void =>
  void running.push(startCli(['worker'], { ...installation.env, CONNECTS_BATCH_MAX: '50' }));

describe('a hold while workers settle', () => {
  const FLEET = 3_000;

  it('ends when nothing is posted any more; after the release the same run goes on to its end', async () => {
    await importRows(installation.app, numbered('a', FLEET));
    workerProcess();
    workerProcess();
    const swept = await cli('sweep', ...AS_OF);
    expect(swept.code).toBe(0);
    await until('they are at it', async () => (await entries()) > 0);

    const held = await cli('hold', '--reason', 'wrong terms');
    const posted = await entries();
    const left = await unsettled();
    expect(held.code).toBe(0);
    expect(held.stdout).toMatch(
      /^the ledger is held since \S+ by tester: wrong terms; what was in flight has ended: /,
    );
    expect(left).toBeGreaterThan(0);

    await pause(1_500);
    expect(await entries()).toBe(posted);
    const [run] = await listRuns(installation.db, 5);
    expect(run).toMatchObject({ state: 'running', dueAtStart: FLEET });
    expect(await failures()).toBe(0);

    expect((await cli('release', '--reason', 'mended')).code).toBe(0);
    await until('all are settled', async () => (await unsettled()) === 0, SOON_MS);
    await until('the run is closed', async () => (await listRuns(installation.db, 5))[0]?.endedAt !== null);
    expect(await listRuns(installation.db, 5)).toMatchObject([{ id: run?.id, state: 'completed' }]);
    expect(await countOf(installation.db, 'SELECT COUNT(*) FROM accounts WHERE balance = 40')).toBe(FLEET);
    expect(await failures()).toBe(0);
  });

  it('waits for a transaction that has looked already, and lets no other post meanwhile', async () => {
    const { db } = installation.app;
    let commit = (): void => undefined;
    let looked = (): void => undefined;
    const hasLooked = new Promise<void>((resolve) => (looked = resolve));
    const inFlight = inTransaction(db, async (transaction) => {
      expect((await lookAtLedger(transaction)).hold).toBeUndefined();
      const committed = new Promise<void>((resolve) => (commit = resolve));
      looked();
      await committed;
    });
    await hasLooked;
    const order: string[] = [];
    const holding = hold().then(() => order.push('held'));
    await until('it waits for the row', async () => (await waitingForRow()) > 0);
    const late = inTransaction(db, lookAtLedger).then((look) => order.push(`late: ${look.hold?.reason}`));
    await pause(200);
    expect(order).toEqual([]);
    commit();
    await Promise.all([inFlight, holding, late]);
    expect(order.toSorted()).toEqual(['held', 'late: wrong terms']);
  });

  it('is nothing where its process dies before: the next one takes it', async () => {
    const { db, env } = installation;
    let commit = (): void => undefined;
    let looked = (): void => undefined;
    const hasLooked = new Promise<void>((resolve) => (looked = resolve));
    const inFlight = inTransaction(db, async (transaction: Transaction) => {
      await lookAtLedger(transaction);
      const committed = new Promise<void>((resolve) => (commit = resolve));
      looked();
      await committed;
    });
    await hasLooked;
    const victim = startCli(['hold', '--reason', 'wrong terms'], env);
    await until('it waits for the row', async () => (await waitingForRow()) > 0);
    victim.child.kill('SIGKILL');
    await victim.ended;
    commit();
    await inFlight;
    expect(await findLedgerHold(db)).toBeUndefined();
    expect(await countOf(db, 'SELECT COUNT(*) FROM audit_log')).toBe(0);
    expect((await runCli(['hold', '--reason', 'once more'], env)).code).toBe(0);
    expect(await findLedgerHold(db)).toMatchObject({ reason: 'once more' });
  });

  /** Sessions whose statement about the hold waits: by the process list, which both servers have. */
  const waitingForRow = async (): Promise<number> => {
    const rows = await selectRows<Record<string, unknown>>(installation.db, 'SHOW FULL PROCESSLIST');
    return rows.filter((row) => /ledger_hold.*FOR UPDATE/s.test(String(row.Info))).length;
  };
});

describe('who holds, and who releases', () => {
  const actions = (): Promise<{ action: string; actor: string; reason: string }[]> =>
    selectRows(installation.db, 'SELECT action, actor, reason FROM audit_log ORDER BY id');

  it('of two at once one holds; a second hold and a second release are conflicts that say whose it is', async () => {
    const tried = await Promise.allSettled([hold(), hold()]);
    expect(tried.map((one) => one.status).toSorted()).toEqual(['fulfilled', 'rejected']);
    const again = await cli('hold', '--reason', 'me too');
    expect(again).toMatchObject({
      code: 5,
      stderr: expect.stringMatching(/held since \S+ by ann: wrong terms; nothing was changed/) as string,
    });
    expect((await cli('hold', '--reason', 'me too', '--dry-run')).code).toBe(5);
    expect(await actions()).toEqual([{ action: 'ledger.hold', actor: 'ann', reason: 'wrong terms' }]);

    expect((await cli('release', '--reason', 'mended', '--dry-run')).stdout).toContain('dry run');
    expect(await findLedgerHold(installation.db)).toMatchObject(by);
    expect((await cli('release', '--reason', 'mended')).stdout).toMatch(
      /released; it was held for .* by ann: wrong terms/,
    );
    expect((await cli('release', '--reason', 'mended')).code).toBe(5);
    expect((await cli('release', '--dry-run')).code).toBe(5);
    expect((await actions()).map((one) => one.action)).toEqual(['ledger.hold', 'ledger.release']);
  });

  it('asks why, and writes nothing in a dry run', async () => {
    expect(await cli('hold')).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('--reason') as string,
    });
    const dry = await cli('hold', '--reason', 'to see', '--dry-run', '--json');
    expect(JSON.parse(dry.stdout)).toMatchObject({ held: true, dryRun: true, hold: { reason: 'to see' } });
    expect(await findLedgerHold(installation.db)).toBeUndefined();
    expect(await actions()).toEqual([]);
  });

  it('holds all mail under the same word, and under the old one', async () => {
    expect((await cli('hold', '--mail', '--reason', 'wrong template')).stdout).toContain('all mail is held');
    expect(await findLedgerHold(installation.db)).toBeUndefined();
    expect(await cli('notices', 'hold')).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('by tester: wrong template') as string,
    });
    expect((await cli('notices', 'release')).code).toBe(0);
    expect((await cli('release', '--mail')).code).toBe(5);
  });
});

describe('while the ledger is held', () => {
  beforeEach(async () => {
    await importRows(installation.app, numbered('a', 5));
  });

  it('stands who, why and since when in due, doctor, metrics and on the overview', async () => {
    await hold();
    await cli('hold', '--mail', '--reason', 'wrong template');
    const { app, db } = installation;
    await execute(db, 'UPDATE ledger_hold SET held_at = UTC_TIMESTAMP(3) - INTERVAL 3 HOUR');
    const told = /the ledger is held since \S+ by ann: wrong terms; nothing is settled, .*"connects release/i;
    expect((await cli('due', ...AS_OF)).stdout).toMatch(told);
    expect(JSON.parse((await cli('due', '--json')).stdout)).toMatchObject({
      hold: { by: 'ann', reason: 'wrong terms' },
    });
    const doctor = (await cli('doctor')).stdout;
    expect(doctor).toMatch(/^warning {2}hold: for 3 h: the ledger is held since \S+ by ann: wrong terms/m);
    expect(doctor).toMatch(
      /^warning {2}mail: for \d+ s: all mail is held since \S+ by tester: wrong template/m,
    );
    const metrics = await metricsNow();
    expect(metrics).toMatch(/^connects_hold\{kind="ledger"\} 1$/m);
    expect(metrics).toMatch(/^connects_hold\{kind="mail"\} 1$/m);
    expect(metrics).toMatch(/^connects_hold_age_seconds\{kind="ledger"\} 1080\d/m);
    const served: Console = await startConsole(app);
    const page = await (await Client.signedIn({ app }, served.url, 'viewer')).read('/');
    await served.stop();
    expect(page).toContain('The ledger is held: nobody is granted anything');
    expect(page).toMatch(/by ann: wrong terms\. .*connects release/);
    expect(page).toContain('by tester: wrong template');
    await release();
    expect(await metricsNow()).toMatch(/^connects_hold\{kind="ledger"\} 0$/m);
    expect((await cli('doctor')).stdout).toMatch(/^ok +hold: the ledger is not held$/m);
  });

  it('whoever asks for work is told with exit 5, and nothing is written; a plain sweep does nothing, with 0', async () => {
    const { app, db } = installation;
    const run = await settled(['a-000']);
    const { id } = await started(app, asking('2020-11-01', '2020-12-31'));
    const paused = await started(app, asking('2020-09-01', '2020-10-31'));
    await cli('backfill', 'pause', String(paused.id));
    const before = await entries();
    await hold();
    const refused = [
      ['sweep', '--wait', ...AS_OF],
      ['sweep', '--work', ...AS_OF],
      ['sweep', '--limit', '1', ...AS_OF],
      ['rerun', '--all', '--reason', 'x', '--yes'],
      ['backfill', 'start', '--from', '2020-12-01', '--to', '2020-12-31', '--reason', 'x', '--yes'],
      ['backfill', 'resume', String(paused.id), '--reason', 'x', '--yes'],
      ['reverse-run', String(run), '--reason', 'x', '--yes'],
      ['adjust', 'a-000', '--amount', '+5', '--reason', 'x', '--key', 'k1', '--yes'],
      ['audit', '--fix', '--reason', 'x', '--yes'],
      ['events', 'waiting', 'refuse', 'e1', '--reason', 'x', '--yes'],
    ];
    for (const line of refused) {
      const ended = await cli(...line);
      expect([line.join(' '), ended.code]).toEqual([line.join(' '), 5]);
      expect(ended.stderr).toMatch(
        /held since \S+ by ann: wrong terms; .* until "connects release --reason TEXT"/,
      );
    }
    const plain = await cli('sweep', ...AS_OF);
    expect(plain.code).toBe(0);
    expect(plain.stdout).toMatch(/^the ledger is held since [^\n]+\n$/);
    expect(JSON.parse((await cli('sweep', '--json')).stdout)).toMatchObject({
      outcome: 'held',
      hold: { by: 'ann' },
    });
    expect(await countOf(db, "SELECT COUNT(*) FROM ticks WHERE outcome = 'held'")).toBe(4);
    expect(await entries()).toBe(before);
    expect(await countOf(db, 'SELECT COUNT(*) FROM runs')).toBe(3);
    expect(await findBackfill(db, id)).toMatchObject({ state: 'running' });

    // What only looks, or stops, works.
    for (const line of [
      ['sweep', '--dry-run', ...AS_OF],
      ['reverse-run', String(run), '--dry-run'],
      ['adjust', 'a-000', '--amount', '+5', '--reason', 'x', '--key', 'k1', '--dry-run'],
      ['backfill', 'cancel', String(paused.id), '--reason', 'x'],
      ['run', 'list'],
    ])
      expect([line.join(' '), (await cli(...line)).code]).toEqual([line.join(' '), 0]);
    expect(await entries()).toBe(before);
    await release();
    expect(
      (await cli('adjust', 'a-000', '--amount', '+5', '--reason', 'x', '--key', 'k1', '--yes')).code,
    ).toBe(0);
  });

  it('whoever waits already is told, too, and what he waits for stays open', async () => {
    const { app, db } = installation;
    const deps = { ...app.sweepDeps, clock: app.clock };
    const sweeping = waitingSweep(app).catch((error: Error) => error.message);
    await until('its run is open', async () => (await listRuns(db, 1)).length === 1);
    const backfill = await started(app, asking('2020-11-01', '2020-12-31'));
    const waiting = backfillUntilDone(app, { id: backfill.id }).catch((error: Error) => error.message);
    await hold();
    const told = expect.stringContaining('by ann: wrong terms') as string;
    expect(await Promise.all([sweeping, waiting])).toEqual([told, told]);
    const [, sweepRun] = await listRuns(db, 2);
    await expect(runUntilClosed(deps, sweepRun as never, {})).rejects.toThrow('by ann: wrong terms');
    expect((await listRuns(db, 2)).map((one) => one.state)).toEqual(['running', 'running']);
    const findings = {
      findings: [],
      ...by,
      signal: new AbortController().signal,
      worker: 'w',
      approvalOver: 0,
    };
    await expect(fixFindings(app.settleDeps, findings)).rejects.toThrow('by ann: wrong terms');
  });

  it('a worker that stands still for it is taken for well', async () => {
    const { app } = installation;
    const clock = new ManualClock();
    const watch = new ProgressWatch(watched(clock, 60_000));
    await app.queue.enqueueSettling([{ account: 'a-000', run: 1 }]);
    await watch.look();
    clock.pass(60_000);
    await watch.look();
    expect(watch.progress.live).toBe(false);
    await hold();
    await watch.look();
    expect(watch.progress.live).toBe(true);
  });

  it('a path that forgot to look posts nothing', async () => {
    const writes = new LedgerWrites();
    writes.entries.push({} as never);
    const posting = inTransaction(installation.db, (transaction) => writes.write(transaction, 0));
    await expect(posting).rejects.toThrow('unless the ledger is free');
  });

  it('what was written once is not written again: its rows are let go of', async () => {
    const writes = new LedgerWrites();
    await inTransaction(installation.db, (transaction) => writes.write(transaction, 0));
    const again = inTransaction(installation.db, (transaction) => writes.write(transaction, 0));
    await expect(again).rejects.toThrow('written before');
  });

  async function settled(ids: readonly string[]): Promise<number> {
    await settleAsOf(installation.app, ids, '2021-05-01');
    return (await listRuns(installation.db, 1))[0]?.id ?? 0;
  }
});
