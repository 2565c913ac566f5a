/** A recorded decision as an answer: looked up by what it is about and how it ended. */
import type { DecisionCode, PostedEntry } from '../../domain/account.ts';
import { type By, findCorrectingRuns, findCorrectors } from '../corrections.ts';
import {
  type RecordedDecision,
  findLatestDecisions,
  listDecisionsOf,
  listEntriesOf,
} from '../account-records.ts';
import {
  type Answer,
  type Inquiry,
  type Telling,
  type Tellings,
  type Told,
  byEvidence,
  entryEvidence,
  factOf,
  idOf,
  iso,
  kindOf,
  ruleUseOf,
} from './answer.ts';
import { INTERVIEW_TELLINGS } from './interview-tellings.ts';
import { reachingOf } from './lateness.ts';
import {
  ADJUSTMENT_TELLINGS,
  COMMON_TELLINGS,
  LATER_CYCLE_TELLINGS,
  PROPOSAL_TELLINGS,
  READINESS_TELLINGS,
  RETURN_TELLINGS,
  SPEND_TELLINGS,
  WELCOME_TELLINGS,
} from './other-tellings.ts';
import { PAYMENT_TELLINGS, PLAN_TELLINGS } from './plan-tellings.ts';
import { type Reaching, lateSentence, reachingEvidence } from './reaching.ts';
import { tooLateEvidence, tooLateForDecisions, tooLateSentence } from './too-late.ts';

/** By kind of subject, then by code. */
export const TELLINGS: Readonly<Record<string, Tellings>> = {
  interview: INTERVIEW_TELLINGS,
  plan: PLAN_TELLINGS,
  payment: PAYMENT_TELLINGS,
  welcome: WELCOME_TELLINGS,
  'readiness-test': READINESS_TELLINGS,
  spend: SPEND_TELLINGS,
  proposal: PROPOSAL_TELLINGS,
  return: RETURN_TELLINGS,
  adjustment: ADJUSTMENT_TELLINGS,
  cycle: LATER_CYCLE_TELLINGS,
};

/** Answers to decisions, each with the entries that it posted. */
export async function answersOf(inquiry: Inquiry, decisions: readonly RecordedDecision[]): Promise<Answer[]> {
  const told = await toTold(inquiry, decisions);
  return told.map((one) => answerOf(inquiry, one));
}

/** Subjects asked for in one statement. */
const SUBJECTS_MAX = 500;

/** How decisions end that post something; all others leave the ledger as it is. */
const POSTING: ReadonlySet<DecisionCode> = new Set([
  'awarded',
  'weekly-cap-partial',
  'upgraded',
  'payment-failed',
  'granted',
  'no-monthly-grant',
]);

async function toTold(inquiry: Inquiry, decisions: readonly RecordedDecision[]): Promise<Told[]> {
  const { db, account, asOf } = inquiry;
  const subjects = [...new Set(decisions.map((one) => one.subject))];
  const posted = new Map<string, PostedEntry[]>();
  const latest = new Map<string, number>();
  for (let from = 0; from < subjects.length; from += SUBJECTS_MAX) {
    const page = subjects.slice(from, from + SUBJECTS_MAX);
    for (const entry of await listEntriesOf(db, account.id, page))
      posted.set(entry.subject, [...(posted.get(entry.subject) ?? []), entry]);
    const repeated = page.filter(canRepeat);
    for (const { subject, no } of await findLatestDecisions(db, account.id, repeated, asOf))
      latest.set(subject, no);
  }
  const reachings = await reachingOf(inquiry, decisions.map(factOf));
  const tooLate = await tooLateForDecisions(inquiry, decisions, reachings);
  const operators = await operatorsOf(inquiry, decisions);
  const atOneInstant = await postedAtOneInstant(inquiry, decisions, posted);
  return decisions.map((one, index) => {
    const entries = posted.get(one.subject) ?? [];
    const isOwn = (entry: PostedEntry): boolean => POSTING.has(one.code) && entry.effectiveAt === one.at;
    const isEarlier = (entry: PostedEntry): boolean =>
      entry.effectiveAt < one.at || (entry.effectiveAt === one.at && atOneInstant.has(one.no));
    return {
      ...one,
      by: operators.get(one.no),
      posted: entries.filter(isOwn),
      earlier: entries.filter((entry) => !isOwn(entry) && isEarlier(entry)),
      reaching: reachings[index] as Reaching,
      tooLate: tooLate.get(one.no) ?? [],
      stands: one.no === (latest.get(one.subject) ?? one.no),
    };
  });
}

