/** What was shown when: asked later as of an instant, an account answers what it answered then. */
import { databaseNow, execute } from '../../src/db/query.ts';
import type { Explanation } from '../../src/reports/explain/explain.ts';
import { listRuns } from '../../src/ledger/runs.ts';
import { reverseRun } from '../../src/operations/reversals/reverse-run.ts';
import { asking, backfilled } from '../support/backfilling.ts';
import { importRows } from '../support/accounts.ts';
import { fact, record, settleAsOf } from '../support/facts.ts';
import { runHere } from '../support/in-process.ts';
import { type StoryTime, installAt } from '../support/story-time.ts';

let time: StoryTime;
beforeAll(async () => {
  time = await installAt('2021-03-01', { env: { CONNECTS_SETTLE_ATTEMPTS: '1' } });
  // Its terms were stored before the story's time began to count.
  await execute(time.installation.db, "UPDATE terms_versions SET applied_at = '2021-01-01'");
});
afterAll(() => time.installation.remove());

const run = async (...args: string[]): Promise<string> => {
  const { code, stdout, stderr } = await runHere(['account', ...args], { app: time.installation.app });
  if (code !== 0) throw new Error(`${args.join(' ')}: ${code} ${stderr}`);
  return stdout;
};

/** Without what only a question about the past says. */
const without = (json: string): unknown => ({ ...(JSON.parse(json) as object), past: null });

const QUESTIONS = [
  ['show', 'm', '--json'],
  ['explain', 'm', '--json'],
  ['explain', 'm', '--since', '2021-03-01', '--json'],
  ['explain', 'm', '--proposal', 'p1', '--json'],
  ['explain', 'm', '--interview', 'i1', '--json'],
  ['forecast', 'm', '--json'],
  ['history', 'm', '--json'],
];

/** The first two are asked at every moment, of the others one after another. */
function questionsAt(moment: number): string[][] {
  const [always, others] = [QUESTIONS.slice(0, 2), QUESTIONS.slice(2)];
  return [...always, others[moment % others.length] as string[]];
}

async function answersNow(moment: number, asOf?: string): Promise<unknown[]> {
  const answers = [];
  for (const question of questionsAt(moment))
    answers.push(without(await run(...question, ...(asOf ? ['--as-of', asOf] : []))));
  return answers;
}

test('a story, asked about at every moment, and later as of all of them', async () => {
  const { installation, becomes } = time;
  const { app, db } = installation;
  becomes('2021-03-02');
  await importRows(app, [
    {
      id: 'm',
      plan: 'plus',
      anchorOn: '2021-02-14',
      trackedFrom: '2021-03-02T00:00:00Z',
      openingBalance: 30,
    },
  ]);
  let no = 0;
  const tell = async (at: string, occurred: string, type: string, fields = {}): Promise<void> => {
    becomes(at);
    await record(app, [fact(`e${(no += 1)}`, 'm', occurred, type, fields)]);
  };
  const moments: { asOf: string; answers: unknown[] }[] = [];
  const look = async (): Promise<void> => {
    const asOf = new Date(await databaseNow(db)).toISOString();
    moments.push({ asOf, answers: await answersNow(moments.length) });
  };
  const story: (() => Promise<unknown>)[] = [
    () => tell('2021-03-05 10:00', '2021-03-05 10:00', 'proposal.submitted', { proposal: 'p1', connects: 6 }),
    () =>
      tell('2021-03-06 10:00', '2021-03-06 10:00', 'interview.requested', {
        interview: 'i1',
        proposal: 'p1',
      }),
    () => tell('2021-03-07 10:00', '2021-03-07 10:00', 'interview.replied', { interview: 'i1' }),
    () => (becomes('2021-03-14 00:05'), settleAsOf(app, ['m'], '2021-03-14')),
    () => tell('2021-03-15 09:00', '2021-03-13 09:00', 'plan.downgraded'),
    () => tell('2021-03-20 09:00', '2021-03-20 08:00', 'account.zone-changed', { zone: 'America/New_York' }),
    () => tell('2021-03-21 09:00', '2021-03-21 09:00', 'payment.failed', { cycleOn: '2021-03-14' }),
    () => tell('2021-03-25 09:00', '2021-03-25 09:00', 'connects.returned', { proposal: 'p1', amount: 2 }),
    () => tell('2021-04-02 09:00', '2021-04-02 09:00', 'plan.upgraded'),
    () => tell('2021-04-03 09:00', '2021-04-03 09:00', 'account.suspended'),
    () => (becomes('2021-05-02 06:00'), settleAsOf(app, ['m'], '2021-05-02 06:00')),
    () => tell('2021-05-10 09:00', '2021-05-01 09:00', 'account.reinstated'),
    () => tell('2021-05-11 09:00', '2021-05-11 09:00', 'account.closed'),
  ];
  for (const step of story) {
    await step();
    becomes((await databaseNow(db)) + 60_000);
    await look();
  }
  becomes('2021-06-10');
  for (const [moment, { asOf, answers }] of moments.entries())
    expect({ asOf, answers: await answersNow(moment, asOf) }).toEqual({ asOf, answers });
});

