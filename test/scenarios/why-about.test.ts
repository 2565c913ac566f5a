/** Whoever asks has an id, and seldom knows of what: `--about` tells all that it stands for. */
import { selectRows } from '../../src/db/query.ts';
import { importRows } from '../support/accounts.ts';
import { fact, record, settleAsOf } from '../support/facts.ts';
import { runHere } from '../support/in-process.ts';
import {
  ask,
  event,
  existing,
  interviewed,
  memberStory,
  replied,
  requested,
  submitted,
  tell,
} from '../support/member-story.ts';

const story = memberStory();
const codes = (answers: readonly { subject: string; code: string }[]): string[] =>
  answers.map((one) => `${one.subject} ${one.code}`);
const explain = (...args: readonly string[]) => runHere(['account', 'explain', ...args], { app: story.app });

describe('an id of this account', () => {
  test('is told for what it is: a proposal, an interview request, a date, a subject', async () => {
    await existing({ openingBalance: 40 });
    await tell(...interviewed('2021-03-03', 1), event('2021-03-05', 'readiness-test.passed'));
    const { member } = story;
    expect((await ask(member, '--about', 'p1')).answers).toEqual(
      (await ask(member, '--proposal', 'p1')).answers,
    );
    expect((await ask(member, '--about', 'i1')).answers).toEqual(
      (await ask(member, '--interview', 'i1')).answers,
    );
    expect((await ask(member, '--about', 'interview:i1')).answers).toEqual(
      (await ask(member, '--interview', 'i1')).answers,
    );
    expect((await ask(member, '--about', '2021-03-20')).answers).toEqual(
      (await ask(member, '--cycle', '2021-03-20')).answers,
    );
    expect(codes((await ask(member, '--about', 'readiness-test')).answers)).toEqual([
      'readiness-test awarded',
    ]);
  });

  test('of several things is told of all of them', async () => {
    await existing({ openingBalance: 40 });
    const { member } = story;
    await tell(
      fact('x7', member, '2021-03-02', 'proposal.submitted', { proposal: 'y7', connects: 2 }),
      event('2021-03-03', 'connects.purchased', { amount: 20 }),
      fact('y7', member, '2021-03-04', 'connects.purchased', { amount: 5 }),
      event('2021-03-05', 'interview.requested', { interview: 'y7' }),
    );
    const { answers } = await ask(member, '--about', 'y7');
    expect(codes(answers)).toEqual(
      expect.arrayContaining(['interview:y7 invite-without-proposal', 'event:y7 applied']),
    );
    expect(codes(answers)).toEqual([...new Set(codes(answers))]);
  });

  test.each([
    ['plan.upgraded', {}, 'you upgraded to Freelancer Plus', 'plan', 'upgraded'],
    ['connects.spent', { amount: 900 }, 'you spent 900 Connects', 'spend', 'insufficient-connects'],
    [
      'payment.failed',
      { cycleOn: '2021-03-01' },
      'for the billing cycle of 1 March 2021 had failed',
      'payment',
      'not-on-plan',
    ],
  ])('of an event (%s) is told with what came of it', async (type, fields, words, subject, code) => {
    await existing({ openingBalance: 10 });
    const told = event('2021-03-10 08:30', type, fields);
    await tell(told);
    const { answers, text } = await ask(story.member, '--about', told.id);
    expect(answers[0]?.sentence).toContain(`Event ${told.id} reported that `);
    expect(answers[0]?.sentence).toContain(words);
    expect(answers[0]?.sentence).toContain('10 March 2021, 08:30');
    expect(codes(answers)).toContain(`${subject}:${told.id} ${code}`);
    expect(text).toContain(`Event ${told.id} reported`);
  });

  test('of an event that posted and decided nothing shows the line that it posted', async () => {
    await existing();
    const told = event('2021-03-10', 'connects.purchased', { amount: 30 });
    await tell(told);
    const { answers } = await ask(story.member, '--about', told.id);
    expect(answers).toMatchObject([
      {
        subject: `event:${told.id}`,
        code: 'applied',
        evidence: { entries: [{ kind: 'purchase', amount: 30 }] },
      },
    ]);
  });

  test('of an event about a reply leads to the interview request', async () => {
    await existing({ openingBalance: 40 });
    const reply = replied('2021-03-03 10:00', 1);
    await tell(submitted('2021-03-03 09:00', 1), requested('2021-03-03 09:30', 1), reply);
    const { answers } = await ask(story.member, '--about', reply.id);
    expect(codes(answers)).toEqual([`event:${reply.id} applied`, 'interview:i1 awarded']);
  });

  test('a number is a line, a run, an email, or several of them', async () => {
    await existing({ openingBalance: 5 });
    const { member, app, db } = story;
    await settleAsOf(app, [member], '2021-04-02');
    const line = await ask(member, '--about', '1');
    expect(line.answer('line')).toMatchObject({
      subject: 'entry:1',
      sentence:
        'Line 1 of your history, of 1 April 2021: Free monthly Connects, +10; your balance was 15 then.',
    });
    expect(codes(line.answers)).toContain('cycle:2021-04-01 granted');
    const [cycle] = await selectRows<{ run: number }>(
      db,
      'SELECT run_id AS run FROM cycles WHERE account_id = ?',
      [member],
    );
    const run = await ask(member, '--about', String(cycle?.run));
    expect(run.answer('did-something').sentence).toContain(
      'It concerned your billing cycle of 1 April 2021.',
    );
    const [notice] = await selectRows<{ id: number }>(db, 'SELECT id FROM outbox WHERE account_id = ?', [
      member,
    ]);
    const email = await ask(member, '--about', `notice:${notice?.id}`);
    expect(codes(email.answers)).toEqual([`notice:${notice?.id} pending`, 'cycle:2021-04-01 granted']);
    expect(email.text).toContain('Email: waiting to be sent.');
    await importRows(app, [{ id: `${member}-idle`, anchorOn: '2021-03-01' }]);
    const idle = await ask(`${member}-idle`, '--about', `run:${cycle?.run}`);
    expect(codes(idle.answers)).toEqual([`run:${cycle?.run} did-nothing`]);
  });

  test('that nobody has is said to be unknown', async () => {
    await existing();
    expect((await ask(story.member, '--about', 'no-such-id')).answers).toMatchObject([
      { subject: 'about:no-such-id', code: 'nothing-recorded' },
    ]);
  });
});

