/** One moment of a story: the facts until then, a sweep whose jobs are done at once, and the letters that come of both. */
import type { App } from '../../src/app.ts';
import type { Instant } from '../../src/domain/calendar.ts';
import type { MemberEvent } from '../../src/domain/events/events.ts';
import { recordEvents } from '../../src/operations/events/record-events.ts';
import { deliverNotices } from '../../src/operations/mail/deliver-notices.ts';
import { relayNotices } from '../../src/operations/mail/relay-notices.ts';
import { closeRunIfDone } from '../../src/operations/runs/close-run.ts';
import { sweep } from '../../src/operations/runs/sweep.ts';
import { settleAccounts } from '../../src/operations/settling/settle-accounts.ts';
import type { NoticePayload, SettlePayload } from '../../src/queue/contracts.ts';

export type Notify = 'none' | 'digest';

export interface SweepHow {
  readonly notify: Notify;
  /** The sweep's own period, of which it takes the latest slot. */
  readonly slotMs: number;
  /** Of those due, how many of a hundred are settled. */
  readonly percent?: number;
}

export class Mornings {
  readonly #app: App;
  readonly #events: readonly MemberEvent[];
  #told = 0;

  /** @param events of the whole story, in order of their time */
  constructor(app: App, events: readonly MemberEvent[]) {
    this.#app = app;
    this.#events = events;
  }

  /** Of the instant at which the app's clock stands. */
  async pass(how: SweepHow): Promise<void> {
    const facts = await this.tell(how.notify);
    const run = await this.sweep(how);
    if (run !== undefined) await closeRunIfDone(this.#app, { id: run });
    if (how.notify !== 'none' && (facts > 0 || run !== undefined)) await this.#deliver();
  }

  /** In one call, as a file of them is imported. @returns how many facts that were */
  async tell(notify: Notify): Promise<number> {
    const now = this.#app.clock.wallNow();
    const from = this.#told;
    while ((this.#events[this.#told]?.at ?? Infinity) < now) this.#told += 1;
    const facts = this.#events.slice(from, this.#told);
    if (facts.length > 0) await recordEvents(this.#app.recordDeps, facts, notify);
    return facts.length;
  }

  /** @returns the run, if one was opened or joined */
  async sweep({ notify, slotMs, percent = 100 }: SweepHow): Promise<number | undefined> {
    const { sweepDeps, settleDeps, queue, clock } = this.#app;
    const due: SettlePayload[] = [];
    const atOnce = {
      enqueueSettling: async (payloads: readonly SettlePayload[]): Promise<void> =>
        void due.push(...payloads),
      enqueueCohorts: () => Promise.resolve(),
      enqueueNotices: () => Promise.resolve(),
      countSettling: () => queue.countSettling(),
    };
    const slotAt: Instant = Math.floor(clock.wallNow() / slotMs) * slotMs;
    const request = { source: 'scheduler', actor: 'scheduler', slotAt, notify } as const;
    const swept = await sweep({ ...sweepDeps, queue: atOnce }, request);
    if (due.length > 0)
      await settleAccounts(settleDeps, due.slice(0, Math.ceil((due.length * percent) / 100)));
    return swept.outcome === 'opened' || swept.outcome === 'joined' ? swept.run.id : undefined;
  }

  async #deliver(): Promise<void> {
    const { relayDeps, deliverDeps } = this.#app;
    if (!deliverDeps) return;
    const queue = {
      enqueueNotices: async (pages: readonly NoticePayload[]): Promise<void> => {
        for (const page of pages) await deliverNotices(deliverDeps, page);
      },
    };
    while ((await relayNotices({ ...relayDeps, queue })) > 0);
  }
}
