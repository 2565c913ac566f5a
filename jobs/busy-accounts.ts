/**
 * Accounts that were found locked by somebody else. Their jobs are done with, so that they hold up nobody; they are
 * given to the queue again every second, and settled in a lane of their own. Kept in memory only: each is as due as
 * before, so whatever is forgotten here, the next look of a sweep or a worker finds. That they are busy is told to
 * whoever watches, through Redis.
 */
import type { Clock } from '../src/clock.ts';
import type { Log } from '../src/log.ts';
import type { Busy } from '../src/queue/inspector.ts';
import type { SettleOutcome, SettleRequest } from '../src/operations/settling/settle-accounts.ts';

/** How often they are tried again, and how many at a time: some of them take the seconds that a lock is waited for. */
export const BUSY_AGAIN_MS = 1_000;
const AGAIN_MAX = 20;
/** A lock that lasts longer is told of. */
const TOLD_AFTER_MS = 10_000;
/** Whoever was given to the queue and has not come back by then was settled by another process. */
const FORGOTTEN_AFTER_MS = 60_000;
const KNOWN_MAX = 10_000;

/** Since when, by this machine's running clock, in milliseconds. */
interface Known {
  readonly request: SettleRequest;
  readonly since: number;
  seenAt: number;
  waits: boolean;
  told: boolean;
}

export class BusyAccounts {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #known = new Map<string, Known>();
  /** Known no longer, and not told of that yet. */
  readonly #freed = new Set<string>();

  constructor(deps: { readonly clock: Clock; readonly log: Log }) {
    this.#clock = deps.clock;
    this.#log = deps.log;
  }

  /** Whether it was locked a moment ago. */
  has(account: string): boolean {
    return this.#known.has(account);
  }

  /** What became of a request: whoever is not busy any more is forgotten. */
  note(request: SettleRequest, outcome: SettleOutcome | undefined): void {
    const now = this.#clock.elapsedMs();
    const known = this.#known.get(request.account);
    if (outcome?.outcome !== 'busy') return this.#forget(request.account, known, now);
    if (!known && this.#known.size >= KNOWN_MAX) return;
    const one = known ?? { since: now, told: false };
    const told = one.told || now - one.since >= TOLD_AFTER_MS;
    if (told && !one.told) this.#tell(request, now - one.since);
    this.#freed.delete(request.account);
    this.#known.set(request.account, { request, since: one.since, seenAt: now, waits: true, told });
  }

  /** Those that are to be tried now, the longest known first. */
  take(): readonly SettleRequest[] {
    const now = this.#clock.elapsedMs();
    const taken: SettleRequest[] = [];
    for (const [account, one] of this.#known) {
      if (!one.waits && now - one.seenAt > FORGOTTEN_AFTER_MS) this.#drop(account);
      if (!one.waits || taken.length >= AGAIN_MAX) continue;
      one.waits = false;
      taken.push(one.request);
    }
    return taken;
  }

  /** Tells `keep` who they are, and who was one of them when it was told last. What it could not be told, it is next time. */
  async share(keep: (busy: Busy) => Promise<void>): Promise<void> {
    if (this.#known.size === 0 && this.#freed.size === 0) return;
    const freed = [...this.#freed];
    await keep({ found: [...this.#known.keys()], freed });
    for (const one of freed) this.#freed.delete(one);
  }

  #drop(account: string): void {
    this.#known.delete(account);
    this.#freed.add(account);
  }

  #tell({ account, run }: SettleRequest, lockedMs: number): void {
    this.#log.warn(
      { account, run, outcome: 'busy', code: 'account-locked', lockedMs },
      'somebody else keeps it locked: it is tried again and again, the others are settled; see "connects doctor"',
    );
  }

  #forget(account: string, known: Known | undefined, now: number): void {
    if (!known) return;
    this.#drop(account);
    if (known.told) this.#log.info({ account, lockedMs: now - known.since }, 'it is locked no longer');
  }
}