describe('an id given for something else', () => {
  test('a proposal that is an interview request, and the other way round, is told as what it is', async () => {
    await existing({ openingBalance: 40 });
    await tell(...interviewed('2021-03-03', 1));
    const asProposal = await ask(story.member, '--proposal', 'i1');
    expect(asProposal.answers[0]).toMatchObject({
      subject: 'interview:i1',
      code: 'misnamed',
      sentence: 'On this account i1 is not a proposal: it is an interview request, and told as that.',
    });
    expect(codes(asProposal.answers)).toContain('interview:i1 awarded');
    const asInterview = await ask(story.member, '--interview', 'p1');
    expect(codes(asInterview.answers)).toEqual(
      expect.arrayContaining(['proposal:p1 misnamed', 'proposal:p1 charged']),
    );
  });

  test('a proposal that is an event is told as the event', async () => {
    await existing();
    const told = event('2021-03-10', 'connects.purchased', { amount: 30 });
    await tell(told);
    expect(codes((await ask(story.member, '--proposal', told.id)).answers)).toEqual([
      `event:${told.id} misnamed`,
      `event:${told.id} applied`,
    ]);
  });
});

describe('on another account', () => {
  /** Another one of the same address, with proposal `pp` and interview request `ii`. */
  async function twoAccounts(email: string): Promise<string> {
    await existing();
    const { member, app } = story;
    const other = `${member}-other`;
    await importRows(app, [{ id: other, anchorOn: '2021-03-01', openingBalance: 77 }]);
    const on = (id: string, at: string, type: string, fields = {}) =>
      fact(`${other}-${id}`, other, at, type, fields);
    await record(app, [
      on('mail', '2021-03-02', 'account.contact-changed', { email }),
      on('p', '2021-03-03', 'proposal.submitted', { proposal: `${member}-pp`, connects: 6 }),
      on('i', '2021-03-04', 'interview.requested', { interview: `${member}-ii`, proposal: `${member}-pp` }),
    ]);
    return other;
  }

  test('a proposal was sent from it, and that is said without anything else of it', async () => {
    const other = await twoAccounts(`${story.member}@example.test`);
    const { answers, text } = await ask(story.member, '--proposal', `${story.member}-pp`);
    expect(codes(answers)).toEqual([
      `proposal:${story.member}-pp nothing-recorded`,
      `proposal:${story.member}-pp on-another-account`,
    ]);
    expect(answers[1]).toMatchObject({
      sentence:
        `Proposal ${story.member}-pp was sent from another account, ${other}, not from this one: its Connects were ` +
        'charged there, and what it earns or gets back goes there.',
      evidence: { accounts: [other], ofThisAddress: [other] },
    });
    expect(text).toContain('Both have one address.');
    expect(JSON.stringify(answers)).not.toMatch(/77|@/);
  });

  test('of another address, whoever sends the answer is told to look first', async () => {
    const other = await twoAccounts('somebody.else@example.test');
    const { answers, text } = await ask(story.member, '--interview', `${story.member}-ii`);
    expect(answers[1]).toMatchObject({ evidence: { accounts: [other], ofThisAddress: [] } });
    expect(text).toContain('The addresses differ');
    expect(JSON.stringify(answers)).not.toContain('somebody');
  });

  test('a reply about its proposal earned nothing here, and where the proposal is is said', async () => {
    const other = await twoAccounts(`${story.member}@example.test`);
    await tell(
      event('2021-03-05', 'interview.requested', { interview: 'i1', proposal: `${story.member}-pp` }),
      event('2021-03-06', 'interview.replied', { interview: 'i1' }),
    );
    const { answers } = await ask(story.member, '--interview', 'i1');
    expect(codes(answers)).toEqual([
      'interview:i1 unknown-proposal',
      `proposal:${story.member}-pp on-another-account`,
    ]);
    expect(answers[1]?.sentence).toContain(other);
  });

  test('without an account, the id leads to the one that has it', async () => {
    const other = await twoAccounts('somebody.else@example.test');
    const { stdout, code } = await explain('--about', `${story.member}-pp`, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ account: other });
    const byEvent = await explain('--about', `${other}-mail`, '--json');
    expect(JSON.parse(byEvent.stdout)).toMatchObject({
      account: other,
      answers: [{ subject: `event:${other}-mail`, code: 'applied' }],
    });
  });

  test('of several accounts of one address, the one that has the id is meant', async () => {
    const address = `${story.member}@example.test`;
    const other = await twoAccounts(address);
    expect((await explain(address)).code).toBe(2);
    const { stdout, code } = await explain(address, '--about', `${story.member}-pp`, '--json');
    expect({ code, account: (JSON.parse(stdout) as { account: string }).account }).toEqual({
      code: 0,
      account: other,
    });
  });

  test('an id that several accounts have leads to none: they are named', async () => {
    const other = await twoAccounts('somebody.else@example.test');
    await tell(event('2021-03-03', 'proposal.carried', { proposal: `${story.member}-pp`, connects: 2 }));
    const { code, stderr } = await explain('--about', `${story.member}-pp`);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `connects: ${story.member}-pp is known on ${story.member} and ${other}: name one of them (several-accounts)\n`,
    });
  });

  test('without an account, an id that nobody has is not found; with neither, it is usage', async () => {
    const unknown = await explain('--about', 'nobody-has-this');
    expect({ code: unknown.code, stdout: unknown.stdout }).toEqual({ code: 6, stdout: '' });
    expect(unknown.stderr).toContain('belong to no account by themselves: name the account');
    expect((await explain()).code).toBe(2);
  });
});

test.each([
  ['proposals', 'proposal', 'of_proposal'],
  ['interviews', 'interview', 'of_interview'],
])('%s are found by their id by an index', async (table, column, index) => {
  const [plan] = await selectRows(
    story.db,
    `EXPLAIN SELECT account_id FROM ${table} WHERE ${column} = 'x' ORDER BY account_id LIMIT 20`,
  );
  // A row with its key on MariaDB, a tree on MySQL.
  expect(JSON.stringify(plan)).toMatch(new RegExp(`"key":"${index}"| using ${index} `));
});
