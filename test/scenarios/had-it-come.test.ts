/**
 * What would have been: the answer about a fact that came late is what stands in the ledger of a second account, to
 * which the same facts came, that one in its time.
 */
import fc from 'fast-check';
import { execute } from '../../src/db/query.ts';
import type { Entry } from '../../src/domain/account.ts';
import type { MemberEvent } from '../../src/domain/events/events.ts';
import { type EventStep, replayMoved } from '../../src/domain/simulation/history.ts';
import type { Scenario } from '../../src/domain/simulation/scenario.ts';
import { listRuns } from '../../src/ledger/runs.ts';
import { listTermsVersions } from '../../src/ledger/terms-versions.ts';
import type { Answer } from '../../src/reports/explain/answer.ts';
import type { AccountView } from '../../src/reports/account-view.ts';
import { TermsBook } from '../../src/reports/explain/rules.ts';
import { type Played, playPast } from '../../src/reports/past-account.ts';
import { stories } from '../domain/random-stories.ts';
import { reverseRun } from '../../src/operations/reversals/reverse-run.ts';
import { asking, backfilled } from '../support/backfilling.ts';
import { importRows } from '../support/accounts.ts';
import { type Fields, fact, record, settleAsOf } from '../support/facts.ts';
import { runHere } from '../support/in-process.ts';
import { ask, event, existing, memberStory, opened, tell } from '../support/member-story.ts';
import { renamed } from '../support/story-stage.ts';

const story = memberStory();

const eventsOf = ({ items }: Scenario): MemberEvent[] => items.filter((one) => one.type !== 'sweep');
const linesOf = (entries: readonly Entry[]): string[] =>
  entries.map((one) => [one.subject, one.kind, one.amount, one.balance, one.effectiveAt].join(' '));

async function playAll(scenarios: readonly Scenario[]): Promise<void> {
  const { app } = story;
  await importRows(
    app,
    scenarios.flatMap(({ account }) =>
      account ? [{ ...account, trackedFrom: new Date(account.trackedFrom).toISOString() }] : [],
    ),
  );
  await record(app, scenarios.flatMap(eventsOf), 'none');
}

async function past(id: string): Promise<Played> {
  const played = await playPast(story.db, id, new TermsBook(await listTermsVersions(story.db, 10)));
  if (played.outcome !== 'played') throw new Error(`${id}: ${played.why}`);
  return played;
}

/** A late fact that would have made a difference, and the story with it in its time. */
function inItsTime(told: Scenario, { history }: Played): InTime | undefined {
  const steps = history.steps.filter((step) => step.kind === 'event');
  const late = steps.find((step) => {
    if (step.effectiveAt === step.event.at || step.event.at < (told.account?.trackedFrom ?? 0)) return false;
    const whatIf = replayMoved(history, step, step.event.at, told.until as number);
    return linesOf(whatIf?.recorded.entries ?? []).join() !== linesOf(whatIf?.had.entries ?? []).join();
  });
  if (!late) return undefined;
  const isLate = (one: MemberEvent): boolean => `${told.accountId}-${one.id}` === late.event.id;
  const counted = new Map(steps.map((step) => [step.event.id, step.effectiveAt]));
  const items = eventsOf(told).filter((one) => !isLate(one));
  const place = items.findIndex((one) => (counted.get(`${told.accountId}-${one.id}`) ?? -1) > late.event.at);
  items.splice(place === -1 ? items.length : place, 0, ...eventsOf(told).filter(isLate).slice(0, 1));
  return { scenario: renamed({ ...told, items }, `${told.accountId}-in-time`), late };
}

interface InTime {
  readonly scenario: Scenario;
  readonly late: EventStep;
}

test('random stories: what would have been is what is, where it came in time', async () => {
  const all = fc.sample(stories, { numRuns: 30, seed: 41 }).map((one, n) => ({ ...one, accountId: `s${n}` }));
  await playAll(all.map((one) => renamed(one, one.accountId)));
  let compared = 0;
  for (const one of all) {
    const played = await past(one.accountId);
    const other = inItsTime(one, played);
    if (other) await expectAsInTime(one, played, other);
    if (other) compared += 1;
  }
  expect(compared).toBeGreaterThan(8);
});

