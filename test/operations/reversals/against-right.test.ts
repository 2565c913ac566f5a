/** What is foretold of taking back and granting again is what comes of it, and what had been right from the start. */
import { openRehearsal } from '../../../src/db/rehearsal.ts';
import { execute } from '../../../src/db/query.ts';
import { type Terms, builtInTerms } from '../../../src/domain/terms.ts';
import type { GrantFilter } from '../../../src/ledger/run-grants.ts';
import { listRuns } from '../../../src/ledger/runs.ts';
import { type AgainstRight, compareAgainstRight } from '../../../src/operations/reversals/against-right.ts';
import { reverseRun } from '../../../src/operations/reversals/reverse-run.ts';
import { holdLedger } from '../../../src/operations/settling/hold-ledger.ts';
import { applyTerms } from '../../../src/operations/upkeep/apply-terms.ts';
import { importRows } from '../../support/accounts.ts';
import { asking, backfilled, balanceOf } from '../../support/backfilling.ts';
import { fact, record, settleAsOf } from '../../support/facts.ts';
import { readState } from '../../support/state.ts';
import { type StoryTime, installAt } from '../../support/story-time.ts';

function julyTerms(free: number, paid: number, rolloverCap: number | null): Terms {
  const [first, second] = builtInTerms as [Terms[number], Terms[number]];
  const plans = { ...first.plans, basic: { free, paid: 0, rolloverCap }, plus: { free, paid, rolloverCap } };
  return [first, { ...second, plans, effectiveFrom: '2021-07-01' }];
}
const right = julyTerms(12, 80, 250);
const wrong = julyTerms(120, 800, 50);

/** By noon of the first of July: who spent what only the wrong terms had given, and whom the wrong limit cost. */
const fleet = [
  { id: 'basic' },
  { id: 'rich', openingBalance: 190 },
  { id: 'spent-more', openingBalance: 20 },
  { id: 'spent-all' },
  { id: 'plus', plan: 'plus' as const },
];
const ids = fleet.map((one) => one.id);

/** The first of July at noon, settled at midnight under these terms. */
async function noonUnder(terms: Terms): Promise<{ story: StoryTime; run: number }> {
  const story = await installAt('2021-01-01', { env: { SMTP_URL: '' } });
  const { app, db } = story.installation;
  await importRows(app, fleet);
  story.becomes('2021-06-30 12:00');
  await settleAsOf(app, ids, '2021-06-30 00:00');
  await applyTerms(app, { terms, actor: 'test', reason: 'summer', dryRun: false });
  story.becomes('2021-07-01 00:05');
  await settleAsOf(app, ids, '2021-07-01 00:00');
  const run = (await listRuns(db, 1))[0]?.id ?? 0;
  story.becomes('2021-07-01 12:00');
  await record(app, [
    fact('s1', 'spent-more', '2021-07-01 09:00', 'connects.spent', { amount: 30 }),
    fact('s2', 'spent-all', '2021-07-01 09:00', 'connects.spent', { amount: 165 }),
  ]);
  return { story, run };
}

let truth: StoryTime;
let story: StoryTime;
let run: number;

beforeAll(async () => {
  truth = (await noonUnder(right)).story;
  ({ story, run } = await noonUnder(wrong));
});
afterAll(() => Promise.all([truth.installation.remove(), story.installation.remove()]));

async function compare(filter: GrantFilter = {}): Promise<AgainstRight> {
  const { app, env } = story.installation;
  const session = openRehearsal(env.DATABASE_URL as string);
  try {
    await execute(session, 'SET timestamp = ?', [Date.parse('2021-07-01T12:00:00Z') / 1_000]);
    const request = { source: { run }, filter, actor: 'test', reason: 'a look' };
    return await compareAgainstRight({ ...app.settleDeps, session }, request, right);
  } finally {
    await session.destroy();
  }
}

const balancesIn = async ({ installation }: StoryTime): Promise<Record<string, number>> =>
  Object.fromEntries(
    await Promise.all(ids.map(async (id) => [id, await balanceOf(installation.db, id)] as const)),
  );

it('foretells both: what comes of it, and what would have been; and writes nothing', async () => {
  const { app, db } = story.installation;
  const before = await readState(db);
  const foretold = await compare();
  expect(await readState(db)).toEqual(before);
  expect(foretold.notCompared).toEqual([]);
  const now = await balancesIn(story);
  const of = (name: 'balance' | 'right' | 'granted' | 'reversed'): Record<string, number> =>
    Object.fromEntries(foretold.compared.map((one) => [one.account, one[name]]));
  expect(of('balance')).toEqual(now);
  // An installation whose terms were right from the start.
  expect(of('right')).toEqual(await balancesIn(truth));
  expect(foretold.compared.filter((one) => one.gain !== 0)).toEqual([
    // Nothing expires at the second grant: 30 above the right limit stay.
    expect.objectContaining({ account: 'plus', right: 250 + 92, granted: 280 + 92, gain: 30 }),
    // Spent what only the wrong terms had given: by the right ones, that had been refused.
    expect.objectContaining({ account: 'spent-all', right: 62, granted: 0, gain: -62 }),
  ]);

  await reverseRun(app.settleDeps, { source: { run }, actor: 'test', reason: 'wrong terms' });
  expect(of('reversed')).toEqual(await balancesIn(story));
  await applyTerms(app, { terms: right, actor: 'test', reason: 'mended', dryRun: false });
  await backfilled(app, asking('2021-07-01', '2021-07-01', { include: ['reversed'] }));
  expect(of('granted')).toEqual(await balancesIn(story));
});

it('tells nothing of whom an operator corrected since, nor of what was granted later', async () => {
  const { app, db } = story.installation;
  const latestRun = async (): Promise<number> => (await listRuns(db, 1))[0]?.id ?? 0;
  run = await latestRun();
  const corrected = await compare({ accounts: ['basic', 'plus'] });
  expect(corrected.compared).toEqual([]);
  expect(corrected.notCompared).toEqual([
    { account: 'basic', why: 'corrected-since' },
    { account: 'plus', why: 'corrected-since' },
  ]);
  await importRows(app, [{ id: 'late', trackedFrom: '2021-06-20T00:00:00Z' }]);
  await backfilled(app, asking('2021-06-01', '2021-06-01', { accounts: ['late'] }));
  run = await latestRun();
  expect((await compare()).notCompared).toEqual([{ account: 'late', why: 'granted-later' }]);
});

it('tells nothing of whom events wait for: they are counted before anything is taken back', async () => {
  const { app, db } = story.installation;
  run = (await listRuns(db, 1))[0]?.id ?? 0;
  await holdLedger(app, { actor: 'test', reason: 'wrong terms' });
  await record(app, [fact('w1', 'late', '2021-07-01 11:00', 'connects.spent', { amount: 1 })]);
  const { compared, notCompared } = await compare();
  expect({ compared, notCompared }).toEqual({
    compared: [],
    notCompared: [{ account: 'late', why: 'events-wait' }],
  });
});
