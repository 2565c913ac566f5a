/**
 * The program's terms: every number it grants by, as data with an effective date.
 *
 * Numbers and dates of the built-in rows: Upwork's announcement "More Connects to win more of the work you love"
 * (Dec 2020, updated 23 Jul 2021).
 */
import { z } from 'zod';
import { type Instant, type LocalDate, firstInstantOf, isLocalDate } from './calendar.ts';

export const PLAN_NAMES = ['basic', 'plus', 'agency'] as const;
export type PlanName = (typeof PLAN_NAMES)[number];

/** The largest amount that any single number of the program may be. */
export const AMOUNT_MAX = 1_000_000;

const count = z.int().min(0).max(AMOUNT_MAX);

const planSchema = z.strictObject({
  free: count,
  paid: count,
  /** null carries everything, 0 carries nothing. */
  rolloverCap: count.nullable(),
});

const interviewSchema = z.strictObject({
  /** Not 0: what ends the reward is null. */
  award: z.int().min(1).max(AMOUNT_MAX),
  windowMax: count,
  windowDays: z.int().min(1).max(366),
  asTwoEntries: z.boolean(),
});

export const rowSchema = z.strictObject({
  effectiveFrom: z.string().refine(isLocalDate, 'expected a date that exists, YYYY-MM-DD'),
  plans: z.strictObject({ basic: planSchema, plus: planSchema, agency: planSchema }),
  welcome: count,
  readinessTest: count,
  interview: interviewSchema.nullable(),
  monthEnd: z.enum(['clamp', 'first-of-next']),
});

export type PlanTerms = Readonly<z.infer<typeof planSchema>>;
export type InterviewTerms = Readonly<z.infer<typeof interviewSchema>>;
/** The numbers that hold from 00:00 UTC of `effectiveFrom` until the next row's. */
export type TermsRow = Readonly<z.infer<typeof rowSchema>>;
/** At least one row, in order of `effectiveFrom`, all with the same `monthEnd`. */
export type Terms = readonly TermsRow[];

/** One thing wrong with a file: where (`1.plans.basic.free`), and what was expected. */
export interface Fault {
  readonly where: string;
  readonly what: string;
}

export type ParsedTerms =
  { readonly ok: true; readonly terms: Terms } | { readonly ok: false; readonly faults: readonly Fault[] };

/** The most rows that a file of terms may have. */
export const TERMS_ROWS_MAX = 1_000;

/** Unknown → terms, or every fault at once (so that a file is mended in one go). */
export function parseTerms(input: unknown): ParsedTerms {
  if (!Array.isArray(input)) return fault('(file)', 'expected a list of rows: [{ "effectiveFrom": … }, …]');
  if (input.length === 0) return fault('(file)', 'expected at least one row');
  if (input.length > TERMS_ROWS_MAX) return fault('(file)', `expected at most ${TERMS_ROWS_MAX} rows`);
  const parsed = input.map((row) => rowSchema.safeParse(row));
  const faults = parsed.flatMap((row, index) =>
    (row.error?.issues ?? []).map((issue) => ({
      where: [index, ...issue.path].join('.'),
      what: issue.message,
    })),
  );
  faults.push(...faultsBetweenRows(input));
  if (faults.length > 0) return { ok: false, faults };
  return { ok: true, terms: parsed.map((row) => row.data as TermsRow) };
}

const fault = (where: string, what: string): ParsedTerms => ({ ok: false, faults: [{ where, what }] });

/** Looked for in the raw rows, so that a misspelt number does not hide a wrong order. */
function faultsBetweenRows(rows: readonly { effectiveFrom?: unknown; monthEnd?: unknown }[]): Fault[] {
  const faults: Fault[] = [];
  for (const [index, row] of rows.entries()) {
    const previous = rows[index - 1];
    if (previous === undefined || !isObject(previous) || !isObject(row)) continue;
    const { effectiveFrom: from, monthEnd } = row;
    if (
      typeof from === 'string' &&
      typeof previous.effectiveFrom === 'string' &&
      from <= previous.effectiveFrom
    )
      faults.push({
        where: `${index}.effectiveFrom`,
        what: `expected a date after ${previous.effectiveFrom}, the row before`,
      });
    if (
      typeof monthEnd === 'string' &&
      typeof previous.monthEnd === 'string' &&
      monthEnd !== previous.monthEnd
    )
      faults.push({
        where: `${index}.monthEnd`,
        what: `expected ${JSON.stringify(previous.monthEnd)}, as in every row`,
      });
  }
  return faults;
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;

/** The latest row not after the instant; undefined before the first: the program has not begun. */
export function termsInForce(terms: Terms, at: Instant): TermsRow | undefined {
  for (let index = terms.length - 1; index >= 0; index -= 1) {
    const row = terms[index] as TermsRow;
    if (effectiveAt(row) <= at) return row;
  }
  return undefined;
}

/** 00:00 UTC of the row's date. */
export const effectiveAt = (row: { readonly effectiveFrom: LocalDate }): Instant =>
  firstInstantOf(row.effectiveFrom, 'UTC');

export const monthEndOf = (terms: Terms): TermsRow['monthEnd'] => (terms[0] as TermsRow).monthEnd;

const december2020: TermsRow = {
  effectiveFrom: '2020-12-01',
  plans: {
    basic: { free: 10, paid: 0, rolloverCap: 200 },
    plus: { free: 10, paid: 70, rolloverCap: 200 },
    agency: { free: 0, paid: 0, rolloverCap: 400 },
  },
  welcome: 40,
  readinessTest: 40,
  interview: { award: 10, windowMax: 50, windowDays: 7, asTwoEntries: false },
  monthEnd: 'clamp',
};

/** Version 1 of the terms: the program as announced, and the two history lines per award since 23 Jul 2021. */
export const builtInTerms: Terms = [
  december2020,
  {
    ...december2020,
    effectiveFrom: '2021-07-23',
    interview: { award: 10, windowMax: 50, windowDays: 7, asTwoEntries: true },
  },
];
