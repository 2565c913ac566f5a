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

export const formatAmount = (count: number): string => count.toLocaleString('en-US');

/** `1 Connect`, `2 Connects`. */
export const connects = (count: number): string =>
  `${formatAmount(count)} ${count === 1 ? 'Connect' : 'Connects'}`;

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

/** What an operator gave as the reason, in one line: the end of an answer, a sentence of its own. */
export function reasonGiven(
  reason: string | null | undefined,
  { standing }: Pick<Texts, 'standing'> = textsFor(null),
): string {
  if (!reason) return '';
  const told = standing.reason({ reason: plainLine(reason.trim()).replace(/\.$/, '') });
  return ` ${told.replace(/(?<=[!?…])\.$/, '')}`;
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

/** Instants as a clock on the wall of one zone shows them, in one language. */
export class ZoneWords {
  readonly zone: string;
  readonly texts: Texts;

  /** @param told a BCP 47 tag, English where there is none; or the texts themselves */
  constructor(zone: string, told?: string | Texts | null) {
    this.zone = zone;
    this.texts = typeof told === 'object' && told !== null ? told : textsFor(told);
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

  /** `16 March 2021, 10:00`. */
  moment(at: Instant): string {
    return this.texts.moment(at, this.zone);
  }

  /** Of instants that are told together: all to the second, where minutes make two of them look the same. */
  momentsOf(all: readonly Instant[]): (at: Instant) => string {
    return this.#areAlike(all) ? (at) => this.texts.exact(at, this.zone) : (at) => this.moment(at);
  }

  /**
   * From when on something holds, never told too early: at the next whole minute, with the offset in an hour that happens
   * twice.
   * @param beside instants that are told with it, and must not look the same
   */
  momentFrom(at: Instant, ...beside: readonly Instant[]): string {
    const unit = this.#areAlike([at, ...beside]) ? SECOND_MS : MINUTE_MS;
    const rounded = Math.ceil(at / unit) * unit;
    const local = DateTime.fromMillis(rounded, { zone: this.zone });
    const text = this.texts.exact(rounded, this.zone);
    return local.getPossibleOffsets().length > 1 ? `${text} (UTC${local.toFormat('ZZ')})` : text;
  }

  #areAlike(all: readonly Instant[]): boolean {
    return new Set(all.map((one) => this.moment(one))).size < new Set(all).size;
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

type SumWords = Texts['sums'];
/** A message about one amount. */
type SumName = {
  [Name in keyof SumWords]: SumWords[Name] extends (told: { count: number }) => string ? Name : never;
}[keyof SumWords];

const GAINS: Readonly<Record<HistoryType, SumName>> = {
  monthly: 'monthly',
  expired: 'expired',
  welcome: 'welcome',
  interview: 'interviews',
  proposal: 'proposals',
  plan: 'plusStart',
  purchase: 'bought',
  return: 'returned',
  adjustment: 'correction',
};

/** As what came is told, by kind: `60 for interviews`. */
export const gainName = (kind: EntryKind): SumName => GAINS_OF_KIND[kind] ?? GAINS[typeOfKind(kind)];

const GAINS_OF_KIND: Partial<Record<EntryKind, SumName>> = {
  'readiness-test': 'readinessTest',
  reversal: 'givenBack',
};

/** As what went is told, by kind: `12 for proposals`. */
export function lossName(kind: EntryKind, ofPayment: boolean): SumName {
  if (kind === 'reversal') return ofPayment ? 'payment' : 'takenBack';
  return LOSSES[kind] ?? 'correction';
}

const LOSSES: Partial<Record<EntryKind, SumName>> = {
  'rollover-expiry': 'expired',
  recovery: 'owed',
  spend: 'spent',
  proposal: 'proposals',
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
