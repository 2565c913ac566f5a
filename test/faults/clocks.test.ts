/** Clocks that are apart: nothing is granted, sent or recorded by one that no other bears out, and all goes on by itself. */
import { startScheduler } from '../../jobs/start-scheduler.ts';
import { startWorker } from '../../jobs/start-worker.ts';
import { type App, composeApp } from '../../src/app.ts';
import { systemClock } from '../../src/clock.ts';
import { Clocks } from '../../src/clocks.ts';
import { parseConfig } from '../../src/config.ts';
import { startHealth } from '../../src/console/health-server.ts';
import { execute, shownNow } from '../../src/db/query.ts';
import { unavailable } from '../../src/errors.ts';
import { createLog, silentLog } from '../../src/log.ts';
import { adjustBalances } from '../../src/operations/events/adjust.ts';
import { deliverNotices } from '../../src/operations/mail/deliver-notices.ts';
import { relayNotices, returnLeases } from '../../src/operations/mail/relay-notices.ts';
import { stageReminders } from '../../src/operations/mail/stage-reminders.ts';
import { reverseRun } from '../../src/operations/reversals/reverse-run.ts';
import { openRerun } from '../../src/operations/runs/rerun.ts';
import { sweep } from '../../src/operations/runs/sweep.ts';
import { settleAccounts } from '../../src/operations/settling/settle-accounts.ts';
import { importRows, numbered } from '../support/accounts.ts';
import { asking, started } from '../support/backfilling.ts';
import { bought, record } from '../support/facts.ts';
import { runHere } from '../support/in-process.ts';
import { type Installation, install } from '../support/installation.ts';
import { expectSoonAfter } from '../support/liveness.ts';
import { countOf } from '../support/state.ts';
import { stageNotices } from '../support/staged-notices.ts';
import { MAY_2021, until, waitingSweep } from '../support/sweeping.ts';

const FORTY_DAYS_MS = 40 * 86_400_000;
const BY = { actor: 'test', reason: 'a test' };

