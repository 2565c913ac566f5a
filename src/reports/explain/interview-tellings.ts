/** Decisions on interview requests, as sentences. */
import { type Instant, parseInstant } from '../../domain/calendar.ts';
import type { ZoneWords } from '../member-words.ts';
import {
  type Inquiry,
  type Telling,
  type Tellings,
  type Told,
  amountIn,
  idOf,
  isLate,
  occurredAt,
  ruleUseOf,
  textIn,
} from './answer.ts';
import type { Counts } from './reaching.ts';
import { whileItCan } from './reward-ahead.ts';
import { unlessClosed } from './what-stands.ts';

type Reason = (told: Pick<Told, 'detail' | 'subject'>, words: ZoneWords) => string;

const proposalIn = (told: Pick<Told, 'detail'>): string => textIn(told, 'proposal') ?? '';

/** Why a reply earned nothing, or less: the end of a sentence, told from the recorded detail. What was late met what held later. */
const REASONS: Readonly<Record<string, Reason>> = {
  'no-interview-request': (told, { texts: { interviews: say } }) =>
    (isLate(told) ? say.noRequestLate : say.noRequest)({ id: idOf(told.subject) }),
  'invite-without-proposal': (_, { texts }) => texts.interviews.invite(),
  'unknown-proposal': (told, { texts }) => texts.interviews.unknownProposal({ proposal: proposalIn(told) }),
  'account-inactive': (told, words) => {
    const { interviews: say } = words.texts;
    return (isLate(told) ? say.inactiveLate : say.inactive)({ status: words.status(textIn(told, 'status')) });
  },
  'already-awarded': (told, { texts: { interviews: say } }) => {
    const proposal = proposalIn(told);
    const interview = textIn(told, 'rewardedBy') ?? '';
    return interview === idOf(told.subject)
      ? say.awardedBySame({ proposal })
      : say.awardedByOther({ proposal, interview });
  },
  'before-program': (told, words) =>
    words.texts.interviews.beforeProgram({ day: words.on(textIn(told, 'programFrom')) }),
  'reward-ended': (told, words) => words.texts.interviews.ended({ day: words.on(textIn(told, 'termsFrom')) }),
  'weekly-cap': (told, words) => closedReason(told, words) ?? windowReason(told, words),
  'weekly-cap-partial': windowReason,
};

/** Why it came to that, without a full stop. */
export const interviewReason = (told: Pick<Told, 'detail' | 'subject' | 'code'>, words: ZoneWords): string =>
  REASONS[told.code]?.(told, words) ?? words.texts.interviews.decidedSo();

function closedReason(told: Pick<Told, 'detail'>, { texts }: ZoneWords): string | undefined {
  const interview = textIn(told, 'closedBy');
  return interview === undefined
    ? undefined
    : texts.interviews.closedBy({ interview, proposal: proposalIn(told) });
}

function windowReason(told: Pick<Told, 'detail'>, words: ZoneWords): string {
  const { interviews: say } = words.texts;
  const endsAt = parseInstant(textIn(told, 'windowEndsAt') ?? '');
  const window = {
    days: amountIn(told, 'windowDays'),
    upTo: endsAt === undefined ? '' : say.upTo({ moment: words.momentsOf(edgesOf(told))(endsAt) }),
    held: amountIn(told, 'held'),
    most: amountIn(told, 'windowMax'),
  };
  // Only a late reply can lie in a window that ends after it.
  const repliedAt = parseInstant(textIn(told, 'occurredAt') ?? '');
  const isWithin = endsAt !== undefined && repliedAt !== undefined && endsAt > repliedAt;
  return isWithin ? say.windowLate(window) : say.window(window);
}

/** Which reply it is about. */
const replyOf = (told: Told, words: ZoneWords) => ({
  id: idOf(told.subject),
  day: words.day(occurredAt(told)),
});

const refusal: Telling['sentence'] = (told, { words }) =>
  words.texts.interviews.refused({ ...replyOf(told, words), reason: interviewReason(told, words) });

/** What an award was, its two lines named together. */
const award = (told: Told, { words }: Inquiry): string =>
  words.texts.interviews.earned({ ...replyOf(told, words), count: amountIn(told, 'award') }) +
  onLines(told, words);

