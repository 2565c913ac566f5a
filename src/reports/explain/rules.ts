/** The rules that answers point to, in a member's words, with the numbers of the terms that were in force. */
import type { Instant, LocalDate } from '../../domain/calendar.ts';
import { type PlanName, type Terms, type TermsRow, termsInForce } from '../../domain/terms.ts';
import type { TermsVersion } from '../../ledger/terms-versions.ts';
import { connects, counted, dayWords, planPhrase } from '../member-words.ts';

export interface Rule {
  readonly text: string;
  /** Since when these numbers hold. */
  readonly effectiveFrom: LocalDate;
  readonly termsVersion: number;
}

/** Which numbers a rule quotes. `plan` is the plan that it was applied to. */
type RuleText = (row: TermsRow, plan: PlanName) => string;

const RULES = {
  monthly: ({ plans }, plan) => {
    const { free, paid, rolloverCap } = plans[plan];
    const parts = [...(free > 0 ? [`${free} free`] : []), ...(paid > 0 ? [`${paid} of the plan`] : [])];
    const adds =
      parts.length > 0 ? `${planPhrase(plan)} adds ${parts.join(' and ')}` : `${planPhrase(plan)} adds none`;
    return `At the start of each billing cycle ${adds}. ${rollover(rolloverCap)}`;
  },
  'active-cycle': () =>
    'Monthly Connects are added only to an account that is active when its billing cycle starts.',
  program: (row) => `The program starts on ${dayWords(row.effectiveFrom)}; nothing is added before it.`,
  welcome: ({ welcome }) => `A new freelancer account gets ${connects(welcome)}, once.`,
  'readiness-test': ({ readinessTest }) =>
    `A freelancer who passes the Readiness Test gets ${connects(readinessTest)}, once, while the account is active.`,
  interview: ({ interview }) => earning(interview),
  'interview-on-two-lines': ({ interview }) =>
    `${earning(interview)} ` +
    (interview?.asTwoEntries
      ? 'Of that, what the proposal cost and has not come back yet is shown as a refund, the rest as an award.'
      : 'It is shown on one line.'),
  'full-window': ({ interview }) =>
    interview === null
      ? 'Interview requests no longer earn Connects.'
      : `Interview requests earn at most ${connects(interview.windowMax)} in any ` +
        `${counted(interview.windowDays, 'day')} of 24 hours, by when you replied. A reply that finds no room earns ` +
        'none, and its proposal can then never earn an award.',
  'interview-needs-proposal': () =>
    'Only an interview request about a proposal that you sent earns Connects. An invite without a proposal, or a ' +
    'straight offer, earns none.',
  'one-award': () => 'Each proposal earns one interview award.',
  'active-award': () => 'Interview awards are given only while the account is active.',
  upgrade: ({ plans }) =>
    `An upgrade adds the ${plans.plus.paid} Connects of ${planPhrase('plus')} at once, and of its ` +
    `${plans.plus.free} free ones the share of the days of the cycle that have passed, rounded down. A new billing ` +
    'cycle starts that day.',
  'opening-on-plus': ({ plans }) =>
    `An account that opens on ${planPhrase('plus')} gets the ${plans.plus.paid} Connects of the plan at once; its ` +
    `${plans.plus.free} free ones a month begin with the next billing cycle.`,
  'active-upgrade': () => 'An upgrade counts only while the account is active.',
  'one-upgrade': ({ plans }) =>
    `The ${plans.plus.paid} Connects of ${planPhrase('plus')} are added at once only when an account changes to that ` +
    'plan. An account that is on it has them with each billing cycle.',
  'agency-plan': () =>
    'An agency stays on the Agency plan: Freelancer Basic and Freelancer Plus are for freelancers.',
  downgrade: () =>
    'A change to Freelancer Basic takes effect with the next billing cycle; the dates stay. It can be withdrawn until ' +
    'then, which adds no Connects.',
  'plus-only': () =>
    'A change to Freelancer Basic, and a failed payment, concern only an account on Freelancer Plus.',
  payment: () =>
    'When the payment for a billing cycle fails, the plan becomes Freelancer Basic: with that cycle where it is the ' +
    "next one, else at once. Of the current cycle, the plan's Connects are taken back; what was spent already is owed, " +
    'and taken from the next Connects of a plan. Of an earlier cycle, none are taken back.',
  'dates-clamped': () =>
    'Billing cycles begin on one day of the month, the day that they are counted from; where a month is too short, on ' +
    'its last day. Only an upgrade moves that day.',
  'dates-first-of-next': () =>
    'Billing cycles begin on one day of the month, the day that they are counted from; a 29th, 30th or 31st counts as ' +
    'the 1st of the month after. Only an upgrade moves that day.',
  spending: () => 'An active account can spend the Connects it has, and no more.',
  returns: () =>
    'For a proposal no more comes back than was spent on it, refunds of interview awards included. Besides those, only ' +
    "the marketplace returns Connects, when it says that the client's job was cancelled or removed. A proposal that is " +
    'declined, withdrawn or left without an answer brings none back, and there is no time limit after which it would.',
  'one-proposal': () => 'A proposal is charged once.',
  correction: () => 'A correction never takes a balance below zero.',
} satisfies Record<string, RuleText>;

