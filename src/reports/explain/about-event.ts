/** What an event reported, and what came of it. */
import { plainLine } from '../../plain-text.ts';
import { type EventType, EVENT_TYPES } from '../../domain/events/events.ts';
import { listDecisionsOf, listEntriesOf } from '../account-records.ts';
import { connects, dayWords, planTitle, signed } from '../member-words.ts';
import { findCorrectors } from '../corrections.ts';
import { type Answer, type Inquiry, byEvidence, entryEvidence, iso } from './answer.ts';
import { answersOf } from './decided.ts';
import { explainInterview } from './interview.ts';
import { reachingOf } from './lateness.ts';
import { explainProposal } from './proposal.ts';
import { afterEvidence, lateSentence } from './reaching.ts';
import { type RecordedEvent, findEventOf } from './records-by-id.ts';

/** Nothing where this account has no such event. */
export async function explainEvent(inquiry: Inquiry, id: string): Promise<Answer[]> {
  const event = await findEventOf(inquiry.db, inquiry.account.id, id);
  if (!event) return [];
  const subjects = subjectsOf(event);
  const decided: Answer[] = [];
  for (const subject of subjects)
    decided.push(
      ...(await answersOf(inquiry, await listDecisionsOf(inquiry.db, inquiry.account.id, subject))),
    );
  const { interview, proposal } = event.content;
  return [
    await eventAnswer(inquiry, event, subjects),
    ...decided,
    ...(typeof interview === 'string' ? await explainInterview(inquiry, interview) : []),
    ...(typeof proposal === 'string' && interview === undefined
      ? await explainProposal(inquiry, proposal)
      : []),
  ];
}

/** Under which its decisions and entries stand, but for those of proposals and interview requests. */
const SUBJECTS: Readonly<Partial<Record<EventType, readonly string[]>>> = {
  'account.opened': ['welcome', 'plan:'],
  'readiness-test.passed': ['readiness-test'],
  'plan.upgraded': ['plan:'],
  'plan.downgraded': ['plan:'],
  'payment.failed': ['payment:'],
  'connects.spent': ['spend:'],
  'connects.purchased': ['purchase:'],
  'connects.returned': ['return:'],
  'balance.adjusted': ['adjustment:'],
};

const subjectsOf = ({ id, type }: RecordedEvent): readonly string[] =>
  (SUBJECTS[type] ?? []).map((one) => (one.endsWith(':') ? `${one}${id}` : one));

async function eventAnswer(
  inquiry: Inquiry,
  event: RecordedEvent,
  subjects: readonly string[],
): Promise<Answer> {
  const { db, account, words } = inquiry;
  const { id, type, at, state, effectiveAt, late, receivedAt } = event;
  const own = subjects.filter((one) => one.endsWith(`:${id}`));
  const entries = await listEntriesOf(db, account.id, own);
  const [reaching] = await reachingOf(inquiry, [
    { event: id, occurredAt: at, effectiveAt: effectiveAt ?? at, postedAt: receivedAt },
  ]);
  const by = (await findCorrectors(db, account.id, [id])).get(id);
  return {
    subject: `event:${id}`,
    code: state,
    sentence: `Event ${id} reported that ${wordsOf(event)} on ${words.moment(at)}. ${BECAME[state]}${reaching ? lateSentence(reaching, words) : ''}`,
    evidence: {
      event: id,
      type,
      state,
      occurredAt: iso(at),
      reachedAt: iso(receivedAt),
      effectiveAt: iso(effectiveAt),
      ...(reaching?.after && { lateAfter: afterEvidence(reaching.after) }),
      late,
      ...(reaching?.token && { token: reaching.token }),
      ...byEvidence(by),
      entries: entries.map(entryEvidence),
    },
    rule: null,
    at: iso(effectiveAt),
    next: state === 'waiting' ? 'It is counted as soon as your account can be brought up to date.' : null,
  };
}

const BECAME: Readonly<Record<RecordedEvent['state'], string>> = {
  applied: 'It was counted.',
  refused: 'It changed nothing.',
  waiting: 'It waits to be counted; nothing is lost.',
};

const EVENT_WORDS: Readonly<Record<EventType, (content: RecordedEvent['content']) => string>> = {
  'account.opened': ({ plan }) => `your account opened on ${planTitle(textOf(plan))}`,
  'readiness-test.passed': () => 'you passed the Readiness Test',
  'plan.upgraded': () => `you upgraded to ${planTitle('plus')}`,
  'plan.downgraded': () => `you asked to change to ${planTitle('basic')}`,
  'payment.failed': ({ cycleOn }) =>
    `the payment for the billing cycle of ${dayWords(textOf(cycleOn))} had failed`,
  'account.suspended': () => 'your account was suspended',
  'account.reinstated': () => 'your account was reinstated',
  'account.closed': () => 'your account was closed',
  'account.zone-changed': ({ zone }) => `your time zone became ${textOf(zone)}`,
  'account.contact-changed': () => 'your address changed',
  'account.locale-changed': ({ locale }) => `your language became ${textOf(locale)}`,
  'notices.opted-out': () => 'you turned emails about monthly Connects off',
  'notices.opted-in': () => 'you turned emails about monthly Connects on',
  'connects.spent': ({ amount }) => `you spent ${connects(Number(amount))}`,
  'connects.purchased': ({ amount }) => `you bought ${connects(Number(amount))}`,
  'proposal.submitted': ({ proposal, connects: cost }) =>
    `you sent proposal ${textOf(proposal)} for ${connects(Number(cost))}`,
  'proposal.carried': ({ proposal, connects: cost }) =>
    `proposal ${textOf(proposal)}, for ${connects(Number(cost))}, was open`,
  'connects.returned': ({ amount, proposal }) =>
    `${connects(Number(amount))}${proposal === undefined ? '' : ` of proposal ${textOf(proposal)}`} came back`,
  'interview.requested': ({ interview }) => `a client asked for an interview (request ${textOf(interview)})`,
  'interview.replied': ({ interview }) => `you replied to interview request ${textOf(interview)}`,
  'balance.adjusted': ({ amount, reason }) =>
    `your balance was corrected by ${signed(Number(amount))} (${plainLine(textOf(reason))})`,
};

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Of one whose content cannot be read, its type. */
const wordsOf = ({ type, content }: RecordedEvent): string =>
  content.type === undefined || !EVENT_TYPES.includes(type)
    ? `something happened (${type})`
    : EVENT_WORDS[type](content);
