/** Plays a fleet's story from its first day to this morning, through the doors that real facts come by. */
import type { App } from '../../src/app.ts';
import type { Instant } from '../../src/domain/calendar.ts';
import { SAMPLE_EVERY_MS } from '../../src/ledger/fleet-samples.ts';
import { FleetCounter } from '../../src/operations/upkeep/count-fleet.ts';
import { importRows } from './account-rows.ts';
import { type Fleet, BEGAN, DAY, HOUR, MINUTE, STORY_DAYS } from './fleet.ts';
import { Mornings, type Notify } from './mornings.ts';
import {
  type Broken,
  ACTOR,
  applyNewTerms,
  breakAccounts,
  careForFleet,
  pauseFirstBackfill,
} from './operators.ts';

/** Sweeps are rare in the beginning; then there is one every morning, and in the end members are written to. */
const DAILY_DAYS = 30;
const WRITTEN_DAYS = 9;
const RARE_DAYS = 12;
/** While nobody swept: letters of that time were too old when they were staged. */
const PAUSE_DAYS = { from: 46, to: 33 };
const BROKEN_DAYS = 4;
/** Of the accounts that the run under way is over, how many of a hundred it has settled. */
const DONE_PERCENT = 62;
const SLOT_MS = 30 * MINUTE;
/** How long the run that is under way has been so. */
const RUNS_MS = 5 * MINUTE;
/** How long a scheduler has ticked every minute, where it has. */
const TICKED_MS = 30 * MINUTE;
const IMPORT = { actor: ACTOR, reason: undefined };

export interface PlayRequest {
  readonly fleet: Fleet;
  /** From here on it is that instant, for the app and for its database. */
  readonly becomes: (at: Instant) => void;
  readonly broken: Broken;
  /** Called at each morning of the story. */
  readonly onMorning?: (at: Instant) => void;
}

export class StagePlay {
  readonly #app: App;
  readonly #request: PlayRequest;
  readonly #becomes: PlayRequest['becomes'];
  readonly #fleet: Fleet;
  readonly #mornings: Mornings;

  constructor(app: App, request: PlayRequest) {
    this.#app = app;
    this.#request = request;
    this.#becomes = request.becomes;
    this.#fleet = request.fleet;
    this.#mornings = new Mornings(app, request.fleet.events);
  }

  /** All but the last hours. */
  async perform(now: Instant): Promise<{ failedAccounts: string[]; pausedBackfill: number }> {
    const { broken } = this.#request;
    await importRows(this.#app, this.#fleet.members, IMPORT);
    await this.#rareSweeps(now);
    this.#becomes(now - 28 * DAY);
    await applyNewTerms(this.#app, now);
    let failedAccounts: string[] = [];
    for (let day = DAILY_DAYS; day >= 1; day -= 1) {
      if (day === BROKEN_DAYS) failedAccounts = await breakAccounts(this.#app, broken, now);
      await this.#morning(now - day * DAY, day > WRITTEN_DAYS ? 'none' : 'digest');
    }
    this.#becomes(now - 20 * HOUR);
    const pausedBackfill = await pauseFirstBackfill(this.#app, this.#fleet.holes.underWay, this.#becomes);
    this.#becomes(now - 18 * HOUR);
    await careForFleet(this.#app, failedAccounts, broken);
    return { failedAccounts, pausedBackfill };
  }

  /** The last hours, to a run that nobody works on. @returns the run */
  async endUnderWay(now: Instant): Promise<number> {
    await this.#lastHours(now - 6 * HOUR, { quietFrom: now - BEGAN.beforeMs, until: now - RUNS_MS });
    // Nobody works on it: whoever looks sees it under way, and a worker goes on with it.
    this.#becomes(now - RUNS_MS);
    await this.#mornings.tell('digest');
    const how = { notify: 'digest', slotMs: SLOT_MS, percent: DONE_PERCENT } as const;
    return (await this.#mornings.sweep(how)) as number;
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

  /** And late imports between them, each at the first sweep after its time. */
  async #rareSweeps(now: Instant): Promise<void> {
    const late = [...this.#fleet.late];
    for (const day of rareDays()) {
      const at = now - day * DAY;
      while (late[0] && late[0].at < at) {
        const { at: takenOverAt, rows } = late.shift() as Fleet['late'][number];
        this.#becomes(Math.max(takenOverAt + HOUR, this.#app.clock.wallNow()));
        await importRows(this.#app, rows, IMPORT);
      }
      await this.#morning(at, day > PAUSE_DAYS.from ? 'none' : 'digest');
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

  async #morning(at: Instant, notify: Notify, slotMs = SLOT_MS): Promise<void> {
    this.#becomes(at);
    this.#request.onMorning?.(at);
    await this.#mornings.pass({ notify, slotMs });
  }
}

/** Days before now, up to the pause, and the one on which it ends. */
function rareDays(): readonly number[] {
  const days: number[] = [];
  for (let day = STORY_DAYS - 1; day > PAUSE_DAYS.from; day -= RARE_DAYS) days.push(day);
  return [...days, PAUSE_DAYS.to];
}
