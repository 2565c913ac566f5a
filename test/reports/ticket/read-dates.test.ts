/** Dates as members write them, read on Tuesday, 20 April 2021, in Berlin. */
import { readDates } from '../../../src/reports/ticket/read-dates.ts';

const NOW = { at: Date.parse('2021-04-20T12:00:00Z'), zone: 'Europe/Berlin' };
const read = (text: string, now = NOW): string[] =>
  readDates(text, now).map(({ from, to }) => (to === from ? from : `${from}..${to ?? ''}`));
const assumed = (text: string): (string | null)[] => readDates(text, NOW).map((one) => one.assumed);

test.each<[string, string[]]>([
  ['10 for 11 April', ['2021-04-11']],
  ['replied on the 11th of April', ['2021-04-11']],
  ['Apr 11', ['2021-04-11']],
  ['on 2021-04-11', ['2021-04-11']],
  ['on 04/25/2020', ['2020-04-25']],
  ['two days ago', ['2021-04-18']],
  ['yesterday', ['2021-04-19']],
  ['the day before yesterday', ['2021-04-18']],
  ['three weeks ago', ['2021-03-27..2021-04-02']],
  ['a fortnight ago', ['2021-04-03..2021-04-09']],
  ['a month ago', ['2021-03-13..']],
  ['70 last week', ['2021-04-12..']],
  ['none last month', ['2021-03-01..']],
  ['last weekend', ['2021-04-17..']],
  ['in the last 7 days', ['2021-04-13..']],
  ['over a month and no refill', ['2021-03-20..']],
  ['for 3 days', ['2021-04-17..']],
  ['waiting for two weeks now', ['2021-04-06..']],
  ['the fourth day without Connects', ['2021-04-16..']],
  ['since two weeks', ['2021-04-06..']],
  ['in March', ['2021-03-01..2021-03-31']],
  ['since December', ['2020-12-01..']],
  ['since 4 April', ['2021-04-04..']],
  ['from 5 to 9 April', ['2021-04-05..2021-04-09']],
  ['on the 15th', ['2021-04-15']],
  ['on the 25th', ['2021-03-25']],
  ['between 5 and 9 April', ['2021-04-05..2021-04-09']],
  ['on 5, 7 and 9 April', ['2021-04-05', '2021-04-07', '2021-04-09']],
  ['on Monday', ['2021-04-19']],
  ['he wrote Sunday, and nothing since', ['2021-04-18']],
  ['on saturday', ['2021-04-17']],
  ['friday last week', ['2021-04-16']],
  ['next saturday', []],
  ['this saturday', ['2021-04-24']],
  ['on 11.04. he wrote', ['2021-04-11']],
  ['the interview of 04.03.', ['2021-03-04']],
  ['on 11.04', ['2021-04-11']],
  ['11.4.21', ['2021-04-11']],
  ['11. April', ['2021-04-11']],
  ['on 17/3', ['2021-03-17']],
  ['my 10 of 4/11', ['2021-04-11']],
  ['11/04', ['2021-04-11']],
  ['1/12', ['2021-01-12']],
  ['my next date is 11 May', ['2021-05-11']],
  ['20 August', ['2020-08-20']],
  ['On April 3 and April 9 and 12 April 2020', ['2021-04-03', '2021-04-09', '2020-04-12']],
])('%s', (text, expected) => {
  expect(read(text)).toEqual(expected);
});

test.each([
  ['back after 14 days'],
  ['they expire within a month'],
  ['may I ask'],
  ['I sat down'],
  ['3 to 4 interviews'],
  ['10 connects'],
  ['at 10'],
  ['now'],
  ['the 2nd interview'],
  ['2021-02-30'],
  ['24/7'],
  ['1/2 of my Connects'],
  ['paid 14.99'],
  ['$9.12'],
  ['version 2.5'],
  ['a day before my date'],
])('%s is no date of the past', (text) => {
  expect(read(text)).toEqual([]);
});

test('is read by the clock of the zone: two in the morning is another day there', () => {
  const at = Date.parse('2021-04-20T23:30:00Z');
  expect(read('yesterday', { at, zone: 'UTC' })).toEqual(['2021-04-19']);
  expect(read('yesterday', { at, zone: 'Europe/Berlin' })).toEqual(['2021-04-20']);
  expect(read('yesterday', { at, zone: 'America/New_York' })).toEqual(['2021-04-19']);
});

describe('what is taken for granted is said', () => {
  test.each([
    ['11 April', 'The year of "11 April" was taken to be 2021.'],
    ['20 December', 'The year of "20 December" was taken to be 2020.'],
    ['last week', '"last week" was taken to be the time since 12 April 2021.'],
    ['on Monday', '"Monday" was taken to be 19 April 2021.'],
    ['on the 15th', '"on the 15th" was taken to be 15 April 2021.'],
    ['two weeks ago', '"two weeks ago" was taken to be 3 April 2021 to 9 April 2021.'],
    // The nearer day is more likely: complaints are of what was lately, and seldom of what lies ahead.
    ['03/04/2021', '"03/04/2021" was taken to be 3 April 2021, not 4 March 2021.'],
    ['3/4', '"3/4" was taken to be 3 April 2021, not 4 March 2021.'],
    ['04.03.', '"04.03." was taken to be 4 March 2021.'],
    ['11/04/2021', '"11/04/2021" was taken to be 11 April 2021, not 4 November 2021.'],
  ])('%s', (text, said) => {
    expect(assumed(text)).toEqual([said]);
  });

  test.each([['11 April 2021'], ['2021-04-11'], ['two days ago'], ['04/25/2020'], ['04/04/2021']])(
    '%s leaves no doubt',
    (text) => {
      expect(assumed(text)).toEqual([null]);
    },
  );
});

test('no more than eight are read, and none from a text of signs', () => {
  const days = Array.from({ length: 12 }, (_, index) => `${index + 1} March 2021`).join(', ');
  expect(read(days)).toHaveLength(8);
  expect(read('\u0000\u{1F600}'.repeat(500))).toEqual([]);
});
