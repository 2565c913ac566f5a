/** The program in sentences: every rule with the numbers in force, and since when it has them. No server is asked. */
import { type Instant, type LocalDate, firstInstantOf } from '../domain/calendar.ts';
import { PLAN_NAMES, type PlanName, type Terms, type TermsRow, termsInForce } from '../domain/terms.ts';
import { type RuleName, heldSince, ruleText } from './explain/rules.ts';
import { connects, dayWords, listed, planPhrase } from './member-words.ts';

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
  readonly text: (row: TermsRow, plan: PlanName) => string | undefined;
}

const FREELANCERS: readonly PlanName[] = ['basic', 'plus'];

const asExplained = (name: RuleName, more: Partial<Told> = {}): Told => ({
  name,
  text: (row, plan) => ruleText(name, row, plan),
  ...more,
});

/** Only while interviews earn anything. */
const whileAwarded = (name: RuleName): Told => ({
  name,
  text: (row, plan) => (row.interview ? ruleText(name, row, plan) : undefined),
});

const ALL: readonly Told[] = [
  asExplained('monthly', { each: true }),
  {
    name: 'billing-date',
    text: (row, plan) =>
      ruleText(row.monthEnd === 'clamp' ? 'dates-clamped' : 'dates-first-of-next', row, plan),
  },
  asExplained('active-cycle'),
  {
    name: 'expiry',
    text: () =>
      'Connects expire only when a billing cycle begins, and only what is above the rollover limit then: bought, earned ' +
      'and free ones alike. There is no other date on which they expire.',
  },
  asExplained('welcome', { plans: FREELANCERS }),
  asExplained('readiness-test', { plans: FREELANCERS }),
  asExplained('interview'),
  {
    name: 'interview-lines',
    text: ({ interview }) => {
      if (interview === null) return undefined;
      return interview.asTwoEntries
        ? 'An interview award shows on two lines of one sum: what comes back of the proposal, and the rest.'
        : 'An interview award shows on one line.';
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
 */
export function programRules(
  terms: Terms,
  on: LocalDate,
  only?: PlanName,
  at: Instant = firstInstantOf(on, 'UTC'),
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
      rewards: `The program starts on ${dayWords(programFrom)}; nothing is added before it.`,
      noRules: NO_RULES,
    };
  const plans = only ? [only] : PLAN_NAMES;
  return {
    on,
    inForceFrom: row.effectiveFrom,
    changesOn,
    programFrom,
    rules: ALL.flatMap((told) => rulesOf(told, terms, row, plans)),
    rewards: rewardsOf(row, plans),
    noRules: NO_RULES,
  };
}

function rulesOf(told: Told, terms: Terms, row: TermsRow, asked: readonly PlanName[]): ProgramRule[] {
  const plans = asked.filter((plan) => told.plans?.includes(plan) ?? true);
  const each = told.each ? plans : plans.slice(0, 1);
  return each.flatMap((plan) => {
    const text = told.text(row, plan);
    if (text === undefined) return [];
    const since = heldSince(terms, row, (earlier) => told.text(earlier, plan));
    return [{ name: told.name, plan: told.each ? plan : null, text, since }];
  });
}

function rewardsOf(row: TermsRow, plans: readonly PlanName[]): string {
  const freelancer = plans.some((plan) => FREELANCERS.includes(plan));
  const monthly = plans.filter((plan) => row.plans[plan].free + row.plans[plan].paid > 0);
  const parts = [
    ...(monthly.length > 0 ? [`the monthly Connects of ${listed(monthly.map(planPhrase))}`] : []),
    ...(freelancer && row.welcome > 0 ? [`${connects(row.welcome)} of welcome`] : []),
    ...(freelancer && row.readinessTest > 0 ? [`${connects(row.readinessTest)} for the Readiness Test`] : []),
    ...(row.interview ? [`${connects(row.interview.award)} for a reply to an interview request`] : []),
    ...(plans.includes('plus') ? [`what an upgrade to ${planPhrase('plus')} adds`] : []),
  ];
  return `These are all the rewards there are: ${listed(parts)}. Nothing else earns Connects.`;
}

const NO_RULES =
  'No rule gives Connects from one account to another, brings them back after a number of days, or makes single ones ' +
  'expire by their age.';
