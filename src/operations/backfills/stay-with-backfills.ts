/**
 * Staying while this process' own worker gets on with backfills: where only short processes run, each takes its part of
 * the time between two of them. What somebody else works on needs nobody to stay.
 */
import type { Clock } from '../../clock.ts';
import type { Database } from '../../db/connection.ts';
import { shownNow } from '../../db/query.ts';
import { findLedgerHold } from '../../ledger/ledger-hold.ts';
import { listRunningBackfills } from '../../ledger/backfills.ts';
import { isWorkable } from './work-backfills.ts';

export interface StayRequest {
  /** How the worker of this process is named. */
  readonly worker: string;
  /** On the clock's elapsed milliseconds. */
  readonly deadline: number;
  readonly signal: AbortSignal;
}

const LOOK_MS = 250;

/** @returns the number of a backfill that could be worked on still; undefined when none is left for this process */
export async function stayWithBackfills(
  { db, clock }: { readonly db: Database; readonly clock: Clock },
  { worker, deadline, signal }: StayRequest,
): Promise<number | undefined> {
  for (;;) {
    const now = await shownNow(db);
    const running = await listRunningBackfills(db, now);
    const ours = running.find((one) => isWorkable(one, now) && (one.worker ?? worker) === worker);
    // While the ledger is held, nobody gets on with anything.
    if (!ours || (await findLedgerHold(db))) return undefined;
    if (signal.aborted || clock.elapsedMs() >= deadline) return ours.id;
    await clock.sleep(LOOK_MS, signal);
  }
}
