import { describe, expect, test } from '@jest/globals';
import { BalanceOverTime } from '../../../src/console/charts/balance.tsx';
import { dateTicks } from '../../../src/console/charts/dates.ts';
import { shortCount } from '../../../src/console/charts/figures.ts';
import { RateOverTime } from '../../../src/console/charts/rate.tsx';
import { PartsBar, Sparkline, TickStrip } from '../../../src/console/charts/small.tsx';
import { drawings, marks, numbersIn, rowsOf, sum, textOf, texts, titles } from './drawing.ts';

const at = (on: string): number => Date.parse(on);
const BALANCE = {
  from: at('2026-10-01'),
  now: at('2026-11-29'),
  zone: 'Europe/Berlin',
  limit: 200,
  points: [
    { at: at('2026-09-20'), balance: 224, what: '20 Sep 2026, before', expired: 0 },
    { at: at('2026-10-16'), balance: 280, what: '16 Oct 2026, cycle', expired: 24 },
    { at: at('2026-11-20'), balance: 274, what: '20 Nov 2026, proposal', expired: 0 },
  ],
  next: [{ at: at('2026-12-16'), balance: 280, what: '16 Dec 2026, next cycle' }],
};

describe('balance over time', () => {
  const html = textOf(<BalanceOverTime {...BALANCE} />);
  const [wide = '', slim = ''] = drawings(html);

  test('goes in steps: of two neighbours one coordinate stays', () => {
    const [line] = marks(wide, 'path', 's-line');
    const points = (line!['d'] ?? '')
      .slice(1)
      .split('L')
      .map((one) => one.split(',').map(Number));
    expect(points.length).toBeGreaterThan(4);
    const isStep = points.slice(1).map(([x, y], index) => x === points[index]![0] || y === points[index]![1]);
    expect(isStep).not.toContain(false);
  });

  test('shows the limit where the balance would be 200, and what comes next', () => {
    const [limit] = marks(wide, 'line', 's-cap');
    const grid = marks(wide, 'line', 'grid').map((one) => Number(one['y1']));
    expect(texts(wide)).toEqual(expect.arrayContaining(['limit 200', 'today', '280', '30 Oct']));
    expect(grid).toContain(Number(limit!['y1']));
    expect(marks(wide, 'path', 's-next')).toHaveLength(1);
    expect(texts(slim)).toContain('limit 200');
  });

  test('a ring stands where Connects expired, at what there was before', () => {
    const rings = marks(wide, 'circle', 'pt x');
    expect(rings).toHaveLength(1);
    const zero = Number(marks(wide, 'line', 'axis')[0]!['y1']);
    const two = Number(marks(wide, 'line', 's-cap')[0]!['y1']);
    expect((zero - Number(rings[0]!['cy'])) / (zero - two)).toBeCloseTo((280 + 24) / 200, 1);
  });

  test('the titles are the rows of its table', () => {
    expect(titles(wide)).toEqual(rowsOf(html).map(([what, balance]) => `${what}: ${balance}`));
    expect(rowsOf(html)).toHaveLength(4);
  });

  test.each([
    ['nothing but today', { points: BALANCE.points.slice(0, 1), next: [] }],
    ['a negative balance', { points: [{ at: at('2026-10-16'), balance: -40, what: 'debt', expired: 0 }] }],
    [
      'huge numbers',
      { points: [{ at: at('2026-10-16'), balance: 2_000_000_000, what: 'much', expired: 5 }] },
    ],
    ['no limit', { limit: null }],
    ['ten years', { from: at('2016-01-01') }],
    ['an instant', { from: BALANCE.now, next: [] }],
  ])('%s: finite numbers', (_name, change) => {
    for (const svg of drawings(textOf(<BalanceOverTime {...BALANCE} {...change} />))) {
      expect(numbersIn(svg).filter((one) => !Number.isFinite(one))).toEqual([]);
      expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    }
  });

  test('below zero the axis goes below zero', () => {
    const points = [{ at: at('2026-10-16'), balance: -40, what: 'debt', expired: 0 }];
    const [svg = ''] = drawings(
      textOf(<BalanceOverTime {...BALANCE} points={points} limit={null} next={[]} />),
    );
    expect(texts(svg)).toEqual(expect.arrayContaining(['0', '−40']));
    const [zero] = marks(svg, 'line', 'axis');
    expect(Number(zero!['y1'])).toBeLessThan(Number(marks(svg, 'circle', 'f-line')[0]!['cy']));
  });
});

describe('the rate of a run', () => {
  const samples = Array.from({ length: 42 }, (_, index) => ({
    seconds: index + 1,
    perSecond: index < 20 ? 400 : 410,
  }));
  const expected = { seconds: 61, label: 'ends 07:06:01' };
  const html = textOf(<RateOverTime samples={samples} startedAt="07:05:00" expected={expected} />);
  const [wide = '', slim = ''] = drawings(html);

  test('has a title for every sample, the same as its table, and says when it ends', () => {
    expect(titles(wide)).toHaveLength(42);
    expect(titles(wide)[21]).toBe('+22 s: 410 accounts per second');
    expect(rowsOf(html)[21]).toEqual(['+22 s', '410']);
    expect(texts(wide)).toEqual(expect.arrayContaining(['ends 07:06:01', '07:05:00', '+30 s']));
    expect(texts(slim)).toContain('ends 07:06:01');
  });

  test('one sample and none are drawn, too', () => {
    for (const some of [samples.slice(0, 1), []]) {
      const [svg = ''] = drawings(textOf(<RateOverTime samples={some} startedAt="07:05:00" />));
      expect(svg).not.toMatch(/NaN|undefined/);
    }
  });
});

