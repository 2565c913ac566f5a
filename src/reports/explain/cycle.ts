/** Why a billing cycle gave what it gave, or why there is none on that date. */
import { cycleSubject } from '../../domain/account.ts';
import type { LocalDate } from '../../domain/calendar.ts';
import type { Settlement } from '../../domain/settle.ts';
import type { AmendmentRow } from '../../ledger/amendments.ts';
import {
  type LedgerLine,
  type RecordedCycle,
  type RecordedDecision,
  findCycleUpTo,
  listCyclesPostedAt,
  listDecisionsOf,
  listDecisionsOfKind,
  listEntriesOf,
  listEntriesOfCycle,
  listSpans,
} from '../account-records.ts';
import { type ZoneWords, reasonGiven } from '../member-words.ts';
import type { By } from '../corrections.ts';
import {
  type Answer,
  type Inquiry,
  byEvidence,
  byInstant,
  entryEvidence,
  iso,
  nextBegins,
  textIn,
} from './answer.ts';
import { type AroundCycle, readAround } from './around-cycle.ts';
import { answersOf } from './decided.ts';
import { reversedAnswers } from './reversed.ts';
import type { RuleName } from './rules.ts';
import { toCome } from './to-come.ts';
import { tooLateEvidence, tooLateSentence } from './too-late.ts';

/** All that is recorded about the cycle of a date. */
export async function explainCycle(inquiry: Inquiry, on: LocalDate): Promise<Answer[]> {
  const { db, account } = inquiry;
  const cycle = await findCycleUpTo(db, account.id, on);
  const changes = await listDecisionsOfKind(db, account.id, 'plan');
  const begun = changes.filter((one) => textIn(one, 'anchorOn') === on || textIn(one, 'fromCycleOn') === on);
  if (cycle?.cycleOn === on) return settledCycle(inquiry, cycle, begun);
  if (begun.length > 0)
    return (
      await answersOf(inquiry, [
        ...(await openedOn(inquiry, on)),
        ...begun,
        ...(await paymentsFor(inquiry, on)),
      ])
    ).toSorted(byInstant);
  const opened = await openedOn(inquiry, on);
  if (opened.length > 0) return answersOf(inquiry, opened);
  if (account.nextCycleOn === null ? on > account.cycleOn : on >= account.nextCycleOn)
    return [await toCome(inquiry, on)];
  return withinACycle(inquiry, on, latestStart(cycle, changes, on));
}

// ------------------------------------------------------------------------------------------ a settled one

async function settledCycle(
  inquiry: Inquiry,
  cycle: RecordedCycle,
  begun: readonly RecordedDecision[],
): Promise<Answer[]> {
  const { db, account } = inquiry;
  const on = cycle.cycleOn;
  const [first, ...later] = await cycleToThisDay(inquiry, cycle);
  const changes = await answersOf(inquiry, [...begun, ...(await paymentsFor(inquiry, on))]);
  const together = await listCyclesPostedAt(db, account.id, cycle.postedAt);
  return [
    ...(first ? [first] : []),
    ...[...changes, ...later].toSorted(byInstant),
    ...(together.length > 1 ? [settledTogether(inquiry, cycle, together)] : []),
  ];
}

/** What one settled boundary gave, and what became of it later: granted after all, or taken back. */
export async function cycleToThisDay(inquiry: Inquiry, cycle: RecordedCycle): Promise<Answer[]> {
  const { db, account } = inquiry;
  const later = await listDecisionsOf(db, account.id, cycleSubject(cycle.cycleOn));
  const answers = [...(await answersOf(inquiry, later)), ...(await reversedAnswers(inquiry, cycle.cycleOn))];
  const first = await cycleAnswer(inquiry, cycle);
  // What comes next is told by what stands: the latest.
  return answers.length > 0 ? [{ ...first, next: null }, ...answers] : [first];
}

/** What one settled boundary gave, and why. What came later has answers of its own. */
export async function cycleAnswer(inquiry: Inquiry, cycle: RecordedCycle): Promise<Answer> {
  const { db, account } = inquiry;
  const posted = await listEntriesOfCycle(db, account.id, cycle.cycleOn);
  const aroundOf = await readAround(inquiry, [cycle], posted);
  return tellCycle(inquiry, cycle, { ...aroundOf(cycle), amended: undefined });
}

/** What several gave, read together; with what each boundary itself posted. */
export async function cycleAnswers(inquiry: Inquiry, cycles: readonly RecordedCycle[]): Promise<Answer[]> {
  const { db, account } = inquiry;
  if (cycles.length === 0) return [];
  const subjects = cycles.map((one) => cycleSubject(one.cycleOn));
  const posted = await listEntriesOf(db, account.id, subjects);
  const aroundOf = await readAround(inquiry, cycles, posted);
  return cycles.map((cycle) => tellCycle(inquiry, cycle, aroundOf(cycle)));
}

