/** The member's own page. */
import { message } from '../message.ts';

export const member = {
  title: message('Memberships & Connects'),
  active: message('Active'),
  suspended: message('Suspended'),
  closed: message('Closed'),
  connectsWord: message<{ count: number }>('{count, plural, one {Connect} other {Connects}}'),
  asOf: message<{ moment: string; zone: string }>('As of {moment}. Dates and times are of {zone}.'),

  noNextDate: message('This account is closed: no billing cycle begins any more, and nothing expires.'),
  heldUp: message<{ day: string }>(
    'Your billing cycle of {day} is held up by an error of ours. What it brings will be added; you need not do anything.',
  ),
  isDue: message<{ day: string }>(
    'Your billing cycle of {day} has begun. What it brings will be added shortly.',
  ),
  whileSuspended: message<{ day: string }>(
    'Your next billing date is {day}. While the account is suspended, nothing is added and nothing expires.',
  ),
  expiresAndAdds: message<{ day: string; expired: number; added: number }>(
    'On {day} {expired, plural, one {# Connect} other {# Connects}} will expire and {added, plural, one {# Connect} other {# Connects}} will be added, if nothing changes before.',
  ),
  adds: message<{ day: string; added: number }>(
    'On {day} {added, plural, one {# Connect} other {# Connects}} will be added. Nothing will expire, if nothing changes before.',
  ),
  addsNothing: message<{ day: string }>(
    'Your next billing date is {day}. Nothing will be added, and nothing will expire, if nothing changes before.',
  ),
  limit: message<{ cap: number; day: string }>(
    'Up to {cap, plural, one {# Connect} other {# Connects}} roll over into a new billing cycle. What is above that on {day} expires then, unless you spend it before.',
  ),

  termNow: message('now'),
  termExpire: message('expire'),
  termFree: message('free'),
  termAdded: message('added'),
  termPlan: message('of the plan'),
  termOwed: message('owed'),
  termThen: message('then'),

  membership: message('Membership'),
  fromNextDate: message('From the next date on'),
  nextDate: message('Next billing date'),
  none: message('none'),
  cycleBegan: message('This cycle began'),
  owed: message('Owed'),
  owedIs: message<{ count: number }>(
    '{count, plural, one {# Connect} other {# Connects}}, taken from the next Connects of a paid plan',
  ),
  earned: message('Earned by interviews'),
  earnedIs: message<{ used: number; max: number; days: number }>(
    '{used, number} of {max, number} in the last {days, plural, one {# day} other {# days}}',
  ),
  emails: message('Emails'),
  emailsOn: message('on'),
  emailsOff: message('off, about monthly Connects'),

  history: message('Connects History'),
  historyCaption: message('Connects History, the newest first'),
  period: message('Period'),
  lastDays: message<{ count: number }>('{count, plural, one {# day} other {# days}}'),
  all: message('All'),
  showType: message('Show only one type'),
  type: message('Type'),
  allTypes: message('All types'),
  show: message('Show'),
  what: message('What'),
  balance: message('Balance'),
  nothingHere: message('Nothing here.'),
  nothingMoved: message('Nothing was added or taken.'),
  nothingOfType: message('There is no line of this type.'),
  nothingMovedIn: message<{ days: number }>(
    'Nothing was added or taken in the last {days, plural, one {# day} other {# days}}. Choose a longer period.',
  ),
  nothingOfTypeIn: message<{ days: number }>(
    'There is no line of this type in the last {days, plural, one {# day} other {# days}}. Choose a longer period.',
  ),
  pages: message('Pages'),
  latest: message('Latest'),
  earlier: message('Earlier'),
  newestFirst: message('The newest first'),

  linkEnded: message('This link has ended.'),
  linkEndedMore: message<{ moment: string }>(
    'It was good until {moment} UTC. Ask for a new one where you got it.',
  ),
  linkTakenBack: message('It was taken back. Ask for a new one where you got it.'),
  tooOften: message('That was often. Try again in a minute.'),
  notNow: message('This page cannot be shown right now. Try again in a moment.'),
  noAddress: message('This address leads nowhere.'),
  noAddressMore: message(
    'Part of it may be missing: open it as it was sent to you, whole. If that does not help, ask for a new one.',
  ),
};
