/** What comes next by what stands now: later facts may have ended what a decision had begun. */
import { type Inquiry, nextBegins } from './answer.ts';

/** After a change of plan that something has ended, moved or outlived since. */
export function whatComesNext(inquiry: Inquiry): string {
  const { words, account } = inquiry;
  const { plan, pendingPlan, status, nextCycleOn } = account;
  const { standing: say, day } = words.texts;
  if (nextCycleOn === null) return say.closed();
  if (status !== 'active') return say.whileStatus({ status: words.status(status) });
  if (pendingPlan === null)
    return `${say.onPlanNow({ plan: words.plan(plan) })} ${nextBegins(inquiry) ?? ''}`;
  return say.onPlanUntil({
    plan: words.plan(plan),
    day: day(nextCycleOn),
    pending: words.plan(pendingPlan),
  });
}

/** Where something can still be earned, asked for or spent. */
export const unlessClosed = (next: string, { account, words }: Pick<Inquiry, 'account' | 'words'>): string =>
  account.status === 'closed' ? words.texts.standing.closedAwards() : next;
