/** What comes next: boundaries ahead, what they would bring, and why their dates are what they are. */
import { type LocalDate, boundaryOn } from '../../domain/calendar.ts';
import { forecast, previewDowngrade } from '../../domain/simulation/forecast.ts';
import { type Settlement, catchUp } from '../../domain/settle.ts';
import type { Span } from '../../domain/spans.ts';
import { monthEndOf } from '../../domain/terms.ts';
import { ConnectsError } from '../../errors.ts';
import { type RecordedDecision, listDecisionsOfKind, listSpans } from '../account-records.ts';
import { upperFirst } from '../../words.ts';
import type { ZoneWords } from '../member-words.ts';
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
  const { standing: say, day } = words.texts;
  const begins = due ? say.hasBegun : onItsOwn ? say.cycleBegins : say.nextBegins;
  const ofBought = bought ? ` ${say.boughtCount({ cap: ahead.cap ?? 0 })}` : '';
  return {
    subject,
    code,
    sentence: `${begins({ day: day(ahead.cycleOn) })} ${wouldBring(ahead, due, words)}${ofBought}`,
    evidence: {
      ...forecastEvidence(ahead),
      zone: words.zone,
      balance: account.balance,
      heldUpBy: heldUpBy(inquiry),
    },
    rule: terms.rule(ahead.code === 'account-inactive' ? 'active-cycle' : 'monthly', useOf(inquiry, ahead)),
    at: null,
    next: due ? comesBy(inquiry) : beginsAt(inquiry, ahead) + untilMended(inquiry),
  };
}

/** The instant of a boundary ahead, and the one after it. */
export const beginsAt = (
  { words }: Inquiry,
  { startsAt, nextOn }: Pick<Settlement, 'startsAt' | 'nextOn'>,
): string =>
  words.texts.standing.beginsAt({
    moment: words.moment(startsAt),
    zone: words.zone,
    day: words.texts.day(nextOn),
  });

const untilMended = ({ failure, words }: Inquiry): string =>
  failure?.state === 'put-aside' ? ` ${words.texts.standing.untilMended()}` : '';

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

function wouldBring(ahead: Settlement, due: boolean, words: ZoneWords): string {
  const { standing: say } = words.texts;
  if (ahead.code === 'account-inactive') return say.suspendedBrings();
  if (ahead.code === 'before-program') return say.beforeProgramBrings();
  const { recovered, closing } = ahead;
  const adding = wouldAdd(ahead, words);
  const told = {
    expiry: wouldExpire(ahead, words),
    adding: recovered > 0 ? say.takenBack({ adding, count: recovered }) : adding,
    closing,
  };
  return due ? upperFirst(say.dueBrings(told)) : say.wouldBring(told);
}

export function wouldAdd(
  { free, paid, plan }: Pick<Settlement, 'free' | 'paid' | 'plan'>,
  words: ZoneWords,
): string {
  const { standing: say, rules, listed } = words.texts;
  if (free + paid === 0) return say.addsNone({ plan: words.plan(plan) });
  if (paid === 0) return say.addsFree({ count: free });
  const parts = [
    ...(free > 0 ? [rules.partFree({ count: free })] : []),
    say.partOf({ count: paid, plan: words.plan(plan) }),
  ];
  return say.addsParts({ count: free + paid, parts: listed(parts) });
}

/** How many of what an account has would expire, and why. */
function wouldExpire({ opening, expired, cap }: Settlement, words: ZoneWords): string {
  const { standing: say } = words.texts;
  if (opening === 0) return say.hasNone();
  if (cap === null) return say.allRollOver({ opening });
  return expired > 0 ? say.someExpire({ expired, opening, cap }) : say.noneExpire({ opening, cap });
}

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
  const { words } = inquiry;
  const { standing: say, day } = words.texts;
  const { asItIs, afterDowngrade: after } = preview;
  return {
    subject: 'account',
    code: 'downgrade-preview',
    sentence:
      `${say.ifDowngraded({ basic: words.plan('basic'), plus: words.plan('plus'), day: day(after.cycleOn) })} ` +
      (isUntouched(after)
        ? wouldBring(after, false, words)
        : say.thenInstead({
            expiry: wouldExpire(after, words),
            count: after.free + after.paid,
            instead: asItIs.free + asItIs.paid,
            closing: after.closing,
          })),
    evidence: { asItIs: forecastEvidence(asItIs), afterDowngrade: forecastEvidence(after) },
    rule: inquiry.terms.rule('downgrade', useOf(inquiry, after)),
    at: null,
    next: say.canBeWithdrawn(),
  };
}

