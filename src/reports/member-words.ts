/** How a member reads it: plans, Connects, dates and the lines of Connects History. No codes, no jargon. */
import { DateTime } from 'luxon';
import type { EntryKind, PostedEntry } from '../domain/account.ts';
import { type Instant, type LocalDate, isLocalDate, localDateOf } from '../domain/calendar.ts';
import type { PlanName } from '../domain/terms.ts';
import { type Texts, textsFor } from '../texts/catalogue.ts';
import { plainLine } from '../plain-text.ts';

const PLAN_TITLES: Record<PlanName, string> = {
  basic: 'Freelancer Basic',
  plus: 'Freelancer Plus',
  agency: 'Agency',
};

export const planTitle = (plan: string): string => PLAN_TITLES[plan as PlanName] ?? plan;

/** Within a sentence: `Freelancer Plus`, `the Agency plan`. */
export const planPhrase = (plan: string): string => (plan === 'agency' ? 'the Agency plan' : planTitle(plan));

export const formatAmount = (count: number): string => count.toLocaleString('en-US');

/** `1 Connect`, `2 Connects`. */
export const connects = (count: number): string =>
  `${formatAmount(count)} ${count === 1 ? 'Connect' : 'Connects'}`;

/** `1 Connect was`, `2 Connects were`. */
export const connectsWere = (count: number): string => `${connects(count)} ${wasOrWere(count)}`;

export const wasOrWere = (count: number): string => (count === 1 ? 'was' : 'were');

/** `1 day`, `2 days`. */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${formatAmount(count)} ${count === 1 ? one : many}`;

/** `a`, `a and b`, `a, b and c`. */
export function listed(parts: readonly string[]): string {
  const last = parts.at(-1) ?? '';
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(', ')} and ${last}`;
}

/** `+10`, `−4`. */
export const signed = (amount: number): string =>
  amount < 0 ? `−${formatAmount(-amount)}` : `+${formatAmount(amount)}`;

/** `16 March 2021`; `a day that is not recorded` where there is none. */
export function dayWords(on: LocalDate | null | undefined): string {
  const day = DateTime.fromISO(on ?? '', { zone: 'utc', locale: 'en' });
  return day.isValid ? day.toFormat('d LLLL yyyy') : 'a day that is not recorded';
}

/** `the 1st`, `the 22nd`: of a month. */
export function dayOfMonth(on: LocalDate): string {
  const day = Number(on.slice(8, 10));
  const teen = day >= 11 && day <= 13;
  const ending = teen ? 'th' : (['th', 'st', 'nd', 'rd'][day % 10] ?? 'th');
  return `the ${day}${ending}`;
}

/** What an operator gave as the reason, in one line: the end of an answer, a sentence of its own. */
export const reasonGiven = (
  reason: string | null | undefined,
  { standing }: Pick<Texts, 'standing'> = textsFor(null),
): string => (reason ? ` ${standing.reason({ reason: plainLine(reason.trim()).replace(/\.$/, '') })}` : '');

/** Instants as a clock on the wall of one zone shows them, in one language. */
export class ZoneWords {
  readonly zone: string;
  readonly texts: Texts;

  /** @param locale a BCP 47 tag; English where there is none */
  constructor(zone: string, locale?: string | null) {
    this.zone = zone;
    this.texts = textsFor(locale);
  }

  dateOf(at: Instant): LocalDate {
    return localDateOf(at, this.zone);
  }

  /** `16 March 2021`; `a day that is not recorded` where there is none. */
  on(date: LocalDate | null | undefined): string {
    return isLocalDate(date ?? '') ? this.texts.day(date ?? '') : this.texts.words.unknownDay();
  }

  /** Within a sentence: `Freelancer Plus`, `the Agency plan`. */
  plan(plan: string): string {
    return this.texts.words.planPhrase({ plan });
  }

  /** Of an account: `active`. */
  status(status: string | undefined): string {
    return this.texts.words.status({ status: status ?? '' });
  }

