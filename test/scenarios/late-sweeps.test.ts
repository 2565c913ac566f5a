/** Sweeps at any lateness, and deliveries repeated in any cut: nothing changes by them. */
import fc from 'fast-check';
import type { MemberEvent } from '../../src/domain/events/events.ts';
import type { Scenario, ScenarioItem } from '../../src/domain/simulation/scenario.ts';
import { recordEvents } from '../../src/operations/events/record-events.ts';
import { stories } from '../domain/random-stories.ts';
import type { Installation } from '../support/installation.ts';
import { Stages, dice, playTogether, renamed } from '../support/story-stage.ts';
import { checksumOf, playWhole, readWhole } from '../support/whole-account.ts';

const TOGETHER = 5;
const RUNS = 8;
const runs = { numRuns: RUNS, endOnFailure: true };

const share = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
const placesOfSweeps = fc.array(fc.tuple(share, share), { minLength: 1, maxLength: 8 });
const sweptStories = fc.array(fc.tuple(stories, placesOfSweeps), {
  minLength: TOGETHER,
  maxLength: TOGETHER,
});

/** A change of zone would mend what breaks these accounts, with another zone than they had. */
const storiesInOneZone = sweptStories.map((swept) =>
  swept.map(
    ([story, places]) =>
      [
        { ...story, items: story.items.filter(({ type }) => type !== 'account.zone-changed') },
        places,
      ] as const,
  ),
);

/** Sweeps that do not run ahead of a fact still to arrive: as late in the list and as early in time as they like. */
function withLateSweeps(scenario: Scenario, places: readonly (readonly [number, number])[]): Scenario {
  const items: ScenarioItem[] = [...scenario.items];
  for (const [place, part] of places) {
    const index = Math.floor(place * (items.length + 1));
    const toCome = items.slice(index).filter(({ type }) => type !== 'sweep');
    const latest = Math.min(scenario.until as number, ...toCome.map(({ at }) => at));
    const earliest = Date.parse('2020-11-01T00:00:00Z');
    const at = part > 0.8 ? latest : Math.floor(earliest + part * (latest - earliest));
    items.splice(index, 0, { type: 'sweep', id: 'sweep', at });
  }
  return { ...scenario, items };
}

describe('stories with sweeps, none ahead of a fact still to arrive', () => {
  const stages = new Stages();
  afterAll(() => stages.remove());
  let told = 0;
  let waited = 0;

  /** Delivers again what arrived: some run of it, cut anew. Nothing of it may count. */
  async function redeliver(
    { app }: Installation,
    arrived: readonly MemberEvent[],
    roll: (below: number) => number,
  ): Promise<void> {
    let from = roll(arrived.length);
    const end = from + roll(arrived.length - from + 1);
    while (from < end) {
      const batch = arrived.slice(from, Math.min(end, from + 1 + roll(25)));
      const outcomes = await recordEvents(app.recordDeps, batch);
      const others = outcomes.filter(({ outcome }) => outcome !== 'duplicate' && outcome !== 'conflict');
      expect(others).toEqual([]);
      from += batch.length;
    }
  }

  async function expectUnchanged(
    swept: readonly (readonly [Scenario, readonly (readonly [number, number])[]])[],
    seed: number,
    breaking: boolean,
  ): Promise<void> {
    const roll = dice(seed);
    const named = swept.map(([story, places]) => ({
      story: renamed(story, `late-${(told += 1)}`),
      places,
    }));
    for (const terms of new Set(named.map(({ story }) => story.terms))) {
      const together = named.filter(({ story }) => story.terms === terms);
      const installation = await stages.of(terms);
      const { arrived, outcomes } = await playTogether(
        installation,
        together.map(({ story, places }) => withLateSweeps(story, places)),
        roll,
        {
          breaking,
          sweepTimes: 2,
          afterBatch: (sofar) => (roll(3) === 0 ? redeliver(installation, sofar, roll) : Promise.resolve()),
        },
      );
      waited += [...outcomes.values()].filter(({ outcome }) => outcome === 'waiting').length;
      for (const { story } of together)
        expect(await readWhole(installation.db, story.accountId)).toEqual(playWhole(story));
      const before = await checksumOf(installation.db);
      await redeliver(installation, arrived, roll);
      await recordEvents(installation.app.recordDeps, arrived);
      expect(await checksumOf(installation.db)).toBe(before);
    }
  }

  it('end as they do without any, however often sweeps are repeated and events delivered', async () => {
    await fc.assert(fc.asyncProperty(sweptStories, fc.integer(), fc.constant(false), expectUnchanged), runs);
    expect(told).toBe(TOGETHER * RUNS);
    expect(waited).toBe(0);
  });

  it('end so too where accounts cannot be settled for a while, and their events wait', async () => {
    await fc.assert(
      fc.asyncProperty(storiesInOneZone, fc.integer(), fc.constant(true), expectUnchanged),
      runs,
    );
    expect(waited).toBeGreaterThan(TOGETHER * RUNS);
  });
});
