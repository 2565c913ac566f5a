/** What an account is told of itself: unknown, closed, held up by an error of ours, and under other terms. */
import { type Terms, builtInTerms } from '../../src/domain/terms.ts';
import { applyTerms } from '../../src/operations/upkeep/apply-terms.ts';
import { importRows } from '../support/accounts.ts';
import { asker } from '../support/asking.ts';
import { type Fields, fact, record, settleAsOf } from '../support/facts.ts';
import { runHere } from '../support/in-process.ts';
import { type Installation, install } from '../support/installation.ts';
import { insertTermsVersion } from '../../src/ledger/terms-versions.ts';
import { installAt } from '../support/story-time.ts';
import { ask, event, existing, memberStory, tell } from '../support/member-story.ts';

const story = memberStory();

describe('the account itself', () => {
  test('that is unknown is not found', async () => {
    const { code, stderr, stdout } = await runHere(['account', 'explain', 'Nobody'], { app: story.app });
    expect(code).toBe(6);
    expect(stderr).toContain('there is no account Nobody (ids are case-sensitive');
    expect(stdout).toBe('');
  });

  test('that is closed has no next date', async () => {
    await existing({ openingBalance: 5 });
    await tell(event('2021-03-10', 'account.closed'));
    const { answers, answer } = await ask(story.member);
    expect(answer('current')).toMatchObject({
      sentence: 'You are on Freelancer Basic and have 5 Connects. Your account is closed.',
      evidence: { status: 'closed', nextCycleOn: null },
      next: 'No billing cycle begins any more.',
    });
    expect(answers.map((one) => one.code)).not.toContain('next-cycle');
    const ahead = await ask(story.member, '--cycle', '2021-04-01');
    expect(ahead.answer('closed').sentence).toContain('your account is closed');
  });

  test('that an error of ours holds up says so, with what waits', async () => {
    await existing({ openingBalance: 5 });
    await story.db.raw("UPDATE accounts SET zone = 'Atlantis/Capital' WHERE id = ?", [story.member]);
    const [outcome] = await tell(event('2021-04-10', 'connects.spent', { amount: 1 }));
    expect(outcome).toMatchObject({ outcome: 'waiting', code: 'unknown-zone' });
    const { answer } = await ask(story.member, '--as-of', '2021-04-11T00:00:00Z');
    expect(answer('waiting-events')).toMatchObject({
      sentence: expect.stringContaining('1 event of yours is kept and not counted yet') as unknown,
      evidence: { events: [{ type: 'connects.spent', at: '2021-04-10T00:00:00.000Z' }] },
    });
  });

  test('tells what a story since a date came to, in its order', async () => {
    await existing();
    await tell(
      event('2021-03-10', 'connects.spent', { amount: 1 }),
      event('2021-03-16', 'plan.upgraded'),
      event('2021-03-20', 'plan.downgraded'),
      event('2021-04-20', 'connects.spent', { amount: 500 }),
    );
    const { answers } = await ask(story.member, '--since', '2021-03-15', '--as-of', '2021-04-21T00:00:00Z');
    expect(answers.map((one) => one.code)).toEqual([
      'received',
      'upgraded',
      'downgrade-pending',
      'granted',
      'insufficient-connects',
    ]);
    const since = await ask(story.member, '--cycle', '2021-03-16', '--since', '2021-04-01');
    expect(since.answers).toMatchObject([{ code: 'nothing-since' }]);
  });
});

