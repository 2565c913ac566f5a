/** What the next boundaries would bring: the rules of settling, played ahead of time. Nothing here is a record. */
import type { Account } from '../account.ts';
import { type AppliedEvent, applyEvent } from '../events/apply-event.ts';
import type { Instant } from '../calendar.ts';
import type { Records } from '../events/records.ts';
import { type Settlement, catchUp } from '../settle.ts';
import type { Terms } from '../terms.ts';

/** The most cycles that are looked ahead. */
export const FORECAST_MAX = 120;

/**
 * The next `cycles` boundaries, oldest first, if nothing is spent or received and nothing else changes. Boundaries
 * that are due already come first. Empty for a closed account.
 * @throws broken-rule when the account's own row cannot be settled
 */
export function forecast(account: Account, terms: Terms, cycles: number): Settlement[] {
  const { settled } = catchUp(account, terms, Infinity, Math.min(cycles, FORECAST_MAX));
  return settled.map((one) => one.settlement);
}

/** The next boundary as it is, and as it would be after a change to Basic that is asked for before it. */
export interface DowngradePreview {
  readonly asItIs: Settlement;
  readonly afterDowngrade: Settlement;
}

/** Undefined where there is nothing to preview: not on Plus, a change pending already, or no boundary to come. */
export function previewDowngrade(account: Account, terms: Terms): DowngradePreview | undefined {
  if (account.plan !== 'plus' || account.pendingPlan !== null) return undefined;
  const { pendingPlan } = applyEvent(
    account,
    { ...asked(account, account.watermark), type: 'plan.downgraded' },
    terms,
  ).account;
  const [asItIs] = forecast(account, terms, 1);
  const [afterDowngrade] = forecast({ ...account, pendingPlan }, terms, 1);
  return asItIs && afterDowngrade && { asItIs, afterDowngrade };
}

/** What replying to an interview at `at` would come to. The account is brought current first, as for any event. */
export function previewReply(
  account: Account,
  reply: { readonly interview: string; readonly at: Instant },
  terms: Terms,
  records: Records,
): AppliedEvent {
  const event = {
    ...asked(account, reply.at),
    type: 'interview.replied',
    interview: reply.interview,
  } as const;
  return applyEvent(account, event, terms, records);
}

const asked = (account: Account, at: Instant) => ({ id: 'preview', account: account.id, at });
