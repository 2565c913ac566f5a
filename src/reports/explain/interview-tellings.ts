/** Decisions on interview requests, as sentences. */
import { type Instant, parseInstant } from '../../domain/calendar.ts';
import { type ZoneWords, connects, counted, dayWords } from '../member-words.ts';
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
import { whileItCan } from './reward-ahead.ts';

type Reason = (told: Pick<Told, 'detail' | 'subject'>, words: ZoneWords) => string;

/** Why a reply earned nothing, or less: the end of a sentence, told from the recorded detail. */
const REASONS: Readonly<Record<string, Reason>> = {
  'no-interview-request': (told) =>
    `there was no interview request ${idOf(told.subject)} ${atThatTime(told)}, so there was nothing to award`,
  'invite-without-proposal': () =>
    'the client invited you, and there was no proposal of yours, so there was nothing to award',
  'unknown-proposal': (told) => `proposal ${textIn(told, 'proposal')} is not one of this account`,
  'account-inactive': (told) => `your account was ${textIn(told, 'status')} ${atThatTime(told)}`,
  'already-awarded': (told) =>
    `proposal ${textIn(told, 'proposal')} had earned its award before, with ` +
    (textIn(told, 'rewardedBy') === idOf(told.subject)
      ? 'an earlier reply to the same request'
      : `interview request ${textIn(told, 'rewardedBy')}`),
  'before-program': (told) => `the program started later, on ${dayWords(textIn(told, 'programFrom'))}`,
  'reward-ended': (told) =>
    `under the terms of ${dayWords(textIn(told, 'termsFrom'))} interview requests no longer earn Connects`,
  'weekly-cap': (told, words) => closedReason(told) ?? windowReason(told, words),
  'weekly-cap-partial': windowReason,
};

/** What was late met what held later. */
const atThatTime = (told: Pick<Told, 'detail'>): string =>
  isLate(told) ? 'when it was decided' : 'at that time';

/** Why it came to that, without a full stop. */
export const interviewReason = (told: Pick<Told, 'detail' | 'subject' | 'code'>, words: ZoneWords): string =>
  REASONS[told.code]?.(told, words) ?? 'it was decided so';

function closedReason(told: Pick<Told, 'detail'>): string | undefined {
  const closedBy = textIn(told, 'closedBy');
  if (closedBy === undefined) return undefined;
  return (
    `interview request ${closedBy} about the same proposal, ${textIn(told, 'proposal')}, met a full weekly limit ` +
    'before, and that closed the proposal for awards'
  );
}

function windowReason(told: Pick<Told, 'detail'>, words: ZoneWords): string {
  const held = amountIn(told, 'held');
  const days = counted(amountIn(told, 'windowDays'), 'day');
  const endsAt = parseInstant(textIn(told, 'windowEndsAt') ?? '');
  const upTo = endsAt === undefined ? '' : ` up to ${words.exact(endsAt)}`;
  const awarded = `awarded ${held} of at most ${amountIn(told, 'windowMax')} Connects for interviews`;
  // Only a late reply can lie in a window that ends after it.
  const repliedAt = parseInstant(textIn(told, 'occurredAt') ?? '');
  if (endsAt !== undefined && repliedAt !== undefined && endsAt > repliedAt)
    return (
      `it lies within the ${days}${upTo}, for which you had been ${awarded} when it was decided, also for later ` +
      'replies that had reached us before it'
    );
  return `in the ${days}${upTo} you had been ${awarded}`;
}

const refusal: Telling['sentence'] = (told, { words }) =>
  `Your reply to interview request ${idOf(told.subject)} on ${words.day(occurredAt(told))} earned no Connects: ` +
  `${interviewReason(told, words)}.`;

/** What an award was, its two lines named together. */
function award(told: Told, { words }: Inquiry): string {
  const given = amountIn(told, 'award');
  const id = idOf(told.subject);
  const first = `Your reply to interview request ${id} on ${words.day(occurredAt(told))} earned ${connects(given)}`;
  return `${first}.${onLines(told)}`;
}

