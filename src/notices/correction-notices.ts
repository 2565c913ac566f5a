/** What operators mend afterwards: past cycles added by a backfill, and a run that was taken back. */
import type { LocalDate } from '../domain/calendar.ts';
import { type NoticeContext, type Page, amounts, facts, groupedAmounts, paragraph, rules } from './page.ts';
import { connects, connectsWere, day } from './words.ts';

export interface BackfillFacts {
  readonly kind: 'backfill';
  /** Oldest first, at least one. */
  readonly cycles: readonly { readonly cycleOn: LocalDate; readonly free: number; readonly paid: number }[];
  readonly balance: number;
}

export interface ReversalFacts {
  readonly kind: 'reversal';
  /** What was taken (negative) or given back (positive), by cycle where it was one's. */
  readonly lines: readonly { readonly cycleOn: LocalDate | null; readonly amount: number }[];
  /** What should have been taken too, but had been spent. */
  readonly notTaken: number;
  readonly balance: number;
}

export function backfillPage({ cycles, balance }: BackfillFacts, context: NoticeContext): Page {
  const added = cycles.reduce((sum, one) => sum + one.free + one.paid, 0);
  const of = cycles.length === 1 ? 'a past billing cycle' : `${cycles.length} past billing cycles`;
  return {
    subject: `${connects(added)} added for ${of}`,
    preheader: `Your balance is ${connects(balance)}.`,
    headline: `${connects(added)} added for ${of}`,
    blocks: [
      paragraph(
        `${connectsWere(added)} missing on your account, and have been added now. There is nothing you need to do.`,
      ),
      groupedAmounts(
        'What was added',
        cycles.map((one) => ({
          title: `Cycle of ${day(one.cycleOn)}`,
          lines: [
            { label: 'Free monthly Connects', amount: one.free },
            { label: 'Monthly Connects of Freelancer Plus', amount: one.paid },
          ].filter((line) => line.amount > 0),
        })),
      ),
      standing(balance, context),
      rules([
        'Each past cycle is given what your plan gave at that time, once.',
        'Nothing expires for the past. At your next billing cycle the rollover limit counts as always.',
      ]),
    ],
  };
}

export function reversalPage({ lines, notTaken, balance }: ReversalFacts, context: NoticeContext): Page {
  const change = lines.reduce((sum, one) => sum + one.amount, 0);
  const said = change < 0 ? `${connects(-change)} taken back` : `${connects(change)} given back`;
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
