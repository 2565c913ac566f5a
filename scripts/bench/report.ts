/** The figures for a person and for a program. */
import { cpus, totalmem } from 'node:os';
import { type Ask, type Measured, judge } from './asks.ts';
import { TITLES, type RoundResult } from './contenders.ts';
import { WARM_UP_ACCOUNTS } from './fleet.ts';
import { median } from './measuring.ts';
import { type BenchOptions, CONTENDER_NAMES } from './options.ts';

export interface Report {
  readonly measuredAt: string;
  readonly machine: Readonly<Record<string, string | number>>;
  readonly options: BenchOptions;
  readonly warmUpAccounts: number;
  readonly medians: readonly Line[];
  readonly asks: readonly Ask[];
  readonly measured: Measured;
}

/** Medians of one contender at one size. */
interface Line {
  readonly contender: string;
  readonly title: string;
  readonly accounts: number;
  readonly accountsPerSecond: number;
  readonly cpuMicrosecondsPerAccount: number;
  readonly cpuShares: Readonly<Record<string, number>>;
  readonly transactionsPerAccount: number;
  readonly workerPeakBytes: number | undefined;
  readonly cutRounds: number;
}

export function compileReport(options: BenchOptions, servers: string, measured: Measured): Report {
  const { rounds } = measured;
  const lines = CONTENDER_NAMES.flatMap((name) =>
    medianLine(
      name,
      TITLES[name],
      rounds.flatMap((round) => round.results.filter((one) => one.contender === name)),
    ),
  );
  const large = rounds.flatMap((round) => round.large ?? []);
  const largeInCohorts = rounds.flatMap((round) => round.largeInCohorts ?? []);
  return {
    measuredAt: new Date().toISOString(),
    machine: {
      processors: cpus().length,
      model: cpus()[0]?.model ?? '',
      memoryBytes: totalmem(),
      node: process.version,
      servers,
      busyElsewhere: median(rounds.flatMap((round) => round.results.map((one) => one.busyElsewhere))),
    },
    options,
    warmUpAccounts: WARM_UP_ACCOUNTS,
    medians: [
      ...lines,
      ...medianLine('a', `${TITLES.a}, large`, large),
      ...medianLine('e', `${TITLES.e}, large`, largeInCohorts),
    ],
    asks: judge(measured),
    measured,
  };
}

function medianLine(contender: string, title: string, results: readonly RoundResult[]): Line[] {
  const [first] = results;
  if (!first) return [];
  const of = (value: (result: RoundResult) => number): number => median(results.map(value));
  const shares = Object.keys(first.cpuShares).map((name) => [name, of((one) => one.cpuShares[name] ?? 0)]);
  return [
    {
      contender,
      title,
      accounts: first.accounts,
      accountsPerSecond: of((one) => one.accountsPerSecond),
      cpuMicrosecondsPerAccount: of((one) => one.cpuMicrosecondsPerAccount),
      cpuShares: Object.fromEntries(shares) as Record<string, number>,
      transactionsPerAccount: of((one) => one.transactionsPerAccount),
      workerPeakBytes: first.workerPeakBytes && of((one) => one.workerPeakBytes ?? 0),
      cutRounds: results.filter((one) => one.cut).length,
    },
  ];
}

export function renderTable({ medians, asks, machine, options }: Report): string {
  const elsewhere = Number(machine.busyElsewhere).toFixed(2);
  return [
    `Medians of ${options.rounds} interleaved rounds on ${machine.processors} processors (${machine.servers}, Node ${machine.node});`,
    `others kept ${elsewhere} processors busy. CPU is summed over all processes; memory is the worker's peak.`,
    '',
    row(['', 'accounts', 'accounts/s', 'CPU-µs/account', 'transactions/account', 'memory MiB']),
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
  Math.round(line.cpuMicrosecondsPerAccount).toLocaleString('en'),
  line.transactionsPerAccount.toFixed(4),
  line.workerPeakBytes === undefined ? '' : (line.workerPeakBytes / 1_048_576).toFixed(0),
];

const WIDTHS = [50, 10, 12, 16, 22, 12];

const row = (cells: readonly string[]): string =>
  cells
    .map((cell, index) =>
      index === 0 ? cell.padEnd(WIDTHS[0] as number) : cell.padStart(WIDTHS[index] as number),
    )
    .join('');

const sharesOf = (line: Line): string =>
  Object.entries(line.cpuShares)
    .map(([name, share]) => `${name} ${share.toFixed(0)}`)
    .join(' + ');

const cutOf = (line: Line): string =>
  line.cutRounds > 0 ? `; cut at a minute in ${line.cutRounds} round(s): the rate so far` : '';

const renderAsk = ({ ask, value, limit, atLeast, holds }: Ask): string =>
  `${holds ? 'holds ' : 'MISSED'}  ${ask.padEnd(62)} ${shown(value).padStart(8)}  (${atLeast ? 'at least' : 'at most'} ${limit})`;

const shown = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));
