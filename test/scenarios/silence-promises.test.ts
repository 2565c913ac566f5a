/**
 * What is told of a request without a reply is what happens: random stories are told through the database, the request
 * is explained, and twins of the account reply at each promised instant, and one millisecond before it.
 */
import fc from 'fast-check';
import { DateTime } from 'luxon';
import { selectRows } from '../../src/db/query.ts';
import { type Instant, formatInstant, parseInstant } from '../../src/domain/calendar.ts';
import type { MemberEvent } from '../../src/domain/events/events.ts';
import { type Terms, builtInTerms } from '../../src/domain/terms.ts';
import { applyTerms } from '../../src/operations/upkeep/apply-terms.ts';
import type { Answer } from '../../src/reports/explain/answer.ts';
import { explainAccount } from '../../src/reports/explain/explain.ts';
import { importRows } from '../support/accounts.ts';
import { type Fields, fact, record } from '../support/facts.ts';
import { type Installation, install } from '../support/installation.ts';

const DAY = 86_400_000;
const START = Date.parse('2021-03-01T00:00:00Z');
const row = { ...builtInTerms[1], effectiveFrom: '2021-03-10' };
const of = (award: number, windowMax: number, windowDays: number) => ({
  interview: { award, windowMax, windowDays, asTwoEntries: true },
});
/** They become scarcer, end, and come back. */
const TERMS = [
  { ...builtInTerms[0], effectiveFrom: '2020-12-01', ...of(20, 50, 7) },
  { ...row, ...of(15, 40, 5) },
  { ...row, effectiveFrom: '2021-03-25', interview: null },
  { ...row, effectiveFrom: '2021-04-01', ...of(10, 15, 9) },
];

let installation: Installation;
beforeAll(async () => {
  installation = await install();
  const given = { terms: TERMS as Terms, dryRun: false, actor: 'test', reason: 'scarcer' };
  await applyTerms(installation.app, given);
});
afterAll(() => installation.remove());

// ------------------------------------------------------------------------------------------------ stories

interface Told {
  readonly zone: string;
  readonly replies: readonly { readonly at: number; readonly late: boolean }[];
  readonly about: 'open' | 'rewarded' | 'closed' | 'unknown' | 'invite';
  readonly suspended: boolean;
  readonly asOf: number;
  /** Replies at any time after that. */
  readonly after: readonly number[];
}

const DAYS = 35;
/** Whole hours meet at one instant, other ones lie between milliseconds. */
const moment = fc.oneof(
  fc.integer({ min: 0, max: DAYS * 24 }).map((hour) => (hour * DAY) / 24),
  fc.integer({ min: 0, max: DAYS * DAY }),
);
/** Replies crowd two weeks. */
const crowded = moment.map((at) => Math.floor(at / 2.5));

const stories: fc.Arbitrary<Told> = fc.record({
  zone: fc.constantFrom('UTC', 'Europe/Berlin', 'Asia/Kolkata', 'America/Los_Angeles'),
  replies: fc.array(fc.record({ at: crowded, late: fc.boolean() }), { maxLength: 9, size: 'max' }),
  about: fc.constantFrom('open', 'open', 'open', 'open', 'rewarded', 'closed', 'unknown', 'invite'),
  suspended: fc.constantFrom(false, false, false, true),
  asOf: crowded,
  after: fc.array(moment, { minLength: 2, maxLength: 2 }),
});

const examples: [Told][] = [[full('open', false)], [full('closed', false)], [full('unknown', true)]];

/** A week that three replies fill: 20, 20 and the 10 that are left. */
function full(about: Told['about'], suspended: boolean): Told {
  const replied = [1, 1.5, 2, 2.5].map((day) => ({ at: day * DAY + 1, late: false }));
  return { zone: 'Europe/Berlin', replies: replied, about, suspended, asOf: 3 * DAY, after: [2 * DAY] };
}

const at = (offset: number): string => formatInstant(START + offset);

