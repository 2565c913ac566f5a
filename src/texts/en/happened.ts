/** Answers: what an event reported, and what became of it. */
import { message } from '../message.ts';

export const happened = {
  reported: message<{ id: string; what: string; moment: string }>(
    'Event {id} reported that {what} on {moment}.',
  ),
  applied: message('It was counted.'),
  refused: message('It changed nothing.'),
  waiting: message('It waits to be counted; nothing is lost.'),
  onceCurrent: message('It is counted as soon as your account can be brought up to date.'),

  'account.opened': message<{ plan: string }>('your account opened on {plan}'),
  'readiness-test.passed': message('you passed the Readiness Test'),
  'plan.upgraded': message('you upgraded to Freelancer Plus'),
  'plan.downgraded': message('you asked to change to Freelancer Basic'),
  'payment.failed': message<{ day: string }>('the payment for the billing cycle of {day} had failed'),
  'account.suspended': message('your account was suspended'),
  'account.reinstated': message('your account was reinstated'),
  'account.closed': message('your account was closed'),
  'account.zone-changed': message<{ zone: string }>('your time zone became {zone}'),
  'account.contact-changed': message('your address changed'),
  'account.locale-changed': message<{ language: string }>('your language became {language}'),
  'notices.opted-out': message('you turned emails about monthly Connects off'),
  'notices.opted-in': message('you turned emails about monthly Connects on'),
  'connects.spent': message<{ count: number }>(
    'you spent {count, plural, one {# Connect} other {# Connects}}',
  ),
  'connects.purchased': message<{ count: number }>(
    'you bought {count, plural, one {# Connect} other {# Connects}}',
  ),
  'proposal.submitted': message<{ proposal: string; count: number }>(
    'you sent proposal {proposal} for {count, plural, one {# Connect} other {# Connects}}',
  ),
  'proposal.carried': message<{ proposal: string; count: number }>(
    'proposal {proposal}, for {count, plural, one {# Connect} other {# Connects}}, was open',
  ),
  'connects.returned': message<{ count: number }>(
    '{count, plural, one {# Connect} other {# Connects}} came back',
  ),
  returnedOf: message<{ count: number; proposal: string }>(
    '{count, plural, one {# Connect} other {# Connects}} of proposal {proposal} came back',
  ),
  'interview.requested': message<{ interview: string }>(
    'a client asked for an interview (request {interview})',
  ),
  'interview.replied': message<{ interview: string }>('you replied to interview request {interview}'),
  'balance.adjusted': message<{ amount: string; reason: string }>(
    'your balance was corrected by {amount} ({reason})',
  ),
  something: message<{ type: string }>('something happened ({type})'),
};
