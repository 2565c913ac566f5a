/** Random stories played through the database: many accounts at once, in random batches. */
import fc from 'fast-check';
import type { AccountKind } from '../../src/domain/account.ts';
import { formatInstant } from '../../src/domain/calendar.ts';
import { execute } from '../../src/db/query.ts';
import type { MemberEvent } from '../../src/domain/events/events.ts';
import type { Scenario, ScenarioItem } from '../../src/domain/simulation/scenario.ts';
import type { Terms } from '../../src/domain/terms.ts';
import { insertTermsVersion } from '../../src/ledger/terms-versions.ts';
import { type EventOutcome, recordEvents } from '../../src/operations/events/record-events.ts';
import { stories } from '../domain/random-stories.ts';
import { importRows } from './accounts.ts';
import { fact, settleAsOf } from './facts.ts';
import { type Installation, install } from './installation.ts';

/** An installation for each kind of terms, made when it is first needed. */
export class Stages {
  readonly #installations = new Map<string, Promise<Installation>>();

  of(terms: Terms): Promise<Installation> {
    const key = JSON.stringify(terms);
    const known = this.#installations.get(key) ?? installedWith(terms);
    this.#installations.set(key, known);
    return known;
  }

  async remove(): Promise<void> {
    for (const installation of this.#installations.values()) await (await installation).remove();
  }
}

async function installedWith(terms: Terms): Promise<Installation> {
  const installation = await install();
  const by = { appliedAt: Date.now(), actor: 'test', reason: 'a story' };
  await insertTermsVersion(installation.db, { version: 2, terms, ...by });
  return installation;
}

/** The same story under other names, so that many can share a database. Proposals and interviews keep theirs. */
export function renamed(scenario: Scenario, accountId: string): Scenario {
  const own = ({ id }: { id: string }) => ({ id: `${accountId}-${id}`, account: accountId });
  return {
    ...scenario,
    accountId,
    account: scenario.account && { ...scenario.account, id: accountId },
    items: scenario.items.map((item) => (item.type === 'sweep' ? item : { ...item, ...own(item) })),
  };
}

/** Whole numbers from 0 up to `below`, the same for the same seed. */
export function dice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * below);
  };
}

export interface Played {
  /** In the order in which they arrived. */
  readonly arrived: readonly MemberEvent[];
  readonly outcomes: ReadonlyMap<MemberEvent, EventOutcome>;
}

export interface PlayOptions {
  /** Called after each batch with what has arrived so far. */
  readonly afterBatch?: (arrived: readonly MemberEvent[]) => Promise<void>;
  /** How often each sweep is made. */
  readonly sweepTimes?: number;
  /** Whether accounts become impossible to settle now and then, and are mended later. */
  readonly breaking?: boolean;
}

/** Plays stories side by side: their items in a random interleaving, their events in batches of random sizes. */
export async function playTogether(
  installation: Installation,
  scenarios: readonly Scenario[],
  roll: (below: number) => number,
  options: PlayOptions = {},
): Promise<Played> {
  await importTakenOver(installation, scenarios);
  const outcomes = new Map<MemberEvent, EventOutcome>();
  const arrived: MemberEvent[] = [];
  let batch: MemberEvent[] = [];
  let size = 1 + roll(30);
  const flush = async (): Promise<void> => {
    const settings = { ...installation.app.recordDeps.settings, boundariesMax: roll(2) === 0 ? 3 : 2_000 };
    const recorded = await recordEvents({ ...installation.app.recordDeps, settings }, batch);
    for (const [index, event] of batch.entries()) outcomes.set(event, recorded[index] as EventOutcome);
    arrived.push(...batch);
    batch = [];
    size = 1 + roll(30);
    await options.afterBatch?.(arrived);
  };
  for (const { item, account } of interleaved(scenarios, roll)) {
    if (options.breaking && roll(12) === 0)
      await (roll(2) === 0 ? breakZones : mendZones)(installation, [account]);
    if (item.type !== 'sweep') batch.push(item);
    if (batch.length >= size || (item.type === 'sweep' && batch.length > 0)) await flush();
    if (item.type === 'sweep')
      for (let n = options.sweepTimes ?? 1; n > 0; n -= 1)
        await settleAsOf(installation.app, [account], item.at);
  }
  await flush();
  if (options.breaking)
    await mendZones(
      installation,
      scenarios.map(({ accountId }) => accountId),
    );
  for (const { accountId, until } of scenarios)
    if (until !== null) await settleAsOf(installation.app, [accountId], until);
  return { arrived, outcomes };
}

