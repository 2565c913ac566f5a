/** Lines of Connects History as data. */
import type { HistoryLine } from '../reports/account-history.ts';

export const historyJson = (account: string, line: HistoryLine) => ({ account, ...line });

/** The columns of its CSV. */
export const HISTORY_FIELDS = [
  'account',
  'seq',
  'on',
  'type',
  'action',
  'reason',
  'kind',
  'amount',
  'balance',
  'occurredAt',
  'reachedAt',
  'effectiveAt',
  'postedAt',
  'lateAfter',
  'cycleOn',
  'subject',
  'proposal',
  'group',
] as const;
