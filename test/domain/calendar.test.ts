import fc from 'fast-check';
import { DateTime, IANAZone } from 'luxon';
import {
  type Calendar,
  type MonthEnd,
  boundary,
  boundaryAfter,
  boundaryFrom,
  boundaryOn,
  daysBetween,
  firstInstantOf,
  formatInstant,
  isKnownZone,
  isLocalDate,
  localDateOf,
  parseInstant,
} from '../../src/domain/calendar.ts';

const HOUR = 3_600_000;
const MONTH_ENDS: readonly MonthEnd[] = ['clamp', 'first-of-next'];
const ZONES = [
  'America/Havana',
  'Atlantic/Azores',
  'Asia/Gaza',
  'America/Scoresbysund',
  'Pacific/Apia',
  'America/Sao_Paulo',
  'America/St_Johns',
  'Australia/Lord_Howe',
  'Africa/Casablanca',
  'Asia/Tehran',
  'Europe/Berlin',
  'America/New_York',
];

const firstInstantText = (on: string, zone: string): string => formatInstant(firstInstantOf(on, zone));

describe('the first instant of a local date', () => {
  test('is midnight in UTC', () => {
    expect(firstInstantText('2021-03-16', 'UTC')).toBe('2021-03-16T00:00:00.000Z');
  });

  test('is the earlier midnight in Havana on 2021-11-07, where luxon takes the later', () => {
    expect(firstInstantText('2021-11-07', 'America/Havana')).toBe('2021-11-07T04:00:00.000Z');
    const luxons = DateTime.fromISO('2021-11-07', { zone: 'America/Havana' }).startOf('day').toUTC().toISO();
    expect(luxons).toBe('2021-11-07T05:00:00.000Z');
  });

  test('is the earlier midnight in the Azores on 2021-10-31', () => {
    expect(firstInstantText('2021-10-31', 'Atlantic/Azores')).toBe('2021-10-31T00:00:00.000Z');
  });

  test('is the earlier midnight in Gaza on 2021-10-29', () => {
    expect(firstInstantText('2021-10-29', 'Asia/Gaza')).toBe('2021-10-28T21:00:00.000Z');
  });

  test('is the earlier midnight in Scoresbysund on 2021-10-31', () => {
    expect(firstInstantText('2021-10-31', 'America/Scoresbysund')).toBe('2021-10-31T00:00:00.000Z');
  });

  test('is the first instant after a date that Apia skipped, 2011-12-30', () => {
    expect(firstInstantText('2011-12-30', 'Pacific/Apia')).toBe('2011-12-30T10:00:00.000Z');
    expect(firstInstantText('2011-12-31', 'Pacific/Apia')).toBe('2011-12-30T10:00:00.000Z');
    expect(firstInstantText('2011-12-29', 'Pacific/Apia')).toBe('2011-12-29T10:00:00.000Z');
  });

  test('is 01:00 in Sao Paulo on 2018-11-04, which has no midnight', () => {
    expect(firstInstantText('2018-11-04', 'America/Sao_Paulo')).toBe('2018-11-04T03:00:00.000Z');
    expect(localDateOf(Date.parse('2018-11-04T02:59:59.999Z'), 'America/Sao_Paulo')).toBe('2018-11-03');
  });

  test('comes before an hour of the day before in St. Johns on 2010-11-07', () => {
    expect(firstInstantText('2010-11-07', 'America/St_Johns')).toBe('2010-11-07T02:30:00.000Z');
    expect(localDateOf(Date.parse('2010-11-07T02:31:00Z'), 'America/St_Johns')).toBe('2010-11-06');
  });

  test('is whole milliseconds also where a zone kept local mean time', () => {
    expect(firstInstantText('1917-01-01', 'Europe/Moscow')).toBe('1916-12-31T21:28:41.000Z');
  });

  test('is what a walk over the offsets finds, for every date of eight years in twelve zones', () => {
    const wrong = ZONES.flatMap((zone) => {
      const seen = firstInstantsSeen(zone, '2010-10-31', '2018-12-02');
      return datesFrom('2010-11-01', '2018-12-01')
        .filter((on) => firstInstantOf(on, zone) !== firstSeenFrom(on, seen))
        .map((on) => `${zone} ${on} ${firstInstantText(on, zone)}`);
    });
    expect(wrong).toEqual([]);
  });
});

/** Dates as days since 1970: a text for each of two million looks takes seconds. */
const DAY = 24 * HOUR;
const dayOf = (on: string): number => Date.parse(on) / DAY;

/** Every day that a clock in the zone shows, and when it first does: looked at every minute of every changing hour. */
function firstInstantsSeen(zone: string, from: string, to: string): Map<number, number> {
  const offsetAt = offsetsOf(zone);
  const shown = (at: number): number => Math.floor((at + offsetAt(at) * 60_000) / DAY);
  const seen = new Map<number, number>();
  for (let at = Date.parse(from); at < Date.parse(to); at += HOUR) {
    if (shown(at) === shown(at + HOUR) && offsetAt(at) === offsetAt(at + HOUR)) continue;
    for (let minute = at; minute <= at + HOUR; minute += 60_000)
      if (!seen.has(shown(minute))) seen.set(shown(minute), minute);
  }
  return seen;
}

