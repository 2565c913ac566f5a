/** Random scenarios for property tests: few ids and few days, so that facts meet, repeat, contradict and arrive late. */
import fc from 'fast-check';
import { formatInstant } from '../../src/domain/calendar.ts';
import type { Scenario } from '../../src/domain/simulation/scenario.ts';
import { builtInTerms } from '../../src/domain/terms.ts';
import { scenarioOf } from './playing.ts';

const HOUR = 3_600_000;
const START = Date.parse('2020-11-20T00:00:00Z');
const HOURS_MAX = 400 * 24;

const proposal = fc.constantFrom('p1', 'p2', 'p3', 'p4', 'p5', 'p6', 'p7', 'p8');
const interview = fc.constantFrom('i1', 'i2', 'i3', 'i4', 'i5', 'i6', 'i7', 'i8');
const zone = fc.constantFrom('UTC', 'Pacific/Apia', 'America/Havana', 'Asia/Tehran', 'America/St_Johns');
const amount = fc.integer({ min: 1, max: 120 });

const of = (type: string, fields: Record<string, fc.Arbitrary<unknown>> = {}) =>
  fc.record({ type: fc.constant(type), ...fields });

const facts = fc.oneof(
  { weight: 4, arbitrary: of('connects.spent', { amount }) },
  { weight: 2, arbitrary: of('connects.purchased', { amount }) },
  { weight: 8, arbitrary: of('proposal.submitted', { proposal, connects: fc.integer({ min: 1, max: 16 }) }) },
  { weight: 1, arbitrary: of('proposal.carried', { proposal, connects: fc.integer({ min: 1, max: 16 }) }) },
  { weight: 2, arbitrary: of('connects.returned', { amount, proposal }) },
  { weight: 1, arbitrary: of('connects.returned', { amount }) },
  { weight: 8, arbitrary: of('interview.requested', { interview, proposal }) },
  { weight: 1, arbitrary: of('interview.requested', { interview }) },
  { weight: 14, arbitrary: of('interview.replied', { interview }) },
  { weight: 4, arbitrary: of('plan.upgraded') },
  { weight: 3, arbitrary: of('plan.downgraded') },
  { weight: 3, arbitrary: of('payment.failed', { cycleOn: fc.constant('') }) },
  { weight: 1, arbitrary: of('account.suspended') },
  { weight: 2, arbitrary: of('account.reinstated') },
  { weight: 1, arbitrary: of('account.zone-changed', { zone }) },
  { weight: 1, arbitrary: of('readiness-test.passed') },
  {
    weight: 1,
    arbitrary: of('balance.adjusted', { amount: fc.constantFrom(-60, 25), reason: fc.constant('r') }),
  },
);

/** An item before it has an instant: `gap` hours after the last one on time, or `lag` hours behind it. */
const arrivals = fc.record({
  fact: facts,
  id: fc.integer({ min: 0, max: 200 }),
  gap: fc.oneof({ weight: 6, arbitrary: fc.integer({ min: 0, max: 12 }) }, fc.integer({ min: 0, max: 900 })),
  lag: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 600 })),
  failedAgo: fc.integer({ min: -40, max: 40 }),
});

const accounts = fc.record({
  plan: fc.constantFrom('basic', 'plus'),
  zone,
  anchorOn: fc
    .integer({ min: 0, max: 120 })
    .map((day) => formatInstant(START - day * 24 * HOUR).slice(0, 10)),
  trackedFrom: fc.constant(formatInstant(START + 24 * HOUR)),
  openingBalance: fc.integer({ min: 0, max: 260 }),
});

const terms = fc.constantFrom(
  builtInTerms,
  builtInTerms.map((row) => ({ ...row, monthEnd: 'first-of-next' as const })),
  builtInTerms.map((row) => ({
    ...row,
    interview: { award: 20, windowMax: 50, windowDays: 7, asTwoEntries: true },
  })),
);

/** A client for every proposal, so that replies crowd the window. */
const courtship = [1, 2, 3, 4, 5, 6, 7, 8].flatMap((n) => [
  { id: `c${n}`, at: formatInstant(START), type: 'proposal.carried', proposal: `p${n}`, connects: n },
  {
    id: `r${n}`,
    at: formatInstant(START),
    type: 'interview.requested',
    interview: `i${n}`,
    proposal: `p${n}`,
  },
]);

/** Upgrading, spending what there is, failing to pay, and upgrading again. */
const spreeAt = (clock: number) => {
  const at = formatInstant(clock);
  const spent = [400, 200, 100, 50, 25, 12, 6, 3, 2, 1, 1].map((connects, n) => ({
    id: `spree${n}`,
    at,
    type: 'connects.spent',
    amount: connects,
  }));
  return [
    { id: 'spree-up', at, type: 'plan.upgraded' },
    ...spent,
    { id: 'spree-fail', at, type: 'payment.failed', cycleOn: at.slice(0, 10) },
    { id: 'spree-again', at, type: 'plan.upgraded' },
  ];
};

/** A scenario without sweeps; `windowMax` is 50 in all its terms. */
export const stories: fc.Arbitrary<Scenario> = fc
  .tuple(accounts, terms, fc.array(arrivals, { maxLength: 60, size: 'max' }), fc.boolean(), fc.boolean())
  .map(([account, chosen, list, courted, spree]) => {
    let clock = START;
    let upgradedAt = START;
    const events = list.map(({ fact, id, gap, lag, failedAgo }, index) => {
      clock = Math.min(clock + gap * HOUR, START + HOURS_MAX * HOUR);
      if (fact.type === 'plan.upgraded') upgradedAt = clock;
      // Half of the failed payments are those of an upgrade, the others are of a day nearby.
      const failedAt = failedAgo % 2 === 0 ? upgradedAt : clock - failedAgo * 24 * HOUR;
      const at = formatInstant(Math.max(START, clock - lag * HOUR));
      // A few share an id, with other content or the same.
      const named = { id: id > 190 ? 'again' : `e${index}`, at };
      const cycleOn = formatInstant(failedAt).slice(0, 10);
      return fact.type === 'payment.failed' ? { ...fact, ...named, cycleOn } : { ...fact, ...named };
    });
    return scenarioOf({
      terms: chosen,
      account,
      events: [...(courted ? courtship : []), ...events, ...(spree ? spreeAt(clock) : [])],
      until: formatInstant(clock + 40 * 24 * HOUR),
    });
  });
