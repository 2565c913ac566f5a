/** What came in, what was decided and what was refused since a date. */
import { type PostedEntry, cycleSubject } from '../../domain/account.ts';
import type { Instant } from '../../domain/calendar.ts';
import { type Window, fullestWindow } from '../../domain/events/interviews.ts';
import type { Award } from '../../domain/events/records.ts';
import { findAwards } from '../../ledger/records.ts';
import {
  type KindSum,
  ROWS_MAX,
  type RecordedCycle,
  type RecordedDecision,
  listEntriesBefore,
  listCyclesFrom,
  listDecisionsSince,
  sumEntriesSince,
} from '../account-records.ts';
import { HISTORY_TYPES, type ZoneWords, gainName, lossName, typeOfKind } from '../member-words.ts';
import {
  type DecisionCount,
  countCycles,
  countCyclesSince,
  countDecisions,
  countDecisionsSince,
} from '../decision-counts.ts';
import { type Answer, type Inquiry, byInstant, entryEvidence, iso } from './answer.ts';
import { correctedSince } from './corrected.ts';
import { reversedSince } from './reversed.ts';
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
  const added = sums.reduce((sum, one) => sum + one.added, 0);
  const takenOff = sums.reduce((sum, one) => sum + one.takenOff, 0);
  const { words } = inquiry;
  const { sums: say } = words.texts;
  const day = words.day(since);
  return {
    subject: 'account',
    code: 'received',
    sentence:
      added + takenOff === 0
        ? say.nothing({ day })
        : `${say.added({ day, count: added, parts: split(gainsOf(sums, words), words) })} ` +
          say.takenOff({ count: takenOff, parts: split(lossesOf(sums, words), words) }),
    evidence: { since: iso(since), added, takenOff, byKind: sums },
    rule: null,
    at: iso(since),
    next: null,
  };
}

const split = (parts: readonly string[], { texts: { sums: say, listed } }: ZoneWords): string =>
  parts.length > 0 ? say.parts({ all: listed(parts) }) : '';

function gainsOf(sums: readonly KindSum[], { texts: { sums: say } }: ZoneWords): string[] {
  const back = sums.find((one) => one.kind === 'interview-refund')?.added ?? 0;
  return partsOf(sums, 'added', ({ kind }) => gainName(kind)).map(({ count, name }) => {
    if (name !== 'interviews' || back === 0) return say[name]({ count });
    return back === count ? say.interviewsBack({ count }) : say.interviewsPartBack({ count, back });
  });
}

const lossesOf = (sums: readonly KindSum[], { texts: { sums: say } }: ZoneWords): string[] =>
  partsOf(sums, 'takenOff', (one) => lossName(one.kind, one.ofPayment)).map(({ count, name }) =>
    say[name]({ count }),
  );

type SumName = ReturnType<typeof gainName>;