/** Its twin gets the facts, and has the ledger that the first one would have had. */
async function expectAsInTime(
  { accountId, until }: Scenario,
  { history }: Played,
  { scenario, late }: InTime,
): Promise<void> {
  await playAll([scenario]);
  await settleAsOf(story.app, [scenario.accountId], until as number);
  const inTime = await past(scenario.accountId);
  const had = replayMoved(history, late, late.event.at, until as number)?.had;
  const ownName = (line: string): string => line.replaceAll(`${accountId}-in-time-`, `${accountId}-`);
  expect({ accountId, ledger: linesOf(had?.entries ?? []) }).toEqual({
    accountId,
    ledger: linesOf(inTime.entries).map(ownName),
  });
  const { id: _id, nextCycleAt: _at, ...state } = inTime.replayed.account;
  expect(had?.account).toMatchObject(state);
}

// ------------------------------------------------------------------------------------- each kind of fact

/** Plus, with boundaries on the 14th; on 1 May 2021 nothing is due. */
const plus = {
  anchorOn: '2021-01-14',
  trackedFrom: '2021-03-20T00:00:00Z',
  plan: 'plus',
  openingBalance: 20,
} as const;
const DAY = 86_400_000;
const NOW = ['--as-of', '2021-05-01T12:00:00Z'];

interface Kind {
  readonly before?: readonly Given[];
  /** After the boundary of 14 April, and before it came. */
  readonly between?: readonly Given[];
  /** It came after the boundary of 14 April. */
  readonly late: Given;
  readonly plan?: 'basic' | 'plus';
  readonly sentence: string;
}
type Given = readonly [at: string, type: string, fields?: Fields];

const KINDS: Readonly<Record<string, Kind>> = {
  'a downgrade': {
    late: ['2021-04-13 10:00', 'plan.downgraded'],
    sentence:
      'Had your change to Freelancer Basic reached us on 13 April 2021, you would be on Freelancer Basic since 14 April ' +
      '2021 and you would have 70 fewer Connects (30 instead of 100).',
  },
  'an upgrade': {
    plan: 'basic',
    late: ['2021-04-10', 'plan.upgraded'],
    sentence:
      'Had your upgrade reached us on 10 April 2021, you would have 2 fewer Connects (98 instead of 100) and your next ' +
      'billing cycle would begin on 10 May 2021 instead of 14 May 2021.',
  },
  'a failed payment': {
    between: [['2021-04-15', 'connects.spent', { amount: 90 }]],
    late: ['2021-04-13', 'payment.failed', { cycleOn: '2021-04-14' }],
    sentence:
      'Had the failed payment for the billing cycle of 14 April 2021 reached us on 13 April 2021, you would have 30 more ' +
      'Connects (30 instead of 0), you would owe 0 Connects instead of 60 and 1 charge would have been refused for want ' +
      'of Connects.',
  },
  'a reply': {
    before: [
      ['2021-04-01', 'proposal.submitted', { proposal: 'p', connects: 6 }],
      ['2021-04-02', 'interview.requested', { interview: 'i', proposal: 'p' }],
    ],
    late: ['2021-04-13', 'interview.replied', { interview: 'i' }],
    sentence:
      'Had your reply to interview request i reached us on 13 April 2021, it would have made no difference to how you ' +
      'stand.',
  },
  'a spend': {
    before: [['2021-04-01', 'connects.purchased', { amount: 200 }]],
    late: ['2021-04-13', 'connects.spent', { amount: 30 }],
    sentence:
      'Had what you spent, 30 Connects, reached us on 13 April 2021, you would have 20 more Connects (270 instead of 250).',
  },
  'a return': {
    before: [['2021-04-01', 'connects.purchased', { amount: 180 }]],
    late: ['2021-04-13', 'connects.returned', { amount: 15 }],
    sentence:
      'Had the return of 15 Connects reached us on 13 April 2021, you would have 15 fewer Connects (280 instead of 295).',
  },
  'a suspension': {
    late: ['2021-04-13', 'account.suspended'],
    sentence:
      'Had the suspension of your account reached us on 13 April 2021, you would have 80 fewer Connects (20 instead of 100).',
  },
  'a reinstatement': {
    before: [['2021-04-02', 'account.suspended']],
    late: ['2021-04-13', 'account.reinstated'],
    sentence:
      'Had the reinstatement of your account reached us on 13 April 2021, you would have 80 more Connects (100 instead of 20).',
  },
  'a change of zone': {
    late: ['2021-04-13', 'account.zone-changed', { zone: 'Pacific/Auckland' }],
    sentence:
      'Had your change of time zone to Pacific/Auckland reached us on 13 April 2021, it would have made no difference to how you stand.',
  },
};

