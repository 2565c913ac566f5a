/** What happens in the ten minutes after a start, whatever the hour. */
import { type Instant, formatInstant } from '../../src/domain/calendar.ts';
import { parseEvent } from '../../src/domain/events/events.ts';
import { type SimulationResult, parseScenario, simulate } from '../../src/domain/simulation/simulate.ts';
import { placesOfMovers } from '../../scripts/stage/movers.ts';
import { type LiveFacts, liveFacts } from '../../scripts/start/live-facts.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;
/** How long a fleet takes to be made, at the most, before its facts begin. */
const MADE_MS = 5 * MINUTE;

/** In every hour of a day in winter, and in every other one of the end of a month. */
const STARTS: readonly Instant[] = [
  ...Array.from(
    { length: 24 },
    (_, hour) => Date.parse('2026-01-14') + (hour * 60 + ((hour * 7) % 60)) * MINUTE,
  ),
  ...Array.from({ length: 12 }, (_, n) => Date.parse('2028-02-29') + (n * 120 + 59) * MINUTE),
];

function played(events: readonly object[], until: Instant, account?: object): SimulationResult {
  const parsed = parseScenario({ events, until: formatInstant(until), ...(account && { account }) });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  return simulate(parsed.scenario);
}

const ofType = (live: readonly LiveFacts[], type: string) =>
  live.flatMap(({ afterMs, facts }) =>
    facts.filter((one) => one.type === type).map((fact) => ({ afterMs, fact })),
  );

test('four members move, and their cycles begin at that very instant', () => {
  for (const made of STARTS) {
    const started = made + MADE_MS;
    const moves = ofType(liveFacts('t', started), 'account.zone-changed');
    expect(moves).toHaveLength(4);
    const movers = placesOfMovers(made);
    for (const [n, { afterMs, fact }] of moves.entries()) {
      const { id, plan, zone, anchorOn, openingBalance } = movers[n] as (typeof movers)[number];
      expect(fact.account).toBe(id);
      const at = formatInstant(started + afterMs);
      const account = { id, kind: 'freelancer', plan, zone, anchorOn, openingBalance, status: 'active' };
      const tracked = { ...account, trackedFrom: formatInstant(made - 20 * DAY), readinessAwarded: false };
      const { entries } = played([{ id: 'e', at, ...fact, account: id }], started + 10 * MINUTE, tracked);
      const begun = entries.filter(({ effectiveAt }) => Date.parse(effectiveAt) > made);
      expect(begun.map(({ effectiveAt }) => effectiveAt)).toEqual(begun.map(() => at));
      expect(begun.map(({ kind }) => kind)).toContain('monthly-free');
    }
  }
});

test('openings come late: at the next tick a cycle of theirs is due', () => {
  for (const started of STARTS) {
    const late = ofType(liveFacts('t', started), 'account.opened').filter(({ fact }) => fact.at);
    expect(late).toHaveLength(10);
    for (const { fact } of [...late.slice(0, 1), ...late.slice(-1)]) {
      const { entries } = played([{ id: 'e', ...fact }], started);
      expect(entries.map(({ kind }) => kind)).toEqual(['welcome', 'monthly-free']);
    }
  }
});

test('every fact is one that the door takes, and something happens in each of the ten minutes', () => {
  const started = STARTS[0] as Instant;
  const live = liveFacts('t', started);
  const at = formatInstant(started);
  const faults = live.flatMap(({ facts }) =>
    facts.flatMap((fact) => {
      const parsed = parseEvent({ id: 'e', at, ...fact });
      return parsed.ok ? [] : parsed.faults;
    }),
  );
  expect(faults).toEqual([]);
  expect(live.map(({ afterMs }) => afterMs)).toEqual(
    live.map(({ afterMs }) => afterMs).toSorted((a, b) => a - b),
  );
  const minutes = new Set(live.map(({ afterMs }) => Math.floor(afterMs / MINUTE)));
  expect([0, 1, 2, 3, 4, 5, 6, 7, 8, 9].filter((minute) => !minutes.has(minute))).toEqual([]);
});
