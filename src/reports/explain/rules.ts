/** The rules that answers point to, in a member's words, with the numbers of the terms that were in force. */
import type { Instant, LocalDate } from '../../domain/calendar.ts';
import { type PlanName, type Terms, type TermsRow, termsInForce } from '../../domain/terms.ts';
import type { TermsVersion } from '../../ledger/terms-versions.ts';
import { type Texts, textsFor } from '../../texts/catalogue.ts';

export interface Rule {
  readonly text: string;
  /** Since when these numbers hold. */
  readonly effectiveFrom: LocalDate;
  readonly termsVersion: number;
}

/** Which numbers a rule quotes. `plan` is the plan that it was applied to. */
type RuleText = (row: TermsRow, plan: PlanName, texts: Texts) => string;

const RULES = {
  monthly: ({ plans }, plan, texts) => {
    const { rules: say, words } = texts;
    const { free, paid, rolloverCap } = plans[plan];
    const limit = rolloverCap === null ? say.allRollOver() : say.rollOver({ cap: rolloverCap });
    const named = words.planPhrase({ plan });
    const parts = [
      ...(free > 0 ? [say.partFree({ count: free })] : []),
      ...(paid > 0 ? [say.partPlan({ count: paid })] : []),
    ];
    return parts.length > 0
      ? say.monthly({ plan: named, parts: texts.listed(parts), limit })
      : say.monthlyNone({ plan: named, limit });
  },
  'active-cycle': (_row, _plan, { rules: say }) => say.activeCycle(),
  program: (row, _plan, { rules: say, day }) => say.program({ day: day(row.effectiveFrom) }),
  welcome: ({ welcome }, _plan, { rules: say }) => say.welcome({ count: welcome }),
  'readiness-test': ({ readinessTest }, _plan, { rules: say }) => say.readinessTest({ count: readinessTest }),
  interview: ({ interview }, _plan, texts) => earning(interview, texts),
  'interview-on-two-lines': ({ interview }, _plan, texts) =>
    `${earning(interview, texts)} ${interview?.asTwoEntries ? texts.rules.onTwoLines() : texts.rules.onOneLine()}`,
  'full-window': ({ interview }, _plan, { rules: say }) =>
    interview === null
      ? say.noInterviews()
      : say.fullWindow({ most: interview.windowMax, days: interview.windowDays }),
  'interview-needs-proposal': (_row, _plan, { rules: say }) => say.needsProposal(),
  'one-award': (_row, _plan, { rules: say }) => say.oneAward(),
  'active-award': (_row, _plan, { rules: say }) => say.activeAward(),
  upgrade: ({ plans }, _plan, texts) => texts.rules.upgrade(plusOf(plans, texts)),
  'opening-on-plus': ({ plans }, _plan, texts) => texts.rules.openingOnPlus(plusOf(plans, texts)),
  'active-upgrade': (_row, _plan, { rules: say }) => say.activeUpgrade(),
  'one-upgrade': ({ plans }, _plan, texts) => texts.rules.oneUpgrade(plusOf(plans, texts)),
  'agency-plan': (_row, _plan, { rules: say }) => say.agencyPlan(),
  downgrade: (_row, _plan, { rules: say }) => say.downgrade(),
  'plus-only': (_row, _plan, { rules: say }) => say.plusOnly(),
  payment: (_row, _plan, { rules: say }) => say.payment(),
  'dates-clamped': (_row, _plan, { rules: say }) => say.datesClamped(),
  'dates-first-of-next': (_row, _plan, { rules: say }) => say.datesFirstOfNext(),
  spending: (_row, _plan, { rules: say }) => say.spending(),
  returns: (_row, _plan, { rules: say }) => say.returns(),
  'one-proposal': (_row, _plan, { rules: say }) => say.oneProposal(),
  correction: (_row, _plan, { rules: say }) => say.correction(),
} satisfies Record<string, RuleText>;

const plusOf = ({ plus: { free, paid } }: TermsRow['plans'], { words }: Texts) => ({
  free,
  paid,
  plus: words.planPhrase({ plan: 'plus' }),
});

const earning = (interview: TermsRow['interview'], { rules: say }: Texts): string =>
  interview === null
    ? say.noInterviews()
    : say.interviews({ award: interview.award, most: interview.windowMax, days: interview.windowDays });

export type RuleName = keyof typeof RULES;
export const RULE_NAMES = Object.keys(RULES) as readonly RuleName[];

/** A rule as a row of the terms has it. */
export const ruleText = (name: RuleName, row: TermsRow, plan: PlanName, texts = textsFor(null)): string =>
  RULES[name](row, plan, texts);

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

/** All versions of the terms, to find the numbers that decided something. */
export class TermsBook {
  readonly #versions: readonly TermsVersion[];
  /** In which rules are told. */
  readonly #texts: Texts;

  /** @param versions at least one, in any order */
  constructor(versions: readonly TermsVersion[], texts = textsFor(null)) {
    this.#versions = versions.toSorted((a, b) => a.version - b.version);
    this.#texts = texts;
  }

  /** When the first was stored: nothing was recorded here before. */
  get beganAt(): Instant {
    return Math.min(...this.#versions.map((one) => one.appliedAt));
  }

  /** As they were known at an instant not before that. */
  knownAt(at: Instant): TermsBook {
    return new TermsBook(
      this.#versions.filter((one) => one.appliedAt <= at),
      this.#texts,
    );
  }

  /** The same, with its rules in another language. */
  toldIn(texts: Texts): TermsBook {
    return new TermsBook(this.#versions, texts);
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
    const textOf = (one: TermsRow): string => ruleText(name, one, by.plan ?? 'basic', this.#texts);
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
