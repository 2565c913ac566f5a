/** The figures for a person and for a program. */
import { type Ask, type Measured, type Round, judge, resultOf } from './asks.ts';
import { type RoundResult, WORK } from './contenders.ts';
import { WARM_UP_ACCOUNTS } from './fleet.ts';
import type { HostFacts } from './host-facts.ts';
import { median } from './measuring.ts';
import { type BenchOptions, CONTENDER_NAMES, type ContenderName } from './options.ts';

export interface Report {
  readonly measuredAt: string;
  readonly machine: HostFacts & { readonly busyElsewhere: number };
  /** What was run; where it was written to is nobody's. */
  readonly options: Pick<BenchOptions, 'accounts' | 'rounds' | 'large' | 'only'>;
  readonly warmUpAccounts: number;
  readonly medians: readonly Line[];
  readonly asks: readonly Ask[];
  readonly measured: Measured;
}

/** Medians of one contender at one size. */
export interface Line {
  readonly contender: ContenderName;
  readonly title: string;
  readonly accounts: number;
  readonly accountsPerSecond: number;
  /** The slowest round, and the fastest. */
  readonly range: readonly [number, number];
  readonly cpuMicrosecondsPerAccount: number;
  readonly cpuShares: Readonly<Record<string, number>>;
  readonly transactionsPerAccount: number;
  readonly workerPeakBytes: number | undefined;
  readonly rounds: number;
  readonly cutRounds: number;
  /** Its rate ÷ that of the product's per-account lane in the same round; undefined where that did not run. */
  readonly ofProduct: number | undefined;
}

export function compileReport(
  { accounts, rounds, large, only }: BenchOptions,
  facts: HostFacts,
  measured: Measured,
  measuredAt = new Date(),
): Report {
  const results = measured.rounds.flatMap((round) => round.results);
  return {
    measuredAt: measuredAt.toISOString(),
    machine: { ...facts, busyElsewhere: median(results.map((one) => one.busyElsewhere)) },
    options: { accounts, rounds, large, only },
    warmUpAccounts: WARM_UP_ACCOUNTS,
    medians: mediansOf(measured.rounds),
    asks: judge(measured),
    measured,
  };
}

/** A line for each contender at each size that it was run at, by size. */
export function mediansOf(rounds: readonly Round[]): Line[] {
  const sizes = new Set(rounds.flatMap((round) => round.results.map((one) => one.accounts)));
  return [...sizes]
    .toSorted((one, other) => one - other)
    .flatMap((size) => CONTENDER_NAMES.flatMap((name) => medianLine(name, size, rounds) ?? []));
}

function medianLine(contender: ContenderName, accounts: number, rounds: readonly Round[]): Line | undefined {
  const results = rounds.flatMap((round) => resultOf(round, contender, accounts) ?? []);
  const [first] = results;
  if (!first) return undefined;
  const of = (value: (result: RoundResult) => number): number => median(results.map(value));
  const shares = Object.keys(first.cpuShares).map((name) => [name, of((one) => one.cpuShares[name] ?? 0)]);
  const rates = results.map((one) => one.accountsPerSecond);
  return {
    contender,
    title: WORK[contender].title,
    accounts,
    accountsPerSecond: median(rates),
    range: [Math.min(...rates), Math.max(...rates)],
    cpuMicrosecondsPerAccount: of((one) => one.cpuMicrosecondsPerAccount),
    cpuShares: Object.fromEntries(shares) as Record<string, number>,
    transactionsPerAccount: of((one) => one.transactionsPerAccount),
    workerPeakBytes: first.workerPeakBytes && of((one) => one.workerPeakBytes ?? 0),
    rounds: results.length,
    cutRounds: results.filter((one) => one.cut).length,
    ofProduct: ratioToProduct(contender, accounts, rounds),
  };
}

function ratioToProduct(
  contender: ContenderName,
  accounts: number,
  rounds: readonly Round[],
): number | undefined {
  const ratios = rounds.flatMap((round) => {
    const [own, other] = [resultOf(round, 'a', accounts), resultOf(round, contender, accounts)];
    return own && other ? other.accountsPerSecond / own.accountsPerSecond : [];
  });
  return ratios.length > 0 ? median(ratios) : undefined;
}

export function renderTable({ medians, asks, machine, options }: Report): string {
  const elsewhere = machine.busyElsewhere.toFixed(2);
  return [
    `Medians of ${options.rounds} interleaved rounds on ${machine.processors} processors (${machine.servers}, Node ${machine.node});`,
    `others kept ${elsewhere} processors busy. CPU is summed over all processes; memory is the worker's peak.`,
    '',
    row(['', 'accounts', 'accounts/s', '× the product', 'CPU-µs/account', 'transactions/account', 'MiB']),
    ...medians.flatMap((line) => [row(cellsOf(line)), `   ${sharesOf(line)}${cutOf(line)}`]),
    '',
    ...asks.map(renderAsk),
    '',
  ].join('\n');
}

const cellsOf = (line: Line): string[] => [
  `${line.contender}  ${line.title}`,
  line.accounts.toLocaleString('en'),
  Math.round(line.accountsPerSecond).toLocaleString('en'),
  line.ofProduct === undefined ? '' : line.ofProduct.toPrecision(3),
  Math.round(line.cpuMicrosecondsPerAccount).toLocaleString('en'),
  line.transactionsPerAccount.toFixed(4),
  line.workerPeakBytes === undefined ? '' : (line.workerPeakBytes / 1_048_576).toFixed(0),
];

const WIDTHS = [58, 10, 12, 15, 16, 22, 6];

const row = (cells: readonly string[]): string =>
  cells
    .map((cell, index) =>
      index === 0 ? cell.padEnd(WIDTHS[0] as number) : cell.padStart(WIDTHS[index] as number),
    )
    .join('');

export const sharesOf = (line: Pick<Line, 'cpuShares'>): string =>
  Object.entries(line.cpuShares)
    .map(([name, share]) => `${name} ${share.toFixed(0)}`)
    .join(' + ');

const cutOf = (line: Line): string =>
  line.cutRounds > 0 ? `; cut at a minute in ${line.cutRounds} round(s): the rate so far` : '';

const renderAsk = ({ ask, value, limit, atLeast, holds }: Ask): string =>
  `${holds ? 'holds ' : 'MISSED'}  ${ask.padEnd(62)} ${shown(value).padStart(8)}  (${atLeast ? 'at least' : 'at most'} ${limit})`;

const shown = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));
