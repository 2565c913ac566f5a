/** The ledger, held while it is at work: nothing is posted once the command has ended, and all goes on after the release. */
import { startScheduler } from '../../../jobs/start-scheduler.ts';
import { startWorker } from '../../../jobs/start-worker.ts';
import type { Process } from '../../../jobs/process.ts';
import { type Console, startConsole } from '../../../src/console/server.ts';
import { type Transaction, inTransaction } from '../../../src/db/connection.ts';
import { execute, selectRows } from '../../../src/db/query.ts';
import { findBackfill } from '../../../src/ledger/backfills.ts';
import { findLedgerHold, lookAtLedger } from '../../../src/ledger/ledger-hold.ts';
import { findRun, insertRun, listRuns } from '../../../src/ledger/runs.ts';
import { fixFindings } from '../../../src/operations/audits/audit-fix.ts';
import { backfillUntilDone } from '../../../src/operations/backfills/backfill-until-done.ts';
import { takeUpHeld } from '../../../src/operations/events/take-up-held.ts';
import { resumeReversals, reverseRun } from '../../../src/operations/reversals/reverse-run.ts';
import { runUntilClosed } from '../../../src/operations/runs/run-until-closed.ts';
import { ProgressWatch } from '../../../src/operations/runs/watch-progress.ts';
import { holdLedger, releaseLedger } from '../../../src/operations/settling/hold-ledger.ts';
import { LedgerWrites } from '../../../src/operations/settling/ledger-writes.ts';
import { measure } from '../../../src/operations/upkeep/measure.ts';
import { addToken } from '../../../src/operations/upkeep/tokens.ts';
import { importRows, numbered } from '../../support/accounts.ts';
import { asking, balanceOf, started } from '../../support/backfilling.ts';
import { type Running, runCli, startCli } from '../../support/cli.ts';
import { bought, record, settleAsOf } from '../../support/facts.ts';
import { runHere } from '../../support/in-process.ts';
import { type Installation, install } from '../../support/installation.ts';
import { reset } from '../../support/reset.ts';
import { countOf } from '../../support/state.ts';
import { until, waitingSweep } from '../../support/sweeping.ts';

const AS_OF = ['--as-of', '2021-05-01T00:00:00Z'];
/** How soon everybody is settled after a release, without anybody's help. */
const SOON_MS = 30_000;

let installation: Installation;
const running: (Process | Running)[] = [];

beforeAll(async () => {
  installation = await install({ env: { SMTP_URL: '', CONNECTS_CONSOLE_PORT: '0' } });
});
beforeEach(() => reset(installation));
afterEach(async () => {
  for (const one of running.splice(0)) {
    if ('stop' in one) await one.stop();
    else {
      one.child.kill('SIGKILL');
      await one.ended;
    }
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
  const { db, clock, outages, inspector, tally, config: settings } = installation.app;
  return measure({ db, clock, outages, inspector, tally, settings });
};
const watched = (stallMaxMs: number) => {
  const { db, clock, clocks, health, outages, inspector } = installation.app;
  return { db, clock, clocks, health, outages, inspector, settings: { stallMaxMs } };
};
const pause = (ms: number): Promise<void> => installation.app.clock.sleep(ms);

const worker = (): void => void running.push(startWorker(installation.app));
const workerProcess = (): Running => {
  const one = startCli(['worker'], { ...installation.env, CONNECTS_BATCH_MAX: '50' });
  running.push(one);
  return one;
};

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
  }, 120_000);

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
      code: 2,
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
    const page = await (await fetch(served.url)).text();
    await served.stop();
    expect(page).toMatch(/The ledger is held since \S+ by ann: wrong terms/);
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
    const findings = { findings: [], ...by, signal: new AbortController().signal, worker: 'w' };
    await expect(fixFindings(app.settleDeps, findings)).rejects.toThrow('by ann: wrong terms');
  });

  it('a worker that stands still for it is taken for well', async () => {
    const { app } = installation;
    const watch = new ProgressWatch(watched(50));
    await app.queue.enqueueSettling([{ account: 'a-000', run: 1 }]);
    await watch.look();
    await pause(80);
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

  async function settled(ids: readonly string[]): Promise<number> {
    await settleAsOf(installation.app, ids, '2021-05-01');
    return (await listRuns(installation.db, 1))[0]?.id ?? 0;
  }
});

