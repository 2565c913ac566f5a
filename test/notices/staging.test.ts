/** Which notices the ledger's transactions stage, why there is none where there is none, and what members then get. */
import { execute, selectRows } from '../../src/db/query.ts';
import { reverseRun } from '../../src/operations/reversals/reverse-run.ts';
import { importRows } from '../support/accounts.ts';
import { backfilled } from '../support/backfilling.ts';
import { fact, record, settleAsOf } from '../support/facts.ts';
import { runHere } from '../support/in-process.ts';
import { type Installation, install } from '../support/installation.ts';
import { deliver, lettersTo, said } from '../support/delivering.ts';
import { type PostOffice, openPostOffice } from '../support/post-office.ts';
import { countOf } from '../support/state.ts';
import { unsubscribeTokenOf } from '../../src/notices/unsubscribe-token.ts';
import { allSent, until } from '../support/sweeping.ts';
import { startWorker } from '../../jobs/start-worker.ts';

const SECRET = '0123456789abcdef0123456789abcdef';
const DAY_MS = 86_400_000;
/** A date so many days from now, in UTC. */
const dayOf = (days: number): string => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);
let office: PostOffice;
let installation: Installation;

beforeAll(async () => {
  office = await openPostOffice();
  installation = await install({
    env: {
      SMTP_URL: office.url,
      CONNECTS_PREFERENCES_URL: 'https://example.test/emails/{account}?token={token}',
      CONNECTS_PREFERENCES_SECRET: SECRET,
      CONNECTS_MAIL_FROM: 'Connects <connects@example.test>',
    },
  });
});
afterAll(async () => {
  await installation.remove();
  await office.stop();
});

interface Staged {
  readonly kind: string;
  readonly ref: string;
  readonly state: string;
  readonly error: string | null;
}

const staged = (account: string): Promise<Staged[]> =>
  selectRows<Staged>(
    installation.db,
    'SELECT kind, ref, state, last_error AS error FROM outbox WHERE account_id = ? ORDER BY id',
    [account],
  );

const opening = (account: string, plan = 'basic') =>
  fact(`open-${account}`, account, '2021-02-03 10:00', 'account.opened', {
    kind: 'freelancer',
    plan,
    email: `${account}@example.test`,
    zone: 'Europe/Berlin',
  });