/** luxon's offsets, asked once for half a day in which nothing changes: a look costs it 20 µs. */
function offsetsOf(zone: string): (at: number) => number {
  const iana = IANAZone.create(zone);
  const steady = new Map<number, number | null>();
  return (at) => {
    const start = at - (at % (12 * HOUR));
    if (!steady.has(start)) {
      const offset = iana.offset(start);
      steady.set(start, offset === iana.offset(start + 12 * HOUR) ? offset : null);
    }
    return steady.get(start) ?? iana.offset(at);
  };
}

const firstSeenFrom = (on: string, seen: ReadonlyMap<number, number>): number | undefined =>
  seen.get(dayOf(on)) ?? seen.get(dayOf(on) + 1);

function datesFrom(from: string, to: string): string[] {
  const dates: string[] = [];
  for (let at = Date.parse(from); at < Date.parse(to); at += 24 * HOUR)
    dates.push(new Date(at).toISOString().slice(0, 10));
  return dates;
}

/** Every day of a leap year: all anchor days in all months. */
const ANCHORS = datesFrom('2012-01-01', '2013-01-01');
const EIGHT_YEARS = 96;

describe('boundaries', () => {
  test('clamp to the last day of a shorter month, and come back', () => {
    const calendar = { anchorOn: '2021-01-31', zone: 'UTC', monthEnd: 'clamp' } as const;
    const dates = [0, 1, 2, 3, 13].map((n) => boundaryOn(calendar, n));
    expect(dates).toEqual(['2021-01-31', '2021-02-28', '2021-03-31', '2021-04-30', '2022-02-28']);
    expect(boundaryOn({ ...calendar, anchorOn: '2024-02-29' }, 12)).toBe('2025-02-28');
    expect(boundaryOn({ ...calendar, anchorOn: '2024-02-29' }, 48)).toBe('2028-02-29');
  });

  test.each([
    ['2021-01-28', '2021-02-28'],
    ['2021-01-29', '2021-03-01'],
    ['2021-01-30', '2021-03-01'],
    ['2021-01-31', '2021-03-01'],
    ['2021-11-30', '2022-01-01'],
    ['2021-12-29', '2022-02-01'],
    ['2020-02-29', '2020-04-01'],
  ])('under first-of-next, an anchor on %s has its boundary 1 on %s', (anchorOn, first) => {
    expect(boundaryOn({ anchorOn, zone: 'UTC', monthEnd: 'first-of-next' }, 1)).toBe(first);
  });

  test('are counted as luxon counts months, for every anchor day over eight years, both month ends', () => {
    const wrong = MONTH_ENDS.flatMap((monthEnd) =>
      ANCHORS.flatMap((anchorOn) => {
        const from = luxonAnchor(anchorOn, monthEnd);
        return range(EIGHT_YEARS + 1)
          .filter(
            (n) =>
              boundaryOn({ anchorOn, zone: 'UTC', monthEnd }, n) !== from.plus({ months: n }).toISODate(),
          )
          .map((n) => `${monthEnd} ${anchorOn} + ${n}`);
      }),
    );
    expect(wrong).toEqual([]);
  });

  test.each(ZONES)('tile eight years in %s without gap or drift, for every anchor day', (zone) => {
    const clamped = ANCHORS.flatMap((anchorOn) => gapsIn({ anchorOn, zone, monthEnd: 'clamp' }));
    expect(clamped).toEqual([]);
    // The two month ends differ in the last days of a month only.
    const lastDays = ANCHORS.filter((anchorOn) => Number(anchorOn.slice(8)) >= 28);
    expect(lastDays.flatMap((anchorOn) => gapsIn({ anchorOn, zone, monthEnd: 'first-of-next' }))).toEqual([]);
  });

  test('after a take-over begin with the first at or after it, and never with the anchor', () => {
    const calendar = { anchorOn: '2021-01-11', zone: 'UTC', monthEnd: 'clamp' } as const;
    const from = (at: string) => boundaryFrom(calendar, Date.parse(at));
    expect(from('2021-01-11T00:00:00Z')).toMatchObject({ n: 1, on: '2021-02-11' });
    expect(from('2021-03-11T00:00:00Z')).toMatchObject({ n: 2, on: '2021-03-11' });
    expect(from('2021-03-11T00:00:00.001Z')).toMatchObject({ n: 3, on: '2021-04-11' });
    expect(from('2019-06-01T00:00:00Z')).toMatchObject({ n: 1, on: '2021-02-11' });
  });

  test('found from an instant or a date are the first that qualify, anywhere', () => {
    fc.assert(
      fc.property(calendars, fc.integer({ min: 0, max: 8 * 366 * 24 }), (calendar, hours) => {
        const at = Date.parse('2012-06-01T00:00:00Z') + hours * HOUR;
        const first = boundaryFrom(calendar, at);
        expect(first.n).toBeGreaterThanOrEqual(1);
        expect(first.at).toBeGreaterThanOrEqual(at);
        expect(first.n === 1 || boundary(calendar, first.n - 1).at < at).toBe(true);
        const on = localDateOf(at, calendar.zone);
        const next = boundaryAfter(calendar, on);
        expect(next.on > on).toBe(true);
        expect(next.n === 1 || boundaryOn(calendar, next.n - 1) <= on).toBe(true);
      }),
    );
  });
});

