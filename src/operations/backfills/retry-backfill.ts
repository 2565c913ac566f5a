/** The same backfill again for the accounts that failed: asked and paced as the first. */
import type { Database } from '../../db/connection.ts';
import { ConnectsError } from '../../errors.ts';
import { listFailedAccounts } from '../../ledger/backfill-items.ts';
import { type Backfill, findBackfill } from '../../ledger/backfills.ts';
import { requireReleased } from '../../ledger/ledger-hold.ts';
import { planBackfill } from './backfill-plan.ts';
import {
  type BackfillDeps,
  type StartRequest,
  requireNoOverlap,
  startBackfill,
  unknownBackfill,
} from './backfill.ts';

export type RetryAsked = Pick<StartRequest, 'notify' | 'rate' | 'window' | 'retryOf'> &
  Pick<Backfill, 'asked'>;

/** @throws not-found `unknown-backfill`; conflict `backfill-open`, `nothing-to-retry` */
export async function askForRetry(db: Database, id: number): Promise<RetryAsked> {
  const before = await findBackfill(db, id);
  if (!before) throw unknownBackfill(id);
  if (before.endedAt === null)
    throw new ConnectsError(
      'conflict',
      'backfill-open',
      `backfill ${id} is ${before.state}: it has not ended yet`,
    );
  const accounts = await listFailedAccounts(db, id);
  if (accounts.length === 0)
    throw new ConnectsError('conflict', 'nothing-to-retry', `no account of backfill ${id} failed`);
  const { notify, rate, window } = before;
  const { from, to, include } = before.asked;
  return { asked: { from, to, include, accounts }, notify, rate, retryOf: id, ...(window && { window }) };
}

interface RetryRequest extends Pick<StartRequest, 'approvalOver' | 'actor' | 'reason'> {
  readonly id: number;
  readonly signal?: AbortSignal;
}

/** @throws as `askForRetry` and `startBackfill` do; conflict `nothing-to-retry` also where nothing is left to be granted */
export async function retryBackfill(
  deps: BackfillDeps,
  { id, signal, ...by }: RetryRequest,
): Promise<Backfill> {
  await requireReleased(deps.db);
  const { asked, ...about } = await askForRetry(deps.db, id);
  const plan = await planBackfill(deps.db, { asked, ...(signal && { signal }) });
  signal?.throwIfAborted();
  await requireNoOverlap(deps.db, asked);
  if (plan.cycles + plan.recorded === 0)
    throw new ConnectsError(
      'conflict',
      'nothing-to-retry',
      `nothing is left to be granted to those of backfill ${id} that failed`,
    );
  return startBackfill(deps, { ...about, ...by, plan });
}
