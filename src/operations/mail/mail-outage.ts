/**
 * Whether the mail server takes letters, as this process knows it. While it is away, or takes nothing from us, nothing
 * is relayed and nothing is tried but a probe now and then: so an outage costs the notices that wait no attempt, and
 * the log two lines, one when it begins and one when it ends.
 *
 *   away         it cannot be reached, or does not let us in: asked by greeting it
 *   not taking   it lets us in, and puts off or turns away whatever it is given: asked by one letter
 *   refusing     it refuses every member alike: the same
 *
 * Of the last two the database knows too (outage-memory.ts): a process that finds one there begins with its one letter.
 */
import type { Clock } from '../../clock.ts';
import type { Log } from '../../log.ts';
import { type MailTrouble, troubleOfRefusal } from '../../notices/mail-trouble.ts';
import type { Mailer } from '../../notices/mailer.ts';

export interface OutageDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly mailer: Pick<Mailer, 'probe'>;
}

const FIRST_WAIT_MS = 1_000;
/** With the probe itself, less than half a minute: so soon after its end letters leave again. */
const LONGEST_WAIT_MS = 20_000;
/** A server that puts off so many members in a row, and takes nothing in between, puts off everybody. */
const PUT_OFF_MAX = 20;

interface Outage {
  readonly kind: 'away' | 'not-taking' | 'refusing';
  /** As the server was last asked. */
  trouble: MailTrouble;
  readonly since: number;
  probeAt: number;
  waitMs: number;
}

export class MailOutage {
  readonly #deps: OutageDeps;
  #outage: Outage | undefined;
  #probing: Promise<MailTrouble | undefined> | undefined;
  /** Found in the database, and not tried by this process yet. */
  #untried = false;
  /** Accounts whose letters were put off since the server last took or refused one. */
  readonly #putOff = new Set<string>();

  constructor(deps: OutageDeps) {
    this.#deps = deps;
  }

  get isOn(): boolean {
    return this.#outage !== undefined;
  }

  get #isAway(): boolean {
    return this.#outage?.kind === 'away';
  }

  /** What is the matter, while the server takes nothing; undefined while it does. */
  get trouble(): MailTrouble | undefined {
    return this.#outage?.trouble;
  }

  /** Whether this process has still to try the server with a letter of its own. */
  get owesTrial(): boolean {
    return this.#untried;
  }

  /**
   * A sending got no judgement from the server. Asks the server itself, once for all who suspect it at the time: true
   * when it is there after all, so that the trouble is that one message's; false when it is away.
   */
  async isThere(): Promise<boolean> {
    if (this.#isAway) return false;
    const trouble = await this.#probe();
    if (trouble === undefined) return !this.isOn;
    // Of those who asked together, the first begins it; it may also follow on another kind.
    if (this.#isAway) return false;
    this.#begin('away', trouble);
    this.#tellAway(trouble);
    return false;
  }

  /** The server took a letter: whatever was the matter is over. */
  judged(): void {
    this.#putOff.clear();
    if (this.#outage && this.#outage.kind !== 'away') this.#end();
  }

  /** The server refused a letter for its member's sake: so it judges each by itself. Whether that ends an outage. */
  refusedOne(): boolean {
    this.#putOff.clear();
    if (this.#outage?.kind !== 'not-taking') return false;
    this.#end();
    return true;
  }

  /** The server put a letter off. It may be the letter; when it is one member after another, it is the server: true. */
  putOff(account: string, words: string): boolean {
    if (this.isOn) return false;
    this.#putOff.add(account);
    return this.#putOff.size >= PUT_OFF_MAX && this.turnedAway(words);
  }

  /** The server takes nothing from us. False where that is known. */
  turnedAway(words: string): boolean {
    if (this.isOn) return false;
    this.#beginUntaken('not-taking', words);
    return true;
  }

  /** The server refuses everybody alike. */
  refusesAll(words: string): void {
    if (!this.isOn) this.#beginUntaken('refusing', words);
  }

  /** Another process, or one before this, has met an outage: this one tries the server at once, with one letter. */
  adopt({ alike, words }: { readonly alike: string | null; readonly words: string }): void {
    if (this.isOn) return;
    const outage = this.#beginUntaken(alike === null ? 'not-taking' : 'refusing', words);
    outage.probeAt = outage.since;
    this.#untried = true;
  }

  /** The server has not taken this process's letter either. */
  triedInVain(): void {
    this.#untried = false;
  }

  #beginUntaken(kind: Outage['kind'], words: string): Outage {
    const trouble = troubleOfRefusal(words);
    this.#deps.log.warn(
      { code: 'mail-not-taken', ...mendFieldOf(trouble) },
      `the mail server takes no mail, notices wait: ${words}`,
    );
    return this.#begin(kind, trouble);
  }

  #tellAway(trouble: MailTrouble): void {
    const told = `the mail server cannot be used, notices wait: ${trouble.words}`;
    const { log } = this.#deps;
    if (trouble.kind === 'configuration')
      log.warn({ code: 'mail-configuration', ...mendFieldOf(trouble) }, told);
    else log.warn({ code: 'mail-unreachable', ...mendFieldOf(trouble) }, told);
  }

  /** It is still away, perhaps for another reason: one that a person must mend is told, whatever it was before. */
  #isStillAway(outage: Outage, trouble: MailTrouble): void {
    const before = outage.trouble.kind;
    outage.trouble = trouble;
    if (trouble.kind !== before) this.#tellAway(trouble);
    this.#wait(outage);
  }

  /**
   * How many of so many letters may be offered to the server now: all, none, or one that it is tried with. During an
   * outage the server is asked now and then, ever more rarely.
   */
  async allowance(count: number): Promise<number> {
    const outage = this.#outage;
    if (outage === undefined) return count;
    if (this.#deps.clock.elapsedMs() < outage.probeAt) return 0;
    if (outage.kind !== 'away') return Math.min(count, 1);
    const trouble = await this.#probe();
    if (trouble !== undefined) {
      this.#isStillAway(outage, trouble);
      return 0;
    }
    this.#end();
    return count;
  }

  /** The same for letters that are about to be sent: the one that the server is tried with is counted as its probe. */
  admit(count: number): number {
    const outage = this.#outage;
    if (outage === undefined) return count;
    if (outage.kind === 'away' || this.#deps.clock.elapsedMs() < outage.probeAt) return 0;
    this.#wait(outage);
    return Math.min(count, 1);
  }

  #begin(kind: Outage['kind'], trouble: MailTrouble): Outage {
    const since = this.#deps.clock.elapsedMs();
    this.#putOff.clear();
    const outage = { kind, trouble, since, probeAt: since + FIRST_WAIT_MS, waitMs: FIRST_WAIT_MS };
    this.#outage = outage;
    return outage;
  }

  #wait(outage: Outage): void {
    outage.waitMs = Math.min(outage.waitMs * 2, LONGEST_WAIT_MS);
    outage.probeAt = this.#deps.clock.elapsedMs() + outage.waitMs;
  }

  #end(): void {
    if (!this.#outage) return;
    const outageMs = this.#deps.clock.elapsedMs() - this.#outage.since;
    this.#outage = undefined;
    this.#untried = false;
    this.#deps.log.info({ code: 'mail-reachable', outageMs }, 'the mail server takes mail again');
  }

  async #probe(): Promise<MailTrouble | undefined> {
    this.#probing ??= this.#deps.mailer.probe();
    try {
      return await this.#probing;
    } finally {
      this.#probing = undefined;
    }
  }
}

const mendFieldOf = ({ mend }: MailTrouble): { mend?: string } => (mend === undefined ? {} : { mend });
