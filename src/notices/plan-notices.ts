/** Changes of plan: an upgrade with its share of the month explained, and a payment that failed. */
import type { LocalDate } from '../domain/calendar.ts';
import { type NoticeContext, type Page, amounts, facts, paragraph, rules } from './page.ts';
import { connects, connectsWere, count, counted, day } from './words.ts';

export interface UpgradeFacts {
  readonly kind: 'upgrade';
  readonly paid: number;
  readonly free: number;
  readonly recovered: number;
  /** What Plus gives free in a whole cycle. */
  readonly plansFree: number;
  /** The cycle that the upgrade ended; undefined where the account opened on Plus. */
  readonly ended:
    { readonly fromCycleOn: LocalDate; readonly elapsedDays: number; readonly cycleDays: number } | undefined;
  /** The first day of the new cycle. */
  readonly startsOn: LocalDate;
  readonly balance: number;
  /** Whether nothing has ended or moved it since: then what comes next is as it was to be. */
  readonly stands: boolean;
}

export function upgradePage(told: UpgradeFacts, { nextCycleOn }: NoticeContext): Page {
  const { paid, free, recovered, plansFree, balance, startsOn, ended } = told;
  const added = paid + free - recovered;
  const next = nextCycleOn === null ? [] : [{ label: 'Next Connects', value: day(nextCycleOn) }];
  return {
    subject: added > 0 ? `Freelancer Plus: ${connects(added)} added` : `Freelancer Plus: ${begun(told)}`,
    preheader: `Your balance is ${connects(balance)}; nothing expired.`,
    headline: `Your Freelancer Plus membership has begun${added > 0 ? `: ${connects(added)} added` : ''}`,
    blocks: [
      paragraph(
        `${added > 0 ? `${connectsWere(added)} added` : sentence(begun(told))}. Everything you had before is still there, and a new billing cycle began on ` +
          `${day(startsOn)}.`,
      ),
      amounts('What was added', [
        { label: 'Connects of Freelancer Plus', amount: paid },
        { label: 'Owed Connects taken back', amount: -recovered },
        { label: 'Share of the free monthly Connects', amount: free },
      ]),
      facts(
        'Where you stand',
        { label: 'Balance after this', value: connects(balance), main: true },
        { label: 'New billing cycle from', value: day(startsOn) },
        ...next,
      ),
      rules([
        `The ${count(paid)} Connects of Freelancer Plus are added whole, on the day it begins.`,
        ended && shareRule(told, ended),
        recovered > 0
          ? `${connectsWere(recovered)} taken back at once: you owed them since a payment failed.`
          : undefined,
        nextCycleOn === null || !told.stands
          ? undefined
          : `Your billing cycle counts from ${day(startsOn)} now. From ${day(nextCycleOn)} every cycle brings ` +
            `${count(plansFree)} free Connects and ${count(paid)} of the membership.`,
      ]),
    ],
  };
}

/** What no Connects came of. */
const begun = ({ recovered }: UpgradeFacts): string =>
  recovered > 0 ? `its ${connects(recovered)} went to what you owed` : 'your membership has begun';

const sentence = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);

function shareRule({ free, plansFree }: UpgradeFacts, ended: NonNullable<UpgradeFacts['ended']>): string {
  const { fromCycleOn, elapsedDays, cycleDays } = ended;
  return (
    `Of the free monthly Connects you get the share of the days that had passed: ${elapsedDays} of ` +
    `${counted(cycleDays, 'day')} of the cycle that began on ${day(fromCycleOn)}. ` +
    `${count(plansFree)} × ${elapsedDays} ÷ ${cycleDays}, rounded down, is ${count(free)}.`
  );
}

export interface PaymentFacts {
  readonly kind: 'payment-failed';
  /** The first day of the cycle that was not paid for. */
  readonly failedOn: LocalDate;
  readonly which: 'next-cycle' | 'current-cycle' | 'earlier-cycle';
  /** The paid part that the cycle had been given. */
  readonly paid: number;
  readonly reversed: number;
  readonly owed: number;
  /** With what was owed before. */
  readonly owedInAll: number;
  /** After it. */
  readonly balance: number;
  /** The day on which it counted: from then on the plan is Basic, unless only the next cycle is unpaid. */
  readonly decidedOn: LocalDate;
  /** What the member can do about it, as the account is when this is sent. */
  readonly remedy: Remedy;
}

export type Remedy = 'upgrade' | 'upgraded-again' | 'reinstatement' | 'none';

export function paymentPage(told: PaymentFacts, { nextCycleOn }: NoticeContext): Page {
  const { reversed, failedOn, which, balance, owedInAll, decidedOn } = told;
  const basicFrom = `from ${day(which === 'next-cycle' ? failedOn : decidedOn)}`;
  const headline = `Your payment failed: ${outcomeOf(told)}`;
  return {
    subject: headline,
    preheader: `Your plan is Freelancer Basic ${basicFrom}. Your balance is ${connects(balance)}.`,
    headline,
    blocks: [
      paragraph(
        `The payment for the billing cycle of ${day(failedOn)} failed. Your plan is Freelancer Basic ${basicFrom}.`,
      ),
      ...(reversed > 0
        ? [amounts('What changed', [{ label: 'Connects of Freelancer Plus taken back', amount: -reversed }])]
        : []),
      facts(
        'Where you stand',
        { label: 'Balance after this', value: connects(balance), main: true },
        ...(owedInAll > 0 ? [{ label: 'Owed', value: connects(owedInAll) }] : []),
        ...(nextCycleOn === null ? [] : [{ label: 'Next billing cycle', value: day(nextCycleOn) }]),
      ),
      rules([WHICH_RULES[which], owedRule(told), REMEDY_RULES[told.remedy]]),
    ],
  };
}

/** What is owed is as much the member's loss as what was taken. */
function outcomeOf({ reversed, owed }: PaymentFacts): string {
  if (reversed === 0) return owed > 0 ? `${connects(owed)} owed` : 'no Connects taken back';
  return `${connects(reversed)} taken back${owed > 0 ? `, ${count(owed)} owed` : ''}`;
}

function owedRule({ paid, owed, owedInAll }: PaymentFacts): string | undefined {
  if (owed === 0) return undefined;
  const before = owedInAll - owed;
  const spent = owed === paid ? 'all of them' : `${count(owed)} of them`;
  return (
    `The cycle had been given ${connects(paid)}, and ${spent} ${owed === 1 ? 'was' : 'were'} spent already. ` +
    'Those you owe: they come off the next Connects of a membership, never off free or bought ones.' +
    (before > 0
      ? ` Together with the ${count(before)} that you owed before, that is ${count(owedInAll)}.`
      : '')
  );
}

const WHICH_RULES: Record<PaymentFacts['which'], string> = {
  'next-cycle': 'That cycle had not begun, so nothing had been added for it and nothing was taken back.',
  'current-cycle':
    'The Connects that a membership adds to a cycle are taken back when the cycle is not paid for, as far as your ' +
    'balance goes.',
  'earlier-cycle': 'That cycle was over, so nothing was taken back.',
};

const REMEDY_RULES: Record<Remedy, string> = {
  upgrade:
    'To get the monthly Connects of Freelancer Plus again, mend your payment method and upgrade again.',
  'upgraded-again': 'You have upgraded again since; another email tells of that.',
  reinstatement: 'Your account is suspended: you can upgrade again once that has ended.',
  none: 'Your account is closed: there is nothing that you need to do.',
};
