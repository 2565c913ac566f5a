/** Reversals as data: how far one is. */
import type { Run } from '../ledger/runs.ts';
import type { ReadReversal } from '../operations/reversals/reversal-sum.ts';
import { runJson } from './runs.ts';

export const reversalJson = (run: Run, sum: ReadReversal) => {
  const { run: reversal, state, notify, actor, reason, startedAt, endedAt } = runJson(run);
  return { reversal, state, notify, actor, reason, startedAt, endedAt, ...sum };
};