function tellCycle(inquiry: Inquiry, cycle: RecordedCycle, around: AroundCycle): Answer {
  const { entries, notice, tooLate } = around;
  const own = ownEntries(cycle, entries);
  // One that was lost and recorded again has entries of before: nobody added them later.
  const by = own.some((one) => one.runId === cycle.runId) ? around.by : undefined;
  const { notice: told, postedAt, startsAt, runId, ...recorded } = cycle;
  const on = cycle.cycleOn;
  const telling = CYCLE_TELLINGS[cycle.code];
  return {
    subject: cycleSubject(on),
    code: cycle.code,
    sentence:
      telling.sentence(cycle, inquiry, around) +
      addedLater(cycle, inquiry, by) +
      amendedLater(inquiry, around.amended) +
      tooLateSentence(tooLate, inquiry, 'cycle'),
    evidence: {
      ...recorded,
      ...byEvidence(by),
      startsAt: iso(startsAt),
      postedAt: iso(postedAt),
      run: runId,
      notice:
        told === 'staged'
          ? {
              told,
              state: notice?.state ?? null,
              sentAt: iso(notice?.sentAt ?? null),
              why: notice?.why ?? null,
            }
          : { told, state: null, sentAt: null, why: null },
      entries: own.map(entryEvidence),
      ...(tooLate.length > 0 && { tooLate: tooLate.map(tooLateEvidence) }),
    },
    rule: inquiry.terms.rule(telling.rule, { version: cycle.termsVersion, at: startsAt, plan: cycle.plan }),
    at: iso(startsAt),
    next: around.amended ? null : telling.next(cycle, inquiry),
  };
}

/** What the boundary itself posted; a later grant of one that gave nothing stands under the same subject. */
const ownEntries = (
  { cycleOn, code }: RecordedCycle,
  entries: readonly LedgerLine[],
): readonly LedgerLine[] =>
  code === 'granted' || code === 'no-monthly-grant'
    ? entries.filter((one) => one.subject === cycleSubject(cycleOn))
    : [];

/** By a backfill: the boundary itself had given nothing. */
const addedLater = ({ postedAt }: RecordedCycle, { words }: Inquiry, by: By | undefined): string =>
  by
    ? ` ${words.texts.cycles.addedLater({ day: words.day(postedAt) })}${reasonGiven(by.reason, words.texts)}`
    : '';

/** In a list, where what came later may stand far below. */
function amendedLater({ words }: Inquiry, amended: AmendmentRow | undefined): string {
  if (amended === undefined) return '';
  const { cycles: say } = words.texts;
  const day = words.day(amended.postedAt);
  return amended.kind === 'granted'
    ? ` ${say.correctionAdded({ day, count: amended.free + amended.paid })}`
    : ` ${say.correctionTook({ day })}`;
}

interface CycleTelling {
  readonly sentence: (cycle: RecordedCycle, inquiry: Inquiry, around: AroundCycle) => string;
  readonly rule: RuleName;
  readonly next: (cycle: RecordedCycle, inquiry: Inquiry) => string | null;
}

const CYCLE_TELLINGS: Record<Settlement['code'], CycleTelling> = {
  granted: {
    sentence: (cycle, { words }, around) =>
      [
        added(cycle, words),
        rolledOver(cycle, around, words),
        takenBack(cycle, words),
        balanceOf(cycle, words),
      ].join(''),
    rule: 'monthly',
    next: nextDate,
  },
  'no-monthly-grant': {
    sentence: (cycle, { words }, around) =>
      words.texts.cycles.noMonthly({ day: words.on(cycle.cycleOn), plan: words.plan(cycle.plan) }) +
      rolledOver(cycle, around, words) +
      balanceOf(cycle, words),
    rule: 'monthly',
    next: nextDate,
  },
  'before-program': {
    sentence: (cycle, { terms, words }) =>
      words.texts.cycles.beforeProgram({
        day: words.on(cycle.cycleOn),
        from: words.on(terms.termsOf(cycle.termsVersion)[0]?.effectiveFrom),
      }) + keptWhole(cycle, words),
    rule: 'program',
    next: nextDate,
  },
  'account-inactive': {
    sentence: (cycle, { words }) =>
      words.texts.cycles.suspended({ day: words.on(cycle.cycleOn) }) + keptWhole(cycle, words),
    rule: 'active-cycle',
    next: (cycle, inquiry) =>
      [nextDate(cycle, inquiry), inquiry.words.texts.cycles.missedStays()]
        .filter((one) => one !== null)
        .join(' '),
  },
};

function added({ cycleOn, free, paid, plan }: RecordedCycle, words: ZoneWords): string {
  const { cycles: say, rules, standing, listed } = words.texts;
  const day = words.on(cycleOn);
  if (paid === 0) return say.addedFree({ count: free, day });
  const parts = [
    ...(free > 0 ? [rules.partFree({ count: free })] : []),
    standing.partOf({ count: paid, plan: words.plan(plan) }),
  ];
  const lines = parts.length > 1 ? ` ${say.onTwoLines()}` : '';
  return `${say.added({ count: free + paid, day, parts: listed(parts) })}${lines}`;
}

