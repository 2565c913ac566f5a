/** What a backfill is asked for, as an address or a form has it: the same fields as `connects backfill plan` takes. */
import { isKnownZone, isLocalDate } from '../../domain/calendar.ts';
import { BACKFILL_REASONS } from '../../domain/corrections/backfill.ts';
import { type DailyWindow, parseWindow } from '../../domain/corrections/window.ts';
import { accountIdField } from '../../domain/events/fields.ts';
import { PLAN_NAMES, type PlanName } from '../../domain/terms.ts';
import type { BackfillAsked } from '../../ledger/backfills.ts';
import type { Notify } from '../../ledger/runs.ts';
import { type DayOfGrid, spanOfMissing } from '../../reports/cycles-grid.ts';
import { counted } from '../../words.ts';
import { type Query, addressOf } from '../parts/addresses.ts';
import type { Fault } from '../parts/form.tsx';

/** An address has room for as many; more come from a file, on the command line. */
export const ACCOUNTS_MAX = 100;
const RATE_MAX = 100_000;

/** Reasons that are left alone unless they are asked for by name. */
export const INCLUDED = BACKFILL_REASONS.filter((one) => one !== 'absent');

export const NOTIFY: readonly (readonly [Notify, string])[] = [
  ['none', 'No email'],
  ['digest', 'One email each'],
  ['each', 'An email per cycle'],
];

/** As it was typed. */
export interface BackfillForm {
  readonly from: string;
  readonly to: string;
  readonly plan: string;
  readonly accounts: string;
  readonly include: readonly string[];
  readonly notify: string;
  readonly rate: string;
  /** Hours in which it may be worked on, such as `22:00-05:00`, and their zone. */
  readonly between: string;
  readonly zone: string;
}

/** @param of a field's values, as they were sent */
export function readForm(of: (name: string) => readonly string[]): BackfillForm {
  const one = (name: string): string => of(name)[0]?.trim() ?? '';
  return {
    from: one('from'),
    to: one('to'),
    plan: one('plan'),
    accounts: one('accounts'),
    include: of('include'),
    notify: one('notify') || 'none',
    rate: one('rate'),
    between: one('between'),
    zone: one('zone'),
  };
}

export interface Understood {
  readonly asked: BackfillAsked;
  readonly notify: Notify;
  readonly rate: number | null;
  readonly window?: DailyWindow;
}

export const isBlank = ({ from, to }: BackfillForm): boolean => from === '' && to === '';

export function understand(form: BackfillForm): Understood | readonly Fault[] {
  const faults = faultsOf(form);
  if (faults.length > 0) return faults;
  const accounts = [...new Set(idsIn(form.accounts))].toSorted();
  const include = INCLUDED.filter((one) => form.include.includes(one));
  const plan = form.plan === '' ? {} : { plan: form.plan as PlanName };
  const { from, to } = form;
  const window = parseWindow(form.between);
  return {
    asked: { from, to, ...(accounts.length > 0 ? { accounts } : plan), include },
    notify: form.notify as Notify,
    rate: form.rate === '' ? null : Number(form.rate),
    ...(window && { window: { ...window, zone: form.zone || 'UTC' } }),
  };
}

const idsIn = (text: string): string[] => text.split(/[\s,;]+/).filter((one) => one !== '');

function faultsOf({ from, to, plan, accounts, notify, rate, between, zone }: BackfillForm): Fault[] {
  const ids = idsIn(accounts);
  const odd = ids.find((one) => !accountIdField.safeParse(one).success);
  const faults: (Fault | false)[] = [
    !isLocalDate(from) && { name: 'from', what: 'Choose the first cycle date.' },
    !isLocalDate(to) && { name: 'to', what: 'Choose the last cycle date.' },
    isLocalDate(from) &&
      isLocalDate(to) &&
      from > to && { name: 'to', what: 'The last date is before the first.' },
    plan !== '' && !isPlan(plan) && { name: 'plan', what: 'There is no such plan.' },
    plan !== '' && ids.length > 0 && { name: 'accounts', what: 'Name accounts, or a plan, and not both.' },
    odd !== undefined && { name: 'accounts', what: `${odd.slice(0, 64)} is no account id.` },
    ids.length > ACCOUNTS_MAX && {
      name: 'accounts',
      what: `Name at most ${ACCOUNTS_MAX} here: a longer list is a file for the command line.`,
    },
    !NOTIFY.some(([one]) => one === notify) && { name: 'notify', what: 'Choose which emails to send.' },
    between !== '' &&
      !parseWindow(between) && { name: 'between', what: 'Give two different times, such as 22:00-05:00.' },
    zone !== '' && !isKnownZone(zone) && { name: 'zone', what: 'Name a zone such as Europe/Berlin.' },
    zone !== '' && between === '' && { name: 'between', what: 'Give the hours whose zone this is.' },
    rate !== '' && !isRate(rate) && { name: 'rate', what: `Give accounts a second, from 1 to ${RATE_MAX}.` },
  ];
  return faults.filter((one) => one !== false);
}

const isPlan = (text: string): text is PlanName => (PLAN_NAMES as readonly string[]).includes(text);
export const isRate = (text: string): boolean =>
  /^\d{1,6}$/.test(text) && Number(text) >= 1 && Number(text) <= RATE_MAX;

/** The page that asks for the same. */
export const backfillAddress = (form: Partial<BackfillForm>): string => {
  const { include = [], ...rest } = form;
  const address = addressOf('/backfills/new', rest as Query);
  const more = include.map((one) => `include=${encodeURIComponent(one)}`).join('&');
  return more === '' ? address : `${address}${address.includes('?') ? '&' : '?'}${more}`;
};

/** The page that asks for what is missing on any of these days; undefined where nothing is. */
export function fillAddress(
  days: readonly DayOfGrid[],
  form: Partial<BackfillForm> = {},
): string | undefined {
  const span = spanOfMissing(days);
  return span && backfillAddress({ ...form, from: span.from, to: span.to });
}

/** `cycles of 14 Sep 2026 to 17 Sep 2026, all accounts`, without dates. */
export function whoseWords({ accounts, plan, include }: BackfillAsked): string {
  const who = accounts
    ? counted(accounts.length, 'account')
    : plan === undefined
      ? 'all accounts'
      : `accounts on ${plan}`;
  return include.length === 0 ? who : `${who}; also ${include.map(reasonWords).join(', ')}`;
}

/** What is no word that an operator says. */
const WORDS: Readonly<Record<string, string>> = {
  absent: 'never settled',
  'account-inactive': 'inactive then',
  'before-program': 'before the program',
  reversed: 'taken back since',
  'not-current': 'not current',
  'inactive-now': 'inactive now',
  'no-terms': 'no terms in force',
  'no-monthly-grant': 'without a monthly grant',
  'balance-limit': 'balance at its limit',
};

export const reasonWords = (reason: string): string => WORDS[reason] ?? reason;
