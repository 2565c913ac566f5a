/** Answers: upgrades, changes to Basic, and payments. */
import { message } from '../message.ts';

interface Share {
  plus: string;
  day: string;
  added: number;
  whole: number;
  paid: number;
  free: number;
  plansFree: number;
  elapsed: number;
  length: number;
}

export const plans = {
  openedOn: message<{ plus: string; day: string; paid: number }>(
    'Your account opened on {plus} on {day}: {paid, plural, one {# Connect} other {# Connects}} of the plan were added at once.',
  ),
  takenBack: message<{ count: number }>(
    '{count, plural, one {# Connect was} other {# Connects were}} taken back at once, because you owed them.',
  ),
  freeFromNext: message<{ count: number }>(
    'The {count, number} free ones a month begin with your next billing cycle.',
  ),
  upgraded: message<Share>(
    'You upgraded to {plus} on {day}: {added, plural, one {# Connect} other {# Connects}} were added instead of {whole, number}. That is {paid, number} of the plan, and {free, number} of its {plansFree, number} free ones, because {elapsed, number} of the {length, plural, one {# day} other {# days}} of the billing cycle that ended had passed ({plansFree, number} × {elapsed, number} ÷ {length, number}, rounded down).',
  ),
  upgradedLate: message<Share & { by: string }>(
    'You upgraded to {plus} on {day}: {added, plural, one {# Connect} other {# Connects}} were added instead of {whole, number}. That is {paid, number} of the plan, and {free, number} of its {plansFree, number} free ones, because {elapsed, number} of the {length, plural, one {# day} other {# days}} of the billing cycle that ended had passed by {by} ({plansFree, number} × {elapsed, number} ÷ {length, number}, rounded down).',
  ),
  allFrom: message<{ day: string; count: number }>(
    'From the billing cycle of {day} on, all {count, number} are added each time.',
  ),
  openedBefore: message<{ plus: string; day: string; from: string }>(
    'Your account opened on {plus} on {day}. No Connects were added, because the program started later, on {from}.',
  ),
  upgradedBefore: message<{ plus: string; day: string; from: string }>(
    'You upgraded to {plus} on {day}. No Connects were added, because the program started later, on {from}.',
  ),
  nextFails: message<{ on: string; basic: string }>(
    'The payment for the billing cycle of {on} failed before it began: your plan changes to {basic} with it.',
  ),
  nextFailed: message<{ on: string; basic: string }>(
    'The payment for the billing cycle of {on} failed before it began: your plan was to change to {basic} with it.',
  ),
  earlierFailed: message<{ on: string; basic: string; day: string }>(
    'The payment for an earlier billing cycle, of {on}, failed: your plan became {basic} on {day}. No Connects were taken back.',
  ),
  failed: message<{ on: string; basic: string; day: string; taken: string }>(
    'The payment for the billing cycle of {on} failed: your plan became {basic} on {day}. {taken}.',
  ),
  noneTaken: message('No Connects of the plan had been added, so none were taken back'),
  taken: message<{ count: number; paid: number }>(
    "{count, plural, one {# Connect} other {# Connects}} of the plan's {paid, number} {count, plural, one {was} other {were}} taken back",
  ),
  takenAndOwed: message<{ taken: string; count: number }>(
    '{taken}; {count, plural, one {# Connect was spent already, and you owe it} other {# Connects were spent already, and you owe them}}',
  ),
  takenAndWasOwed: message<{ taken: string; count: number }>(
    '{taken}; {count, plural, one {# Connect was spent already, and you owed it} other {# Connects were spent already, and you owed them}}',
  ),
  askedToChange: message<{ day: string; basic: string }>('On {day} you asked to change to {basic}.'),
  closedByThen: message(
    'Your account was closed by then: no billing cycle begins any more with which the plan could change.',
  ),
  keepsUntil: message<{ plus: string; day: string }>(
    'You keep {plus} until the billing cycle of {day}, and change then.',
  ),
  wasToCount: message<{ plus: string; day: string }>(
    'That was to count from the billing cycle of {day} on, with {plus} until then.',
  ),
  nothingOwed: message('Nothing is owed.'),
  nothingOwedAnyMore: message('Nothing is owed any more.'),
  owedComesOff: message<{ count: number }>(
    'The {count, plural, one {# Connect} other {# Connects}} that you owe come off the next Connects of a paid plan. Your monthly free ones stay whole.',
  ),
  changedNothing: message<{ day: string; reason: string }>(
    'Your change of plan of {day} changed nothing: {reason}.',
  ),
  withdrawn: message<{ day: string; withdrawn: string; plan: string }>(
    'On {day} your change to {withdrawn} was withdrawn: you stayed on {plan}. No Connects were added for that.',
  ),
  alreadyOn: message<{ plan: string; when: string }>(
    'you were on {plan} already{when}, so no Connects were added',
  ),
  notOn: message<{ plan: string; plus: string; when: string }>('you were on {plan}, not on {plus}{when}'),
  paymentNotOn: message<{ day: string; plan: string; plus: string; when: string }>(
    'The failed payment told on {day} changed nothing: you were on {plan}, not on {plus}{when}.',
  ),
  notForAgencies: message('agencies cannot change to a freelancer plan'),
  wasStatus: message<{ status: string; when: string }>('your account was {status}{when}'),
  changes: message<{ from: string; to: string; day: string; remark: string }>(
    'Your plan changes from {from} to {to} on {day}{remark}.',
  ),
  becausePayment: message<{ day: string }>(', because a payment failed on {day}'),
  becauseAsked: message<{ day: string }>(', because you asked for it on {day}'),
  thenBrings: message<{ expiry: string; count: number }>(
    'Then {expiry}, and {count, plural, one {# Connect} other {# Connects}} would be added.',
  ),
  changeHasBegun: message(
    'That billing cycle has begun: the change counts from it on, and can be withdrawn no more.',
  ),
  keepsPlan: message<{ plan: string }>(
    'Until then you keep {plan}; upgrading again before that day withdraws the change.',
  ),
  keepsPlanIfActive: message<{ plan: string; status: string }>(
    'Until then you keep {plan}; upgrading again before that day withdraws the change, if your account is active then; it is {status} now.',
  ),
  /** After what held, of a fact that was late and met what held later. */
  whenDecided: message(' when it was decided'),
  upgradeWhileActive: message<{ status: string }>(
    'An upgrade counts while your account is active; it is {status} now.',
  ),
  noSuchCycle: message<{ day: string; on: string; began: string; next: string }>(
    'The failed payment told on {day}, for {on}, changed nothing: no billing cycle of yours begins on that date. The one at that time began on {began}, the next one was that of {next}.',
  ),
  noSuchCycleAtEnd: message<{ day: string; on: string; began: string }>(
    'The failed payment told on {day}, for {on}, changed nothing: no billing cycle of yours begins on that date. The one at that time began on {began}, and none came after it.',
  ),
};
