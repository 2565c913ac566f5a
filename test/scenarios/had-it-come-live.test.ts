/**
 * What would have been, of accounts that live from day to day: facts come when they come, and every boundary is settled
 * soon. The answer about a late fact is what stands in the ledger of a second account, which heard of it in its time.
 */
import fc from 'fast-check';
import { execute } from '../../src/db/query.ts';
import type { Entry } from '../../src/domain/account.ts';
import { formatInstant } from '../../src/domain/calendar.ts';
import type { MemberEvent } from '../../src/domain/events/events.ts';
import { type EventStep, replayMoved } from '../../src/domain/simulation/history.ts';
import type { Scenario } from '../../src/domain/simulation/scenario.ts';
import { listTermsVersions } from '../../src/ledger/terms-versions.ts';
import { TermsBook } from '../../src/reports/explain/rules.ts';
import { type Played, playPast } from '../../src/reports/past-account.ts';
import { stories } from '../domain/random-stories.ts';
import { importRows } from '../support/accounts.ts';
import { type Fields, fact, record, settleAsOf, storyOf } from '../support/facts.ts';
import { type StoryTime, installAt } from '../support/story-time.ts';

let time: StoryTime;
beforeAll(async () => {
  time = await installAt('2020-11-20');
  await execute(time.installation.db, "UPDATE terms_versions SET applied_at = '2020-11-01'");
});
afterAll(() => time.installation.remove());

interface Arrival {
  readonly at: number;
  readonly event: MemberEvent;
}

/** Facts come one after another, none before it happened. */
function arrivalsOf({ items }: Scenario, account: string, from: number): Arrival[] {
  let now = from;
  return items.flatMap((item) => {
    if (item.type === 'sweep') return [];
    now = Math.max(now + 60_000, item.at);
    return [{ at: now, event: { ...item, id: `${account}-${item.id}`, account } }];
  });
}

/** Settled when each fact comes, and at the end. */
async function live(
  { account }: Scenario,
  id: string,
  arrivals: readonly Arrival[],
  until: number,
): Promise<void> {
  const { app } = time.installation;
  if (!account) throw new Error('a story without an account');
  time.becomes(account.trackedFrom);
  await importRows(app, [{ ...account, id, trackedFrom: formatInstant(account.trackedFrom) }]);
  for (const { at, event } of arrivals) {
    time.becomes(at);
    await settleAsOf(app, [id], at);
    await record(app, [event], 'none');
  }
  time.becomes(until);
  await settleAsOf(app, [id], until);
}

async function past(id: string): Promise<Played> {
  const { db } = time.installation;
  const played = await playPast(db, id, new TermsBook(await listTermsVersions(db, 10)));
  if (played.outcome !== 'played') throw new Error(`${id}: ${played.why}`);
  return played;
}

const linesOf = (entries: readonly Entry[]): string =>
  entries
    .map((one) => [one.subject, one.kind, one.amount, one.balance, one.effectiveAt].join(' '))
    .join('\n');

/** A late fact of the story that would have made a difference in its time. */
function lateOf({ account }: Scenario, { history }: Played, until: number): EventStep | undefined {
  return history.steps
    .filter((step) => step.kind === 'event')
    .find((step) => {
      if (step.effectiveAt === step.event.at || step.event.at < (account?.trackedFrom ?? 0)) return false;
      const whatIf = replayMoved(history, step, step.event.at, until);
      return whatIf !== undefined && linesOf(whatIf.had.entries) !== linesOf(whatIf.recorded.entries);
    });
}

/** Whether there was such a fact; if so, its account's twin has the ledger that it would have had. */
async function expectAsTwin(
  story: Scenario,
  id: string,
  arrivals: readonly Arrival[],
  until: number,
): Promise<boolean> {
  await live(story, id, arrivals, until);
  const played = await past(id);
  const late = lateOf(story, played, until);
  if (!late) return false;
  const had = replayMoved(played.history, late, late.event.at, until)?.had;
  const twin = `${id}-twin`;
  const named = (event: MemberEvent): MemberEvent => ({
    ...event,
    id: event.id.replace(id, twin),
    account: twin,
  });
  const others = arrivals.filter(({ event }) => event.id !== late.event.id);
  const inTime = others.map(({ at, event }) => ({ at, event: named(event) }));
  const place = inTime.findIndex(({ at }) => at > late.event.at);
  const moved = { at: late.event.at, event: named(late.event) };
  inTime.splice(place === -1 ? inTime.length : place, 0, moved);
  await live(story, twin, inTime, until);
  expect({ id, ledger: linesOf(had?.entries ?? []) }).toEqual({
    id,
    ledger: linesOf((await past(twin)).entries).replaceAll(twin, id),
  });
  return true;
}

test('random stories, from day to day', async () => {
  let compared = 0;
  for (const [n, given] of fc.sample(stories, { numRuns: 16, seed: 11 }).entries()) {
    const story = { ...given, items: given.items.slice(0, 22) };
    const arrivals = arrivalsOf(story, `d${n}`, story.account?.trackedFrom ?? 0);
    const until = (arrivals.at(-1)?.at ?? 0) + 40 * DAY;
    if (await expectAsTwin(story, `d${n}`, arrivals, until)) compared += 1;
  }
  expect(compared).toBeGreaterThan(1);
});

const DAY = 86_400_000;

/** When each came, and when it happened. */
const STORIES: Readonly<Record<string, readonly (readonly [string, string, string, Fields?])[]>> = {
  'a boundary that would have begun elsewhere comes before a fact that reached us after it': [
    ['2021-04-15', '2021-04-10', 'plan.upgraded'],
    ['2021-05-12', '2021-05-09 23:00', 'connects.spent', { amount: 60 }],
  ],
  'what reached us after the day of a late fact comes after it, though it happened before': [
    ['2021-04-12', '2021-04-05', 'connects.purchased', { amount: 20 }],
    ['2021-04-15', '2021-04-08', 'connects.spent', { amount: 30 }],
  ],
};

test.each(Object.entries(STORIES))('%s', async (name, facts) => {
  const id = name.split(' ').slice(0, 3).join('-');
  const { scenario, arrivals } = toldStory(id, facts);
  expect(await expectAsTwin(scenario, id, arrivals, Date.parse('2021-05-13'))).toBe(true);
});

/** Of an account on Basic, with boundaries on the 14th, that holds close to what rolls over. */
function toldStory(id: string, facts: (typeof STORIES)[string]): { scenario: Scenario; arrivals: Arrival[] } {
  const given = { id, anchorOn: '2021-01-14', trackedFrom: '2021-03-20T00:00:00Z', openingBalance: 195 };
  const arrivals = facts.map(([came, happened, type, fields], n) => ({
    at: Date.parse(`${came}T00:00:00Z`),
    event: fact(`${id}-${n}`, id, happened, type, fields),
  }));
  return {
    scenario: storyOf(
      given,
      arrivals.map((one) => one.event),
    ),
    arrivals,
  };
}
