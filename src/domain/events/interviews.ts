/**
 * The interview reward, decided when the member replies; and the window that bounds it: no stretch of so many days, by
 * when members replied, holds more than so many Connects in awards.
 */
import type { Account, DecisionCode } from '../account.ts';
import { type Instant, formatInstant } from '../calendar.ts';
import { type Effect, type Ground, applied, decided, postingFor, programStart, refused } from './effect.ts';
import type { EventOf } from './events.ts';
import { unrefunded } from './proposals.ts';
import type { Award, Interview, Proposal, Records } from './records.ts';
import { type InterviewTerms, type TermsRow, termsInForce } from '../terms.ts';

type Detail = Readonly<Record<string, unknown>>;

/** A client's request is remembered; the first of an id counts. */
export function requestInterview(
  account: Account,
  event: EventOf<'interview.requested'>,
  ground: Ground,
  records: Records,
): Effect {
  if (records.interviews.has(event.interview)) return applied(account);
  const interview: Interview = {
    id: event.interview,
    proposal: event.proposal ?? null,
    requestedAt: ground.occurredAt,
    repliedAt: null,
  };
  return applied(account, { interviews: [interview] });
}

/** The member replies: the award, or the reason for none. Terms are those at the reply's own instant. */
export function replyToInterview(
  account: Account,
  event: EventOf<'interview.replied'>,
  ground: Ground,
  records: Records,
): Effect {
  const asked = records.interviews.get(event.interview);
  const proposal = asked?.proposal ? records.proposals.get(asked.proposal) : undefined;
  const row = termsInForce(ground.terms, ground.occurredAt);
  const eligible = eligibility(account, asked, proposal, row, ground);
  const interviews = asked ? [replied(asked, ground.occurredAt)] : [];
  const subject = `interview:${event.interview}`;
  if ('code' in eligible)
    return refused(account, decided(ground, subject, eligible.code, eligible.detail), { interviews });
  const reply = { ...eligible, interview: event.interview, subject };
  const effect = awardWithinWindow(account, reply, ground, records.awards);
  return { ...effect, interviews };
}

const replied = (interview: Interview, at: Instant): Interview => ({
  ...interview,
  repliedAt: interview.repliedAt ?? at,
});

interface EligibleReply {
  readonly proposal: Proposal;
  readonly terms: InterviewTerms;
  readonly termsFrom: string;
}

/** All checks before the window: of several reasons, the first is the one that is told. */
function eligibility(
  account: Account,
  asked: Interview | undefined,
  proposal: Proposal | undefined,
  row: TermsRow | undefined,
  ground: Ground,
): EligibleReply | { readonly code: DecisionCode; readonly detail: Detail } {
  const inForce = row && { termsFrom: row.effectiveFrom };
  if (!asked) return { code: 'no-interview-request', detail: { ...inForce } };
  if (asked.proposal === null) return { code: 'invite-without-proposal', detail: { ...inForce } };
  const about = { proposal: asked.proposal, ...inForce };
  if (!proposal) return { code: 'unknown-proposal', detail: about };
  const { status } = account;
  if (status !== 'active') return { code: 'account-inactive', detail: { ...about, status } };
  const { rewardedBy, closedBy } = proposal;
  if (rewardedBy !== null) return { code: 'already-awarded', detail: { ...about, rewardedBy } };
  if (!row) return { code: 'before-program', detail: { ...about, ...programStart(ground.terms) } };
  // Terms of an earlier version may say 0 where they mean null.
  if (!row.interview || row.interview.award === 0) return { code: 'reward-ended', detail: about };
  if (closedBy !== null) return { code: 'weekly-cap', detail: { ...about, award: 0, closedBy } };
  return { proposal, terms: row.interview, termsFrom: row.effectiveFrom };
}

interface Reply extends EligibleReply {
  readonly interview: string;
  readonly subject: string;
}

/** No room closes the proposal; little room gives a part; else the whole award. */
function awardWithinWindow(
  account: Account,
  reply: Reply,
  ground: Ground,
  awards: Records['awards'],
): Effect {
  const { proposal, terms, interview, subject } = reply;
  const window = fullestWindow([...awards.values()], ground.occurredAt, terms.windowDays);
  const room = terms.windowMax - window.held;
  const award = Math.max(0, Math.min(terms.award, room));
  const refund = terms.asTwoEntries ? Math.min(award, unrefunded(proposal)) : 0;
  const detail = { ...evidenceOf(reply, window), room, award, refund };
  if (room <= 0) {
    const closed = [{ ...proposal, closedBy: interview }];
    return refused(account, decided(ground, subject, 'weekly-cap', detail), { proposals: closed });
  }
  const posting = postingFor(account, ground, subject, { proposal: proposal.id });
  posting.post('interview-refund', refund);
  posting.post('interview-award', award - refund);
  const code = award < terms.award ? 'weekly-cap-partial' : 'awarded';
  return applied(posting.account, {
    entries: posting.entries,
    decisions: [decided(ground, subject, code, detail)],
    proposals: [{ ...proposal, rewardedBy: interview, refunded: proposal.refunded + refund }],
    awards: [{ interview, proposal: proposal.id, occurredAt: ground.occurredAt, amount: award }],
  });
}

/** Awards that a decision names: a window may hold thousands, and what is written down has an end. */
const COUNTED_MAX = 50;

/** What `explain` needs to show the sum: the window that decided, the latest awards in it, and how many there are. */
function evidenceOf({ proposal, terms, termsFrom }: Reply, window: Window): Detail {
  const [oldest] = window.awards;
  const counted = window.awards.slice(-COUNTED_MAX);
  const isCut = counted.length < window.awards.length;
  return {
    proposal: proposal.id,
    termsFrom,
    windowMax: terms.windowMax,
    windowDays: terms.windowDays,
    windowEndsAt: formatInstant(window.endsAt),
    held: window.held,
    counted: counted.map((award) => ({ ...award, occurredAt: formatInstant(award.occurredAt) })),
    ...(isCut && {
      countedInAll: window.awards.length,
      oldestAt: formatInstant((oldest as Award).occurredAt),
    }),
  };
}

/** The window (endsAt − days, endsAt] and the awards that occurred in it. */
export interface Window {
  readonly endsAt: Instant;
  readonly held: number;
  readonly awards: readonly Award[];
}

const DAY = 86_400_000;

/**
 * The fullest window that would contain a reply at `at`: its own, or one that ends at an award that occurred less
 * than a window's length after it (there are such only where the reply arrived late). A day is 24 hours.
 */
export function fullestWindow(awards: readonly Award[], at: Instant, windowDays: number): Window {
  const length = windowDays * DAY;
  const near = awards
    .filter(({ occurredAt }) => occurredAt > at - length && occurredAt < at + length)
    .toSorted(byOccurrence);
  const ends = [at, ...near.map(({ occurredAt }) => occurredAt).filter((end) => end > at)];
  const windows = ends.map((endsAt) => windowEnding(near, endsAt, length));
  return windows.reduce((fullest, window) => (window.held > fullest.held ? window : fullest));
}

/** In one order, wherever they were read from: the evidence is compared. */
const byOccurrence = (a: Award, b: Award): number =>
  a.occurredAt - b.occurredAt || (a.interview < b.interview ? -1 : 1);

function windowEnding(awards: readonly Award[], endsAt: Instant, length: number): Window {
  const within = awards.filter(({ occurredAt }) => occurredAt > endsAt - length && occurredAt <= endsAt);
  return { endsAt, held: within.reduce((sum, { amount }) => sum + amount, 0), awards: within };
}
