/** Plays a fleet's story from its first day to this morning, through the doors that real facts come by. */
import type { App } from '../../src/app.ts';
import { DateTime } from 'luxon';
import { execute, selectOne, selectRows } from '../../src/db/query.ts';
import { type Instant } from '../../src/domain/calendar.ts';
import { type TermsRow, builtInTerms } from '../../src/domain/terms.ts';
import { SAMPLE_EVERY_MS } from '../../src/ledger/fleet-samples.ts';
import { planBackfill } from '../../src/operations/backfills/backfill-plan.ts';
import { pauseBackfill, startBackfill } from '../../src/operations/backfills/backfill.ts';
import { workOnBackfill } from '../../src/operations/backfills/work-backfills.ts';
import { adjustBalances } from '../../src/operations/events/adjust.ts';
import { recordEvents } from '../../src/operations/events/record-events.ts';
import { suppressNotices } from '../../src/operations/mail/change-notices.ts';
import { deliverNotices } from '../../src/operations/mail/deliver-notices.ts';
import { relayNotices } from '../../src/operations/mail/relay-notices.ts';
import { careForFailures } from '../../src/operations/runs/care-for-failures.ts';
import { closeRunIfDone } from '../../src/operations/runs/close-run.ts';
import { noteRun } from '../../src/operations/runs/note-run.ts';
import { sweep } from '../../src/operations/runs/sweep.ts';
import { settleAccounts } from '../../src/operations/settling/settle-accounts.ts';
import { applyTerms } from '../../src/operations/upkeep/apply-terms.ts';
import { FleetCounter } from '../../src/operations/upkeep/count-fleet.ts';
import type { NoticePayload, SettlePayload } from '../../src/queue/contracts.ts';
import { importRows } from './account-rows.ts';
import { type Fleet, BEGAN, DAY, HOUR, STORY_DAYS } from './fleet.ts';
import { MEMBER } from './told-of.ts';

/** Sweeps are rare in the beginning; then there is one every morning, and in the end members are written to. */
const DAILY_DAYS = 30;
const WRITTEN_DAYS = 9;
const RARE_DAYS = 6;
/** While nobody swept: letters of that time were too old when they were staged. */
const PAUSE_DAYS = { from: 46, to: 34 };
const BROKEN_DAYS = 4;
/** Of the accounts that the run under way is over, how many of a hundred it has settled. */
const DONE_PERCENT = 62;
const SLOT_MS = 30 * 60_000;
const MINUTE = 60_000;
/** How long the run that is under way has been so. */
const RUNS_MS = 5 * MINUTE;
/** How long a scheduler has ticked every minute, where it has. */
const TICKED_MS = 30 * MINUTE;
const ACTOR = 'dana';
const IMPORT = { actor: ACTOR, reason: undefined };

export interface PlayRequest {
  readonly fleet: Fleet;
  /** From here on it is that instant, for the app and for its database. */
  readonly becomes: (at: Instant) => void;
  /** Accounts that somebody else's mistake puts aside; a third by a trigger, which only the database's owner may make. */
  readonly broken: { readonly accounts: number; readonly byTrigger: boolean };
  /** Called at each morning of the story. */
  readonly onMorning?: (at: Instant) => void;
}

export class StagePlay {
  readonly #app: App;
  readonly #request: PlayRequest;
  readonly #becomes: PlayRequest['becomes'];
  readonly #fleet: Fleet;
  #told = 0;

  constructor(app: App, request: PlayRequest) {
    this.#app = app;
    this.#request = request;
    this.#becomes = request.becomes;
    this.#fleet = request.fleet;
  }

