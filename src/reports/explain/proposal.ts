/** What a proposal cost, what came back of it, why not more, and what its interviews earned. */
import type { PostedEntry } from '../../domain/account.ts';
import type { Proposal } from '../../domain/events/records.ts';
import { findProposals } from '../../ledger/records.ts';
import {
  ROWS_MAX,
  listDecisionsOf,
  listDecisionsOfKind,
  listEntriesOfProposal,
  listInterviewsOf,
} from '../account-records.ts';
import type { ZoneWords } from '../member-words.ts';
import { type Answer, type Inquiry, entryEvidence, iso, textIn } from './answer.ts';
import { answersOf } from './decided.ts';
import { explainInterview } from './interview.ts';
import { factOfEntry, reachingOf } from './lateness.ts';
import { Outlook } from './outlook.ts';
import { lateRemark } from './reaching.ts';
import { withoutRequest } from './silence.ts';

export async function explainProposal(inquiry: Inquiry, id: string): Promise<Answer[]> {
  const { db, account } = inquiry;
  const [proposal] = await findProposals(db, [{ accountId: account.id, id }]);
  const entries = await listEntriesOfProposal(db, account.id, id);
  const refused = await refusalsAbout(inquiry, id);
  const requests = await listInterviewsOf(db, account.id, id);
  const interviews = requests.slice(0, INTERVIEWS_MAX);
  const answers = [
    ...(proposal ? [await costAnswer(inquiry, proposal, entries)] : []),
    ...(await answersOf(inquiry, refused)),
  ];
  if (answers.length === 0) answers.push(unknownProposal(id, inquiry.words));
  for (const interview of interviews) answers.push(...(await explainInterview(inquiry, interview.id)));
  if (requests.length > interviews.length) answers.push(moreRequests(id, requests.length, inquiry.words));
  if (interviews.length === 0) {
    const outlook = await Outlook.of(inquiry, [id]);
    const sentAt = entries.find((one) => one.kind === 'proposal')?.occurredAt ?? null;
    answers.push({ ...withoutRequest(inquiry, outlook, [{ id, sentAt }]), subject: `proposal:${id}` });
  }
  return answers;
}

/** Interview requests about one proposal that are told one by one. */
const INTERVIEWS_MAX = 20;

const moreRequests = (id: string, count: number, { texts }: ZoneWords): Answer => ({
  subject: `proposal:${id}`,
  code: 'not-listed',
  sentence: texts.proposals.moreRequests({
    least: count >= ROWS_MAX ? 'yes' : 'no',
    count,
    id,
    told: INTERVIEWS_MAX,
  }),
  evidence: { proposal: id, count, listed: INTERVIEWS_MAX },
  rule: null,
  at: null,
  next: texts.proposals.askLater(),
});

/** A charge that was refused, or Connects that did not come back. */
async function refusalsAbout({ db, account }: Inquiry, id: string) {
  const charges = await listDecisionsOf(db, account.id, `proposal:${id}`);
  const returns = await listDecisionsOfKind(db, account.id, 'return');
  return [...charges, ...returns.filter((one) => textIn(one, 'proposal') === id)];
}

async function costAnswer(
  inquiry: Inquiry,
  proposal: Proposal,
  entries: readonly PostedEntry[],
): Promise<Answer> {
  const { terms, words } = inquiry;
  const dateOf = await datesOf(inquiry, entries);
  const { id, spent, refunded, rewardedBy, closedBy } = proposal;
  const charge = entries.find((one) => one.kind === 'proposal');
  const left = spent - refunded;
  return {
    subject: `proposal:${id}`,
    code: charge ? 'charged' : 'carried',
    sentence: `${costOf(proposal, charge, dateOf, words)} ${cameBack(proposal, entries, dateOf, words)}`,
    evidence: {
      proposal: id,
      spent,
      refunded,
      notReturned: left,
      rewardedBy,
      closedBy,
      entries: entries.map(entryEvidence),
    },
    rule: terms.rule('returns', {
      version: terms.versionAt(charge?.postedAt ?? inquiry.asOf),
      at: charge?.effectiveAt ?? inquiry.account.trackedFrom,
    }),
    at: iso(charge?.effectiveAt ?? null),
    next: left === 0 ? words.texts.proposals.noMore() : stillToCome(inquiry, proposal, left),
  };
}

/** What members ask for when a client never answers. */
function stillToCome(inquiry: Inquiry, proposal: Proposal, count: number): string {
  const { proposals: say } = inquiry.words.texts;
  const canCome = canBeRefunded(inquiry, proposal) ? say.canComeWithAward : say.canCome;
  return `${canCome({ count })} ${say.whenReturned()}`;
}

/** Whether an award for it could still be given, of which what was spent is a part. */
const canBeRefunded = ({ account, terms, asOf }: Inquiry, { rewardedBy, closedBy }: Proposal): boolean =>
  rewardedBy === null &&
  closedBy === null &&
  account.status !== 'closed' &&
  terms.rowOf({ version: terms.latest.version, at: asOf }).interview?.asTwoEntries === true;

type DateOf = (entry: PostedEntry) => string;

/** When each of them happened, with how it reached us where that was late. */
async function datesOf(inquiry: Inquiry, entries: readonly PostedEntry[]): Promise<DateOf> {
  const { words } = inquiry;
  const reachings = await reachingOf(inquiry, entries.map(factOfEntry));
  const said = new Map(
    reachings.map((one, index) => [
      entries[index]?.seq,
      `${words.day(one.occurredAt)}${lateRemark(one, words)}`,
    ]),
  );
  return (entry) => said.get(entry.seq) ?? words.day(entry.occurredAt);
}

const costOf = (
  { id, spent: count }: Proposal,
  charge: PostedEntry | undefined,
  dateOf: DateOf,
  { texts: { proposals: say } }: ZoneWords,
): string => (charge ? say.cost({ id, count, day: dateOf(charge) }) : say.hadCost({ id, count }));

/** Parts that a sentence names; the latest. */
const NAMED_MAX = 6;

/** What came back, by how, and why the rest did not. */
function cameBack(
  { spent, refunded }: Proposal,
  entries: readonly PostedEntry[],
  dateOf: DateOf,
  { texts: { proposals: say, listed } }: ZoneWords,
): string {
  const back = entries.filter((one) => one.kind === 'return' || one.kind === 'interview-refund');
  if (back.length === 0) return say.noneBack();
  const earlier = back.length - NAMED_MAX;
  const parts = back.slice(-NAMED_MAX).map((one) => {
    const part = { count: one.amount, day: dateOf(one) };
    return one.kind === 'return' ? say.partReturned(part) : say.partAwarded(part);
  });
  const left = spent - refunded;
  const rest = left === 0 ? say.allBack() : say.rest({ count: left });
  const first = earlier > 0 ? [say.earlierParts({ count: earlier })] : [];
  return `${say.back({ count: refunded, all: listed([...first, ...parts]) })} ${rest}`;
}

const unknownProposal = (id: string, { texts }: ZoneWords): Answer => ({
  subject: `proposal:${id}`,
  code: 'nothing-recorded',
  sentence: texts.proposals.unknown({ id }),
  evidence: { proposal: id, entries: [] },
  rule: null,
  at: null,
  next: null,
});