describe('under other terms, in an installation of its own', () => {
  let own: Installation;
  let askThere: typeof ask;

  beforeAll(async () => {
    own = await install({ env: { CONNECTS_SETTLE_ATTEMPTS: '1' } });
    askThere = asker(own.app);
    const june = { ...builtInTerms[1], effectiveFrom: '2022-06-01' };
    const terms = [
      ...builtInTerms,
      { ...june, interview: { award: 20, windowMax: 50, windowDays: 7, asTwoEntries: true } },
      { ...june, effectiveFrom: '2023-01-01', interview: null },
    ];
    await applyTerms(own.app, {
      terms: terms as Terms,
      dryRun: false,
      actor: 'test',
      reason: 'a richer reward',
    });
    await importRows(own.app, [
      { id: 'm1', anchorOn: '2022-06-01', openingBalance: 100 },
      { id: 'm2', anchorOn: '2022-06-01', zone: 'Asia/Tokyo' },
    ]);
  });

  afterAll(() => own.remove());

  test('only a part of the award was left in the week', async () => {
    const story = ['2022-06-02', '2022-06-03', '2022-06-04'].flatMap((day, index) =>
      [
        ['proposal.submitted', { proposal: `p${index}`, connects: 4 }],
        ['interview.requested', { interview: `i${index}`, proposal: `p${index}` }],
        ['interview.replied', { interview: `i${index}` }],
      ].map(([type, fields], hour) =>
        fact(`m1-${index}-${hour}`, 'm1', `${day} 0${hour}:00`, type as string, fields as Fields),
      ),
    );
    await record(own.app, story);
    const { answers, text } = await askThere('m1', '--interview', 'i2');
    expect(answers).toMatchObject([
      {
        code: 'weekly-cap-partial',
        sentence:
          'Your reply to interview request i2 on 4 June 2022 earned 10 Connects instead of 20: in the 7 days up to 4 June ' +
          '2022, 02:00 you had been awarded 40 of at most 50 Connects for interviews, so that was the room left. Your ' +
          'history shows this one award on two lines: 4 back for proposal p2 and 6 on top.',
        evidence: { award: 10, held: 40, room: 10, counted: [{ amount: 20 }, { amount: 20 }] },
        rule: { effectiveFrom: '2022-06-01', termsVersion: 2 },
      },
    ]);
    expect(text).toContain('    in all                     +40\n');
  });

  test('the reward had ended', async () => {
    await record(own.app, [
      fact('end-1', 'm1', '2023-01-02', 'proposal.submitted', { proposal: 'late', connects: 2 }),
      fact('end-2', 'm1', '2023-01-03', 'interview.requested', { interview: 'late', proposal: 'late' }),
      fact('end-3', 'm1', '2023-01-04', 'interview.replied', { interview: 'late' }),
    ]);
    const { answer } = await askThere('m1', '--interview', 'late');
    expect(answer('reward-ended')).toMatchObject({
      sentence: expect.stringContaining(
        'under the terms of 1 January 2023 interview requests no longer earn',
      ) as unknown,
      rule: {
        text: 'Interview requests no longer earn Connects.',
        effectiveFrom: '2023-01-01',
        termsVersion: 2,
      },
    });
  });

  test('a rule holds since its own numbers do, whatever else a later row changes', async () => {
    await importRows(own.app, [
      { id: 'm3', anchorOn: '2022-06-10' },
      { id: 'm4', anchorOn: '2022-06-10', kind: 'agency', plan: 'agency' },
    ]);
    await settleAsOf(own.app, ['m3', 'm4'], '2023-02-11');
    const unchanged = { effectiveFrom: '2020-12-01', termsVersion: 2 };
    const basic = await askThere('m3', '--cycle', '2023-01-10');
    expect(basic.answer('granted').rule).toMatchObject(unchanged);
    const agency = await askThere('m4', '--cycle', '2023-01-10');
    expect(agency.answer('no-monthly-grant').rule).toMatchObject(unchanged);
    await record(own.app, [fact('m3-1', 'm3', '2023-02-12', 'plan.upgraded')]);
    const upgraded = await askThere('m3', '--cycle', '2023-02-12');
    expect(upgraded.answer('upgraded').rule).toMatchObject(unchanged);
  });

  test('an error of ours put the account aside', async () => {
    await own.db.raw("UPDATE accounts SET zone = 'Atlantis/Capital' WHERE id = 'm2'");
    const outcomes = await settleAsOf(own.app, ['m2'], '2022-08-01');
    expect(outcomes.get('m2')).toMatchObject({ outcome: 'failed', putAside: true });
    // Explained all the same, in UTC.
    const { answer, explanation } = await askThere('m2');
    expect(explanation.zone).toBe('UTC');
    expect(answer('put-aside')).toMatchObject({
      sentence: expect.stringMatching(
        /could not be brought up to date .* error on our side \(unknown-zone\), after 1 attempt\./,
      ) as unknown,
      evidence: { error: 'unknown-zone', attempts: 1 },
      next: expect.stringContaining('not tried again by itself') as unknown,
    });
    expect(answer('current').next).toContain('has begun, and what it brings is still to be added');
  });

  test('what is due of an account that was put aside is not promised with the next pass', async () => {
    await importRows(own.app, [{ id: 'm5', anchorOn: '2022-06-10' }]);
    await own.db.raw("UPDATE accounts SET zone = 'Atlantis/Capital' WHERE id = 'm5'");
    await settleAsOf(own.app, ['m5'], '2022-08-01');
    // Mended, and not run again yet: what is due can be foretold.
    await own.db.raw("UPDATE accounts SET zone = 'UTC' WHERE id = 'm5'");
    const heldUp = expect.stringMatching(/^It is not added by itself: an error on our side .* is run again/);
    const standing = await askThere('m5', '--as-of', '2022-08-01T00:00:00Z');
    expect(standing.answer('overdue').next).toEqual(heldUp);
    expect(standing.text).not.toContain('next pass over all accounts');
    expect(standing.text).toMatch(/once mended, "connects rerun \d+/);
    const named = await askThere('m5', '--cycle', '2022-07-10');
    expect(named.answer('overdue')).toMatchObject({
      next: heldUp,
      evidence: { heldUpBy: { error: 'unknown-zone', state: 'put-aside' } },
    });
    const view = await runHere(['account', 'show', 'm5', '--as-of', '2022-08-01T00:00:00Z'], {
      app: own.app,
    });
    expect(view.stdout).toContain('10 July 2022, due: what it brings is held up');
  });
});

test('under terms of an older rule, cycles never begin on the 31st', async () => {
  const own = await installAt('2021-02-01');
  try {
    const { app, db } = own.installation;
    const terms = builtInTerms.map((row) => ({ ...row, monthEnd: 'first-of-next' as const }));
    const by = { appliedAt: Date.parse('2021-02-01T00:00:00Z'), actor: 'test', reason: 'the older rule' };
    await insertTermsVersion(db, { version: 2, terms, ...by });
    await importRows(app, [{ id: 'o1', anchorOn: '2021-01-31' }]);
    const set = await asker(app)('o1', '--as-of', '2021-02-01T00:00:00Z');
    expect(set.text).not.toMatch(/begin(?:s|) on the 31st/);
    own.becomes('2021-03-06');
    await record(app, [fact('o1-1', 'o1', '2021-03-05', 'plan.upgraded')]);
    const { answer, text } = await asker(app)('o1');
    expect(answer('moved-by-upgrade').sentence).toMatch(
      /begin on the 5th of the month since 5 March 2021, .* Before, they began on the 1st\.$/,
    );
    expect(text).not.toMatch(/the 31st of the month|began on the 31st/);
    await importRows(app, [{ id: 'o2', anchorOn: '2021-01-31' }]);
    const date = (await asker(app)('o2')).answer('date-set');
    expect(date.sentence).toBe(
      'Your billing cycles begin on the 1st of the month, counted from 31 January 2021. That date has not moved. The 31st ' +
        'counts as the 1st of the month after.',
    );
    expect(date.rule?.text).toContain('a 29th, 30th or 31st counts as the 1st of the month after');
  } finally {
    await own.installation.remove();
  }
});