const breakZones = ({ db }: Installation, ids: readonly string[]): Promise<unknown> =>
  execute(db, "UPDATE accounts SET zone = CONCAT('Mars/', zone) WHERE id IN (?) AND zone NOT LIKE 'Mars/%'", [
    ids,
  ]);
const mendZones = ({ db }: Installation, ids: readonly string[]): Promise<unknown> =>
  execute(db, "UPDATE accounts SET zone = SUBSTRING(zone, 6) WHERE id IN (?) AND zone LIKE 'Mars/%'", [ids]);

function* interleaved(
  scenarios: readonly Scenario[],
  roll: (below: number) => number,
): Generator<{ item: ScenarioItem; account: string }> {
  const left = scenarios.map(({ items, accountId }) => ({ items: [...items], account: accountId }));
  for (;;) {
    const open = left.filter(({ items }) => items.length > 0);
    const chosen = open[roll(open.length)];
    const item = chosen?.items.shift();
    if (!chosen || !item) return;
    yield { item, account: chosen.account };
  }
}

async function importTakenOver({ app }: Installation, scenarios: readonly Scenario[]): Promise<void> {
  const taken = scenarios.flatMap(({ account }) => account ?? []);
  await importRows(
    app,
    taken.map(({ readinessAwarded: _awarded, ...one }) => ({
      ...one,
      trackedFrom: formatInstant(one.trackedFrom),
    })),
  );
}

const DAY = 86_400_000;
const START = Date.parse('2020-11-20T00:00:00Z');

const share = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });

const extras = fc.record({
  place: share,
  day: fc.integer({ min: 0, max: 420 }),
  type: fc.constantFrom(
    ...(['sweep', 'sweep', 'sweep', 'sweep', 'account.contact-changed', 'notices.opted-out'] as const),
    ...(['notices.opted-in', 'account.opened', 'readiness-test.passed'] as const),
  ),
});

/** Beginnings that the plain stories don't have. */
const beginnings = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ as: 'taken-over' as const }) },
  {
    weight: 2,
    arbitrary: fc.record({
      as: fc.constant('opened' as const),
      kind: fc.constantFrom<AccountKind>('freelancer', 'freelancer', 'agency'),
      day: fc.integer({ min: 0, max: 40 }),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ as: 'agency' as const }) },
);

/** Stories with sweeps wherever they fall, also ahead of facts still to arrive; with openings, agencies and endings. */
export const spicedStories: fc.Arbitrary<Scenario> = fc
  .tuple(stories, beginnings, fc.array(extras, { maxLength: 10 }), fc.option(share, { freq: 4 }))
  .map(([story, beginning, list, closing]) => {
    const id = story.accountId;
    const items: ScenarioItem[] = [...story.items];
    for (const [n, { place, day, type }] of list.entries())
      items.splice(
        Math.floor(place * (items.length + 1)),
        0,
        extraOf(`extra${n}`, id, START + day * DAY, type),
      );
    if (closing !== null) {
      const at = formatInstant(START + Math.floor(closing * 400) * DAY);
      items.splice(
        Math.floor((0.7 + 0.3 * closing) * items.length),
        0,
        fact('closing', id, at, 'account.closed'),
      );
    }
    if (beginning.as === 'opened')
      return openedStory(story, items, beginning.kind, START + beginning.day * DAY);
    if (beginning.as === 'taken-over' || !story.account) return { ...story, items };
    return { ...story, items, account: { ...story.account, kind: 'agency', plan: 'agency' } };
  });

function extraOf(
  id: string,
  account: string,
  at: number,
  type:
    | 'sweep'
    | 'account.opened'
    | 'account.contact-changed'
    | 'notices.opted-out'
    | 'notices.opted-in'
    | 'readiness-test.passed',
): ScenarioItem {
  if (type === 'sweep') return { type, id, at };
  const email = `${id}@example.test`;
  const opening = { kind: 'freelancer', plan: 'basic', email };
  return fact(id, account, formatInstant(at), type, type === 'account.opened' ? opening : { email });
}

/** Opened by its first event; sweeps and all else come after it. */
function openedStory(
  story: Scenario,
  items: readonly ScenarioItem[],
  kind: AccountKind,
  at: number,
): Scenario {
  const plan = kind === 'agency' ? 'agency' : (story.account?.plan ?? 'basic');
  const opening = fact('opening', story.accountId, formatInstant(at), 'account.opened', {
    kind,
    plan,
    zone: story.account?.zone ?? 'UTC',
    email: 'opened@example.test',
  });
  return { ...story, account: null, items: [opening, ...items] };
}
