/** The rules that answers point to. */
import { message } from '../message.ts';

export const rules = {
  partFree: message<{ count: number }>('{count, number} free'),
  partPlan: message<{ count: number }>('{count, number} of the plan'),
  monthly: message<{ plan: string; parts: string; limit: string }>(
    'At the start of each billing cycle {plan} adds {parts}. {limit}',
  ),
  monthlyNone: message<{ plan: string; limit: string }>(
    'At the start of each billing cycle {plan} adds none. {limit}',
  ),
  allRollOver: message('All Connects roll over.'),
  rollOver: message<{ cap: number }>(
    'Up to {cap, plural, one {# Connect} other {# Connects}} roll over; what is above that expires first.',
  ),
  activeCycle: message(
    'Monthly Connects are added only to an account that is active when its billing cycle starts.',
  ),
  program: message<{ day: string }>('The program starts on {day}; nothing is added before it.'),
  welcome: message<{ count: number }>(
    'A new freelancer account gets {count, plural, one {# Connect} other {# Connects}}, once.',
  ),
  readinessTest: message<{ count: number }>(
    'A freelancer who passes the Readiness Test gets {count, plural, one {# Connect} other {# Connects}}, once, while the account is active.',
  ),
  noInterviews: message('Interview requests no longer earn Connects.'),
  interviews: message<{ award: number; most: number; days: number }>(
    'Replying to an interview request about your proposal earns {award, plural, one {# Connect} other {# Connects}}, with at most {most, number} in any {days, plural, one {# day} other {# days}} of 24 hours, by when you replied.',
  ),
  onTwoLines: message(
    'Of that, what the proposal cost and has not come back yet is shown as a refund, the rest as an award.',
  ),
  onOneLine: message('It is shown on one line.'),
  fullWindow: message<{ most: number; days: number }>(
    'Interview requests earn at most {most, plural, one {# Connect} other {# Connects}} in any {days, plural, one {# day} other {# days}} of 24 hours, by when you replied. A reply that finds no room earns none, and its proposal can then never earn an award.',
  ),
  needsProposal: message(
    'Only an interview request about a proposal that you sent earns Connects. An invite without a proposal, or a straight offer, earns none.',
  ),
  oneAward: message('Each proposal earns one interview award.'),
  activeAward: message('Interview awards are given only while the account is active.'),
  upgrade: message<{ paid: number; free: number; plus: string }>(
    'An upgrade adds the {paid, number} Connects of {plus} at once, and of its {free, number} free ones the share of the days of the cycle that have passed, rounded down. A new billing cycle starts that day.',
  ),
  openingOnPlus: message<{ paid: number; free: number; plus: string }>(
    'An account that opens on {plus} gets the {paid, number} Connects of the plan at once; its {free, number} free ones a month begin with the next billing cycle.',
  ),
  activeUpgrade: message('An upgrade counts only while the account is active.'),
  oneUpgrade: message<{ paid: number; plus: string }>(
    'The {paid, number} Connects of {plus} are added at once only when an account changes to that plan. An account that is on it has them with each billing cycle.',
  ),
  agencyPlan: message(
    'An agency stays on the Agency plan: Freelancer Basic and Freelancer Plus are for freelancers.',
  ),
  downgrade: message(
    'A change to Freelancer Basic takes effect with the next billing cycle; the dates stay. It can be withdrawn until then, which adds no Connects.',
  ),
  plusOnly: message(
    'A change to Freelancer Basic, and a failed payment, concern only an account on Freelancer Plus.',
  ),
  payment: message(
    "When the payment for a billing cycle fails, the plan becomes Freelancer Basic: with that cycle where it is the next one, else at once. Of the current cycle, the plan's Connects are taken back; what was spent already is owed, and taken from the next Connects of a plan. Of an earlier cycle, none are taken back.",
  ),
  datesClamped: message(
    'Billing cycles begin on one day of the month, the day that they are counted from; where a month is too short, on its last day. Only an upgrade moves that day.',
  ),
  datesFirstOfNext: message(
    'Billing cycles begin on one day of the month, the day that they are counted from; a 29th, 30th or 31st counts as the 1st of the month after. Only an upgrade moves that day.',
  ),
  spending: message('An active account can spend the Connects it has, and no more.'),
  returns: message(
    "For a proposal no more comes back than was spent on it, refunds of interview awards included. Besides those, only the marketplace returns Connects, when it says that the client's job was cancelled or removed. A proposal that is declined, withdrawn or left without an answer brings none back, and there is no time limit after which it would.",
  ),
  oneProposal: message('A proposal is charged once.'),
  correction: message('A correction never takes a balance below zero.'),
};
