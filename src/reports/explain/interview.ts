/** Why an interview request earned what it earned, or nothing, or nothing yet. */
import { findInterviews } from '../../ledger/records.ts';
import { listDecisionsOf } from '../account-records.ts';
import { type Answer, type Inquiry, iso } from './answer.ts';
import { answersOf } from './decided.ts';
import { Outlook } from './outlook.ts';
import { whileItCan } from './reward-ahead.ts';
import { unanswered } from './silence.ts';

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
  if (withRequest.length > 0) return [...withRequest, ...(await whyUnknown(inquiry, withRequest))];
  if (!interview) return [unknownInterview(inquiry, id)];
  const outlook = await Outlook.of(inquiry, interview.proposal === null ? [] : [interview.proposal]);
  return [{ ...unanswered(inquiry, outlook, [interview]), subject: `interview:${id}` }];
}

/** A proposal is unknown, too, where its charge was refused: that is the reason then. */
async function whyUnknown(inquiry: Inquiry, answers: readonly Answer[]): Promise<Answer[]> {
  const proposal = answers.findLast((one) => one.code === 'unknown-proposal')?.evidence.proposal;
  if (typeof proposal !== 'string') return [];
  return answersOf(inquiry, await listDecisionsOf(inquiry.db, inquiry.account.id, `proposal:${proposal}`));
}

const unknownInterview = (inquiry: Inquiry, id: string): Answer => ({
  subject: `interview:${id}`,
  code: 'nothing-recorded',
  sentence: inquiry.words.texts.ids.noRequest({ id }),
  evidence: { interview: id, requestedAt: null, repliedAt: null, proposal: null, entries: [] },
  rule: null,
  at: null,
  next: whileItCan(inquiry, inquiry.words.texts.ids.requestsCan()),
});
