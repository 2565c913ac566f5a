/** A recorded decision as an answer: looked up by what it is about and how it ended. */
import type { DecisionCode, PostedEntry } from '../../domain/account.ts';
import { type Bringer, findBringers } from '../../ledger/events.ts';
import { type RecordedDecision, listDecisionsOf, listEntriesOf } from '../account-records.ts';
import {
  type Answer,
  type Inquiry,
  type Telling,
  type Tellings,
  type Told,
  entryEvidence,
  iso,
  kindOf,
  occurredAt,
  ruleUseOf,
  textIn,
} from './answer.ts';
import { INTERVIEW_TELLINGS } from './interview-tellings.ts';
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
  const told = await withEntries(inquiry, decisions);
  const bringers = await bringersOf(inquiry, decisions);
  return told.map((one) => answerOf(inquiry, one, bringers.get(textIn(one, 'event') ?? '')));
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

async function withEntries(inquiry: Inquiry, decisions: readonly RecordedDecision[]): Promise<Told[]> {
  const { db, account } = inquiry;
  const subjects = [...new Set(decisions.map((one) => one.subject))];
  const posted = new Map<string, PostedEntry[]>();
  for (let from = 0; from < subjects.length; from += SUBJECTS_MAX)
    for (const entry of await listEntriesOf(db, account.id, subjects.slice(from, from + SUBJECTS_MAX)))
      posted.set(entry.subject, [...(posted.get(entry.subject) ?? []), entry]);
  const atOneInstant = await postedAtOneInstant(inquiry, decisions, posted);
  return decisions.map((one) => {
    const entries = posted.get(one.subject) ?? [];
    const isOwn = (entry: PostedEntry): boolean => POSTING.has(one.code) && entry.effectiveAt === one.at;
    const isEarlier = (entry: PostedEntry): boolean =>
      entry.effectiveAt < one.at || (entry.effectiveAt === one.at && atOneInstant.has(one.no));
    return {
      ...one,
      posted: entries.filter(isOwn),
      earlier: entries.filter((entry) => !isOwn(entry) && isEarlier(entry)),
    };
  });
}

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

/** By event: the tokens that brought what was decided, over HTTP. */
async function bringersOf(
  { db }: Inquiry,
  decisions: readonly RecordedDecision[],
): Promise<ReadonlyMap<string, Bringer>> {
  const events = [...new Set(decisions.flatMap((one) => textIn(one, 'event') ?? []))];
  const found = new Map<string, Bringer>();
  for (let from = 0; from < events.length; from += SUBJECTS_MAX)
    for (const [event, token] of await findBringers(db, events.slice(from, from + SUBJECTS_MAX)))
      found.set(event, token);
  return found;
}

/** @param token that brought the event over HTTP, if one did */
function answerOf(inquiry: Inquiry, told: Told, token?: Bringer): Answer {
  const telling = TELLINGS[kindOf(told.subject)]?.[told.code] ?? COMMON_TELLINGS[told.code] ?? UNTOLD;
  const { subject, code, detail, at } = told;
  const ruleName = typeof telling.rule === 'function' ? telling.rule(told) : telling.rule;
  return {
    subject,
    code,
    sentence: telling.sentence(told, inquiry),
    evidence: {
      ...detail,
      ...(token && { token }),
      occurredAt: iso(occurredAt(told)),
      postedAt: iso(told.postedAt),
      entries: told.posted.map(entryEvidence),
      earlierEntries: told.earlier.map(entryEvidence),
    },
    rule: ruleName && inquiry.terms.rule(ruleName, ruleUseOf(inquiry, told)),
    at: iso(at),
    next: telling.next?.(told, inquiry) ?? null,
  };
}

/** A decision of a kind that came after these words: said as it stands, never left out. */
const UNTOLD: Telling = {
  sentence: ({ subject, code, at }, { words }) => `On ${words.day(at)} ${subject} was decided: ${code}.`,
  rule: null,
};
