/** Emails: the number that leads, the sentence below it, the terms of the equation, and the rules in small print. */
import { message } from '../message.ts';

interface Days {
  readonly first: string;
  readonly last: string;
}

export const letters = {
  // ------------------------------------------------------------------------------------ what every email has
  wordmark: message('Connects'),
  button: message('See your Connects'),
  rules: message('How this came about'),
  byCycle: message('Cycle by cycle'),
  becauseChanged: message('You get this email because something changed about the Connects on your account.'),
  becauseExpiring: message('You get this email because Connects on your account are about to expire.'),
  about: message<{ account: string; zone: string }>(
    'It is about the account {account}. Dates are those of its time zone, {zone}.',
  ),
  linkLasts: message<{ until: string }>(
    'Until {until}, whoever has this email can open your page by the link in it: keep it to yourself.',
  ),
  contact: message('Questions? Write to us:'),
  preferences: message('Choose which emails you get'),

  // --------------------------------------------------------------------- the words beside the number that leads
  heroAdded: message<{ count: number }>('{count, plural, one {Connect added} other {Connects added}}'),
  heroToBegin: message<{ count: number }>(
    '{count, plural, one {Connect to begin with} other {Connects to begin with}}',
  ),
  heroExpired: message<{ count: number }>('{count, plural, one {Connect expired} other {Connects expired}}'),
  heroOwed: message<{ count: number }>('{count, plural, one {Connect owed} other {Connects owed}}'),
  heroSettled: message<{ count: number }>(
    '{count, plural, one {Connect went to what you owed} other {Connects went to what you owed}}',
  ),
  heroTakenBack: message<{ count: number }>(
    '{count, plural, one {Connect taken back} other {Connects taken back}}',
  ),
  heroGivenBack: message<{ count: number }>(
    '{count, plural, one {Connect given back} other {Connects given back}}',
  ),
  heroAfterCycles: message<{ count: number; cycles: number }>(
    '{count, plural, one {Connect} other {Connects}} after {cycles, number} billing cycles',
  ),
  heroToUse: message<{ count: number; on: string }>(
    '{count, plural, one {Connect} other {Connects}} to use before {on}',
  ),

  // ----------------------------------------------------------------------------------- where the member stands
  haveAndNext: message<{ balance: number; next: number; on: string }>(
    'You now have {balance, number}; the next {next, plural, one {# comes} other {# come}} on {on}.',
  ),
  haveAndCycle: message<{ balance: number; on: string }>(
    'You now have {balance, number}; your next billing cycle begins on {on}.',
  ),
  have: message<{ balance: number }>('You now have {balance, number}.'),
  hadAndHave: message<{ made: number; balance: number }>(
    'That made {made, number}; since then your balance has changed to {balance, number}.',
  ),
  next: message<{ next: number; on: string }>(
    'The next {next, plural, one {# comes} other {# come}} on {on}.',
  ),
  nextCycle: message<{ on: string }>('Your next billing cycle begins on {on}.'),
  closed: message('Your account is closed: there are no further billing cycles.'),

  // -------------------------------------------------------------------------------------- terms of an equation
  termExpired: message<{ count: number }>('{count, plural, other {expired}}'),
  termFree: message('free'),
  termPlus: message('Plus'),
  termPaid: message('of your plan'),
  termOwed: message('owed'),
  termBetween: message('in between'),
  termBack: message<{ count: number }>('{count, plural, other {back}}'),
  termAward: message('award'),
  termCycle: message<{ on: string }>('for {on}'),
  termCorrection: message<{ count: number }>('{count, plural, other {corrected}}'),
  termRollsOver: message<{ count: number }>('{count, plural, one {that rolls over} other {that roll over}}'),

  // ---------------------------------------------------------------------------------------------------- grants
  grantSubject: message<{ added: number; balance: number }>(
    '{added, plural, one {# Connect} other {# Connects}} added, you have {balance, number}',
  ),
  grantSubjectLost: message<{ added: number; expired: number; balance: number }>(
    '{added, number} added, {expired, number} expired: you have {balance, plural, one {# Connect} other {# Connects}}',
  ),
  grantSubjectExpired: message<{ expired: number; balance: number }>(
    '{expired, plural, one {# Connect has} other {# Connects have}} expired, you have {balance, number}',
  ),
  grantSubjectOwed: message<{ given: number; balance: number }>(
    '{given, plural, one {# Connect} other {# Connects}} went to what you owed, you have {balance, number}',
  ),
  grantSubjectCycles: message<{ cycles: number; balance: number }>(
    '{cycles, number} billing cycles: you have {balance, plural, one {# Connect} other {# Connects}}',
  ),
  grantSubjectLate: message<{ cycles: number; balance: number }>(
    '{cycles, number} late billing cycles: you have {balance, plural, one {# Connect} other {# Connects}}',
  ),
  grantExpired: message<{ expired: number; limit: number }>(
    '{expired, number} above the rollover limit of {limit, number} expired.',
  ),
  grantExpiredInAll: message<{ expired: number }>('{expired, number} above the rollover limit expired.'),
  grantLate: message<{ on: string; addedOn: string }>(
    'We were late: your billing cycle began on {on}, and we settled it on {addedOn}. It counts as of the day on which it began.',
  ),
  grantLateCycles: message<{ cycles: number; addedOn: string; expired: string } & Days>(
    'We were late: we settled {cycles, number} billing cycles, those of {first} to {last}, together on {addedOn}. Each counts as of its own day{expired, select, yes {, and what was above the limit on that day expired} other {}}: you have what you would have had on time.',
  ),
  grantCycles: message<{ cycles: number } & Days>(
    'This email tells of {cycles, number} billing cycles, those of {first} to {last}.',
  ),
  grantPlanFree: message<{ plan: string; free: number }>(
    '{plan} includes {free, plural, one {# free Connect} other {# free Connects}} at the start of every billing cycle.',
  ),
  grantPlanPaid: message<{ plan: string; paid: number }>(
    '{plan} adds {paid, number} at the start of every billing cycle, as part of the membership.',
  ),
  grantPlanBoth: message<{ plan: string; free: number; paid: number }>(
    '{plan} brings {free, number} free Connects and {paid, number} of the membership at the start of every billing cycle.',
  ),
  grantRollover: message<{ on: string; opening: number; cap: number; expired: number; grants: string }>(
    'On {on} you had {opening, plural, one {# Connect} other {# Connects}}. Up to {cap, number} roll over into a new cycle, so {expired, number} expired{grants, select, yes {, before the new ones were added} other {}}.',
  ),
  rolloverCounts: message<{ agency: string }>(
    '{agency, select, yes {Bought Connects count towards that limit, too.} other {Free, earned and bought Connects all count towards that limit.}}',
  ),
  grantRecovered: message<{ recovered: number }>(
    '{recovered, plural, one {# Connect was} other {# Connects were}} taken back: a payment failed after you had spent them, so you owed them to the next Connects of your membership.',
  ),
  grantBetween: message<{ amount: string }>(
    'In between, other changes came to {amount} in all; your history has each of them.',
  ),
  grantDays: message<{ days: string }>('This billing cycle: {days}.'),
  grantDaysMonthly: message<{ days: string; day: string }>(
    'This billing cycle: {days}. Yours begin on {day} of every month.',
  ),
  grantDaysMonthEnd: message<{ days: string }>(
    'This billing cycle: {days}. Yours begin on the same day of every month, or on the last day of a shorter one.',
  ),
  grantPlanChanged: message<{ on: string }>(
    'Your plan has changed since: your billing cycle now counts from {on}.',
  ),
  grantLaterCycle: message<{ days: string }>('This email is about an earlier billing cycle: {days}.'),

  // ---------------------------------------------------------------------------------------------------- awards
  welcomeSubject: message<{ award: number }>(
    'Welcome: {award, plural, one {# Connect} other {# Connects}} to begin with',
  ),
  welcomeLead: message('Welcome! Use them to send proposals for jobs that you like.'),
  welcomeRule: message(
    'Every new freelancer gets them once, when the account opens; they stand for the first month.',
  ),
  welcomeMonthly: message<{ plan: string }>(
    'From then on {plan} brings Connects at the start of every billing cycle.',
  ),
  welcomeMonthlyBoth: message<{ plan: string; free: number; paid: number }>(
    'From then on {plan} brings Connects at the start of every billing cycle: {free, number} free and {paid, number} of the membership.',
  ),
  readinessSubject: message<{ award: number; balance: number }>(
    'Test passed: {award, plural, one {# Connect} other {# Connects}} added, you have {balance, number}',
  ),
  readinessLead: message('Well done: you passed the Readiness Test.'),
  readinessRule: message('The Readiness Test brings Connects once; they are added by themselves.'),
  interviewSubject: message<{ award: number; balance: number }>(
    'Interview: {award, plural, one {# Connect} other {# Connects}} added, you have {balance, number}',
  ),
  interviewLead: message<{ proposal: string; moment: string }>(
    'A client asked you for an interview because of your proposal {proposal}, and you replied on {moment}.',
  ),
  interviewUsed: message<{ used: number; max: number; days: number }>(
    'With interviews you have earned {used, number} of at most {max, number} in the last {days, plural, one {# day} other {# days}}.',
  ),
  interviewUsedUpTo: message<{ used: number; max: number; days: number; moment: string }>(
    'With interviews you have earned {used, number} of at most {max, number} in the {days, plural, one {# day} other {# days}} up to {moment}.',
  ),
  interviewRule: message('A reply to an interview request brings Connects once for each proposal.'),
  interviewShort: message<{ award: number; whole: number; held: number; max: number }>(
    'It is {whole, number} as a rule. This time it was {award, number}: {held, number} of {max, number} had been earned already, so there was room for no more.',
  ),
  interviewTwo: message<{ proposal: string }>(
    'Your history shows this as two transactions: what proposal {proposal} had cost comes back, and the rest is on top.',
  ),
  interviewBack: message<{ proposal: string }>(
    'Your history shows this as one transaction: it comes back for what proposal {proposal} had cost.',
  ),

  // --------------------------------------------------------------------------------------------- changes of plan
  upgradeSubject: message<{ added: number; balance: number }>(
    'Freelancer Plus: {added, plural, one {# Connect} other {# Connects}} added, you have {balance, number}',
  ),
  upgradeSubjectOwed: message<{ recovered: number }>(
    'Freelancer Plus: its {recovered, plural, one {# Connect} other {# Connects}} went to what you owed',
  ),
  upgradeSubjectBegun: message('Freelancer Plus: your membership has begun'),
  upgradeBegun: message('Freelancer Plus has begun'),
  upgradeLead: message<{ on: string }>(
    'Your Freelancer Plus membership has begun, and with it a new billing cycle, on {on}. Everything that you had before is still there.',
  ),
  upgradePaidWhole: message(
    'The Connects of Freelancer Plus are added whole, on the day on which it begins.',
  ),
  upgradeShare: message<{
    elapsed: number;
    days: number;
    on: string;
    plansFree: number;
    free: number;
  }>(
    'Of the free monthly Connects you get the share of the days that had passed: {elapsed, number} of {days, plural, one {# day} other {# days}} of the cycle that began on {on}. {plansFree, number} × {elapsed, number} ÷ {days, number}, rounded down, is {free, number}.',
  ),
  upgradeRecovered: message<{ recovered: number }>(
    '{recovered, plural, one {# Connect was} other {# Connects were}} taken back at once: you owed them since a payment failed.',
  ),
  upgradeFromNow: message<{ on: string; free: number; paid: number }>(
    'From {on} every cycle brings {free, number} free Connects and {paid, number} of the membership.',
  ),
  paymentSubjectNothing: message('Your payment failed: no Connects taken back'),
  paymentSubjectTaken: message<{ reversed: number }>(
    'Your payment failed: {reversed, plural, one {# Connect} other {# Connects}} taken back',
  ),
  paymentSubjectOwed: message<{ owed: number }>(
    'Your payment failed: {owed, plural, one {# Connect} other {# Connects}} owed',
  ),
  paymentSubjectBoth: message<{ reversed: number; owed: number }>(
    'Your payment failed: {reversed, plural, one {# Connect} other {# Connects}} taken back, {owed, number} owed',
  ),
  paymentFailed: message('Your payment failed'),
  paymentLead: message<{ failedOn: string; basicFrom: string }>(
    'The payment for the billing cycle of {failedOn} failed. Your plan is Freelancer Basic from {basicFrom}.',
  ),
  paymentOwed: message<{ owed: number }>('You owe {owed, plural, one {# Connect} other {# Connects}}.'),
  paymentNextCycle: message(
    'That cycle had not begun, so nothing had been added for it and nothing was taken back.',
  ),
  paymentCurrentCycle: message(
    'The Connects that a membership adds to a cycle are taken back when the cycle is not paid for, as far as your balance goes.',
  ),
  paymentEarlierCycle: message('That cycle was over, so nothing was taken back.'),
  paymentOwedRule: message<{ paid: number; owed: number; all: string }>(
    'The cycle had been given {paid, plural, one {# Connect} other {# Connects}}, and {all, select, yes {all of them} other {{owed, number} of them}} {owed, plural, one {was} other {were}} spent already. Those you owe: they come off the next Connects of a membership, never off free or bought ones.',
  ),
  paymentOwedBefore: message<{ before: number; owed: number; inAll: number }>(
    'You had owed {before, number} before: {before, number} + {owed, number} = {inAll, number}.',
  ),
  remedyUpgrade: message(
    'To get the monthly Connects of Freelancer Plus again, mend your payment method and upgrade again.',
  ),
  remedyUpgradedAgain: message('You have upgraded again since; another email tells of that.'),
  remedyReinstatement: message('Your account is suspended: you can upgrade again once that has ended.'),
  remedyNone: message('Your account is closed: there is nothing that you need to do.'),

  // ------------------------------------------------------------------------------------------------ corrections
  backfillSubject: message<{ added: number; cycles: number }>(
    '{added, plural, one {# Connect} other {# Connects}} added for {cycles, plural, one {a past billing cycle} other {# past billing cycles}}',
  ),
  backfillSubjectOwed: message<{ recovered: number; cycles: number }>(
    '{recovered, plural, one {# Connect} other {# Connects}} of {cycles, plural, one {a past billing cycle} other {# past billing cycles}} went to what you owed',
  ),
  backfillLead: message<{ cycles: number; first: string; last: string }>(
    'They were missing for {cycles, plural, one {the billing cycle of {first}} other {# billing cycles, those of {first} to {last}}}. There is nothing that you need to do.',
  ),
  backfillRule: message('Each past cycle is given what your plan gave at that time, once.'),
  backfillRecovered: message<{ recovered: number }>(
    '{recovered, plural, one {# Connect was} other {# Connects were}} taken back at once: you owed them, because what a failed payment or a correction should have taken had been spent already.',
  ),
  backfillNothingExpires: message(
    'Nothing expires for the past. At your next billing cycle the rollover limit counts as always.',
  ),
  reversalSubjectTaken: message<{ count: number }>(
    'A correction: {count, plural, one {# Connect} other {# Connects}} taken back',
  ),
  reversalSubjectGiven: message<{ count: number }>(
    'A correction: {count, plural, one {# Connect} other {# Connects}} given back',
  ),
  reversalSubjectNothing: message('A correction: no change in all'),
  reversalNothing: message('No change in all'),
  reversalLead: message(
    'We had changed your Connects by mistake, and have corrected that. We are sorry for the trouble.',
  ),
  reversalOf: message<{ on: string }>('The mistake was in your billing cycle of {on}.'),
  reversalRule: message(
    'A correction undoes what the mistaken cycle added and what it let expire, and never takes a balance below zero.',
  ),
  reversalNotTaken: message<{ count: number }>(
    '{count, plural, one {# Connect was} other {# Connects were}} spent already, and stayed as they are.',
  ),
  reversalOwed: message<{ owed: number }>(
    '{owed, plural, one {# Connect} other {# Connects}} that the mistaken cycle had put towards what you owe {owed, plural, one {is} other {are}} owed again.',
  ),
  reversalHistory: message('Your history keeps both: the mistake and its correction.'),

  // -------------------------------------------------------------------------------------------------- reminders
  reminderSubject: message<{ expiring: number; on: string }>(
    'Use {expiring, plural, one {# Connect} other {# Connects}} before {on}, or they expire',
  ),
  reminderPreheader: message<{ balance: number; cap: number }>(
    'You have {balance, number}, and {cap, number} can roll over.',
  ),
  reminderLead: message<{ count: number }>(
    '{count, plural, one {It expires when your next billing cycle begins, unless you use it before} other {They expire when your next billing cycle begins, unless you use them before}}: send proposals for jobs that you like. Nothing else is needed.',
  ),
  rolloverRule: message<{ cap: number }>(
    'Up to {cap, number} roll over into a new cycle; what is above that expires when it begins.',
  ),
  reminderNewOnes: message('The Connects of the new cycle are added after that, and are not affected.'),

  // ------------------------------------------------------------------------- of what reached us after the fact
  late: message<{ happened: string; reached: string; decided: string }>(
    'This happened on {happened}; it reached us on {reached}, after something later had been counted, so it was decided as of {decided}.',
  ),
  lateAfterCycle: message<{ happened: string; reached: string; decided: string; cycle: string }>(
    'This happened on {happened}; it reached us on {reached}, after your billing cycle of {cycle} had begun, so it was decided as of {decided}.',
  ),

  // -------------------------------------------------------------------------------------------- a row per cycle
  columnCycle: message('Cycle of'),
  columnExpired: message('Expired'),
  columnAdded: message('Added'),
  columnBalance: message('Balance'),
  rowBefore: message<{ cycles: number }>('{cycles, plural, one {# cycle} other {# cycles}} before'),
  rowText: message<{ label: string; expired: number; added: number; balance: number }>(
    '{label}: {expired, plural, =0 {} other {{expired, number} expired, }}{added, plural, =0 {} other {{added, number} added, }}balance {balance, number}',
  ),
};
