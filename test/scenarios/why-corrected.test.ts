/** Corrections are told with their reason, to operators with who made them, and in the order of their instants. */
import { refuseWaiting } from '../../src/operations/events/refuse-waiting.ts';
import { adjustBalances } from '../../src/operations/events/adjust.ts';
import { reverseRun } from '../../src/operations/reversals/reverse-run.ts';
import { importRows } from '../support/accounts.ts';
import { type Asked, asker } from '../support/asking.ts';
import { asking, backfilled } from '../support/backfilling.ts';
import { type Fields, fact, opened, record, settleAsOf } from '../support/facts.ts';
import { runHere } from '../support/in-process.ts';
import { type StoryTime, installAt } from '../support/story-time.ts';

let time: StoryTime;
let ask: (account: string, ...flags: readonly string[]) => Promise<Asked>;
let events = 0;

beforeAll(async () => {
  time = await installAt('2021-03-01');
  ask = asker(time.installation.app);
});
afterAll(() => time.installation.remove());

const tell = (account: string, at: string, type: string, fields: Fields = {}) =>
  record(time.installation.app, [fact(`c${(events += 1)}`, account, at, type, fields)]);
const history = async (account: string): Promise<string> =>
  (await runHere(['account', 'history', account], { app: time.installation.app })).stdout;

test('a backfill, and then the failed payment that took part of it back', async () => {
  const { app } = time.installation;
  await importRows(app, [{ id: 'a', plan: 'plus', anchorOn: '2021-03-01' }]);
  await tell('a', '2021-03-01', 'account.suspended');
  time.becomes('2021-04-02');
  await settleAsOf(app, ['a'], '2021-04-02');
  await tell('a', '2021-04-02', 'account.reinstated');
  time.becomes('2021-04-03');
  const asked = asking('2021-04-01', '2021-04-01', { include: ['account-inactive'] });
  await backfilled(app, asked, { actor: 'ann', reason: 'suspended by mistake' });
  time.becomes('2021-04-05');
  await tell('a', '2021-04-05', 'payment.failed', { cycleOn: '2021-04-01' });

  const { answers, text } = await ask('a', '--cycle', '2021-04-01');
  expect(answers.map((one) => one.code)).toEqual(['account-inactive', 'granted', 'payment-failed']);
  expect(answers[1]).toMatchObject({
    sentence:
      'For the billing cycle of 1 April 2021 80 Connects were added later, by a correction on 3 April 2021. The reason ' +
      'given: suspended by mistake.',
    evidence: { by: { actor: 'ann', reason: 'suspended by mistake' } },
  });
  expect(text).toMatch(/\n {2}Corrected by ann, run \d+\.\n/);
  expect(
    (await ask('a')).answers.map((one) => one.code).filter((one) => /granted|payment/.test(one)),
  ).toEqual(['granted', 'payment-failed']);
  expect(await history('a')).toContain('Free monthly Connects (cycle of 1 April 2021): suspended by m');
});

test('a cycle that was absent, and was granted by a backfill', async () => {
  const { app } = time.installation;
  time.becomes('2021-05-10');
  await importRows(app, [{ id: 'b', anchorOn: '2021-03-07', trackedFrom: '2021-05-08T00:00:00Z' }]);
  await backfilled(app, asking('2021-04-01', '2021-04-30', { accounts: ['b'] }), {
    actor: 'ann',
    reason: 'taken over too late.',
  });
  const { answer } = await ask('b', '--cycle', '2021-04-07');
  expect(answer('granted')).toMatchObject({
    sentence:
      '10 free Connects were added for the billing cycle of 7 April 2021. Your balance went from 0 to 10. They were ' +
      'added later, by a correction on 10 May 2021. The reason given: taken over too late.',
    evidence: { by: { actor: 'ann' } },
  });
});

