/** When a daily window is open: across midnight, in zones, and on the days whose clocks are changed. */
import { formatInstant } from '../../../src/domain/calendar.ts';
import { isOpenAt, nextOpening, parseWindow } from '../../../src/domain/corrections/window.ts';

/** `22:00-05:00 Europe/Berlin`. */
function windowOf(text: string) {
  const [times = '', zone = ''] = text.split(' ');
  return { ...(parseWindow(times) as { opens: string; closes: string }), zone };
}

it.each([
  ['22:00-05:00 UTC', '2021-03-01T21:59:59.999Z', false],
  ['22:00-05:00 UTC', '2021-03-01T22:00:00Z', true],
  ['22:00-05:00 UTC', '2021-03-02T04:59:59.999Z', true],
  ['22:00-05:00 UTC', '2021-03-02T05:00:00Z', false],
  ['09:00-17:30 UTC', '2021-03-01T17:29:00Z', true],
  ['09:00-17:30 UTC', '2021-03-01T17:30:00Z', false],
  ['00:00-23:59 UTC', '2021-03-01T00:00:00Z', true],
  ['23:59-00:00 UTC', '2021-03-01T23:59:30Z', true],
  // Berlin is an hour ahead in winter, two in summer.
  ['22:00-05:00 Europe/Berlin', '2021-01-10T21:00:00Z', true],
  ['22:00-05:00 Europe/Berlin', '2021-01-11T04:00:00Z', false],
  ['22:00-05:00 Europe/Berlin', '2021-07-10T20:00:00Z', true],
  ['22:00-05:00 Europe/Berlin', '2021-07-11T03:00:00Z', false],
  // The night that loses an hour ends at 03:00Z, the one that gains an hour at 04:00Z.
  ['22:00-05:00 Europe/Berlin', '2021-03-28T02:59:59Z', true],
  ['22:00-05:00 Europe/Berlin', '2021-03-28T03:00:00Z', false],
  ['22:00-05:00 Europe/Berlin', '2021-10-31T03:59:59Z', true],
  ['22:00-05:00 Europe/Berlin', '2021-10-31T04:00:00Z', false],
  // 02:00 to 03:00 does not exist on the 28th of March: what closes within it, closes where it begins.
  ['22:00-02:30 Europe/Berlin', '2021-03-28T00:59:59Z', true],
  ['22:00-02:30 Europe/Berlin', '2021-03-28T01:00:00Z', false],
  // 02:30 comes twice on the 31st of October: it closes at the first, and an opening counts from the first.
  ['22:00-02:30 Europe/Berlin', '2021-10-31T00:29:59Z', true],
  ['22:00-02:30 Europe/Berlin', '2021-10-31T00:30:00Z', false],
  ['02:30-04:00 Europe/Berlin', '2021-10-31T00:30:00Z', true],
  // A zone of half hours, and one whose midnight is skipped.
  ['22:00-05:00 Asia/Kolkata', '2021-03-01T16:30:00Z', true],
  ['22:00-05:00 Asia/Kolkata', '2021-03-01T16:29:59Z', false],
])('%s at %s: %s', (text, at, open) => {
  expect(isOpenAt(windowOf(text), Date.parse(at))).toBe(open);
});

it.each([
  ['22:00-05:00 UTC', '2021-03-01T12:00:00Z', '2021-03-01T22:00:00.000Z'],
  ['22:00-05:00 UTC', '2021-03-01T05:00:00Z', '2021-03-01T22:00:00.000Z'],
  ['09:00-10:00 UTC', '2021-12-31T23:00:00Z', '2022-01-01T09:00:00.000Z'],
  ['22:00-05:00 Europe/Berlin', '2021-03-28T12:00:00Z', '2021-03-28T20:00:00.000Z'],
  ['22:00-05:00 Europe/Berlin', '2021-10-31T12:00:00Z', '2021-10-31T21:00:00.000Z'],
  // A window within the hour that is skipped opens on the next day only.
  ['02:00-03:00 Europe/Berlin', '2021-03-28T00:00:00Z', '2021-03-29T00:00:00.000Z'],
  // Samoa had no 30th of December.
  ['10:00-11:00 Pacific/Apia', '2011-12-30T00:00:00Z', '2011-12-30T20:00:00.000Z'],
])('%s opens after %s at %s', (text, at, expected) => {
  expect(formatInstant(nextOpening(windowOf(text), Date.parse(at)))).toBe(expected);
});

it.each(['22:00', '22-05', '24:00-05:00', '22:60-05:00', '22:00-22:00', ' 22:00-05:00', '22:00–05:00', ''])(
  '%j is no window',
  (text) => {
    expect(parseWindow(text)).toBeUndefined();
  },
);