describe('events', () => {
  it('stage one notice for each thing that a member hears about, and each is sent', async () => {
    const { app } = installation;
    await record(app, [
      opening('e1'),
      fact('e1-test', 'e1', '2021-02-05 10:00', 'readiness-test.passed'),
      fact('e1-prop', 'e1', '2021-08-06 10:00', 'proposal.submitted', { proposal: 'p1', connects: 4 }),
      fact('e1-req', 'e1', '2021-08-07 10:00', 'interview.requested', { interview: 'i1', proposal: 'p1' }),
      fact('e1-rep', 'e1', '2021-08-08 10:00', 'interview.replied', { interview: 'i1' }),
      fact('e1-up', 'e1', '2021-08-10 10:00', 'plan.upgraded'),
      fact('e1-pay', 'e1', '2021-08-11 10:00', 'payment.failed', { cycleOn: '2021-08-10' }),
    ]);
    expect(await staged('e1')).toMatchObject([
      { kind: 'grant', ref: 'cycles:2021-03-03..2021-08-03' },
      { kind: 'welcome', ref: 'welcome' },
      { kind: 'readiness-test', ref: 'readiness-test' },
      { kind: 'interview-award', ref: 'interview:i1' },
      { kind: 'upgrade', ref: 'plan:e1-up' },
      { kind: 'payment-failed', ref: 'payment:e1-pay' },
    ]);
    await deliver(installation.app);
    const subjects = lettersTo(office, 'e1').map((one) => one.subject);
    expect(subjects.toSorted()).toEqual(
      [
        '60 Connects added, you have 148',
        'Welcome: 40 Connects to begin with',
        'Test passed: 40 Connects added, you have 148',
        'Interview: 10 Connects added, you have 148',
        'Freelancer Plus: 72 Connects added, you have 148',
        'Your payment failed: 70 Connects taken back',
      ].toSorted(),
    );
    const interview = lettersTo(office, 'e1').find((one) => one.subject.startsWith('Interview'));
    expect(said(interview)).toContain('you have earned 10 of at most 50 in the last 7 days.');
    expect(said(interview)).toContain('8 August 2021, 12:00');
  });

  it('of an agency stage what it won by an interview, and nothing that is for freelancers', async () => {
    const { app } = installation;
    const agency = { kind: 'agency', plan: 'agency', email: 'e9@example.test', zone: 'UTC' };
    await record(app, [
      fact('e9-open', 'e9', '2021-08-03 10:00', 'account.opened', agency),
      fact('e9-test', 'e9', '2021-08-04 10:00', 'readiness-test.passed'),
      fact('e9-up', 'e9', '2021-08-04 11:00', 'plan.upgraded'),
      fact('e9-buy', 'e9', '2021-08-04 12:00', 'connects.purchased', { amount: 20 }),
      fact('e9-invited', 'e9', '2021-08-05 10:00', 'interview.requested', { interview: 'i9' }),
      fact('e9-invite-reply', 'e9', '2021-08-05 11:00', 'interview.replied', { interview: 'i9' }),
      fact('e9-prop', 'e9', '2021-08-06 10:00', 'proposal.submitted', { proposal: 'p9', connects: 4 }),
      fact('e9-req', 'e9', '2021-08-07 10:00', 'interview.requested', { interview: 'i10', proposal: 'p9' }),
      fact('e9-rep', 'e9', '2021-08-08 10:00', 'interview.replied', { interview: 'i10' }),
    ]);
    expect(await staged('e9')).toMatchObject([{ kind: 'interview-award', ref: 'interview:i10' }]);
  });

  it('that are refused, or change nothing that is told, stage none', async () => {
    await record(installation.app, [
      opening('e2'),
      fact('e2-down', 'e2', '2021-02-04 10:00', 'plan.downgraded'),
      fact('e2-rep', 'e2', '2021-02-04 11:00', 'interview.replied', { interview: 'unheard-of' }),
      fact('e2-buy', 'e2', '2021-02-04 12:00', 'connects.purchased', { amount: 5 }),
    ]);
    expect(await staged('e2')).toMatchObject([{ kind: 'welcome' }]);
  });

  it('recorded without notices stage none of their own; of the grants on the way the member is told', async () => {
    await record(
      installation.app,
      [opening('e3'), fact('e3-buy', 'e3', '2021-04-04', 'connects.purchased', { amount: 5 })],
      'none',
    );
    expect(await staged('e3')).toMatchObject([
      { kind: 'grant', ref: 'cycles:2021-03-03..2021-04-03', state: 'pending' },
    ]);
    const told = "SELECT COUNT(*) FROM cycles WHERE account_id = 'e3' AND notice = 'staged'";
    expect(await countOf(installation.db, told)).toBe(2);
  });

  it('respect an opt-out of grant emails, which holds back nothing else', async () => {
    await record(installation.app, [
      opening('e4'),
      fact('e4-out', 'e4', '2021-02-04 10:00', 'notices.opted-out'),
      fact('e4-test', 'e4', '2021-03-10 10:00', 'readiness-test.passed'),
    ]);
    expect((await staged('e4')).map((one) => one.kind)).toEqual(['welcome', 'readiness-test']);
    const recorded = "SELECT COUNT(*) FROM cycles WHERE account_id = 'e4' AND notice = 'opted-out'";
    expect(await countOf(installation.db, recorded)).toBe(1);
  });

  it('that opt out before a grant email has left hold it back', async () => {
    const { app } = installation;
    await importRows(app, [{ id: 'e5', anchorOn: '2021-03-05' }]);
    await settleAsOf(app, ['e5'], '2021-04-05 00:00');
    await record(app, [fact('e5-out', 'e5', '2021-04-06', 'notices.opted-out')]);
    await deliver(installation.app);
    expect(lettersTo(office, 'e5')).toEqual([]);
    expect(await staged('e5')).toMatchObject([
      {
        kind: 'grant',
        state: 'suppressed',
        error: 'the member opted out of grant emails before it was sent',
      },
    ]);
    const told = await runHere(['account', 'explain', 'e5', '--cycle', '2021-04-05'], { app });
    expect(told.stdout).toContain('Email: none, because you turned them off before it was sent.');
  });

  it('that change the address before an email has left send it to the new one', async () => {
    const { app } = installation;
    await importRows(app, [{ id: 'e6', anchorOn: '2021-03-05' }]);
    await settleAsOf(app, ['e6'], '2021-04-05 00:00');
    await record(app, [
      fact('e6-new', 'e6', '2021-04-06', 'account.contact-changed', { email: 'new-e6@example.test' }),
    ]);
    await deliver(installation.app);
    expect(lettersTo(office, 'e6')).toEqual([]);
    expect(lettersTo(office, 'new-e6')).toHaveLength(1);
  });
});