/** The events of a story, as they arrive: those that are on time, then the late ones; last the request that waits. */
function eventsOf(story: Told, account: string): MemberEvent[] {
  let no = 0;
  const event = (when: string, type: string, fields: Fields = {}): MemberEvent =>
    fact(`${account}-${(no += 1)}`, account, when, type, fields);
  const asked = (n: string, proposal = n): MemberEvent[] => [
    event(at(0), 'proposal.submitted', { proposal, connects: 2 }),
    event(at(0), 'interview.requested', { interview: n, proposal }),
  ];
  const replied = (n: string, offset: number) => event(at(offset), 'interview.replied', { interview: n });
  const onTime = story.replies.filter((one) => !one.late).toSorted((a, b) => a.at - b.at);
  const inOrder = [...onTime, ...story.replies.filter((one) => one.late)];
  const fields = {
    invite: {},
    open: { proposal: 'w' },
    unknown: { proposal: 'never' },
    rewarded: { proposal: 'r' },
  };
  return [
    ...inOrder.flatMap((_, n) => asked(`i${n}`)),
    ...(story.about === 'rewarded' ? [...asked('first', 'r'), replied('first', 0)] : []),
    ...(story.about === 'open' ? [event(at(0), 'proposal.submitted', { proposal: 'w', connects: 2 })] : []),
    ...inOrder.map((one, n) => replied(`i${n}`, one.at)),
    event(at(0), 'interview.requested', {
      interview: 'waiting',
      // The last one met a full window, where one was met at all.
      ...(story.about === 'closed' ? { proposal: `i${inOrder.length - 1}` } : fields[story.about]),
    }),
    ...(story.suspended ? [event(at(story.asOf), 'account.suspended')] : []),
  ];
}

/** Accounts that all live the same story. */
async function live(story: Told, accounts: readonly string[]): Promise<void> {
  const anchorOn = '2021-02-20';
  await importRows(
    installation.app,
    accounts.map((id) => ({ id, anchorOn, zone: story.zone, trackedFrom: at(-DAY), openingBalance: 500 })),
  );
  await record(
    installation.app,
    accounts.flatMap((id) => eventsOf(story, id)),
    'none',
  );
}

/** A reply that a twin gives, and what was told of it. */
interface Promised {
  readonly when: Instant;
  readonly code: string;
  readonly award: number;
  /** Whether what is told to stand in the way is out of it: the account active, the proposal recorded. */
  readonly mended: boolean;
}

let eventNo = 0;
const later = (account: string, when: Instant, type: string, fields: Fields = {}): MemberEvent =>
  fact(`later-${(eventNo += 1)}`, account, formatInstant(when), type, fields);

/** What the last reply came to, by account. */
async function decided(accounts: readonly string[]): Promise<{ code: string; award: number }[]> {
  const rows = await selectRows<{ account: string; code: string; detail: string }>(
    installation.db,
    `SELECT account_id AS account, code, detail FROM decisions
      WHERE account_id IN (?) AND subject = 'interview:waiting' ORDER BY decision_no`,
    [accounts],
  );
  const last = new Map(rows.map((one) => [one.account, one]));
  return accounts.map((one) => {
    const { code = 'none', detail = '{}' } = last.get(one) ?? {};
    const { award = 0 } = JSON.parse(detail) as { award?: number };
    return { code, award };
  });
}

async function toldOf(account: string, asOf: Instant): Promise<Answer> {
  const { answers } = await explainAccount(installation.db, account, {}, asOf);
  const found = answers.find(
    ({ subject, evidence }) => subject === 'silence:interview' && evidence.interview === 'waiting',
  );
  if (!found) throw new Error(`nothing of the request among ${answers.map((one) => one.code).join(', ')}`);
  return found;
}

// ----------------------------------------------------------------------------------------------- promises

interface Step {
  readonly from: Instant;
  readonly code: string;
  readonly award: number;
}

