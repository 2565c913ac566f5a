/** The picture and the tables of docs/performance.md. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { renderRates } from '../../../scripts/bench/plot/rate-picture.ts';
import { withTables } from '../../../scripts/bench/plot/tables.ts';
import { PAGE, PICTURE, drawFigures } from '../../../scripts/bench/plot/write-figures.ts';
import { compileReport, mediansOf } from '../../../scripts/bench/report.ts';
import { parseOptions, type BenchOptions } from '../../../scripts/bench/options.ts';
import { root } from '../../support/cli.ts';
import { result } from './results.ts';

const rounds = [
  {
    results: [
      result('a', 1_000, 4_000),
      result('a', 10_000, 5_000),
      result('pgboss', 1_000, 0.5, { cut: true }),
      result('pgboss', 10_000, 0.5, { cut: true }),
      result('graphile-group', 1_000, 3_900),
      result('graphile-group', 10_000, 4_990),
    ],
  },
];
const facts = {
  processors: 2,
  model: 'A processor',
  memoryBytes: 8 * 2 ** 30,
  kernel: '6.1',
  node: 'v20',
  servers: 'MariaDB 10',
  packages: { bullmq: '6' },
  loadBefore: [0.1, 0, 0],
};

/** Attributes of every element of that name, in their order. */
const elements = (svg: string, name: string): Record<string, string>[] =>
  [...svg.matchAll(new RegExp(`<${name} ([^>]*?)/?>`, 'g'))].map(([, attributes = '']) =>
    Object.fromEntries([...attributes.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, key, value]) => [key, value])),
  );

describe('the picture', () => {
  const svg = renderRates(mediansOf(rounds));

  test('has a line for each contender, and a point for each size, hollow where it was cut', () => {
    expect(elements(svg, 'path').map((one) => one['class'])).toEqual(['own strong', 'graphile', 'boss dots']);
    const points = elements(svg, 'circle');
    expect(points.map((one) => one['class'])).toEqual(['whole', 'whole', 'whole', 'whole', 'cut', 'cut']);
    const [small, large, , , slow] = points.map((one) => ({ x: Number(one['cx']), y: Number(one['cy']) }));
    expect(large?.x).toBeGreaterThan(small?.x ?? NaN);
    // Higher is faster.
    expect(large?.y).toBeLessThan(small?.y ?? NaN);
    expect(slow?.y).toBeGreaterThan((small?.y ?? NaN) + 100);
  });

  test('says of each point what it is, in a title; its names do not lie on each other', () => {
    expect(svg).toContain(
      '<title>this product: sweep, jobs, group commit: 5,000 accounts a second at 10,000 accounts</title>',
    );
    expect(svg).toContain(
      '<title>pg-boss, as it comes: 0.5 accounts a second at 1,000 accounts; cut at a minute</title>',
    );
    const heights = elements(svg, 'text').flatMap((one) =>
      one['class']?.startsWith('label') ? Number(one['y']) : [],
    );
    expect(heights).toHaveLength(3);
    expect(heights[1]).toBeGreaterThanOrEqual((heights[0] as number) + 16);
  });

  test('is light and dark by itself, and holds no script', () => {
    expect(svg).toContain('@media (prefers-color-scheme: dark)');
    expect(svg).not.toMatch(/<script|\son\w+=|href=/);
    expect(svg.match(/NaN|undefined|Infinity/)).toBeNull();
  });

  test('one size alone has a picture, too', () => {
    const one = renderRates(mediansOf([{ results: [result('a', 1_000, 4_000)] }]));
    expect(elements(one, 'circle')).toHaveLength(1);
    expect(one.match(/NaN|undefined|Infinity/)).toBeNull();
  });
});

describe('the tables', () => {
  const options = parseOptions(['--accounts', '1000,10000', '--rounds', '1']) as BenchOptions;
  const reportOn = (more: object) =>
    compileReport(options, { ...facts, ...more }, { rounds, redisBytesPerJob: 250 });
  const page = (report: ReturnType<typeof reportOn>): string =>
    withTables(
      'Before\n\n<!-- written by `npm run bench -- --plot`: begin -->\nof before\n<!-- written by `npm run bench -- --plot`: end -->\n\nAfter\n',
      [report],
    );

  test('stand between the marks, whatever stood there', () => {
    const text = page(reportOn({}));
    expect(text).toMatch(/^Before\n\n<!--[^>]*begin -->\n\nMeasured on .*\n/);
    expect(text).toMatch(/\n\n<!--[^>]*end -->\n\nAfter\n$/);
    expect(text).not.toContain('of before');
    expect(() => withTables('none', [reportOn({})])).toThrow('lost the marks');
  });

  test('show rates, what was cut, ratios within the round, and what was asked', () => {
    const text = page(reportOn({}));
    const cells = (title: string) =>
      text
        .split('\n')
        .find((line) => line.startsWith(`| ${title} `))
        ?.split('|')
        .map((cell) => cell.trim());
    expect(cells('this product: sweep, jobs, group commit')).toEqual([
      '',
      'this product: sweep, jobs, group commit',
      '4,000 (1)',
      '5,000 (1)',
      '',
    ]);
    expect(cells('pg-boss, as it comes')?.[3]).toBe('0.5\\* (0.0001)');
    expect(cells('bytes of Redis per waiting job')).toEqual([
      '',
      'bytes of Redis per waiting job',
      'at most 300',
      '250',
      'holds',
      '',
    ]);
    expect(text).toMatch(/^\| pg-boss, tuned +\| 50 transactions at once/m);
  });

  test('say who did better than this program, and at what', () => {
    const cheap = { cpuMicrosecondsPerAccount: 100 };
    const others = [result('d', 1_000, 9_000), result('pgboss', 1_000, 0.5, cheap)];
    const measured = {
      rounds: [{ results: [result('a', 1_000, 4_000), ...others] }],
      redisBytesPerJob: undefined,
    };
    const text = page(compileReport(options, facts, measured));
    expect(text).toContain(
      "- Faster than this product's jobs of one account: set-based SQL, 1,000 per transaction.\n" +
        '- Less CPU than its jobs of one account: pg-boss, as it comes.\n',
    );
    expect(page(reportOn({}))).toContain("- Faster than this product's jobs of one account: none.");
  });

  test('say so where the machine was busy', () => {
    expect(page(reportOn({}))).not.toContain('The machine was busy');
    const busy = { ...reportOn({}), machine: { ...facts, busyElsewhere: 1 } };
    expect(page(busy)).toContain('**The machine was busy');
  });
});

test('the page and the picture are what the samples say', () => {
  const folder = join(root, 'docs/performance');
  const files = readdirSync(folder).map((name) => join(folder, name));
  const { picture, page } = drawFigures(files);
  expect(readFileSync(PICTURE, 'utf8')).toBe(picture);
  expect(readFileSync(PAGE, 'utf8')).toBe(page);
});
