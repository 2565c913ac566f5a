/** Durations, when somebody sets this machine's clock back an hour in the middle of them: nothing lasts longer for it. */
import { databaseNow, execute } from '../../../src/db/query.ts';
import { ConnectsError, unavailable } from '../../../src/errors.ts';
import { Health } from '../../../src/health.ts';
import { insertRun } from '../../../src/ledger/runs.ts';
import { createLog, silentLog } from '../../../src/log.ts';
import { HoldWatch } from '../../../src/operations/mail/hold-watch.ts';
import { type MailTrouble, troubleOf } from '../../../src/notices/mail-trouble.ts';
import { MailOutage } from '../../../src/operations/mail/mail-outage.ts';
import { lookUntil } from '../../../src/operations/runs/look-until.ts';
import { runUntilClosed } from '../../../src/operations/runs/run-until-closed.ts';
import { sweepUntilDone } from '../../../src/operations/runs/sweep-until-done.ts';
import { ProgressWatch } from '../../../src/operations/runs/watch-progress.ts';
import { RunDirectory } from '../../../src/operations/settling/run-directory.ts';
import { deleteHold, insertHold } from '../../../src/outbox/hold.ts';
import { OutageLog } from '../../../src/outage-log.ts';
import { importRows, numbered } from '../../support/accounts.ts';
import { type Installation, install } from '../../support/installation.ts';
import { ManualClock } from '../../../scripts/stage/manual-clock.ts';
import { MAY_2021 } from '../../support/sweeping.ts';

const HOUR_MS = 3_600_000;

describe('a clock that is set back an hour', () => {
  let installation: Installation;
  let clock: ManualClock;
  let submitted: number;
  beforeAll(async () => {
    installation = await install({ env: { SMTP_URL: '' } });
    await importRows(installation.app, numbered('a', 3));
  });
  beforeEach(() => {
    clock = new ManualClock();
    submitted = 0;
    let turns = 0;
    clock.onSleep = () => {
      if ((turns += 1) === 4) clock.set(-HOUR_MS);
      // A wait that does not end by itself must not be ended by the test's own deadline, minutes later.
      if (turns > 200) throw new Error('it waits for ever');
    };
  });
  afterAll(() => installation.remove());

  /** Jobs are counted, and nobody works on them. */
  const deps = () => ({
    ...installation.app.sweepDeps,
    clock,
    queue: {
      enqueueSettling: () => Promise.resolve(void (submitted += 1)),
      enqueueCohorts: () => Promise.resolve(),
      enqueueNotices: () => Promise.resolve(),
      countSettling: () => Promise.resolve({ waiting: 0, active: 0, delayed: 0, cohorts: 0 }),
    },
  });
  const openRun = async (): Promise<number> =>
    (await insertRun(installation.db, {
      kind: 'sweep',
      asOf: MAY_2021,
      termsVersion: 1,
      notify: 'none',
      actor: 'test',
      reason: null,
      dueAtStart: 3,
      at: await databaseNow(installation.db),
      openKey: 'sweep',
    })) as number;
  const endRuns = (): Promise<unknown> =>
    execute(
      installation.db,
      "UPDATE runs SET state = 'stopped', ended_at = started_at, open_key = NULL WHERE ended_at IS NULL",
    );

  it('lets a wait end at its timeout, and an outage be given up after its ten minutes', async () => {
    const quiet = { clock, log: silentLog };
    expect(await lookUntil(quiet, { timeoutMs: 5_000 }, () => Promise.resolve(undefined))).toBe('timed-out');
    expect(clock.elapsedMs()).toBe(5_000);
    let looks = 0;
    const goesAway = (): Promise<undefined> =>
      (looks += 1) === 1 ? Promise.resolve(undefined) : Promise.reject(unavailable('away', 'away'));
    clock.set(-HOUR_MS);
    await expect(lookUntil(quiet, { everyMs: 10_000 }, goesAway)).rejects.toThrow(ConnectsError);
    expect(clock.elapsedMs()).toBe(605_000);
  });

  it('lets a waiting sweep submit every second, and end at its timeout', async () => {
    const waited = await sweepUntilDone(deps(), {
      source: 'command',
      actor: 'test',
      asOf: MAY_2021,
      timeoutMs: 10_000,
    });
    expect(waited).toMatchObject({ outcome: 'timed-out', remaining: 3 });
    expect(submitted).toBe(11);
    await endRuns();
  });

  it('lets whoever waits for a run submit it every second', async () => {
    const id = await openRun();
    const run = { id, kind: 'sweep', dueAtStart: 3, asOf: MAY_2021 } as never;
    expect(await runUntilClosed(deps(), run, { timeoutMs: 10_000 })).toMatchObject({ outcome: 'timed-out' });
    expect(submitted).toBe(11);
    await endRuns();
  });

  it('keeps nobody from seeing within a second that a run was stopped', async () => {
    const id = await openRun();
    const runs = new RunDirectory(installation.db, clock);
    expect((await runs.find([id])).size).toBe(1);
    await endRuns();
    clock.set(-HOUR_MS);
    clock.pass(999);
    expect((await runs.find([id])).size).toBe(1);
    clock.pass(1);
    expect((await runs.find([id])).size).toBe(0);
  });

  it('keeps nobody from seeing within a second that mail is held', async () => {
    const { db } = installation;
    const hold = new HoldWatch({ db, clock });
    expect(await hold.isHeld()).toBe(false);
    await insertHold(db, { heldAt: await databaseNow(db), actor: 'test', reason: null });
    clock.set(-HOUR_MS);
    clock.pass(999);
    expect(await hold.isHeld()).toBe(false);
    clock.pass(1);
    expect(await hold.isHeld()).toBe(true);
    await deleteHold(db);
  });

  it('lets a mail server that is away be asked again after a second, and a standstill be seen after its minutes', async () => {
    let trouble: MailTrouble | undefined = troubleOf({ code: 'ECONNREFUSED', message: 'refused' });
    const outage = new MailOutage({
      clock,
      log: silentLog,
      mailer: { probe: () => Promise.resolve(trouble) },
    });
    expect(await outage.isThere()).toBe(false);
    trouble = undefined;
    clock.set(-HOUR_MS);
    clock.pass(1_000);
    expect(await outage.allowance(5)).toBe(5);

    const waiting = { queue: 'settle', waiting: 1, oldest: { id: 'settle-a', addedAt: 0 } };
    const watch = new ProgressWatch({
      db: installation.db,
      clock,
      clocks: { compare: () => Promise.resolve() },
      health: new Health(clock),
      outages: new OutageLog({ clock, log: silentLog }),
      inspector: {
        readQueues: () => Promise.resolve([waiting]),
        requireSomeServing: () => Promise.resolve([]),
      },
      settings: { stallMaxMs: 300_000 },
    } as never);
    await watch.look();
    clock.set(-HOUR_MS);
    clock.pass(300_000);
    await watch.look();
    expect(watch.progress).toMatchObject({ live: false, stalledMs: 300_000 });
  });

  it('shows in no duration that is told of an outage', async () => {
    const lines: Record<string, unknown>[] = [];
    const log = createLog('info', { write: (line) => void lines.push(JSON.parse(line) as never) });
    const outages = new OutageLog({ clock, log });
    outages.tell(unavailable('redis-unavailable', 'away') as ConnectsError, clock.elapsedMs());
    clock.set(-HOUR_MS);
    clock.pass(4_000);
    outages.isOver('redis-unavailable');
    expect(lines.at(-1)).toMatchObject({ outage: 'redis-unavailable', outageMs: 4_000 });
  });
});
