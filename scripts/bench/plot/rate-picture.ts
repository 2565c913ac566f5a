/**
 * The rate of every contender against the number of accounts, as one SVG: both axes logarithmic, because contenders
 * differ by more than a hundred times. It stands alone in a page: its colours are its own, for light and for dark.
 */
import { scaleLog } from 'd3-scale';
import { line } from 'd3-shape';
import { round, shortCount } from '../../../src/console/charts/figures.ts';
import type { ContenderName } from '../options.ts';
import type { Line } from '../report.ts';

const WIDTH = 1_000;
const HEIGHT = 520;
const LEFT = 58;
/** Room for the names at the end of each line. */
const RIGHT = 440;
const TOP = 44;
const BOTTOM = 46;
const LABEL_HEIGHT = 17;

/** A hue for a family, and a dash for how it is set to work. */
const LOOKS: Readonly<Record<ContenderName, string>> = {
  a: 'own strong',
  e: 'own strong cohorts',
  f: 'own dots',
  g: 'own dash',
  b: 'bull',
  c: 'bull dots',
  flows: 'bull dash',
  d: 'sql',
  graphile: 'graphile dots',
  'graphile-tuned': 'graphile dash',
  'graphile-group': 'graphile',
  pgboss: 'boss dots',
  'pgboss-tuned': 'boss dash',
  'pgboss-group': 'boss',
};

const STYLE = `
text { font: 12px system-ui, sans-serif; fill: #4a5560; }
.title { font-weight: 600; font-size: 14px; fill: #1b2733; }
.bg { fill: #ffffff; } .grid { stroke: #e3e8ec; } .lead { stroke: #b8c2ca; }
path { fill: none; stroke-width: 1.8; } .strong { stroke-width: 3; }
.dash { stroke-dasharray: 6 4; } .dots { stroke-dasharray: 2 4; } .cohorts { stroke-dasharray: 10 3; }
circle { stroke-width: 1.8; stroke-dasharray: none; } circle.whole { fill: currentColor; } circle.cut { fill: #ffffff; }
.own { stroke: #0b7a3b; color: #0b7a3b; } .bull { stroke: #b4530a; color: #b4530a; } .sql { stroke: #5b6670; color: #5b6670; }
.graphile { stroke: #1d5fbf; color: #1d5fbf; } .boss { stroke: #8a3aa8; color: #8a3aa8; }
text.label { stroke: none; fill: currentColor; } text.label.strong { font-weight: 600; }
@media (prefers-color-scheme: dark) {
  text { fill: #a9b4bd; } .title { fill: #e8edf1; }
  .bg, circle.cut { fill: #14191e; } .grid { stroke: #2a323a; } .lead { stroke: #4d5862; }
  .own { stroke: #4cc47f; color: #4cc47f; } .bull { stroke: #f09a52; color: #f09a52; } .sql { stroke: #a3afb9; color: #a3afb9; }
  .graphile { stroke: #74a9f5; color: #74a9f5; } .boss { stroke: #cf8eea; color: #cf8eea; }
}`;

interface Series {
  readonly name: ContenderName;
  readonly title: string;
  /** By size. */
  readonly points: readonly Line[];
}

interface Scales {
  readonly x: (accounts: number) => number;
  readonly y: (rate: number) => number;
}

/** @param lines medians, of one run or of several; those that settled nobody are left out: they have no logarithm */
export function renderRates(lines: readonly Line[]): string {
  const series = seriesOf(lines.filter((one) => one.accountsPerSecond > 0));
  const all = series.flatMap((one) => one.points);
  const sizes = [...new Set(all.map((one) => one.accounts))].toSorted((one, other) => one - other);
  const rates = all.map((one) => one.accountsPerSecond);
  const x = scaleLog()
    .domain(widened(sizes.at(0) ?? 1, sizes.at(-1) ?? 1))
    .range([LEFT + 16, WIDTH - RIGHT]);
  const y = scaleLog()
    .domain([decadeBelow(Math.min(...rates, 1_000)), decadeAbove(Math.max(...rates, 1_000))])
    .range([HEIGHT - BOTTOM, TOP]);
  const scales = { x: (accounts: number) => round(x(accounts)), y: (rate: number) => round(y(rate)) };
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img">`,
    `<title>Accounts settled per second, by the number of accounts that are due</title>`,
    `<style>${STYLE}\n</style>`,
    `<rect class="bg" width="${WIDTH}" height="${HEIGHT}" rx="6"/>`,
    `<text class="title" x="16" y="24">Accounts settled per second, by how many are due</text>`,
    ...rateAxis(y.domain() as [number, number], scales),
    ...sizeAxis(sizes, scales),
    ...series.map((one) => drawSeries(one, scales)),
    ...labels(series, scales),
    `</svg>`,
    ``,
  ].join('\n');
}