describe('a cycle that begins on the way to something that nobody is to hear of', () => {
  const grants = (account: string): Promise<unknown[]> =>
    selectRows(
      installation.db,
      'SELECT kind, first_cycle_on AS first, last_cycle_on AS last FROM outbox WHERE account_id = ? ORDER BY id',
      [account],
    );

  it('is told when a backfill comes first', async () => {
    await importRows(installation.app, [
      { id: 'way-b', anchorOn: dayOf(-100), trackedFrom: `${dayOf(-50)}T00:00:00Z` },
    ]);
    const [from, to] = [dayOf(-80), dayOf(-60)];
    await backfilled(installation.app, { from, to, accounts: ['way-b'], include: [] });
    expect(await grants('way-b')).toMatchObject([{ kind: 'grant' }]);
  });

  it('is told when a reversal comes first', async () => {
    const { app } = installation;
    await importRows(app, [{ id: 'way-r', anchorOn: dayOf(-70) }]);
    await settleAsOf(app, ['way-r'], Date.parse(`${dayOf(-35)}T00:00:00Z`));
    const [granted] = await selectRows<{ run: number }>(
      installation.db,
      "SELECT run_id AS run FROM cycles WHERE account_id = 'way-r'",
    );
    await reverseRun(app.settleDeps, { source: { run: granted?.run ?? 0 }, actor: 'test', reason: 'a test' });
    expect(await grants('way-r')).toMatchObject([{ kind: 'grant' }, { kind: 'grant' }]);
  });
});