test('what operators did is told from when they did it', async () => {
  const { installation, becomes } = time;
  const { app, db } = installation;
  becomes('2021-06-20');
  await importRows(app, [
    {
      id: 'k',
      plan: 'plus',
      anchorOn: '2021-05-22',
      trackedFrom: '2021-06-20T00:00:00Z',
      openingBalance: 10,
    },
  ]);
  const moments: { asOf: string; answers: unknown[] }[] = [];
  const answersOfK = async (asOf?: string): Promise<unknown[]> => {
    const answers = [];
    for (const what of ['show', 'explain', 'history'])
      answers.push(without(await run(what, 'k', '--json', ...(asOf ? ['--as-of', asOf] : []))));
    return answers;
  };
  const story: (() => Promise<unknown>)[] = [
    () => settleAsOf(app, ['k'], '2021-06-22'),
    () => record(app, [fact('k1', 'k', '2021-06-23', 'balance.adjusted', { amount: -5, reason: 'a test' })]),
    async () =>
      reverseRun(app.settleDeps, {
        source: { run: (await listRuns(db, 1))[0]?.id ?? 0 },
        actor: 'test',
        reason: 'a test',
      }),
    () => backfilled(app, asking('2021-06-01', '2021-06-30', { include: ['reversed'], accounts: ['k'] })),
    () => record(app, [fact('k2', 'k', '2021-06-21', 'connects.purchased', { amount: 7 })]),
  ];
  for (const [day, step] of story.entries()) {
    becomes(`2021-06-${22 + day} 06:00`);
    await step();
    becomes(`2021-06-${22 + day} 07:00`);
    const asOf = new Date(await databaseNow(db)).toISOString();
    moments.push({ asOf, answers: await answersOfK() });
  }
  becomes('2021-06-30');
  for (const { asOf, answers } of moments)
    expect({ asOf, answers: await answersOfK(asOf) }).toEqual({ asOf, answers });
  expect(moments.map(({ answers }) => (answers[0] as { balance: number }).balance)).toEqual([
    90, 85, 5, 85, 92,
  ]);
});

test('what a member saw at the end of a day: the lines written by then, with the balance of then', async () => {
  time.becomes('2021-06-10');
  const seen = async (on: string): Promise<Seen> =>
    JSON.parse(await run('history', 'm', '--seen-on', on, '--json')) as Seen;
  const [day, dayBefore, lateDay] = [
    await seen('2021-03-14'),
    await seen('2021-03-13'),
    await seen('2021-03-21'),
  ];
  expect(day).toMatchObject({ account: 'm', zone: 'UTC', seenOn: '2021-03-14', balance: 114 });
  expect(day.entries.map((one) => [one.kind, one.balance])).toEqual([
    ['monthly-plan', 114],
    ['monthly-free', 44],
    ['interview-award', 34],
    ['proposal', 24],
  ]);
  expect(dayBefore).toMatchObject({ balance: 34 });
  expect(dayBefore.entries).toHaveLength(2);
  // On the next day the zone was another one, and a failed payment had taken back what the plan gave.
  expect(lateDay).toMatchObject({
    zone: 'America/New_York',
    balance: 44,
    entries: [{ kind: 'reversal', on: '2021-03-21' }, {}, {}, {}, {}],
  });
  expect(await run('history', 'm', '--seen-on', '2021-03-14')).toContain(
    'At the end of 14 March 2021 the balance was 114; what was written later is left out.',
  );
});

interface Seen {
  readonly entries: readonly { readonly kind: string; readonly balance: number; readonly on: string }[];
}

