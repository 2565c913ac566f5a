/** What would have been, had a fact reached the program at another instant: by the rules, from the recorded past. */
import type { Account, Entry } from '../../domain/account.ts';
import { type Instant, formatInstant } from '../../domain/calendar.ts';
import type { MemberEvent } from '../../domain/events/events.ts';
import { type EventStep, type Replayed, type WhatIf, replayMoved } from '../../domain/simulation/history.ts';
import { ConnectsError } from '../../errors.ts';
import { PLAYED_MAX } from '../account-facts.ts';
import type { ZoneWords } from '../member-words.ts';
import { type Played, type PlayedPast, type Why, playPast, whyBroken, whyOf } from '../past-account.ts';
import { type Answer, type Inquiry, iso } from './answer.ts';
import { eventWords } from './reaching.ts';

/** The recorded past of the account that is asked about. */
export const pastOf = ({ db, account, terms, past }: Inquiry): Promise<PlayedPast> =>
  past ? Promise.resolve(past) : playPast(db, account.id, terms);

/** What would have been, had this fact come at `at`; its own instant where undefined. */
export function hadAnswer(inquiry: Inquiry, past: PlayedPast, fact: Fact, at?: Instant): Answer {
  if (past.outcome === 'not-played') return notComputable(inquiry, fact, past, at);
  const step = stepOf(past, fact.id);
  if (!step)
    return notComputable(
      inquiry,
      fact,
      whyOf(({ had: say }) => say.changedNothing()),
      at,
    );
  const had = at ?? step.event.at;
  try {
    const whatIf = replayMoved(past.history, step, had, inquiry.asOf);
    if (!whatIf)
      return notComputable(
        inquiry,
        fact,
        whyOf(({ had: say }) => say.correctedSince()),
        had,
      );
    return compared(inquiry, step, had, whatIf);
  } catch (error) {
    if (!(error instanceof ConnectsError) || error.kind !== 'broken-rule') throw error;
    return notComputable(inquiry, fact, whyBroken(error), had);
  }
}

export interface Fact {
  readonly id: string;
  readonly type: string;
}

const stepOf = (past: Played, id: string): EventStep | undefined =>
  past.history.steps.filter((step) => step.kind === 'event').find((step) => step.event.id === id);

function compared(inquiry: Inquiry, step: EventStep, at: Instant, whatIf: WhatIf): Answer {
  const { recorded, had } = whatIf;
  const decisions = decisionsThatDiffer(recorded, had);
  const { words } = inquiry;
  const { had: say, listed } = words.texts;
  const parts = [...differences(inquiry, whatIf), ...wantOf(decisions, words)];
  const moved = { fact: factPhrase(step.event, words), when: momentOf(inquiry, step, at) };
  return {
    subject: `event:${step.event.id}`,
    code: parts.length > 0 ? 'would-have-been' : 'would-be-the-same',
    sentence: parts.length > 0 ? say.would({ ...moved, parts: listed(parts) }) : say.same(moved),
    evidence: {
      event: step.event.id,
      type: step.event.type,
      happenedAt: iso(step.event.at),
      countedAt: iso(step.effectiveAt),
      hadAt: iso(at),
      asOf: iso(inquiry.asOf),
      connects: balanceOf(had) - balanceOf(recorded),
      recorded: standing(recorded),
      had: standing(had),
      ...linesThatDiffer(recorded.entries, had.entries),
      decisions: decisions.slice(0, LINES_MAX),
    },
    rule: null,
    at: null,
    next: null,
  };
}

/** By the minute where a day alone would not tell the two apart. */
function momentOf({ words }: Inquiry, step: EventStep, at: Instant): string {
  const sameDay = words.day(at) === words.day(step.effectiveAt);
  return sameDay ? words.momentsOf([at, step.effectiveAt])(at) : words.day(at);
}

const accountOf = ({ account }: Replayed): Account => account as Account;
const balanceOf = (replayed: Replayed): number => accountOf(replayed).balance;

function standing(replayed: Replayed) {
  const { balance, plan, pendingPlan, status, owed, zone, anchorOn, nextCycleOn } = accountOf(replayed);
  return { balance, plan, pendingPlan, status, owed, zone, anchorOn, nextCycleOn };
}

/** What a member would see otherwise: plan, status, Connects, what is owed, the next date. */
function differences(inquiry: Inquiry, { recorded, had }: WhatIf): string[] {
  const { words } = inquiry;
  const { had: say } = words.texts;
  const [is, would] = [accountOf(recorded), accountOf(had)];
  const parts: string[] = [];
  if (would.plan !== is.plan)
    parts.push(say.plan({ plan: words.plan(would.plan), day: planSince(inquiry, had) }));
  if (would.status !== is.status) parts.push(say.status({ status: words.status(would.status) }));
  if (would.balance !== is.balance) parts.push(fewerOrMore(would.balance, is.balance, words));
  if (would.owed !== is.owed) parts.push(say.owe({ count: would.owed, is: is.owed }));
  if (would.nextCycleOn !== is.nextCycleOn) parts.push(nextDate(would, is, words));
  // A change that was ahead, and would have been made by now, is told by the plan itself.
  const made = would.pendingPlan === null && would.plan === is.pendingPlan;
  if (would.pendingPlan !== is.pendingPlan && !made) parts.push(pendingChange(would, words));
  return parts;
}

