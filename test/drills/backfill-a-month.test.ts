/** Drill: backfill a month. Accounts were taken over a month too late; what they missed is granted after all. */
import { numbered } from '../support/accounts.ts';
import { readChecksums } from '../support/checksums.ts';
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

    // The first safe command.
    const plan = await drill.run(`backfill plan --from ${missedOn} --to ${missedOn}`);
    expect(plan).toMatch(/^absent +15 +360$/m);
    expect(plan).toContain('left as they are: 1 inactive-now');
    const command = (/^ {2}connects (backfill start .*)$/m.exec(plan)?.[1] ?? '').replace(
      '"…"',
      '"missed at the cut-over"',
    );
    const before = await readChecksums(drill.installation.db);
    await drill.run(`${command} --dry-run`);
    expect(await readChecksums(drill.installation.db)).toEqual(before);

    await drill.run(`${command} --notify digest --work`);
    const {
      backfill,
      state,
      run_id: _none,
    } = JSON.parse(await drill.run('backfill show 1 --json')) as Record<string, unknown>;
    expect({ backfill, state }).toEqual({ backfill: 1, state: 'completed' });
    expect(await balances()).toBe(begin + 12 * 10 + 3 * 80);
    expect(await countOf(drill.installation.db, "SELECT COUNT(*) FROM outbox WHERE kind = 'backfill'")).toBe(
      15,
    );

    // Verified; and the same once more has nothing left to grant.
    await drill.run('audit');
    expect(await drill.run(`backfill plan --from ${missedOn} --to ${missedOn}`)).toContain(
      'nothing is to be granted',
    );
    expect(await drill.ended(`${command} --work`)).toMatchObject({ code: 4 });

    // How to undo it.
    const [{ run }] = JSON.parse(await drill.run('run list --limit 1 --json')) as [{ run: number }];
    await drill.run(`reverse-run ${run} --reason "it was the wrong month" --yes`);
    expect(await balances()).toBe(begin);
    await drill.run('audit');
  });
});
