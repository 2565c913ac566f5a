/** Answers: what would have been, had a fact reached us at another time. */
import { message } from '../message.ts';

export const had = {
  would: message<{ fact: string; when: string; parts: string }>('Had {fact} reached us on {when}, {parts}.'),
  same: message<{ fact: string; when: string }>(
    'Had {fact} reached us on {when}, it would have made no difference to how you stand.',
  ),
  plan: message<{ plan: string; day: string }>('you would be on {plan} since {day}'),
  status: message<{ status: string }>('your account would be {status}'),
  fewer: message<{ count: number; would: number; is: number }>(
    'you would have {count, plural, one {# fewer Connect} other {# fewer Connects}} ({would, number} instead of {is, number})',
  ),
  more: message<{ count: number; would: number; is: number }>(
    'you would have {count, plural, one {# more Connect} other {# more Connects}} ({would, number} instead of {is, number})',
  ),
  owe: message<{ count: number; is: number }>(
    'you would owe {count, plural, one {# Connect} other {# Connects}} instead of {is, number}',
  ),
  noCycle: message('no billing cycle would begin any more'),
  next: message<{ day: string }>('your next billing cycle would begin on {day}'),
  nextInstead: message<{ day: string; is: string }>(
    'your next billing cycle would begin on {day} instead of {is}',
  ),
  noChange: message('no change of plan would be ahead of you'),
  change: message<{ plan: string; day: string }>('your plan would change to {plan} on {day}'),
  charges: message<{ count: number }>(
    '{count, plural, one {# charge} other {# charges}} would have been refused for want of Connects',
  ),

  notComputable: message<{ id: string; why: string }>(
    'What would have been, had event {id} come at another time, cannot be computed: {why}.',
  ),
  changedNothing: message('it changed nothing, and is not part of what counted'),
  correctedSince: message('a backfill or a reversal came after it, which was decided from what stood then'),
  tooManyEvents: message<{ most: number }>(
    'it has more than {most, plural, one {# event} other {# events}}, the most played again',
  ),
  tooManyCycles: message<{ most: number }>(
    'it has more than {most, plural, one {# billing cycle} other {# billing cycles}}, the most played again',
  ),
  tooManyEntries: message<{ most: number }>(
    'it has more than {most, plural, one {# entry} other {# entries}}, the most played again',
  ),
  notThere: message('the account is not there'),
  unreadable: message<{ event: string }>('what is stored of event {event} cannot be read'),
  notOpen: message('it was not open then'),
  otherLedger: message<{ line: string }>('its ledger is not what the rules come to, from line {line} on'),
  otherRow: message('its row is not what the rules come to'),
  againstRules: message<{ code: string }>('the rules do not admit what is recorded ({code})'),

  'plan.upgraded': message('your upgrade'),
  'plan.downgraded': message('your change to Freelancer Basic'),
  'payment.failed': message<{ day: string }>('the failed payment for the billing cycle of {day}'),
  'account.suspended': message('the suspension of your account'),
  'account.reinstated': message('the reinstatement of your account'),
  'account.closed': message('the closing of your account'),
  'account.zone-changed': message<{ zone: string }>('your change of time zone to {zone}'),
  'connects.spent': message<{ count: number }>(
    'what you spent, {count, plural, one {# Connect} other {# Connects}},',
  ),
  'connects.purchased': message<{ count: number }>(
    'the {count, plural, one {# Connect} other {# Connects}} that you bought',
  ),
  'connects.returned': message<{ count: number }>(
    'the return of {count, plural, one {# Connect} other {# Connects}}',
  ),
  proposal: message<{ id: string }>('your proposal {id}'),
  'interview.requested': message<{ id: string }>('the interview request {id}'),
  'interview.replied': message<{ id: string }>('your reply to interview request {id}'),
  'readiness-test.passed': message('your Readiness Test'),
  'balance.adjusted': message<{ amount: string }>('the correction of {amount}'),
  other: message<{ id: string; what: string }>('the event {id} ({what})'),
};
