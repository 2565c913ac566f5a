/** Letters about what reached us late say so once, with both instants; and none leads with a zero. */
import { selectRows, shownNow } from '../../src/db/query.ts';
import { type Terms, builtInTerms } from '../../src/domain/terms.ts';
import { localDateOf } from '../../src/domain/calendar.ts';
import { renderNotice } from '../../src/notices/notice.ts';
import { sampleOf } from '../../src/notices/samples.ts';
import { textsFor } from '../../src/texts/catalogue.ts';
import { composeMessage } from '../../src/operations/mail/compose-notices.ts';
import { applyTerms } from '../../src/operations/upkeep/apply-terms.ts';
import type { Notice } from '../../src/outbox/outbox.ts';
import { importRows } from '../support/accounts.ts';
import { contextWith } from '../support/letter-variants.ts';
import { bought, fact, opened, record, settleAsOf } from '../support/facts.ts';
import { type Installation, install } from '../support/installation.ts';

let installation: Installation;
let today: string;

beforeAll(async () => {
  installation = await install();
  today = textsFor('en').dayOfYear(localDateOf(await shownNow(installation.db), 'UTC'));
});
afterAll(() => installation.remove());

interface Told {
  readonly kind: string;
  readonly subject: string;
  readonly text: string;
}

/** The letters to an account as they would be sent now, or why one would not; in the order in which they were staged. */
async function lettersTo(account: string): Promise<(Told | string)[]> {
  const { app, db } = installation;
  const notices = await selectRows<Notice>(
    db,
    `SELECT id, account_id AS accountId, kind, ref, first_cycle_on AS firstCycleOn, last_cycle_on AS lastCycleOn,
            run_id AS runId, attempts FROM outbox WHERE account_id = ? ORDER BY id`,
    [account],
  );
  const letters: (Told | string)[] = [];
  for (const notice of notices) {
    const message = await composeMessage({ db, settings: app.config }, notice);
    if ('unsent' in message) letters.push(message.unsent);
    else
      letters.push({
        kind: notice.kind,
        subject: message.subject,
        text: message.text.replaceAll(/\s+/g, ' '),
      });
  }
  return letters;
}

async function letterTo(account: string, kind: string): Promise<Told> {
  const found = (await lettersTo(account)).find((one) => typeof one !== 'string' && one.kind === kind);
  if (found === undefined || typeof found === 'string') throw new Error(`no ${kind} to ${account}`);
  return found;
}

const cameLate = (happened: string, on: string, after: string): string =>
  `This happened on ${happened}; it reached us on ${today}, after ${after}, so it was decided as of ${on}.`;
const begun = 'your billing cycle of 1 April 2021 had begun';

describe('what reached us after a cycle had begun', () => {
  it('is told with both instants, whatever it was', async () => {
    const { app } = installation;
    await importRows(app, [
      { id: 'late-up', anchorOn: '2021-03-01', openingBalance: 20 },
      { id: 'late-pay', anchorOn: '2021-03-01', plan: 'plus' },
    ]);
    await record(app, [
      fact('p', 'late-up', '2021-03-02', 'proposal.submitted', { proposal: 'p1', connects: 4 }),
      fact('q', 'late-up', '2021-03-03', 'interview.requested', { interview: 'i1', proposal: 'p1' }),
    ]);
    await settleAsOf(app, ['late-up', 'late-pay'], '2021-04-01');
    await record(app, [
      fact('t', 'late-up', '2021-03-28', 'readiness-test.passed'),
      fact('r', 'late-up', '2021-03-29', 'interview.replied', { interview: 'i1' }),
      fact('u', 'late-up', '2021-03-30', 'plan.upgraded'),
      fact('f', 'late-pay', '2021-03-31', 'payment.failed', { cycleOn: '2021-04-01' }),
    ]);
    const told = async (account: string, kind: string) => (await letterTo(account, kind)).text;
    expect(await told('late-up', 'readiness-test')).toContain(
      cameLate('28 March 2021', '1 April 2021', begun),
    );
    expect(await told('late-up', 'interview-award')).toContain(
      cameLate('29 March 2021', '1 April 2021', begun),
    );
    expect(await told('late-up', 'upgrade')).toContain(cameLate('30 March 2021', '1 April 2021', begun));
    expect(await told('late-pay', 'payment-failed')).toContain(
      cameLate('31 March 2021', '1 April 2021', begun),
    );
    expect(await told('late-up', 'grant')).not.toContain('reached us');
  });

  it('within a cycle names what had been counted in general, and hours where the day is one', async () => {
    const { app } = installation;
    await importRows(app, [{ id: 'late-in', anchorOn: '2021-03-01' }]);
    await record(app, [bought('b1', 'late-in', '2021-03-11 15:00')]);
    await record(app, [fact('u1', 'late-in', '2021-03-11 09:00', 'plan.upgraded')]);
    const { text } = await letterTo('late-in', 'upgrade');
    expect(text).toContain('This happened on 11 March 2021, 09:00; it reached us on ');
    expect(text).toContain(
      'after something later had been counted, so it was decided as of 11 March 2021, 15:00.',
    );
  });

  it('on time is told without a word of it', async () => {
    const { app } = installation;
    await importRows(app, [{ id: 'on-time', anchorOn: '2021-03-01' }]);
    await record(app, [fact('u2', 'on-time', '2021-03-11', 'plan.upgraded')]);
    expect((await letterTo('on-time', 'upgrade')).text).not.toContain('reached us');
  });
});

