/** Waiting for a backfill: how far it is, until it has ended, the timeout passes or the signal aborts. */
import type { Clock } from '../../clock.ts';
import type { Database } from '../../db/connection.ts';
import { countBackfillAccounts } from '../../ledger/backfill-items.ts';
import { type Backfill, findBackfill } from '../../ledger/backfills.ts';
import { requireReleased } from '../../ledger/ledger-hold.ts';
import { findOpenSweep } from '../../ledger/runs.ts';
import { shownNow } from '../../db/query.ts';
import { unknownBackfill } from './backfill.ts';
import { isWorkable } from './work-backfills.ts';

export interface WaitRequest {
  readonly id: number;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (state: { done: number; total: number }) => void;
  /** Called while a live sweep is open, which goes first: whoever works here too, helps to end it. */
  readonly helpSweep?: () => Promise<unknown>;
}

export interface WaitedBackfill {
  /** `paused`: somebody paused it, so it would never end by itself; nor does one that waits for hours, or for a person. */
  readonly outcome: 'ended' | 'paused' | 'outside-window' | 'awaiting-approval' | 'timed-out' | 'interrupted';
  readonly backfill: Backfill;
}

const LOOK_MS = 250;
const HELP_EVERY_MS = 1_000;

/** @throws not-found `unknown-backfill`; held `held`, also in the middle: it goes on after the release */
export async function backfillUntilDone(
  deps: { readonly db: Database; readonly clock: Clock },
  request: WaitRequest,
): Promise<WaitedBackfill> {
  const { clock, db } = deps;
  const deadline = clock.elapsedMs() + (request.timeoutMs ?? Infinity);
  let helpAt = 0;
  for (;;) {
    const backfill = await findBackfill(db, request.id);
    if (!backfill) throw unknownBackfill(request.id);
    const { granted, failed } = await countBackfillAccounts(db, request.id);
    request.onProgress?.({
      done: granted + failed,
      total: Math.max(backfill.planned.accounts, granted + failed),
    });
    if (backfill.endedAt !== null) return { outcome: 'ended', backfill };
    if (backfill.state === 'paused' || backfill.state === 'awaiting-approval')
      return { outcome: backfill.state, backfill };
    if (backfill.state === 'running' && !isWorkable(backfill, await shownNow(db)))
      return { outcome: 'outside-window', backfill };
    await requireReleased(db);
    if (request.signal?.aborted) return { outcome: 'interrupted', backfill };
    if (clock.elapsedMs() >= deadline) return { outcome: 'timed-out', backfill };
    if (request.helpSweep && clock.elapsedMs() >= helpAt && (await findOpenSweep(db))) {
      await request.helpSweep();
      helpAt = clock.elapsedMs() + HELP_EVERY_MS;
    }
    await clock.sleep(LOOK_MS, request.signal);
  }
}
