/** Decisions on what a member does besides: opening an account, passing the test, spending, getting Connects back. */
import { type ZoneWords, reasonGiven } from '../member-words.ts';
import {
  type Inquiry,
  type Tellings,
  type Told,
  amountIn,
  idOf,
  nextBegins,
  occurredAt,
  textIn,
  wasInactive,
  whenDecided,
} from './answer.ts';
import { eventWords } from './reaching.ts';
import { unlessClosed } from './what-stands.ts';

type Sentence = (told: Told, inquiry: Inquiry) => string;

const on: Sentence = (told, { words }) => words.day(occurredAt(told));

const nextCycle = (_: Told, inquiry: Inquiry): string | null => nextBegins(inquiry);

const programFrom: Sentence = (told, { words }) => words.on(textIn(told, 'programFrom'));

export const WELCOME_TELLINGS: Tellings = {
  awarded: {
    sentence: (told, inquiry) => {
      const { decisions: say } = inquiry.words.texts;
      const [count, day] = [amountIn(told, 'award'), on(told, inquiry)];
      return count === 0 ? say.welcomeNone({ day }) : say.welcome({ count, day });
    },
    rule: 'welcome',
    next: nextCycle,
  },
  'not-eligible': {
    sentence: (told, inquiry) => inquiry.words.texts.decisions.welcomeAgency({ day: on(told, inquiry) }),
    rule: 'welcome',
  },
  'before-program': {
    sentence: (told, inquiry) =>
      inquiry.words.texts.decisions.welcomeBefore({
        day: on(told, inquiry),
        from: programFrom(told, inquiry),
      }),
    rule: 'program',
  },
};

const test = (told: Told, inquiry: Inquiry, reason: string): string =>
  inquiry.words.texts.decisions.testNone({ day: on(told, inquiry), reason });

export const READINESS_TELLINGS: Tellings = {
  awarded: {
    sentence: (told, inquiry) => {
      const { decisions: say } = inquiry.words.texts;
      const count = amountIn(told, 'award');
      return count === 0
        ? test(told, inquiry, say.termsGiveNone())
        : say.test({ count, day: on(told, inquiry) });
    },
    rule: 'readiness-test',
  },
  'already-awarded': {
    sentence: (told, inquiry) => {
      const { words } = inquiry;
      const { decisions: say } = words.texts;
      const [first] = told.earlier;
      const before = first
        ? say.testedOn({ count: first.amount, day: words.day(first.effectiveAt) })
        : say.testedBefore();
      return test(told, inquiry, before);
    },
    rule: 'readiness-test',
    next: (_, { words }) => words.texts.decisions.testAgain(),
  },
  'not-eligible': {
    sentence: (told, inquiry) => test(told, inquiry, inquiry.words.texts.decisions.forFreelancers()),
    rule: 'readiness-test',
  },
  'account-inactive': {
    sentence: (told, inquiry) => test(told, inquiry, wasInactive(told, inquiry)),
    rule: 'readiness-test',
    next: (_, inquiry) => stillCounts(inquiry, inquiry.words.texts.decisions.testWhileActive()),
  },
  'before-program': {
    sentence: (told, inquiry) =>
      test(told, inquiry, inquiry.words.texts.decisions.startedLater({ from: programFrom(told, inquiry) })),
    rule: 'program',
    next: (_, inquiry) => stillCounts(inquiry, inquiry.words.texts.decisions.testSince()),
  },
};

const stillCounts = (inquiry: Inquiry, promise: string): string =>
  inquiry.account.readinessAwarded
    ? inquiry.words.texts.decisions.testedSince()
    : unlessClosed(promise, inquiry);

const missing: Sentence = (told, inquiry) =>
  inquiry.words.texts.decisions.missing({
    balance: amountIn(told, 'balance'),
    when: whenDecided(told, inquiry),
    asked: amountIn(told, 'asked'),
  });

const spent =
  (reason: Sentence): Sentence =>
  (told, inquiry) =>
    inquiry.words.texts.decisions.notSpent({
      count: amountIn(told, 'asked'),
      day: on(told, inquiry),
      reason: reason(told, inquiry),
    });

