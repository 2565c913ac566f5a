import { describe, expect, test } from '@jest/globals';
import { CycleSquares } from '../../../src/console/charts/cycle-squares.tsx';
import { CyclesByDay } from '../../../src/console/charts/heat-grid.tsx';
import { WindowFifths } from '../../../src/console/charts/window-fifths.tsx';
import { daysFrom, drawings, marks, rowsOf, staysWithin, sum, textOf, texts, titles } from './drawing.ts';

const day = (on: string, change = {}) => ({
  on,
  settled: 100,
  missing: 0,
  failed: 0,
  isAhead: false,
  ...change,
});

describe('cycles by month and day', () => {
  const days = daysFrom('2026-09-01', 91).map((on) =>
    day(on, {
      ...(on.endsWith('-01') && { settled: 170 }),
      ...(on === '2026-09-14' && {
        settled: 96,
        missing: 4,
        href: '/backfills/new?from=2026-09-14&to=2026-09-14',
      }),
      ...(on === '2026-11-28' && { failed: 7 }),
      ...(on === '2026-11-30' && { settled: 0, isAhead: true }),
    }),
  );
  const html = textOf(<CyclesByDay days={days} />);
  const [wide = '', slim = ''] = drawings(html);

  test('a square for each day, in the column of the day and the row of the month', () => {
    for (const svg of [wide, slim]) {
      expect(titles(svg)).toHaveLength(91);
      expect(staysWithin(svg)).toBe(true);
      const firsts = marks(svg, 'rect', 'h4');
      expect(new Set(firsts.map((one) => one['x'])).size).toBe(1);
      expect(new Set(firsts.map((one) => one['y'])).size).toBe(3);
    }
    expect(texts(wide)).toEqual(expect.arrayContaining(['1', '15', '31', 'Sep', 'Oct', 'Nov']));
  });

  test('a hole is outlined and leads to its filling; failures have a corner; what is ahead is empty', () => {
    expect(marks(wide, 'rect', 'hm')).toHaveLength(1);
    expect(wide).toContain(
      '<a href="/backfills/new?from=2026-09-14&amp;to=2026-09-14" aria-label="14 Sep 2026: 96 settled, 4 missing">',
    );
    expect(marks(wide, 'path', 'hx')).toHaveLength(1);
    expect(marks(wide, 'rect', 'hq')).toHaveLength(1);
    expect(titles(wide).at(-1)).toBe('30 Nov 2026: not due yet');
    // A picture would hide its links from who cannot see it.
    expect(wide).toContain('role="group"');
  });

  test('the name of a month that has holes leads to the filling of them all', () => {
    const hrefOfMonth = (month: string) =>
      month === '2026-09' ? '/backfills/new?from=2026-09-14' : undefined;
    const [linked = ''] = drawings(textOf(<CyclesByDay days={days} hrefOfMonth={hrefOfMonth} />));
    expect(linked).toMatch(
      /<a href="\/backfills\/new\?from=2026-09-14" aria-label="Sep 2026: 4 missing"><text[^>]*>Sep<\/text><\/a>/,
    );
    expect(linked.match(/<a /g)).toHaveLength(2);
    expect(texts(linked)).toEqual(texts(wide));
  });

  test('the table has every day that is no longer ahead, and sums to the same', () => {
    const rows = rowsOf(html);
    expect(rows).toHaveLength(90);
    expect(rows[13]).toEqual(['14 Sep 2026', '96', '4', '0']);
    expect(sum(rows.map((row) => Number(row[1])))).toBe(sum(days.map((one) => one.settled)));
  });

  test('days without any cycle, and no days at all', () => {
    const empty = textOf(<CyclesByDay days={[day('2026-09-01', { settled: 0 })]} />);
    expect(marks(drawings(empty)[0] ?? '', 'rect', 'h0')).toHaveLength(1);
    expect(drawings(empty)[0]).toContain('role="img"');
    expect(texts(drawings(textOf(<CyclesByDay days={[]} />))[0] ?? '')).toEqual(['Nothing to show yet']);
  });
});