describe('facts meanwhile', () => {
  it('are answered 202 over HTTP, wait, and are applied in their order after the release, by any worker', async () => {
    const { app, db } = installation;
    await importRows(app, [{ id: 'a1', anchorOn: '2021-01-01', openingBalance: 100 }]);
    await record(app, [bought('before', 'a1', '2021-01-02', 10)]);
    await hold();
    const { secret } = await addToken(app, { name: 'shop', role: 'ingest', actor: 't', reason: null });
    const served = await startConsole(app);
    running.push(served);
    const post = async (body: object) => {
      const headers = { Authorization: `Bearer ${secret}` };
      const answer = await fetch(`${served.url}v1/events`, {
        method: 'POST',
        headers,
        body: JSON.stringify(body),
      });
      return { status: answer.status, body: (await answer.json()) as { outcome?: string; code?: string } };
    };
    const at = '2021-01-03T00:00:00Z';
    const opened = { kind: 'freelancer', plan: 'basic', email: 'n@example.test' };
    const buy = { id: 'b1', account: 'a1', at, type: 'connects.purchased', amount: 50 };
    const spend = { id: 's1', account: 'a1', at, type: 'connects.spent', amount: 155 };
    expect(await post(buy)).toMatchObject({ status: 202, body: { outcome: 'waiting', code: 'held' } });
    // It has what it takes only once the first is counted.
    expect(await post(spend)).toMatchObject({ status: 202 });
    expect(await post({ ...opened, id: 'o1', account: 'new', at, type: 'account.opened' })).toMatchObject({
      status: 202,
    });
    expect(await post({ ...spend, id: 's2', account: 'new', amount: 1 })).toMatchObject({ status: 202 });
    expect((await post(buy)).body.outcome).toBe('duplicate');
    expect((await post({ ...buy, amount: 51 })).status).toBe(409);
    expect((await post({ ...buy, id: 'b2', account: 'nobody' })).status).toBe(422);
    expect(await balanceOf(db, 'a1')).toBe(110);
    expect(await entries()).toBe(1);

    worker();
    await pause(300);
    expect(await entries()).toBe(1);
    await release();
    const waiting = (): Promise<number> => countOf(db, "SELECT COUNT(*) FROM events WHERE state = 'waiting'");
    await until('all of it is decided', async () => (await waiting()) === 0, SOON_MS);
    expect(await selectRows(db, 'SELECT id, state FROM events ORDER BY arrival')).toEqual([
      { id: 'before', state: 'applied' },
      { id: 'b1', state: 'applied' },
      { id: 's1', state: 'applied' },
      { id: 'o1', state: 'applied' },
      { id: 's2', state: 'applied' },
    ]);
    expect(await failures()).toBe(0);
  });

  it('that cannot be decided go on waiting, for the reason that they have then; others of the page do not', async () => {
    const { app, db } = installation;
    await importRows(app, numbered('a', 3, { anchorOn: '2021-01-01', openingBalance: 5 }));
    await hold();
    for (const { id } of numbered('a', 3)) await record(app, [bought(`e-${id}`, id, '2021-01-02', 10)]);
    await record(app, [bought('e-2', 'a-001', '2021-01-02', 10)]);
    await execute(db, "UPDATE accounts SET zone = 'Mars/Olympus' WHERE id = 'a-001'");
    const { signal } = new AbortController();
    expect(await takeUpHeld(app.recordDeps, signal)).toEqual({ events: 0, left: 0 });
    await release();
    expect(await takeUpHeld(app.recordDeps, signal)).toEqual({ events: 2, left: 0 });
    expect(await takeUpHeld(app.recordDeps, signal)).toEqual({ events: 0, left: 0 });
    const codes = await selectRows(db, 'SELECT event_id AS event, code FROM event_waits WHERE event_id = ?', [
      'e-a-001',
    ]);
    expect(codes).toEqual([{ event: 'e-a-001', code: 'unknown-zone' }]);
    expect(await failures()).toBe(0);
  });

  it('are taken up by a sweep that works, also of accounts that are not due', async () => {
    const { app, db } = installation;
    await importRows(app, [{ id: 'a1', anchorOn: '2021-01-01' }]);
    await execute(db, "UPDATE accounts SET next_cycle_on = '2037-01-01', next_cycle_at = '2037-01-01'");
    await hold();
    await record(app, [bought('b1', 'a1', '2021-01-02', 10)]);
    await release();
    expect((await cli('sweep', '--wait', '--work', ...AS_OF)).code).toBe(0);
    expect(await countOf(db, "SELECT COUNT(*) FROM events WHERE state = 'applied'")).toBe(1);
  });
});

