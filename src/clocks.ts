/**
 * Comparing clocks: the one place where this machine's clock is read.
 *
 * A boundary is settled by the database's clock, and never on its word alone: whoever settles, sends or records asks
 * `databaseNow`, which asks here. Where the clocks are apart, what it throws is an outage like any other: commands end
 * with 75, processes that stay wait, say so once, and go on by themselves when the clocks agree again.
 */
import type { Clock } from './clock.ts';
import type { ClockAgreement, Database } from './db/connection.ts';
import { databaseNow } from './db/query.ts';
import { type Instant, formatInstant } from './domain/calendar.ts';
import { type ConnectsError, unavailable } from './errors.ts';
import { isOutage } from './outage-log.ts';
import type { Inspector } from './queue/inspector.ts';
import { formatAge } from './words.ts';

/** How far apart clocks may be. Facts of the last seconds are waited for longer than that (CONNECTS_SETTLE_GRACE). */
export const SKEW_MAX_MS = 30_000;
/** How often processes that stay compare all three. */
export const COMPARE_EVERY_MS = 5_000;
/** The code of clocks that are apart. */
export const CLOCKS_DISAGREE = 'clocks-disagree';

/**
 * How far another clock is ahead of this machine's, in milliseconds; behind is negative. It was read somewhere between
 * question and answer, so a slow answer makes no difference out of none.
 */
export async function skewOf(ask: () => Promise<Instant>, clock: Pick<Clock, 'wallNow'>): Promise<number> {
  return skewBetween(clock.wallNow(), await ask(), clock.wallNow());
}

function skewBetween(before: Instant, theirs: Instant, after: Instant): number {
  return theirs > after ? theirs - after : Math.min(0, theirs - before);
}

export const isApart = (skewMs: number): boolean => Math.abs(skewMs) > SKEW_MAX_MS;

export const KEEP_TIME = 'let all machines keep time with NTP (chrony, systemd-timesyncd)';

/** What one process knows of the clocks. */
export class Clocks implements ClockAgreement {
  readonly #clock: Pick<Clock, 'wallNow'>;
  /** Redis' clock was apart when all were compared last. */
  #redisFault: ConnectsError | undefined;

  constructor(clock: Pick<Clock, 'wallNow'>) {
    this.#clock = clock;
  }

  /**
   * The database's clock, once it agrees with ours, and Redis' did when they were compared last.
   * @throws unavailable `clocks-disagree`
   */
  async agreed(ask: () => Promise<Instant>): Promise<Instant> {
    const theirs = await this.#ask("the database's", ask);
    if (this.#redisFault) throw this.#redisFault;
    return theirs;
  }

  /**
   * Compares all three. A Redis that cannot be asked has no say.
   * @param db of the same process
   * @throws unavailable `clocks-disagree`, or whatever asking the database throws
   */
  async compare({ db, inspector }: { db: Database; inspector: Pick<Inspector, 'readTime'> }): Promise<void> {
    try {
      await this.#ask("Redis'", () => inspector.readTime());
      this.#redisFault = undefined;
    } catch (error) {
      if (!isOutage(error)) throw error;
      // What was known of a Redis that is away since stands no longer: nobody takes jobs there.
      this.#redisFault = error.code === CLOCKS_DISAGREE ? error : undefined;
    }
    await databaseNow(db);
  }

  async #ask(whose: string, ask: () => Promise<Instant>): Promise<Instant> {
    const before = this.#clock.wallNow();
    const theirs = await ask();
    const ours = this.#clock.wallNow();
    const skewMs = skewBetween(before, theirs, ours);
    if (isApart(skewMs)) throw apart(whose, theirs, ours, skewMs);
    return theirs;
  }
}

const apart = (whose: string, theirs: Instant, ours: Instant, skewMs: number): Error =>
  unavailable(
    'clocks-disagree',
    `${whose} clock is ${describeSkew(skewMs)}: it shows ${formatInstant(theirs)}, and this machine's ` +
      `${formatInstant(ours)}. Nothing is granted, sent or recorded until they agree to within ` +
      `${SKEW_MAX_MS / 1_000} s: ${KEEP_TIME}`,
  );

/** `40 d ahead of this machine's`, `2 min behind this machine's` */
export const describeSkew = (skewMs: number): string =>
  `${formatAge(Math.round(Math.abs(skewMs) / 1_000))} ${skewMs < 0 ? 'behind' : 'ahead of'} this machine's`;
