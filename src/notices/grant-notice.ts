/** "Your Connects are available": one per catch-up, however many cycles it settled. */
import {
  planTitle,
  count,
  connects,
  connectsHave,
  connectsWere,
  cycleDays,
  day,
  dayOfMonth,
} from './words.ts';
import type { Settlement } from '../domain/settle.ts';
import {
  type AmountGroup,
  type Facts,
  type NoticeContext,
  type Page,
  facts,
  groupedAmounts,
  paragraph,
  rules,
} from './page.ts';

export interface GrantFacts {
  readonly kind: 'grant';
  /** Oldest first, at least one. */
  readonly cycles: readonly Settlement[];
}

/** Cycles of which every line is shown; older ones are one line each. */
const DETAILED_MAX = 12;
/** Cycles that have a line at all; what is older is summed up in one. */
const LISTED_MAX = 60;

export function grantPage({ cycles }: GrantFacts, context: NoticeContext): Page {
  const last = cycles.at(-1);
  if (!last) throw new Error('a grant notice tells of at least one cycle');
  const given = sum(cycles, (one) => one.free + one.paid);
  const added = given - sum(cycles, (one) => one.recovered);
  const expired = sum(cycles, (one) => one.expired);
  const { nextCycleOn: nextOn } = context;
  const next = nextOn === null ? '' : ` Next date: ${day(nextOn)}.`;
  return {
    subject:
      given > 0 ? `Your Connects are available: ${count(added)} added` : `${connectsHave(expired)} expired`,
    preheader: `Your balance is ${connects(last.closing)}.${next}`,
    headline: given > 0 ? 'Your Connects are available' : 'Some of your Connects have expired',
    blocks: [
      paragraph(summary(cycles, { given, added, expired })),
      groupedAmounts('What changed', groupsOf(cycles), 'Change in all'),
      standing(last, context),
      rules([
        ...balanceRule(last),
        ...planRules(cycles),
        ...rolloverRules(cycles),
        ...recoveryRule(cycles),
        ...lateRule(cycles),
        dateRule(last, context),
      ]),
    ],
  };
}

function summary(
  cycles: readonly Settlement[],
  { given, added, expired }: { given: number; added: number; expired: number },
): string {
  const [first, last] = [cycles[0] as Settlement, cycles.at(-1) as Settlement];
  const of =
    cycles.length === 1
      ? `the billing cycle that began on ${day(last.cycleOn)}`
      : `${cycles.length} billing cycles, from ${day(first.cycleOn)} to ${day(last.cycleOn)}`;
  const lost = expired > 0 ? ` ${connectsOver(expired)} expired.` : '';
  if (given > 0) return `${connectsWere(added)} added for ${of}.${lost}`;
  return `${connects(expired)} expired at the start of ${of}.`;
}

const connectsOver = (amount: number): string => `${connects(amount)} above the rollover limit`;

function groupsOf(cycles: readonly Settlement[]): AmountGroup[] {
  const detailed = cycles.slice(-DETAILED_MAX);
  const short = cycles.slice(0, -DETAILED_MAX);
  const listed = short.slice(-LISTED_MAX);
  const older = short.slice(0, short.length - listed.length);
  const single = cycles.length === 1;
  return [
    ...(older.length > 0
      ? [inOneLine(`${older.length} cycles before ${day((listed[0] as Settlement).cycleOn)}`, older)]
      : []),
    ...(listed.length > 0
      ? [
          {
            title: 'Earlier cycles',
            lines: listed.map((one) => ({ label: day(one.cycleOn), amount: changeOf(one) })),
          },
        ]
      : []),
    ...detailed.map((one) => ({
      title: single ? undefined : `Cycle of ${day(one.cycleOn)}`,
      lines: linesOf(one),
    })),
  ];
}

const inOneLine = (label: string, cycles: readonly Settlement[]): AmountGroup => ({
  title: undefined,
  lines: [{ label, amount: sum(cycles, changeOf) }],
});

const changeOf = (one: Settlement): number => one.closing - one.opening;

/** In the order of the ledger; zero amounts are no lines. */
const linesOf = (cycle: Settlement): AmountGroup['lines'] =>
  [
    { label: `Expired, above the rollover limit of ${cycle.cap ?? 0}`, amount: -cycle.expired },
    { label: 'Free monthly Connects', amount: cycle.free },
    { label: `Monthly Connects of ${planTitle(cycle.plan)}`, amount: cycle.paid },
    { label: 'Owed Connects taken back', amount: -cycle.recovered },
  ].filter((one) => one.amount !== 0);

function standing(last: Settlement, context: NoticeContext): Facts {
  const { nextCycleOn: nextOn } = context;
  const balance = { label: 'Balance after this', value: connects(last.closing), main: true };
  if (nextOn === null) return facts('Where you stand', balance);
  const gives = last.free + last.paid > 0;
  return facts(
    'Where you stand',
    balance,
    { label: 'This billing cycle', value: cycleDays(context.cycleOn, nextOn) },
    { label: gives ? 'Next Connects' : 'Next billing cycle', value: day(nextOn) },
  );
}

// -------------------------------------------------------------------------------------------------- rules

function balanceRule({ carried, free, paid, recovered, closing }: Settlement): string[] {
  const added = free + paid - recovered;
  return [
    added === 0
      ? `Your balance: ${carried} rolled over.`
      : `Your balance: ${carried} rolled over and ${added} added make ${closing}.`,
  ];
}

function planRules(cycles: readonly Settlement[]): string[] {
  const sentences = cycles.flatMap(({ plan, free, paid }) => [
    ...(free > 0
      ? [`${planTitle(plan)} includes ${free} free Connects at the start of every billing cycle.`]
      : []),
    ...(paid > 0 ? [`${planTitle(plan)} adds ${paid} more in every cycle, as part of the membership.`] : []),
  ]);
  return [...new Set(sentences)];
}

/** Cycles whose expiry is told with its own numbers. */
const EXPIRIES_MAX = 3;

function rolloverRules(cycles: readonly Settlement[]): string[] {
  const expiring = cycles.filter((one) => one.expired > 0);
  return expiring
    .slice(-EXPIRIES_MAX)
    .map(
      ({ cycleOn, opening, expired, cap }) =>
        `On ${day(cycleOn)} you had ${opening} Connects. Up to ${cap ?? 0} roll over into a new cycle, so ${expired} ` +
        'expired; that happens before the new ones are added.',
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

const lateRule = (cycles: readonly Settlement[]): string[] =>
  cycles.length > 1 ? ['Several cycles were added together, each of them once.'] : [];

function dateRule(last: Settlement, context: NoticeContext): string | undefined {
  const { nextCycleOn: nextOn } = context;
  if (nextOn === null) return 'Your account is closed: there are no further billing cycles.';
  if (context.cycleOn !== last.cycleOn)
    return `Your plan has changed since: your billing cycle now counts from ${day(context.cycleOn)}.`;
  const [from, to] = [Number(last.cycleOn.slice(8, 10)), Number(nextOn.slice(8, 10))];
  return from === to && from <= 28
    ? `Your billing cycle begins on ${dayOfMonth(nextOn)} of every month.`
    : 'Your billing cycle begins on the same day of every month, or on the last day of a shorter one.';
}

const sum = (cycles: readonly Settlement[], of: (one: Settlement) => number): number =>
  cycles.reduce((total, one) => total + of(one), 0);
