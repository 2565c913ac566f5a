/**
 * Working on backfills: whoever looks first takes the oldest running one, for a lease, and goes through its accounts
 * in the order of their ids. How far it is stands in the database, so a worker that dies is followed by any other;
 * Redis has no part in it.
 *
 * Live sweeps go first: while one is open, no backfill takes another batch. Nor does one outside of its window, or before
 * its rate allows: when the next batch may come is written with each, so that it holds for whoever goes on.
 */
import { type Transaction, inTransaction, unlessLocked } from '../../db/connection.ts';
import { isRowLocked } from '../../db/errors.ts';
import { databaseNow, shownNow } from '../../db/query.ts';
import { isAsked } from '../../domain/corrections/backfill.ts';
import { isOpenAt } from '../../domain/corrections/window.ts';
import type { Instant } from '../../domain/calendar.ts';
import { ConnectsError, unavailable } from '../../errors.ts';
import {
  type BackfillItem,
  countBackfillAccounts,
  upsertBackfillItems,
} from '../../ledger/backfill-items.ts';
import {
  type Backfill,
  findPace,
  listOpenBackfills,
  releaseBackfill,
  renewBackfill,
  takeBackfill,
  updateBackfillState,
} from '../../ledger/backfills.ts';
import { requireReleased } from '../../ledger/ledger-hold.ts';
import { type Run, closeRun, findOpenSweep, findRun, heartbeat } from '../../ledger/runs.ts';
import { type TermsVersion, getTermsVersion } from '../../ledger/terms-versions.ts';
import { type BatchGround, backfillBatch } from './backfill-batch.ts';
import { type CandidatePage, candidatePages } from './backfill-plan.ts';
import { logClosed } from '../runs/close-run.ts';
import { sampleDone } from '../runs/rate-samples.ts';
import type { CatchUpDeps } from '../settling/bring-current.ts';

/** A worker that is silent for this long is taken for dead. */
const LEASE_MS = 30_000;
/** How often it looks whether a live sweep is done. */
const YIELD_MS = 250;
/** Accounts of one transaction; and cycles, because entries of a statement must fit into a packet. */
const ACCOUNTS_MAX = 500;
const CYCLES_MAX = 2_000;
/** No batch is more than a second's worth of its rate: a longer wait is a clock that was set back. */
const PACE_MAX_MS = 1_000;

export interface WorkOptions {
  /** Only this one; the oldest running one when absent. */
  readonly id?: number;
  /** Names the worker: no two may share it. */
  readonly worker: string;
  readonly signal: AbortSignal;
}

/** Thrown within a batch whose backfill is paused, cancelled or somebody else's by now: the batch is undone. */
class Lost extends ConnectsError {
  constructor(id: number) {
    super('conflict', 'backfill-lost', `backfill ${id} is not ours any more`);
  }
}

/** Whether anybody may work on it now: it is neither paused nor unapproved, and its window is open. */
export const isWorkable = ({ state, window }: Pick<Backfill, 'state' | 'window'>, now: Instant): boolean =>
  state === 'running' && (window === null || isOpenAt(window, now));

/**
 * Works on one backfill until it is done, its window closes, it is taken away, or the signal aborts.
 * @returns the backfill that was worked on; undefined when there is none to be taken
 * @throws held `held`; unavailable when the database cannot be used: whatever is not done is found again
 */
export async function workOnBackfill(deps: CatchUpDeps, options: WorkOptions): Promise<Backfill | undefined> {
  for (const one of await listOpenBackfills(deps.db)) {
    if (options.id !== undefined && one.id !== options.id) continue;
    const now = await databaseNow(deps.db);
    if (!isWorkable(one, now)) continue;
    await requireReleased(deps.db);
    const until = now + LEASE_MS;
    const { worker } = options;
    // One whose row somebody keeps locked holds up no other.
    const taken = await unlessLocked(() => takeBackfill(deps.db, { id: one.id, worker, now, until }));
    if (!taken) continue;
    await new Turn(deps, one, until, options).work();
    return one;
  }
  return undefined;
}

