/** Job: settle one account. Contract: src/queue/contracts.ts. Behaviour: src/operations/settling/settle-accounts.ts. */
import type { SettleOutcome, SettleRequest } from '../src/operations/settling/settle-accounts.ts';
import type { SettlePayload } from '../src/queue/contracts.ts';
import type { Batcher } from './batcher.ts';
import { throwIfFailed } from './outcome.ts';

type Lane = Pick<Batcher<SettleRequest, SettleOutcome>, 'submit'>;

export interface Lanes {
  readonly ordinary: Lane;
  readonly slow: Lane;
  readonly isSlow: (account: string) => boolean;
}

/**
 * Hands the account to its lane and waits for its own outcome. Returns nothing: results would be stored. The job of an
 * account that is busy ends like any other: that it is due is known to the database.
 */
export const settleAccount =
  ({ ordinary, slow, isSlow }: Lanes) =>
  async (payload: SettlePayload): Promise<void> => {
    const lane = isSlow(payload.account) ? slow : ordinary;
    throwIfFailed(await lane.submit(payload));
  };