const thenBrings = (after: Settlement, words: ZoneWords): string =>
  isUntouched(after)
    ? wouldBring(after, false, words)
    : words.texts.plans.thenBrings({
        expiry: wouldExpire(after, words),
        count: after.free + after.paid,
      });

/** A change that waits for the next boundary, and what made it wait. */
export async function pendingPlan(inquiry: Inquiry): Promise<Answer | undefined> {
  const { account, terms, words } = inquiry;
  if (account.pendingPlan === null || account.nextCycleOn === null) return undefined;
  const asked = await whatMadeItPending(inquiry);
  const [reaching] = asked ? await reachingOf(inquiry, [factOf(asked)]) : [];
  const [after] = foreseen(inquiry, 1);
  const { plans: say } = words.texts;
  const because = asked?.code === 'payment-failed' ? say.becausePayment : say.becauseAsked;
  const remark =
    (asked ? because({ day: words.day(occurredAt(asked)) }) : '') +
    (reaching ? lateRemark(reaching, words) : '');
  const plan = words.plan(account.plan);
  const change = {
    from: plan,
    to: words.plan(account.pendingPlan),
    day: words.on(account.nextCycleOn),
    remark,
  };
  return {
    subject: 'account',
    code: 'pending-plan',
    sentence: say.changes(change) + (after ? ` ${thenBrings(after, words)}` : ''),
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
      ? say.changeHasBegun()
      : account.status === 'active'
        ? say.keepsPlan({ plan })
        : say.keepsPlanIfActive({ plan, status: words.status(account.status) }),
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
  const { standing: say } = words.texts;
  const since = (reaching?.after ? say.asOfUpgrade : say.whenUpgraded)({ plus: words.plan('plus') });
  return {
    subject: 'account',
    code: 'moved-by-upgrade',
    sentence:
      say.dateMoved({
        dayOfMonth: beginOn(inquiry, after.anchorOn),
        day: words.day(after.fromAt),
        since,
        before: beginOn(inquiry, before.anchorOn),
      }) +
      monthEnds(inquiry, after.anchorOn) +
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
      inquiry.words.texts.standing.zoneMoved({
        before: before.zone,
        after: after.zone,
        day: inquiry.words.day(after.fromAt),
      }) + (reaching ? lateSentence(reaching, inquiry.words) : ''),
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
  const { texts } = inquiry.words;
  return {
    subject: 'account',
    code: 'date-set',
    sentence:
      texts.standing.dateSet({
        dayOfMonth: beginOn(inquiry, account.anchorOn),
        day: texts.day(account.anchorOn),
      }) + monthEnds(inquiry, account.anchorOn),
    evidence: { anchorOn: account.anchorOn, zone: account.zone, nextCycleOn: account.nextCycleOn },
    rule: datesRule(inquiry),
    at: null,
    next: nextBegins(inquiry),
  };
}

/** The day of the month on which cycles begin that are counted from a date: a 31st may count as the 1st after it. */
const beginOn = ({ account, terms, words }: Inquiry, anchorOn: LocalDate): string =>
  words.texts.dayOfMonth(
    boundaryOn({ anchorOn, zone: account.zone, monthEnd: monthEndOf(terms.latest.terms) }, 0),
  );

/** A 29th, 30th or 31st is missing from some months. */
function monthEnds({ terms, words }: Inquiry, anchorOn: LocalDate): string {
  const { standing: say } = words.texts;
  if (Number(anchorOn.slice(8, 10)) <= 28) return '';
  return monthEndOf(terms.latest.terms) === 'clamp'
    ? ` ${say.onLastDay()}`
    : ` ${say.onFirstAfter({ day: Number(anchorOn.slice(8, 10)) })}`;
}

const datesRule = ({ terms, asOf }: Inquiry): Rule =>
  terms.rule(monthEndOf(terms.latest.terms) === 'clamp' ? 'dates-clamped' : 'dates-first-of-next', {
    version: terms.latest.version,
    at: asOf,
  });
