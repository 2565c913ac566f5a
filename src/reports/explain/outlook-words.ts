/** What replies would come to, as sentences: what it is now, what changes it, and from when. */
import { DateTime } from 'luxon';
import type { Instant } from '../../domain/calendar.ts';
import type { ReplyStep } from '../../domain/simulation/reply-outlook.ts';
import { type ZoneWords, connects, counted } from '../member-words.ts';
import { type Inquiry, iso, textIn } from './answer.ts';
import { interviewReason } from './interview-tellings.ts';
import type { Prospect, UnknownProposal } from './outlook.ts';
import { whileItCan } from './reward-ahead.ts';
import type { Rule, RuleName } from './rules.ts';

/** Those that are told together share all of this. */
export function classOf({ now, waits, unknown }: Prospect): string {
  if (waits !== undefined) return 'waits';
  if (!now) return 'untold';
  const closed = textIn(now, 'closedBy') === undefined ? '' : 'closed';
  return [now.code, closed, unknown?.which, now.from].join(' ');
}

/**
 * What would change that nothing came of a request, and from or until when.
 * @param many whether it is told of several requests at once, all of one class
 */
export function replyWords(inquiry: Inquiry, prospect: Prospect, interview: string, many: boolean): string {
  const { now, steps, waits, unknown } = prospect;
  if (waits !== undefined) return 'It is decided, as of when you replied, once the account is up to date.';
  if (!now) return 'What a reply would come to can be told once the account is up to date.';
  if (now.code === 'invite-without-proposal') {
    const others = 'An interview request about a proposal that you sent can.';
    return `Replying to ${many ? 'them' : 'it'} earns none either. ${whileItCan(inquiry, others)}`;
  }
  if (unknown) return unknownWords(inquiry, prospect, unknown, textIn(now, 'proposal') ?? '', many);
  if (now.code === 'account-inactive') return inactiveWords(inquiry, steps, many);
  if (steps.length === 0)
    return `A reply earns none, because ${finalReason(now, interview, many, inquiry.words)}. Nothing changes that.`;
  return aheadWords(steps, inquiry.words, { lead: 'Still possible: a reply now', many });
}

/** The same for a proposal about which no client asked yet. */
export function requestWords(inquiry: Inquiry, prospect: Prospect, proposal: string, many: boolean): string {
  const { now, steps, waits, unknown } = prospect;
  if (waits !== undefined)
    return `An interview request about ${many ? 'each' : 'it'} is kept and not counted yet: it counts once the account is up to date.`;
  if (!now) return 'What a reply would come to can be told once the account is up to date.';
  if (unknown) return unknownWords(inquiry, prospect, unknown, proposal, many);
  if (now.code === 'account-inactive') return inactiveWords(inquiry, steps, many);
  if (steps.length === 0)
    return `No reply earns an award for ${many ? 'them' : 'it'}, because ${finalReason(now, '-', many, inquiry.words)}.`;
  const can = steps.some(({ award }) => award > 0);
  const which = many ? 'one of them' : 'it';
  const start = can
    ? `If a client asks for an interview about ${which}, your reply can still earn an award. `
    : '';
  return `${start}${aheadWords(steps, inquiry.words, { lead: 'A reply now', many })}`;
}

/** Of a proposal that is no one's here: why, and what a reply would come to once it were. */
function unknownWords(
  inquiry: Inquiry,
  { steps }: Prospect,
  unknown: UnknownProposal,
  proposal: string,
  many: boolean,
): string {
  const why = unknownReason(inquiry, unknown, proposal, many);
  const { status } = inquiry.account;
  const first = `A reply now would earn none, because ${why}.`;
  if (status !== 'active') return `${first} ${inactiveWords(inquiry, [], many)}`;
  if (unknown.which === 'elsewhere') return `${first} Only the account that sent a proposal earns for it.`;
  const then = uncapitalised(aheadWords(steps, inquiry.words, { lead: 'a reply', many }));
  return `${first} Once ${many ? 'one' : 'it'} is recorded on this account: ${then}`;
}

function unknownReason(
  { words }: Inquiry,
  unknown: UnknownProposal,
  proposal: string,
  many: boolean,
): string {
  if (unknown.which === 'waiting')
    return many
      ? 'these proposals are kept and not counted yet'
      : `proposal ${proposal} is kept and not counted yet`;
  if (unknown.which === 'elsewhere')
    return many
      ? 'these proposals were sent from other accounts'
      : `proposal ${proposal} was sent from another account`;
  if (unknown.which === 'not-recorded')
    return many
      ? 'these proposals were never reported to us'
      : `proposal ${proposal} was never reported to us`;
  if (many) return 'these proposals were refused when they were sent';
  const { at, code } = unknown.decision;
  const why =
    code === 'insufficient-connects'
      ? ': there were not enough Connects for it'
      : `: your account was ${textIn(unknown.decision, 'status') ?? 'not active'}`;
  return `proposal ${proposal} was refused on ${words.day(at)}${why}`;
}

function inactiveWords({ account, words }: Inquiry, steps: readonly ReplyStep[], many: boolean): string {
  if (account.status === 'closed')
    return 'A reply earns none: your account is closed, and earns no awards any more.';
  const ahead = uncapitalised(aheadWords(steps, words, { lead: 'a reply', many }));
  const then = steps.length > 0 ? ` Once it is active again: ${ahead}` : '';
  return `A reply earns none while your account is ${account.status}.${then}`;
}

