/** Drill: wrong terms deployed. Found hours later; reversed, mended, granted again. */
import { builtInTerms } from '../../src/domain/terms.ts';
import { numbered } from '../support/accounts.ts';
import { Drill as RunbookDrill } from '../support/drill.ts';
import { type Drill, beginDrill, daysAgo, monthsBefore } from '../support/drilling.ts';
import { countOf } from '../support/state.ts';

/** The boundary of this month: a day that every month has, at most four days ago. */
const boundaryOn = [1, 2, 3, 4].map(daysAgo).find((on) => Number(on.slice(8)) <= 28) as string;
const anchorOn = monthsBefore(boundaryOn, 5);

describe('wrong terms, deployed and swept', () => {
  let drill: Drill;
  beforeAll(async () => {
    drill = await beginDrill();
  });
  afterAll(() => drill.end());

  const termsFile = (name: string, free: number): string => {
    const last = builtInTerms.at(-1) as (typeof builtInTerms)[number];
    const row = {
      ...last,
      effectiveFrom: boundaryOn,
      plans: { ...last.plans, basic: { free, paid: 0, rolloverCap: 200 } },
    };
    return drill.file(name, JSON.stringify([...builtInTerms, row]));
  };
  const purchaseFile = (): string => {
    const at = new Date(Date.now() - 60_000).toISOString();
    const event = { id: 'p1', account: 'late', at, type: 'connects.purchased', amount: 1 };
    return drill.file('purchase.ndjson', `${JSON.stringify(event)}\n`);
  };
  const balances = (): Promise<number> =>
    countOf(drill.installation.db, "SELECT SUM(balance) FROM accounts WHERE plan = 'basic'");
  /** Granted once, the free part and the plan's, and nothing else. */
  const untouched = (): Promise<number> =>
    countOf(drill.installation.db, "SELECT COUNT(*) FROM accounts WHERE plan = 'plus' AND last_seq = 2");

  it('are undone by the runbook’s commands, and the right terms granted instead', async () => {
    const trackedFrom = `${monthsBefore(boundaryOn, 1).slice(0, 8)}${boundaryOn.slice(8)}T12:00:00Z`;
    // Two on Plus, whose numbers are right.
    const onPlus = numbered('p', 2, { anchorOn, trackedFrom, plan: 'plus' });
    const onBasic = numbered('a', 20, { anchorOn, trackedFrom });
    const accounts = drill.csv('accounts.csv', [...onBasic, ...onPlus]);
    await drill.run(`accounts import ${accounts}`);
    await drill.run(`terms apply ${termsFile('wrong.json', 500)} --reason "spring offer"`);
    await drill.run('sweep --wait --work');
    expect(await balances()).toBe(20 * 500);
    const late = [{ id: 'late', anchorOn, trackedFrom }];
    await drill.run(`accounts import ${drill.csv('late.csv', late)}`);

    // Before the next sweep comes, an event settles its account's boundary, too.
    await drill.run(`events import ${purchaseFile()}`);
    expect(await balances()).toBe(20 * 500 + 500 + 1);

    const followed = new RunbookDrill('wrong terms deployed', drill.installation.app);
    const [latest] = JSON.parse(await drill.run('run list --limit 1 --json')) as [{ run: number }];
    const given = { $RUN: latest.run, 'right.json': termsFile('right.json', 10), $DATE: boundaryOn };
    const [refused, dry, foretold] = await followed.follow(3, given);
    expect(refused?.stderr).toContain(`connects reverse-run ${latest.run} --plan basic`);
    expect(refused?.stderr).toContain('connects reverse-run events --terms-version 2 --plan basic');
    expect(dry?.stdout).toContain('dry run: nothing was written');
    expect(foretold?.stdout).toContain(
      '  compared  20 accounts\n  gain      0 accounts, 0 Connects in all\n',
    );
    const rows = await drill.run(
      `reverse-run ${latest.run} --dry-run --against-right --terms ${given['right.json']} --csv`,
    );
    expect(rows.split('\n')[0]).toBe('account,balance,reversed,granted,right,gain');
    expect(rows).toContain('\na-000,500,0,10,10,0\n');
    expect(await drill.ended(`reverse-run ${latest.run} --dry-run --against-right`)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('it was granted by terms version 2, the latest'),
    });
    expect(await balances()).toBe(20 * 500 + 500 + 1);

    const [, , , planned] = await followed.follow(4, given);
    expect(await balances()).toBe(1);
    const command = /^ {2}connects (backfill start .*)$/m.exec(planned?.stdout ?? '')?.[1] ?? '';
    await drill.run(
      `${command.replace('"…"', '"wrong terms, granted again"').replace(' --work', '')} --work`,
    );

    // How to verify.
    expect(await balances()).toBe(21 * 10 + 1);
    expect(await untouched()).toBe(2);
    await followed.follow(1);
    expect(followed.left).toBe(0);
  });
});
