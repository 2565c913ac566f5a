/** Random stories through the database: whatever arrives, it keeps what the pure rules make of it. */
import fc from 'fast-check';
import type { Scenario } from '../../src/domain/simulation/scenario.ts';
import { replay } from '../../src/domain/simulation/simulate.ts';
import { Stages, dice, playTogether, renamed, spicedStories } from '../support/story-stage.ts';
import { playWhole, readWhole } from '../support/whole-account.ts';

/** Stories side by side, and how often: 150 in all. */
const TOGETHER = 5;
const RUNS = 30;

describe('random stories', () => {
  const stages = new Stages();
  afterAll(() => stages.remove());
  let told = 0;

  /** Plays those that share their terms side by side, and compares everything that is kept of each. */
  async function expectAll(scenarios: readonly Scenario[], seed: number): Promise<void> {
    const named = scenarios.map((one) => renamed(one, `story-${(told += 1)}`));
    for (const terms of new Set(named.map((one) => one.terms))) {
      const together = named.filter((one) => one.terms === terms);
      const installation = await stages.of(terms);
      const { outcomes } = await playTogether(installation, together, dice(seed));
      for (const scenario of together) {
        expect(await readWhole(installation.db, scenario.accountId)).toEqual(playWhole(scenario));
        const conflicts = [...outcomes].filter(
          ([event, { outcome }]) => event.account === scenario.accountId && outcome === 'conflict',
        );
        expect(conflicts.map(([{ id }]) => id)).toEqual(replay(scenario).conflicts);
      }
    }
  }

  it('leave entries, decisions, accounts, cycles, spans, proposals, interviews and awards as simulate does', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(spicedStories, { minLength: TOGETHER, maxLength: TOGETHER }),
        fc.integer(),
        expectAll,
      ),
      { numRuns: RUNS, endOnFailure: true },
    );
    expect(told).toBe(TOGETHER * RUNS);
  });
});
