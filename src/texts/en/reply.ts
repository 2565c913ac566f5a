/** The reply to a member's message: what stands around the answers, and what is said where there is nothing. */
import { message } from '../message.ts';

export const reply = {
  greeting: message('Hello,'),
  ofAccount: message<{ account: string; text: string }>('Account {account}: {text}'),
  rules: message('The rules of the program:'),
  ruleSince: message<{ text: string; day: string }>('{text} (Since {day}.)'),

  around: message<{ day: string }>('on {day}, or the day before or after'),
  between: message<{ from: string; to: string }>('from {from} to {to}'),
  since: message<{ day: string }>('since {day}'),
  noRequests: message<{ when: string }>(
    'No interview request to you and no reply of yours is recorded {when}.',
  ),
  noProposals: message<{ when: string }>('No proposal of yours was charged {when}.'),
  requestsElsewhere: message<{ when: string; account: string; ids: string }>(
    'This account has no interview requests {when}. Your other account, {account}, has: {ids}.',
  ),
  proposalsElsewhere: message<{ when: string; account: string; ids: string }>(
    'This account has no proposals {when}. Your other account, {account}, has: {ids}.',
  ),
  noWelcome: message('No welcome Connects are recorded for this account here.'),
  noTest: message(
    'That you passed the Readiness Test has not been reported to us: nothing of it is recorded here.',
  ),
  oneAccount: message('Your address has one account here.'),
  accounts: message<{ count: number; all: string }>(
    'Your address has {count, plural, one {# account} other {# accounts}} here. {all}',
  ),
  account: message<{ account: string; plan: string; status: string; day: string }>(
    '{account}: {plan}, {status}, here since {day}.',
  ),
};
