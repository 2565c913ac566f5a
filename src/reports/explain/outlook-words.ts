/** What replies would come to, as sentences: what it is now, what changes it, and from when. */
import type { ReplyStep } from '../../domain/simulation/reply-outlook.ts';
import type { ZoneWords } from '../member-words.ts';
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
  const { words } = inquiry;
  const { outlook: say } = words.texts;
  if (waits !== undefined) return say.decidedOnceCurrent();
  if (!now) return say.toldOnceCurrent();
  if (now.code === 'invite-without-proposal')
    return `${say.inviteEarnsNone({ many: yes(many) })} ${whileItCan(inquiry, say.withProposalCan())}`;
  if (unknown) return unknownWords(inquiry, prospect, unknown, textIn(now, 'proposal') ?? '', many);
  if (now.code === 'account-inactive') return inactiveWords(inquiry, steps, many);
  if (steps.length === 0) return say.neverEarns({ reason: finalReason(now, interview, many, words) });
  return aheadWords(steps, words, { lead: 'possible', many });
}

/** The same for a proposal about which no client asked yet. */
export function requestWords(inquiry: Inquiry, prospect: Prospect, proposal: string, many: boolean): string {
  const { now, steps, waits, unknown } = prospect;
  const { words } = inquiry;
  const { outlook: say } = words.texts;
  if (waits !== undefined) return say.requestKept({ many: yes(many) });
  if (!now) return say.toldOnceCurrent();
  if (unknown) return unknownWords(inquiry, prospect, unknown, proposal, many);
  if (now.code === 'account-inactive') return inactiveWords(inquiry, steps, many);
  if (steps.length === 0)
    return say.noReplyEarns({ many: yes(many), reason: finalReason(now, '-', many, words) });
  const can = steps.some(({ award }) => award > 0);
  const start = can ? `${say.ifAsked({ many: yes(many) })} ` : '';
  return `${start}${aheadWords(steps, words, { lead: 'now', many })}`;
}

/** As messages ask for it. */
const yes = (is: boolean): 'yes' | 'no' => (is ? 'yes' : 'no');

/** Of a proposal that is no one's here: why, and what a reply would come to once it were. */
function unknownWords(
  inquiry: Inquiry,
  { steps }: Prospect,
  unknown: UnknownProposal,
  proposal: string,
  many: boolean,
): string {
  const { words, account } = inquiry;
  const { outlook: say } = words.texts;
  const first = say.nowNone({ reason: unknownReason(words, unknown, proposal, many) });
  if (account.status !== 'active') return `${first} ${inactiveWords(inquiry, [], many)}`;
  if (unknown.which === 'elsewhere') return `${first} ${say.onlySender()}`;
  const outlook = uncapitalised(aheadWords(steps, words, { lead: 'once', many }));
  return `${first} ${say.onceRecorded({ many: yes(many), outlook })}`;
}

function unknownReason(words: ZoneWords, unknown: UnknownProposal, proposal: string, many: boolean): string {
  const { outlook: say } = words.texts;
  const which = { many: yes(many), proposal };
  if (unknown.which === 'waiting') return say.kept(which);
  if (unknown.which === 'elsewhere') return say.elsewhere(which);
  if (unknown.which === 'not-recorded') return say.neverReported(which);
  if (many) return say.manyRefused();
  const { at, code } = unknown.decision;
  const refused = { proposal, day: words.day(at) };
  if (code === 'insufficient-connects') return say.refusedForWant(refused);
  const status = textIn(unknown.decision, 'status');
  return say.refusedInactive({
    ...refused,
    status: status === undefined ? say.notActive() : words.status(status),
  });
}

function inactiveWords({ account, words }: Inquiry, steps: readonly ReplyStep[], many: boolean): string {
  const { outlook: say } = words.texts;
  if (account.status === 'closed') return say.closed();
  const none = say.inactive({ status: words.status(account.status) });
  if (steps.length === 0) return none;
  return `${none} ${say.onceActive({ outlook: uncapitalised(aheadWords(steps, words, { lead: 'once', many })) })}`;
}

/** Why it stays at that. */
function finalReason(now: ReplyStep, interview: string, many: boolean, words: ZoneWords): string {
  if (!many) return interviewReason({ ...now, subject: `interview:${interview}` }, words);
  const { outlook: say } = words.texts;
  return now.code === 'already-awarded' ? say.allAwarded() : say.allClosed();
}

/** Changes that are told one by one. */
const CHANGES_MAX = 3;

interface Leading {
  /** How it begins: still possible, now, or once something has come. */
  readonly lead: 'possible' | 'now' | 'once';
  /** Whether it is told of several requests at once. */
  readonly many: boolean;
}

/** Of a proposal that is open to awards, while the account is active. */
function aheadWords(steps: readonly ReplyStep[], words: ZoneWords, { lead, many }: Leading): string {
  const [now, ...later] = steps;
  const { outlook: say } = words.texts;
  if (!now) return say.toldOnceCurrent();
  const opens = later.findIndex(({ award }) => award > 0);
  if (now.code === 'weekly-cap' && opens >= 0) return fullWords(now, later.slice(opens), words, many);
  const because = now.code === 'awarded' ? '' : say.because({ reason: reasonOf(now, words) });
  const start = now.award > 0 ? say.earns({ lead, count: now.award, because }) : say.earnsNone({ because });
  const end = now.award > 0 ? say.noDateEnds() : say.noDateChanges();
  return [start, ...(later.length > 0 ? changesWords(later, words) : [end]), ...oneAward(steps, words)].join(
    ' ',
  );
}

/** @param open the step with room, and what comes after it */
function fullWords(now: ReplyStep, open: readonly ReplyStep[], words: ZoneWords, many: boolean): string {
  const [first, ...later] = open as readonly [ReplyStep, ...ReplyStep[]];
  const { outlook: say } = words.texts;
  const full = say.full({
    moment: words.momentFrom(first.from),
    many: yes(many),
    reason: reasonOf(now, words),
    count: first.award,
  });
  // Where nothing takes the award away: until when it can be had.
  const end = (open.at(-1)?.award ?? 0) > 0 ? [say.noDateEnds()] : [];
  return [full, ...changesWords(later, words), ...end, ...oneAward(open, words)].join(' ');
}

function changesWords(later: readonly ReplyStep[], words: ZoneWords): string[] {
  const { outlook: say } = words.texts;
  const told = later
    .slice(0, CHANGES_MAX)
    .map((step) =>
      step.award > 0
        ? say.fromEarns({ moment: words.momentFrom(step.from), count: step.award })
        : say.fromNone({ moment: words.moment(step.from), reason: reasonOf(step, words) }),
    );
  const left = later.length - told.length;
  return left > 0 ? [...told, say.laterChanges({ count: left })] : told;
}

const oneAward = (steps: readonly ReplyStep[], { texts: { outlook: say } }: ZoneWords): string[] =>
  steps.some(({ code }) => code === 'weekly-cap-partial') ? [say.oneAward()] : [];

const reasonOf = (step: ReplyStep, words: ZoneWords): string =>
  step.code === 'balance-limit'
    ? words.texts.outlook.holdsTooMany()
    : interviewReason({ ...step, subject: 'interview:-' }, words);

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
