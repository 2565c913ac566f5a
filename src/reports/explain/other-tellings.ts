/** Decisions on what a member does besides: opening an account, passing the test, spending, getting Connects back. */
import { connects, connectsWere, dayWords, reasonGiven, signed } from '../member-words.ts';
import {
  type Inquiry,
  type Tellings,
  type Told,
  amountIn,
  idOf,
  nextBegins,
  occurredAt,
  textIn,
  whenDecided,
} from './answer.ts';
import { unlessClosed } from './what-stands.ts';

const on = (told: Told, { words }: Inquiry): string => words.day(occurredAt(told));

const nextCycle = (_: Told, inquiry: Inquiry): string | null => nextBegins(inquiry);

const programFrom = (told: Told): string => dayWords(textIn(told, 'programFrom'));

export const WELCOME_TELLINGS: Tellings = {
  awarded: {
    sentence: (told, inquiry) =>
      amountIn(told, 'award') === 0
        ? `No Connects were added when your account opened on ${on(told, inquiry)}: the terms of that day give none.`
        : `${connectsWere(amountIn(told, 'award'))} added when your account opened on ${on(told, inquiry)}. They are ` +
          'your first month.',
    rule: 'welcome',
    next: nextCycle,
  },
  'not-eligible': {
    sentence: (told, inquiry) =>
      `No welcome Connects were added when the account opened on ${on(told, inquiry)}: they are for freelancers, and ` +
      'this is an agency.',
    rule: 'welcome',
  },
  'before-program': {
    sentence: (told, inquiry) =>
      `No welcome Connects were added when your account opened on ${on(told, inquiry)}: the program started later, on ` +
      `${programFrom(told)}.`,
    rule: 'program',
  },
};

const test = (told: Told, inquiry: Inquiry, reason: string): string =>
  `No Connects were added when you passed the Readiness Test on ${on(told, inquiry)}: ${reason}.`;

export const READINESS_TELLINGS: Tellings = {
  awarded: {
    sentence: (told, inquiry) =>
      amountIn(told, 'award') === 0
        ? test(told, inquiry, 'the terms of that day give none')
        : `${connectsWere(amountIn(told, 'award'))} added, because you passed the Readiness Test on ${on(told, inquiry)}.`,
    rule: 'readiness-test',
  },
  'already-awarded': {
    sentence: (told, inquiry) => {
      const [first] = told.earlier;
      const before = first
        ? `the ${connects(first.amount)} for it were added on ${inquiry.words.day(first.effectiveAt)}`
        : 'the Connects for it were added before this account was taken over';
      return test(told, inquiry, `${before}, and it counts once`);
    },
    rule: 'readiness-test',
    next: () => 'Passing it again changes nothing.',
  },
  'not-eligible': {
    sentence: (told, inquiry) => test(told, inquiry, 'they are for freelancers, and this is an agency'),
    rule: 'readiness-test',
  },
  'account-inactive': {
    sentence: (told, inquiry) => test(told, inquiry, inactive(told)),
    rule: 'readiness-test',
    next: (_, { account }) =>
      account.readinessAwarded
        ? 'You have passed it since, and it was counted.'
        : unlessClosed('Passing it while the account is active still counts.')({ account }),
  },
  'before-program': {
    sentence: (told, inquiry) => test(told, inquiry, `the program started later, on ${programFrom(told)}`),
    rule: 'program',
    next: (_, { account }) =>
      account.readinessAwarded
        ? 'You have passed it since, and it was counted.'
        : unlessClosed('Passing it since then still counts.')({ account }),
  },
};

const missing = (told: Told): string =>
  `you had ${connects(amountIn(told, 'balance'))}${whenDecided(told)}, and ${amountIn(told, 'asked')} were asked`;
const inactive = (told: Told): string => `your account was ${textIn(told, 'status')}${whenDecided(told)}`;

const spent = (reason: (told: Told) => string) => (told: Told, inquiry: Inquiry) =>
  `${connectsWere(amountIn(told, 'asked'))} not spent on ${on(told, inquiry)}: ${reason(told)}.`;

