/**
 * Whether work gets done, for /livez. Jobs are taken in order, so while any are taken, the one that is next changes;
 * when the same job is next for minutes, nobody works. A server that is away is no reason: restarting us mends nothing.
 */
import type { Clock } from '../../clock.ts';
import { CLOCKS_DISAGREE, type Clocks } from '../../clocks.ts';
import type { Database } from '../../db/connection.ts';
import { DATABASE_OUTAGES } from '../../db/errors.ts';
import { shownNow } from '../../db/query.ts';
import { findLedgerHold } from '../../ledger/ledger-hold.ts';
import type { Health } from '../../health.ts';
import type { OutageLog } from '../../outage-log.ts';
import { REDIS_OUTAGES } from '../../queue/connection.ts';
import type { Inspector, QueueState } from '../../queue/inspector.ts';

export interface ProgressDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly clocks: Pick<Clocks, 'compare'>;
  readonly health: Health;
  readonly outages: OutageLog;
  readonly inspector: Pick<Inspector, 'readQueues' | 'requireSomeServing' | 'readTime'>;
  readonly settings: { readonly stallMaxMs: number };
}

export interface Progress {
  readonly live: boolean;
  /** Jobs that waited at the last look. */
  readonly waiting: number;
  /** For how long jobs have waited while none was taken. */
  readonly stalledMs: number;
}

/** How often is looked, at the least four times before standing still is too long. */
export const lookEveryMs = (stallMaxMs: number): number => Math.min(5_000, stallMaxMs / 4);

/** Whoever met these in this process, and asks too rarely to see that they are over, leaves that to us. */
const OUTAGES = [...DATABASE_OUTAGES, ...REDIS_OUTAGES, CLOCKS_DISAGREE];

export class ProgressWatch {
  readonly #deps: ProgressDeps;
  #movedAt: number;
  #next: string | undefined;
  #waiting = 0;

  constructor(deps: ProgressDeps) {
    this.#deps = deps;
    this.#movedAt = deps.clock.elapsedMs();
  }

  /** One look. Never throws: what cannot be asked is nobody's stall. */
  async look(): Promise<void> {
    const { clock, health, inspector, outages } = this.#deps;
    const now = clock.elapsedMs();
    try {
      const lost = await outages.lookFor([], () => inspector.requireSomeServing());
      // While one of several servers is away, that others serve ends no outage of it.
      const over = lost.length > 0 ? OUTAGES.filter((code) => !REDIS_OUTAGES.includes(code)) : OUTAGES;
      const { queues, held } = await outages.lookFor(over, () => this.#askServers());
      const settling = queues.filter(({ queue }) => queue === 'settle' || queue === 'cohorts');
      const next = settling.flatMap(({ oldest }) => oldest?.id ?? []).join(' ') || undefined;
      this.#waiting = settling.reduce((sum, { waiting }) => sum + waiting, 0);
      if (held || next === undefined || this.#moved(next, health.pulseAt)) this.#movedAt = now;
      this.#next = next;
    } catch {
      this.#movedAt = clock.elapsedMs();
    }
  }

  /** While the ledger is held, standing still is what is asked for. */
  async #askServers(): Promise<{ readonly queues: readonly QueueState[]; readonly held: boolean }> {
    const { clocks, db, inspector } = this.#deps;
    const now = await shownNow(db);
    // Before the clocks, so that a Redis that is away is waited for once.
    const queues = await inspector.readQueues(now);
    await clocks.compare({ db, inspector });
    return { queues, held: (await findLedgerHold(db)) !== undefined };
  }

  /** A process that settles must move by itself: that others do says nothing of its own workers. */
  #moved(next: string, pulseAt: number | undefined): boolean {
    return pulseAt === undefined ? next !== this.#next : pulseAt > this.#movedAt;
  }

  get progress(): Progress {
    const { clock, settings } = this.#deps;
    const stalledMs = Math.max(0, clock.elapsedMs() - this.#movedAt);
    return { live: stalledMs < settings.stallMaxMs, waiting: this.#waiting, stalledMs };
  }
}
