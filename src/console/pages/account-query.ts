/** What the address of an account's page says: which part of the history, which line is explained, what is asked. */
import { isLocalDate } from '../../domain/calendar.ts';
import type { HistoryFilter } from '../../reports/account-history.ts';
import type { HistoryType } from '../../reports/member-words.ts';
import { type Query, accountAddress, addressOf } from '../parts/addresses.ts';

export const RANGES = { '30d': 30, '90d': 90, '7m': 214, all: undefined } as const;
export type Range = keyof typeof RANGES;

export const RANGE_WORDS: Readonly<Record<Range, string>> = {
  '30d': '30 d',
  '90d': '90 d',
  '7m': '7 months',
  all: 'All',
};

/** Of the history, in the words of its tabs. */
export const HISTORY_TABS = {
  grants: ['Grants', ['monthly', 'welcome', 'plan']],
  proposals: ['Proposals', ['proposal', 'return']],
  interviews: ['Interviews', ['interview']],
  expired: ['Expired', ['expired']],
  purchases: ['Purchases', ['purchase']],
  corrections: ['Corrections', ['adjustment']],
} as const satisfies Readonly<Record<string, readonly [string, readonly HistoryType[]]>>;
export type HistoryTab = keyof typeof HISTORY_TABS;

export const HISTORY_DAYS = [7, 30, 90] as const;

export interface AccountQuery {
  readonly range: Range;
  readonly type: HistoryTab | undefined;
  readonly days: number | undefined;
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly before: number | undefined;
  /** The line that is explained in place. */
  readonly why: number | undefined;
  /** What was asked in the box. */
  readonly about: string | undefined;
}

const ASKED_MAX = 120;

/** What an address says and is no such thing counts as not said: a link that was cut off still leads to the account. */
export function readAccountQuery(query: Readonly<Record<string, string>>): AccountQuery {
  const { range, type, days, from, to, before, why, about } = query;
  const asked = about?.trim().slice(0, ASKED_MAX);
  return {
    range: isOneOf(RANGES, range) ? range : '7m',
    type: isOneOf(HISTORY_TABS, type) ? type : undefined,
    days: HISTORY_DAYS.find((one) => String(one) === days),
    from: dateOf(from),
    to: dateOf(to),
    before: numberOf(before),
    why: numberOf(why),
    about: asked === '' ? undefined : asked,
  };
}

function isOneOf<Names extends object>(names: Names, name: string | undefined): name is keyof Names & string {
  return name !== undefined && Object.hasOwn(names, name);
}

const dateOf = (text: string | undefined): string | undefined =>
  text !== undefined && isLocalDate(text) ? text : undefined;

const numberOf = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;

/** From and to stand before a number of days. */
export function filterOf({ type, days, from, to }: AccountQuery): HistoryFilter {
  const types = type === undefined ? undefined : HISTORY_TABS[type][1];
  return from === undefined && to === undefined ? { types, days } : { types, from, to };
}

/** The same page with some of it otherwise; what is undefined is left out. */
export function accountPage(
  id: string,
  query: AccountQuery,
  change: Partial<Record<keyof AccountQuery, Query[string]>> = {},
): string {
  const { range, ...rest } = { ...query, ...change };
  return addressOf(accountAddress(id), { range: range === '7m' ? undefined : range, ...rest });
}
