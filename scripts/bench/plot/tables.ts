/** What docs/performance.md says of runs, between two marks in it: written from the documents of those runs. */
import stringWidth from 'string-width';
import { type Measured, judge } from '../asks.ts';
import { LANES, type Lane } from '../options.ts';
import { SETTINGS, WAY_WORDS, type Way } from '../peers/ways.ts';
import { type Line, type Report, mediansOf, sharesOf } from '../report.ts';
import { rateOf } from './rate-picture.ts';

const BEGIN = '<!-- written by `npm run bench -- --plot`: begin -->';
const END = '<!-- written by `npm run bench -- --plot`: end -->';

/** @throws Error when the page has lost its marks */
export function withTables(page: string, reports: readonly Report[]): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error('docs/performance.md has lost the marks of its tables');
  return `${page.slice(0, begin + BEGIN.length)}\n\n${tables(reports).join('\n\n')}\n\n${page.slice(end)}`;
}

export const linesOf = (reports: readonly Report[]): Line[] =>
  mediansOf(reports.flatMap((report) => report.measured.rounds));

/** As if all of their rounds were of one run: asked is what is asked today. */
const allOf = (reports: readonly Report[]): Measured => ({
  rounds: reports.flatMap((report) => report.measured.rounds),
  redisBytesPerJob: reports
    .map((report) => report.measured.redisBytesPerJob)
    .find((one) => one !== undefined),
});

function tables(reports: readonly Report[]): string[] {
  const lines = linesOf(reports);
  const sizes = [...new Set(lines.map((one) => one.accounts))];
  return [
    ...reports.map(whereMeasured),
    table(
      ['Accounts per second', ...sizes.map((size) => `${size.toLocaleString('en')} due`)],
      namesOf(lines).map((title) => [
        title,
        ...sizes.map((size) => rateCell(lines.find((one) => one.title === title && one.accounts === size))),
      ]),
    ),
    'In brackets: the rate ÷ that of this product, one job per account, in the same round. \\*: cut at a minute, the rate so far.',
    ...sizes.map((size) =>
      table(
        [
          `At ${size.toLocaleString('en')} due`,
          'CPU-µs per account',
          'of them',
          'transactions per account',
          'memory, MiB',
        ],
        lines.filter((one) => one.accounts === size).map(costCells),
      ),
    ),
    whoIsAhead(lines.filter((one) => one.accounts === largestCommon(lines))),
    // Of peers alone.
    ...(settingRows(lines).length > 0 ? [table(['Settings', ''], settingRows(lines))] : []),
    table(
      ['Asked', 'limit', 'measured', ''],
      judge(allOf(reports)).map(({ ask, limit, atLeast, value, holds }) => [
        ask,
        `${atLeast ? 'at least' : 'at most'} ${limit}`,
        value >= 100 ? value.toFixed(0) : value.toPrecision(3),
        holds ? 'holds' : 'missed',
      ]),
    ),
  ];
}

const namesOf = (lines: readonly Line[]): string[] => [...new Set(lines.map((one) => one.title))];

/** The largest size that every contender was run at; the largest of all where there is none. */
function largestCommon(lines: readonly Line[]): number {
  const sizes = [...new Set(lines.map((one) => one.accounts))].toSorted((one, other) => other - one);
  const all = namesOf(lines).length;
  return sizes.find((size) => lines.filter((one) => one.accounts === size).length === all) ?? sizes[0] ?? 0;
}

function rateCell(line: Line | undefined): string {
  if (!line) return '';
  const ratio = line.ofProduct === undefined ? '' : ` (${Number(line.ofProduct.toPrecision(2))})`;
  return `${rateOf(line.accountsPerSecond)}${line.cutRounds > 0 ? '\\*' : ''}${ratio}`;
}

const costCells = (line: Line): string[] => [
  line.title,
  Math.round(line.cpuMicrosecondsPerAccount).toLocaleString('en'),
  sharesOf(line),
  Number(line.transactionsPerAccount.toPrecision(2)).toString(),
  line.workerPeakBytes === undefined ? '' : (line.workerPeakBytes / 1_048_576).toFixed(0),
];

/** Where somebody else does better than this program, in each of its lanes. @param lines of one size */
function whoIsAhead(lines: readonly Line[]): string {
  const others = lines.filter((one) => one.contender !== 'a' && one.contender !== 'e');
  const sentences = Object.entries(LANES).flatMap(([lane, name]) => {
    const own = lines.find((one) => one.contender === name);
    if (!own) return [];
    const faster = others.filter((one) => one.accountsPerSecond > own.accountsPerSecond);
    const cheaper = others.filter((one) => one.cpuMicrosecondsPerAccount < own.cpuMicrosecondsPerAccount);
    return [
      `- Faster than this product's ${WORDS[lane as Lane]}: ${titlesOf(faster)}.`,
      `- Less CPU than its ${WORDS[lane as Lane]}: ${titlesOf(cheaper)}.`,
    ];
  });
  return [
    `Where others did better, at ${lines[0]?.accounts.toLocaleString('en')} due:`,
    '',
    ...sentences,
  ].join('\n');
}

const WORDS: Readonly<Record<Lane, string>> = { 'per-account': 'jobs of one account', cohorts: 'cohorts' };

const titlesOf = (lines: readonly Line[]): string =>
  lines.length === 0 ? 'none' : lines.map((one) => one.title).join('; ');

function settingRows(lines: readonly Line[]): string[][] {
  const peers = namesOf(lines).filter((title) => /^(graphile-worker|pg-boss)/.test(title));
  return Object.entries(SETTINGS).flatMap(([peer, ways]) =>
    peers.some((title) => title.startsWith(peer))
      ? Object.entries(ways).map(([way, words]) => [`${peer}, ${WAY_WORDS[way as Way]}`, words])
      : [],
  );
}

function whereMeasured({ machine, measuredAt, options }: Report): string {
  const { processors, model, memoryBytes, kernel, node, servers, packages, loadBefore, busyElsewhere } =
    machine;
  const versions = Object.entries(packages).map(([name, version]) => `${name} ${version}`);
  const isBusy = busyElsewhere > 0.2 * processors;
  return [
    `Measured on ${measuredAt.slice(0, 10)}: ${processors} processors (${model}), ${Math.round(memoryBytes / 2 ** 30)} GiB, Linux ${kernel}.`,
    `${servers}, Node ${node}; ${versions.join(', ')}. ${options.rounds === 1 ? 'One round' : `Medians of ${options.rounds} rounds`};`,
    `load before it ${loadBefore.join(', ')}, and others kept ${busyElsewhere.toFixed(2)} processors busy meanwhile.`,
    ...(isBusy
      ? ['**The machine was busy with other work: the ratios are a hint, the rates are nothing to go by.**']
      : []),
  ].join('\n');
}

/** Numbers to the right, and columns as wide as the formatter makes them. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) =>
    Math.max(4, ...[head, ...rows].map((cells) => stringWidth(cells[column] ?? ''))),
  );
  // The first names the row.
  const isNumber = head.map(
    (_, column) => column > 0 && rows.every((cells) => !/[a-z]/i.test(cells[column] ?? '')),
  );
  const lineOf = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const padded = (cells: readonly string[]): string =>
    lineOf(
      cells.map((cell, column) => {
        const room = ' '.repeat((widths[column] as number) - stringWidth(cell));
        return isNumber[column] ? room + cell : cell + room;
      }),
    );
  const rule = widths.map((width, column) => '-'.repeat(width - 1) + (isNumber[column] ? ':' : '-'));
  return [padded(head), lineOf(rule), ...rows.map(padded)].join('\n');
}
