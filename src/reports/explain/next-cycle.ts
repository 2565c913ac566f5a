/** What comes next: boundaries ahead, what they would bring, and why their dates are what they are. */
import { type LocalDate, boundaryOn } from '../../domain/calendar.ts';
import { forecast, previewDowngrade } from '../../domain/simulation/forecast.ts';
import { type Settlement, catchUp } from '../../domain/settle.ts';
import type { Span } from '../../domain/spans.ts';
import { monthEndOf } from '../../domain/terms.ts';
import { ConnectsError } from '../../errors.ts';
import { type RecordedDecision, listDecisionsOfKind, listSpans } from '../account-records.ts';
import { connects, dayOfMonth, dayWords, planPhrase } from '../member-words.ts';
import {
  type Answer,
  type Inquiry,
  comesBy,
  isDue,
  factOf,
  heldUpBy,
  iso,
  nextBegins,
  occurredAt,
  textIn,
} from './answer.ts';
import { hasBought } from './around-cycle.ts';
import { reachingOf } from './lateness.ts';
import { lateRemark, lateSentence, reachingEvidence } from './reaching.ts';
import type { Rule, RuleUse } from './rules.ts';
import { lateEventsOf } from './too-late.ts';

/** The next boundaries; none where the account's own row cannot be settled: that is told as a failure. */
export const foreseen = ({ account, terms }: Inquiry, cycles: number): readonly Settlement[] =>
  unlessBroken(() => forecast(account, terms.latest.terms, cycles)) ?? [];

/** What the domain foresees; undefined where it refuses the account's row, as settling would. */
export function unlessBroken<Value>(foresee: () => Value): Value | undefined {
  try {
    return foresee();
  } catch (error) {
    if (error instanceof ConnectsError && error.kind === 'broken-rule') return undefined;
    throw error;
  }
}

/** The next boundary, if nothing is spent or received until then; undefined for a closed account. */
export async function nextCycle(inquiry: Inquiry): Promise<Answer | undefined> {
  const [next] = foreseen(inquiry, 1);
  if (!next) return undefined;
  return nextCycleAnswer(inquiry, next, 'account', next.expired > 0 && (await hasBought(inquiry)));
}

/**
 * A boundary ahead. One whose instant has passed is due, and still to be settled.
 * @param bought says that bought Connects expire as others do
 */
export function nextCycleAnswer(
  inquiry: Inquiry,
  ahead: Settlement,
  subject: string,
  bought: boolean,
): Answer {
  const { account, asOf, terms, words } = inquiry;
  const due = ahead.startsAt <= asOf;
  const onItsOwn = subject !== 'account';
  const code = due ? 'overdue' : onItsOwn ? 'not-begun' : 'next-cycle';
  const opening = due
    ? `Your billing cycle of ${dayWords(ahead.cycleOn)} has begun, and what it brings is still to be added.`
    : `Your ${onItsOwn ? '' : 'next '}billing cycle begins on ${dayWords(ahead.cycleOn)}.`;
  return {
    subject,
    code,
    sentence: `${opening} ${wouldBring(ahead, due)}${bought ? ` Bought Connects count towards the ${ahead.cap}, too.` : ''}`,
    evidence: {
      ...forecastEvidence(ahead),
      zone: words.zone,
      balance: account.balance,
      heldUpBy: heldUpBy(inquiry),
    },
    rule: terms.rule(ahead.code === 'account-inactive' ? 'active-cycle' : 'monthly', useOf(inquiry, ahead)),
    at: null,
    next: due
      ? comesBy(inquiry)
      : `It begins at ${words.moment(ahead.startsAt)}, by the clock of ${words.zone}; the one after it on ` +
        `${dayWords(ahead.nextOn)}.${untilMended(inquiry)}`,
  };
}

const untilMended = ({ failure }: Inquiry): string =>
  failure?.state === 'put-aside'
    ? ' An error on our side put your account aside: nothing is added before that is mended.'
    : '';

/** A settlement ahead as evidence; `starts_at` in UTC. */
export const forecastEvidence = ({ startsAt, ...settlement }: Settlement) => ({
  ...settlement,
  startsAt: iso(startsAt),
});

