/** How steadily a run settled, from what its workers wrote down. */
import { rateSpread } from '../../../src/console/pages/run-rate.ts';

const points = (...rates: number[]) => [
  { seconds: 0, perSecond: 0 },
  ...rates.map((perSecond, index) => ({ seconds: index + 1, perSecond })),
];

test('half of the time, and at the slowest, without how it begins and runs dry', () => {
  expect(rateSpread(points(5, 400, 410, 200, 420, 430, 7))).toEqual({ p50: 410, least: 200 });
});

test('longer stretches count as long as they lasted', () => {
  const long = [
    ...points(1, 400, 400, 400, 400),
    { seconds: 25, perSecond: 100 },
    { seconds: 26, perSecond: 3 },
  ];
  expect(rateSpread(long)).toEqual({ p50: 100, least: 100 });
});

test('of a short run nothing is said', () => {
  expect(rateSpread(points(5, 400, 410, 200, 420, 7))).toBeUndefined();
  expect(rateSpread([])).toBeUndefined();
});
