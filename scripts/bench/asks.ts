/** What is asked of the product, each with the value that was measured. */
import type { RoundResult } from './contenders.ts';
import { median } from './measuring.ts';
import type { ContenderName } from './options.ts';

export interface Round {
  /** Of every contender, at every size. */
  readonly results: readonly RoundResult[];
}

export interface Measured {
  readonly rounds: readonly Round[];
  readonly redisBytesPerJob: number | undefined;
}

export interface Ask {
  readonly ask: string;
  readonly value: number;
  readonly limit: number;
  readonly atLeast: boolean;
  readonly holds: boolean;
}

const MEBIBYTE = 1_048_576;

/** Ratios are taken within a round, where both saw the same machine; then their median. Those not measured are left out. */
export function judge({ rounds, redisBytesPerJob }: Measured): Ask[] {
  const sizes = rounds.flatMap((round) => round.results.map((one) => one.accounts));
  const [small, large] = [Math.min(...sizes), Math.max(...sizes)];
  const ratio = (value: (round: Round) => number | undefined): number | undefined => {
    const values = rounds.map(value).filter((one) => one !== undefined && !Number.isNaN(one));
    return values.length > 0 ? median(values as number[]) : undefined;
  };
  const at = (size: number) => (name: ContenderName, round: Round) => resultOf(round, name, size);
  const [of, ofLarge] = [at(small), large > small ? at(large) : () => undefined];
  // A run of a second or two is mostly its beginning and its end: what stands beside another is judged where most was done.
  const atLargest =
    (name: ContenderName, other: ContenderName, of: (result: RoundResult | undefined) => number) =>
    (round: Round): number | undefined => {
      const size = largestOfBoth(rounds, name, other);
      return size === undefined ? undefined : of(at(size)(name, round)) / of(at(size)(other, round));
    };
  return [
    atLeast(
      'accounts per second, product ÷ one transaction per account',
      3,
      ratio((round) => rate(of('a', round)) / rate(of('b', round))),
    ),
    atLeast(
      'CPU per account, one transaction per account ÷ product',
      3.3,
      ratio((round) => cpu(of('b', round)) / cpu(of('a', round))),
    ),
    atLeast(
      'accounts per second, product ÷ BullMQ no-op, at the largest size',
      0.65,
      ratio(atLargest('a', 'c', rate)),
    ),
    atMost(
      'CPU per account, product ÷ BullMQ no-op, at the largest size',
      1.35,
      ratio(atLargest('a', 'c', cpu)),
    ),
    atMost(
      'CPU per account, settled accounts handed out again ÷ BullMQ no-op, at the largest size',
      1.2,
      ratio(atLargest('f', 'c', cpu)),
    ),
    atMost(
      'settling transactions per account',
      0.02,
      ratio((round) => of('a', round)?.transactionsPerAccount),
    ),
    atLeast(
      'accounts per second, large ÷ small',
      0.85,
      ratio((round) => rate(ofLarge('a', round)) / rate(of('a', round))),
    ),
    atLeast(
      'accounts per second, in cohorts ÷ one by one, at the largest size',
      3,
      ratio(atLargest('e', 'a', rate)),
    ),
    atLeast(
      'accounts per second, in cohorts ÷ set-based SQL, at the largest size',
      0.7,
      ratio(atLargest('e', 'd', rate)),
    ),
    atLeast(
      'accounts per second in cohorts, large ÷ small',
      0.85,
      ratio((round) => rate(ofLarge('e', round)) / rate(of('e', round))),
    ),
    atMost('bytes of Redis per waiting job', 300, redisBytesPerJob),
    atMost(
      'peak memory of the worker at the large run, MiB',
      180,
      ratio((round) => mebibytes(ofLarge('a', round)?.workerPeakBytes)),
    ),
    atLeast('contenders that write the same rows (1: all)', 1, sameRows(rounds)),
  ].filter((ask) => ask !== undefined);
}

export const resultOf = (round: Round, name: ContenderName, size: number): RoundResult | undefined =>
  round.results.find((one) => one.contender === name && one.accounts === size);

/** Undefined where they never ran at the same size. */
function largestOfBoth(
  rounds: readonly Round[],
  name: ContenderName,
  other: ContenderName,
): number | undefined {
  const sizesOf = (contender: ContenderName): number[] =>
    rounds.flatMap(({ results }) =>
      results.filter((one) => one.contender === contender).map((one) => one.accounts),
    );
  const others = new Set(sizesOf(other));
  const both = sizesOf(name).filter((size) => others.has(size));
  return both.length > 0 ? Math.max(...both) : undefined;
}

const rate = (result: RoundResult | undefined): number => result?.accountsPerSecond ?? NaN;
const cpu = (result: RoundResult | undefined): number => result?.cpuMicrosecondsPerAccount ?? NaN;
const mebibytes = (bytes: number | undefined): number | undefined => bytes && bytes / MEBIBYTE;

const atLeast = (ask: string, limit: number, value: number | undefined): Ask | undefined =>
  value === undefined ? undefined : { ask, value, limit, atLeast: true, holds: value >= limit };

const atMost = (ask: string, limit: number, value: number | undefined): Ask | undefined =>
  value === undefined ? undefined : { ask, value, limit, atLeast: false, holds: value <= limit };

/** Of each size, all rounds; undefined when there were not two to compare. */
function sameRows(rounds: readonly Round[]): number | undefined {
  const sums = new Map<number, string[]>();
  for (const { accounts, checksum } of rounds.flatMap((round) => round.results))
    if (checksum !== undefined) sums.set(accounts, [...(sums.get(accounts) ?? []), checksum]);
  const compared = [...sums.values()].filter((one) => one.length > 1);
  if (compared.length === 0) return undefined;
  return compared.every((one) => new Set(one).size === 1) ? 1 : 0;
}
