/** What would have been, had a fact reached the program at another instant: by the rules, from the recorded past. */
import type { Account, Entry } from '../../domain/account.ts';
import { type Instant, formatInstant } from '../../domain/calendar.ts';
import type { MemberEvent } from '../../domain/events/events.ts';
import { type EventStep, type Replayed, type WhatIf, replayMoved } from '../../domain/simulation/history.ts';
import { ConnectsError } from '../../errors.ts';
import { PLAYED_MAX } from '../account-facts.ts';
import { connects, counted, dayWords, formatAmount, listed, planPhrase } from '../member-words.ts';
import { type Played, type PlayedPast, playPast } from '../past-account.ts';
import { type Answer, type Inquiry, iso } from './answer.ts';

/** The recorded past of the account that is asked about. */
export const pastOf = ({ db, account, terms, past }: Inquiry): Promise<PlayedPast> =>
  past ? Promise.resolve(past) : playPast(db, account.id, terms);

/** What would have been, had this fact come at `at`; its own instant where undefined. */
export function hadAnswer(inquiry: Inquiry, past: PlayedPast, fact: Fact, at?: Instant): Answer {
  if (past.outcome === 'not-played') return notComputable(inquiry, fact, past.why, at);
  const step = stepOf(past, fact.id);
  if (!step) return notComputable(inquiry, fact, 'it changed nothing, and is not part of what counted', at);
  const had = at ?? step.event.at;
  try {
    const whatIf = replayMoved(past.history, step, had, inquiry.asOf);
    if (!whatIf)
      return notComputable(
        inquiry,
        fact,
        'a backfill or a reversal came after it, which was decided from what stood then',
        had,
      );
    return compared(inquiry, step, had, whatIf);
  } catch (error) {
    if (!(error instanceof ConnectsError) || error.kind !== 'broken-rule') throw error;
    return notComputable(inquiry, fact, error.message, had);
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
  const parts = [...differences(inquiry, whatIf), ...wantOf(decisions)];
  const when = momentOf(inquiry, step, at);
  const opening = `Had ${factPhrase(step.event)} reached us on ${when},`;
  return {
    subject: `event:${step.event.id}`,
    code: parts.length > 0 ? 'would-have-been' : 'would-be-the-same',
    sentence:
      parts.length > 0
        ? `${opening} ${listed(parts)}.`
        : `${opening} it would have made no difference to how you stand.`,
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
  return sameDay ? words.moment(at) : words.day(at);
}

const accountOf = ({ account }: Replayed): Account => account as Account;
const balanceOf = (replayed: Replayed): number => accountOf(replayed).balance;

function standing(replayed: Replayed) {
  const { balance, plan, pendingPlan, status, owed, zone, anchorOn, nextCycleOn } = accountOf(replayed);
  return { balance, plan, pendingPlan, status, owed, zone, anchorOn, nextCycleOn };
}

/** What a member would see otherwise: plan, status, Connects, what is owed, the next date. */
function differences(inquiry: Inquiry, { recorded, had }: WhatIf): string[] {
  const [is, would] = [accountOf(recorded), accountOf(had)];
  const parts: string[] = [];
  if (would.plan !== is.plan)
    parts.push(`you would be on ${planPhrase(would.plan)} since ${planSince(inquiry, had)}`);
  if (would.status !== is.status) parts.push(`your account would be ${would.status}`);
  if (would.balance !== is.balance) parts.push(fewerOrMore(would.balance, is.balance));
  if (would.owed !== is.owed) parts.push(`you would owe ${connects(would.owed)} instead of ${is.owed}`);
  if (would.nextCycleOn !== is.nextCycleOn) parts.push(nextDate(would, is));
  // A change that was ahead, and would have been made by now, is told by the plan itself.
  const made = would.pendingPlan === null && would.plan === is.pendingPlan;
  if (would.pendingPlan !== is.pendingPlan && !made) parts.push(pendingChange(would));
  return parts;
}

/** The day on which the last of its changes of plan counted. */
function planSince({ words }: Inquiry, { spans, account }: Replayed): string {
  const last = spans.findLastIndex((span) => span.plan !== account?.plan);
  const began = spans[last + 1] ?? spans.at(-1);
  return words.day(began?.fromAt ?? account?.trackedFrom ?? 0);
}

function fewerOrMore(would: number, is: number): string {
  const count = Math.abs(would - is);
  const compare = would < is ? 'fewer' : 'more';
  return (
    `you would have ${formatAmount(count)} ${compare} ${count === 1 ? 'Connect' : 'Connects'} ` +
    `(${formatAmount(would)} instead of ${formatAmount(is)})`
  );
}

function nextDate(would: Account, is: Account): string {
  if (would.nextCycleOn === null) return 'no billing cycle would begin any more';
  const instead = is.nextCycleOn === null ? '' : ` instead of ${dayWords(is.nextCycleOn)}`;
  return `your next billing cycle would begin on ${dayWords(would.nextCycleOn)}${instead}`;
}

const pendingChange = ({ pendingPlan, nextCycleOn }: Account): string =>
  pendingPlan === null
    ? 'no change of plan would be ahead of you'
    : `your plan would change to ${planPhrase(pendingPlan)} on ${dayWords(nextCycleOn ?? '')}`;

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
function wantOf(decisions: readonly { readonly had: string | null }[]): string[] {
  const count = decisions.filter((one) => one.had === 'insufficient-connects').length;
  return count === 0 ? [] : [`${counted(count, 'charge')} would have been refused for want of Connects`];
}

const lastCodes = ({ decisions }: Replayed): ReadonlyMap<string, string> =>
  new Map(decisions.map((one) => [one.subject, one.code]));

// -------------------------------------------------------------------------------------------------- words

function notComputable({ asOf }: Inquiry, fact: Fact, why: string, at?: Instant): Answer {
  return {
    subject: `event:${fact.id}`,
    code: 'not-computable',
    sentence: `What would have been, had event ${fact.id} come at another time, cannot be computed: ${why}.`,
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

function factPhrase(event: MemberEvent): string {
  switch (event.type) {
    case 'plan.upgraded':
      return 'your upgrade';
    case 'plan.downgraded':
      return 'your change to Freelancer Basic';
    case 'payment.failed':
      return `the failed payment for the billing cycle of ${dayWords(event.cycleOn)}`;
    case 'account.suspended':
      return 'the suspension of your account';
    case 'account.reinstated':
      return 'the reinstatement of your account';
    case 'account.closed':
      return 'the closing of your account';
    case 'account.zone-changed':
      return `your change of time zone to ${event.zone}`;
    case 'connects.spent':
      return `what you spent, ${connects(event.amount)},`;
    case 'connects.purchased':
      return `the ${connects(event.amount)} that you bought`;
    case 'connects.returned':
      return `the return of ${connects(event.amount)}`;
    case 'proposal.submitted':
    case 'proposal.carried':
      return `your proposal ${event.proposal}`;
    case 'interview.requested':
      return `the interview request ${event.interview}`;
    case 'interview.replied':
      return `your reply to interview request ${event.interview}`;
    case 'readiness-test.passed':
      return 'your Readiness Test';
    case 'balance.adjusted':
      return `the correction of ${formatAmount(event.amount)}`;
    default:
      return `the event ${event.id} (${event.type})`;
  }
}
