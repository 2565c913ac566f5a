/** Decisions on upgrades, downgrades and payments, as sentences. */
import { connects, connectsWere, counted, dayWords, listed, planPhrase } from '../member-words.ts';
import {
  type Inquiry,
  type Telling,
  type Tellings,
  type Told,
  amountIn,
  kindOf,
  occurredAt,
  ruleUseOf,
  textIn,
} from './answer.ts';

const asked = (told: Told, { words }: Inquiry): string => words.day(occurredAt(told));
const date = (told: Told, name: string): string => dayWords(textIn(told, name) ?? '');
const basic = planPhrase('basic');
const plus = planPhrase('plus');

/** Whether the plan began with the account: then no cycle ended, and no share of one was added. */
const byOpening = (told: Told): boolean => told.detail.elapsedDays === undefined;

function upgraded(told: Told, inquiry: Inquiry): string {
  const [paid, free, plansFree] = [
    amountIn(told, 'paid'),
    amountIn(told, 'free'),
    amountIn(told, 'plansFree'),
  ];
  const recovered = amountIn(told, 'recovered');
  const back = recovered > 0 ? ` ${connectsWere(recovered)} taken back at once, because you owed them.` : '';
  if (byOpening(told))
    return (
      `Your account opened on ${plus} on ${asked(told, inquiry)}: ${connects(paid)} of the plan were added at ` +
      `once.${back} The ${plansFree} free ones a month begin with your next billing cycle.`
    );
  const [elapsed, length] = [amountIn(told, 'elapsedDays'), amountIn(told, 'cycleDays')];
  return (
    `You upgraded to ${plus} on ${asked(told, inquiry)}: ${connects(paid + free)} were added instead of ` +
    `${paid + plansFree}. That is ${paid} of the plan, and ${free} of its ${plansFree} free ones, because ${elapsed} of ` +
    `the ${counted(length, 'day')} of the billing cycle that ended had passed (${plansFree} × ${elapsed} ÷ ${length}, ` +
    `rounded down).${back}`
  );
}

const fullFromNext = (told: Told, inquiry: Inquiry): string => {
  const { free, paid } = inquiry.terms.rowOf(ruleUseOf(inquiry, told)).plans.plus;
  return `From the billing cycle of ${date(told, 'nextCycleOn')} on, all ${free + paid} are added each time.`;
};

function paymentFailed(told: Told, { words }: Inquiry): string {
  const on = date(told, 'failedOn');
  const told_ = words.day(told.at);
  const [reversed, owed] = [amountIn(told, 'reversed'), amountIn(told, 'owed')];
  switch (textIn(told, 'which')) {
    case 'next-cycle':
      return `The payment for the billing cycle of ${on} failed before it began: your plan is ${basic} from then on.`;
    case 'earlier-cycle':
      return (
        `The payment for an earlier billing cycle, of ${on}, failed: your plan is ${basic} since ${told_}. No ` +
        'Connects were taken back.'
      );
    default: {
      const missing =
        owed > 0 ? `; ${connectsWere(owed)} spent already, and you owe ${owed === 1 ? 'it' : 'them'}` : '';
      const taken =
        reversed + owed === 0
          ? 'No Connects of the plan had been added, so none were taken back'
          : `${connects(reversed)} of the plan's ${amountIn(told, 'paid')} ${reversed === 1 ? 'was' : 'were'} taken back${missing}`;
      return `The payment for the billing cycle of ${on} failed: your plan is ${basic} since ${told_}. ${taken}.`;
    }
  }
}

const afterPayment = (told: Told, { account }: Inquiry): string | null =>
  account.owed > 0
    ? `The ${connects(account.owed)} that you owe come off the next Connects of a paid plan. Your monthly free ones stay whole.`
    : amountIn(told, 'owed') > 0
      ? 'Nothing is owed any more.'
      : 'Nothing is owed.';

const refusedBecause =
  (reason: (told: Told) => string) =>
  (told: Told, inquiry: Inquiry): string =>
    `Your change of plan of ${asked(told, inquiry)} changed nothing: ${reason(told)}.`;

export const PLAN_TELLINGS: Tellings = {
  upgraded: { sentence: upgraded, rule: 'upgrade', next: fullFromNext },
  'before-program': {
    sentence: (told, inquiry) =>
      `${byOpening(told) ? `Your account opened on ${plus}` : `You upgraded to ${plus}`} on ${asked(told, inquiry)}. ` +
      `No Connects were added, because the program started later, on ${date(told, 'programFrom')}.`,
    rule: 'program',
    next: (told) => `Your next billing cycle then began on ${date(told, 'nextCycleOn')}.`,
  },
  'downgrade-pending': {
    sentence: (told, inquiry) =>
      `On ${asked(told, inquiry)} you asked to change to ${basic}. You keep ${plus} until the billing cycle of ` +
      `${date(told, 'takesEffectOn')}, and change then.`,
    rule: 'downgrade',
  },
  'downgrade-cancelled': {
    sentence: (told, inquiry) =>
      `On ${asked(told, inquiry)} your change to ${planPhrase(textIn(told, 'withdrawn') ?? 'basic')} was ` +
      `withdrawn: you stay on ${planPhrase(textIn(told, 'plan') ?? 'plus')}. No Connects were added for that.`,
    rule: 'downgrade',
  },
  'already-on-plan': {
    sentence: refusedBecause(
      (told) =>
        `you were on ${planPhrase(textIn(told, 'plan') ?? 'plus')} already, so no Connects were added`,
    ),
    rule: 'upgrade',
  },
  'not-on-plan': {
    sentence: (told, inquiry) =>
      kindOf(told.subject) === 'payment'
        ? `The failed payment told on ${asked(told, inquiry)} changed nothing: you were on ` +
          `${planPhrase(textIn(told, 'plan') ?? 'basic')}, not on ${plus}.`
        : refusedBecause(() => `you were on ${planPhrase(textIn(told, 'plan') ?? 'basic')}, not on ${plus}`)(
            told,
            inquiry,
          ),
    rule: 'downgrade',
  },
  'not-eligible': {
    sentence: refusedBecause(() => 'agencies cannot change to a freelancer plan'),
    rule: 'upgrade',
  },
  'account-inactive': {
    sentence: refusedBecause((told) => `your account was ${textIn(told, 'status')}`),
    rule: 'upgrade',
    next: (_, { account }) =>
      account.status === 'closed'
        ? null
        : `An upgrade counts while your account is active; it is ${account.status} now.`,
  },
};

export const PAYMENT_TELLINGS: Tellings = {
  'payment-failed': { sentence: paymentFailed, rule: 'payment', next: afterPayment },
  'unknown-cycle': {
    sentence: (told, inquiry) =>
      `The failed payment told on ${asked(told, inquiry)}, for ${date(told, 'failedOn')}, changed nothing: no billing ` +
      `cycle of yours begins on that date. Yours ${listed(
        ['cycleOn', 'nextCycleOn']
          .filter((name) => textIn(told, name) !== undefined)
          .map((name) => dayWords(textIn(told, name) ?? '')),
      )} do.`,
    rule: 'payment',
  },
  'not-on-plan': PLAN_TELLINGS['not-on-plan'] as Telling,
};