describe('a letter that is late', () => {
  it('tells its own cycle, and no date that is past', async () => {
    const { app } = installation;
    await importRows(app, [{ id: 'l1', anchorOn: '2021-02-20' }]);
    await settleAsOf(app, ['l1'], '2021-03-20 00:00');
    await settleAsOf(app, ['l1'], '2021-04-20 00:00');
    // Else one letter would tell of both.
    await execute(
      installation.db,
      "UPDATE outbox SET attempts = 1 WHERE ref = 'cycles:2021-04-20..2021-04-20'",
    );
    await deliver(installation.app);
    const about = (words: string) => lettersTo(office, 'l1').find((one) => said(one).includes(words));
    const [march, april] = [about('That made'), about('You now have')];
    expect(said(march)).toContain('That made 10; since then your balance has changed to 20.');
    expect(said(march)).toContain('about an earlier billing cycle: 20 March – 19 April 2021.');
    expect(said(march)).not.toContain('plan has changed');
    expect(said(april)).toContain('You now have 20.');
    expect(said(april)).toContain('This billing cycle: 20 April – 19 May 2021.');
  });

  it('that tells of a catch-up tells all of it, also of cycles that brought nothing', async () => {
    const { app } = installation;
    const row = { kind: 'agency', plan: 'agency', openingBalance: 405, anchorOn: dayOf(-100) } as const;
    await importRows(app, [{ id: 'l5', ...row }]);
    await settleAsOf(app, ['l5'], Date.now());
    await deliver(installation.app);
    const [letter, ...others] = lettersTo(office, 'l5');
    expect(others).toEqual([]);
    expect(letter?.subject).toBe('5 Connects have expired, you have 400');
    expect(said(letter)).toMatch(/You now have 400; your next billing cycle begins on \d+ \w+\./);
    expect(said(letter)).toContain('We were late');
    expect(said(letter)).not.toContain('earlier billing cycle');
  });

  it('takes no plan and no sum from what happened after it', async () => {
    const { app } = installation;
    await record(app, [
      opening('l2'),
      fact('l2-up', 'l2', '2021-02-10 10:00', 'plan.upgraded'),
      fact('l2-buy', 'l2', '2021-02-11 10:00', 'connects.purchased', { amount: 30 }),
      fact('l2-pay', 'l2', '2021-02-12 10:00', 'payment.failed', { cycleOn: '2021-03-10' }),
      fact('l2-use', 'l2', '2021-02-13 10:00', 'connects.spent', { amount: 100 }),
      fact('l2-fail', 'l2', '2021-02-14 10:00', 'payment.failed', { cycleOn: '2021-02-10' }),
      fact('l2-again', 'l2', '2021-02-20 10:00', 'plan.upgraded'),
    ]);
    await deliver(installation.app);
    const letter = (subject: string) =>
      said(lettersTo(office, 'l2').find((one) => one.subject.startsWith(subject)));
    expect(letter('Welcome')).toContain('That made 40; since then your balance has changed to 45.');
    expect(letter('Welcome')).toContain('From then on Freelancer Basic brings Connects');
    expect(letter('Freelancer Plus: 72')).toContain('40 + 70 Plus + 2 free = 112');
    const unpaid = letter('Your payment failed: no Connects taken back');
    expect(unpaid).toContain('Your plan is Freelancer Basic from 10 March 2021.');
    expect(unpaid).toContain('That made 142;');
    const failed = letter('Your payment failed: 42 Connects taken back, 28 owed');
    expect(failed).toContain('Your plan is Freelancer Basic from 14 February 2021.');
    expect(failed).toContain('You have upgraded again since');
    expect(letter('Freelancer Plus: 45')).toContain('0 + 70 Plus − 28 owed + 3 free = 45');
  });

  it('says that the plan has changed only where an upgrade has moved the calendar', async () => {
    const { app } = installation;
    await importRows(app, [{ id: 'l3', anchorOn: '2021-02-20' }]);
    await settleAsOf(app, ['l3'], '2021-03-20 00:00');
    await record(app, [fact('l3-up', 'l3', '2021-03-25 10:00', 'plan.upgraded')]);
    await deliver(installation.app);
    const grant = said(lettersTo(office, 'l3').find((one) => one.subject.startsWith('10 Connects')));
    expect(grant).toContain('your billing cycle now counts from 25 March 2021');
  });

  it('names the balance of an account in which nothing had ever been posted', async () => {
    const { app } = installation;
    await importRows(app, [{ id: 'l4', anchorOn: '2021-02-20', plan: 'plus', openingBalance: 33 }]);
    await record(app, [
      fact('l4-pay', 'l4', '2021-03-01 10:00', 'payment.failed', { cycleOn: '2021-03-20' }),
      fact('l4-shut', 'l4', '2021-03-02 10:00', 'account.closed'),
    ]);
    await deliver(installation.app);
    const [letter] = lettersTo(office, 'l4');
    expect(said(letter)).toContain('You now have 33. ');
    expect(said(letter)).toContain('Your account is closed');
    expect(said(letter)).not.toContain('next billing cycle');
  });
});

