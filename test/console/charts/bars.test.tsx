import { describe, expect, test } from '@jest/globals';
import { Bars } from '../../../src/console/charts/bars.tsx';
import { DailyConnects, DuePerDay, PutAsidePerHour } from '../../../src/console/charts/day-bars.tsx';
import {
  daysFrom,
  drawings,
  marks,
  numbersIn,
  rowsOf,
  staysWithin,
  sum,
  textOf,
  texts,
  titles,
} from './drawing.ts';

const DAYS = [
  { on: '2026-11-11', granted: 1_000, expired: 200, accounts: 20 },
  { on: '2026-11-12', granted: 500, expired: 0, accounts: 10, note: 'database away' },
  { on: '2026-11-13', granted: 2_000, expired: 400, accounts: 40 },
];

describe('Connects per day', () => {
  const html = textOf(<DailyConnects days={DAYS} />);
  const [wide = '', slim = ''] = drawings(html);

  test('a height is to another as an amount is to another, upwards and downwards', () => {
    for (const svg of [wide, slim]) {
      const heights = marks(svg, 'rect', 'f-grant').map((one) => Number(one['height']));
      expect(heights[0]! / heights[1]!).toBeCloseTo(2, 1);
      expect(heights[2]! / heights[0]!).toBeCloseTo(2, 1);
      const expired = marks(svg, 'rect', 'f-expire').map((one) => Number(one['height']));
      expect(expired).toHaveLength(2);
      expect(heights[0]! / expired[0]!).toBeCloseTo(5, 0);
    }
  });

  test('what was granted ends at the line from which what expired hangs', () => {
    const [granted] = marks(wide, 'rect', 'f-grant');
    const [expired] = marks(wide, 'rect', 'f-expire');
    const [zero] = marks(wide, 'line', 'axis');
    expect(Number(granted!['y']) + Number(granted!['height'])).toBeCloseTo(Number(zero!['y1']), 0);
    expect(Number(expired!['y'])).toBeCloseTo(Number(zero!['y1']), 0);
  });

  test('every mark has a title, and the table says the same', () => {
    expect(titles(wide)).toEqual([
      '11 Nov 2026: 1,000 granted, 200 expired, 20 accounts',
      '12 Nov 2026: 500 granted, 0 expired, 10 accounts, database away',
      '13 Nov 2026: 2,000 granted, 400 expired, 40 accounts',
    ]);
    expect(titles(slim)).toEqual(titles(wide));
    expect(rowsOf(html)).toEqual([
      ['11 Nov 2026', '1,000', '200', '20 accounts'],
      ['12 Nov 2026 (database away)', '500', '0', '10 accounts'],
      ['13 Nov 2026', '2,000', '400', '40 accounts'],
    ]);
  });

  test('is a picture with a sentence, has a note, and no style of its own', () => {
    expect(wide).toContain('role="img" aria-label="Connects granted and expired per day, 3 days"');
    expect(texts(wide)).toContain('12 Nov, database away');
    expect(html).not.toMatch(/style=|<style|<script|fill="|stroke="/);
    expect(html).toContain('Granted, 3,500');
  });

  test('amounts below the axis are no negative numbers', () => {
    expect(texts(wide).filter((text) => text.startsWith('−'))).toEqual([]);
  });
});

describe('bars of any data', () => {
  const series = [
    { name: 'One', fill: 'f-grant' },
    { name: 'Two', fill: 'f-expire', isDown: true },
  ] as const;
  const drawn = (amounts: readonly (readonly number[])[]): string[] =>
    drawings(
      textOf(
        <Bars
          label="Any"
          of="Day"
          series={series}
          bars={daysFrom('2025-01-01', amounts.length).map((on, index) => ({
            name: on,
            short: on.slice(5),
            amounts: amounts[index] ?? [],
          }))}
        />,
      ),
    );

  test.each([
    ['one bar', [[5, 3]]],
    [
      'zeroes',
      [
        [0, 0],
        [0, 0],
      ],
    ],
    [
      'huge numbers',
      [
        [2_000_000_000, 1_900_000_000],
        [1, 1],
      ],
    ],
    ['400 days', Array.from({ length: 400 }, (_, index) => [index * 7, index])],
  ])('%s: finite numbers within the view, in both drawings', (_name, amounts) => {
    for (const svg of drawn(amounts)) {
      expect(numbersIn(svg).filter((one) => !Number.isFinite(one))).toEqual([]);
      expect(staysWithin(svg)).toBe(true);
      expect(titles(svg)).toHaveLength(amounts.length);
    }
  });

  test('a single bar is no wall', () => {
    const [wide = ''] = drawn([[5, 3]]);
    expect(Number(marks(wide, 'rect', 'f-grant')[0]!['width'])).toBeLessThanOrEqual(40);
  });

  test('labels of 400 days do not meet each other', () => {
    for (const svg of drawn(Array.from({ length: 400 }, () => [1, 1]))) {
      const at = marks(svg, 'text', 'mid').map((one) => Number(one['x']));
      expect(at.length).toBeGreaterThan(2);
      expect(at.slice(1).every((x, index) => x - at[index]! >= 50)).toBe(true);
    }
  });

  test('the axis of huge numbers is short', () => {
    const [wide = ''] = drawn([[2_000_000_000, 0]]);
    expect(texts(wide)).toEqual(expect.arrayContaining(['0', '500M', '1B', '1.5B', '2B']));
  });

  test('nothing is said to be nothing, without a table', () => {
    const html = textOf(<DailyConnects days={[]} />);
    expect(texts(drawings(html)[0] ?? '')).toEqual(['Nothing to show yet']);
    expect(html).not.toContain('<table');
  });
});

test('accounts due are stacked by plan, and the highest day is named', () => {
  const html = textOf(
    <DuePerDay
      days={[
        { on: '2026-12-01', due: { basic: 40_000, plus: 20_000, agency: 4_432 }, connects: 1_800_000 },
        { on: '2026-12-02', due: { plus: 10_000 } },
      ]}
    />,
  );
  const [wide = ''] = drawings(html);
  expect(texts(wide)).toContain('1 Dec: 64,432');
  const first = ['f-ahead2', 'f-mute', 'f-ahead'].map((name) => marks(wide, 'rect', name)[0]!);
  const heights = first.map((one) => Number(one['height']));
  expect(heights[0]! / heights[2]!).toBeCloseTo(2, 1);
  const [floor = 0] = first.map((one) => Number(one['y']) + Number(one['height']));
  expect(floor - Math.min(...first.map((one) => Number(one['y'])))).toBeCloseTo(sum(heights), 0);
  expect(titles(wide)[0]).toBe(
    '1 Dec 2026: 40,000 Freelancer Basic, 4,432 Agency, 20,000 Freelancer Plus, 1,800,000 Connects',
  );
});

test('put aside per hour, by error', () => {
  const html = textOf(
    <PutAsidePerHour
      errors={['check-violated', 'unknown-zone']}
      hours={[
        { short: '06:00', name: '29 Nov, 06:00', accounts: [1_899, 0] },
        { short: '07:00', name: '29 Nov, 07:00', accounts: [0, 7] },
      ]}
    />,
  );
  expect(titles(drawings(html)[0] ?? '')).toEqual([
    '29 Nov, 06:00: 1,899 check-violated, 0 unknown-zone',
    '29 Nov, 07:00: 0 check-violated, 7 unknown-zone',
  ]);
  expect(rowsOf(html)[1]).toEqual(['29 Nov, 07:00', '0', '7']);
});