/** Decisions that an operator brought about, by their number: of cycles by a run, of events by their own hand. */
async function operatorsOf(
  { db, account }: Inquiry,
  decisions: readonly RecordedDecision[],
): Promise<ReadonlyMap<number, By>> {
  const later = decisions.filter((one) => kindOf(one.subject) === 'cycle');
  const runs = await findCorrectingRuns(
    db,
    later.map((one) => one.runId),
  );
  const events = decisions.filter((one) => BY_HAND.has(kindOf(one.subject)));
  const correctors = await findCorrectors(
    db,
    account.id,
    events.map((one) => idOf(one.subject)),
  );
  const found = new Map<number, By>();
  for (const { no, subject, runId } of decisions) {
    const by = kindOf(subject) === 'cycle' ? runs.get(runId ?? 0) : correctors.get(idOf(subject));
    if (by) found.set(no, by);
  }
  return found;
}

/** Kinds of subject of which an operator decides: corrections, and events that are refused. */
const BY_HAND = new Set(['adjustment', 'event']);

/** Of refusals: those with entries of their own instant under their subject, which had been posted before. */
async function postedAtOneInstant(
  { db, account }: Inquiry,
  decisions: readonly RecordedDecision[],
  posted: ReadonlyMap<string, readonly PostedEntry[]>,
): Promise<ReadonlySet<number>> {
  const found = new Set<number>();
  for (const { no, subject, code, at } of decisions) {
    if (POSTING.has(code) || !posted.get(subject)?.some((entry) => entry.effectiveAt === at)) continue;
    // What a proposal cost has no decision: a refusal alone says that it was charged before.
    const before = await listDecisionsOf(db, account.id, subject);
    if (
      code === 'already-recorded' ||
      before.some((one) => POSTING.has(one.code) && one.at === at && one.no < no)
    )
      found.add(no);
  }
  return found;
}

/** Other subjects are those of one event, which is decided once. */
const canRepeat = (subject: string): boolean => REPEATED.has(kindOf(subject));
const REPEATED = new Set(['interview', 'readiness-test', 'proposal']);

function answerOf(inquiry: Inquiry, told: Told): Answer {
  const telling = TELLINGS[kindOf(told.subject)]?.[told.code] ?? COMMON_TELLINGS[told.code] ?? UNTOLD;
  const { subject, code, detail, at, reaching } = told;
  const ruleName = typeof telling.rule === 'function' ? telling.rule(told) : telling.rule;
  return {
    subject,
    code,
    sentence:
      telling.sentence(told, inquiry) +
      lateSentence(reaching, inquiry.words, telling.counts) +
      tooLateSentence(told.tooLate, inquiry),
    evidence: {
      ...detail,
      ...(reaching.token && { token: reaching.token }),
      ...byEvidence(told.by),
      ...reachingEvidence(reaching),
      ...(told.tooLate.length > 0 && { tooLate: told.tooLate.map(tooLateEvidence) }),
      entries: told.posted.map(entryEvidence),
      earlierEntries: told.earlier.map(entryEvidence),
    },
    rule: ruleName && inquiry.terms.rule(ruleName, ruleUseOf(inquiry, told)),
    at: iso(at),
    // What comes next is told by what stands: the latest decision on a subject.
    next: (told.stands && telling.next?.(told, inquiry)) || null,
  };
}

/** A decision of a kind that came after these words: said as it stands, never left out. */
const UNTOLD: Telling = {
  sentence: ({ subject, code, at }, { words }) =>
    words.texts.decisions.untold({ day: words.day(at), subject, code }),
  rule: null,
};
