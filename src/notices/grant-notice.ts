/** "Your Connects are available": one per catch-up, however many cycles it settled. */
import type { LocalDate } from '../domain/calendar.ts';
import type { Settlement } from '../domain/settle.ts';
import {
  type Amounts,
  type CycleLine,
  type Facts,
  type NoticeContext,
  type Page,
  amounts,
  cycleTable,
  facts,
  groupedAmounts,
  paragraph,
  rules,
} from './page.ts';
import {
  connects,
  connectsHave,
  connectsWere,
  count,
  counted,
  cycleDays,
  day,
  dayOfMonth,
  planTitle,
  shortDay,
} from './words.ts';

export interface GrantFacts {
  readonly kind: 'grant';
  /** Oldest first, at least one. */
  readonly cycles: readonly Settlement[];
  /** When they were added, where that is a later day than that on which the last of them began. */
  readonly addedOn?: LocalDate | undefined;
  /** What has happened to the calendar since the last of them was settled. */
  readonly since?: Since | undefined;
}

export type Since =
  | { readonly what: 'later-cycle' }
  /** An upgrade ended the cycle early; since then they are counted from another date. */
  | { readonly what: 'plan-change'; readonly countsFromOn: LocalDate };

/** Cycles that are shown line by line; of more there are sums by kind, and a row for each cycle. */
const DETAILED_MAX = 12;
/** Rows; what is older is summed up in one. Mail programs cut off what is longer than 102 KB. */
const ROWS_MAX = 90;

export function grantPage(told: GrantFacts, context: NoticeContext): Page {
  const { cycles } = told;
  const last = cycles.at(-1);
  if (!last) throw new Error('a grant notice tells of at least one cycle');
  const given = sum(cycles, (one) => one.free + one.paid);
  const added = sum(cycles, addedBy);
  const expired = sum(cycles, (one) => one.expired);
  return {
    subject: subjectOf({ given, added, expired }),
    preheader: preheaderOf(last, expired, context),
    headline: headlineOf({ given, added, expired }),
    blocks: [
      paragraph(summary(cycles, { given, added, expired })),
      changes(cycles),
      standing(last, told, context),
      rules([
        ...balanceRule(last),
        ...planRules(cycles),
        ...rolloverRules(cycles),
        ...recoveryRule(cycles),
        ...lateRule(told),
        dateRule(last, told, context),
      ]),
      // A long table comes last: whoever is not interested has read all else.
      ...(cycles.length > DETAILED_MAX ? [cycleTable('By cycle', rowsOf(cycles))] : []),
    ],
  };
}

interface Sums {
  readonly given: number;
  readonly added: number;
  readonly expired: number;
}

/** Whoever loses more than is added must not learn of it from the body alone. */
function subjectOf({ given, added, expired }: Sums): string {
  if (given === 0) return `${connectsHave(expired)} expired`;
  const lost = expired > 0 ? `, ${count(expired)} expired` : '';
  if (added === 0) return `Your billing cycle: ${connects(given)} went to what you owed${lost}`;
  return `Your Connects are available: ${count(added)} added${lost}`;
}

function headlineOf({ given, added }: Sums): string {
  if (given === 0) return 'Some of your Connects have expired';
  return added > 0 ? 'Your Connects are available' : 'Your new Connects went to what you owed';
}

function preheaderOf({ closing }: Settlement, expired: number, { nextCycleOn }: NoticeContext): string {
  const lost = expired > 0 ? ` ${connectsOver(expired)} expired.` : '';
  const next = nextCycleOn === null ? '' : ` Next date: ${day(nextCycleOn)}.`;
  return `Your balance is ${connects(closing)}.${lost}${next}`;
}

function summary(cycles: readonly Settlement[], { given, added, expired }: Sums): string {
  const [first, last] = [cycles[0] as Settlement, cycles.at(-1) as Settlement];
  const of =
    cycles.length === 1
      ? `the billing cycle that began on ${day(last.cycleOn)}`
      : `${cycles.length} billing cycles, from ${day(first.cycleOn)} to ${day(last.cycleOn)}`;
  const lost = expired > 0 ? ` ${connectsOver(expired)} expired.` : '';
  if (given > 0 && added === 0) return `The ${connects(given)} for ${of} went to what you owed.${lost}`;
  if (given > 0) return `${connectsWere(added)} added for ${of}.${lost}`;
  return `${connectsOver(expired)} expired at the start of ${of}.`;
}

const connectsOver = (amount: number): string => `${connects(amount)} above the rollover limit`;

function changes(cycles: readonly Settlement[]): Amounts {
  const [title, total] = ['What changed', 'Change in all'];
  if (cycles.length > DETAILED_MAX) return amounts(title, sumsOf(cycles), total);
  const groupOf = (one: Settlement) => ({
    title: cycles.length === 1 ? undefined : `Cycle of ${day(one.cycleOn)}`,
    lines: sumsOf([one]),
  });
  return groupedAmounts(title, cycles.map(groupOf), total);
}

/** In the order of the ledger; zero amounts are no lines. */
function sumsOf(cycles: readonly Settlement[]): { label: string; amount: number }[] {
  const caps = [...new Set(cycles.filter((one) => one.expired > 0).map((one) => one.cap ?? 0))];
  const plan = cycles.findLast((one) => one.paid > 0)?.plan ?? 'plus';
  const limit = caps.length === 1 ? ` of ${count(caps[0] ?? 0)}` : '';
  return [
    { label: `Expired, above the rollover limit${limit}`, amount: -sum(cycles, (one) => one.expired) },
    { label: 'Free monthly Connects', amount: sum(cycles, (one) => one.free) },
    { label: `Monthly Connects of ${planTitle(plan)}`, amount: sum(cycles, (one) => one.paid) },
    { label: 'Owed Connects taken back', amount: -sum(cycles, (one) => one.recovered) },
  ].filter((one) => one.amount !== 0);
}