test('a reversal', async () => {
  const { app } = time.installation;
  time.becomes('2021-06-10');
  await importRows(app, [{ id: 'c', anchorOn: '2021-05-09' }]);
  await settleAsOf(app, ['c'], '2021-06-10');
  const run = Number((await ask('c', '--cycle', '2021-06-09')).answer('granted').evidence.run);
  await reverseRun(app.settleDeps, { source: { run }, actor: 'ben', reason: 'swept too early' });
  const { answer, text } = await ask('c', '--cycle', '2021-06-09');
  expect(answer('reversed')).toMatchObject({
    sentence: expect.stringMatching(
      /a mistake: 10 Connects\. The reason given: swept too early\.$/,
    ) as unknown,
    evidence: { by: { actor: 'ben' } },
  });
  expect(text).toMatch(/\n {2}Corrected by ben, run \d+\.\n/);
  expect(await history('c')).toContain('Correction, Connects taken back: swept too early');
});

test('adjustments, made and refused', async () => {
  const { app } = time.installation;
  time.becomes('2021-06-12');
  await importRows(app, [{ id: 'd', anchorOn: '2021-06-01' }]);
  const reasons = { 5: 'a gift', [-50]: 'a fine', [-2]: 'a smaller one' };
  for (const [index, amount] of [5, -50, -2].entries()) {
    time.becomes(`2021-06-12 10:0${index}`);
    const adjustment = { account: 'd', amount, reason: reasons[amount as 5], key: `k${index}` };
    await adjustBalances(app.recordDeps, { actor: 'eve', adjustments: [adjustment] });
  }
  const told = await ask('d', '--since', '2021-06-01');
  expect(told.answers.filter((one) => one.subject.startsWith('adjustment'))).toMatchObject([
    {
      code: 'corrected',
      sentence: '5 Connects were added on 12 June 2021, by a correction. The reason given: a gift.',
      evidence: { reason: 'a gift', by: { actor: 'eve' }, entries: [{ kind: 'adjustment', amount: 5 }] },
    },
    {
      code: 'insufficient-connects',
      sentence:
        'A correction of −50 on 12 June 2021 was not made: you had 5 Connects. The reason given: a fine.',
      evidence: { by: { actor: 'eve' } },
    },
    {
      code: 'corrected',
      sentence:
        '2 Connects were taken off on 12 June 2021, by a correction. The reason given: a smaller one.',
    },
  ]);
  expect(told.text).toContain('  Corrected by eve.\n');
  expect((await ask('d')).answer('corrected').evidence).toMatchObject({ reason: 'a gift' });
  expect(await history('d')).toContain('Correction: a gift');
});

test('an event that was refused by hand', async () => {
  const { app, db } = time.installation;
  time.becomes('2021-06-20');
  await importRows(app, [{ id: 'f', anchorOn: '2021-06-15' }]);
  await db.raw("UPDATE accounts SET zone = 'Atlantis/Capital' WHERE id = 'f'");
  await tell('f', '2021-06-18', 'connects.spent', { amount: 1 });
  const event = `c${events}`;
  await refuseWaiting(app.recordDeps, { event, actor: 'gil', reason: 'sent by mistake' });
  const { answer, text } = await ask('f', '--since', '2021-06-01');
  expect(answer('refused-by-operator').evidence).toMatchObject({ by: { actor: 'gil' } });
  expect(text).toContain('  Corrected by gil.\n');
});

test('opening on Plus is no upgrade', async () => {
  const { app } = time.installation;
  time.becomes('2021-07-01');
  await record(app, [opened('o1', 'g', '2021-07-01', { plan: 'plus' })]);
  time.becomes('2021-07-02');
  expect(await history('g')).toContain('Opened on Freelancer Plus, Connects of the plan');
  const { text, answer } = await ask('g', '--since', '2021-07-01');
  expect(text).toContain('Opened on Freelancer Plus, Connects of the plan, balance');
  expect(text).not.toMatch(/upgrade[^d]|you upgraded/i);
  expect(answer('received').sentence).toContain('40 of welcome and 70 with the start of Freelancer Plus');
});