/** How much of an award is what the proposal had cost: a part on a line of its own, or all of it. */
function onLines(told: Told, { texts: { interviews: say } }: ZoneWords): string {
  const refund = amountIn(told, 'refund');
  const rest = amountIn(told, 'award') - refund;
  const proposal = proposalIn(told);
  if (refund === 0) return '';
  return ` ${rest === 0 ? say.allRefund({ proposal }) : say.twoLines({ refund, proposal, rest })}`;
}

/** An award is one of the week of its reply, whenever it was added. */
const addedThen: Counts = ({ interviews }, day) => interviews.addedAsOf({ day });

function partial(told: Told, inquiry: Inquiry): string {
  const { words, terms } = inquiry;
  const { interviews: say } = words.texts;
  const whole = terms.rowOf(ruleUseOf(inquiry, told)).interview?.award;
  const earned = {
    ...replyOf(told, words),
    count: amountIn(told, 'award'),
    reason: windowReason(told, words),
  };
  return (
    (whole === undefined ? say.earnedPart(earned) : say.earnedPartOf({ ...earned, whole })) +
    onLines(told, words)
  );
}

/** When the oldest of the counted awards leaves the window; undefined where none was counted. */
export function leavesWindowAt(told: Pick<Told, 'detail'>): Instant | undefined {
  const [first] = (told.detail.counted ?? []) as readonly { readonly occurredAt: string }[];
  const at = parseInstant(textIn(told, 'oldestAt') ?? first?.occurredAt ?? '');
  return at === undefined ? undefined : at + amountIn(told, 'windowDays') * 86_400_000;
}

/** Where the window ends, and where its oldest award leaves it: seconds may decide between them. */
const edgesOf = (told: Pick<Told, 'detail'>): Instant[] =>
  [parseInstant(textIn(told, 'windowEndsAt') ?? ''), leavesWindowAt(told)].filter((at) => at !== undefined);

function roomAgain(told: Told, inquiry: Inquiry): string {
  const { asOf, words } = inquiry;
  const { interviews: say } = words.texts;
  const at = leavesWindowAt(told);
  if (at === undefined) return `${say.thisNoMore()} ${whileItCan(inquiry, say.anotherCan())}`;
  const room = { moment: words.momentFrom(at, ...edgesOf(told)), days: amountIn(told, 'windowDays') };
  const others = at <= asOf ? say.roomSince(room) : say.roomNow(room);
  return `${say.thisNoMore()} ${whileItCan(inquiry, others)}`;
}

const awardRule = (told: Told) => (amountIn(told, 'refund') > 0 ? 'interview-on-two-lines' : 'interview');

/** Nothing was added: only the week in which it lies matters. */
const byReply: Counts = ({ interviews }) => interviews.countsByReply();

type Promised = 'sendProposal' | 'replyOnceRequested' | 'onceProposed' | 'anotherEarns';

/** What can still be earned. */
const anew =
  (promise: Promised): NonNullable<Telling['next']> =>
  (_, inquiry) =>
    whileItCan(inquiry, inquiry.words.texts.interviews[promise]());

const proposalsEarn = anew('sendProposal');

export const INTERVIEW_TELLINGS: Tellings = {
  awarded: { sentence: award, rule: awardRule, counts: addedThen },
  'weekly-cap': { sentence: refusal, rule: 'interview', next: roomAgain, counts: byReply },
  'weekly-cap-partial': {
    sentence: partial,
    rule: awardRule,
    next: (_, { words }) => words.texts.interviews.restNotLater(),
    counts: addedThen,
  },
  'no-interview-request': {
    sentence: refusal,
    rule: 'interview-needs-proposal',
    next: anew('replyOnceRequested'),
  },
  'invite-without-proposal': {
    sentence: refusal,
    rule: 'interview-needs-proposal',
    next: proposalsEarn,
  },
  'unknown-proposal': {
    sentence: refusal,
    rule: 'interview-needs-proposal',
    next: anew('onceProposed'),
  },
  'account-inactive': {
    sentence: refusal,
    rule: 'active-award',
    next: (_, { account, words }) =>
      unlessClosed(words.texts.interviews.whileActive({ status: words.status(account.status) }), {
        account,
        words,
      }),
  },
  'already-awarded': {
    sentence: refusal,
    rule: 'one-award',
    next: anew('anotherEarns'),
  },
  'before-program': { sentence: refusal, rule: 'program', next: proposalsEarn },
  'reward-ended': { sentence: refusal, rule: 'interview', next: () => null },
};
