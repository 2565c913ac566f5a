/** Answers: what an id stands for, on this account or on another one. */
import { message } from '../message.ts';

export const ids = {
  misnamed: message<{ id: string; asked: string; is: string }>(
    'On this account {id} is not {asked}: it is {is}, and told as that.',
  ),
  proposal: message('a proposal'),
  interview: message('an interview request'),
  event: message('an event'),
  cycle: message('a date'),
  entry: message('a line of the history'),
  run: message('a run'),
  notice: message('an email'),
  nothing: message<{ id: string }>(
    'Nothing is recorded under {id}: it is no proposal, no interview request and no event of any account here.',
  ),
  noRequest: message<{ id: string }>(
    'There was no interview request {id} on this account, and no reply to one, so there was nothing to award. A straight offer comes without an interview request.',
  ),
  requestsCan: message(
    'An interview request about a proposal that you sent can earn an award when you reply to it.',
  ),

  proposalElsewhere: message<{ id: string; where: string }>(
    'Proposal {id} was sent from {where}, not from this one: its Connects were charged there, and what it earns or gets back goes there.',
  ),
  interviewElsewhere: message<{ id: string; where: string }>(
    'Interview request {id} was made to {where}, not to this one.',
  ),
  eventElsewhere: message<{ id: string; where: string }>(
    'Event {id} was reported of {where}, not of this one.',
  ),
  noticeElsewhere: message<{ id: string; where: string }>(
    'Email {id} was written to {where}, not to this one.',
  ),
  someAccount: message('another account'),
  oneAccount: message<{ account: string }>('another account, {account}'),
  otherAccounts: message<{ accounts: string }>('other accounts, {accounts}'),
  moreAccounts: message<{ count: number }>('{count, number} more'),

  line: message<{ line: string; day: string; action: string; amount: string; balance: number }>(
    'Line {line} of your history, of {day}: {action}, {amount}; your balance was {balance, number} then.',
  ),

  wasRun: message<{ id: string; kind: 'sweep' | 'rerun' | 'backfill' | 'reversal'; moment: string }>(
    'Run {id} was our {kind, select, sweep {pass over all accounts that were due} rerun {second pass over accounts that had failed} backfill {addition of billing cycles that had been missing} other {correction of an earlier pass}}, on {moment}.',
  ),
  concerned: message<{ count: number; dates: string }>(
    'It concerned your billing {count, plural, one {cycle} other {cycles}} of {dates}.',
  ),
  earlierAnd: message<{ count: number; dates: string }>(
    '{count, plural, one {# earlier one} other {# earlier ones}} and {dates}',
  ),
  failed: message<{ code: string }>(
    'Your account could not be brought up to date by it, because of an error on our side ({code}).',
  ),
  failedAtFirst: message<{ code: string }>(
    'Your account could not be brought up to date by it at first, because of an error on our side ({code}).',
  ),
  untouched: message('It changed nothing of your account.'),

  emailSent: message<{ id: string; about: string; moment: string }>(
    'Email {id} is about {about}; it was written down on {moment}.',
  ),
  emailNotSent: message<{ id: string; about: string; moment: string }>(
    'Email {id} is about {about}; it was written down on {moment}, and was not sent so far.',
  ),
  'about-grant': message('your monthly Connects'),
  'about-welcome': message('your welcome Connects'),
  'about-readiness-test': message('the Readiness Test'),
  'about-interview-award': message('an interview award'),
  'about-upgrade': message('your upgrade'),
  'about-payment-failed': message('a payment that failed'),
  'about-backfill': message('Connects that had been missing'),
  'about-reversal': message('a correction'),
  'about-reminder': message('Connects that were about to expire'),
};
