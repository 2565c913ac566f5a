/** Whether an account was active at a past instant: from its take-over and the events that changed it since. */
import type { AccountStatus } from '../account.ts';
import type { Instant } from '../calendar.ts';

export const STATUS_EVENTS = ['account.suspended', 'account.reinstated', 'account.closed'] as const;

/** An event that was applied, and when it counted. */
export interface StatusChange {
  readonly type: (typeof STATUS_EVENTS)[number];
  readonly effectiveAt: Instant;
}

/**
 * At equal instants a boundary comes before an event, so what counts from `at` itself has not happened yet.
 * @param opening the status at the take-over
 * @param changes in the order in which they counted
 */
export function wasActive(opening: AccountStatus, changes: readonly StatusChange[], at: Instant): boolean {
  const last = changes.findLast((one) => one.effectiveAt < at);
  return last ? last.type === 'account.reinstated' : opening === 'active';
}