interface AskedAccount {
  readonly id: string;
  readonly cycles: number;
}

/** When a batch begins, and at which rate: somebody may have changed it a moment ago. */
interface BatchStart {
  readonly now: Instant;
  readonly rate: number | null;
}

/** Takes the next ones out; at a rate, never more than a second's worth. */
function takeBatch(left: AskedAccount[], rate: number | null): string[] {
  const accountsMax = Math.min(ACCOUNTS_MAX, rate ?? ACCOUNTS_MAX, left.length);
  let taken = 0;
  let cycles = 0;
  do {
    cycles += left[taken]?.cycles ?? 0;
    taken += 1;
  } while (taken < accountsMax && cycles + (left[taken]?.cycles ?? 0) <= CYCLES_MAX);
  return left.splice(0, taken).map((one) => one.id);
}

/** One worker's turn at a backfill. */
class Turn {
  readonly #deps: CatchUpDeps;
  readonly #backfill: Backfill;
  readonly #options: WorkOptions;
  readonly #signal: AbortSignal;
  #until: Instant;
  #doneTo: string;
  /** When the rate allows another batch after the last one of this turn. */
  #nextBatchAt: Instant | null = null;
  /** Whether it got on in this turn: where each process lives for seconds, each gets on. */
  #moved = false;

  constructor(deps: CatchUpDeps, backfill: Backfill, until: Instant, options: WorkOptions) {
    this.#deps = deps;
    this.#backfill = backfill;
    this.#options = options;
    this.#signal = options.signal;
    this.#until = until;
    this.#doneTo = backfill.doneTo;
  }

