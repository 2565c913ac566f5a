/** The past, walked again: the same boundaries that settling went through, and those before the take-over. */
import fc from 'fast-check';
import { cycleSubject } from '../../../src/domain/account.ts';
import { auditAccount } from '../../../src/domain/audit/audit.ts';
import { pastBoundaries } from '../../../src/domain/corrections/past-boundaries.ts';
import type { Replay } from '../../../src/domain/simulation/simulate.ts';
import { replay } from '../../../src/domain/simulation/simulate.ts';
import type { Span } from '../../../src/domain/spans.ts';
import { monthEndOf } from '../../../src/domain/terms.ts';
import { stories } from '../random-stories.ts';

const at = (text: string): number => Date.parse(text.length === 10 ? `${text}T00:00:00Z` : `${text}Z`);
const span = (from: string, anchorOn: string, more: Partial<Span> = {}): Span => ({
  fromAt: at(from),
  anchorOn,
  zone: 'UTC',
  plan: 'basic',
  ...more,
});
const walk = (spans: readonly Span[], until: string): string[] =>
  pastBoundaries(spans, 'clamp', at(until)).map((one) => `${one.on} ${one.plan} → ${one.nextOn}`);

describe('past boundaries', () => {
  it('begin one month after the anchor, also where that is before the first span', () => {
    expect(walk([span('2021-04-15', '2020-12-31')], '2021-04-30')).toEqual([
      '2021-01-31 basic → 2021-02-28',
      '2021-02-28 basic → 2021-03-31',
      '2021-03-31 basic → 2021-04-30',
      '2021-04-30 basic → 2021-05-31',
    ]);
  });

  it('begin with the take-over where a change of zone that counts from there moved one before it', () => {
    const [take, change] = [
      span('2020-11-21', '2020-08-21', { zone: 'America/St_Johns' }),
      span('2020-11-21T00:00:00.001', '2020-08-21'),
    ];
    const [first] = pastBoundaries([take, change], 'clamp', at('2020-11-30'), at('2020-11-21'));
    expect(first).toMatchObject({ on: '2020-11-21', at: at('2020-11-21') });
  });

  it('read a zone that is not known any more as the one that followed it', () => {
    const spans = [
      span('2021-01-01', '2021-01-01', { zone: 'Mars/Olympus' }),
      span('2021-02-10', '2021-01-01', { zone: 'Asia/Tokyo' }),
    ];
    expect(pastBoundaries(spans, 'clamp', at('2021-03-05')).map((one) => one.at)).toEqual([
      at('2021-01-31T15:00:00'),
      at('2021-02-28T15:00:00'),
    ]);
  });

  it('begin anew with an upgrade, on whose own date none is', () => {
    const spans = [
      span('2021-01-01', '2021-01-01'),
      span('2021-02-16T12:00:00', '2021-02-16', { plan: 'plus' }),
    ];
    expect(walk(spans, '2021-04-20')).toEqual([
      '2021-02-01 basic → 2021-03-01',
      '2021-03-16 plus → 2021-04-16',
      '2021-04-16 plus → 2021-05-16',
    ]);
  });

  it('have the plan that was pending until them', () => {
    const spans = [span('2021-01-01', '2021-01-01', { plan: 'plus' }), span('2021-03-01', '2021-01-01')];
    expect(walk(spans, '2021-03-31')).toEqual([
      '2021-02-01 plus → 2021-03-01',
      '2021-03-01 basic → 2021-04-01',
    ]);
  });

  it('keep the date over a change of zone, and are settled at once where it has begun there', () => {
    const east = { zone: 'Pacific/Kiritimati' };
    const spans = [span('2021-01-01', '2021-01-01'), span('2021-01-31T15:00:00', '2021-01-01', east)];
    expect(pastBoundaries(spans, 'clamp', at('2021-03-01'))).toEqual([
      { on: '2021-02-01', at: at('2021-01-31T15:00:00'), plan: 'basic', nextOn: '2021-03-01' },
      { on: '2021-03-01', at: at('2021-02-28T10:00:00'), plan: 'basic', nextOn: '2021-04-01' },
    ]);
    const west = { zone: 'Pacific/Pago_Pago' };
    const late = [span('2021-01-01', '2021-01-01', east), span('2021-02-01T00:00:00', '2021-01-01', west)];
    expect(walk(late, '2021-02-28')).toEqual(['2021-02-01 basic → 2021-03-01']);
  });

  it('may leave out what is before an instant within the first span', () => {
    const spans = [span('2021-04-15', '2001-01-31')];
    const some = pastBoundaries(spans, 'clamp', at('2021-04-30'), at('2021-03-01'));
    expect(some.map((one) => one.on)).toEqual(['2021-03-31', '2021-04-30']);
  });
});