export const SPEND_TELLINGS: Tellings = {
  'insufficient-connects': { sentence: spent(missing), rule: 'spending' },
  'account-inactive': { sentence: spent(wasInactive), rule: 'spending' },
};

const sent =
  (reason: Sentence): Sentence =>
  (told, inquiry) =>
    inquiry.words.texts.decisions.notCharged({
      id: idOf(told.subject),
      day: on(told, inquiry),
      reason: reason(told, inquiry),
    });

export const PROPOSAL_TELLINGS: Tellings = {
  'insufficient-connects': { sentence: sent(missing), rule: 'spending' },
  'account-inactive': { sentence: sent(wasInactive), rule: 'spending' },
  'already-recorded': {
    sentence: sent((told, { words }) =>
      words.texts.decisions.chargedBefore({ count: amountIn(told, 'spent') }),
    ),
    rule: 'one-proposal',
  },
};

const returned = (told: Told, inquiry: Inquiry) => ({
  count: amountIn(told, 'asked'),
  day: on(told, inquiry),
  proposal: textIn(told, 'proposal') ?? '',
});

export const RETURN_TELLINGS: Tellings = {
  'unknown-proposal': {
    sentence: (told, inquiry) => inquiry.words.texts.decisions.notReturnedUnknown(returned(told, inquiry)),
    rule: 'returns',
  },
  'nothing-to-return': {
    sentence: (told, inquiry) =>
      inquiry.words.texts.decisions.notReturned({
        ...returned(told, inquiry),
        spent: amountIn(told, 'spent'),
        refunded: amountIn(told, 'refunded'),
      }),
    rule: 'returns',
  },
};

export const ADJUSTMENT_TELLINGS: Tellings = {
  'insufficient-connects': {
    sentence: (told, inquiry) => {
      const { texts } = inquiry.words;
      return (
        texts.decisions.notCorrected({
          amount: texts.signed(amountIn(told, 'asked')),
          day: on(told, inquiry),
          count: amountIn(told, 'balance'),
          when: whenDecided(told, inquiry),
        }) + reasonGiven(textIn(told, 'reason'), texts)
      );
    },
    rule: 'correction',
  },
};

/** Whatever it was about. */
export const COMMON_TELLINGS: Tellings = {
  'balance-limit': {
    sentence: (told, inquiry) =>
      inquiry.words.texts.decisions.tooMany({
        count: amountIn(told, 'asked'),
        day: on(told, inquiry),
        balance: amountIn(told, 'balance'),
        when: whenDecided(told, inquiry),
        most: amountIn(told, 'most'),
      }),
    rule: null,
  },
  'refused-by-operator': {
    sentence: (told, inquiry) =>
      inquiry.words.texts.decisions.setAside({
        day: on(told, inquiry),
        what: eventWords(textIn(told, 'type') ?? '', inquiry.words),
        on: inquiry.words.day(told.postedAt),
        reason: (textIn(told, 'reason') ?? '').replace(/\.$/, ''),
      }),
    rule: null,
    counts: null,
  },
};

/** A cycle's second decision: its own stands in its record; what comes later names who made it. */
export const LATER_CYCLE_TELLINGS: Tellings = {
  granted: {
    sentence: (told, { words }) =>
      words.texts.cycles.grantedLater({
        day: words.on(cycleDateOf(told.subject)),
        count: gained(told),
        on: words.day(told.postedAt),
      }) +
      recovered(told, words) +
      reasonGiven(told.by?.reason, words.texts),
    rule: 'monthly',
  },
};

const gained = (told: Told): number => told.posted.reduce((sum, one) => sum + Math.max(0, one.amount), 0);

/** Owed since a failed payment, or spent before a reversal could take them. */
const recovered = (told: Told, { texts }: ZoneWords): string =>
  amountIn(told, 'recovered') === 0
    ? ''
    : ` ${texts.cycles.spentBefore({ count: amountIn(told, 'recovered') })}`;

/** `cycle:2021-03-11#2` → `2021-03-11`. */
export const cycleDateOf = (subject: string): string => idOf(subject).slice(0, 10);
