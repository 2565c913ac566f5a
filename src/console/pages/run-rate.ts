/** What a run's samples come to as a line: accounts a second at the end of each stretch, also of those in which nothing was settled. */
import { type RunSample, stretchAt } from '../../ledger/run-samples.ts';

export interface RatePoint {
  readonly seconds: number;
  readonly perSecond: number;
}

/** Points at the most: a run's stretches are fewer, unless it stands still for years. */
const POINTS_MAX = 1_000;
/** What was settled last, in seconds, may not be written down yet. */
const UNWRITTEN_S = 4;

/** @param tookS seconds since the run began, or from its start to its end */
export function ratePoints(samples: readonly RunSample[], tookS: number, isOpen: boolean): RatePoint[] {
  const last = samples.at(-1);
  if (!last) return [];
  const settled = new Map(samples.map((one) => [one.fromS, one.settled]));
  // A stretch that still goes on would look like a fall.
  const endS = isOpen ? Math.max(0, tookS - UNWRITTEN_S) : last.fromS + last.forS;
  const points: RatePoint[] = [{ seconds: 0, perSecond: 0 }];
  for (let at = 0; at < endS && points.length < POINTS_MAX;) {
    const { fromS, forS } = stretchAt(at);
    at = fromS + forS;
    if (isOpen && at > endS) break;
    const lastedS = isOpen ? forS : Math.max(1, Math.min(forS, Math.ceil(tookS) - fromS));
    points.push({ seconds: fromS + lastedS, perSecond: (settled.get(fromS) ?? 0) / lastedS });
  }
  return points;
}

export interface RateSpread {
  /** For half of the time it was that many accounts a second, or more. */
  readonly p50: number;
  readonly least: number;
}

/** Without the first and the last stretch, in which a run begins and runs dry; undefined for less than five others. */
export function rateSpread(points: readonly RatePoint[]): RateSpread | undefined {
  const stretches = points.slice(2, -1).map(({ seconds, perSecond }, index) => ({
    perSecond,
    lasted: seconds - (points[index + 1]?.seconds ?? 0),
  }));
  const [least, ...others] = stretches.toSorted((a, b) => a.perSecond - b.perSecond);
  if (!least || others.length < 4) return undefined;
  let left = stretches.reduce((sum, one) => sum + one.lasted, 0) / 2;
  let p50 = least.perSecond;
  for (const one of [least, ...others]) {
    p50 = one.perSecond;
    left -= one.lasted;
    if (left <= 0) break;
  }
  return { p50, least: least.perSecond };
}
