/** Decisions on upgrades, downgrades and payments, as sentences. */
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
  wasInactive,
  whenDecided,
} from './answer.ts';
import { whatComesNext } from './what-stands.ts';

const asked = (told: Told, { words }: Inquiry): string => words.day(occurredAt(told));
const date = (told: Told, name: string, { words }: Inquiry): string => words.on(textIn(told, name));
const planIn = (told: Told, name: string, otherwise: string, { words }: Inquiry): string =>
  words.plan(textIn(told, name) ?? otherwise);
const basicOf = ({ words }: Inquiry): string => words.plan('basic');
const plusOf = ({ words }: Inquiry): string => words.plan('plus');

/** Whether the plan began with the account: then no cycle ended, and no share of one was added. */
const byOpening = (told: Told): boolean => told.detail.elapsedDays === undefined;

function upgraded(told: Told, inquiry: Inquiry): string {
  const { words } = inquiry;
  const { plans: say } = words.texts;
  const [paid, free, plansFree] = [
    amountIn(told, 'paid'),
    amountIn(told, 'free'),
    amountIn(told, 'plansFree'),
  ];
  const recovered = amountIn(told, 'recovered');
  const back = recovered > 0 ? ` ${say.takenBack({ count: recovered })}` : '';
  const begun = { plus: plusOf(inquiry), day: asked(told, inquiry) };
  if (byOpening(told))
    return `${say.openedOn({ ...begun, paid })}${back} ${say.freeFromNext({ count: plansFree })}`;
  const share = {
    ...begun,
    added: paid + free,
    whole: paid + plansFree,
    paid,
    free,
    plansFree,
    elapsed: amountIn(told, 'elapsedDays'),
    length: amountIn(told, 'cycleDays'),
  };
  // By which day the share is counted is said where that is not the day of the upgrade.
  return (isLate(told) ? say.upgradedLate({ ...share, by: words.day(told.at) }) : say.upgraded(share)) + back;
}

/** Only until the first whole cycle begins, and as long as nothing has ended or moved it. */
function fullFromNext(told: Told, inquiry: Inquiry): string {
  const { account, terms, words } = inquiry;
  const { plan, pendingPlan, status, nextCycleOn, nextCycleAt } = account;
  const stands = plan === 'plus' && pendingPlan === null && status === 'active';
  if (!stands || nextCycleAt === null || nextCycleOn !== textIn(told, 'nextCycleOn'))
    return whatComesNext(inquiry);
  const { free, paid } = terms.rowOf({ version: terms.latest.version, at: nextCycleAt }).plans.plus;
  return words.texts.plans.allFrom({ day: words.on(nextCycleOn), count: free + paid });
}

function paymentFailed(told: Told, inquiry: Inquiry): string {
  const { words } = inquiry;
  const { plans: say } = words.texts;
  const failed = { on: date(told, 'failedOn', inquiry), basic: basicOf(inquiry) };
  const became = { ...failed, day: words.day(told.at) };
  switch (textIn(told, 'which')) {
    case 'next-cycle':
      return (stillWaits(told, inquiry, 'failedOn') ? say.nextFails : say.nextFailed)(failed);
    case 'earlier-cycle':
      return say.earlierFailed(became);
    default:
      return say.failed({ ...became, taken: takenFor(told, inquiry) });
  }
}

/** What was taken back, and what was spent already. */
function takenFor(told: Told, { account, words }: Inquiry): string {
  const { plans: say } = words.texts;
  const [reversed, owed] = [amountIn(told, 'reversed'), amountIn(told, 'owed')];
  if (reversed + owed === 0) return say.noneTaken();
  const taken = say.taken({ count: reversed, paid: amountIn(told, 'paid') });
  if (owed === 0) return taken;
  // What has been paid off meanwhile is told next.
  return (account.owed < owed ? say.takenAndWasOwed : say.takenAndOwed)({ taken, count: owed });
}

/** Whether a change that waited for a boundary still waits for it; else it may have come, or have been withdrawn. */
const stillWaits = (told: Told, { account }: Inquiry, boundary: string): boolean =>
  account.pendingPlan === 'basic' && account.nextCycleOn === textIn(told, boundary);