describe('a notice', () => {
  it('that is older than the limit when it is staged is recorded, and not sent', async () => {
    const strict = await install({ env: { SMTP_URL: office.url, CONNECTS_NOTICE_MAX_AGE: '7d' } });
    try {
      await record(strict.app, [opening('old')]);
      await settleAsOf(strict.app, ['old'], '2021-04-05 00:00');
      const rows = await selectRows(strict.db, 'SELECT kind, state FROM outbox ORDER BY id');
      expect(rows).toEqual([
        { kind: 'welcome', state: 'too-old' },
        { kind: 'grant', state: 'too-old' },
      ]);
    } finally {
      await strict.remove();
    }
  });

  it('carries what mail programs need: who, when, that a machine wrote it, and how to be left alone', async () => {
    const { app } = installation;
    await importRows(app, [{ id: 'h1', anchorOn: '2021-03-05' }]);
    await settleAsOf(app, ['h1'], '2021-04-05 00:00');
    await record(app, [opening('h2')]);
    await deliver(installation.app);
    const [grant] = lettersTo(office, 'h1');
    expect(grant?.messageId).toMatch(/^<grant-[0-9a-f]{32}\.h1@example\.test>$/);
    expect(grant?.headers.get('auto-submitted')).toBe('auto-generated');
    expect(grant?.headers.get('date')).toBeInstanceOf(Date);
    expect(grant?.headers.get('list')).toMatchObject({
      unsubscribe: { url: `https://example.test/emails/h1?token=${unsubscribeTokenOf(SECRET, 'h1')}` },
      'unsubscribe-post': { name: 'List-Unsubscribe=One-Click' },
    });
    const [welcome] = lettersTo(office, 'h2');
    expect(welcome?.headers.has('list')).toBe(false);
  });
});