/** A reply as it is; each step from its first instant to its last one; the instant that the sentence names; any other. */
function promisesOf(answer: Answer, asOf: Instant, { zone, after }: Told): Promised[] {
  const { replyNow, outlook } = answer.evidence as {
    replyNow: { code: string; award?: number };
    outlook: { from: string; code: string; award: number }[];
  };
  const steps: Step[] = outlook.map((one) => ({ ...one, from: parseInstant(one.from) as Instant }));
  const asTold = (when: Instant): Promised => {
    const { code, award } = steps.findLast(({ from }) => from <= when) as Step;
    return { when, code, award, mended: true };
  };
  const now = { when: asOf, code: replyNow.code, award: replyNow.award ?? 0, mended: false };
  const named = /eply after (\d+ \w+ \d+, [\d:]+);/.exec(answer.next ?? '')?.[1];
  const format = named?.split(':').length === 3 ? 'd LLLL yyyy, HH:mm:ss' : 'd LLLL yyyy, HH:mm';
  return [
    now,
    ...steps.flatMap(({ from }, n) => (n === 0 ? [asTold(from)] : [asTold(from - 1), asTold(from)])),
    ...(named === undefined ? [] : [asTold(DateTime.fromFormat(named, format, { zone }).toMillis())]),
    ...(steps.length === 0 ? [] : after.map((one) => asTold(asOf + one))),
    // Where nothing is ahead, nothing comes of it however late.
    ...(steps.length === 0 ? [{ ...now, when: asOf + 400 * DAY }] : []),
  ];
}

const mending = (twin: string, asOf: Instant, proposal: unknown): MemberEvent[] => [
  later(twin, asOf, 'account.reinstated'),
  // Ignored where it is recorded already.
  ...(typeof proposal === 'string' ? [later(twin, asOf, 'proposal.carried', { proposal, connects: 2 })] : []),
];

const RUNS = 15;
const seen = new Set<string>();
let told = 0;

async function expectPromisesKept(story: Told): Promise<void> {
  const name = `story-${(told += 1)}`;
  const asOf = START + story.asOf;
  await live(story, [name]);
  const answer = await toldOf(name, asOf);
  const promises = promisesOf(answer, asOf, story);
  const twins = promises.map((_, n) => `${name}-${n}`);
  await live(story, twins);
  const replyOf = (twin: string, when: Instant) =>
    later(twin, when, 'interview.replied', { interview: 'waiting' });
  await record(
    installation.app,
    promises.flatMap(({ when, mended }, n) => {
      const twin = twins[n] as string;
      return [...(mended ? mending(twin, asOf, answer.evidence.proposal) : []), replyOf(twin, when)];
    }),
    'none',
  );
  const came = await decided(twins);
  const shown = promises.map(({ when, mended }, n) => ({ when: formatInstant(when), mended, ...came[n] }));
  const expected = promises.map((one) => ({ ...one, when: formatInstant(one.when) }));
  expect({ next: answer.next, replies: shown }).toEqual({ next: answer.next, replies: expected });
  for (const { code } of came) seen.add(code);
  // A full window closes the proposal: the promised instant comes too late for it.
  const closed = twins.filter((_, n) => came[n]?.code === 'weekly-cap');
  await record(
    installation.app,
    closed.map((twin) => replyOf(twin, asOf + 400 * DAY)),
    'none',
  );
  for (const { award } of await decided(closed.length > 0 ? closed : ['nobody'])) expect(award).toBe(0);
}

test('at each promised instant, and a millisecond before it, a reply comes to what was told', async () => {
  const runs = { numRuns: RUNS, examples, endOnFailure: true };
  await fc.assert(fc.asyncProperty(stories, expectPromisesKept), runs);
  expect([...seen]).toEqual(
    // What the examples come to, whatever the random ones do.
    expect.arrayContaining(['awarded', 'weekly-cap', 'unknown-proposal']),
  );
});