test('a list tells what came of a cycle later, and what was taken back', async () => {
  const { app } = time.installation;
  time.becomes('2021-07-20');
  await importRows(app, [{ id: 'h', plan: 'plus', anchorOn: '2021-07-19' }]);
  await tell('h', '2021-07-20', 'account.suspended');
  time.becomes('2021-08-10');
  const suspended = await ask('h');
  expect(suspended.answer('downgrade-preview').sentence).toBe(
    'If you changed to Freelancer Basic, you would keep Freelancer Plus until 19 August 2021. Your account is suspended: ' +
      'while it is, no Connects would be added, and none would expire.',
  );
  time.becomes('2021-08-20');
  await settleAsOf(app, ['h'], '2021-08-20');
  await tell('h', '2021-08-20', 'account.reinstated');
  const include = asking('2021-08-19', '2021-08-19', { include: ['account-inactive'], accounts: ['h'] });
  const { runId } = await backfilled(app, include, { actor: 'ann', reason: 'by mistake' });
  const since = await ask('h', '--since', '2021-07-19');
  expect(since.answer('account-inactive')).toMatchObject({
    sentence: expect.stringMatching(/A correction on 20 August 2021 added 80 Connects for it\.$/) as unknown,
    next: null,
  });
  expect((await ask('h')).text).not.toContain('is not added later by itself');
  time.becomes('2021-08-21');
  await reverseRun(app.settleDeps, { source: { run: runId }, actor: 'ben', reason: 'not by mistake' });
  const both = await ask('h', '--since', '2021-07-19');
  expect(both.answer('reversed').sentence).toContain('The reason given: not by mistake.');
  expect((await ask('h')).answers.filter((one) => one.code === 'reversed')).toHaveLength(1);
});

test('a reversal that gives back is told so, and is a correction and nothing of a plan', async () => {
  const { app } = time.installation;
  time.becomes('2021-09-20');
  await importRows(app, [{ id: 'i', anchorOn: '2021-08-19', openingBalance: 390 }]);
  await settleAsOf(app, ['i'], '2021-09-20');
  const run = Number((await ask('i', '--cycle', '2021-09-19')).answer('granted').evidence.run);
  time.becomes('2021-09-21');
  await reverseRun(app.settleDeps, { source: { run }, actor: 'ben', reason: 'a wrong limit' });
  expect((await ask('i', '--cycle', '2021-09-19')).answer('reversed').sentence).toContain(
    'a mistake: 10 Connects; the 190 Connects that had expired came back. In all, 180 Connects were given back.',
  );
  expect((await ask('i', '--since', '2021-09-19')).answer('received').sentence).toContain(
    '180 given back by correction',
  );
  const ofType = async (type: string): Promise<string> =>
    (await runHere(['account', 'history', 'i', '--type', type], { app })).stdout;
  expect(await ofType('adjustment')).toMatch(/Correction, Connects given back: a wrong limit +\+180 +390$/m);
  expect(await ofType('plan')).not.toContain('Correction');
  const json = await runHere(['account', 'history', 'i', '--json'], { app });
  const { entries } = JSON.parse(json.stdout) as { entries: object[] };
  expect(entries[0]).toMatchObject({ kind: 'reversal', type: 'adjustment', amount: 180 });
});

test('what a failed payment took back belongs to the plan', async () => {
  const { app } = time.installation;
  time.becomes('2021-10-20');
  await importRows(app, [{ id: 'j', plan: 'plus', anchorOn: '2021-09-19' }]);
  await settleAsOf(app, ['j'], '2021-10-20');
  await tell('j', '2021-10-20', 'payment.failed', { cycleOn: '2021-10-19' });
  const ofType = async (type: string): Promise<string> =>
    (await runHere(['account', 'history', 'j', '--type', type], { app })).stdout;
  expect(await ofType('plan')).toMatch(/Payment failed, Connects of the plan taken back/);
  expect(await ofType('adjustment')).not.toContain('taken back');
});
