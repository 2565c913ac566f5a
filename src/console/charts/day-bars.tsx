/** The three charts of bars that the console has: Connects per day behind, accounts due per day ahead, put aside per hour. */
import { planTitle } from '../../reports/member-words.ts';
import { counted } from '../../words.ts';
import { Bars, type BarSeries } from './bars.tsx';
import { dayLabel, shortDay } from './dates.ts';

export interface DayOfConnects {
  /** A date, as `2026-11-30`. */
  readonly on: string;
  readonly granted: number;
  /** Above zero. */
  readonly expired: number;
  readonly accounts?: number | undefined;
  readonly note?: string | undefined;
}

const CONNECTS: readonly BarSeries[] = [
  { name: 'Granted', fill: 'f-grant' },
  { name: 'Expired', fill: 'f-expire', isDown: true },
];

/** Granted upwards, expired downwards; the oldest day first. */
export const DailyConnects = ({ days }: { readonly days: readonly DayOfConnects[] }) => (
  <Bars
    label={`Connects granted and expired per day, ${counted(days.length, 'day')}`}
    of="Day"
    series={CONNECTS}
    moreHead="Accounts"
    bars={days.map(({ on, granted, expired, accounts, note }) => ({
      name: dayLabel(on),
      short: shortDay(on),
      amounts: [granted, expired],
      more: accounts === undefined ? undefined : counted(accounts, 'account'),
      note,
    }))}
  />
);

export interface DayAhead {
  readonly on: string;
  /** Accounts due, by plan; a plan that is left out has none. */
  readonly due: Readonly<Record<string, number>>;
  /** Connects that they will bring. */
  readonly connects?: number | undefined;
}

const PLANS = [
  ['basic', 'f-ahead2'],
  ['agency', 'f-mute'],
  ['plus', 'f-ahead'],
] as const;

/** The nearest day first. */
export const DuePerDay = ({ days }: { readonly days: readonly DayAhead[] }) => (
  <Bars
    label={`Accounts due per day by plan, ${counted(days.length, 'day')} ahead`}
    of="Day"
    series={PLANS.map(([plan, fill]) => ({ name: planTitle(plan), fill, verb: planTitle(plan) }))}
    moreHead="Connects"
    isPeakNamed
    bars={days.map(({ on, due, connects }) => ({
      name: dayLabel(on),
      short: shortDay(on),
      amounts: PLANS.map(([plan]) => due[plan] ?? 0),
      more: connects === undefined ? undefined : counted(connects, 'Connect'),
    }))}
  />
);

export interface HourPutAside {
  /** `07:00`, `−12 h`: as the axis has it. */
  readonly short: string;
  /** `29 Nov, 07:00 to 08:00 UTC`. */
  readonly name: string;
  /** Accounts, one number for each error. */
  readonly accounts: readonly number[];
}

const ERRORS = ['f-bad', 'f-expire', 'f-run', 'f-mute'] as const;

/** @param errors their codes, the most frequent first; from the fourth on they have one colour */
export const PutAsidePerHour = ({
  errors,
  hours,
}: {
  readonly errors: readonly string[];
  readonly hours: readonly HourPutAside[];
}) => (
  <Bars
    label={`Accounts put aside per hour, the last ${counted(hours.length, 'hour')}`}
    of="Hour"
    series={errors.map((name, index) => ({ name, fill: ERRORS[index] ?? 'f-mute', verb: name }))}
    width={1180}
    height={130}
    bars={hours.map(({ name, short, accounts }) => ({ name, short, amounts: accounts }))}
  />
);