function rolledOver(
  { opening, expired, cap }: RecordedCycle,
  around: AroundCycle,
  { texts: { cycles: say } }: ZoneWords,
): string {
  if (expired === 0) return '';
  const bought = around.hasBought ? ` ${say.boughtCount({ cap: cap ?? opening })}` : '';
  return ` ${say.expired({ expired, opening, cap: cap ?? opening })}${bought}`;
}

const takenBack = ({ recovered }: RecordedCycle, { texts }: ZoneWords): string =>
  recovered === 0 ? '' : ` ${texts.cycles.takenBack({ count: recovered })}`;

const balanceOf = ({ opening, closing }: RecordedCycle, { texts: { cycles: say } }: ZoneWords): string =>
  ` ${opening === closing ? say.stayed({ balance: closing }) : say.went({ opening, closing })}`;

const keptWhole = ({ opening }: RecordedCycle, { texts: { cycles: say } }: ZoneWords): string =>
  ` ${opening === 0 ? say.nothingExpired() : say.keptWhole({ count: opening })}`;

/** Only for the cycle that an account is in: an older one's next date has passed. */
function nextDate(cycle: RecordedCycle, inquiry: Inquiry): string | null {
  return cycle.cycleOn === inquiry.account.cycleOn ? nextBegins(inquiry) : null;
}

function settledTogether(
  { words }: Inquiry,
  cycle: RecordedCycle,
  together: readonly RecordedCycle[],
): Answer {
  const { cycles: say, listed } = words.texts;
  const dates = listed(together.slice(0, SHOWN_MAX).map((one) => words.on(one.cycleOn)));
  const more = together.length - SHOWN_MAX;
  const gave = together.filter((one) => one.free + one.paid > 0).length;
  return {
    subject: `cycle:${cycle.cycleOn}`,
    code: 'settled-together',
    sentence: say.together({
      count: together.length,
      moment: words.moment(cycle.postedAt),
      dates: more > 0 ? say.andMore({ dates, count: more }) : dates,
      each: onceEach(gave, together.length, words),
    }),
    evidence: {
      postedAt: iso(cycle.postedAt),
      cycles: together.map((one) => ({ cycleOn: one.cycleOn, free: one.free, paid: one.paid })),
    },
    rule: null,
    at: iso(cycle.postedAt),
    next: null,
  };
}

function onceEach(gave: number, cycles: number, { texts: { cycles: say } }: ZoneWords): string {
  if (gave === 0) return say.noneGave();
  if (gave === cycles) return say.eachGave();
  return say.someGave({ gave, others: cycles - gave });
}

/** Dates that a sentence names. */
const SHOWN_MAX = 6;

// ------------------------------------------------------------------------------- what happened around it

async function paymentsFor({ db, account }: Inquiry, on: LocalDate): Promise<RecordedDecision[]> {
  const payments = await listDecisionsOfKind(db, account.id, 'payment');
  return payments.filter((one) => textIn(one, 'failedOn') === on);
}

/** The welcome, where the account opened on that date. */
async function openedOn({ db, account, words }: Inquiry, on: LocalDate): Promise<RecordedDecision[]> {
  if (words.dateOf(account.trackedFrom) !== on) return [];
  return listDecisionsOf(db, account.id, 'welcome');
}

function latestStart(
  cycle: RecordedCycle | undefined,
  changes: readonly RecordedDecision[],
  on: LocalDate,
): LocalDate | undefined {
  const upgrades = changes.map((one) => textIn(one, 'anchorOn')).filter((start) => start !== undefined);
  return [...upgrades, ...(cycle ? [cycle.cycleOn] : [])]
    .filter((start) => start <= on)
    .toSorted()
    .at(-1);
}

// ------------------------------------------------------------------------------------------ no such cycle

/** A date that is no boundary: the cycle that it lies in is told instead, where there is one. */
async function withinACycle(
  inquiry: Inquiry,
  on: LocalDate,
  start: LocalDate | undefined,
): Promise<Answer[]> {
  const { account, words, db } = inquiry;
  const blank = { subject: `cycle:${on}`, rule: null, at: null, next: null };
  if (start !== undefined) {
    const sentence = words.texts.cycles.none({ day: words.on(on), start: words.on(start) });
    const answer = {
      ...blank,
      code: 'not-a-cycle',
      sentence,
      evidence: { cycleOn: on, liesInCycleOn: start },
    };
    return [answer, ...(await explainCycle(inquiry, start))];
  }
  const [first] = await listSpans(db, account.id);
  const taken = words.dateOf(account.trackedFrom) <= on;
  const { cycles: say } = words.texts;
  const here = { day: words.on(on), since: words.day(account.trackedFrom) };
  const sentence = taken
    ? say.firstNotBegun(here)
    : say.notHereThen({ ...here, count: account.openingBalance });
  const evidence = {
    cycleOn: on,
    trackedFrom: iso(account.trackedFrom),
    openingBalance: account.openingBalance,
    anchorOn: first?.anchorOn ?? account.anchorOn,
  };
  return [
    {
      ...blank,
      code: taken ? 'not-a-cycle' : 'before-take-over',
      sentence,
      evidence,
      next: nextBegins(inquiry),
    },
  ];
}