function seriesOf(lines: readonly Line[]): Series[] {
  const names = [...new Set(lines.map((one) => one.contender))];
  return names.map((name) => {
    const points = lines
      .filter((one) => one.contender === name)
      .toSorted((one, other) => one.accounts - other.accounts);
    return { name, title: points[0]?.title ?? name, points };
  });
}

const decadeBelow = (rate: number): number => 10 ** Math.floor(Math.log10(rate));
const decadeAbove = (rate: number): number => 10 ** Math.ceil(Math.log10(rate));
/** A single size needs an axis, too. */
const widened = (least: number, most: number): [number, number] =>
  least < most ? [least, most] : [least / 10, most];

function rateAxis([least, most]: [number, number], { y }: Scales): string[] {
  const decades = Math.round(Math.log10(most / least));
  return Array.from({ length: decades + 1 }, (_, index) => least * 10 ** index).map((rate) => {
    const at = y(rate);
    const text = rate < 1 ? String(Number(rate.toPrecision(1))) : shortCount(Math.round(rate));
    return (
      `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT + 8}" y1="${at}" y2="${at}"/>` +
      `<text x="${LEFT - 8}" y="${at + 4}" text-anchor="end">${text}</text>`
    );
  });
}

const sizeAxis = (sizes: readonly number[], { x }: Scales): string[] =>
  sizes.map(
    (size) =>
      `<line class="grid" x1="${x(size)}" x2="${x(size)}" y1="${TOP}" y2="${HEIGHT - BOTTOM}"/>` +
      `<text x="${x(size)}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${shortCount(size)}${size === sizes.at(-1) ? ' accounts' : ''}</text>`,
  );

function drawSeries({ name, title, points }: Series, { x, y }: Scales): string {
  const path = line<Line>()
    .x((one) => x(one.accounts))
    .y((one) => y(one.accountsPerSecond))([...points]);
  const dots = points.map((one) => {
    const isCut = one.cutRounds > 0;
    const at = `cx="${x(one.accounts)}" cy="${y(one.accountsPerSecond)}"`;
    return `<circle class="${isCut ? 'cut' : 'whole'}" ${at} r="3.5"><title>${escaped(wordsOf(one))}</title></circle>`;
  });
  return `<g class="${LOOKS[name]}"><title>${escaped(title)}</title><path class="${LOOKS[name]}" d="${path ?? ''}"/>${dots.join('')}</g>`;
}

/** `pg-boss, tuned: 1,234 accounts a second at 10,000 accounts (1,100 to 1,300 in 3 rounds)`. */
function wordsOf({ title, accounts, accountsPerSecond, range, rounds, cutRounds }: Line): string {
  const spread = rounds > 1 ? ` (${rateOf(range[0])} to ${rateOf(range[1])} in ${rounds} rounds)` : '';
  const cut = cutRounds > 0 ? '; cut at a minute' : '';
  return `${title}: ${rateOf(accountsPerSecond)} accounts a second at ${accounts.toLocaleString('en')} accounts${spread}${cut}`;
}

export const rateOf = (rate: number): string =>
  rate < 10 ? String(round(rate)) : Math.round(rate).toLocaleString('en');

/** Names at the ends of their lines, moved apart where they would lie on each other. */
function labels(series: readonly Series[], { x, y }: Scales): string[] {
  const ends = series
    .flatMap(({ name, title, points }) => {
      const end = points.at(-1);
      return end ? { name, title, end, wanted: y(end.accountsPerSecond) } : [];
    })
    .toSorted((one, other) => one.wanted - other.wanted);
  const heights = apart(ends.map((one) => one.wanted));
  return ends.map(({ name, title, end, wanted }, index) => {
    const at = heights[index] as number;
    const [from, to] = [x(end.accounts) + 6, WIDTH - RIGHT + 26];
    const text = `${title} · ${rateOf(end.accountsPerSecond)}`;
    return (
      `<line class="lead" x1="${from}" y1="${wanted}" x2="${to - 4}" y2="${at}"/>` +
      `<text class="label ${LOOKS[name]}" x="${to}" y="${round(at + 4)}">${escaped(text)}</text>`
    );
  });
}

/** @param wanted in order. @returns each at least a line below the one before, none below the floor */
function apart(wanted: readonly number[]): number[] {
  const placed: number[] = [];
  for (const one of wanted) placed.push(Math.max(one, (placed.at(-1) ?? -Infinity) + LABEL_HEIGHT));
  let floor = HEIGHT - BOTTOM + 4;
  return placed
    .toReversed()
    .map((one) => {
      const at = Math.min(one, floor);
      floor = at - LABEL_HEIGHT;
      return round(at);
    })
    .toReversed();
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
