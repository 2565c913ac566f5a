/** Instants that are promised: never told too early, and never for the wrong one of two hours. */
import { ZoneWords } from '../../src/reports/member-words.ts';

test.each([
  ['2021-03-08T10:00:00.000Z', 'Europe/Berlin', '8 March 2021, 11:00'],
  ['2021-03-08T10:00:00.001Z', 'UTC', '8 March 2021, 10:01'],
  ['2021-03-08T10:00:59.001Z', 'UTC', '8 March 2021, 10:01'],
  ['2021-03-08T23:59:59.999Z', 'UTC', '9 March 2021, 00:00'],
  // Summer time ends: half past two comes twice.
  ['2021-10-31T00:30:00.000Z', 'Europe/Berlin', '31 October 2021, 02:30 (UTC+02:00)'],
  ['2021-10-31T01:30:00.000Z', 'Europe/Berlin', '31 October 2021, 02:30 (UTC+01:00)'],
])('%s in %s is told as %s', (at, zone, text) => {
  expect(new ZoneWords(zone).momentFrom(Date.parse(at))).toBe(text);
});
