/** Answers: what a reply to an interview request would come to, now and later. */
import { message } from '../message.ts';

/** Whether it is told of several requests or proposals at once. */
type Many = 'yes' | 'no';

export const outlook = {
  decidedOnceCurrent: message('It is decided, as of when you replied, once the account is up to date.'),
  toldOnceCurrent: message('What a reply would come to can be told once the account is up to date.'),
  inviteEarnsNone: message<{ many: Many }>(
    'Replying to {many, select, yes {them} other {it}} earns none either.',
  ),
  withProposalCan: message('An interview request about a proposal that you sent can.'),
  neverEarns: message<{ reason: string }>('A reply earns none, because {reason}. Nothing changes that.'),
  requestKept: message<{ many: Many }>(
    'An interview request about {many, select, yes {each} other {it}} is kept and not counted yet: it counts once the account is up to date.',
  ),
  noReplyEarns: message<{ many: Many; reason: string }>(
    'No reply earns an award for {many, select, yes {them} other {it}}, because {reason}.',
  ),
  ifAsked: message<{ many: Many }>(
    'If a client asks for an interview about {many, select, yes {one of them} other {it}}, your reply can still earn an award.',
  ),

  nowNone: message<{ reason: string }>('A reply now would earn none, because {reason}.'),
  onlySender: message('Only the account that sent a proposal earns for it.'),
  onceRecorded: message<{ many: Many; outlook: string }>(
    'Once {many, select, yes {one} other {it}} is recorded on this account: {outlook}',
  ),
  kept: message<{ many: Many; proposal: string }>(
    '{many, select, yes {these proposals are} other {proposal {proposal} is}} kept and not counted yet',
  ),
  elsewhere: message<{ many: Many; proposal: string }>(
    '{many, select, yes {these proposals were sent from other accounts} other {proposal {proposal} was sent from another account}}',
  ),
  neverReported: message<{ many: Many; proposal: string }>(
    '{many, select, yes {these proposals were} other {proposal {proposal} was}} never reported to us',
  ),
  manyRefused: message('these proposals were refused when they were sent'),
  refusedForWant: message<{ proposal: string; day: string }>(
    'proposal {proposal} was refused on {day}: there were not enough Connects for it',
  ),
  refusedInactive: message<{ proposal: string; day: string; status: string }>(
    'proposal {proposal} was refused on {day}: your account was {status}',
  ),
  notActive: message('not active'),
  closed: message('A reply earns none: your account is closed, and earns no awards any more.'),
  inactive: message<{ status: string }>('A reply earns none while your account is {status}.'),
  onceActive: message<{ outlook: string }>('Once it is active again: {outlook}'),
  allAwarded: message('each of these proposals had earned its award before'),
  allClosed: message('a full weekly limit closed each of these proposals before'),

  earns: message<{ lead: 'possible' | 'now' | 'once'; count: number; because: string }>(
    '{lead, select, possible {Still possible: a reply now} now {A reply now} other {A reply}} would earn {count, plural, one {# Connect} other {# Connects}}{because}.',
  ),
  earnsNone: message<{ because: string }>('A reply now would earn none{because}.'),
  because: message<{ reason: string }>(', because {reason}'),
  noDateEnds: message('No date ends this.'),
  noDateChanges: message('By the terms that are known today, no date changes that.'),
  full: message<{ moment: string; many: Many; reason: string; count: number }>(
    'Reply after {moment}; a reply before then earns none, and {many, select, yes {its} other {this}} proposal can then never earn an award, because {reason}. From then on a reply would earn {count, plural, one {# Connect} other {# Connects}}.',
  ),
  fromEarns: message<{ moment: string; count: number }>(
    'From {moment} it would earn {count, plural, one {# Connect} other {# Connects}}.',
  ),
  fromNone: message<{ moment: string; reason: string }>(
    'From {moment} it would earn none, because {reason}.',
  ),
  laterChanges: message<{ count: number }>(
    '{count, plural, one {# later change is} other {# later changes are}} in --json only.',
  ),
  oneAward: message('A proposal earns one award: what a smaller one lacks is not added later.'),
  holdsTooMany: message('your account would hold more Connects than any account can'),
};
