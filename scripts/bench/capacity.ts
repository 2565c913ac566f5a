/**
 * How many machines a fleet needs, from what the bench measured: processor time per account, process by process.
 *
 * A machine's processors are never busy all the time, because processes wait for one another; BUSY is what they came to in
 * the bench, whoever competed. And whatever is one thread, such as Redis, is never faster than that thread. The slower of the two
 * bounds is the rate. Pure: `npm run prove -- capacity` holds it against a bench, and prints docs/capacity.md's tables.
 */

/** Processor time per account in microseconds, by process. */
export type Demand = Readonly<Record<string, number>>;

/** Share of all processors' time that is used while accounts are settled: 0.75 to 0.87 was measured on two of them. */
export const BUSY = 0.8;
/** Of a Node process' time, what its one thread of JavaScript takes; the rest is the collector's and the system's. */
export const MAIN_THREAD = 0.85;

/** What cannot use a second processor, and how much of its time is that one thread's. */
const THREADS: Readonly<Record<string, number>> = {
  'redis-server': 1,
  bench: MAIN_THREAD,
  worker: MAIN_THREAD,
};

export interface Site {
  readonly processors: number;
  /** Processes of the kind, each with a thread of its own; one where a kind is not named. */
  readonly processes?: Readonly<Record<string, number>>;
  /** They wait for each other's every statement, so that no two of them ever work at once. */
  readonly inTurn?: boolean;
}

/** @returns accounts per second, and what bounds them */
export function predictRate(
  demand: Demand,
  site: Site,
): { readonly perSecond: number; readonly bound: string } {
  const total = sum(Object.values(demand));
  const bounds = Object.entries(THREADS).flatMap(([name, share]) => {
    const used = (demand[name] ?? 0) * share;
    return used > 0 ? [{ perSecond: (1e6 / used) * (site.processes?.[name] ?? 1), bound: name }] : [];
  });
  bounds.push(
    site.inTurn
      ? { perSecond: 1e6 / total, bound: 'one after another' }
      : { perSecond: (1e6 / total) * site.processors * BUSY, bound: 'processors' },
  );
  return bounds.reduce((least, one) => (one.perSecond < least.perSecond ? one : least));
}

/**
 * The most accounts whose cycle begins on one day: on the 28th of February everybody who began on a 28th, 29th, 30th or
 * 31st, of 31 days on which a cycle may begin.
 */
export const WORST_DAY = 4 / 31;

export interface Fleet {
  readonly accounts: number;
  /** Seconds in which whoever is due at once is to be settled. */
  readonly withinS: number;
}

export interface Need {
  /** Due on the worst day, all at one instant. */
  readonly due: number;
  /** Accounts per second that are asked for. */
  readonly perSecond: number;
  /** Seconds that one machine takes for them. */
  readonly oneMachineS: number;
  readonly machines: number;
  /** Bytes of Redis while all of them wait. */
  readonly redisBytes: number;
}

/** @param perSecond of one machine; @param redisBytesEach of one account that waits */
export function needOf(fleet: Fleet, perSecond: number, redisBytesEach: number): Need {
  const due = Math.ceil(fleet.accounts * WORST_DAY);
  const asked = due / fleet.withinS;
  return {
    due,
    perSecond: asked,
    oneMachineS: due / perSecond,
    machines: Math.ceil(asked / perSecond),
    redisBytes: due * redisBytesEach,
  };
}

const sum = (values: readonly number[]): number => values.reduce((total, one) => total + one, 0);