  async work(): Promise<void> {
    const { db } = this.#deps;
    try {
      const run = (await findRun(db, this.#backfill.runId)) as Run;
      if (run.state !== 'running') return await this.#cancel(run);
      const terms = await getTermsVersion(db, run.termsVersion);
      if (await this.#goThrough(terms)) await this.#complete(run);
    } catch (error) {
      if (!(error instanceof Lost)) throw error;
    } finally {
      await releaseBackfill(db, { id: this.#backfill.id, worker: this.#options.worker });
    }
  }

  /** Every account that is left, or, once the signal aborted, no more than one batch; false when some are left. */
  async #goThrough(terms: TermsVersion): Promise<boolean> {
    const { db } = this.#deps;
    const { asked } = this.#backfill;
    for await (const page of candidatePages(db, asked, terms, this.#doneTo)) {
      const left = this.#askedOf(page);
      while (left.length > 0) {
        const start = await this.#mayGoOn();
        if (!start) return false;
        await this.#batch(terms, takeBatch(left, start.rate), start);
        this.#moved = true;
      }
      await this.#advance(page.lastId, []);
      this.#moved = true;
      if (this.#signal.aborted) return false;
    }
    return true;
  }

  #askedOf({ found }: CandidatePage): AskedAccount[] {
    const { asked } = this.#backfill;
    return found
      .map(({ row, candidates }) => ({
        id: row.account.id,
        cycles: candidates.filter((one) => isAsked(one, asked)).length,
      }))
      .filter((one) => one.cycles > 0);
  }

  async #batch(terms: TermsVersion, ids: readonly string[], { now, rate }: BatchStart): Promise<void> {
    this.#nextBatchAt = rate === null ? null : now + Math.ceil((ids.length * 1_000) / rate);
    const items = await backfillBatch(this.#deps, this.#ground(terms), ids);
    await this.#advance(ids.at(-1) as string, items);
  }

  #ground(terms: TermsVersion): BatchGround {
    const { id, runId, asked, notify, actor, reason } = this.#backfill;
    const keep = async (transaction: Transaction, items: readonly BackfillItem[]): Promise<void> => {
      try {
        await upsertBackfillItems(transaction, id, items);
        await this.#renew(transaction, this.#doneTo);
      } catch (error) {
        // It is the backfill that is locked, and none of its accounts.
        if (isRowLocked(error))
          throw unavailable('backfill-locked', `somebody else keeps backfill ${id} locked`, { cause: error });
        throw error;
      }
    };
    return { backfillId: id, runId, terms, asked, notify, actor, reason, keep };
  }

  /** Everybody up to this account is dealt with. */
  async #advance(doneTo: string, items: readonly BackfillItem[]): Promise<void> {
    const { db, log } = this.#deps;
    const failed = items.filter((one) => one.state === 'failed');
    const granted = items.filter((one) => one.state === 'granted' || one.state === 'recorded');
    for (const one of failed)
      log.warn(
        { run: this.#backfill.runId, account: one.accountId, code: one.why, outcome: 'failed' },
        one.message ?? '',
      );
    await inTransaction(db, async (transaction) => {
      await upsertBackfillItems(transaction, this.#backfill.id, failed);
      await this.#renew(transaction, doneTo);
      await heartbeat(transaction, this.#backfill.runId, await databaseNow(transaction));
      const began = { id: this.#backfill.runId, startedAt: this.#backfill.createdAt };
      await sampleDone(transaction, began, new Set(granted.map((one) => one.accountId)).size);
    });
    this.#doneTo = doneTo;
  }

  /** @throws Lost when it is paused, cancelled or somebody else's: then the transaction is undone */
  async #renew(transaction: Transaction, doneTo: string): Promise<void> {
    const now = await databaseNow(transaction);
    const { id } = this.#backfill;
    this.#until = Math.max(now + LEASE_MS, this.#until + 1);
    const holding = { id, worker: this.#options.worker, until: this.#until };
    const nextBatchAt = this.#nextBatchAt;
    if (!(await renewBackfill(transaction, { ...holding, doneTo, nextBatchAt }))) throw new Lost(id);
  }

  /** Waits for open sweeps and for its rate; undefined when its window has closed, or the signal aborted meanwhile. */
  async #mayGoOn(): Promise<BatchStart | undefined> {
    const { db } = this.#deps;
    const { id, window } = this.#backfill;
    for (;;) {
      const now = await databaseNow(db);
      if (window !== null && !isOpenAt(window, now)) return undefined;
      const { rate, nextBatchAt } = await findPace(db, id);
      const paceMs = nextBatchAt === null ? 0 : nextBatchAt - now;
      const waitMs = (await findOpenSweep(db)) ? YIELD_MS : paceMs > PACE_MAX_MS ? 0 : paceMs;
      if (waitMs <= 0) return this.#signal.aborted && this.#moved ? undefined : { now, rate };
      if (this.#signal.aborted) return undefined;
      await this.#rest(waitMs);
    }
  }

  /** Keeps what it holds while it waits. */
  async #rest(ms: number): Promise<void> {
    const { clock, db } = this.#deps;
    await clock.sleep(ms, this.#signal);
    if (this.#until - (await databaseNow(db)) > LEASE_MS / 2) return;
    await inTransaction(db, async (transaction) => {
      await this.#renew(transaction, this.#doneTo);
      await heartbeat(transaction, this.#backfill.runId, await databaseNow(transaction));
    });
  }

  async #complete(run: Run): Promise<void> {
    const { db } = this.#deps;
    const { id } = this.#backfill;
    const { failed } = await countBackfillAccounts(db, id);
    const state = failed > 0 ? 'completed-with-failures' : 'completed';
    const now = await databaseNow(db);
    await inTransaction(db, async (transaction) => {
      await this.#renew(transaction, this.#doneTo);
      await updateBackfillState(transaction, id, 'completed', now);
      await closeRun(transaction, run.id, state, now);
    });
    await logClosed(this.#deps, run, state, now);
  }

  /** Its run was stopped: that is a cancellation. */
  async #cancel(run: Run): Promise<void> {
    const { db } = this.#deps;
    const now = await shownNow(db);
    await inTransaction(db, async (transaction) => {
      await this.#renew(transaction, this.#doneTo);
      await updateBackfillState(transaction, this.#backfill.id, 'cancelled', now);
      await closeRun(transaction, run.id, 'stopped', now);
    });
    await logClosed(this.#deps, run, 'stopped', now);
  }
}