describe('the cycles of an account', () => {
  const cycles = [
    { on: '2026-05-16', state: 'settled', granted: 80, expired: 0 },
    { on: '2026-06-16', state: 'missing', granted: 0, expired: 0 },
    { on: '2026-07-16', state: 'settled', granted: 80, expired: 44, href: '?why=2026-07-16' },
    { on: '2026-08-16', state: 'settled', granted: 0, expired: 0, note: 'inactive' },
    { on: '2026-09-16', state: 'failed', granted: 0, expired: 0 },
    { on: '2026-12-16', state: 'ahead', granted: 0, expired: 0 },
  ] as const;
  const html = textOf(<CycleSquares cycles={cycles} />);

  test('each has its title and its row', () => {
    expect(titles(html)).toEqual([
      '16 May: 80 granted',
      '16 Jun: missing',
      '16 Jul: 80 granted, 44 expired',
      '16 Aug: inactive',
      '16 Sep: failed',
      '16 Dec: not due yet',
    ]);
    expect(rowsOf(html)).toHaveLength(6);
    expect(marks(html, 'rect', 'h3')).toHaveLength(2);
    expect(marks(html, 'rect', 'h0')).toHaveLength(1);
    expect(marks(html, 'path', 'f-expire')).toHaveLength(1);
    expect(html).toContain('aria-label="One square per cycle: 3 settled, 1 missing, 1 failed"');
    expect(html).toContain('<a href="?why=2026-07-16"');
  });

  test('many wrap into rows of eight, and none says so', () => {
    const many = daysFrom('2026-01-01', 20).map((on) => ({
      on,
      state: 'settled' as const,
      granted: 10,
      expired: 0,
    }));
    const [svg = ''] = drawings(textOf(<CycleSquares cycles={many} />));
    expect(new Set(marks(svg, 'rect', 'h3').map((one) => one['y'])).size).toBe(3);
    expect(staysWithin(svg)).toBe(true);
    expect(textOf(<CycleSquares cycles={[]} />)).toContain('No cycle yet');
  });
});

describe('the window of interviews', () => {
  test('a part for each award, and what is left', () => {
    const svg = textOf(
      <WindowFifths
        days={7}
        most={50}
        each={10}
        awards={[
          { on: '2026-11-24', connects: 10 },
          { on: '2026-11-27', connects: 10 },
        ]}
      />,
    );
    expect(marks(svg, 'rect', 'f-sunk')).toHaveLength(5);
    expect(marks(svg, 'rect', 'f-grant')).toHaveLength(2);
    expect(texts(svg)).toEqual(['24 Nov', '27 Nov', '30 left']);
    expect(svg).toContain('aria-label="20 of 50 in the last 7 days"');
    expect(titles(svg)).toEqual([
      '24 Nov: awarded',
      '27 Nov: awarded',
      'Room for 10',
      'Room for 10',
      'Room for 10',
    ]);
  });

  test('part of an award fills part of a fifth, and more than there is room for fills all', () => {
    const svg = textOf(
      <WindowFifths days={7} most={50} each={10} awards={[{ on: '2026-11-24', connects: 13 }]} />,
    );
    const widths = marks(svg, 'rect', 'f-grant').map((one) => Number(one['width']));
    expect(widths[1]! / widths[0]!).toBeCloseTo(0.3, 1);
    const full = textOf(
      <WindowFifths days={7} most={50} each={10} awards={[{ on: '2026-11-24', connects: 90 }]} />,
    );
    expect(marks(full, 'rect', 'f-grant')).toHaveLength(5);
    expect(texts(full)).toContain('no room');
  });

  test('numbers of other terms', () => {
    for (const [most, each] of [
      [50, 7],
      [1, 1],
      [2_000_000_000, 1],
    ] as const) {
      const svg = textOf(<WindowFifths days={7} most={most} each={each} awards={[]} />);
      expect(svg).not.toMatch(/NaN|Infinity/);
      expect(marks(svg, 'rect', 'f-grant')).toEqual([]);
      expect(marks(svg, 'rect', 'f-sunk').length).toBeLessThanOrEqual(25);
    }
  });
});
