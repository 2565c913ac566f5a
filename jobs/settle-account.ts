/** Job: settle one account. Contract: src/queue/contracts.ts. Behaviour: src/operations/settling/settle-accounts.ts. */
import type { SettleOutcome, SettleRequest } from '../src/operations/settling/settle-accounts.ts';
import type { SettlePayload } from '../src/queue/contracts.ts';
import type { Batcher } from './batcher.ts';
import { throwIfFailed } from './outcome.ts';

/** Hands the account to the batcher and waits for its own outcome. Returns nothing: results would be stored. */
export const settleAccount =
  (batcher: Batcher<SettleRequest, SettleOutcome>) =>
  async (payload: SettlePayload): Promise<void> =>
    throwIfFailed(await batcher.submit(payload));
