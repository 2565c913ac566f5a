/** Work on one account that somebody else may have locked: it waits for a few seconds, and holds no connection meanwhile. */
import type { Clock } from '../../clock.ts';
import { ConnectsError } from '../../errors.ts';
import { ACCOUNT_LOCKED } from '../../ledger/account-locks.ts';

/** Waits between looks. Whose lock outlasts them is left out. */
export const BUSY_WAITS_MS = [50, 200, 800, 2_000];

/**
 * @param work one transaction, which throws `account-locked` where it finds the account locked
 * @throws unavailable `account-locked` when the lock outlasts that; whatever else `work` throws
 */
export async function whenFree<Result>(clock: Clock, work: () => Promise<Result>): Promise<Result> {
  for (const waitMs of BUSY_WAITS_MS) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ConnectsError) || error.code !== ACCOUNT_LOCKED) throw error;
      await clock.sleep(waitMs);
    }
  }
  return work();
}