function rowsOf(cycles: readonly Settlement[]): CycleLine[] {
  const shown = cycles.slice(-ROWS_MAX);
  const older = cycles.slice(0, -ROWS_MAX);
  const rowOf = (label: string, of: readonly Settlement[]): CycleLine => ({
    label,
    expired: sum(of, (one) => one.expired),
    added: sum(of, addedBy),
    balance: of.at(-1)?.closing ?? 0,
  });
  return [
    ...(older.length > 0 ? [rowOf(`${counted(older.length, 'cycle')} before`, older)] : []),
    ...shown.map((one) => rowOf(shortDay(one.cycleOn), [one])),
  ];
}

const addedBy = ({ free, paid, recovered }: Settlement): number => free + paid - recovered;

/** As the settlement left it: what has changed since has an email of its own. */
function standing(last: Settlement, { since }: GrantFacts, { nextCycleOn }: NoticeContext): Facts {
  const title = 'Where you stand';
  const balance = { label: 'Balance after this', value: connects(last.closing), main: true };
  if (nextCycleOn === null) return facts(title, balance);
  const next = { label: 'Next billing cycle', value: day(nextCycleOn) };
  if (since?.what === 'plan-change')
    return facts(
      title,
      balance,
      { label: 'Billing cycles count from', value: day(since.countsFromOn) },
      next,
    );
  const days = cycleDays(last.cycleOn, nextCycleOn);
  if (since)
    return facts(
      title,
      balance,
      { label: 'Billing cycle of this email', value: days },
      { ...next, label: 'The cycle after it' },
    );
  const gives = last.free + last.paid > 0;
  return facts(
    title,
    balance,
    { label: 'This billing cycle', value: days },
    gives ? { ...next, label: 'Next Connects' } : next,
  );
}

// -------------------------------------------------------------------------------------------------- rules

function balanceRule({ carried, free, paid, recovered, closing }: Settlement): string[] {
  const added = free + paid - recovered;
  return [
    added === 0
      ? `Your balance: ${count(carried)} rolled over.`
      : `Your balance: ${count(carried)} rolled over and ${count(added)} added make ${count(closing)}.`,
  ];
}

function planRules(cycles: readonly Settlement[]): string[] {
  const sentences = cycles.flatMap(({ plan, free, paid }) => [
    ...(free > 0
      ? [`${planTitle(plan)} includes ${count(free)} free Connects at the start of every billing cycle.`]
      : []),
    ...(paid > 0
      ? [`${planTitle(plan)} adds ${count(paid)} more in every cycle, as part of the membership.`]
      : []),
  ]);
  return [...new Set(sentences)];
}

/** Cycles whose expiry is told with its own numbers. */
const EXPIRIES_MAX = 3;

function rolloverRules(cycles: readonly Settlement[]): string[] {
  const expiring = cycles.filter((one) => one.expired > 0);
  const earlier = expiring.length - EXPIRIES_MAX;
  const likewise =
    `At the start of ${counted(earlier, 'earlier cycle')} Connects expired likewise: what was above the rollover ` +
    'limit on that day, and no more.';
  return [
    ...expiring.slice(-EXPIRIES_MAX).map(rolloverRule),
    ...(earlier > 0 ? [likewise] : []),
    ...(expiring.length > 0 ? ['Free, earned and bought Connects all count towards that limit.'] : []),
  ];
}

function rolloverRule({ cycleOn, opening, expired, cap, free, paid }: Settlement): string {
  const order = free + paid > 0 ? '; that happens before the new ones are added.' : '.';
  return (
    `On ${day(cycleOn)} you had ${connects(opening)}. Up to ${count(cap ?? 0)} roll over into a new cycle, so ` +
    `${count(expired)} expired${order}`
  );
}

function recoveryRule(cycles: readonly Settlement[]): string[] {
  const recovered = sum(cycles, (one) => one.recovered);
  if (recovered === 0) return [];
  return [
    `${connectsWere(recovered)} taken back: a payment failed after you had spent them, so you owed them to the ` +
      'next Connects of your membership.',
  ];
}

function lateRule({ cycles, addedOn }: GrantFacts): string[] {
  if (cycles.length > 1)
    return [`Several cycles were added together${addedOn ? ` on ${day(addedOn)}` : ''}, each of them once.`];
  return addedOn ? [`This was done on ${day(addedOn)}, later than the cycle began.`] : [];
}

function dateRule(last: Settlement, { since }: GrantFacts, { nextCycleOn }: NoticeContext): string {
  if (nextCycleOn === null) return 'Your account is closed: there are no further billing cycles.';
  if (since?.what === 'plan-change')
    return `Your plan has changed since: your billing cycle now counts from ${day(since.countsFromOn)}.`;
  if (since)
    return 'A later billing cycle has begun since. This email does not tell of it, and the balance above is that of before.';
  const [from, to] = [Number(last.cycleOn.slice(8, 10)), Number(nextCycleOn.slice(8, 10))];
  return from === to && from <= 28
    ? `Your billing cycle begins on ${dayOfMonth(nextCycleOn)} of every month.`
    : 'Your billing cycle begins on the same day of every month, or on the last day of a shorter one.';
}

const sum = (cycles: readonly Settlement[], of: (one: Settlement) => number): number =>
  cycles.reduce((total, one) => total + of(one), 0);