/** A closed account has no cycle with which it could change; what was withdrawn, or has happened, is not to come. */
function downgradePending(told: Told, inquiry: Inquiry): string {
  const { plans: say } = inquiry.words.texts;
  const first = say.askedToChange({ day: asked(told, inquiry), basic: basicOf(inquiry) });
  if (textIn(told, 'takesEffectOn') === undefined) return `${first} ${say.closedByThen()}`;
  const change = { plus: plusOf(inquiry), day: date(told, 'takesEffectOn', inquiry) };
  const waits = stillWaits(told, inquiry, 'takesEffectOn');
  return `${first} ${waits ? say.keepsUntil(change) : say.wasToCount(change)}`;
}

function afterPayment(told: Told, { account, words }: Inquiry): string {
  const { plans: say, standing } = words.texts;
  if (account.owed === 0) return amountIn(told, 'owed') > 0 ? say.nothingOwedAnyMore() : say.nothingOwed();
  return account.status === 'closed' ? standing.closed() : say.owedComesOff({ count: account.owed });
}

const refusedBecause =
  (reason: (told: Told, inquiry: Inquiry) => string) =>
  (told: Told, inquiry: Inquiry): string =>
    inquiry.words.texts.plans.changedNothing({
      day: asked(told, inquiry),
      reason: reason(told, inquiry),
    });

/** Of somebody who was on another plan. */
const notOn = (told: Told, inquiry: Inquiry) => ({
  plan: planIn(told, 'plan', 'basic', inquiry),
  plus: plusOf(inquiry),
  when: whenDecided(told, inquiry),
});

export const PLAN_TELLINGS: Tellings = {
  upgraded: {
    sentence: upgraded,
    rule: (told) => (byOpening(told) ? 'opening-on-plus' : 'upgrade'),
    next: fullFromNext,
  },
  'before-program': {
    sentence: (told, inquiry) => {
      const { plans: say } = inquiry.words.texts;
      const begun = {
        plus: plusOf(inquiry),
        day: asked(told, inquiry),
        from: date(told, 'programFrom', inquiry),
      };
      return byOpening(told) ? say.openedBefore(begun) : say.upgradedBefore(begun);
    },
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
      inquiry.words.texts.plans.withdrawn({
        day: asked(told, inquiry),
        withdrawn: planIn(told, 'withdrawn', 'basic', inquiry),
        plan: planIn(told, 'plan', 'plus', inquiry),
      }),
    rule: 'downgrade',
  },
  'already-on-plan': {
    sentence: refusedBecause((told, inquiry) =>
      inquiry.words.texts.plans.alreadyOn({
        plan: planIn(told, 'plan', 'plus', inquiry),
        when: whenDecided(told, inquiry),
      }),
    ),
    rule: 'one-upgrade',
  },
  'not-on-plan': {
    sentence: (told, inquiry) =>
      kindOf(told.subject) === 'payment'
        ? inquiry.words.texts.plans.paymentNotOn({ day: asked(told, inquiry), ...notOn(told, inquiry) })
        : refusedBecause(() => inquiry.words.texts.plans.notOn(notOn(told, inquiry)))(told, inquiry),
    rule: 'plus-only',
  },
  'not-eligible': {
    sentence: refusedBecause((_, { words }) => words.texts.plans.notForAgencies()),
    rule: 'agency-plan',
  },
  'account-inactive': {
    sentence: refusedBecause(wasInactive),
    rule: 'active-upgrade',
    next: (_, { account, words }) =>
      account.status === 'closed'
        ? words.texts.standing.closed()
        : words.texts.plans.upgradeWhileActive({ status: words.status(account.status) }),
  },
};

export const PAYMENT_TELLINGS: Tellings = {
  'payment-failed': { sentence: paymentFailed, rule: 'payment', next: afterPayment },
  'unknown-cycle': {
    sentence: (told, inquiry) => {
      const { plans: say } = inquiry.words.texts;
      const named = {
        day: asked(told, inquiry),
        on: date(told, 'failedOn', inquiry),
        began: date(told, 'cycleOn', inquiry),
      };
      const next = textIn(told, 'nextCycleOn');
      return next === undefined
        ? say.noSuchCycleAtEnd(named)
        : say.noSuchCycle({ ...named, next: inquiry.words.on(next) });
    },
    rule: 'payment',
  },
  'not-on-plan': PLAN_TELLINGS['not-on-plan'] as Telling,
};
