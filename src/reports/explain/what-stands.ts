/** What comes next by what stands now: later facts may have ended what a decision had begun. */
import { dayWords, planPhrase } from '../member-words.ts';
import { type Inquiry, nextBegins } from './answer.ts';

export const CLOSED = 'Your account is closed: no billing cycle begins any more.';

/** After a change of plan that something has ended, moved or outlived since. */
export function whatComesNext(inquiry: Inquiry): string {
  const { plan, pendingPlan, status, nextCycleOn } = inquiry.account;
  if (nextCycleOn === null) return CLOSED;
  if (status !== 'active') return `Your account is ${status}: while it is, no Connects are added.`;
  if (pendingPlan === null) return `You are on ${planPhrase(plan)} now. ${nextBegins(inquiry) ?? ''}`;
  return `You are on ${planPhrase(plan)} until ${dayWords(nextCycleOn)}, and on ${planPhrase(pendingPlan)} from then on.`;
}

/** Where something can still be earned, asked for or spent; what it says else. */
export const unlessClosed =
  (next: string, closed: string | null = 'Your account is closed: it earns no awards any more.') =>
  ({ account }: Pick<Inquiry, 'account'>): string | null =>
    account.status === 'closed' ? closed : next;
