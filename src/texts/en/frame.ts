/** What stands around an answer: where it is from, what it rests on, whether an email told of it. */
import { message } from '../message.ts';

export const frame = {
  heading: message<{ account: string; zone: string; moment: string }>(
    'Account {account}. Dates and times are of {zone}; it is {moment}.',
  ),
  notHereThen: message(
    'Nothing had been recorded here by then: it is taken as now, with all that was recorded since.',
  ),
  asItStood: message<{ moment: string; missing: string }>(
    'This is how it stood on {moment}: what was written later is left out. Not recorded of then: {missing}.',
  ),
  missingAddress: message('the email address and the language'),
  missingEmail: message('what had become of an email, unless it was sent'),
  missingAttempts: message('how often a failed account had been tried, where it was tried again later'),
  otherLanguage: message('There are no texts in this language for this answer yet: it is told in English.'),
  ruleSince: message<{ day: string; version: number; text: string }>(
    'Rule since {day} (terms version {version, number}): {text}',
  ),
  next: message<{ sentence: string }>('Next: {sentence}'),
  andMore: message<{ count: number }>('… and {count, number} more (--json has all)'),
  counted: message('Counted, by when you replied:'),
  inAll: message('in all'),
  earlierOnes: message<{ count: number }>('{count, plural, one {# earlier one} other {# earlier ones}}'),
  award: message<{ interview: string; proposal: string }>('interview {interview}, proposal {proposal}'),
  posted: message<{ moment: string }>('Posted on {moment}.'),
  inHistory: message('In your history:'),
  line: message<{ action: string; balance: number }>('{action}, balance {balance, number}'),
  emailSent: message<{ moment: string }>('Email: sent on {moment}.'),
  email: message<{ state: string }>('Email: {state}.'),
  pending: message('waiting to be sent'),
  claimed: message('about to be sent'),
  sending: message('being sent'),
  refused: message('your mail server refused it'),
  'too-old': message('none, because it would have told of something long past'),
  unchanged: message('none, because nothing changed'),
  'opted-out': message('none, because you turned them off'),
  'not-asked': message('none was asked for'),
  staged: message('not found'),
  'not-recorded': message('what had become of it by then was not recorded'),
  offSince: message('none, because you turned them off before it was sent'),
  noAddress: message('none, because there was no address to send it to'),
  withheld: message('none, it was withheld'),
  withheldFor: message<{ reason: string }>('none, it was withheld: {reason}'),

  /** For whoever runs the program: whose system said so, who corrected it, and what is to be done. */
  token: message<{ token: string; name: string }>('Brought over HTTP with token {token} ({name}).'),
  correctedBy: message<{ actor: string }>('Corrected by {actor}.'),
  correctedByRun: message<{ actor: string; run: string }>('Corrected by {actor}, run {run}.'),
  putAside: message<{ run: string; command: string }>(
    'Put aside by run {run}: once mended, "{command}" settles what is due.',
  ),
  oneAddress: message('Both have one address.'),
  otherAddresses: message('The addresses differ: it may be another member. Look before you send this.'),
};