  /** All but the last hours. */
  async perform(now: Instant): Promise<{ failedAccounts: string[]; pausedBackfill: number }> {
    const app = this.#app;
    await importRows(app, this.#fleet.members, IMPORT);
    const late = [...this.#fleet.late];
    for (let day = STORY_DAYS - 1; day > DAILY_DAYS; day -= RARE_DAYS) {
      const at = now - day * DAY;
      while (late[0] && late[0].at < at) {
        const { at: takenOverAt, rows } = late.shift() as Fleet['late'][number];
        this.#becomes(Math.max(takenOverAt + HOUR, this.#now()));
        await importRows(app, rows, IMPORT);
      }
      if (day < PAUSE_DAYS.from && day > PAUSE_DAYS.to) continue;
      await this.#morning(at, day > PAUSE_DAYS.from ? 'none' : 'digest');
    }
    await this.#newTerms(now - 28 * DAY, now);
    let failedAccounts: string[] = [];
    for (let day = DAILY_DAYS; day >= 1; day -= 1) {
      if (day === BROKEN_DAYS) failedAccounts = await this.#break(now);
      await this.#morning(now - day * DAY, day > WRITTEN_DAYS ? 'none' : 'digest');
    }
    const pausedBackfill = await this.#backfill(now - 20 * HOUR);
    await this.#people(now - 18 * HOUR, failedAccounts);
    return { failedAccounts, pausedBackfill };
  }

  /** The last hours, to a run that nobody works on. @returns the run */
  async endUnderWay(now: Instant): Promise<number> {
    await this.#lastHours(now - 6 * HOUR, { quietFrom: now - BEGAN.beforeMs, until: now - RUNS_MS });
    return this.#underWay(now - RUNS_MS);
  }

  /** The last hours, to a scheduler that ticks every minute: what is due is settled. */
  async endTicking(now: Instant): Promise<void> {
    const ticksFrom = Math.floor((now - TICKED_MS) / MINUTE) * MINUTE;
    await this.#lastHours(now - 6 * HOUR, { quietFrom: now - BEGAN.beforeMs, until: ticksFrom });
    const counter = new FleetCounter(this.#app);
    for (let at = ticksFrom; at <= now; at += MINUTE) {
      await this.#morning(at, 'digest', MINUTE);
      if ((at - ticksFrom) % SAMPLE_EVERY_MS === 0) await counter.takeSample();
    }
  }

  /** Sweeps by the half hour, of which the last ones are missing, and what a worker writes down meanwhile. */
  async #lastHours(
    from: Instant,
    to: { readonly quietFrom: Instant; readonly until: Instant },
  ): Promise<void> {
    const counter = new FleetCounter(this.#app);
    for (let at = from; at < to.until; at += SAMPLE_EVERY_MS) {
      this.#becomes(at);
      await counter.takeSample();
      if ((at - from) % SLOT_MS === 0 && at < to.quietFrom) await this.#morning(at, 'digest');
    }
  }

  #now(): Instant {
    return this.#app.clock.wallNow();
  }

  /** What has happened until then, a sweep, and its letters. */
  async #morning(at: Instant, notify: 'none' | 'digest', slotMs = SLOT_MS): Promise<void> {
    this.#becomes(at);
    this.#request.onMorning?.(at);
    await this.#tellUntil(at, notify);
    const run = await this.#sweep(notify, { percent: 100, slotMs });
    if (run !== undefined) await closeRunIfDone(this.#app, { id: run });
    await this.#deliver();
  }

  async #tellUntil(at: Instant, notify: 'none' | 'digest'): Promise<void> {
    const { events } = this.#fleet;
    const from = this.#told;
    while ((events[this.#told]?.at ?? Infinity) < at) this.#told += 1;
    if (this.#told > from) await recordEvents(this.#app.recordDeps, events.slice(from, this.#told), notify);
  }

  /** By a queue that settles at once. @param percent of those due who are settled @returns the run, if one was opened */
  async #sweep(
    notify: 'none' | 'digest',
    { percent, slotMs }: { percent: number; slotMs: number },
  ): Promise<number | undefined> {
    const { sweepDeps, settleDeps, queue } = this.#app;
    const due: SettlePayload[] = [];
    const atOnce = {
      enqueueSettling: async (payloads: readonly SettlePayload[]): Promise<void> =>
        void due.push(...payloads),
      enqueueCohorts: () => Promise.resolve(),
      enqueueNotices: () => Promise.resolve(),
      countSettling: () => queue.countSettling(),
    };
    const slotAt = Math.floor(this.#now() / slotMs) * slotMs;
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

  async #newTerms(at: Instant, now: Instant): Promise<void> {
    this.#becomes(at);
    const last = builtInTerms.at(-1) as TermsRow;
    const month = DateTime.fromMillis(now, { zone: 'UTC' }).plus({ months: 2 }).startOf('month');
    const plus = { ...last.plans.plus, paid: last.plans.plus.paid + 10 };
    const next = { ...last, effectiveFrom: month.toISODate() as string, plans: { ...last.plans, plus } };
    const reason = 'Plus brings 90 Connects a month from the new year on';
    const applied = await applyTerms(this.#app, {
      terms: [...builtInTerms, next],
      actor: ACTOR,
      reason,
      dryRun: false,
    });
    if (applied.outcome !== 'applied') throw new Error(JSON.stringify(applied));
  }

  /** Mistakes of others: a zone that nobody knows, and rows that an archive job keeps from changing. */
  async #break(now: Instant): Promise<string[]> {
    const { db } = this.#app;
    const { accounts, byTrigger } = this.#request.broken;
    const soon = await selectRows<{ id: string }>(
      db,
      `SELECT id FROM accounts WHERE next_cycle_at BETWEEN ? AND ? AND status = 'active' AND id <> ? ORDER BY next_cycle_at, id LIMIT ?`,
      [new Date(this.#now()), new Date(now - DAY), MEMBER, accounts],
    );
    const ids = soon.map((one) => one.id);
    const archived = byTrigger ? ids.filter((_, n) => n % 3 === 0) : [];
    const zones = ids.filter((one) => !archived.includes(one));
    await execute(db, "UPDATE accounts SET zone = 'Mars/Olympus' WHERE id IN (?)", [zones]);
    if (archived.length === 0) return ids;
    await db.raw(
      `CREATE TRIGGER archived_accounts BEFORE UPDATE ON accounts FOR EACH ROW
         IF OLD.id IN (${archived.map(() => '?').join(', ')}) THEN
           SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'archive: this account may not change'; END IF`,
      archived,
    );
    return ids;
  }

  async #backfill(at: Instant): Promise<number> {
    this.#becomes(at);
    const { from, to } = this.#fleet.holes.underWay;
    const asked = { from, to, include: [] };
    const reason = 'taken over after their cycles had begun';
    const { db, settleDeps } = this.#app;
    const plan = await planBackfill(db, { asked });
    const how = { notify: 'digest', rate: 12, approvalOver: 0, actor: ACTOR, reason } as const;
    const { id } = await startBackfill(this.#app, { plan, ...how });
    // Asked to end before it begins, a worker still makes one batch.
    await workOnBackfill(settleDeps, { id, worker: 'stage', signal: AbortSignal.abort() });
    this.#becomes(at + 5 * 60_000);
    await pauseBackfill(this.#app, { id, actor: 'erik', reason: 'finance wants to see the first ones' });
    return id;
  }

  /** What people said and did yesterday. */
  async #people(at: Instant, failed: readonly string[]): Promise<void> {
    this.#becomes(at);
    const { db, recordDeps } = this.#app;
    const by = { reason: null, dryRun: false } as const;
    const some = { accounts: failed.slice(0, Math.ceil(failed.length / 5)) };
    await careForFailures(db, {
      ...by,
      filter: some,
      actor: ACTOR,
      care: { kind: 'assign', assignee: 'erik' },
    });
    if (this.#request.broken.byTrigger) {
      const known = { kind: 'ack', reason: 'the archive job is being mended' } as const;
      const filter = { code: 'refused-by-trigger' };
      await careForFailures(db, { ...by, filter, actor: 'erik', care: known });
    }
    await adjustBalances(recordDeps, {
      actor: 'sam',
      adjustments: [
        { account: MEMBER, amount: 6, reason: 'a proposal was charged twice', key: 'ticket-4411' },
        { account: 'freelancer-0003', amount: -10, reason: 'granted twice by support', key: 'ticket-4415' },
      ],
    });
    const run = await selectOne<{ id: number }>(
      db,
      "SELECT MAX(run_id) AS id FROM failures WHERE state = 'put-aside'",
      [],
    );
    const note = 'both errors are known: zones come from the import of Monday';
    if (run) await noteRun(this.#app, { run: run.id, note, actor: ACTOR, reason: null });
    const refused = await selectOne<{ id: number }>(
      db,
      // The only one stays, to be seen.
      "SELECT MIN(id) AS id FROM outbox WHERE state = 'refused' HAVING COUNT(*) > 1",
      [],
    );
    const left = { actor: 'sam', reason: 'the member has left', dryRun: false } as const;
    if (refused) await suppressNotices({ db }, { filter: { ids: [refused.id] }, ...left });
  }

  /** Nobody works on it: whoever looks sees it under way, and a worker goes on with it. */
  async #underWay(at: Instant): Promise<number> {
    this.#becomes(at);
    await this.#tellUntil(at, 'digest');
    return (await this.#sweep('digest', { percent: DONE_PERCENT, slotMs: SLOT_MS })) as number;
  }
}