/** Why it stays at that. */
function finalReason(now: ReplyStep, interview: string, many: boolean, words: ZoneWords): string {
  if (!many) return interviewReason({ ...now, subject: `interview:${interview}` }, words);
  return now.code === 'already-awarded'
    ? 'each of these proposals had earned its award before'
    : 'a full weekly limit closed each of these proposals before';
}

/** Changes that are told one by one. */
const CHANGES_MAX = 3;

interface Leading {
  /** What would earn: the first words. */
  readonly lead: string;
  /** Whether it is told of several requests at once. */
  readonly many: boolean;
}

/** Of a proposal that is open to awards, while the account is active. */
function aheadWords(steps: readonly ReplyStep[], words: ZoneWords, told: Leading): string {
  const [now, ...later] = steps;
  if (!now) return 'What a reply would come to can be told once the account is up to date.';
  const opens = later.findIndex(({ award }) => award > 0);
  if (now.code === 'weekly-cap' && opens >= 0) return fullWords(now, later.slice(opens), words, told.many);
  const because = now.code === 'awarded' ? '' : `, because ${reasonOf(now, words)}`;
  const start =
    now.award > 0
      ? `${told.lead} would earn ${connects(now.award)}${because}.`
      : `A reply now would earn none${because}.`;
  const end =
    now.award > 0 ? ' No date ends this.' : ' By the terms that are known today, no date changes that.';
  return `${start}${later.length > 0 ? changesWords(later, words) : end}${oneAward(steps)}`;
}

/** @param open the step with room, and what comes after it */
function fullWords(now: ReplyStep, open: readonly ReplyStep[], words: ZoneWords, many: boolean): string {
  const [first, ...later] = open as readonly [ReplyStep, ...ReplyStep[]];
  return (
    `Reply after ${momentFrom(first.from, words)}; a reply before then earns none, and ${many ? 'its' : 'this'} proposal can then never ` +
    `earn an award, because ${reasonOf(now, words)}. From then on a reply would earn ${connects(first.award)}.` +
    `${changesWords(later, words)}${endWords(open)}${oneAward(open)}`
  );
}

/** Where nothing takes the award away: until when it can be had. */
const endWords = (steps: readonly ReplyStep[]): string =>
  (steps.at(-1)?.award ?? 0) > 0 ? ' No date ends this.' : '';

function changesWords(later: readonly ReplyStep[], words: ZoneWords): string {
  const told = later.slice(0, CHANGES_MAX).map((step) => {
    const from = momentFrom(step.from, words);
    return step.award > 0
      ? ` From ${from} it would earn ${connects(step.award)}.`
      : ` From ${from} it would earn none, because ${reasonOf(step, words)}.`;
  });
  const left = later.length - told.length;
  const cut =
    left > 0 ? ` ${counted(left, 'later change')} ${left === 1 ? 'is' : 'are'} in --json only.` : '';
  return `${told.join('')}${cut}`;
}

const oneAward = (steps: readonly ReplyStep[]): string =>
  steps.some(({ code }) => code === 'weekly-cap-partial')
    ? ' A proposal earns one award: what a smaller one lacks is not added later.'
    : '';

const reasonOf = (step: ReplyStep, words: ZoneWords): string =>
  step.code === 'balance-limit'
    ? 'your account would hold more Connects than any account can'
    : interviewReason({ ...step, subject: 'interview:-' }, words);

/** With the seconds where there are any, rounded up; with the offset in an hour that happens twice. */
export function momentFrom(at: Instant, { zone }: ZoneWords): string {
  const local = DateTime.fromMillis(Math.ceil(at / 1000) * 1000, { zone, locale: 'en' });
  const text = local.toFormat(local.second === 0 ? 'd LLLL yyyy, HH:mm' : 'd LLLL yyyy, HH:mm:ss');
  return local.getPossibleOffsets().length > 1 ? `${text} (UTC${local.toFormat('ZZ')})` : text;
}

const uncapitalised = (text: string): string => `${text.charAt(0).toLowerCase()}${text.slice(1)}`;

const RULE_OF: Readonly<Record<string, RuleName>> = {
  awarded: 'interview',
  'weekly-cap-partial': 'interview',
  'weekly-cap': 'full-window',
  'reward-ended': 'interview',
  'before-program': 'program',
  'already-awarded': 'one-award',
  'account-inactive': 'active-award',
  'unknown-proposal': 'interview-needs-proposal',
  'invite-without-proposal': 'interview-needs-proposal',
};

/** What decides a reply now. */
export function prospectRule({ terms, asOf }: Inquiry, { now }: Prospect): Rule {
  const use = { version: terms.latest.version, at: now?.from ?? asOf };
  return terms.rule(RULE_OF[now?.code ?? ''] ?? 'interview', use);
}

/** As evidence: what a reply now would come to, and each later change. */
export const prospectEvidence = ({ now, steps, unknown }: Prospect) => ({
  ...(unknown && { unknownProposal: unknown.which }),
  ...(unknown?.which === 'elsewhere' && { accounts: unknown.accounts }),
  replyNow: now ? { code: now.code, ...now.detail } : null,
  outlook: steps.map(({ from, code, award }) => ({ from: iso(from), code, award })),
});
