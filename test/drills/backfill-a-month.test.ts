/** Drill: backfill a month. Accounts were taken over a month too late; what they missed is granted after all. */
import { numbered } from '../support/accounts.ts';
import { readChecksums } from '../support/checksums.ts';
import { Drill as RunbookDrill } from '../support/drill.ts';
import { type Drill, beginDrill, daysAgo, monthsBefore } from '../support/drilling.ts';
import { countOf } from '../support/state.ts';

/** The boundary that was missed: a day that every month has. */
const missedOn = monthsBefore(daysAgo(35), 0);
const anchorOn = monthsBefore(missedOn, 4);

describe('a month that was missed', () => {
  let drill: Drill;
  beforeAll(async () => {
    drill = await beginDrill();
  });
  afterAll(() => drill.end());

  const balances = (): Promise<number> => countOf(drill.installation.db, 'SELECT SUM(balance) FROM accounts');

  it('is backfilled by the runbook’s commands: looked at first, started with what was seen, verified, and only once', async () => {
    const trackedFrom = new Date(Date.now() - 3_600_000).toISOString();
    await drill.run(
      `accounts import ${drill.csv('accounts.csv', [
        ...numbered('basic', 12, { anchorOn, trackedFrom }),
        ...numbered('plus', 3, { anchorOn, trackedFrom, plan: 'plus' }),
        { id: 'suspended', anchorOn, trackedFrom, status: 'suspended' },
      ])}`,
    );
    await drill.run('sweep --wait --work');
    const begin = await balances();

    const drilled = new RunbookDrill('backfill a month', drill.installation.app);
    const [planned] = await drilled.follow(1, { $DATE: missedOn });
    const plan = planned?.stdout ?? '';
    expect(plan).toMatch(/^absent +15 +360$/m);
    expect(plan).toContain('left as they are: 1 inactive-now');
    expect(plan).toMatch(/^ {2}connects backfill start .*--plan-hash /m);
    const given = { $DATE: missedOn, $HASH: /^plan (\w+);/m.exec(plan)?.[1] ?? '' };
    const before = await readChecksums(drill.installation.db);
    await drilled.follow(1, given);
    expect(await readChecksums(drill.installation.db)).toEqual(before);

    const [, shown, again] = await drilled.follow(3, given);
    expect(shown?.stdout).toContain('backfill 1 completed');
    expect(await balances()).toBe(begin + 12 * 10 + 3 * 80);
    expect(await countOf(drill.installation.db, "SELECT COUNT(*) FROM outbox WHERE kind = 'backfill'")).toBe(
      15,
    );
    expect(again?.stdout).toContain('nothing is to be granted');
    await drilled.follow(1);
    expect(drilled.left).toBe(0);

    // How to undo it.
    const [{ run }] = JSON.parse(await drill.run('run list --limit 1 --json')) as [{ run: number }];
    await drill.run(`reverse-run ${run} --reason "it was the wrong month" --yes`);
    expect(await balances()).toBe(begin);
    await drill.run('audit');
  });
});
