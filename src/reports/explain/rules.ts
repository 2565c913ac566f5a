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
  interview: ({ interview }) =>
    interview === null
      ? 'Interview requests no longer earn Connects.'
      : `Replying to an interview request about your proposal earns ${connects(interview.award)}, with at most ` +
        `${interview.windowMax} in any ${counted(interview.windowDays, 'day')} of 24 hours, by when you replied.`,
  'interview-needs-proposal': () =>
    'Only an interview request about a proposal that you sent earns Connects. An invite without a proposal, or a ' +
    'straight offer, earns none.',
  'one-award': () => 'Each proposal earns one interview award.',
  'active-award': () => 'Interview awards are given only while the account is active.',
  upgrade: ({ plans }) =>
    `An upgrade adds the ${plans.plus.paid} Connects of ${planPhrase('plus')} at once, and of its ` +
    `${plans.plus.free} free ones the share of the days of the cycle that have passed, rounded down. A new billing ` +
    'cycle starts that day.',
  downgrade: () => 'A change to Freelancer Basic takes effect with the next billing cycle; the dates stay.',
  payment: () =>
    "When the payment for the current cycle fails, the plan's Connects of that cycle are taken back. What was spent " +
    'already is owed, and taken from the next Connects of a plan.',
  spending: () => 'An active account can spend the Connects it has, and no more.',
  returns: () => 'For a proposal no more comes back than was spent on it, interview awards included.',
  'one-proposal': () => 'A proposal is charged once.',
  correction: () => 'A correction never takes a balance below zero.',
} satisfies Record<string, RuleText>;

export type RuleName = keyof typeof RULES;

/** A rule as a row of the terms has it. */
export const ruleText = (name: RuleName, row: TermsRow, plan: PlanName): string => RULES[name](row, plan);

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
    const text = RULES[name](row, by.plan ?? 'basic');
    return { text, effectiveFrom: row.effectiveFrom, termsVersion: by.version };
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
