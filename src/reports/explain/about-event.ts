/** What an event reported, and what came of it. */
import { plainLine } from '../../plain-text.ts';
import { type EventType, EVENT_TYPES } from '../../domain/events/events.ts';
import { listDecisionsOf, listEntriesOf } from '../account-records.ts';
import type { ZoneWords } from '../member-words.ts';
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
  const { happened: say } = words.texts;
  return {
    subject: `event:${id}`,
    code: state,
    sentence:
      `${say.reported({ id, what: wordsOf(event, words), moment: words.moment(at) })} ${say[state]()}` +
      (reaching ? lateSentence(reaching, words) : ''),
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
    next: state === 'waiting' ? say.onceCurrent() : null,
  };
}

/** Of one whose content cannot be read, its type. */
const wordsOf = ({ type, content }: RecordedEvent, words: ZoneWords): string =>
  content.type === undefined || !EVENT_TYPES.includes(type)
    ? words.texts.happened.something({ type })
    : EVENT_WORDS[type](content, words);

type Content = RecordedEvent['content'];

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Of an event that says nothing but its type. */
const plainly =
  (type: PlainType) =>
  (_: Content, { texts }: ZoneWords): string =>
    texts.happened[type]();

type PlainType = {
  [Type in EventType]: ZoneWords['texts']['happened'][Type] extends () => string ? Type : never;
}[EventType];

const EVENT_WORDS: Readonly<Record<EventType, (content: Content, words: ZoneWords) => string>> = {
  'account.opened': ({ plan }, { texts }) =>
    texts.happened['account.opened']({ plan: texts.words.planTitle({ plan: textOf(plan) }) }),
  'readiness-test.passed': plainly('readiness-test.passed'),
  'plan.upgraded': plainly('plan.upgraded'),
  'plan.downgraded': plainly('plan.downgraded'),
  'payment.failed': ({ cycleOn }, words) =>
    words.texts.happened['payment.failed']({ day: words.on(textOf(cycleOn)) }),
  'account.suspended': plainly('account.suspended'),
  'account.reinstated': plainly('account.reinstated'),
  'account.closed': plainly('account.closed'),
  'account.zone-changed': ({ zone }, { texts }) =>
    texts.happened['account.zone-changed']({ zone: textOf(zone) }),
  'account.contact-changed': plainly('account.contact-changed'),
  'account.locale-changed': ({ locale }, { texts }) =>
    texts.happened['account.locale-changed']({ language: textOf(locale) }),
  'notices.opted-out': plainly('notices.opted-out'),
  'notices.opted-in': plainly('notices.opted-in'),
  'connects.spent': ({ amount }, { texts }) => texts.happened['connects.spent']({ count: Number(amount) }),
  'connects.purchased': ({ amount }, { texts }) =>
    texts.happened['connects.purchased']({ count: Number(amount) }),
  'proposal.submitted': (content, { texts }) => texts.happened['proposal.submitted'](proposalIn(content)),
  'proposal.carried': (content, { texts }) => texts.happened['proposal.carried'](proposalIn(content)),
  'connects.returned': ({ amount, proposal }, { texts: { happened: say } }) =>
    proposal === undefined
      ? say['connects.returned']({ count: Number(amount) })
      : say.returnedOf({ count: Number(amount), proposal: textOf(proposal) }),
  'interview.requested': ({ interview }, { texts }) =>
    texts.happened['interview.requested']({ interview: textOf(interview) }),
  'interview.replied': ({ interview }, { texts }) =>
    texts.happened['interview.replied']({ interview: textOf(interview) }),
  'balance.adjusted': ({ amount, reason }, { texts }) =>
    texts.happened['balance.adjusted']({
      amount: texts.signed(Number(amount)),
      reason: plainLine(textOf(reason)),
    }),
};

const proposalIn = ({ proposal, connects }: Content) => ({
  proposal: textOf(proposal),
  count: Number(connects),
});