const calendars: fc.Arbitrary<Calendar> = fc.record({
  anchorOn: fc.constantFrom(...ANCHORS),
  zone: fc.constantFrom(...ZONES),
  monthEnd: fc.constantFrom(...MONTH_ENDS),
});

const range = (length: number): number[] => Array.from({ length }, (_, index) => index);

function luxonAnchor(anchorOn: string, monthEnd: MonthEnd): DateTime {
  const anchor = DateTime.fromISO(anchorOn, { zone: 'utc' });
  return monthEnd === 'first-of-next' && anchor.day > 28
    ? anchor.plus({ months: 1 }).startOf('month')
    : anchor;
}

/** Each boundary's successor is the next one, later in date and in instant, one calendar month on. */
function gapsIn(calendar: Calendar): string[] {
  const gaps: string[] = [];
  let previous = boundary(calendar, 1);
  for (let n = 2; n <= EIGHT_YEARS; n += 1) {
    const next = boundaryAfter(calendar, previous.on);
    const days = daysBetween(previous.on, next.on);
    const tiles = next.n === n && next.at > previous.at;
    if (!tiles || days < 28 || days > 31) gaps.push(`${JSON.stringify(calendar)} ${n}`);
    previous = next;
  }
  return gaps;
}

describe('zones and dates', () => {
  test.each(['Mars/Olympus', '', 'local', 'UTC+3', '+05:30', 'Europe/Berlin ', 'Europe\\Berlin'])(
    'zone %j is unknown, and an error, never silently UTC',
    (zone) => {
      expect(isKnownZone(zone)).toBe(false);
      expect(() => firstInstantOf('2021-01-01', zone)).toThrow(
        expect.objectContaining({ kind: 'broken-rule', code: 'unknown-zone' }),
      );
      expect(() => localDateOf(0, zone)).toThrow(expect.objectContaining({ code: 'unknown-zone' }));
    },
  );

  test.each([
    'UTC',
    'Europe/Berlin',
    'America/Argentina/Buenos_Aires',
    'Etc/GMT+5',
    'America/Port-au-Prince',
  ])('zone %s is known', (zone) => expect(isKnownZone(zone)).toBe(true));

  test.each([
    ['2021-02-28', true],
    ['2021-02-29', false],
    ['2024-02-29', true],
    ['2021-13-01', false],
    ['2021-1-1', false],
    ['1899-12-31', false],
    ['2021-01-01T00:00:00Z', false],
  ])('%s is a date: %s', (text, isOne) => expect(isLocalDate(text)).toBe(isOne));

  test.each([
    ['2021-03-16T09:00:00Z', '2021-03-16T09:00:00.000Z'],
    ['2021-03-16T09:00Z', '2021-03-16T09:00:00.000Z'],
    ['2021-03-16T09:00:00.123456Z', '2021-03-16T09:00:00.123Z'],
    ['2021-03-16T09:00:00+05:30', '2021-03-16T03:30:00.000Z'],
    ['2021-03-16T09:00+14:00', '2021-03-15T19:00:00.000Z'],
    ['2021-03-16T09:00:00.5-14:00', '2021-03-16T23:00:00.500Z'],
    ['2021-03-16T23:59:59-00:30', '2021-03-17T00:29:59.000Z'],
    ['1900-01-01T00:00:00Z', '1900-01-01T00:00:00.000Z'],
    ['2999-12-31T23:59:59.999Z', '2999-12-31T23:59:59.999Z'],
  ])('%s is the instant %s', (text, iso) => {
    expect(formatInstant(parseInstant(text) as number)).toBe(iso);
  });

  test.each([
    '2021-03-16',
    '2021-03-16T09:00:00',
    '2021-02-30T00:00:00Z',
    '2021-03-16 09:00:00Z',
    'now',
    '0',
    '2021-03-16T09:00:00+99:99',
    '2021-03-16T09:00:00+24:00',
    '2021-03-16T09:00:00+05:75',
    '2021-03-16T09:00:00-19:00',
    '2021-03-16T09:00:00+14:01',
    '2021-03-16T09:00:00-14:30',
    '2021-03-16T24:00:00Z',
    '2021-03-16T24:00:00+01:00',
    '2021-03-16T09:60:00Z',
    '2021-03-16T23:59:60Z',
    '2021-02-30T09:00:00+01:00',
    '2021-02-29T09:00Z',
    '0000-01-01T00:00:00Z',
    '1899-12-31T23:59:59Z',
    '1900-01-01T00:00:00+00:01',
    '3000-01-01T00:00:00Z',
    '2999-12-31T23:59:59-00:01',
  ])('%s is no instant', (text) => expect(parseInstant(text)).toBeUndefined());
});