describe('ticks by the scheduler', () => {
  it('do nothing, miss no slot, and are made up for soon after the release', async () => {
    const own = await install({ env: { SMTP_URL: '', CONNECTS_SWEEP_CRON: '* * * * * *' } });
    const { app, db } = own;
    try {
      await importRows(app, numbered('a', 5));
      await holdLedger(app, by);
      running.push(startScheduler(app), startWorker(app));
      const ticks = (outcome: string): Promise<number> =>
        countOf(db, 'SELECT COUNT(*) FROM ticks WHERE outcome = ?', [outcome]);
      await until('it has ticked', async () => (await ticks('held')) > 1);
      expect(await countOf(db, 'SELECT COUNT(*) FROM runs')).toBe(0);
      expect(await ticks('failed')).toBe(0);
      await releaseLedger(app, { actor: 'ann', reason: 'mended' });
      const due = (): Promise<number> =>
        countOf(db, 'SELECT COUNT(*) FROM accounts WHERE next_cycle_at <= UTC_TIMESTAMP(3)');
      await until('all are settled', async () => (await due()) === 0, SOON_MS);
    } finally {
      for (const one of running.splice(0)) if ('stop' in one) await one.stop();
      await own.remove();
    }
  }, 60_000);
});

describe('backfills and reversals', () => {
  const items = (): Promise<number> =>
    countOf(installation.db, 'SELECT COUNT(*) FROM entries WHERE run_id IS NOT NULL');
  const settle = async (count: number): Promise<number> => {
    const rows = numbered('a', count, { anchorOn: '2021-01-01', trackedFrom: '2021-03-15T00:00:00Z' });
    await importRows(installation.app, rows);
    const ids = rows.map((one) => one.id);
    for (let from = 0; from < ids.length; from += 500)
      await settleAsOf(installation.app, ids.slice(from, from + 500), '2021-05-01');
    return (await listRuns(installation.db, 1))[0]?.id ?? 0;
  };

  it('a backfill with a rate stops in the middle, and is gone on with by the same worker', async () => {
    const { app, db } = installation;
    await settle(60);
    const { id, runId } = await started(app, asking('2021-02-01', '2021-03-01'), { rate: 10 });
    const granted = (): Promise<number> =>
      countOf(db, 'SELECT COUNT(DISTINCT account_id) FROM entries WHERE run_id = ?', [runId]);
    worker();
    await until('some are granted', async () => (await granted()) > 0);
    await hold();
    const before = await granted();
    expect(before).toBeLessThan(60);
    await pause(1_500);
    expect(await granted()).toBe(before);
    expect(await findBackfill(db, id)).toMatchObject({ state: 'running' });
    expect(await findRun(db, runId)).toMatchObject({ state: 'running' });
    await release();
    await until('it is done', async () => (await findBackfill(db, id))?.state === 'completed', SOON_MS);
    expect(await granted()).toBe(60);
    expect(await failures()).toBe(0);
  }, 60_000);

  it('a reversal stops in the middle, and whoever looks next ends it', async () => {
    const { app, db } = installation;
    const run = await openSweepOver(1_100);
    const before = await items();
    const reversing = reverseRun(app.settleDeps, {
      source: { run },
      ...by,
      onProgress: () => void (holding ??= hold()),
    });
    let holding: Promise<unknown> | undefined;
    await expect(reversing).rejects.toMatchObject({ kind: 'held' });
    await holding;
    const taken = await countOf(db, "SELECT COUNT(*) FROM entries WHERE kind = 'reversal'");
    expect(taken).toBeGreaterThanOrEqual(500);
    expect(taken).toBeLessThan(1_100);
    const { signal } = new AbortController();
    await expect(resumeReversals(app.settleDeps, signal)).rejects.toMatchObject({ kind: 'held' });
    await release();
    expect(await resumeReversals(app.settleDeps, signal)).toBe(1);
    expect(await countOf(db, "SELECT COUNT(*) FROM entries WHERE kind = 'reversal'")).toBe(1_100);
    expect((await listRuns(db, 1))[0]).toMatchObject({ kind: 'reversal', state: 'completed' });
    expect(before).toBeGreaterThan(0);
  }, 60_000);

  /** One run that granted all of them something. */
  async function openSweepOver(count: number): Promise<number> {
    const run = await settle(count);
    await execute(installation.db, 'UPDATE entries SET run_id = ? WHERE run_id IS NOT NULL', [run]);
    await execute(installation.db, 'UPDATE cycles SET run_id = ? WHERE run_id IS NOT NULL', [run]);
    await execute(
      installation.db,
      "UPDATE accounts SET next_cycle_on = '2037-01-01', next_cycle_at = '2037-01-01'",
    );
    return run;
  }
});
