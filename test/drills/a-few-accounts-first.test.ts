/** Drill: a few accounts first. After a deploy, and for one member who writes to support. */
import { numbered } from '../support/accounts.ts';
import { Drill as RunbookDrill } from '../support/drill.ts';
import { type Drill, beginDrill, daysAgo } from '../support/drilling.ts';
import { countOf } from '../support/state.ts';

const FLEET = 120;

describe('a deploy', () => {
  let drill: Drill;
  beforeAll(async () => {
    drill = await beginDrill();
  });
  afterAll(() => drill.end());

  it('is tried on a hundred accounts, then on one member, then on all', async () => {
    // Anchored so that one boundary of each account has passed, days ago; that of m later than all others'.
    const accounts = [...numbered('a', FLEET, { anchorOn: daysAgo(40) }), { id: 'm', anchorOn: daysAgo(35) }];
    await drill.run(`accounts import ${drill.csv('accounts.csv', accounts)}`);
    const granted = (): Promise<number> =>
      countOf(drill.installation.db, 'SELECT COUNT(*) FROM entries WHERE amount = 10');
    const followed = new RunbookDrill('a few accounts first', drill.installation.app);
    const [dry] = await followed.follow(1);
    expect(dry?.stdout).toContain('100 would be settled');
    expect(await granted()).toBe(0);
    await followed.follow(1);
    expect(await granted()).toBe(100);
    const [latest] = JSON.parse(await drill.run('run list --limit 1 --json')) as [{ run: number }];
    const given = { $RUN: latest.run, ID: 'm' };
    const [shown, failed, exported] = await followed.follow(3, given);
    expect(shown?.stdout).toContain('asked for 100 at the most');
    expect(shown?.stdout).toContain('because: after the deploy');
    expect(failed?.stderr).toBe(`run ${latest.run} has no such account\n`);
    expect(exported?.stdout.trimEnd().split('\n')).toHaveLength(100);
    const [, member] = await followed.follow(2, given);
    expect(member?.stdout).toContain('10');
    expect(await granted()).toBe(101);
    await followed.follow(2);
    expect(await granted()).toBe(FLEET + 1);
    expect(followed.left).toBe(0);
  });
});
