/** Proposals: what they cost, and what comes back of it. */
import type { Account, DecisionCode } from '../account.ts';
import { type Effect, type Ground, applied, decided, postingFor, refused } from './effect.ts';
import type { EventOf } from './events.ts';
import type { Proposal, Records } from './records.ts';
import { spendingRefusal } from './spending.ts';

const recorded = (id: string, spent: number): Proposal => ({
  id,
  spent,
  refunded: 0,
  rewardedBy: null,
  closedBy: null,
});

/** `proposal`: a spend tied to the proposal. A refused one is not recorded. */
export function submitProposal(
  account: Account,
  { proposal, connects }: EventOf<'proposal.submitted'>,
  ground: Ground,
  records: Records,
): Effect {
  const subject = `proposal:${proposal}`;
  const known = records.proposals.get(proposal);
  if (known)
    return refused(
      account,
      decided(ground, subject, 'already-recorded', { asked: connects, spent: known.spent }),
    );
  const refusal = spendingRefusal(account, connects);
  if (refusal) return refused(account, decided(ground, subject, refusal.code, refusal.detail));
  const posting = postingFor(account, ground, subject, { proposal });
  posting.post('proposal', -connects);
  return applied(posting.account, { entries: posting.entries, proposals: [recorded(proposal, connects)] });
}

/** An open proposal from before the cut-over: remembered with what was spent on it, ignored if recorded already. */
export function carryProposal(
  account: Account,
  { proposal, connects }: EventOf<'proposal.carried'>,
  records: Records,
): Effect {
  if (records.proposals.has(proposal)) return applied(account);
  return applied(account, { proposals: [recorded(proposal, connects)] });
}

/** `return`, whatever the status; with a proposal, no more than was spent on it and not yet refunded. */
export function returnConnects(
  account: Account,
  event: EventOf<'connects.returned'>,
  ground: Ground,
  records: Records,
): Effect {
  if (event.proposal === undefined) return returnFreely(account, event.amount, ground);
  const subject = `return:${ground.eventId}`;
  const evidence = { proposal: event.proposal, asked: event.amount };
  const refuse = (code: DecisionCode, detail: object) =>
    refused(account, decided(ground, subject, code, { ...evidence, ...detail }));
  const proposal = records.proposals.get(event.proposal);
  if (!proposal) return refuse('unknown-proposal', {});
  const returned = Math.min(event.amount, unrefunded(proposal));
  const { spent, refunded } = proposal;
  if (returned === 0) return refuse('nothing-to-return', { spent, refunded, returned });
  const posting = postingFor(account, ground, subject, { proposal: proposal.id });
  posting.post('return', returned);
  return applied(posting.account, {
    entries: posting.entries,
    proposals: [{ ...proposal, refunded: refunded + returned }],
  });
}

function returnFreely(account: Account, amount: number, ground: Ground): Effect {
  const posting = postingFor(account, ground, `return:${ground.eventId}`);
  posting.post('return', amount);
  return applied(posting.account, { entries: posting.entries });
}

/** What was spent on a proposal and has not come back yet. */
export const unrefunded = ({ spent, refunded }: Proposal): number => Math.max(0, spent - refunded);
