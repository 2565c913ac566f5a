/** Whether any interview request can still earn an award: asked before anything is promised about other ones. */
import { GrowingRecords } from '../../domain/events/records.ts';
import { replyOutlook } from '../../domain/simulation/reply-outlook.ts';
import type { Inquiry } from './answer.ts';

/** A promise about other requests, as far as it holds for this account and by the terms that are known. */
export function whileItCan(inquiry: Inquiry, promise: string): string {
  const { status } = inquiry.account;
  const { words } = inquiry;
  const { interviews: say, standing } = words.texts;
  if (status === 'closed') return standing.closedAwards();
  if (!rewardIsAhead(inquiry)) return say.noneAhead();
  return status === 'active' ? promise : say.onlyWhileActive({ promise, status: words.status(status) });
}

/** Now or later, by the terms alone. */
function rewardIsAhead({ account, terms, asOf }: Inquiry): boolean {
  const records = new GrowingRecords();
  const proposal = { id: '-', spent: 0, refunded: 0, rewardedBy: null, closedBy: null };
  const interview = { id: '-', proposal: '-', requestedAt: asOf, repliedAt: null };
  records.add({ proposals: [proposal], interviews: [interview] });
  // Without boundaries to settle: they change nothing about it.
  const ready = { ...account, status: 'active', nextCycleOn: null, nextCycleAt: null } as const;
  const reply = { interview: interview.id, at: asOf };
  return replyOutlook(ready, reply, terms.latest.terms, records).some(({ award }) => award > 0);
}
