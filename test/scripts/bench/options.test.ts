/** The flags of the bench, and the order in which it runs what they ask for. */
import {
  type BenchOptions,
  CONTENDER_NAMES,
  PEER_NAMES,
  parseOptions,
} from '../../../scripts/bench/options.ts';
import { leftInWords, msLeft, turnsOf } from '../../../scripts/bench/progress.ts';

const parsed = (...args: string[]): BenchOptions => parseOptions(args) as BenchOptions;

test('without flags it is this program and what it is measured by, small and large', () => {
  expect(parsed()).toEqual({
    accounts: [10_000],
    rounds: 3,
    large: 100_000,
    only: ['a', 'b', 'c', 'd', 'e', 'f', 'g'],
    json: undefined,
    strict: false,
    plot: false,
  });
});

test.each<[string[], Partial<BenchOptions>]>([
  [['--accounts', '10000,1000, 1000'], { accounts: [1_000, 10_000], large: 0 }],
  [['--accounts', '1000,2000', '--large', '5000'], { large: 5_000 }],
  [['--large', '0'], { large: 0 }],
  [['--only', 'b,a'], { only: ['a', 'b'] }],
  [['--only', 'd,pgboss-tuned'], { only: ['d', 'pgboss-tuned'] }],
  [['--lanes', 'cohorts'], { only: ['b', 'c', 'd', 'e', 'f', 'g'] }],
  [['--lanes', 'per-account', '--only', 'a,e'], { only: ['a'] }],
  [['--peers'], { only: CONTENDER_NAMES }],
  [['--peers', '--only', 'a'], { only: ['a', ...PEER_NAMES] }],
  [['--json', 'x.json', '--strict', '--plot'], { json: 'x.json', strict: true, plot: true }],
])('%j', (args, expected) => {
  expect(parsed(...args)).toMatchObject(expected);
});

test('documents of earlier runs are drawn, and nothing is run', () => {
  expect(parseOptions(['--plot', 'one.json', 'two.json'])).toEqual({ files: ['one.json', 'two.json'] });
  expect(parseOptions(['--help'])).toBe('help');
});

test.each([
  [['--accounts', '49'], '--accounts 49: expected a whole number from 50 to 1000000'],
  [['--accounts', '1000,'], '--accounts : expected a whole number'],
  [['--rounds', '0'], '--rounds 0: expected a whole number from 1 to 100'],
  [['--only', 'a,z'], '--only a,z: expected some of a,b,c,d,e,f,g,flows,'],
  [['--lanes', 'fast'], '--lanes fast: expected some of per-account,cohorts'],
  [['--lanes', 'cohorts', '--only', 'a'], 'leave nothing to run'],
  [['--plot'], '--plot: name the documents to draw'],
  [['one.json'], 'one.json: only --plot takes files'],
  [['--sizes', '1'], 'Unknown option'],
])('%j is refused, with the usage', (args, words) => {
  expect(() => parseOptions(args)).toThrow(
    expect.objectContaining({ exitCode: 2, message: expect.stringContaining(words) }),
  );
  expect(() => parseOptions(args)).toThrow(/usage: npm run -s bench/);
});

test('every round runs all of them at every size, each round beginning with another', () => {
  const turns = turnsOf({
    contenders: ['a', 'b'],
    accounts: [50, 100],
    rounds: 2,
    large: 500,
    largeOnes: ['a'],
  });
  expect(turns.map(({ round, contender, accounts }) => `${round}${contender}${accounts}`)).toEqual(
    '0a50 0b50 0a100 0b100 0a500 1b50 1a50 1b100 1a100 1a500'.split(' '),
  );
});

test('what is left is expected to take what it took before, else what they take on average', () => {
  const turn = (contender: 'a' | 'b' | 'c') => ({ round: 0, contender, accounts: 50 });
  const taken = [
    { turn: turn('a'), ms: 10_000 },
    { turn: turn('b'), ms: 30_000 },
  ];
  expect(msLeft([], [turn('a')])).toBeUndefined();
  expect(msLeft(taken, [turn('a'), turn('c')])).toBe(10_000 + 20_000);
  expect(leftInWords(undefined)).toBe('');
  expect(leftInWords(20_000)).toBe('less than a minute left');
  expect(leftInWords(150_000)).toBe('about 3 min left');
});