/** The day on which the last of its changes of plan counted. */
function planSince({ words }: Inquiry, { spans, account }: Replayed): string {
  const last = spans.findLastIndex((span) => span.plan !== account?.plan);
  const began = spans[last + 1] ?? spans.at(-1);
  return words.day(began?.fromAt ?? account?.trackedFrom ?? 0);
}

const fewerOrMore = (would: number, is: number, { texts: { had: say } }: ZoneWords): string =>
  (would < is ? say.fewer : say.more)({ count: Math.abs(would - is), would, is });

function nextDate(would: Account, is: Account, { texts }: ZoneWords): string {
  const { had: say, day } = texts;
  if (would.nextCycleOn === null) return say.noCycle();
  const next = { day: day(would.nextCycleOn) };
  return is.nextCycleOn === null ? say.next(next) : say.nextInstead({ ...next, is: day(is.nextCycleOn) });
}

const pendingChange = ({ pendingPlan, nextCycleOn }: Account, words: ZoneWords): string =>
  pendingPlan === null
    ? words.texts.had.noChange()
    : words.texts.had.change({ plan: words.plan(pendingPlan), day: words.on(nextCycleOn) });

// ----------------------------------------------------------------------------------------------- evidence

/** Lines of each ledger that are listed. */
const LINES_MAX = 100;

/** What one ledger has and the other has not; a line at another instant is another line. */
function linesThatDiffer(recorded: readonly Entry[], had: readonly Entry[]) {
  const only = (mine: readonly Entry[], theirs: readonly Entry[]): Entry[] => {
    const known = new Set(theirs.map(keyOf));
    return mine.filter((one) => !known.has(keyOf(one)));
  };
  const [gone, come] = [only(recorded, had), only(had, recorded)];
  return {
    entriesRecorded: gone.slice(0, LINES_MAX).map(lineEvidence),
    entriesHad: come.slice(0, LINES_MAX).map(lineEvidence),
    entriesDiffering: gone.length + come.length,
  };
}

const keyOf = ({ subject, kind, amount, effectiveAt }: Entry): string =>
  `${subject} ${kind} ${amount} ${effectiveAt}`;

const lineEvidence = ({ kind, amount, balance, effectiveAt, subject, cycleOn }: Entry) => ({
  kind,
  amount,
  balance,
  effectiveAt: formatInstant(effectiveAt),
  subject,
  cycleOn,
});

/** What would have been decided otherwise: null where it would not, or was not, decided at all. */
function decisionsThatDiffer(recorded: Replayed, had: Replayed) {
  const [was, would] = [lastCodes(recorded), lastCodes(had)];
  return [...new Set([...was.keys(), ...would.keys()])]
    .map((subject) => ({ subject, recorded: was.get(subject) ?? null, had: would.get(subject) ?? null }))
    .filter((one) => one.recorded !== one.had);
}

/** With fewer Connects at the time, what was spent then could not have been. */
function wantOf(decisions: readonly { readonly had: string | null }[], { texts }: ZoneWords): string[] {
  const count = decisions.filter((one) => one.had === 'insufficient-connects').length;
  return count === 0 ? [] : [texts.had.charges({ count })];
}

const lastCodes = ({ decisions }: Replayed): ReadonlyMap<string, string> =>
  new Map(decisions.map((one) => [one.subject, one.code]));

// -------------------------------------------------------------------------------------------------- words

function notComputable({ asOf, words }: Inquiry, fact: Fact, { why, whyIn }: Why, at?: Instant): Answer {
  return {
    subject: `event:${fact.id}`,
    code: 'not-computable',
    sentence: words.texts.had.notComputable({ id: fact.id, why: whyIn(words.texts) }),
    evidence: {
      event: fact.id,
      type: fact.type,
      why,
      hadAt: iso(at ?? null),
      asOf: iso(asOf),
      eventsMax: PLAYED_MAX,
    },
    rule: null,
    at: null,
    next: null,
  };
}

function factPhrase(event: MemberEvent, words: ZoneWords): string {
  const { had: say, day, number, signed } = words.texts;
  switch (event.type) {
    case 'plan.upgraded':
    case 'plan.downgraded':
    case 'account.suspended':
    case 'account.reinstated':
    case 'account.closed':
    case 'readiness-test.passed':
      return say[event.type]();
    case 'payment.failed':
      return say[event.type]({ day: day(event.cycleOn) });
    case 'account.zone-changed':
      return say[event.type]({ zone: event.zone });
    case 'connects.spent':
    case 'connects.purchased':
    case 'connects.returned':
      return say[event.type]({ count: event.amount });
    case 'proposal.submitted':
    case 'proposal.carried':
      return say.proposal({ id: event.proposal });
    case 'interview.requested':
    case 'interview.replied':
      return say[event.type]({ id: event.interview });
    case 'balance.adjusted':
      return say[event.type]({ amount: event.amount < 0 ? signed(event.amount) : number(event.amount) });
    default:
      return say.other({ id: event.id, what: eventWords(event.type, words) });
  }
}