describe('a letter about cycles', () => {
  it('says when they were added, where that is later than they began, and that bought Connects count too', async () => {
    const { app } = installation;
    await importRows(app, [{ id: 'behind', anchorOn: '2021-03-01', openingBalance: 230 }]);
    await settleAsOf(app, ['behind'], '2021-04-01');
    const { text } = await letterTo('behind', 'grant');
    expect(text).toContain(
      `We were late: your billing cycle began on 1 April 2021, and we settled it on ${today}.`,
    );
    expect(text).toContain('Free, earned and bought Connects all count towards that limit.');
  });
});

describe('an upgrade that has ended since', () => {
  it('promises no cycle any more', async () => {
    const { app } = installation;
    await importRows(app, [{ id: 'ended', anchorOn: '2021-03-01' }]);
    await record(app, [fact('u3', 'ended', '2021-03-11', 'plan.upgraded')]);
    expect((await letterTo('ended', 'upgrade')).text).toContain('every cycle brings 10 free Connects and 70');
    await record(app, [fact('f3', 'ended', '2021-03-12', 'payment.failed', { cycleOn: '2021-03-11' })]);
    expect((await letterTo('ended', 'upgrade')).text).not.toContain('every cycle brings');
  });
});

describe('what was refused the second time', () => {
  it('leaves the letter of the first as it was', async () => {
    const { app } = installation;
    await record(app, [
      opened('o1', 'twice', '2021-02-03'),
      fact('t1', 'twice', '2021-02-05', 'readiness-test.passed'),
      fact('t2', 'twice', '2021-02-06', 'readiness-test.passed'),
    ]);
    expect((await letterTo('twice', 'readiness-test')).subject).toBe(
      'Test passed: 40 Connects added, you have 80',
    );
  });
});

describe('no letter leads with a zero', () => {
  it('terms that give nothing for opening an account, or for the test, send none', async () => {
    const { app } = installation;
    const none = { ...builtInTerms[1], effectiveFrom: '2022-06-01', welcome: 0, readinessTest: 0 };
    const terms = [...builtInTerms, none] as Terms;
    await applyTerms(app, { terms, dryRun: false, actor: 'test', reason: 'a test' });
    await record(app, [
      opened('o2', 'nothing', '2022-06-03'),
      fact('t3', 'nothing', '2022-06-05', 'readiness-test.passed'),
    ]);
    expect(await lettersTo('nothing')).toEqual([]);
  });

  const [second] = (sampleOf('grant').facts as { cycles: readonly object[] }).cycles;
  const upgrade = sampleOf('upgrade').facts;
  const backfill = sampleOf('backfill').facts;
  const reversal = sampleOf('reversal').facts;
  const recovered = { free: 0, paid: 70, recovered: 70 };

  it.each([
    [
      'grant',
      { kind: 'grant', cycles: [{ ...second, ...recovered, expired: 0 }] },
      '70 Connects went to what you owed',
    ],
    ['upgrade', { ...upgrade, ...recovered }, 'its 70 Connects went to what you owed'],
    ['upgrade', { ...upgrade, free: 0, paid: 0 }, 'your membership has begun'],
    [
      'backfill',
      { ...backfill, cycles: [{ cycleOn: '2021-01-16', ...recovered, balance: 62 }] },
      '70 Connects of a past billing cycle went to what you owed',
    ],
    ['reversal', { ...reversal, lines: [{ cycleOn: null, amount: 0 }] }, 'no change in all'],
  ])('of kind %s, where nothing is left to add', (_, told, words) => {
    const { subject, text } = renderNotice(told as Parameters<typeof renderNotice>[0], contextWith());
    expect(subject).toContain(words);
    expect(`${subject} ${text}`).not.toMatch(/\b0 Connects (were|are|added|given)/);
  });
});
