/** Answers: what a billing cycle gave, and why. */
import { message } from '../message.ts';

export const cycles = {
  addedFree: message<{ count: number; day: string }>(
    '{count, plural, one {# free Connect was} other {# free Connects were}} added for the billing cycle of {day}.',
  ),
  added: message<{ count: number; day: string; parts: string }>(
    '{count, plural, one {# Connect was} other {# Connects were}} added for the billing cycle of {day}: {parts}.',
  ),
  onTwoLines: message('Your history shows this one grant on two lines.'),
  noMonthly: message<{ day: string; plan: string }>(
    'No Connects were added for the billing cycle of {day}: {plan} has no monthly Connects.',
  ),
  beforeProgram: message<{ day: string; from: string }>(
    'No Connects were added for the billing cycle of {day}: the program started later, on {from}.',
  ),
  suspended: message<{ day: string }>(
    'No Connects were added for the billing cycle of {day}: your account was suspended when it began.',
  ),
  missedStays: message('What a suspended account missed is not added later by itself.'),
  expired: message<{ expired: number; opening: number; cap: number }>(
    'Before that {expired, plural, one {# Connect} other {# Connects}} expired: you had {opening, number}, and {cap, number} roll over.',
  ),
  boughtCount: message<{ cap: number }>('Bought Connects count towards these {cap, number}, too.'),
  takenBack: message<{ count: number }>(
    '{count, plural, one {# Connect was} other {# Connects were}} taken back at once, because you owed them since a payment failed.',
  ),
  stayed: message<{ balance: number }>('Your balance stayed {balance, number}.'),
  went: message<{ opening: number; closing: number }>(
    'Your balance went from {opening, number} to {closing, number}.',
  ),
  nothingExpired: message('Nothing expired either.'),
  keptWhole: message<{ count: number }>(
    'Nothing expired either: your {count, plural, one {# Connect} other {# Connects}} stayed whole.',
  ),
  addedLater: message<{ day: string }>('They were added later, by a correction on {day}.'),
  correctionAdded: message<{ day: string; count: number }>(
    'A correction on {day} added {count, plural, one {# Connect} other {# Connects}} for it.',
  ),
  correctionTook: message<{ day: string }>('A correction on {day} took back what had been added for it.'),
  grantedLater: message<{ day: string; count: number; on: string }>(
    'For the billing cycle of {day} {count, plural, one {# Connect was} other {# Connects were}} added later, by a correction on {on}.',
  ),
  spentBefore: message<{ count: number }>(
    '{count, plural, one {# Connect was} other {# Connects were}} taken off again at once, because they had been spent before they could be taken back.',
  ),
  together: message<{ count: number; moment: string; dates: string; each: string }>(
    '{count, plural, one {# billing cycle of yours was} other {# billing cycles of yours were}} settled at one moment, on {moment}: {dates}. {each}',
  ),
  andMore: message<{ dates: string; count: number }>('{dates} and {count, number} more'),
  noneGave: message('None of them added Connects.'),
  eachGave: message('Each was added once.'),
  someGave: message<{ gave: number; others: number }>(
    '{gave, number} of them added Connects, each once; the {others, plural, one {other} other {others}} added none.',
  ),
  firstNotBegun: message<{ day: string; since: string }>(
    'No billing cycle of yours begins on {day}. Your Connects are counted here since {since}, and the first billing cycle after that had not begun.',
  ),
  notHereThen: message<{ day: string; since: string; count: number }>(
    'Nothing is recorded for a billing cycle of {day}: your Connects are counted here since {since}. You had {count, plural, one {# Connect} other {# Connects}} then.',
  ),
  none: message<{ day: string; start: string }>(
    'No billing cycle of yours begins on {day}. That day lies in the one that began on {start}.',
  ),
  noneByCalendar: message<{ day: string; start: string }>(
    'No billing cycle of yours begins on {day}. As your dates are now, that day lies in the one of {start}.',
  ),
  noneAfterClosing: message<{ day: string }>('No billing cycle begins on {day}: your account is closed.'),
  ifNothingChanges: message<{ adding: string; expiry: string }>(
    'If nothing changes until then, {adding}; before that, {expiry}.',
  ),
  allWillRollOver: message('none would expire, as all roll over'),
  aboveWillExpire: message<{ cap: number }>(
    'what you have above {cap, number} by then would expire, as up to {cap, number} roll over',
  ),

  reversed: message<{ day: string; on: string; count: number; gave: string }>(
    'What was added for the billing cycle of {day} was taken back on {on}, because it had been a mistake: {count, plural, one {# Connect} other {# Connects}}{gave}.',
  ),
  expiredCame: message<{ count: number }>(
    '; the {count, plural, one {# Connect} other {# Connects}} that had expired came back',
  ),
  gaveInAll: message<{ count: number }>(
    'In all, {count, plural, one {# Connect was} other {# Connects were}} given back.',
  ),
  shortBySpending: message<{ count: number }>(
    'Of these, {count, plural, one {# Connect was} other {# Connects were}} spent already, and could not be taken.',
  ),
  goneBefore: message<{ count: number }>(
    'Of these, {count, plural, one {# Connect was} other {# Connects were}} taken off or let expire before, and not taken again.',
  ),
  takenFromAgain: message('They are taken from what this cycle is given instead.'),
};
