/** Answers under a code: as they were given, whether they would be given again, and what a changed record gives away. */
import { execute } from '../../src/db/query.ts';
import type { Verification } from '../../src/operations/accounts/signed-answers.ts';
import { importRows } from '../support/accounts.ts';
import { fact, record, settleAsOf } from '../support/facts.ts';
import { runHere } from '../support/in-process.ts';
import { type StoryTime, installAt } from '../support/story-time.ts';

const SECRET = 'a secret of the tests, long enough for this';
let story: StoryTime;

beforeAll(async () => {
  story = await installAt('2021-03-01', { env: { CONNECTS_ANSWER_SECRET: SECRET } });
});
afterAll(() => story.installation.remove());

const run = (...args: string[]) => runHere(args, { app: story.installation.app });

async function sign(account: string, ...question: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(
    'account',
    'explain',
    account,
    ...question,
    '--sign',
    '--by',
    'agent',
    '--json',
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const signature = (JSON.parse(stdout) as Verification).signature;
  expect(signature).toMatchObject({
    code: expect.stringMatching(/^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){2}$/) as unknown,
    actor: 'agent',
  });
  return signature.code;
}

async function verify(code: string): Promise<Verification & { exit: number }> {
  const ended = await run('account', 'explain', '--verify', code, '--json');
  return { ...(JSON.parse(ended.stdout) as Verification), exit: ended.code };
}

/** On Plus, settled on 1 April; asked on the 2nd. */
async function member(id: string): Promise<void> {
  const { app } = story.installation;
  story.becomes('2021-03-01');
  await importRows(app, [{ id, plan: 'plus', anchorOn: '2021-03-01' }]);
  story.becomes('2021-04-01 00:03');
  await settleAsOf(app, [id], '2021-04-01 00:01');
  story.becomes('2021-04-02 12:00');
}

test('is shown as it was given, and would be given again', async () => {
  await member('m1');
  const code = await sign('m1', '--cycle', '2021-04-01');
  const { exit, authentic, given, asOfThen, today, signature } = await verify(code);
  expect({ exit, authentic }).toEqual({ exit: 0, authentic: true });
  expect(signature).toEqual({ code, at: '2021-04-02T12:00:00.000Z', actor: 'agent' });
  expect(given).toMatchObject({
    account: 'm1',
    answers: [{ code: 'granted', evidence: { free: 10, paid: 70 } }],
  });
  expect([asOfThen.same, today.same]).toEqual([true, true]);
});

test('says what is told otherwise today, and that nothing changed of then', async () => {
  await member('m2');
  const code = await sign('m2');
  story.becomes('2021-04-05 10:00');
  await record(story.installation.app, [
    fact('s2', 'm2', '2021-04-05 09:59', 'connects.spent', { amount: 30 }),
  ]);
  const { exit, given, asOfThen, today } = await verify(code);
  expect(exit).toBe(0);
  expect(given.answers[0]?.sentence).toBe('You are on Freelancer Plus and have 80 Connects.');
  expect(asOfThen).toMatchObject({ differences: [], asOf: '2021-04-02T12:00:00.000Z' });
  expect(today.differences).toContainEqual({
    subject: 'account',
    code: 'current',
    given: expect.stringContaining('have 80 Connects') as unknown,
    now: expect.stringContaining('have 50 Connects') as unknown,
  });
  const text = await run('account', 'explain', '--verify', code);
  expect(text.stdout).toMatch(/given by agent on 2 April 2021, 12:00, and unchanged since/);
  expect(text.stdout).toMatch(/Asked again as of then: the same\./);
  expect(text.stdout).toMatch(/Asked again today: \d+ differences?\./);
});

test.each([
  ['its text', "answer = REPLACE(answer, '80', '90')"],
  ['who gave it', "actor = 'somebody else'"],
  ['when it was given', 'at = at + INTERVAL 1 SECOND'],
  ['whose it is', "account_id = 'another'"],
])('is not authentic once somebody changed %s: exit 10', async (what, change) => {
  const id = `changed-${what.replaceAll(/\W/g, '-')}`;
  await member(id);
  const code = await sign(id);
  await execute(story.installation.db, `UPDATE signed_answers SET ${change} WHERE code = ?`, [code]);
  expect(await verify(code)).toMatchObject({ exit: 10, authentic: false });
});

test('a history that was rewritten since is said to be no longer the one that was told', async () => {
  await member('m3');
  const code = await sign('m3');
  const { db } = story.installation;
  await execute(db, "UPDATE entries SET amount = 60 WHERE account_id = 'm3' AND amount = 70");
  story.becomes('2021-04-05 10:00');
  const { authentic, asOfThen } = await verify(code);
  expect(authentic).toBe(true);
  expect(asOfThen).toEqual({
    asOf: '2021-04-02T12:00:00.000Z',
    same: null,
    why: expect.stringContaining('its ledger is not what the rules come to, from line 2 on') as unknown,
  });
  const { stdout } = await run('account', 'explain', '--verify', code);
  expect(stdout).toContain('Asked again as of then: how m3 stood');
});

test('a code is read as people type it', async () => {
  await member('m4');
  const code = await sign('m4');
  const typed = code.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l');
  expect(await verify(typed)).toMatchObject({ authentic: true, given: { account: 'm4' } });
});

test.each([
  ['an unknown code', ['--verify', '0000-0000-0000'], 6, /no answer was given under the code 0000-0000-0000/],
  ['what is no code', ['--verify', 'hello'], 2, /12 digits and letters/],
  ['a question beside it', ['--verify', '0000-0000-0000', '--since', '2021-01-01'], 2, /cannot be used with/],
  ['an account beside it', ['m1', '--verify', '0000-0000-0000'], 2, /takes the code alone/],
])('refuses %s', async (_what, args, code, says) => {
  expect(await run('account', 'explain', ...args)).toMatchObject({
    code,
    stderr: expect.stringMatching(says) as unknown,
  });
});

test('without a secret nothing is signed, and it is said what to set', async () => {
  await member('m5');
  const { app } = story.installation;
  const bare = { ...app, config: { ...app.config, answerSecret: undefined } };
  for (const args of [
    ['m5', '--sign'],
    ['--verify', '0000-0000-0000'],
  ])
    expect(await runHere(['account', 'explain', ...args], { app: bare })).toMatchObject({
      code: 78,
      stdout: '',
      stderr: expect.stringContaining('CONNECTS_ANSWER_SECRET is not set') as unknown,
    });
});
