/** Answers: the welcome, the Readiness Test, what was spent, came back or was corrected. */
import { message } from '../message.ts';

export const decisions = {
  welcomeNone: message<{ day: string }>(
    'No Connects were added when your account opened on {day}: the terms of that day give none.',
  ),
  welcome: message<{ count: number; day: string }>(
    '{count, plural, one {# Connect was} other {# Connects were}} added when your account opened on {day}. They are your first month.',
  ),
  welcomeAgency: message<{ day: string }>(
    'No welcome Connects were added when the account opened on {day}: they are for freelancers, and this is an agency.',
  ),
  welcomeBefore: message<{ day: string; from: string }>(
    'No welcome Connects were added when your account opened on {day}: the program started later, on {from}.',
  ),
  testNone: message<{ day: string; reason: string }>(
    'No Connects were added when you passed the Readiness Test on {day}: {reason}.',
  ),
  test: message<{ count: number; day: string }>(
    '{count, plural, one {# Connect was} other {# Connects were}} added, because you passed the Readiness Test on {day}.',
  ),
  termsGiveNone: message('the terms of that day give none'),
  testedOn: message<{ count: number; day: string }>(
    'the {count, plural, one {# Connect} other {# Connects}} for it were added on {day}, and it counts once',
  ),
  testedBefore: message(
    'the Connects for it were added before this account was taken over, and it counts once',
  ),
  testAgain: message('Passing it again changes nothing.'),
  forFreelancers: message('they are for freelancers, and this is an agency'),
  testedSince: message('You have passed it since, and it was counted.'),
  testWhileActive: message('Passing it while the account is active still counts.'),
  testSince: message('Passing it since then still counts.'),
  startedLater: message<{ from: string }>('the program started later, on {from}'),
  missing: message<{ balance: number; when: string; asked: number }>(
    'you had {balance, plural, one {# Connect} other {# Connects}}{when}, and {asked, number} were asked',
  ),
  notSpent: message<{ count: number; day: string; reason: string }>(
    '{count, plural, one {# Connect was} other {# Connects were}} not spent on {day}: {reason}.',
  ),
  notCharged: message<{ id: string; day: string; reason: string }>(
    'Proposal {id} was not charged on {day}: {reason}.',
  ),
  chargedBefore: message<{ count: number }>(
    'it had been charged before, with {count, plural, one {# Connect} other {# Connects}}',
  ),
  notReturnedUnknown: message<{ count: number; day: string; proposal: string }>(
    'Of {count, plural, one {# Connect} other {# Connects}} to come back on {day} for proposal {proposal}, none did: the proposal is not one of this account, so nothing was spent on it here.',
  ),
  notReturned: message<{
    count: number;
    day: string;
    proposal: string;
    spent: number;
    refunded: number;
  }>(
    'Of {count, plural, one {# Connect} other {# Connects}} to come back on {day} for proposal {proposal}, none did: {spent, plural, one {# Connect was} other {# Connects were}} spent on it, and {refunded, number} had come back before.',
  ),
  notCorrected: message<{ amount: string; day: string; count: number; when: string }>(
    'A correction of {amount} on {day} was not made: you had {count, plural, one {# Connect} other {# Connects}}{when}.',
  ),
  corrected: message<{ count: number; day: string }>(
    '{count, plural, one {# Connect was} other {# Connects were}} added on {day}, by a correction.',
  ),
  correctedOff: message<{ count: number; day: string }>(
    '{count, plural, one {# Connect was} other {# Connects were}} taken off on {day}, by a correction.',
  ),
  noneRefused: message<{ day: string }>('Nothing was refused since {day}.'),
  silenceAbove: message('What nothing came of yet is told above.'),
  again: message<{ count: number; day: string; which: string }>(
    'The same was refused {count, plural, one {# more time} other {# more times}} since {day}{which}.',
  ),
  againAll: message<{ ids: string }>(' ({ids})'),
  againLatest: message<{ ids: string }>(' (the latest of them: {ids})'),
  tooMany: message<{ count: number; day: string; balance: number; when: string; most: number }>(
    '{count, plural, one {# Connect was} other {# Connects were}} not added on {day}: you had {balance, plural, one {# Connect} other {# Connects}}{when}, and an account can hold {most, number}.',
  ),
  setAside: message<{ day: string; what: string; on: string; reason: string }>(
    'What reached us of {day} ({what}) could not be counted, and was set aside on {on}: {reason}.',
  ),
  untold: message<{ day: string; subject: string; code: string }>('On {day} {subject} was decided: {code}.'),
};
