/** What a reversal came to: of one that is there, whichever processes did it; of a dry run, what was rolled back. */
import type { Database } from '../../db/connection.ts';
import { countLater } from '../../ledger/amendments.ts';
import { type ReversedBefore, listShort, sumReversal } from '../../ledger/run-grants.ts';
import type { Reversed } from './reverse-accounts.ts';

/** What could not be taken from one account. */
export interface ShortAccount {
  readonly account: string;
  readonly notTaken: number;
}

export interface ReverseOutcome {
  readonly outcome: 'reversed' | 'interrupted' | 'previewed';
  /** The reversal's own run; null for a dry run. */
  readonly reversal: number | null;
  readonly accounts: number;
  readonly cycles: number;
  /** Connects taken back, and given back where more had expired than was granted. */
  readonly taken: number;
  readonly givenBack: number;
  readonly notTaken: number;
  /** Left alone, because a later cycle had let it expire. */
  readonly lapsed: number;
  /** What had been taken back before: it is left alone. */
  readonly before: ReversedBefore;
  /** Accounts that were due, and were settled on the way: `reverse-run` of the reversal's own run takes that back. */
  readonly settled: number;
  /** The version of the terms that they were settled by. */
  readonly termsVersion: number;
  /** The first of those from whom not all could be taken; `connects run accounts` lists all. */
  readonly short: readonly ShortAccount[];
  readonly shortAccounts: number;
  readonly failed: readonly { readonly account: string; readonly code: string; readonly message: string }[];
}

/** Accounts named one by one. */
const SHORT_MAX = 1_000;

export class ReversalSum {
  readonly #reversal: number | null;
  readonly #failed: Reversed['failed'][number][] = [];
  readonly #short: ShortAccount[] = [];
  readonly #termsVersion: number;
  readonly #before: ReversedBefore;
  readonly #counts = {
    accounts: 0,
    cycles: 0,
    taken: 0,
    givenBack: 0,
    notTaken: 0,
    shortAccounts: 0,
    lapsed: 0,
    settled: 0,
  };

  constructor(reversal: number | null, termsVersion: number, before: ReversedBefore) {
    this.#before = before;
    this.#reversal = reversal;
    this.#termsVersion = termsVersion;
  }

  get done(): number {
    return this.#counts.accounts + this.#failed.length;
  }

  get failedAny(): boolean {
    return this.#failed.length > 0;
  }

  add({ done, failed, settled = 0 }: Reversed): void {
    this.#failed.push(...failed);
    this.#counts.settled += settled;
    for (const { account, reversal } of done) {
      const { taken, notTaken, cycles } = reversal;
      this.#counts.accounts += 1;
      this.#counts.cycles += cycles.length;
      this.#counts[taken < 0 ? 'givenBack' : 'taken'] += Math.abs(taken);
      this.#counts.notTaken += notTaken;
      this.#counts.lapsed += reversal.lapses.reduce((sum, one) => sum + one.amount, 0);
      if (notTaken === 0) continue;
      this.#counts.shortAccounts += 1;
      if (this.#short.length < SHORT_MAX) this.#short.push({ account, notTaken });
    }
  }

  end(outcome: ReverseOutcome['outcome']): ReverseOutcome {
    const of = { reversal: this.#reversal, termsVersion: this.#termsVersion, before: this.#before };
    return { outcome, ...of, ...this.#counts, short: this.#short, failed: this.#failed };
  }

  /** Other processes may have done a part of it: what all of them did is read. */
  async endWhole(db: Database, outcome: ReverseOutcome['outcome']): Promise<ReverseOutcome> {
    const ended = this.end(outcome);
    return this.#reversal === null ? ended : { ...ended, ...(await readReversal(db, this.#reversal)) };
  }
}

export type ReadReversal = Omit<
  ReverseOutcome,
  'outcome' | 'reversal' | 'termsVersion' | 'before' | 'failed'
>;

/** What a reversal has come to by now. */
export async function readReversal(db: Database, reversal: number): Promise<ReadReversal> {
  const { taken, returned } = await countLater(db, reversal);
  return {
    ...(await sumReversal(db, reversal)),
    taken,
    givenBack: returned,
    short: await listShort(db, reversal, SHORT_MAX),
  };
}