  /** `16 March 2021`. */
  day(at: Instant): string {
    return this.texts.dayAt(at, this.zone);
  }

  /** Where the instant itself decides: `16 March 2021, 10:00`, with seconds and their parts where there are any. */
  exact(at: Instant): string {
    return this.texts.exact(at, this.zone);
  }

  /** `16 March 2021, 10:00`. */
  moment(at: Instant): string {
    return this.texts.moment(at, this.zone);
  }
}

/** What a line of Connects History is about; the names that `--type` takes. */
export const HISTORY_TYPES = [
  'monthly',
  'expired',
  'welcome',
  'interview',
  'proposal',
  'plan',
  'purchase',
  'return',
  'adjustment',
] as const;
export type HistoryType = (typeof HISTORY_TYPES)[number];

const TYPE_WORDS: Record<HistoryType, string> = {
  monthly: 'monthly',
  expired: 'expired',
  welcome: 'welcome and Readiness Test',
  interview: 'for interviews',
  proposal: 'for proposals',
  plan: 'with the start of Freelancer Plus',
  purchase: 'bought',
  return: 'returned',
  adjustment: 'by correction',
};

/** What came, by kind: `60 for interviews`. */
export const gainWords = (kind: EntryKind): string => GAIN_WORDS[kind] ?? TYPE_WORDS[typeOfKind(kind)];

const GAIN_WORDS: Partial<Record<EntryKind, string>> = {
  welcome: 'of welcome',
  'readiness-test': 'for the Readiness Test',
  reversal: 'given back by correction',
};

/** What went, by kind: `12 for proposals`. */
export function lossWords(kind: EntryKind, ofPayment: boolean): string {
  if (kind === 'reversal') return ofPayment ? 'taken back for a failed payment' : 'taken back by correction';
  return LOSS_WORDS[kind] ?? 'by correction';
}

const LOSS_WORDS: Partial<Record<EntryKind, string>> = {
  'rollover-expiry': 'expired',
  recovery: 'taken back because they were owed',
  spend: 'spent',
  proposal: 'for proposals',
};

const TYPES: Readonly<Record<EntryKind, HistoryType>> = {
  'rollover-expiry': 'expired',
  'monthly-free': 'monthly',
  'monthly-plan': 'monthly',
  recovery: 'plan',
  welcome: 'welcome',
  'readiness-test': 'welcome',
  'interview-refund': 'interview',
  'interview-award': 'interview',
  'upgrade-plan': 'plan',
  'upgrade-free': 'plan',
  reversal: 'plan',
  spend: 'proposal',
  proposal: 'proposal',
  purchase: 'purchase',
  return: 'return',
  adjustment: 'adjustment',
};

/** The kinds of entry that a history type stands for; a reversal is of the one or the other, by what it took back. */
export const kindsOfType = (type: HistoryType): EntryKind[] =>
  (Object.keys(TYPES) as EntryKind[]).filter(
    (kind) => TYPES[kind] === type || (kind === 'reversal' && type === 'adjustment'),
  );

export const typeOfEntry = ({ kind, subject }: Pick<PostedEntry, 'kind' | 'subject'>): HistoryType =>
  kind === 'reversal' && !subject.startsWith('payment:') ? 'adjustment' : typeOfKind(kind);

export const typeOfKind = (kind: EntryKind): HistoryType => TYPES[kind] ?? 'adjustment';

/** A line's action; opening on Plus is no upgrade, and what an operator's reversal of a run took back has no failed payment behind it. */
export function kindWords(
  { kind, subject, amount }: Pick<PostedEntry, 'kind' | 'subject' | 'amount'>,
  byOpening = false,
  { history }: Pick<Texts, 'history'> = textsFor(null),
): string {
  if (kind === 'upgrade-plan' && byOpening) return history.openedOnPlus();
  if (kind === 'reversal' && !subject.startsWith('payment:'))
    return amount < 0 ? history.correctionTaken() : history.correctionGiven();
  // A kind that came after these words is said as it is called.
  return kind in TYPES ? history[kind]() : kind;
}
