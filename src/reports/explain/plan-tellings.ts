/** Decisions on upgrades, downgrades and payments, as sentences. */
import { connects, connectsWere, counted, dayWords, planPhrase } from '../member-words.ts';
import {
  type Inquiry,
  type Telling,
  type Tellings,
  type Told,
  amountIn,
  isLate,
  kindOf,
  occurredAt,
  textIn,
  whenDecided,
} from './answer.ts';
import { CLOSED, whatComesNext } from './what-stands.ts';

const asked = (told: Told, { words }: Inquiry): string => words.day(occurredAt(told));
const date = (told: Told, name: string): string => dayWords(textIn(told, name));
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
    `the ${counted(length, 'day')} of the billing cycle that ended had passed${byDay(told, inquiry)} (${plansFree} × ` +
    `${elapsed} ÷ ${length}, rounded down).${back}`
  );
}

/** By which day the share is counted, where that is not the day of the upgrade. */
const byDay = (told: Told, { words }: Inquiry): string => (isLate(told) ? ` by ${words.day(told.at)}` : '');

/** Only until the first whole cycle begins, and as long as nothing has ended or moved it. */
function fullFromNext(told: Told, inquiry: Inquiry): string {
  const { account, terms } = inquiry;
  const { plan, pendingPlan, status, nextCycleOn, nextCycleAt } = account;
  const stands = plan === 'plus' && pendingPlan === null && status === 'active';
  if (!stands || nextCycleAt === null || nextCycleOn !== textIn(told, 'nextCycleOn'))
    return whatComesNext(inquiry);
  const { free, paid } = terms.rowOf({ version: terms.latest.version, at: nextCycleAt }).plans.plus;
  return `From the billing cycle of ${dayWords(nextCycleOn)} on, all ${free + paid} are added each time.`;
}

function paymentFailed(told: Told, inquiry: Inquiry): string {
  const { words } = inquiry;
  const on = date(told, 'failedOn');
  const became = `your plan became ${basic} on ${words.day(told.at)}`;
  const [reversed, owed] = [amountIn(told, 'reversed'), amountIn(told, 'owed')];
  switch (textIn(told, 'which')) {
    case 'next-cycle':
      return `The payment for the billing cycle of ${on} failed before it began: your plan ${changes(told, inquiry, 'failedOn')} to ${basic} with it.`;
    case 'earlier-cycle':
      return `The payment for an earlier billing cycle, of ${on}, failed: ${became}. No Connects were taken back.`;
    default: {
      // What has been paid off meanwhile is told next.
      const owe = inquiry.account.owed < owed ? 'owed' : 'owe';
      const missing =
        owed > 0 ? `; ${connectsWere(owed)} spent already, and you ${owe} ${owed === 1 ? 'it' : 'them'}` : '';
      const taken =
        reversed + owed === 0
          ? 'No Connects of the plan had been added, so none were taken back'
          : `${connects(reversed)} of the plan's ${amountIn(told, 'paid')} ${reversed === 1 ? 'was' : 'were'} taken back${missing}`;
      return `The payment for the billing cycle of ${on} failed: ${became}. ${taken}.`;
    }
  }
}

/** Whether a change that waited for a boundary still waits for it; else it may have come, or have been withdrawn. */
const stillWaits = (told: Told, { account }: Inquiry, boundary: string): boolean =>
  account.pendingPlan === 'basic' && account.nextCycleOn === textIn(told, boundary);

const changes = (told: Told, inquiry: Inquiry, boundary: string): string =>
  stillWaits(told, inquiry, boundary) ? 'changes' : 'was to change';

/** A closed account has no cycle with which it could change; what was withdrawn, or has happened, is not to come. */
function downgradePending(told: Told, inquiry: Inquiry): string {
  const first = `On ${asked(told, inquiry)} you asked to change to ${basic}.`;
  if (textIn(told, 'takesEffectOn') === undefined)
    return `${first} Your account was closed by then: no billing cycle begins any more with which the plan could change.`;
  const on = date(told, 'takesEffectOn');
  return stillWaits(told, inquiry, 'takesEffectOn')
    ? `${first} You keep ${plus} until the billing cycle of ${on}, and change then.`
    : `${first} That was to count from the billing cycle of ${on} on, with ${plus} until then.`;
}