test('an account that was put aside, and a fact that waited, are told so of then, and not of later', async () => {
  const { installation, becomes } = time;
  const { app, db } = installation;
  becomes('2021-07-01');
  await importRows(app, [{ id: 'w', anchorOn: '2021-06-15', trackedFrom: '2021-07-01T00:00:00Z' }]);
  await execute(db, "UPDATE accounts SET zone = 'Mars/Olympus' WHERE id = 'w'");
  becomes('2021-07-15 00:05');
  await settleAsOf(app, ['w'], '2021-07-15');
  becomes('2021-07-15 10:00');
  await record(app, [fact('w1', 'w', '2021-07-15 10:00', 'connects.purchased', { amount: 5 })]);
  becomes('2021-07-16');
  await execute(db, "UPDATE accounts SET zone = 'UTC' WHERE id = 'w'");
  await settleAsOf(app, ['w'], '2021-07-16');
  becomes('2021-07-17');
  const shown = async (asOf: string): Promise<unknown> =>
    JSON.parse(await run('show', 'w', '--json', '--as-of', asOf));
  const codes = async (asOf: string): Promise<string[]> =>
    (JSON.parse(await run('explain', 'w', '--json', '--as-of', asOf)) as Explanation).answers.map(
      (one) => one.code,
    );
  expect(await shown('2021-07-15T12:00:00Z')).toMatchObject({
    putAside: true,
    balance: 0,
    due: true,
    nextCycleOn: '2021-07-15',
    past: { writtenUntil: '2021-07-15T12:00:00.000Z' },
  });
  expect(await codes('2021-07-15T12:00:00Z')).toEqual(
    expect.arrayContaining(['put-aside', 'waiting-events']),
  );
  expect(await shown('2021-07-16T12:00:00Z')).toMatchObject({
    putAside: false,
    balance: 15,
    nextCycleOn: '2021-08-15',
  });
  const later = await codes('2021-07-16T12:00:00Z');
  expect(later.filter((one) => one === 'put-aside' || one === 'waiting-events')).toEqual([]);
  expect(await run('show', 'w', '--as-of', '2021-07-15T12:00:00Z')).toContain(
    'what was written later is left out',
  );
});

test('a past that nobody can tell is refused, and one before all records is taken as now', async () => {
  const { installation, becomes } = time;
  const { app, db } = installation;
  becomes('2021-08-01');
  await importRows(app, [{ id: 'x', anchorOn: '2021-07-20', trackedFrom: '2021-07-20T00:00:00Z' }]);
  becomes('2021-08-20 06:00');
  await settleAsOf(app, ['x'], '2021-08-20 06:00');
  becomes('2021-08-21');
  const ended = async (...args: string[]): Promise<string> => {
    const { code, stderr } = await runHere(['account', ...args], { app });
    return `${code} ${stderr.split('\n').find((line) => line.startsWith('connects:')) ?? ''}`;
  };
  expect(await ended('show', 'x', '--as-of', '2021-07-19T00:00:00Z')).toContain(
    '6 connects: x was not here at 2021-07-19',
  );
  expect(await ended('history', 'x', '--seen-on', '2021-08-22')).toContain(
    '2 connects: --seen-on 2021-08-22 is a day to come',
  );
  expect(await ended('history', 'x', '--seen-on', '2021-07-19')).toContain(
    '2 connects: --seen-on 2021-07-19 ended before',
  );
  await execute(db, "UPDATE entries SET amount = 11, balance_after = 11 WHERE account_id = 'x'");
  expect(await ended('explain', 'x', '--as-of', '2021-08-20T12:00:00Z')).toContain('from line 1 on');
  expect(await ended('show', 'x', '--as-of', '2021-08-20T12:00:00Z')).toMatch(/^4 /);
  expect(JSON.parse(await run('history', 'x', '--seen-on', '2021-08-20', '--json'))).toMatchObject({
    balance: 11,
  });
  expect(JSON.parse(await run('show', 'x', '--json', '--as-of', '2020-12-31T00:00:00Z'))).toMatchObject({
    past: { writtenUntil: null, notRecorded: ['anything'] },
    balance: 10,
  });
  expect(await run('show', 'x', '--as-of', '2020-12-31T00:00:00Z')).toContain('it is taken as now');
});