/**
 * Where a change of zone or anchor counts from the very instant of another one, the later one's span is all there is; and
 * a plan that changed at a boundary's very instant looks like one that the boundary itself began.
 */
function hidesChanges({ settlements, spans }: Replay): boolean {
  const starts = settlements.map((one) => one.startsAt);
  const plans = new Map(settlements.map((one) => [one.startsAt, one.plan]));
  return spans.some((one, index) => {
    const before = spans[index - 1];
    const isMove = before && (before.zone !== one.zone || before.anchorOn !== one.anchorOn);
    return (
      spans.filter((other) => other.fromAt === one.fromAt).length > 1 ||
      (plans.get(one.fromAt) ?? one.plan) !== one.plan ||
      (isMove && starts.includes(one.fromAt))
    );
  });
}

/** As the database numbers decisions: those of cycles stand with their settlements. */
const numbered = (decisions: Replay['decisions']): { lastDecision: number; decisionNos: number[] } => ({
  lastDecision: decisions.length,
  decisionNos: decisions.flatMap(({ subject }, index) => (subject.startsWith('cycle:') ? [] : [index + 1])),
});

describe('whatever happens to an account', () => {
  it('its past is walked again as it was settled', () => {
    let walked = 0;
    fc.assert(
      fc.property(stories, (story) => {
        const played = replay(story);
        const { account, spans, settlements } = played;
        if (!account || hidesChanges(played)) return;
        const until = settlements.at(-1)?.startsAt ?? account.trackedFrom;
        const past = pastBoundaries(spans, monthEndOf(story.terms), until, account.trackedFrom)
          .filter((one) => one.at >= account.trackedFrom)
          .map(({ on, at: startsAt, plan, nextOn }) => ({ cycleOn: on, startsAt, plan, nextOn }));
        const settled = settlements.map(({ cycleOn, startsAt, plan, nextOn }) => ({
          cycleOn,
          startsAt,
          plan,
          nextOn,
        }));
        expect(past).toEqual(settled);
        walked += settled.length;
      }),
      { numRuns: 200 },
    );
    expect(walked).toBeGreaterThan(200);
  });

  it('the audit finds nothing wrong with it', () => {
    fc.assert(
      fc.property(stories, (story) => {
        const { account, spans, settlements, entries, records, decisions } = replay(story);
        if (!account) return;
        // As the database keeps spans: of several at one instant, the last.
        const kept = [...new Map(spans.map((one) => [one.fromAt, one])).values()];
        const recorded = {
          account,
          catchUpFrom: null,
          spans: kept,
          amendments: [],
          notices: [],
          putAsideAt: null,
          waitingSince: null,
          ...numbered(decisions),
          settlements: settlements.map((one) => ({
            ...one,
            termsVersion: 1,
            notice: 'not-asked',
            postedAt: one.startsAt,
            decisionNo: 1 + decisions.findIndex(({ subject }) => subject === cycleSubject(one.cycleOn)),
          })),
          entries: entries.map((one) => ({
            ...one,
            postedAt: one.effectiveAt,
          })),
          awards: [...records.awards.values()].map((one) => ({
            ...one,
            rewardedBy: records.proposals.get(one.proposal)?.rewardedBy ?? null,
          })),
          closedAt: null,
        };
        const until = story.until as number;
        const rules = { terms: story.terms, asOf: until, readAt: until, alarmAgeMs: 0 };
        const versions = new Map([[1, story.terms]]);
        expect(auditAccount(recorded, { ...rules, versions })).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});