export const SPEND_TELLINGS: Tellings = {
  'insufficient-connects': { sentence: spent(missing), rule: 'spending' },
  'account-inactive': { sentence: spent(inactive), rule: 'spending' },
};

const sent = (reason: (told: Told) => string) => (told: Told, inquiry: Inquiry) =>
  `Proposal ${idOf(told.subject)} was not charged on ${on(told, inquiry)}: ${reason(told)}.`;

export const PROPOSAL_TELLINGS: Tellings = {
  'insufficient-connects': { sentence: sent(missing), rule: 'spending' },
  'account-inactive': { sentence: sent(inactive), rule: 'spending' },
  'already-recorded': {
    sentence: sent((told) => `it had been charged before, with ${connects(amountIn(told, 'spent'))}`),
    rule: 'one-proposal',
  },
};

const returned = (told: Told, inquiry: Inquiry): string =>
  `Of ${connects(amountIn(told, 'asked'))} to come back on ${on(told, inquiry)} for proposal ` +
  `${textIn(told, 'proposal')}, none did`;

export const RETURN_TELLINGS: Tellings = {
  'unknown-proposal': {
    sentence: (told, inquiry) =>
      `${returned(told, inquiry)}: the proposal is not one of this account, so nothing was spent on it here.`,
    rule: 'returns',
  },
  'nothing-to-return': {
    sentence: (told, inquiry) =>
      `${returned(told, inquiry)}: ${connectsWere(amountIn(told, 'spent'))} spent on it, and ` +
      `${amountIn(told, 'refunded')} had come back before.`,
    rule: 'returns',
  },
};

export const ADJUSTMENT_TELLINGS: Tellings = {
  'insufficient-connects': {
    sentence: (told, inquiry) =>
      `A correction of ${signed(amountIn(told, 'asked'))} on ${on(told, inquiry)} was not made: you had ` +
      `${connects(amountIn(told, 'balance'))}${whenDecided(told)}.${reasonGiven(textIn(told, 'reason'))}`,
    rule: 'correction',
  },
};

/** Whatever it was about. */
export const COMMON_TELLINGS: Tellings = {
  'balance-limit': {
    sentence: (told, inquiry) =>
      `${connectsWere(amountIn(told, 'asked'))} not added on ${on(told, inquiry)}: you had ` +
      `${connects(amountIn(told, 'balance'))}${whenDecided(told)}, and an account can hold ${amountIn(told, 'most')}.`,
    rule: null,
  },
  'refused-by-operator': {
    sentence: (told, inquiry) =>
      `What reached us of ${on(told, inquiry)} (${textIn(told, 'type')}) could not be counted, and was set aside on ` +
      `${inquiry.words.day(told.postedAt)}: ${(textIn(told, 'reason') ?? '').replace(/\.$/, '')}.`,
    rule: null,
    counts: null,
  },
};

/** A cycle's second decision: its own stands in its record; what comes later names who made it. */
export const LATER_CYCLE_TELLINGS: Tellings = {
  granted: {
    sentence: (told, { words }) =>
      `For the billing cycle of ${dayWords(cycleDateOf(told.subject))} ${connectsWere(gained(told))} added later, by a ` +
      `correction on ${words.day(told.postedAt)}.${recovered(told)}${reasonGiven(told.by?.reason)}`,
    rule: 'monthly',
  },
};

const gained = (told: Told): number => told.posted.reduce((sum, one) => sum + Math.max(0, one.amount), 0);

/** Owed since a failed payment, or spent before a reversal could take them. */
const recovered = (told: Told): string =>
  amountIn(told, 'recovered') === 0
    ? ''
    : ` ${connectsWere(amountIn(told, 'recovered'))} taken off again at once, because they had been spent before they ` +
      'could be taken back.';

/** `cycle:2021-03-11#2` → `2021-03-11`. */
export const cycleDateOf = (subject: string): string => idOf(subject).slice(0, 10);
