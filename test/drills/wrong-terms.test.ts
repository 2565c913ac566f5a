/** Drill: wrong terms deployed. Found hours later; reversed, mended, granted again. */
import { builtInTerms } from '../../src/domain/terms.ts';
import { numbered } from '../support/accounts.ts';
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
  const balances = (): Promise<number> => countOf(drill.installation.db, 'SELECT SUM(balance) FROM accounts');

  it('are undone by the runbook’s commands, and the right terms granted instead', async () => {
    const accounts = drill.csv(
      'accounts.csv',
      numbered('a', 20, {
        anchorOn,
        trackedFrom: `${monthsBefore(boundaryOn, 1).slice(0, 8)}${boundaryOn.slice(8)}T12:00:00Z`,
      }),
    );
    await drill.run(`accounts import ${accounts}`);
    await drill.run(`terms apply ${termsFile('wrong.json', 500)} --reason "spring offer"`);
    await drill.run('sweep --wait --work');
    expect(await balances()).toBe(20 * 500);

    // Is it real? Which run did it?
    const [latest] = JSON.parse(await drill.run('run list --limit 1 --json')) as [{ run: number }];
    const run = latest.run;
    expect(await drill.run(`run show ${run}`)).toContain('20 granted');
    // The first safe command.
    expect(await drill.run(`reverse-run ${run} --dry-run`)).toContain('dry run: nothing was written');
    expect(await balances()).toBe(20 * 500);
    // While they stand, the terms may not be changed.
    expect(await drill.ended(`terms apply ${termsFile('right.json', 10)} --reason mended`)).toMatchObject({
      code: 2,
    });

    await drill.run(`reverse-run ${run} --reason "spring offer was 500 instead of 10" --yes`);
    expect(await balances()).toBe(0);
    await drill.run(`terms apply ${termsFile('right.json', 10)} --reason mended`);
    const plan = await drill.run(`backfill plan --from ${boundaryOn} --to ${boundaryOn} --include reversed`);
    const command = /^ {2}connects (backfill start .*)$/m.exec(plan)?.[1] ?? '';
    await drill.run(`${command.replace('"…"', '"wrong terms, granted again"')} --work`);

    // How to verify.
    expect(await balances()).toBe(20 * 10);
    await drill.run('audit');
  });
});
