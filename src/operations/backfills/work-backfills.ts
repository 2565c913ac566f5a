/**
 * Working on backfills: whoever looks first takes the oldest running one, for a lease, and goes through its accounts
 * in the order of their ids. How far it is stands in the database, so a worker that dies is followed by any other;
 * Redis has no part in it.
 *
 * Live sweeps go first: while one is open, no backfill takes another batch.
 */
import { type Transaction, inTransaction, unlessLocked } from '../../db/connection.ts';
import { isRowLocked } from '../../db/errors.ts';
import { databaseNow, shownNow } from '../../db/query.ts';
import { isAsked } from '../../domain/corrections/backfill.ts';
import type { Instant } from '../../domain/calendar.ts';
import { ConnectsError, unavailable } from '../../errors.ts';
import {
  type Backfill,
  type BackfillItem,
  countBackfillAccounts,
  listOpenBackfills,
  releaseBackfill,
  renewBackfill,
  takeBackfill,
  updateBackfillState,
  upsertBackfillItems,
} from '../../ledger/backfills.ts';
import { requireReleased } from '../../ledger/ledger-hold.ts';
import { type Run, closeRun, findOpenSweep, findRun, heartbeat } from '../../ledger/runs.ts';
import { type TermsVersion, getTermsVersion } from '../../ledger/terms-versions.ts';
import { type BatchGround, backfillBatch } from './backfill-batch.ts';
import { type CandidatePage, candidatePages } from './backfill-plan.ts';
import { logClosed } from '../runs/close-run.ts';
import type { CatchUpDeps } from '../settling/bring-current.ts';

/** A worker that is silent for this long is taken for dead. */
const LEASE_MS = 30_000;
/** How often it looks whether a live sweep is done. */
const YIELD_MS = 250;
/** Accounts of one transaction; and cycles, because entries of a statement must fit into a packet. */
const ACCOUNTS_MAX = 500;
const CYCLES_MAX = 2_000;

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

/**
 * Works on one backfill until it is done, is taken away, or the signal aborts.
 * @returns the backfill that was worked on; undefined when there is none to be taken
 * @throws held `held`; unavailable when the database cannot be used: whatever is not done is found again
 */
export async function workOnBackfill(deps: CatchUpDeps, options: WorkOptions): Promise<Backfill | undefined> {
  for (const one of await listOpenBackfills(deps.db)) {
    if (one.state !== 'running' || (options.id !== undefined && one.id !== options.id)) continue;
    await requireReleased(deps.db);
    const now = await databaseNow(deps.db);
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

/** One worker's turn at a backfill. */
class Turn {
  readonly #deps: CatchUpDeps;
  readonly #backfill: Backfill;
  readonly #options: WorkOptions;
  readonly #signal: AbortSignal;
  #until: Instant;
  #doneTo: string;
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
      for (const batch of this.#batchesOf(page)) {
        const sweeping = await this.#letSweepsGoFirst();
        if (this.#signal.aborted && (sweeping || this.#moved)) return false;
        await this.#batch(terms, batch);
        this.#moved = true;
      }
      await this.#advance(page.lastId, []);
      this.#moved = true;
      if (this.#signal.aborted) return false;
    }
    return true;
  }

  /** At a rate, never more at once than a second's worth. */
  #batchesOf({ found }: CandidatePage): string[][] {
    const accountsMax = Math.min(ACCOUNTS_MAX, this.#backfill.rate ?? ACCOUNTS_MAX);
    const batches: string[][] = [];
    let cycles = Infinity;
    for (const { row, candidates } of found) {
      const asked = candidates.filter((one) => isAsked(one, this.#backfill.asked)).length;
      if (asked === 0) continue;
      const batch = batches.at(-1);
      if (batch && batch.length < accountsMax && cycles + asked <= CYCLES_MAX) {
        batch.push(row.account.id);
        cycles += asked;
      } else {
        batches.push([row.account.id]);
        cycles = asked;
      }
    }
    return batches;
  }

  async #batch(terms: TermsVersion, ids: readonly string[]): Promise<void> {
    const { clock } = this.#deps;
    const { rate } = this.#backfill;
    const begunAt = clock.elapsedMs();
    const items = await backfillBatch(this.#deps, this.#ground(terms), ids);
    await this.#advance(
      ids.at(-1) as string,
      items.filter((one) => one.state === 'failed'),
    );
    if (rate !== null) await this.#rest((ids.length * 1_000) / rate - (clock.elapsedMs() - begunAt));
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
  async #advance(doneTo: string, failed: readonly BackfillItem[]): Promise<void> {
    const { db, log } = this.#deps;
    for (const one of failed)
      log.warn(
        { run: this.#backfill.runId, account: one.accountId, code: one.why, outcome: 'failed' },
        one.message ?? '',
      );
    await inTransaction(db, async (transaction) => {
      await upsertBackfillItems(transaction, this.#backfill.id, failed);
      await this.#renew(transaction, doneTo);
      await heartbeat(transaction, this.#backfill.runId, await databaseNow(transaction));
    });
    this.#doneTo = doneTo;
  }

  /** @throws Lost when it is paused, cancelled or somebody else's: then the transaction is undone */
  async #renew(transaction: Transaction, doneTo: string): Promise<void> {
    const now = await databaseNow(transaction);
    const { id } = this.#backfill;
    this.#until = Math.max(now + LEASE_MS, this.#until + 1);
    const holding = { id, worker: this.#options.worker, until: this.#until };
    if (!(await renewBackfill(transaction, { ...holding, doneTo }))) throw new Lost(id);
  }

  /** Whether one is open all the same, because the signal aborted. */
  async #letSweepsGoFirst(): Promise<boolean> {
    for (;;) {
      if (!(await findOpenSweep(this.#deps.db))) return false;
      if (this.#signal.aborted) return true;
      await this.#rest(YIELD_MS);
    }
  }

  /** Keeps what it holds while it waits. */
  async #rest(ms: number): Promise<void> {
    if (ms <= 0) return;
    await this.#deps.clock.sleep(ms, this.#signal);
    if (this.#until - (await databaseNow(this.#deps.db)) > LEASE_MS / 2) return;
    await inTransaction(this.#deps.db, (transaction) => this.#renew(transaction, this.#doneTo));
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
