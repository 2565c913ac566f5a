/** Comparing clocks, without any server. */
import { skewOf } from '../src/clocks.ts';
import { ManualClock } from '../scripts/stage/manual-clock.ts';

describe('how far another clock is ahead of ours', () => {
  const clock = new ManualClock();
  const answers = (aheadMs: number, tookMs: number) => () => {
    const theirs = clock.wallNow() + aheadMs;
    clock.pass(tookMs);
    return Promise.resolve(theirs);
  };

  it.each([
    [0, 0, 0],
    [60_000, 0, 60_000],
    [-60_000, 0, -60_000],
    // Read somewhere between question and answer: a slow answer is no difference.
    [10_000, 45_000, 0],
    [60_000, 20_000, 40_000],
    [-60_000, 20_000, -60_000],
  ])('of %i ms with an answer that took %i ms is %i ms', async (ahead, took, skew) => {
    expect(await skewOf(answers(ahead, took), clock)).toBe(skew);
  });
});
