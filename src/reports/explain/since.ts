/** What came in, what was decided and what was refused since a date. */
import type { DecisionCode, PostedEntry } from '../../domain/account.ts';
import type { Instant } from '../../domain/calendar.ts';
import { type Window, fullestWindow } from '../../domain/events/interviews.ts';
import type { Award } from '../../domain/events/records.ts';
import { findAwards } from '../../ledger/records.ts';
import {
  ROWS_MAX,
  type RecordedDecision,
  listEntriesBefore,
  listCyclesFrom,
  listDecisionsSince,
  sumEntriesSince,
} from '../account-records.ts';
import {
  HISTORY_TYPES,
  TYPE_WORDS,
  connects,
  connectsWere,
  counted,
  listed,
  typeOfKind,
} from '../member-words.ts';
import { type Answer, type Inquiry, entryEvidence, idOf, iso, kindOf } from './answer.ts';
import { cycleAnswers } from './cycle.ts';
import { waiting } from './current.ts';
import { answersOf } from './decided.ts';
import { silence } from './silence.ts';

const DAY = 86_400_000;

/** Everything since an instant: sums, the interview limit, what was decided, oldest first; then what nothing came of. */
export async function explainSince(inquiry: Inquiry, since: Instant): Promise<Answer[]> {
  const told = await toldSince(inquiry, since, () => true);
  const held = await waiting(inquiry);
  return [
    await received(inquiry, since),
    ...(await interviewWindow(inquiry, since)),
    ...told,
    ...(held ? [held] : []),
    ...(await silence(inquiry, { requests: since, proposals: since })),
  ];
}

// --------------------------------------------------------------------------------------------------- sums

async function received(inquiry: Inquiry, since: Instant): Promise<Answer> {
  const sums = await sumEntriesSince(inquiry.db, inquiry.account.id, since);
  const gains = sums.filter((one) => one.amount > 0);
  const added = sumOf(gains);
  const takenOff = added - sumOf(sums);
  const byType = HISTORY_TYPES.map((type) => ({
    type,
    amount: sumOf(gains.filter((one) => typeOfKind(one.kind) === type)),
  })).filter((one) => one.amount > 0);
  const parts = byType.map(({ type, amount }) => `${amount} ${TYPE_WORDS[type]}`);
  const from = parts.length > 0 ? `: ${listed(parts)}` : '';
  return {
    subject: 'account',
    code: 'received',
    sentence: `Since ${inquiry.words.day(since)} ${connectsWere(added)} added${from}. ${connectsWere(takenOff)} taken off.`,
    evidence: { since: iso(since), added, takenOff, byKind: sums },
    rule: null,
    at: iso(since),
    next: null,
  };
}

// ---------------------------------------------------------------------------------------- interview limit

/**
 * How much of the interview limit was used since an instant (a window's length ago where undefined): awards by when
 * the member replied, the fullest window among them, and what was added later than that. Nothing where there is none.
 */
export async function interviewWindow(inquiry: Inquiry, asked?: Instant): Promise<Answer[]> {
  const { db, account, terms, asOf } = inquiry;
  const version = terms.latest.version;
  const length = (terms.rowOf({ version, at: asOf }).interview?.windowDays ?? 0) * DAY;
  if (length === 0) return [];
  const since = asked ?? asOf - length;
  const awards = await findAwards(db, [{ accountId: account.id, after: since - length, before: FAR_FUTURE }]);
  const own = awards.filter((one) => one.occurredAt >= since);
  const late = (await interviewEntriesSince(inquiry, since)).filter(
    (one) => one.occurredAt < one.effectiveAt,
  );
  if (own.length === 0 && late.length === 0) return [];
  return [windowAnswer(inquiry, since, { awards, own, late })];
}

const FAR_FUTURE = Date.UTC(9999, 0, 1);

const interviewEntriesSince = ({ db, account }: Inquiry, from: Instant): Promise<PostedEntry[]> =>
  listEntriesBefore(
    db,
    account.id,
    { kinds: ['interview-refund', 'interview-award'], from, until: undefined },
    { before: undefined, limit: ROWS_MAX },
  );

interface Counted {
  /** Those of the windows that touch the time asked for. */
  readonly awards: readonly Award[];
  /** Of replies since then. */
  readonly own: readonly Award[];
  /** Added since then, for replies that reached the program late. */
  readonly late: readonly PostedEntry[];
}

