/** What holds of every scenario, whatever arrives, in whatever order. */
import fc from 'fast-check';
import { type Account, DECISION_CODES, ENTRY_KINDS, type Entry, takeOver } from '../../src/domain/account.ts';
import { applyEvent, decisionsOf, entriesOf } from '../../src/domain/events/apply-event.ts';
import type { MemberEvent } from '../../src/domain/events/events.ts';
import {
  GrowingRecords,
  type Records,
  needsOf,
  proposalsRepliedTo,
} from '../../src/domain/events/records.ts';
import type { Scenario, ScenarioItem } from '../../src/domain/simulation/scenario.ts';
import { type Replay, replay, simulate } from '../../src/domain/simulation/simulate.ts';
import { monthEndOf } from '../../src/domain/terms.ts';
import { stories } from './random-stories.ts';

const runs = { numRuns: 150 };
const holds = (check: (played: Replay, scenario: Scenario) => void): void =>
  fc.assert(
    fc.property(stories, (scenario) => check(replay(scenario), scenario)),
    runs,
  );

describe('the ledger', () => {
  test('adds up: balance = opening + Σ entries, at every entry, and never below zero', () => {
    holds(({ account, entries }) => {
      let balance = account?.openingBalance as number;
      for (const [index, entry] of entries.entries()) {
        balance += entry.amount;
        expect([entry.seq, entry.balance]).toEqual([index + 1, balance]);
        expect(entry.amount).not.toBe(0);
        expect(balance).toBeGreaterThanOrEqual(0);
      }
      expect(account?.balance).toBe(balance);
    });
  });

  test('has one entry of a kind for a subject', () => {
    holds(({ entries }) => {
      const keys = entries.map(({ subject, kind }) => `${subject} ${kind}`);
      expect(new Set(keys).size).toBe(keys.length);
    });
  });

  test('never goes back in time, and nothing counts before it happened', () => {
    holds(({ entries, decisions }) => {
      for (const instants of [entries.map((entry) => entry.effectiveAt), decisions.map(({ at }) => at)])
        expect(instants).toEqual(instants.toSorted((a, b) => a - b));
      expect(entries.filter((entry) => entry.effectiveAt < entry.occurredAt)).toEqual([]);
    });
  });
});

describe('the cycles', () => {
  test('are settled once each, at their instants or later, and close their books', () => {
    holds(({ settlements }) => {
      const dates = settlements.map(({ cycleOn }) => cycleOn);
      expect(new Set(dates).size).toBe(dates.length);
      for (const s of settlements) {
        expect(s.carried + s.expired).toBe(s.opening);
        expect(s.carried + s.free + s.paid - s.recovered).toBe(s.closing);
        expect(s.nextOn > s.cycleOn).toBe(true);
      }
    });
  });

  test('leave exactly one decision each', () => {
    holds(({ settlements, decisions }) => {
      const subjects = decisions
        .map(({ subject }) => subject)
        .filter((subject) => subject.startsWith('cycle:'));
      expect(subjects).toEqual(settlements.map(({ cycleOn }) => `cycle:${cycleOn}`));
    });
  });
});

describe('the seven-day window', () => {
  const WEEK = 7 * 86_400_000;
  const awardOf = (kind: Entry['kind']): boolean => kind === 'interview-award' || kind === 'interview-refund';

  test('never holds more than fifty, wherever it ends, however late replies arrive', () => {
    holds(({ entries }) => {
      const awards = entries.filter(({ kind }) => awardOf(kind));
      for (const { occurredAt: end } of awards) {
        const within = awards.filter(({ occurredAt }) => occurredAt > end - WEEK && occurredAt <= end);
        expect(within.reduce((sum, { amount }) => sum + amount, 0)).toBeLessThanOrEqual(50);
      }
    });
  });

  test('rewards a proposal for one interview only, and refunds no more than was spent on it', () => {
    holds(({ entries, records }) => {
      const awards = entries.filter(({ kind }) => awardOf(kind));
      const rewarded = new Map(awards.map((entry) => [entry.proposal, entry.subject]));
      expect(awards.filter((entry) => rewarded.get(entry.proposal) !== entry.subject)).toEqual([]);
      for (const { spent, refunded } of records.proposals.values())
        expect(refunded).toBeLessThanOrEqual(spent);
    });
  });
});

