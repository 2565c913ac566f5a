/** What operators mend afterwards: past cycles added by a backfill, and a run that was taken back. */
import type { LocalDate } from '../domain/calendar.ts';
import {
  type Amounts,
  type CycleLine,
  type NoticeContext,
  type Page,
  amounts,
  cycleTable,
  facts,
  groupedAmounts,
  paragraph,
  rules,
} from './page.ts';
import { connects, connectsWere, day, shortDay } from './words.ts';

export interface BackfillFacts {
  readonly kind: 'backfill';
  /** Oldest first, at least one. */
  readonly cycles: readonly BackfilledCycle[];
  readonly balance: number;
}

interface BackfilledCycle {
  readonly cycleOn: LocalDate;
  readonly free: number;
  /** Whole; what of it went to what was owed is `recovered`. */
  readonly paid: number;
  readonly recovered: number;
  /** After it. */
  readonly balance: number;
}

export interface ReversalFacts {
  readonly kind: 'reversal';
  /** What was taken (negative) or given back (positive), by cycle where it was one's. */
  readonly lines: readonly { readonly cycleOn: LocalDate | null; readonly amount: number }[];
  /** What should have been taken too, but had been spent. */
  readonly notTaken: number;
  /** What the mistaken cycles had recovered of a debt, and is owed again. */
  readonly owed: number;
  readonly balance: number;
}

export function backfillPage({ cycles, balance }: BackfillFacts, context: NoticeContext): Page {
  const recovered = cycles.reduce((sum, one) => sum + one.recovered, 0);
  const added = cycles.reduce((sum, one) => sum + one.free + one.paid, 0) - recovered;
  const of = cycles.length === 1 ? 'a past billing cycle' : `${cycles.length} past billing cycles`;
  const headline =
    added > 0
      ? `${connects(added)} added for ${of}`
      : `${connects(recovered)} of ${of} went to what you owed`;
  const summary =
    added > 0
      ? `${connectsWere(added)} missing on your account, and ${added === 1 ? 'has' : 'have'} been added now.`
      : `${connectsWere(recovered)} missing on your account, and went to what you owed.`;
  return {
    subject: headline,
    preheader: `Your balance is ${connects(balance)}.`,
    headline,
    blocks: [
      paragraph(`${summary} There is nothing you need to do.`),
      additions(cycles),
      standing(balance, context),
      rules([
        'Each past cycle is given what your plan gave at that time, once.',
        recovered > 0
          ? `${connectsWere(recovered)} taken back at once: you owed them, because what a failed payment or a ` +
            'correction should have taken had been spent already.'
          : undefined,
        'Nothing expires for the past. At your next billing cycle the rollover limit counts as always.',
      ]),
      ...(cycles.length > DETAILED_MAX ? [cycleTable('By cycle', cycles.map(rowOf))] : []),
    ],
  };
}

/** Cycles that are shown line by line; of more there are sums by kind, and a row for each cycle. */
const DETAILED_MAX = 12;

function additions(cycles: readonly BackfilledCycle[]): Amounts {
  const title = 'What was added';
  if (cycles.length > DETAILED_MAX) return amounts(title, sumsOf(cycles));
  const groupOf = (one: BackfilledCycle) => ({
    title: `Cycle of ${day(one.cycleOn)}`,
    lines: sumsOf([one]),
  });
  return groupedAmounts(title, cycles.map(groupOf));
}

const rowOf = ({ cycleOn, free, paid, recovered, balance }: BackfilledCycle): CycleLine => ({
  label: shortDay(cycleOn),
  expired: 0,
  added: free + paid - recovered,
  balance,
});

/** In the order of the ledger; zero amounts are no lines. */
function sumsOf(cycles: readonly BackfilledCycle[]): { label: string; amount: number }[] {
  const sum = (of: (one: BackfilledCycle) => number) => cycles.reduce((total, one) => total + of(one), 0);
  return [
    { label: 'Free monthly Connects', amount: sum((one) => one.free) },
    { label: 'Monthly Connects of Freelancer Plus', amount: sum((one) => one.paid) },
    { label: 'Owed Connects taken back', amount: -sum((one) => one.recovered) },
  ].filter((one) => one.amount !== 0);
}

export function reversalPage(
  { lines, notTaken, owed, balance }: ReversalFacts,
  context: NoticeContext,
): Page {
  const change = lines.reduce((sum, one) => sum + one.amount, 0);
  const given = change > 0 ? `${connects(change)} given back` : 'no change in all';
  const said = change < 0 ? `${connects(-change)} taken back` : given;
  return {
    subject: `A correction: ${said}`,
    preheader: `Your balance is ${connects(balance)}.`,
    headline: `A correction: ${said}`,
    blocks: [
      paragraph(
        'We had changed your Connects by mistake, and have corrected that. We are sorry for the trouble.',
      ),
      amounts(
        'What changed',
        lines.map((one) => ({
          label: one.cycleOn === null ? 'Correction' : `Correction of the cycle of ${day(one.cycleOn)}`,
          amount: one.amount,
        })),
      ),
      standing(balance, context),
      rules([
        'A correction undoes what the mistaken cycle added and what it let expire, and never takes a balance below zero.',
        notTaken > 0 ? `${connectsWere(notTaken)} spent already, and stayed as they are.` : undefined,
        owed > 0
          ? `${connects(owed)} that the mistaken cycle had put towards what you owe ${owed === 1 ? 'is' : 'are'} ` +
            'owed again.'
          : undefined,
        'Your history keeps both: the mistake and its correction.',
      ]),
    ],
  };
}

const standing = (balance: number, { nextCycleOn }: NoticeContext) =>
  facts(
    'Where you stand',
    { label: 'Balance after this', value: connects(balance), main: true },
    ...(nextCycleOn === null ? [] : [{ label: 'Next billing cycle', value: day(nextCycleOn) }]),
  );
