/** A date ahead: whether a billing cycle begins on it, by the calendar itself, and what that would bring. */
import { type LocalDate, boundaryAfter, boundaryOn, firstInstantOf } from '../../domain/calendar.ts';
import { type SettlementCode, rolloverOf } from '../../domain/settle.ts';
import { monthEndOf, termsInForce } from '../../domain/terms.ts';
import type { ZoneWords } from '../member-words.ts';
import { type Answer, type Inquiry, comesBy, heldUpBy, iso, nextBegins } from './answer.ts';
import { hasBought } from './around-cycle.ts';
import { beginsAt, foreseen, nextCycleAnswer, wouldAdd } from './next-cycle.ts';

/** @param on the next boundary's date, or a later one; of a closed account, any after its current cycle's start */
export async function toCome(inquiry: Inquiry, on: LocalDate): Promise<Answer> {
  const { account } = inquiry;
  if (account.nextCycleOn === null) return closed(on, inquiry);
  const start = latestBoundary(inquiry, on);
  if (start !== on) return noBoundary(inquiry, on, start);
  const near = foreseen(inquiry, PLAYED_MAX).find((one) => one.cycleOn === on);
  if (!near) return farAhead(inquiry, on);
  return nextCycleAnswer(inquiry, near, `cycle:${on}`, near.expired > 0 && (await hasBought(inquiry)));
}

/** Boundaries that are played one after the other, to tell the balance too. */
const PLAYED_MAX = 60;

const closed = (on: LocalDate, { words }: Inquiry): Answer => ({
  subject: `cycle:${on}`,
  code: 'closed',
  sentence: words.texts.cycles.noneAfterClosing({ day: words.on(on) }),
  evidence: { cycleOn: on, nextCycleOn: null },
  rule: null,
  at: null,
  next: null,
});

/** Dates alone: they are the same in every zone. */
const calendarOf = ({ account, terms }: Inquiry) => ({
  anchorOn: account.anchorOn,
  zone: 'UTC',
  monthEnd: monthEndOf(terms.latest.terms),
});

/** The last boundary's date that is not after `on`. */
function latestBoundary(inquiry: Inquiry, on: LocalDate): LocalDate {
  const calendar = calendarOf(inquiry);
  return boundaryOn(calendar, boundaryAfter(calendar, on).n - 1);
}

const noBoundary = (inquiry: Inquiry, on: LocalDate, start: LocalDate): Answer => ({
  subject: `cycle:${on}`,
  code: 'not-a-cycle',
  sentence: inquiry.words.texts.cycles.noneByCalendar({
    day: inquiry.words.on(on),
    start: inquiry.words.on(start),
  }),
  evidence: { cycleOn: on, liesInCycleOn: start, nextCycleOn: inquiry.account.nextCycleOn },
  rule: null,
  at: null,
  next: nextBegins(inquiry),
});

/** What a boundary would add is known however far it is; what would expire depends on what is there by then. */
function farAhead(inquiry: Inquiry, on: LocalDate): Answer {
  const { account, terms, words, asOf } = inquiry;
  const plan = account.pendingPlan ?? account.plan;
  const startsAt = firstInstantOf(on, words.zone);
  const nextOn = boundaryAfter(calendarOf(inquiry), on).on;
  const row = termsInForce(terms.latest.terms, startsAt);
  const numbers = row?.plans[plan];
  const code = codeOf(inquiry, numbers);
  const { free, paid } = code === 'granted' && numbers ? numbers : { free: 0, paid: 0 };
  const cap = numbers ? rolloverOf(0, numbers.rolloverCap).cap : null;
  const due = startsAt <= asOf;
  return {
    subject: `cycle:${on}`,
    code: due ? 'overdue' : 'not-begun',
    sentence: `${opening(on, due, words)} ${bringing({ code, free, paid, plan, cap }, words)}`,
    evidence: {
      cycleOn: on,
      startsAt: iso(startsAt),
      nextOn,
      plan,
      free,
      paid,
      cap,
      code,
      zone: words.zone,
      balance: account.balance,
      heldUpBy: heldUpBy(inquiry),
    },
    rule: terms.rule(code === 'account-inactive' ? 'active-cycle' : 'monthly', {
      version: terms.latest.version,
      at: startsAt,
      plan,
    }),
    at: null,
    next: due ? comesBy(inquiry) : beginsAt(inquiry, { startsAt, nextOn }),
  };
}

function codeOf({ account }: Inquiry, numbers: { free: number; paid: number } | undefined): SettlementCode {
  if (!numbers) return 'before-program';
  if (account.status !== 'active') return 'account-inactive';
  return numbers.free + numbers.paid > 0 ? 'granted' : 'no-monthly-grant';
}

const opening = (on: LocalDate, due: boolean, { texts: { standing: say, day } }: ZoneWords): string =>
  (due ? say.hasBegun : say.cycleBegins)({ day: day(on) });

type Brought = Parameters<typeof wouldAdd>[0] & {
  readonly code: SettlementCode;
  readonly cap: number | null;
};

function bringing(brought: Brought, words: ZoneWords): string {
  const { cycles: say, standing } = words.texts;
  if (brought.code === 'account-inactive') return standing.suspendedBrings();
  if (brought.code === 'before-program') return standing.beforeProgramBrings();
  const { cap } = brought;
  const expiry = cap === null ? say.allWillRollOver() : say.aboveWillExpire({ cap });
  return say.ifNothingChanges({ adding: wouldAdd(brought, words), expiry });
}
