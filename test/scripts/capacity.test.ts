/** The model behind docs/capacity.md, held against what a bench measured on two idle processors. */
import { type Demand, needOf, predictRate } from '../../scripts/bench/capacity.ts';

interface Sample {
  readonly perSecond: number;
  readonly demand: Demand;
  readonly inTurn?: boolean;
}

/** Medians of three rounds of 10,000 accounts; MariaDB 10.11, Redis 7.0, Node 20. */
const MEASURED: Readonly<Record<string, Sample>> = {
  'one by one': { perSecond: 5_233, demand: { mariadbd: 67, 'redis-server': 61, bench: 35, worker: 125 } },
  'a transaction each': {
    perSecond: 924,
    demand: { mariadbd: 719, 'redis-server': 115, bench: 50, worker: 968 },
  },
  'jobs that do nothing': { perSecond: 9_462, demand: { 'redis-server': 62, bench: 43, worker: 69 } },
  'set-based SQL': { perSecond: 21_210, demand: { mariadbd: 45, bench: 4 }, inTurn: true },
  cohorts: { perSecond: 12_386, demand: { mariadbd: 66, 'redis-server': 1, bench: 6, worker: 54 } },
};

describe('predictRate', () => {
  it.each(Object.entries(MEASURED))('comes within a fifth of what was measured: %s', (_name, sample) => {
    const { perSecond } = predictRate(sample.demand, { processors: 2, inTurn: sample.inTurn ?? false });
    expect(perSecond / sample.perSecond).toBeGreaterThan(0.8);
    expect(perSecond / sample.perSecond).toBeLessThan(1.2);
  });

  it('is bound by the one thread of a worker where there are processors enough, and by Redis with workers enough', () => {
    const { demand } = MEASURED['one by one'] as Sample;
    expect(predictRate(demand, { processors: 2 }).bound).toBe('processors');
    expect(predictRate(demand, { processors: 16 })).toEqual({
      perSecond: 1e6 / (125 * 0.85),
      bound: 'worker',
    });
    const many = { processors: 64, processes: { worker: 8, bench: 8 } };
    expect(predictRate(demand, many)).toEqual({ perSecond: 1e6 / 61, bound: 'redis-server' });
  });
});

describe('needOf', () => {
  it('counts what is due on the worst day of a year, and rounds machines up', () => {
    expect(needOf({ accounts: 31_000_000, withinS: 1_000 }, 3_000, 289)).toEqual({
      due: 4_000_000,
      perSecond: 4_000,
      oneMachineS: 4_000_000 / 3_000,
      machines: 2,
      redisBytes: 1_156_000_000,
    });
  });
});