describe('operators', () => {
  const run = (...args: string[]) => runHere(['notices', ...args], { app: installation.app });

  it('hold all mail, for every worker, and release it', async () => {
    const { app } = installation;
    expect(await run('hold', '--reason', 'drill')).toMatchObject({
      code: 0,
      stdout: 'all mail is held: nothing was on its way\n',
    });
    expect(await run('hold')).toMatchObject({ code: 5 });
    await importRows(app, [{ id: 'o1', anchorOn: '2021-03-05' }]);
    await settleAsOf(app, ['o1'], '2021-04-05 00:00');
    const worker = startWorker(app);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(lettersTo(office, 'o1')).toEqual([]);
    expect(await staged('o1')).toMatchObject([{ state: 'pending' }]);
    expect((await run('list')).stderr).toContain('all mail is held');
    expect(await run('release', '--reason', 'drill is over')).toMatchObject({ code: 0 });
    await until('it is sent', () => lettersTo(office, 'o1').length === 1);
    await allSent(app);
    await worker.stop();
    const audits = await selectRows(
      installation.db,
      "SELECT action, reason, actor FROM audit_log WHERE target = 'mail' ORDER BY id",
    );
    expect(audits).toEqual([
      { action: 'notices.hold', reason: 'drill', actor: 'tester' },
      { action: 'notices.release', reason: 'drill is over', actor: 'tester' },
    ]);
  });

  it('suppress what has not left, and send it again after all', async () => {
    const { app } = installation;
    await importRows(app, [{ id: 'o2', anchorOn: '2021-03-05' }]);
    await settleAsOf(app, ['o2'], '2021-04-05 00:00');
    const dry = await run('suppress', '--account', 'o2', '--dry-run');
    expect(dry.stdout).toContain('1 notice will not be sent (dry run');
    expect(await staged('o2')).toMatchObject([{ state: 'pending' }]);
    expect(await run('suppress', '--account', 'o2', '--reason', 'wrong')).toMatchObject({ code: 0 });
    expect(await staged('o2')).toMatchObject([{ state: 'suppressed', error: 'wrong' }]);
    const told = await runHere(['account', 'explain', 'o2', '--cycle', '2021-04-05'], { app });
    expect(told.stdout).toContain('Email: none, it was withheld: wrong.');
    await deliver(installation.app);
    expect(lettersTo(office, 'o2')).toEqual([]);
    expect((await run('retry', '--account', 'o2')).stdout).toContain('1 notice will be sent again');
    await deliver(installation.app);
    expect(lettersTo(office, 'o2')).toHaveLength(1);
    expect(await run('retry', '--account', 'o2')).toMatchObject({
      stdout: '0 notices will be sent again\n',
      stderr: 'left as they are: 1 sent\n',
    });
  });

  it('are told of a number or an account that is none, and of a filter that nothing matches', async () => {
    for (const name of ['retry', 'suppress']) {
      expect(await run(name, '999999')).toMatchObject({
        code: 6,
        stderr: expect.stringContaining('there is no notice 999999') as string,
      });
      expect(await run(name, '--account', 'nobody')).toMatchObject({
        code: 6,
        stderr: expect.stringContaining('there is no account nobody (unknown-account)') as string,
      });
      expect(await run(name, '--kind', 'reminder')).toMatchObject({
        code: 0,
        stderr: 'there are no such notices\n',
      });
    }
  });

  it('are told that a member who opted out gets no grant email for all their trying', async () => {
    const { app } = installation;
    await importRows(app, [{ id: 'o3', anchorOn: '2021-03-05' }]);
    await settleAsOf(app, ['o3'], '2021-04-05 00:00');
    await run('suppress', '--account', 'o3');
    await record(app, [fact('o3-out', 'o3', '2021-04-05 10:00', 'notices.opted-out')]);
    expect(await run('retry', '--account', 'o3')).toMatchObject({
      stdout: '1 notice will be sent again\n',
      stderr: '1 of them not after all: the member opted out of grant emails\n',
    });
    await deliver(installation.app);
    expect(await staged('o3')).toMatchObject([{ state: 'suppressed' }]);
    expect(lettersTo(office, 'o3')).toEqual([]);
  });

  it('look at notices, and at the text of one as it would be sent', async () => {
    const listed = await run('list', '--account', 'o2', '--json');
    const [row] = JSON.parse(listed.stdout) as { notice: number; state: string }[];
    expect(row).toMatchObject({ state: 'sent', account: 'o2', kind: 'grant' });
    const shown = await run('show', String(row?.notice));
    expect(shown.stdout).toContain('Subject: 10 Connects added, you have 10');
    expect(shown.stdout).not.toContain('@example.test>\nTo:');
    expect(await run('show', '999999')).toMatchObject({ code: 6 });
    expect(await run('retry')).toMatchObject({ code: 2 });
  });

  it('see the mail server’s own words, not those of the library before them', async () => {
    const { app, db } = installation;
    await importRows(app, [{ id: 'o3', anchorOn: '2021-03-05' }]);
    await settleAsOf(app, ['o3'], '2021-04-05 00:00');
    const words =
      "Can't send mail - all recipients were rejected: 550 5.1.1 <o3@example.test>: no such user here";
    await execute(db, "UPDATE outbox SET state = 'refused', last_error = ? WHERE account_id = 'o3'", [words]);
    const listed = await run('list', '--state', 'refused');
    expect(listed.stdout).toContain('550 5.1.1 <o3@example.test>: no such user here');
    expect(listed.stdout).not.toContain('recipients');
    expect((await run('list', '--state', 'refused', '--json')).stdout).toContain(
      'all recipients were rejected',
    );
  });

  it('are offered only states that a notice can be in', async () => {
    expect(await run('list', '--state', 'held')).toMatchObject({ code: 2 });
  });

  it('preview an account’s own email of each kind, or hear that there is none', async () => {
    const reply = await run('preview', 'interview-award', '--account', 'e1');
    expect(reply.stdout).toContain('because of your proposal p1');
    expect(await run('preview', 'upgrade', '--account', 'o2')).toMatchObject({ code: 6 });
    expect(await run('preview', 'grant', '--account', 'nobody')).toMatchObject({ code: 6 });
  });
});
