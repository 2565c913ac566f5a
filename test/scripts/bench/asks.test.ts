/** What the bench asks: ratios within a round, and their median over rounds. */
import { type Measured, type Round, judge } from '../../../scripts/bench/asks.ts';
import { mediansOf } from '../../../scripts/bench/report.ts';
import { result } from './results.ts';

const asked = (rounds: readonly Round[], redisBytesPerJob?: number) =>
  Object.fromEntries(
    judge({ rounds, redisBytesPerJob } satisfies Measured).map(({ ask, ...rest }) => [ask, rest]),
  );
const round = (...results: Round['results'][number][]): Round => ({ results });

test('a ratio is taken within each round: a slow one counts as much as a fast one', () => {
  const asks = asked([
    round(result('a', 1_000, 4_000), result('c', 1_000, 8_000)),
    round(result('a', 1_000, 400), result('c', 1_000, 500)),
    round(result('a', 1_000, 7_000), result('c', 1_000, 10_000)),
  ]);
  expect(asks['accounts per second, product ÷ BullMQ no-op, at the largest size']).toEqual({
    value: 0.7,
    limit: 0.65,
    atLeast: true,
    holds: true,
  });
  expect(asks['settling transactions per account']).toMatchObject({ value: 0.004, holds: true });
});

test('what lies at the limit holds, what lies beyond is missed', () => {
  const cpu = (microseconds: number) => ({ cpuMicrosecondsPerAccount: microseconds });
  const ask = (own: number) =>
    asked([round(result('a', 1_000, 1, cpu(own)), result('c', 1_000, 1, cpu(200)))])[
      'CPU per account, product ÷ BullMQ no-op, at the largest size'
    ];
  expect(ask(270)).toMatchObject({ value: 1.35, atLeast: false, holds: true });
  expect(ask(272)).toMatchObject({ value: 1.36, holds: false });
});

test('large and small are the sizes at the ends; with one size nothing is asked of them', () => {
  const peak = { workerPeakBytes: 190 * 1_048_576 };
  const sized = asked([
    round(result('a', 1_000, 4_000), result('a', 10_000, 9_999), result('a', 100_000, 3_000, peak)),
  ]);
  expect(sized['accounts per second, large ÷ small']).toMatchObject({ value: 0.75, holds: false });
  expect(sized['peak memory of the worker at the large run, MiB']).toMatchObject({
    value: 190,
    holds: false,
  });
  expect(Object.keys(asked([round(result('a', 1_000, 4_000))]))).toEqual([
    'settling transactions per account',
  ]);
});

test('what stands beside another is judged at the largest size at which both ran', () => {
  const small = (['a', 'c', 'd', 'e'] as const).map((name) =>
    result(name, 1_000, name === 'a' ? 100 : 1_000),
  );
  const large = [result('a', 10_000, 700), result('c', 10_000, 1_000), result('e', 10_000, 2_800)];
  const asks = asked([round(...small, ...large)]);
  expect(asks['accounts per second, product ÷ BullMQ no-op, at the largest size']?.value).toBe(0.7);
  expect(asks['accounts per second, in cohorts ÷ one by one, at the largest size']?.value).toBe(4);
  expect(asks['accounts per second, in cohorts ÷ set-based SQL, at the largest size']?.value).toBe(1);
});

test('rows are compared among those of one size, over all rounds', () => {
  const name = 'contenders that write the same rows (1: all)';
  const of = (contender: 'a' | 'd' | 'pgboss', accounts: number, checksum?: string) =>
    result(contender, accounts, 1, { checksum });
  expect(asked([round(of('a', 50, 'x'))])[name]).toBeUndefined();
  expect(asked([round(of('a', 50, 'x'), of('pgboss', 50))])[name]).toBeUndefined();
  const same = [
    round(of('a', 50, 'x'), of('d', 50, 'x'), of('a', 60, 'y')),
    round(of('pgboss', 50, 'x'), of('d', 60, 'y')),
  ];
  expect(asked(same)[name]).toMatchObject({ value: 1, holds: true });
  expect(asked([...same, round(of('pgboss', 60, 'z'))])[name]).toMatchObject({ value: 0, holds: false });
});

test('a line has the median of its rounds, their range, those that were cut, and how it stands to the product', () => {
  const lines = mediansOf([
    round(result('a', 50, 100), result('pgboss', 50, 10, { cut: true })),
    round(result('a', 50, 300), result('pgboss', 50, 15)),
    round(result('a', 50, 200), result('pgboss', 50, 60)),
  ]);
  expect(lines.map((one) => one.contender)).toEqual(['a', 'pgboss']);
  expect(lines[0]).toMatchObject({ accountsPerSecond: 200, ofProduct: 1, cutRounds: 0 });
  expect(lines[1]).toMatchObject({
    title: 'pg-boss, as it comes',
    accountsPerSecond: 15,
    range: [10, 60],
    rounds: 3,
    cutRounds: 1,
    ofProduct: 0.1,
  });
});