describe('sweeps', () => {
  /** Sweeps that do not run ahead of a fact still to arrive: as late in the list and as early in time as they like. */
  const withSweeps = (scenario: Scenario, places: readonly (readonly [number, number])[]): Scenario => {
    const items: ScenarioItem[] = [...scenario.items];
    for (const [place, share] of places) {
      const index = Math.floor(place * (items.length + 1));
      const toCome = items.slice(index).filter(({ type }) => type !== 'sweep');
      const latest = Math.min(scenario.until as number, ...toCome.map(({ at }) => at));
      const earliest = Date.parse('2020-11-01T00:00:00Z');
      const at = Math.floor(earliest + share * (latest - earliest));
      items.splice(index, 0, { type: 'sweep', id: 'sweep', at: share > 0.9 ? latest : at });
    }
    return { ...scenario, items };
  };

  test('at any lateness change nothing, as long as none runs ahead of a fact still to arrive', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
    fc.assert(
      fc.property(
        stories,
        fc.array(fc.tuple(share, share), { minLength: 1, maxLength: 12 }),
        (scenario, places) => {
          expect(simulate(withSweeps(scenario, places))).toEqual(simulate(scenario));
        },
      ),
      runs,
    );
  });
});

describe('events sent twice', () => {
  test('change nothing', () => {
    fc.assert(
      fc.property(stories, (scenario) => {
        const twice = { ...scenario, items: scenario.items.flatMap((item) => [item, item]) };
        expect(simulate(twice)).toEqual(simulate(scenario));
        const again = { ...scenario, items: [...scenario.items, ...scenario.items] };
        expect(simulate(again)).toEqual(simulate(scenario));
      }),
      runs,
    );
  });
});

describe('an event decided from no more than what it says it needs', () => {
  /** What two rounds of loading find: the named proposals and interviews, and then the proposals behind these. */
  function loaded(event: MemberEvent, all: Records, scenario: Scenario): Records {
    const needs = needsOf(event, scenario.terms);
    const some = new GrowingRecords();
    some.add({ interviews: found(all.interviews, needs.interviews) });
    const second = proposalsRepliedTo([event], some.interviews);
    some.add({ proposals: found(all.proposals, [...needs.proposals, ...second]) });
    const window = needs.awards;
    if (window)
      some.add({
        awards: [...all.awards.values()].filter(
          ({ occurredAt }) => occurredAt > window.after && occurredAt < window.before,
        ),
      });
    return some;
  }

  const found = <T>(all: ReadonlyMap<string, T>, ids: readonly string[]): T[] =>
    ids.map((id) => all.get(id)).filter((one) => one !== undefined);

  test('comes to the same as from everything', () => {
    fc.assert(
      fc.property(stories, (story) => {
        const scenario = { ...story, items: story.items.filter(({ id }) => id !== 'again') };
        const once = replay(scenario);
        let account: Account = takeOver(scenario.account as never, monthEndOf(scenario.terms));
        const records = new GrowingRecords();
        const entries = [];
        const decisions = [];
        for (const item of scenario.items as readonly MemberEvent[]) {
          const done = applyEvent(account, item, scenario.terms, loaded(item, records, scenario));
          account = done.account;
          records.add(done);
          entries.push(...entriesOf(done));
          decisions.push(...decisionsOf(done));
        }
        expect(entries).toEqual(once.entries.slice(0, entries.length));
        expect(decisions).toEqual(once.decisions.slice(0, decisions.length));
        expect(kept(records)).toEqual(kept(once.records));
      }),
      runs,
    );
  });
});

/** What stands in them: of the objects themselves nothing is seen from outside. */
const kept = ({ proposals, interviews, awards }: Records) => ({
  proposals: [...proposals],
  interviews: [...interviews],
  awards: [...awards],
});

describe('the random stories', () => {
  test('reach every kind of entry and code but those of openings, agencies and ended rewards', () => {
    const kinds = new Set<string>();
    const codes = new Set<string>();
    for (const scenario of fc.sample(stories, { numRuns: 400, seed: 1 })) {
      const { entries, decisions } = replay(scenario);
      for (const { kind } of entries) kinds.add(kind);
      for (const { code } of decisions) codes.add(code);
    }
    expect(ENTRY_KINDS.filter((kind) => !kinds.has(kind))).toEqual(['welcome']);
    expect(DECISION_CODES.filter((code) => !codes.has(code))).toEqual([
      'no-monthly-grant',
      'reward-ended',
      'not-eligible',
      'balance-limit',
      'refused-by-operator',
    ]);
  });
});