describe('a fact that came late', () => {
  test.each(Object.entries(KINDS))('%s: the answer is how a second account stands', async (_name, kind) => {
    const given = { ...plus, plan: kind.plan ?? plus.plan };
    await importRows(
      story.app,
      ['late', 'in-time'].map((which) => ({ id: `${story.member}-${which}`, ...given })),
    );
    const events = (account: string, list: readonly Given[]): MemberEvent[] =>
      list.map(([at, type, fields], n) => fact(`${account}-${type}-${n}`, account, at, type, fields));
    const [late, inTime] = [`${story.member}-late`, `${story.member}-in-time`];
    await record(story.app, events(late, kind.before ?? []));
    await settleAsOf(story.app, [late], '2021-04-14');
    const outcomes = await record(story.app, events(late, [...(kind.between ?? []), kind.late]));
    expect(outcomes.at(-1)).toMatchObject({ late: true });
    await record(story.app, events(inTime, [...(kind.before ?? []), kind.late, ...(kind.between ?? [])]));
    await settleAsOf(story.app, [late, inTime], '2021-05-01');

    const { answers } = await ask(late, ...NOW);
    const answer = answers.find((one) => one.subject.startsWith('event:'));
    expect(answer?.sentence).toBe(kind.sentence);
    const shown = JSON.parse(
      (await runHere(['account', 'show', inTime, ...NOW, '--json'], { app: story.app })).stdout,
    ) as object;
    const { balance, plan, pendingPlan, status, owed, nextCycleOn } = (answer as Answer).evidence
      .had as AccountView;
    expect(shown).toMatchObject({ balance, plan, pendingPlan, status, owed, nextCycleOn });
  });

  test('can be asked about at any instant, and so can one that came in time', async () => {
    await existing({
      anchorOn: '2021-01-14',
      trackedFrom: '2021-03-20T00:00:00Z',
      plan: 'plus',
      openingBalance: 20,
    });
    const down = event('2021-04-20', 'plan.downgraded');
    await tell(down);
    await settleAsOf(story.app, [story.member], '2021-04-20');
    const [asked] = (await ask(story.member, '--had', down.id, '--at', '2021-04-12', ...NOW)).answers;
    expect(asked).toMatchObject({
      subject: `event:${down.id}`,
      code: 'would-have-been',
      evidence: {
        hadAt: '2021-04-12T00:00:00.000Z',
        connects: -70,
        recorded: { balance: 100, plan: 'plus', pendingPlan: 'basic' },
        had: { balance: 30, plan: 'basic', pendingPlan: null },
        entriesRecorded: [{ kind: 'monthly-plan', amount: 70, subject: 'cycle:2021-04-14' }],
        entriesHad: [],
      },
    });
    const [same] = (await ask(story.member, '--had', down.id, ...NOW)).answers;
    expect(same).toMatchObject({ code: 'would-be-the-same', evidence: { connects: 0, entriesDiffering: 0 } });
  });

  test('is asked of facts that came together with the opening: at their own instants nothing would be otherwise', async () => {
    const daysAgo = (days: number): string => new Date(Date.now() - days * DAY).toISOString();
    const [spentAt, same] = [daysAgo(4), daysAgo(3)];
    const facts = [
      opened(daysAgo(9), { plan: 'plus' }),
      event(daysAgo(6), 'connects.purchased', { amount: 500 }),
      event(spentAt, 'connects.spent', { amount: 500 }),
      event(same, 'connects.purchased', { amount: 300 }),
      // Of the same instant: without the purchase before it, there are no Connects for it.
      event(same, 'connects.spent', { amount: 300 }),
    ];
    await tell(...facts);
    for (const { id } of facts.slice(1)) {
      const [answer] = (await ask(story.member, '--had', id)).answers;
      expect({ id, ...answer }).toMatchObject({
        id,
        code: 'would-be-the-same',
        evidence: { connects: 0, entriesDiffering: 0, decisions: [] },
      });
    }
    // Moved behind the charge that it paid for, it pays for none; and that one before it.
    const [later] = (await ask(story.member, '--had', facts[1]?.id as string, '--at', daysAgo(2))).answers;
    expect(later).toMatchObject({ code: 'would-have-been' });
    const [first] = (await ask(story.member, '--had', facts[2]?.id as string, '--at', daysAgo(8))).answers;
    expect(first).toMatchObject({ code: 'would-have-been' });
  });

  test('is refused where it cannot be asked', async () => {
    await existing({ trackedFrom: '2021-03-20T00:00:00Z' });
    await importRows(story.app, [{ id: `${story.member}-other`, trackedFrom: '2021-03-20T00:00:00Z' }]);
    const own = event('2021-04-20', 'connects.purchased', { amount: 1 });
    const others = fact(`${story.member}-x`, `${story.member}-other`, '2021-04-20', 'plan.upgraded');
    await record(story.app, [own, others]);
    const refusal = async (...flags: string[]): Promise<string> => {
      const { code, stderr } = await runHere(['account', 'explain', story.member, ...flags], {
        app: story.app,
      });
      return `${code} ${stderr.trimEnd().split('\n').at(-1)}`;
    };
    expect(await refusal('--had', 'nobody-knows')).toBe(
      '6 connects: there is no event nobody-knows (unknown-event)',
    );
    expect(await refusal('--had', others.id)).toBe(
      `2 connects: event ${others.id} is of ${story.member}-other, not of ${story.member} (event-of-another-account)`,
    );
    expect(await refusal('--had', own.id, '--at', '2021-05-02', ...NOW)).toContain(
      '2 connects: --at 2021-05-02T00:00:00.000Z lies in the future',
    );
    expect(await refusal('--had', own.id, '--at', '2021-03-19')).toContain(
      '2 connects: --at 2021-03-19T00:00:00.000Z lies before',
    );
    expect(await refusal('--had', own.id, '--at', 'tomorrow')).toContain('2 ');
    expect(await refusal('--at', '2021-04-01')).toContain('2 connects: --at says when --had');
  });

  test('is not computed from a ledger that the rules do not come to', async () => {
    await existing({ trackedFrom: '2021-03-20T00:00:00Z' });
    const late = event('2021-03-30', 'connects.purchased', { amount: 1 });
    await settleAsOf(story.app, [story.member], '2021-04-20');
    await tell(late);
    await execute(story.db, 'UPDATE accounts SET owed = 3 WHERE id = ?', [story.member]);
    const { answer } = await ask(story.member, ...NOW);
    expect(answer('not-computable')).toMatchObject({
      subject: `event:${late.id}`,
      evidence: { why: 'its row is not what the rules come to: owed', eventsMax: 10_000 },
    });
    await execute(story.db, 'UPDATE accounts SET owed = 0 WHERE id = ?', [story.member]);
    expect((await ask(story.member, ...NOW)).answer('would-be-the-same').evidence.event).toBe(late.id);
  });

  test('is not computed past what an operator did, and is after it', async () => {
    const { app, db, member } = story;
    await importRows(app, [
      { id: member, anchorOn: '2021-03-01', trackedFrom: '2021-03-20T00:00:00Z', plan: 'plus' },
    ]);
    const first = event('2021-03-30', 'connects.purchased', { amount: 1 });
    await settleAsOf(app, [member], '2021-04-20');
    const [run] = await listRuns(db, 1);
    await tell(first);
    await backfilled(app, asking('2021-03-01', '2021-03-31'));
    await reverseRun(app.settleDeps, { source: { run: run?.id ?? 0 }, actor: 'test', reason: 'a test' });
    const after = event(new Date().toISOString(), 'connects.purchased', { amount: 1 });
    await tell(after);
    const past = await playPast(db, member, new TermsBook(await listTermsVersions(db, 10)));
    expect(past).toMatchObject({ outcome: 'played' });
    expect((await ask(member, '--had', first.id)).answer('not-computable').sentence).toContain(
      'a backfill or a reversal came after it',
    );
    expect((await ask(member, '--had', after.id)).answer('would-be-the-same')).toBeDefined();
  });
});