/** How much of an award is what the proposal had cost: a part on a line of its own, or all of it. */
function onLines(told: Told): string {
  const refund = amountIn(told, 'refund');
  const rest = amountIn(told, 'award') - refund;
  const proposal = `proposal ${textIn(told, 'proposal')}`;
  if (refund === 0) return '';
  if (rest === 0)
    return ` All of it is a refund: so much of what ${proposal} had cost came back, and nothing was added on top.`;
  return ` Your history shows this one award on two lines: ${refund} back for ${proposal} and ${rest} on top.`;
}

/** An award is one of the week of its reply, whenever it was added. */
const addedThen = (day: string): string =>
  `so the Connects were added as of ${day}, and count for the weekly limit by when you replied`;

function partial(told: Told, inquiry: Inquiry): string {
  const whole = inquiry.terms.rowOf(ruleUseOf(inquiry, told)).interview?.award;
  const instead = whole === undefined ? '' : ` instead of ${whole}`;
  return (
    `Your reply to interview request ${idOf(told.subject)} on ${inquiry.words.day(occurredAt(told))} earned ` +
    `${connects(amountIn(told, 'award'))}${instead}: ${windowReason(told, inquiry.words)}, so that was the room left.${onLines(told)}`
  );
}

/** When the oldest of the counted awards leaves the window; undefined where none was counted. */
export function leavesWindowAt(told: Pick<Told, 'detail'>): Instant | undefined {
  const [first] = (told.detail.counted ?? []) as readonly { readonly occurredAt: string }[];
  const at = parseInstant(textIn(told, 'oldestAt') ?? first?.occurredAt ?? '');
  return at === undefined ? undefined : at + amountIn(told, 'windowDays') * 86_400_000;
}

function roomAgain(told: Told, inquiry: Inquiry): string {
  const { asOf, words } = inquiry;
  const closed = 'This proposal can earn no award any more.';
  const at = leavesWindowAt(told);
  if (at === undefined)
    return `${closed} ${whileItCan(inquiry, 'An interview request about another proposal can.')}`;
  const [isRoom, isOld] = at <= asOf ? ['there was room', 'was'] : ['there is room', 'is'];
  const others =
    `For another proposal ${isRoom} from ${words.exact(at)}, when the oldest of these awards ${isOld} ` +
    `${counted(amountIn(told, 'windowDays'), 'day')} old.`;
  return `${closed} ${whileItCan(inquiry, others)}`;
}

const awardRule = (told: Told) => (amountIn(told, 'refund') > 0 ? 'interview-on-two-lines' : 'interview');

/** Nothing was added: only the week in which it lies matters. */
const byReply = (): string => 'and counts for the weekly limit by when you replied';

/** What can still be earned. */
const anew =
  (promise: string): NonNullable<Telling['next']> =>
  (_, inquiry) =>
    whileItCan(inquiry, promise);

const proposalsEarn = anew(
  'Send a proposal: an interview request about it can earn an award when you reply to it.',
);

export const INTERVIEW_TELLINGS: Tellings = {
  awarded: { sentence: award, rule: awardRule, counts: addedThen },
  'weekly-cap': { sentence: refusal, rule: 'interview', next: roomAgain, counts: byReply },
  'weekly-cap-partial': {
    sentence: partial,
    rule: awardRule,
    next: () => 'This proposal has earned its award; the rest is not added later.',
    counts: addedThen,
  },
  'no-interview-request': {
    sentence: refusal,
    rule: 'interview-needs-proposal',
    next: anew('If the request is recorded after all, reply to it again: it is then decided anew.'),
  },
  'invite-without-proposal': {
    sentence: refusal,
    rule: 'interview-needs-proposal',
    next: proposalsEarn,
  },
  'unknown-proposal': {
    sentence: refusal,
    rule: 'interview-needs-proposal',
    next: anew('Once the proposal is recorded, a reply to the same request is decided anew.'),
  },
  'account-inactive': {
    sentence: refusal,
    rule: 'active-award',
    next: (_, { account }) =>
      account.status === 'closed'
        ? 'Your account is closed: it earns no awards any more.'
        : `A reply to the same request is decided anew while your account is active; it is ${account.status} now.`,
  },
  'already-awarded': {
    sentence: refusal,
    rule: 'one-award',
    next: anew('An interview request about another proposal can earn its own award.'),
  },
  'before-program': { sentence: refusal, rule: 'program', next: proposalsEarn },
  'reward-ended': { sentence: refusal, rule: 'interview', next: () => null },
};