const useOf = ({ terms }: Inquiry, ahead: Settlement): RuleUse => ({
  version: terms.latest.version,
  at: ahead.startsAt,
  plan: ahead.plan,
});

function wouldBring(ahead: Settlement, due: boolean): string {
  if (ahead.code === 'account-inactive')
    return 'Your account is suspended: while it is, no Connects would be added, and none would expire.';
  if (ahead.code === 'before-program')
    return 'It begins before the program: no Connects would be added, and none would expire.';
  const { recovered, closing } = ahead;
  const back = recovered > 0 ? `, and ${recovered} of them taken back, because you owe them` : '';
  const first = due ? capital(wouldExpire(ahead)) : `If nothing changes until then, ${wouldExpire(ahead)}`;
  return `${first}, and ${wouldAdd(ahead)}${back}. You would then have ${closing}.`;
}

export function wouldAdd({ free, paid, plan }: Pick<Settlement, 'free' | 'paid' | 'plan'>): string {
  if (free + paid === 0) return `none would be added, as ${planPhrase(plan)} has no monthly Connects`;
  if (paid === 0) return `${free} free ${free === 1 ? 'Connect' : 'Connects'} would be added`;
  const parts = [...(free > 0 ? [`${free} free`] : []), `${paid} of ${planPhrase(plan)}`];
  return `${connects(free + paid)} would be added (${parts.join(' and ')})`;
}

