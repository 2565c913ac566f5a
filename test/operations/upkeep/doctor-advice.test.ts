/** What doctor advises fits how the installation is run, and the age of what it finds counts. */
import { execute } from '../../../src/db/query.ts';
import type { Finding } from '../../../src/operations/upkeep/doctor/finding.ts';
import { examine } from '../../../src/operations/upkeep/doctor/examine.ts';
import { importRows, numbered } from '../../support/accounts.ts';
import { runHere } from '../../support/in-process.ts';
import { type Installation, install } from '../../support/installation.ts';
import { reset } from '../../support/reset.ts';
import { MAY_2021, sweepAndSend, waitingSweep } from '../../support/sweeping.ts';

describe('doctor', () => {
  let installation: Installation;
  beforeAll(async () => {
    installation = await install({ env: { SMTP_URL: '', CONNECTS_SETTLE_ATTEMPTS: '1' } });
  });
  beforeEach(() => reset(installation));
  afterAll(() => installation.remove());

  const found = async (check: string): Promise<Finding | undefined> =>
    (await examine(installation.app)).find((one) => one.check === check);
  const tick = (hoursAgo: number, source: 'scheduler' | 'command', times = 1): Promise<unknown> =>
    Promise.all(
      Array.from({ length: times }, () =>
        execute(
          installation.db,
          `INSERT INTO ticks (at, slot_at, source, outcome)
           VALUES (UTC_TIMESTAMP(3) - INTERVAL ? HOUR, IF(? = 'scheduler', UTC_TIMESTAMP(3) - INTERVAL ? HOUR, NULL), ?, 'nothing-due')`,
          [hoursAgo, source, hoursAgo, source],
        ),
      ),
    );
  /** Jobs that nobody takes, and a run that nobody tends. */
  async function leaveWork(): Promise<void> {
    await importRows(installation.app, numbered('a', 3));
    await waitingSweep(installation.app, { asOf: MAY_2021, timeoutMs: 0 });
    await execute(installation.db, "UPDATE runs SET heartbeat_at = '2021-05-01'");
  }

  it('sends a shop that only cron runs to its sweep, and names a worker as what it may also have', async () => {
    await leaveWork();
    const sweep = /^"connects sweep --wait --work", as a cron job has it; or start "connects worker"/;
    expect((await found('workers'))?.fix).toMatch(sweep);
    expect((await found('runs'))?.fix).toMatch(sweep);
    expect(await found('ticks')).toMatchObject({ state: 'ok' });
  });

  it('sends one whose scheduler ticks to its workers', async () => {
    await leaveWork();
    await tick(1, 'scheduler');
    expect((await found('workers'))?.fix).toBe('start "connects worker"');
    expect((await found('runs'))?.fix).toMatch(
      /^start "connects worker", or "connects sweep --wait --work"; /,
    );
  });

  it('misses no scheduler where cron has taken its place, and misses it where a person sweeps now and then', async () => {
    await tick(30, 'scheduler');
    await tick(2, 'command', 3);
    expect(await found('ticks')).toMatchObject({ state: 'fault' });
    await tick(1, 'command', 20);
    expect(await found('ticks')).toMatchObject({
      state: 'ok',
      found: expect.stringContaining('no scheduler; the last "connects sweep" was') as string,
    });
  });

  describe('of accounts that are put aside', () => {
    beforeEach(async () => {
      await importRows(installation.app, numbered('a', 3));
      await execute(installation.db, "UPDATE accounts SET zone = 'Mars/Olympus' WHERE id <> 'a-002'");
      await sweepAndSend(installation.app);
    });
    const cli = (...args: string[]) => runHere(args, { app: installation.app });
    const age = (days: number): Promise<unknown> =>
      execute(installation.db, 'UPDATE failures SET put_aside_at = UTC_TIMESTAMP(3) - INTERVAL ? DAY', [
        days,
      ]);

    it('warns while it is fresh, and finds a fault in what nobody has acknowledged for a day', async () => {
      expect(await found('failures')).toMatchObject({
        state: 'warning',
        found: expect.stringMatching(
          /^2 accounts are put aside, the oldest since \S+ \(\d+ s\): 2 open$/,
        ) as string,
      });
      await age(40);
      expect(await found('failures')).toMatchObject({
        state: 'fault',
        found: expect.stringContaining('(40 d): 2 open') as string,
        fix: expect.stringContaining('ConnectsPutAsideTooLong') as string,
      });
      expect((await cli('doctor')).code).toBe(3);
    });

    it('excuses what somebody knows of for a month, and what is snoozed until it comes back', async () => {
      await age(20);
      await cli('failures', 'ack', 'a-000', '--reason', 'seen');
      await cli('failures', 'snooze', 'a-001', '--until', '2099-01-01T00:00:00Z', '--reason', 'later');
      expect(await found('failures')).toMatchObject({
        state: 'warning',
        found: expect.stringContaining('(20 d): 1 acknowledged, 1 snoozed') as string,
      });
      await age(40);
      expect(await found('failures')).toMatchObject({ state: 'fault' });
      await cli('failures', 'snooze', 'a-000', '--until', '2099-01-01T00:00:00Z', '--reason', 'later');
      expect(await found('failures')).toMatchObject({ state: 'warning' });
    });
  });
});
