/** What proposals cost to which no client wrote, and what of it came back. */
import type { Instant } from '../../domain/calendar.ts';
import type { PostedEntry } from '../../domain/account.ts';
import { ROWS_MAX, listEntriesBefore } from '../account-records.ts';
import type { ZoneWords } from '../member-words.ts';
import type { SentProposal } from '../silence-records.ts';
import { type Answer, type Inquiry, entryEvidence } from './answer.ts';

/** One answer for all of them; none where nothing was spent. */
export async function returned(
  inquiry: Inquiry,
  proposals: readonly SentProposal[],
  since: Instant,
): Promise<Answer[]> {
  const spent = sumOf(proposals.map((one) => one.spent));
  if (spent === 0) return [];
  const { terms, asOf, words } = inquiry;
  const back = sumOf(proposals.map((one) => one.refunded));
  const returns = back === 0 ? [] : await returnsFor(inquiry, proposals, since);
  return [
    {
      subject: 'account',
      code: 'returns',
      sentence: [
        spentOn(proposals, spent, words),
        cameBack(back, returns, words),
        missing(proposals, spent - back, words),
      ].join(' '),
      evidence: {
        spent,
        refunded: back,
        notReturned: spent - back,
        proposals: proposals.map(({ id, spent: cost, refunded }) => ({
          proposal: id,
          spent: cost,
          refunded,
        })),
        entries: returns.map(entryEvidence),
      },
      rule: terms.rule('returns', { version: terms.latest.version, at: asOf }),
      at: null,
      next: null,
    },
  ];
}

const sumOf = (amounts: readonly number[]): number => amounts.reduce((sum, one) => sum + one, 0);

/** Returns come after what they return, so none is older than the oldest of the proposals. */
async function returnsFor(
  { db, account }: Inquiry,
  proposals: readonly SentProposal[],
  since: Instant,
): Promise<PostedEntry[]> {
  const ids = new Set(proposals.map(({ id }) => id));
  const filter = { kinds: ['return'] as const, from: since, until: undefined };
  const entries = await listEntriesBefore(db, account.id, filter, { before: undefined, limit: ROWS_MAX });
  return entries.filter(({ proposal }) => proposal !== null && ids.has(proposal)).toReversed();
}

function spentOn(
  proposals: readonly SentProposal[],
  count: number,
  { texts: { silence: say } }: ZoneWords,
): string {
  const [first, ...others] = proposals;
  return first && others.length === 0
    ? say.spentOnOne({ count, proposal: first.id })
    : say.spentOnMany({ count, proposals: proposals.length });
}

/** Ids and returns that a sentence names. */
const NAMED_MAX = 6;

function cameBack(back: number, returns: readonly PostedEntry[], words: ZoneWords): string {
  const { silence: say, listed } = words.texts;
  if (back === 0) return say.noneBack();
  const named = returns
    .slice(0, NAMED_MAX)
    .map(({ amount, proposal, occurredAt }) =>
      say.backPart({ count: amount, proposal: proposal ?? '', day: words.day(occurredAt) }),
    );
  const more = returns.length - named.length;
  const all = listed(more > 0 ? [...named, say.moreReturns({ count: more })] : named);
  return say.back({ count: back, all });
}

function missing(
  proposals: readonly SentProposal[],
  left: number,
  { texts: { silence: say, listed } }: ZoneWords,
): string {
  if (left === 0) return say.allBack();
  const open = proposals.filter((one) => one.refunded < one.spent).map(({ id }) => id);
  const which =
    open.length > NAMED_MAX || open.length === proposals.length ? '' : say.which({ ids: listed(open) });
  return say.left({ count: left, which });
}