/** How many of what an account has would expire, and why. */
function wouldExpire({ opening, expired, cap }: Settlement): string {
  if (opening === 0) return 'no Connects would expire, as you would have none';
  const yours = `of your ${connects(opening)}`;
  if (cap === null) return `none ${yours} would expire, as all roll over`;
  if (expired > 0) return `${expired} ${yours} would expire, as ${cap} roll over`;
  return `none ${yours} would expire, as up to ${cap} roll over`;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

// --------------------------------------------------------------------------------- a change of plan ahead

/** Nothing expires and nothing is added, whatever the limit and the plan. */
const isUntouched = ({ code }: Settlement): boolean =>
  code === 'account-inactive' || code === 'before-program';

/** What a change to Basic would bring at the next boundary; undefined where none could be asked for. */
export function downgradePreview(inquiry: Inquiry): Answer | undefined {
  const { terms } = inquiry.terms.latest;
  // Whoever asks now has what is due settled first, so the change comes with a later boundary.
  const preview = unlessBroken(() =>
    previewDowngrade(catchUp(inquiry.account, terms, inquiry.asOf).account, terms),
  );
  if (!preview) return undefined;
  const { asItIs, afterDowngrade: after } = preview;
  return {
    subject: 'account',
    code: 'downgrade-preview',
    sentence:
      `If you changed to ${planPhrase('basic')}, you would keep ${planPhrase('plus')} until ` +
      `${dayWords(after.cycleOn)}. ` +
      (isUntouched(after)
        ? wouldBring(after, false)
        : `Then ${wouldExpire(after)}, and ${connects(after.free + after.paid)} would be added instead of ` +
          `${asItIs.free + asItIs.paid}. You would then have ${after.closing}.`),
    evidence: { asItIs: forecastEvidence(asItIs), afterDowngrade: forecastEvidence(after) },
    rule: inquiry.terms.rule('downgrade', useOf(inquiry, after)),
    at: null,
    next: 'Such a change can be withdrawn until then, by upgrading again; that adds no Connects.',
  };
}

const thenBrings = (after: Settlement): string =>
  isUntouched(after)
    ? wouldBring(after, false)
    : `Then ${wouldExpire(after)}, and ${connects(after.free + after.paid)} would be added.`;

/** A change that waits for the next boundary, and what made it wait. */
export async function pendingPlan(inquiry: Inquiry): Promise<Answer | undefined> {
  const { account, terms, words } = inquiry;
  if (account.pendingPlan === null || account.nextCycleOn === null) return undefined;
  const asked = await whatMadeItPending(inquiry);
  const [reaching] = asked ? await reachingOf(inquiry, [factOf(asked)]) : [];
  const [after] = foreseen(inquiry, 1);
  const because = asked && (asked.code === 'payment-failed' ? 'a payment failed' : 'you asked for it');
  return {
    subject: 'account',
    code: 'pending-plan',
    sentence:
      `Your plan changes from ${planPhrase(account.plan)} to ${planPhrase(account.pendingPlan)} on ` +
      `${dayWords(account.nextCycleOn)}${asked ? `, because ${because} on ${words.day(occurredAt(asked))}` : ''}` +
      `${reaching ? lateRemark(reaching, words) : ''}.` +
      (after ? ` ${thenBrings(after)}` : ''),
    evidence: {
      plan: account.plan,
      pendingPlan: account.pendingPlan,
      takesEffectOn: account.nextCycleOn,
      decision: asked ? { subject: asked.subject, code: asked.code, at: iso(asked.at) } : null,
      ...(reaching && reachingEvidence(reaching)),
      ...(after && { next: forecastEvidence(after) }),
    },
    rule: terms.rule(asked?.code === 'payment-failed' ? 'payment' : 'downgrade', {
      version: terms.latest.version,
      at: asked?.at ?? inquiry.asOf,
    }),
    at: iso(asked?.at ?? null),
    next: isDue(inquiry)
      ? 'That billing cycle has begun: the change counts from it on, and can be withdrawn no more.'
      : `Until then you keep ${planPhrase(account.plan)}; upgrading again before that day withdraws the change` +
        (account.status === 'active'
          ? '.'
          : `, if your account is active then; it is ${account.status} now.`),
  };
}

async function whatMadeItPending({ db, account }: Inquiry): Promise<RecordedDecision | undefined> {
  const plans = await listDecisionsOfKind(db, account.id, 'plan');
  const payments = await listDecisionsOfKind(db, account.id, 'payment');
  return [...plans, ...payments]
    .filter((one) => one.code === 'downgrade-pending' || textIn(one, 'which') === 'next-cycle')
    .toSorted((a, b) => a.no - b.no)
    .at(-1);
}

// ---------------------------------------------------------------------------------------- why that date

/** Why the next date is what it is: the latest move by an upgrade and by a time zone, or what set it at first. */
export async function whyThatDate(inquiry: Inquiry): Promise<Answer[]> {
  const { account } = inquiry;
  if (account.nextCycleOn === null) return [];
  const spans = await listSpans(inquiry.db, account.id);
  const upgrade = lastChange(spans, (before, after) => before.anchorOn !== after.anchorOn);
  const zone = lastChange(spans, (before, after) => before.zone !== after.zone);
  const answers = [
    ...(upgrade ? [await movedByUpgrade(inquiry, upgrade)] : []),
    ...(zone ? [await movedByZone(inquiry, zone)] : []),
  ];
  return answers.length > 0 ? answers : [dateSet(inquiry)];
}

interface Change {
  readonly before: Span;
  readonly after: Span;
}

function lastChange(
  spans: readonly Span[],
  differs: (before: Span, after: Span) => boolean,
): Change | undefined {
  for (let index = spans.length - 1; index > 0; index -= 1) {
    const [before, after] = [spans[index - 1] as Span, spans[index] as Span];
    if (differs(before, after)) return { before, after };
  }
  return undefined;
}

async function upgradesOf({ db, account }: Inquiry): Promise<RecordedDecision[]> {
  const changes = await listDecisionsOfKind(db, account.id, 'plan');
  return changes.filter((one) => textIn(one, 'fromAnchorOn') !== undefined);
}

async function movedByUpgrade(inquiry: Inquiry, { before, after }: Change): Promise<Answer> {
  const { words, account } = inquiry;
  const upgrade = (await upgradesOf(inquiry)).findLast(
    (one) => textIn(one, 'anchorOn') === after.anchorOn && one.at === after.fromAt,
  );
  const [reaching] = upgrade ? await reachingOf(inquiry, [factOf(upgrade)]) : [];
  const since = reaching?.after
    ? `as of which your upgrade to ${planPhrase('plus')} counts`
    : `when you upgraded to ${planPhrase('plus')}`;
  return {
    subject: 'account',
    code: 'moved-by-upgrade',
    sentence:
      `Your billing cycles begin on ${beginOn(inquiry, after.anchorOn)} of the month since ${words.day(after.fromAt)}, ` +
      `${since}: an upgrade starts a new billing cycle. Before, they began on ` +
      `${beginOn(inquiry, before.anchorOn)}.${monthEnds(inquiry, after.anchorOn)}` +
      (reaching ? lateSentence(reaching, words) : ''),
    evidence: {
      fromAt: iso(after.fromAt),
      fromAnchorOn: before.anchorOn,
      anchorOn: after.anchorOn,
      nextCycleOn: account.nextCycleOn,
      decision: upgrade ? { subject: upgrade.subject, code: upgrade.code, ...upgrade.detail } : null,
      ...(reaching && reachingEvidence(reaching)),
    },
    rule: inquiry.terms.rule('upgrade', { version: inquiry.terms.latest.version, at: after.fromAt }),
    at: iso(after.fromAt),
    next: nextBegins(inquiry),
  };
}

async function movedByZone(inquiry: Inquiry, { before, after }: Change): Promise<Answer> {
  const { account } = inquiry;
  const late = (await lateEventsOf(inquiry)).find(
    (one) => one.type === 'account.zone-changed' && one.effectiveAt === after.fromAt,
  );
  const [reaching] = late
    ? await reachingOf(inquiry, [{ ...late, event: late.id, occurredAt: late.at, postedAt: late.receivedAt }])
    : [];
  return {
    subject: 'account',
    code: 'moved-by-zone',
    sentence:
      `Your time zone changed from ${before.zone} to ${after.zone} on ${inquiry.words.day(after.fromAt)}. Your billing ` +
      `dates stayed; since then they begin with the day of ${after.zone}.` +
      (reaching ? lateSentence(reaching, inquiry.words) : ''),
    evidence: {
      fromAt: iso(after.fromAt),
      fromZone: before.zone,
      zone: after.zone,
      nextCycleOn: account.nextCycleOn,
      nextCycleAt: iso(account.nextCycleAt),
      ...(reaching && reachingEvidence(reaching)),
    },
    rule: datesRule(inquiry),
    at: iso(after.fromAt),
    next: nextBegins(inquiry),
  };
}

function dateSet(inquiry: Inquiry): Answer {
  const { account } = inquiry;
  return {
    subject: 'account',
    code: 'date-set',
    sentence:
      `Your billing cycles begin on ${beginOn(inquiry, account.anchorOn)} of the month, counted from ` +
      `${dayWords(account.anchorOn)}. That date has not moved.${monthEnds(inquiry, account.anchorOn)}`,
    evidence: { anchorOn: account.anchorOn, zone: account.zone, nextCycleOn: account.nextCycleOn },
    rule: datesRule(inquiry),
    at: null,
    next: nextBegins(inquiry),
  };
}

/** The day of the month on which cycles begin that are counted from a date: a 31st may count as the 1st after it. */
const beginOn = ({ account, terms }: Inquiry, anchorOn: LocalDate): string =>
  dayOfMonth(boundaryOn({ anchorOn, zone: account.zone, monthEnd: monthEndOf(terms.latest.terms) }, 0));

/** A 29th, 30th or 31st is missing from some months. */
function monthEnds({ terms }: Inquiry, anchorOn: LocalDate): string {
  if (Number(anchorOn.slice(8, 10)) <= 28) return '';
  return monthEndOf(terms.latest.terms) === 'clamp'
    ? ' In a shorter month they begin on its last day.'
    : ` The ${dayOfMonth(anchorOn).slice('the '.length)} counts as the 1st of the month after.`;
}

const datesRule = ({ terms, asOf }: Inquiry): Rule =>
  terms.rule(monthEndOf(terms.latest.terms) === 'clamp' ? 'dates-clamped' : 'dates-first-of-next', {
    version: terms.latest.version,
    at: asOf,
  });
