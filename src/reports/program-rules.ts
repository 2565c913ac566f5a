/** The program in sentences: every rule with the numbers in force, and since when it has them. No server is asked. */
import { type Instant, type LocalDate, firstInstantOf } from '../domain/calendar.ts';
import { PLAN_NAMES, type PlanName, type Terms, type TermsRow, termsInForce } from '../domain/terms.ts';
import { type RuleName, heldSince, ruleText } from './explain/rules.ts';
import { type Texts, textsFor } from '../texts/catalogue.ts';

export interface ProgramRule {
  readonly name: string;
  /** The plan that it is told for; null for one that is the same for all. */
  readonly plan: PlanName | null;
  readonly text: string;
  /** Since when it stands as it does, however often other numbers changed meanwhile. */
  readonly since: LocalDate;
}

export interface ProgramRules {
  readonly on: LocalDate;
  /** Null before the program: then there are no rules, and nothing is added. */
  readonly inForceFrom: LocalDate | null;
  /** The next date on which a number changes; null where none is known. */
  readonly changesOn: LocalDate | null;
  readonly programFrom: LocalDate;
  readonly rules: readonly ProgramRule[];
  /** Everything that is given, in one sentence. */
  readonly rewards: string;
  /** What members ask for, and no rule says. */
  readonly noRules: string;
}

interface Told {
  readonly name: string;
  /** Whom it concerns; everybody where it is left out. */
  readonly plans?: readonly PlanName[];
  /** Told of each of these plans by itself. */
  readonly each?: true;
  /** Undefined where the terms have no such rule. */
  readonly text: (row: TermsRow, plan: PlanName, texts: Texts) => string | undefined;
}

const FREELANCERS: readonly PlanName[] = ['basic', 'plus'];

const asExplained = (name: RuleName, more: Partial<Told> = {}): Told => ({
  name,
  text: (row, plan, texts) => ruleText(name, row, plan, texts),
  ...more,
});

/** Only while interviews earn anything. */
const whileAwarded = (name: RuleName): Told => ({
  name,
  text: (row, plan, texts) => (row.interview ? ruleText(name, row, plan, texts) : undefined),
});

const ALL: readonly Told[] = [
  asExplained('monthly', { each: true }),
  {
    name: 'billing-date',
    text: (row, plan, texts) =>
      ruleText(row.monthEnd === 'clamp' ? 'dates-clamped' : 'dates-first-of-next', row, plan, texts),
  },
  asExplained('active-cycle'),
  {
    name: 'expiry',
    text: (_row, _plan, { program: say }) => say.expiry(),
  },
  asExplained('welcome', { plans: FREELANCERS }),
  asExplained('readiness-test', { plans: FREELANCERS }),
  asExplained('interview'),
  {
    name: 'interview-lines',
    text: ({ interview }, _plan, { program: say }) => {
      if (interview === null) return undefined;
      return interview.asTwoEntries ? say.twoLines() : say.oneLine();
    },
  },
  whileAwarded('full-window'),
  whileAwarded('interview-needs-proposal'),
  whileAwarded('one-award'),
  whileAwarded('active-award'),
  asExplained('upgrade', { plans: FREELANCERS }),
  asExplained('downgrade', { plans: FREELANCERS }),
  asExplained('payment', { plans: FREELANCERS }),
  asExplained('spending'),
  asExplained('one-proposal'),
  asExplained('returns'),
  asExplained('correction'),
];

/**
 * The rules of a date, by the row in force then.
 * @param at the instant whose terms are told; the date's beginning in UTC where undefined
 * @param only the rules of one plan
 * @param texts in which they are told; English where left out
 */
export function programRules(
  terms: Terms,
  on: LocalDate,
  only?: PlanName,
  at: Instant = firstInstantOf(on, 'UTC'),
  texts = textsFor(null),
): ProgramRules {
  const programFrom = (terms[0] as TermsRow).effectiveFrom;
  const row = termsInForce(terms, at);
  const changesOn =
    terms.find((one) => one.effectiveFrom > (row?.effectiveFrom ?? ''))?.effectiveFrom ?? null;
  if (!row)
    return {
      on,
      inForceFrom: null,
      changesOn,
      programFrom,
      rules: [],
      rewards: texts.rules.program({ day: texts.day(programFrom) }),
      noRules: texts.program.noRules(),
    };
  const plans = only ? [only] : PLAN_NAMES;
  return {
    on,
    inForceFrom: row.effectiveFrom,
    changesOn,
    programFrom,
    rules: ALL.flatMap((told) => rulesOf(told, { terms, row, texts }, plans)),
    rewards: rewardsOf(row, plans, texts),
    noRules: texts.program.noRules(),
  };
}

interface Telling {
  readonly terms: Terms;
  readonly row: TermsRow;
  readonly texts: Texts;
}

function rulesOf(told: Told, { terms, row, texts }: Telling, asked: readonly PlanName[]): ProgramRule[] {
  const plans = asked.filter((plan) => told.plans?.includes(plan) ?? true);
  const each = told.each ? plans : plans.slice(0, 1);
  return each.flatMap((plan) => {
    const text = told.text(row, plan, texts);
    if (text === undefined) return [];
    const since = heldSince(terms, row, (earlier) => told.text(earlier, plan, texts));
    return [{ name: told.name, plan: told.each ? plan : null, text, since }];
  });
}

function rewardsOf(row: TermsRow, plans: readonly PlanName[], texts: Texts): string {
  const { program: say, words, listed } = texts;
  const freelancer = plans.some((plan) => FREELANCERS.includes(plan));
  const monthly = plans.filter((plan) => row.plans[plan].free + row.plans[plan].paid > 0);
  const phrases = listed(monthly.map((plan) => words.planPhrase({ plan })));
  const parts = [
    ...(monthly.length > 0 ? [say.monthlyOf({ plans: phrases })] : []),
    ...(freelancer && row.welcome > 0 ? [say.welcome({ count: row.welcome })] : []),
    ...(freelancer && row.readinessTest > 0 ? [say.readinessTest({ count: row.readinessTest })] : []),
    ...(row.interview ? [say.reply({ count: row.interview.award })] : []),
    ...(plans.includes('plus') ? [say.upgrade({ plus: words.planPhrase({ plan: 'plus' }) })] : []),
  ];
  return say.rewards({ all: listed(parts) });
}