export type RuleName = keyof typeof RULES;

/** A rule as a row of the terms has it. */
export const ruleText = (name: RuleName, row: TermsRow, plan: PlanName): string => RULES[name](row, plan);

/** From which row on something has been told as `row` tells it, without a break. */
export function heldSince(
  terms: Terms,
  row: TermsRow,
  text: (row: TermsRow) => string | undefined,
): LocalDate {
  let index = terms.indexOf(row);
  while (index > 0 && text(terms[index - 1] as TermsRow) === text(row)) index -= 1;
  return (terms[index] ?? row).effectiveFrom;
}

const earning = (interview: TermsRow['interview']): string =>
  interview === null
    ? 'Interview requests no longer earn Connects.'
    : `Replying to an interview request about your proposal earns ${connects(interview.award)}, with at most ` +
      `${interview.windowMax} in any ${counted(interview.windowDays, 'day')} of 24 hours, by when you replied.`;

const rollover = (cap: number | null): string =>
  cap === null
    ? 'All Connects roll over.'
    : `Up to ${connects(cap)} roll over; what is above that expires first.`;

/** All versions of the terms, to find the numbers that decided something. */
export class TermsBook {
  readonly #versions: readonly TermsVersion[];

  /** @param versions at least one, in any order */
  constructor(versions: readonly TermsVersion[]) {
    this.#versions = versions.toSorted((a, b) => a.version - b.version);
  }

  /** When the first was stored: nothing was recorded here before. */
  get beganAt(): Instant {
    return Math.min(...this.#versions.map((one) => one.appliedAt));
  }

  /** As they were known at an instant not before that. */
  knownAt(at: Instant): TermsBook {
    return new TermsBook(this.#versions.filter((one) => one.appliedAt <= at));
  }

  /** What the next boundaries and events are decided by. */
  get latest(): TermsVersion {
    return this.#versions.at(-1) as TermsVersion;
  }

  /** The version that was the latest when something was posted by no run. */
  versionAt(postedAt: Instant): number {
    const applied = this.#versions.findLast((one) => one.appliedAt <= postedAt);
    return (applied ?? (this.#versions[0] as TermsVersion)).version;
  }

  termsOf(version: number): Terms {
    return (this.#versions.find((one) => one.version === version) ?? this.latest).terms;
  }

  /** A rule as it stood: by the recorded date of its numbers, or else by the instant at which it was applied. */
  rule(name: RuleName, by: RuleUse): Rule {
    const row = this.rowOf(by);
    const textOf = (one: TermsRow): string => ruleText(name, one, by.plan ?? 'basic');
    const effectiveFrom = heldSince(this.termsOf(by.version), row, textOf);
    return { text: textOf(row), effectiveFrom, termsVersion: by.version };
  }

  /** The numbers themselves; those of the program's beginning where none were in force yet. */
  rowOf(by: RuleUse): TermsRow {
    const terms = this.termsOf(by.version);
    return (
      terms.find((one) => one.effectiveFrom === by.termsFrom) ??
      termsInForce(terms, by.at) ??
      (terms[0] as TermsRow)
    );
  }
}

/** By which version of the terms, when, and on which plan a rule was applied. */
export interface RuleUse {
  readonly version: number;
  readonly at: Instant;
  readonly termsFrom?: LocalDate | undefined;
  readonly plan?: PlanName | undefined;
}
