/**
 * Whether the mail server can be reached, as this process knows it. While it cannot, nothing is relayed and nothing is
 * tried: so an outage costs no notice an attempt, and the log two lines, one when it begins and one when it ends.
 */
import type { Clock } from '../clock.ts';
import type { Instant } from '../domain/calendar.ts';
import type { Log } from '../log.ts';
import type { Mailer } from '../notices/mailer.ts';

export interface OutageDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly mailer: Pick<Mailer, 'probe'>;
}

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;

export class MailOutage {
  readonly #deps: OutageDeps;
  #since: Instant | undefined;
  #probeAt: Instant = 0;
  #waitMs = FIRST_WAIT_MS;
  #probing: Promise<string | undefined> | undefined;

  constructor(deps: OutageDeps) {
    this.#deps = deps;
  }

  get isOn(): boolean {
    return this.#since !== undefined;
  }

  /**
   * A sending got no judgement from the server. Asks the server itself, once for all who suspect it at the time: true
   * when it is there after all, so that the trouble is that one message's; false when it is away.
   */
  async isThere(): Promise<boolean> {
    if (this.isOn) return false;
    const trouble = await this.#probe();
    if (trouble === undefined) return true;
    if (this.isOn) return false;
    const { clock, log } = this.#deps;
    this.#since = clock.now();
    this.#waitMs = FIRST_WAIT_MS;
    this.#probeAt = clock.now() + this.#waitMs;
    log.warn({ code: 'mail-unreachable' }, `the mail server cannot be used, notices wait: ${trouble}`);
    return false;
  }

  /** Whether sending makes sense now. During an outage it asks the server now and then, ever more rarely. */
  async isOver(): Promise<boolean> {
    const since = this.#since;
    if (since === undefined) return true;
    const { clock, log } = this.#deps;
    if (clock.now() < this.#probeAt) return false;
    if ((await this.#probe()) === undefined) {
      this.#since = undefined;
      log.info({ code: 'mail-reachable', outageMs: clock.now() - since }, 'the mail server is back');
      return true;
    }
    this.#waitMs = Math.min(this.#waitMs * 2, LONGEST_WAIT_MS);
    this.#probeAt = clock.now() + this.#waitMs;
    return false;
  }

  async #probe(): Promise<string | undefined> {
    this.#probing ??= this.#deps.mailer.probe();
    try {
      return await this.#probing;
    } finally {
      this.#probing = undefined;
    }
  }
}
