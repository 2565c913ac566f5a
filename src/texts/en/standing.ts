/** Answers: how an account stands, what comes next, and what reached us late. */
import { message } from '../message.ts';

export const standing = {
  current: message<{ plan: string; count: number }>(
    'You are on {plan} and have {count, plural, one {# Connect} other {# Connects}}.',
  ),
  isStatus: message<{ status: string }>('Your account is {status}.'),
  noMoreCycles: message('No billing cycle begins any more.'),
  closed: message('Your account is closed: no billing cycle begins any more.'),
  closedAwards: message('Your account is closed: it earns no awards any more.'),
  whileStatus: message<{ status: string }>('Your account is {status}: while it is, no Connects are added.'),
  onPlanNow: message<{ plan: string }>('You are on {plan} now.'),
  onPlanUntil: message<{ plan: string; day: string; pending: string }>(
    'You are on {plan} until {day}, and on {pending} from then on.',
  ),
  nextBegins: message<{ day: string }>('Your next billing cycle begins on {day}.'),
  hasBegun: message<{ day: string }>(
    'Your billing cycle of {day} has begun, and what it brings is still to be added.',
  ),
  comesByPass: message('It is added with the next pass over all accounts; nothing is lost by waiting.'),
  comesByRetry: message('An error on our side held it up; it is tried again shortly, and nothing is lost.'),
  comesOnceMended: message<{ day: string }>(
    'It is not added by itself: an error on our side put your account aside on {day}. Once that is mended, your account is run again, and all that is due is added; nothing is lost.',
  ),
  owed: message<{ count: number }>(
    'You owe {count, plural, one {# Connect: a payment failed after it was spent} other {# Connects: a payment failed after they were spent}}.',
  ),
  owedComesOff: message(
    'They come off the next Connects of a paid plan. Your monthly free Connects stay whole.',
  ),
  notSettled: message<{ moment: string; code: string; attempts: number }>(
    'Your account could not be brought up to date on {moment}, because of an error on our side ({code}), after {attempts, plural, one {# attempt} other {# attempts}}.',
  ),
  notTriedAgain: message(
    'It is not tried again by itself: the error must be mended first, and your account then run again. All that is due is added then; nothing is lost.',
  ),
  triedAgain: message('It is tried again shortly.'),
  waits: message<{ count: number; day: string }>(
    '{count, plural, one {# event of yours is} other {# events of yours are}} kept and not counted yet, the oldest of {day}: the account must be brought up to date first.',
  ),
  waitAmong: message<{ all: string }>('Among them: {all}.'),
  waitingRequests: message<{ count: number }>(
    '{count, plural, one {# interview request} other {# interview requests}}',
  ),
  waitingReplies: message<{ count: number }>('{count, plural, one {# reply} other {# replies}}'),
  waitingProposals: message<{ count: number }>('{count, plural, one {# proposal} other {# proposals}}'),
  waitFirst: message<{ count: number }>(
    'The first {count, plural, one {# one is} other {# ones are}} listed.',
  ),
  waitUntil: message(
    'The error on our side that stops the first of them must be mended; then the next event of the account, a rerun, or the sweep of its next cycle counts them, in their order. Until then they wait, without an end.',
  ),
  waitUntilCode: message<{ code: string }>(
    'The error on our side that stops the first of them ({code}) must be mended; then the next event of the account, a rerun, or the sweep of its next cycle counts them, in their order. Until then they wait, without an end.',
  ),

  cycleBegins: message<{ day: string }>('Your billing cycle begins on {day}.'),
  boughtCount: message<{ cap: number }>('Bought Connects count towards the {cap, number}, too.'),
  beginsAt: message<{ moment: string; zone: string; day: string }>(
    'It begins at {moment}, by the clock of {zone}; the one after it on {day}.',
  ),
  untilMended: message(
    'An error on our side put your account aside: nothing is added before that is mended.',
  ),
  suspendedBrings: message(
    'Your account is suspended: while it is, no Connects would be added, and none would expire.',
  ),
  beforeProgramBrings: message(
    'It begins before the program: no Connects would be added, and none would expire.',
  ),
  wouldBring: message<{ expiry: string; adding: string; closing: number }>(
    'If nothing changes until then, {expiry}, and {adding}. You would then have {closing, number}.',
  ),
  dueBrings: message<{ expiry: string; adding: string; closing: number }>(
    '{expiry}, and {adding}. You would then have {closing, number}.',
  ),
  addsNone: message<{ plan: string }>('none would be added, as {plan} has no monthly Connects'),
  addsFree: message<{ count: number }>(
    '{count, plural, one {# free Connect} other {# free Connects}} would be added',
  ),
  addsParts: message<{ count: number; parts: string }>(
    '{count, plural, one {# Connect} other {# Connects}} would be added ({parts})',
  ),
  partOf: message<{ count: number; plan: string }>('{count, number} of {plan}'),
  takenBack: message<{ adding: string; count: number }>(
    '{adding}, and {count, number} of them taken back, because you owe them',
  ),
  hasNone: message('no Connects would expire, as you would have none'),
  allRollOver: message<{ opening: number }>(
    'none of your {opening, plural, one {# Connect} other {# Connects}} would expire, as all roll over',
  ),
  someExpire: message<{ expired: number; opening: number; cap: number }>(
    '{expired, number} of your {opening, plural, one {# Connect} other {# Connects}} would expire, as {cap, number} roll over',
  ),
  noneExpire: message<{ opening: number; cap: number }>(
    'none of your {opening, plural, one {# Connect} other {# Connects}} would expire, as up to {cap, number} roll over',
  ),
  ifDowngraded: message<{ basic: string; plus: string; day: string }>(
    'If you changed to {basic}, you would keep {plus} until {day}.',
  ),
  thenInstead: message<{ expiry: string; count: number; instead: number; closing: number }>(
    'Then {expiry}, and {count, plural, one {# Connect} other {# Connects}} would be added instead of {instead, number}. You would then have {closing, number}.',
  ),
  canBeWithdrawn: message(
    'Such a change can be withdrawn until then, by upgrading again; that adds no Connects.',
  ),
  dateSet: message<{ dayOfMonth: string; day: string }>(
    'Your billing cycles begin on {dayOfMonth} of the month, counted from {day}. That date has not moved.',
  ),
  dateMoved: message<{ dayOfMonth: string; day: string; since: string; before: string }>(
    'Your billing cycles begin on {dayOfMonth} of the month since {day}, {since}: an upgrade starts a new billing cycle. Before, they began on {before}.',
  ),
  asOfUpgrade: message<{ plus: string }>('as of which your upgrade to {plus} counts'),
  whenUpgraded: message<{ plus: string }>('when you upgraded to {plus}'),
  zoneMoved: message<{ before: string; after: string; day: string }>(
    'Your time zone changed from {before} to {after} on {day}. Your billing dates stayed; since then they begin with the day of {after}.',
  ),
  onLastDay: message('In a shorter month they begin on its last day.'),
  onFirstAfter: message<{ day: number }>(
    'The {day, selectordinal, one {#st} two {#nd} few {#rd} other {#th}} counts as the 1st of the month after.',
  ),

  reason: message<{ reason: string }>('The reason given: {reason}.'),
  lateFact: message<{ day: string; reached: string; counts: string }>(
    'It happened on {day}; {reached}, {counts}.',
  ),
  reached: message<{ day: string; after: string }>('it reached us on {day}, after {after}'),
  reachedEarly: message<{ day: string; posted: string; after: string }>(
    'it reached us on {day} and could be counted on {posted} only, after {after}',
  ),
  decidedAsOf: message<{ day: string }>('so it was decided as of {day}'),
  afterCycle: message<{ day: string }>('your billing cycle of {day} had begun'),
  afterEvent: message<{ event: string; day: string }>('{event} of {day} had been counted'),
  afterTakeOver: message<{ day: string }>('your Connects had begun to be counted here, on {day}'),
  afterUnknown: message('something later had been counted'),
  tooLateDecided: message<{ all: string }>(
    'What had happened before it and reached us after it had been decided did not count for it: {all}.',
  ),
  tooLateBegun: message<{ all: string }>(
    'What had happened before it and reached us after it had begun did not count for it: {all}.',
  ),
  tooLateOne: message<{ event: string; day: string; reached: string }>(
    '{event} of {day} (it reached us on {reached})',
  ),
  otherFacts: message<{ count: number }>('{count, plural, one {# other fact} other {# other facts}}'),

  'account.opened': message('the opening of your account'),
  'readiness-test.passed': message('a Readiness Test'),
  'plan.upgraded': message('an upgrade'),
  'plan.downgraded': message('a change to Freelancer Basic'),
  'payment.failed': message('a failed payment'),
  'account.suspended': message('a suspension'),
  'account.reinstated': message('a reinstatement'),
  'account.closed': message('the closing of your account'),
  'account.zone-changed': message('a change of time zone'),
  'account.contact-changed': message('a change of address'),
  'account.locale-changed': message('a change of language'),
  'notices.opted-out': message('a choice of emails'),
  'notices.opted-in': message('a choice of emails'),
  'connects.spent': message('a charge'),
  'connects.purchased': message('a purchase'),
  'proposal.submitted': message('a proposal'),
  'proposal.carried': message('a proposal'),
  'connects.returned': message('a return'),
  'interview.requested': message('an interview request'),
  'interview.replied': message('a reply to an interview request'),
  'balance.adjusted': message('a correction'),
};
