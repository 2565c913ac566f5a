/** Why an interview request earned what it earned, or nothing, or nothing yet. */
import type { Decision } from '../../domain/account.ts';
import type { Instant } from '../../domain/calendar.ts';
import { previewReply } from '../../domain/simulation/forecast.ts';
import { GrowingRecords, type Interview } from '../../domain/events/records.ts';
import { findAwards, findInterviews, findProposals } from '../../ledger/records.ts';
import { listDecisionsOf } from '../account-records.ts';
import { type ZoneWords, connects } from '../member-words.ts';
import { type Answer, type Inquiry, amountIn, iso } from './answer.ts';
import { answersOf } from './decided.ts';
import { unlessBroken } from './next-cycle.ts';
import { interviewReason, leavesWindowAt } from './interview-tellings.ts';

export async function explainInterview(inquiry: Inquiry, id: string): Promise<Answer[]> {
  const { db, account } = inquiry;
  const [interview] = await findInterviews(db, [{ accountId: account.id, id }]);
  const decided = await listDecisionsOf(db, account.id, `interview:${id}`);
  const answers = await answersOf(inquiry, decided);
  const request = interview
    ? {
        requestedAt: iso(interview.requestedAt),
        repliedAt: iso(interview.repliedAt),
        proposal: interview.proposal,
      }
    : { requestedAt: null, repliedAt: null, proposal: null };
  const withRequest = answers.map((one) => ({ ...one, evidence: { ...request, ...one.evidence } }));
  if (withRequest.length > 0) return withRequest;
  if (!interview) return [unknownInterview(id)];
  return [
    interview.proposal === null ? unansweredInvite(inquiry, interview) : await unanswered(inquiry, interview),
  ];
}

const unknownInterview = (id: string): Answer => ({
  subject: `interview:${id}`,
  code: 'nothing-recorded',
  sentence:
    `There was no interview request ${id} on this account, and no reply to one, so there was nothing to award. A ` +
    'straight offer comes without an interview request.',
  evidence: { interview: id, requestedAt: null, repliedAt: null, proposal: null, entries: [] },
  rule: null,
  at: null,
  next: 'An interview request about a proposal that you sent can earn an award when you reply to it.',
});

/** An invite that was never replied to would earn nothing if it were. */
function unansweredInvite({ words, terms }: Inquiry, { id, requestedAt }: Interview): Answer {
  return {
    subject: `interview:${id}`,
    code: 'invite-without-proposal',
    sentence:
      `The client invited you on ${words.day(requestedAt)} (interview request ${id}). There was no proposal of yours, so ` +
      'there was nothing to award.',
    evidence: { interview: id, requestedAt: iso(requestedAt), repliedAt: null, proposal: null, entries: [] },
    rule: terms.rule('interview-needs-proposal', { version: terms.latest.version, at: requestedAt }),
    at: null,
    next: 'Replying to it earns none either. An interview request about a proposal that you sent can.',
  };
}

async function unanswered(inquiry: Inquiry, interview: Interview): Promise<Answer> {
  const { asOf, terms, words } = inquiry;
  const { id, proposal, requestedAt } = interview;
  const at = Math.max(asOf, requestedAt);
  const preview = await previewOf(inquiry, interview, at);
  return {
    subject: `interview:${id}`,
    code: 'not-replied',
    sentence:
      `The client wrote to you about proposal ${proposal} on ${words.day(requestedAt)} (interview request ${id}). You ` +
      'have not replied yet, so nothing has been awarded.',
    evidence: {
      interview: id,
      proposal,
      requestedAt: iso(requestedAt),
      repliedAt: null,
      entries: [],
      replyNow: preview ? { code: preview.code, ...preview.detail } : null,
    },
    rule: terms.rule('interview', { version: terms.latest.version, at }),
    at: null,
    next: preview?.sentence ?? null,
  };
}

/** What a reply at `at` would come to, by the domain. */
async function previewOf(inquiry: Inquiry, interview: Interview, at: Instant) {
  const { account, terms, words } = inquiry;
  const records = await recordsAround(inquiry, interview, at);
  const preview = unlessBroken(() =>
    previewReply(account, { interview: interview.id, at }, terms.latest.terms, records),
  );
  const decision = preview?.decisions.at(-1);
  if (!decision) return undefined;
  const { code, detail } = decision;
  const award = amountIn(decision, 'award');
  const because = code === 'awarded' ? '' : `, because ${interviewReason(decision, words)}`;
  const sentence =
    award > 0
      ? `Still possible: a reply now would earn ${connects(award)}${because}.`
      : `A reply now would earn none${because}.${roomFrom(decision, words)}`;
  return { code, detail, sentence };
}

/** When the oldest award of a full window leaves it. */
function roomFrom(decision: Decision, words: ZoneWords): string {
  const at = leavesWindowAt(decision);
  return decision.code === 'weekly-cap' && at !== undefined
    ? ` There is room again from ${words.moment(at)}.`
    : '';
}

async function recordsAround(
  { db, account, terms }: Inquiry,
  interview: Interview,
  at: Instant,
): Promise<GrowingRecords> {
  const longest = Math.max(...terms.latest.terms.map((row) => row.interview?.windowDays ?? 0)) * 86_400_000;
  const records = new GrowingRecords();
  records.add({
    interviews: [interview],
    proposals: await findProposals(db, [{ accountId: account.id, id: interview.proposal ?? '' }]),
    awards: await findAwards(db, [{ accountId: account.id, after: at - longest, before: at + longest }]),
  });
  return records;
}
