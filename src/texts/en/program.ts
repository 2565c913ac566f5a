/** The program in sentences: what stands around its rules, and those that no answer points to. */
import { message } from '../message.ts';

export const program = {
  heading: message<{ day: string; source: string; from: string }>(
    'The rules of the program on {day}, by {source}. It began on {from}.',
  ),
  version: message<{ version: number }>('terms version {version, number}'),
  builtIn: message('the built-in terms'),
  changes: message<{ day: string }>('They change on {day}.'),
  since: message<{ day: string }>('Since {day}.'),
  expiry: message(
    'Connects expire only when a billing cycle begins, and only what is above the rollover limit then: bought, earned and free ones alike. There is no other date on which they expire.',
  ),
  twoLines: message(
    'An interview award shows on two lines of one sum: what comes back of the proposal, and the rest.',
  ),
  oneLine: message('An interview award shows on one line.'),
  rewards: message<{ all: string }>(
    'These are all the rewards there are: {all}. Nothing else earns Connects.',
  ),
  monthlyOf: message<{ plans: string }>('the monthly Connects of {plans}'),
  welcome: message<{ count: number }>('{count, plural, one {# Connect} other {# Connects}} of welcome'),
  readinessTest: message<{ count: number }>(
    '{count, plural, one {# Connect} other {# Connects}} for the Readiness Test',
  ),
  reply: message<{ count: number }>(
    '{count, plural, one {# Connect} other {# Connects}} for a reply to an interview request',
  ),
  upgrade: message<{ plus: string }>('what an upgrade to {plus} adds'),
  noRules: message(
    'No rule gives Connects from one account to another, brings them back after a number of days, or makes single ones expire by their age.',
  ),
};