/** Of what came, or of what went: what is told in the same words is one part. In the order of the history's types. */
function partsOf(
  sums: readonly KindSum[],
  way: 'added' | 'takenOff',
  nameOf: (sum: KindSum) => SumName,
): { readonly count: number; readonly name: SumName }[] {
  const parts = new Map<SumName, number>();
  for (const type of HISTORY_TYPES)
    for (const one of sums.filter((sum) => typeOfKind(sum.kind) === type && sum[way] > 0))
      parts.set(nameOf(one), (parts.get(nameOf(one)) ?? 0) + one[way]);
  return [...parts].map(([name, count]) => ({ name, count }));
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
  return [windowAnswer(inquiry, since, asked !== undefined, { awards, own, late })];
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

function windowAnswer(
  inquiry: Inquiry,
  since: Instant,
  asked: boolean,
  { awards, own, late }: Counted,
): Answer {
  const { terms, words, asOf } = inquiry;
  const use = { version: terms.latest.version, at: own.at(-1)?.occurredAt ?? asOf };
  const { windowDays = 0, windowMax = 0 } = terms.rowOf(use).interview ?? {};
  const fullest = own
    .map((one) => fullestWindow(awards, one.occurredAt, windowDays))
    .reduce<Window | undefined>((most, one) => (most && most.held >= one.held ? most : one), undefined);
  const { sums: say } = words.texts;
  const replies = { requests: own.length, count: sumOf(own) };
  const opening = asked
    ? say.repliesSince({ day: words.day(since), ...replies })
    : say.repliesOfLast({ days: windowDays, ...replies });
  const parts = [
    opening,
    ...(fullest
      ? [
          say.fullest({
            days: windowDays,
            moment: words.moment(fullest.endsAt),
            held: fullest.held,
            most: windowMax,
          }),
          ...(asOf - since > windowDays * DAY ? [say.longer({ days: windowDays })] : []),
        ]
      : []),
    ...(late.length > 0 ? [say.late({ count: sumOf(late) })] : []),
    say.outside(),
  ];
  return {
    subject: 'account',
    code: 'interview-window',
    sentence: parts.join(' '),
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

/** Answers that are told one by one. */
const TOLD_MAX = 200;

export type Chosen = (one: Pick<RecordedDecision, 'subject' | 'code'>) => boolean;

/**
 * Boundaries, events and corrections since an instant, oldest first, the latest of them where there are too many: that is said
 * before them, with how many there are.
 */
export async function toldSince(inquiry: Inquiry, since: Instant, chosen: Chosen): Promise<Answer[]> {
  const corrections = [...(await correctedSince(inquiry, since)), ...(await reversedSince(inquiry, since))];
  const recorded = await recordedSince(inquiry, since);
  const decisions = recorded.decisions.filter(chosen);
  const cycles = recorded.cycles.filter(({ cycleOn, code }) =>
    chosen({ subject: cycleSubject(cycleOn), code }),
  );
  const latest = await answersOf(inquiry, decisions.slice(-TOLD_MAX));
  const settled = await cycleAnswers(inquiry, cycles.slice(0, TOLD_MAX));
  const told = [...settled.toReversed(), ...latest, ...corrections].toSorted(byInstant).slice(-TOLD_MAX);
  const inAll = timesOf(await countsSince(inquiry, since, recorded, chosen)) + corrections.length;
  return inAll > told.length ? [latestOnly(inquiry, since, { inAll, told: told.length }), ...told] : told;
}

export interface RecordedSince {
  /** Oldest first. */
  readonly decisions: readonly RecordedDecision[];
  /** Newest first. */
  readonly cycles: readonly RecordedCycle[];
  /** No more was decided than is read at once. */
  readonly isAll: boolean;
}

/** What was decided since an instant, of events and of boundaries: the latest of either. */
export async function recordedSince({ db, account, words }: Inquiry, since: Instant): Promise<RecordedSince> {
  const decisions = await listDecisionsSince(db, account.id, since);
  const cycles = await listCyclesFrom(db, account.id, words.dateOf(since));
  return {
    decisions,
    cycles: cycles.filter((one) => one.startsAt >= since),
    isAll: decisions.length < ROWS_MAX && cycles.length < ROWS_MAX,
  };
}

/** How often what was chosen was decided, by kind of subject and code; the most recently decided last. */
export async function countsSince(
  { db, account }: Inquiry,
  since: Instant,
  recorded: RecordedSince,
  chosen: Chosen,
): Promise<readonly DecisionCount[]> {
  const { cycles, decisions } = recorded.isAll
    ? { cycles: countCycles(recorded.cycles), decisions: countDecisions(recorded.decisions) }
    : {
        cycles: await countCyclesSince(db, account.id, since),
        decisions: await countDecisionsSince(db, account.id, since),
      };
  return [...cycles.map((one) => ({ ...one, kind: 'cycle', lastNo: 0 })), ...decisions].filter(
    ({ kind, code }) => chosen({ subject: `${kind}:`, code }),
  );
}

const timesOf = (counts: readonly DecisionCount[]): number => counts.reduce((sum, one) => sum + one.times, 0);

const latestOnly = (
  { words }: Inquiry,
  since: Instant,
  { inAll, told }: { readonly inAll: number; readonly told: number },
): Answer => ({
  subject: 'account',
  code: 'latest-only',
  sentence: words.texts.sums.latestOnly({ day: words.day(since), count: inAll, told }),
  evidence: { since: iso(since), inAll, told },
  rule: null,
  at: null,
  next: words.texts.sums.askOthers(),
});