describe('a database whose clock is apart from ours', () => {
  let installation: Installation;
  let staged: number;
  let lines: { code?: string; outage?: string }[] = [];
  /** How far our own clock is set from the truth: theirs cannot be set without harm to all other tests. */
  let setMs = 0;
  const clock = { ...systemClock, wallNow: () => systemClock.wallNow() + setMs };
  beforeAll(async () => {
    const log = createLog('info', { write: (line) => void lines.push(JSON.parse(line) as never) });
    const env = { CONNECTS_SWEEP_CRON: '* * * * * *', CONNECTS_HEALTH_PORT: '0' };
    installation = await install({ clock, log, env });
    staged = await stageNotices(installation, 4);
    await execute(
      installation.db,
      "UPDATE runs SET state = 'completed', ended_at = started_at, open_key = NULL",
    );
    await importRows(installation.app, numbered('b', 20));
  });
  beforeEach(async () => {
    setMs = 0;
    lines = [];
    await installation.app.clocks.compare(installation.app);
  });
  afterAll(async () => {
    setMs = 0;
    await installation.remove();
  });

  const given = () => ({ app: installation.app, processes: { startWorker } });
  const rows = (): Promise<number> =>
    countOf(
      installation.db,
      `SELECT (SELECT COUNT(*) FROM entries) + (SELECT COUNT(*) FROM cycles) + (SELECT COUNT(*) FROM events) +
              (SELECT COUNT(*) FROM runs) + (SELECT COUNT(*) FROM backfills) + (SELECT COUNT(*) FROM accounts) +
              (SELECT COUNT(*) FROM outbox WHERE state <> 'pending')`,
    );

  describe.each([
    ['ahead of', -FORTY_DAYS_MS],
    ['behind', 31_000],
  ])('%s it', (direction, ourOffsetMs) => {
    it.each([
      ['sweep', ({ app }) => sweep(app.sweepDeps, { source: 'command', actor: 'test', asOf: MAY_2021 })],
      ['settle', ({ app }) => settleAccounts(app.settleDeps, [{ account: 'b-000', run: staged }])],
      ['rerun', ({ app }) => openRerun(app.sweepDeps, { filter: {}, ...BY })],
      ['reverse', ({ app }) => reverseRun(app.settleDeps, { source: { run: staged }, ...BY })],
      ['backfill', ({ app }) => started(app, asking('2021-02-01', '2021-02-28'))],
      ['record an event', ({ app }) => record(app, [bought('e1', 'b-001', '2021-02-01 10:00')])],
      [
        'adjust',
        ({ app }) =>
          adjustBalances(app.recordDeps, {
            actor: 'test',
            adjustments: [{ account: 'b-001', amount: 5, reason: 'x', key: 'k1' }],
          }),
      ],
      ['open accounts', ({ app }) => importRows(app, numbered('c', 1))],
      ['relay mail', ({ app }) => relayNotices(app.relayDeps)],
      ['take mail back from the dead', ({ app }) => returnLeases(app.relayDeps)],
      ['send mail', ({ app }) => deliverNotices(app.deliverDeps as never, { notices: [1], until: 0 })],
      ['remind', ({ app }) => stageReminders(app.reminderDeps)],
    ] satisfies [string, (given: Installation) => Promise<unknown>][])(
      'lets nobody %s',
      async (_what, work) => {
        const before = await rows();
        setMs = ourOffsetMs;
        await expect(work(installation)).rejects.toMatchObject({
          code: 'clocks-disagree',
          kind: 'unavailable',
          message: expect.stringContaining(`the database's clock is`) as string,
        });
        await expect(work(installation)).rejects.toThrow(direction);
        expect(await rows()).toBe(before);
      },
    );
  });

  it('ends commands with 75 and both clocks in one sentence, but for those that read, stop or take back', async () => {
    setMs = -FORTY_DAYS_MS;
    const swept = await runHere(['sweep', '--work', '--as-of', '2021-05-01T00:00:00Z'], given());
    expect(swept.code).toBe(75);
    expect(swept.stderr).toMatch(
      /^connects: (the database's|Redis') clock is 40 d ahead of this machine's: it shows \d{4}-\S+Z, and this machine's \d{4}-\S+Z\. Nothing is granted/,
    );
    const answers = [
      ['account', 'explain', 'b-001'],
      ['run', 'list'],
      ['notices', 'hold', '--reason', 'x'],
      ['notices', 'release'],
    ];
    for (const args of answers) expect([args, (await runHere(args, given())).code]).toEqual([args, 0]);
    const health = await runHere(['doctor', '--json'], given());
    expect(health.code).toBe(75);
    expect(health.stdout).toContain("Redis' clock is 40 d ahead of this machine's");
  });

  it('leaves alone what is less than thirty seconds apart', async () => {
    setMs = -29_000;
    expect(await record(installation.app, [bought('e2', 'b-002', '2021-02-01 10:00')])).toMatchObject([
      { outcome: 'applied' },
    ]);
  });

  it('lets a dry run look ahead, whose session shows the clock of that day', async () => {
    const ahead = ['sweep', '--dry-run', '--as-of', '2027-06-01T00:00:00Z', '--json'];
    const { code, stdout } = await runHere(ahead, given());
    expect(code).toBe(0);
    expect((JSON.parse(stdout) as { settled: number }).settled).toBeGreaterThan(20);
  });

  it('keeps a worker and a scheduler waiting, says so once, and lets both go on when the clocks agree again', async () => {
    const { app, db } = installation;
    const settled = (): Promise<number> =>
      countOf(db, "SELECT COUNT(*) FROM cycles WHERE account_id LIKE 'b-%'");
    const before = await settled();
    setMs = -FORTY_DAYS_MS;
    const pages = await startHealth(app);
    const processes = [startWorker(app), startScheduler(app)];
    try {
      await until('it is told', () => lines.some((one) => one.code === 'clocks-disagree'));
      const ready = await fetch(`${pages.url}readyz`);
      expect([ready.status, await ready.text()]).toEqual([503, expect.stringContaining('clocks: ')]);
      // Ticks, relays and loops run into it again and again.
      await systemClock.sleep(2_500);
      expect(await settled()).toBe(before);
      setMs = 0;
      const endedAt = performance.now();
      await until('it is over', () => lines.some((one) => one.outage === 'clocks-disagree'));
      await until('all are settled', async () => (await settled()) > before);
      expectSoonAfter(endedAt);
    } finally {
      await Promise.all(processes.map((one) => one.stop()));
      await pages.stop();
    }
    expect(lines.filter((one) => one.code === 'clocks-disagree')).toHaveLength(1);
  });

  it('keeps nobody else from working: a worker whose own clock is wrong lets go of what it took', async () => {
    const { app, db, env } = installation;
    await importRows(app, numbered('d', 30));
    const other = composeApp(parseConfig(env), systemClock, silentLog);
    setMs = -FORTY_DAYS_MS;
    const wrong = startWorker(app);
    const right = startWorker(other);
    try {
      const waited = await waitingSweep(other);
      expect(waited).toMatchObject({ outcome: 'done', remaining: 0 });
      expect(
        await countOf(db, "SELECT COUNT(DISTINCT account_id) FROM cycles WHERE account_id LIKE 'd-%'"),
      ).toBe(30);
    } finally {
      await Promise.all([wrong.stop(), right.stop()]);
      await other.close();
    }
  });

  it('shows in the metrics', async () => {
    setMs = -60_000;
    const pages = await startHealth(installation.app);
    const text = await (await fetch(`${pages.url}metrics`)).text();
    await pages.stop();
    for (const server of ['database', 'redis']) {
      const [, seconds] =
        new RegExp(`^connects_clock_skew_seconds\\{server="${server}"\\} (\\S+)$`, 'm').exec(text) ?? [];
      expect(Math.round(Number(seconds))).toBe(60);
    }
  });
});

describe('Redis as a second witness', () => {
  let installation: Installation;
  beforeAll(async () => (installation = await install({ env: { SMTP_URL: '' } })));
  afterAll(() => installation.remove());

  it('stops everything while its clock is apart, and has no say while it is away', async () => {
    const { db } = installation;
    const clocks = new Clocks(systemClock);
    const ask = (): Promise<number> => clocks.agreed(() => shownNow(db));
    const shows = (offsetMs: number) => ({ readTime: () => Promise.resolve(Date.now() + offsetMs) });
    await clocks.compare({ db, inspector: shows(0) });
    await ask();
    await clocks.compare({ db, inspector: shows(-FORTY_DAYS_MS) });
    await expect(ask()).rejects.toThrow("Redis' clock is 40 d behind this machine's");
    await clocks.compare({ db, inspector: { readTime: () => Promise.reject(unavailable('away', 'away')) } });
    await ask();
  });

  it('is asked by whoever begins to work', async () => {
    const shows = { readTime: () => Promise.resolve(0), requireSomeServing: () => Promise.resolve([]) };
    const app = Object.create(installation.app, { inspector: { value: shows } }) as App;
    const { code, stderr } = await runHere(['sweep', '--work'], { app, processes: { startWorker } });
    expect([code, stderr]).toEqual([75, expect.stringContaining("Redis' clock is") as string]);
  });
});