function windowAnswer(inquiry: Inquiry, since: Instant, { awards, own, late }: Counted): Answer {
  const { terms, words, asOf } = inquiry;
  const use = { version: terms.latest.version, at: own.at(-1)?.occurredAt ?? asOf };
  const { windowDays = 0, windowMax = 0 } = terms.rowOf(use).interview ?? {};
  const fullest = own
    .map((one) => fullestWindow(awards, one.occurredAt, windowDays))
    .reduce<Window | undefined>((most, one) => (most && most.held >= one.held ? most : one), undefined);
  const days = counted(windowDays, 'day');
  const longer = asOf - since > windowDays * DAY ? ` A time of more than ${days} can hold more.` : '';
  const held = fullest
    ? ` The fullest ${days}, up to ${words.moment(fullest.endsAt)}, held ${fullest.held} of at most ${windowMax}.${longer}`
    : '';
  const delayed =
    late.length === 0
      ? ''
      : ` ${connects(sumOf(late))} of what was added since then came for replies that reached us late; the limit counts ` +
        'them by when you replied.';
  return {
    subject: 'account',
    code: 'interview-window',
    sentence:
      `For your replies since ${words.day(since)}, ${counted(own.length, 'interview request')} earned you ` +
      `${connects(sumOf(own))}.${held}${delayed} Other Connects, such as monthly ones, are outside this limit.`,
    evidence: {
      since: iso(since),
      awarded: sumOf(own),
      windowMax,
      windowDays,
      windowEndsAt: iso(fullest?.endsAt ?? null),
      held: fullest?.held ?? 0,
      counted: (fullest?.awards ?? []).map(asEvidence),
      awards: own.map(asEvidence),
      late: late.map(entryEvidence),
    },
    rule: terms.rule('interview', use),
    at: iso(since),
    next: null,
  };
}

const sumOf = (counted_: readonly { readonly amount: number }[]): number =>
  counted_.reduce((sum, one) => sum + one.amount, 0);

const asEvidence = ({ interview, proposal, occurredAt, amount }: Award) => ({
  interview,
  proposal,
  occurredAt: iso(occurredAt),
  amount,
});

// ---------------------------------------------------------------------------------------------- decisions

/** Answers that are told one by one; what is older is reached by a narrower question. */
const TOLD_MAX = 200;

type Chosen = (one: Pick<RecordedDecision, 'subject' | 'code'>) => boolean;

/** Boundaries and events since an instant, oldest first, the latest of them where there are too many. */
export async function toldSince(inquiry: Inquiry, since: Instant, chosen: Chosen): Promise<Answer[]> {
  const { db, account, words } = inquiry;
  const decisions = (await listDecisionsSince(db, account.id, since)).filter(chosen);
  const cycles = (await listCyclesFrom(db, account.id, words.dateOf(since))).filter(
    (one) => one.startsAt >= since && chosen({ subject: `cycle:${one.cycleOn}`, code: one.code }),
  );
  const latest = await answersOf(inquiry, decisions.slice(-TOLD_MAX));
  const settled = await cycleAnswers(inquiry, cycles.slice(0, TOLD_MAX));
  const byTime = (a: Answer, b: Answer): number => (a.at ?? '').localeCompare(b.at ?? '');
  return [...settled.toReversed(), ...latest].toSorted(byTime).slice(-TOLD_MAX);
}

// ----------------------------------------------------------------------------------------------- refusals

/** Whether what ended so refused something, or gave less than it might have. */
const REFUSES: Readonly<Record<DecisionCode, boolean>> = {
  granted: false,
  'no-monthly-grant': false,
  'before-program': true,
  'reward-ended': true,
  'account-inactive': true,
  awarded: false,
  'already-awarded': true,
  'already-recorded': true,
  'weekly-cap': true,
  'weekly-cap-partial': true,
  'invite-without-proposal': true,
  'unknown-proposal': true,
  'no-interview-request': true,
  'not-eligible': true,
  'insufficient-connects': true,
  'nothing-to-return': true,
  upgraded: false,
  'already-on-plan': true,
  'not-on-plan': true,
  'downgrade-pending': false,
  'downgrade-cancelled': false,
  'payment-failed': false,
  'unknown-cycle': true,
  'balance-limit': true,
  'refused-by-operator': true,
};

/** What was refused since an instant, by what it was about and why, the most recent kind last. */
export async function refusals(inquiry: Inquiry, since: Instant): Promise<Answer[]> {
  const refused = await toldSince(inquiry, since, (one) => REFUSES[one.code] ?? true);
  const groups = new Map<string, Answer[]>();
  for (const answer of refused) {
    const key = `${kindOf(answer.subject)} ${answer.code}`;
    groups.set(key, [...(groups.get(key) ?? []), answer]);
  }
  if (groups.size === 0) return [nothingRefused(inquiry, since)];
  return [...groups.values()].map((group) => groupAnswer(inquiry, group, since));
}

/** Ids that a sentence names. */
const NAMED_MAX = 5;

function groupAnswer({ words }: Inquiry, group: readonly Answer[], since: Instant): Answer {
  const latest = group.at(-1) as Answer;
  const kind = kindOf(latest.subject);
  const others = group.slice(0, -1).map((one) => idOf(one.subject));
  const names = kind === 'interview' ? ` (${others.slice(-NAMED_MAX).join(', ')})` : '';
  const again =
    others.length === 0
      ? ''
      : ` The same was refused ${counted(others.length, 'more time', 'more times')} since ${words.day(since)}${names}.`;
  return {
    ...latest,
    subject: `refusals:${kind}`,
    sentence: `${latest.sentence}${again}`,
    evidence: {
      count: group.length,
      since: iso(since),
      subjects: group.map((one) => one.subject),
      latest: latest.evidence,
    },
  };
}

const nothingRefused = ({ words }: Inquiry, since: Instant): Answer => ({
  subject: 'account',
  code: 'no-refusals',
  sentence: `Nothing was refused since ${words.day(since)}.`,
  evidence: { since: iso(since), count: 0 },
  rule: null,
  at: iso(since),
  next: null,
});