describe('small drawings', () => {
  test('parts of a run fill their bar as they are, and a few are seen among many', () => {
    const parts = [
      { name: 'settled', count: 17_240, fill: 'f-grant' },
      { name: 'skipped', count: 2, fill: 'f-mute' },
      { name: 'failed', count: 7, fill: 'f-bad' },
    ] as const;
    const svg = textOf(<PartsBar parts={parts} total={24_906} label="17,240 of 24,906" />);
    const widths = ['f-grant', 'f-mute', 'f-bad'].map((name) =>
      Number(marks(svg, 'rect', name)[0]!['width']),
    );
    expect(widths[0]).toBeCloseTo(691.2, 0);
    expect(widths[2]).toBeGreaterThanOrEqual(4);
    expect(titles(svg)).toEqual(['17,240 settled', '2 skipped', '7 failed']);
  });

  test('a full bar stays within itself, also with many small parts', () => {
    const parts = Array.from({ length: 30 }, (_, index) => ({
      name: `${index}`,
      count: index === 0 ? 1_000_000 : 1,
      fill: 'f-grant' as const,
    }));
    const svg = textOf(<PartsBar parts={parts} total={1_000_029} label="all" />);
    const last = marks(svg, 'rect', 'f-grant').at(-1)!;
    expect(Number(last['x']) + Number(last['width'])).toBeLessThanOrEqual(1_000);
    expect(sum(marks(svg, 'rect', 'f-grant').map((one) => Number(one['width'])))).toBeLessThanOrEqual(1_000);
  });

  test('nothing done is an empty bar', () => {
    expect(
      textOf(<PartsBar parts={[{ name: 'settled', count: 0, fill: 'f-grant' }]} total={0} label="none" />),
    ).not.toContain('<rect');
  });

  test('a missed tick stands out; of few ticks each is as wide as of many', () => {
    const strip = (ticks: number) =>
      textOf(
        <TickStrip
          label="The last 2 ticks: 1 swept, 1 missed"
          room={24}
          ticks={[
            { fill: 'f-grant' as const, title: 'a' },
            { fill: 'f-bad' as const, isBad: true, title: 'b' },
          ].slice(0, ticks)}
        />,
      );
    expect(strip(0)).toBe('');
    expect([strip(1), strip(2)].map((one) => /viewBox="([^"]*)"/.exec(one)?.[1])).toEqual([
      '0 0 240 30',
      '0 0 240 30',
    ]);
    const svg = strip(2);
    expect(Number(marks(svg, 'rect', 'f-bad')[0]!['height'])).toBeGreaterThan(
      Number(marks(svg, 'rect', 'f-grant')[0]!['height']),
    );
    expect(titles(svg)).toEqual(['a', 'b']);
  });

  test('a line needs two values, and stays in its tile', () => {
    const hours = (...values: number[]) => ({
      seen: values.map((value, index) => ({ at: index * 3_600_000, value })),
      from: 0,
      to: (values.length - 1) * 3_600_000,
      label: 'Due: 0 to 5',
    });
    expect(textOf(<Sparkline {...hours(5)} />)).toBe('');
    const svg = textOf(<Sparkline {...hours(0, 2_000_000_000, -5)} isBad />);
    expect(svg).toContain('class="spark s-bad"');
    expect(titles(svg)).toEqual(['Due: 0 to 5']);
    const starts = (gapMs: number) =>
      textOf(<Sparkline {...hours(1, 2, 3)} gapMs={gapMs} />)
        .match(/class="s-thin"[^>]*/)?.[0]
        .match(/M/g)?.length;
    expect([starts(3_600_000), starts(3_599_999)]).toEqual([1, 3]);
    const heights = [...svg.matchAll(/[\d.-]+,([\d.-]+)/g)].map(([, y]) => Number(y));
    expect(heights.length).toBeGreaterThan(5);
    expect(heights.filter((y) => y < 2 || y > 29)).toEqual([]);
  });
});

describe('axes', () => {
  test.each([
    [0, '0'],
    [1_500, '1,500'],
    [20_000, '20k'],
    [1_500_000, '1.5M'],
    [2_000_000_000, '2B'],
    [-40, '−40'],
  ])('%d is written %s', (count, text) => expect(shortCount(count)).toBe(text));

  test('months begin where the zone says', () => {
    const ticks = dateTicks(at('2026-05-01T00:00:00Z'), at('2026-12-16T00:00:00Z'), 'Pacific/Auckland', 9);
    expect(ticks.map((one) => one.label)).toEqual(['Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']);
    expect(new Date(ticks[0]!.at).toISOString()).toBe('2026-05-31T12:00:00.000Z');
  });

  test.each([1, 7, 30, 90, 400, 4_000])('%d days have a few marks', (days) => {
    const ticks = dateTicks(at('2026-01-10'), at('2026-01-10') + days * 86_400_000, 'UTC', 9);
    expect(ticks.length).toBeGreaterThan(0);
    expect(ticks.length).toBeLessThanOrEqual(10);
  });
});