function afterPayment(told: Told, { account }: Inquiry): string {
  if (account.owed === 0)
    return amountIn(told, 'owed') > 0 ? 'Nothing is owed any more.' : 'Nothing is owed.';
  if (account.status === 'closed') return CLOSED;
  return `The ${connects(account.owed)} that you owe come off the next Connects of a paid plan. Your monthly free ones stay whole.`;
}

const refusedBecause =
  (reason: (told: Told) => string) =>
  (told: Told, inquiry: Inquiry): string =>
    `Your change of plan of ${asked(told, inquiry)} changed nothing: ${reason(told)}.`;

export const PLAN_TELLINGS: Tellings = {
  upgraded: {
    sentence: upgraded,
    rule: (told) => (byOpening(told) ? 'opening-on-plus' : 'upgrade'),
    next: fullFromNext,
  },
  'before-program': {
    sentence: (told, inquiry) =>
      `${byOpening(told) ? `Your account opened on ${plus}` : `You upgraded to ${plus}`} on ${asked(told, inquiry)}. ` +
      `No Connects were added, because the program started later, on ${date(told, 'programFrom')}.`,
    rule: 'program',
    next: (_, inquiry) => whatComesNext(inquiry),
  },
  'downgrade-pending': {
    sentence: downgradePending,
    rule: 'downgrade',
    next: (told, inquiry) => (stillWaits(told, inquiry, 'takesEffectOn') ? null : whatComesNext(inquiry)),
  },
  'downgrade-cancelled': {
    sentence: (told, inquiry) =>
      `On ${asked(told, inquiry)} your change to ${planPhrase(textIn(told, 'withdrawn') ?? 'basic')} was ` +
      `withdrawn: you stayed on ${planPhrase(textIn(told, 'plan') ?? 'plus')}. No Connects were added for that.`,
    rule: 'downgrade',
  },
  'already-on-plan': {
    sentence: refusedBecause(
      (told) =>
        `you were on ${planPhrase(textIn(told, 'plan') ?? 'plus')} already${whenDecided(told)}, so no Connects were added`,
    ),
    rule: 'one-upgrade',
  },
  'not-on-plan': {
    sentence: (told, inquiry) =>
      kindOf(told.subject) === 'payment'
        ? `The failed payment told on ${asked(told, inquiry)} changed nothing: you were on ` +
          `${planPhrase(textIn(told, 'plan') ?? 'basic')}, not on ${plus}${whenDecided(told)}.`
        : refusedBecause(
            () =>
              `you were on ${planPhrase(textIn(told, 'plan') ?? 'basic')}, not on ${plus}${whenDecided(told)}`,
          )(told, inquiry),
    rule: 'plus-only',
  },
  'not-eligible': {
    sentence: refusedBecause(() => 'agencies cannot change to a freelancer plan'),
    rule: 'agency-plan',
  },
  'account-inactive': {
    sentence: refusedBecause((told) => `your account was ${textIn(told, 'status')}${whenDecided(told)}`),
    rule: 'active-upgrade',
    next: (_, { account }) =>
      account.status === 'closed'
        ? CLOSED
        : `An upgrade counts while your account is active; it is ${account.status} now.`,
  },
};

export const PAYMENT_TELLINGS: Tellings = {
  'payment-failed': { sentence: paymentFailed, rule: 'payment', next: afterPayment },
  'unknown-cycle': {
    sentence: (told, inquiry) => {
      const next = textIn(told, 'nextCycleOn');
      return (
        `The failed payment told on ${asked(told, inquiry)}, for ${date(told, 'failedOn')}, changed nothing: no billing ` +
        `cycle of yours begins on that date. The one at that time began on ${date(told, 'cycleOn')}` +
        `${next === undefined ? ', and none came after it' : `, the next one was that of ${dayWords(next)}`}.`
      );
    },
    rule: 'payment',
  },
  'not-on-plan': PLAN_TELLINGS['not-on-plan'] as Telling,
};
