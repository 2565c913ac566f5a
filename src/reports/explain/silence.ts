/** What nothing came of yet: requests that wait for a reply, and proposals to which no client wrote. */
import type { Instant } from '../../domain/calendar.ts';
import type { Interview } from '../../domain/events/records.ts';
import { counted, formatAmount, listed } from '../member-words.ts';
import {
  SILENT_MAX,
  type SentProposal,
  countUnansweredBefore,
  listSilentProposals,
  listUnanswered,
} from '../silence-records.ts';
import { type Answer, type Inquiry, amountIn, iso } from './answer.ts';
import { Outlook, type Prospect } from './outlook.ts';
import { classOf, prospectEvidence, prospectRule, replyWords, requestWords } from './outlook-words.ts';
import { returned } from './returned.ts';

/** From when on requests and proposals are told; undefined tells them however old they are. */
export interface SilenceSince {
  readonly requests: Instant | undefined;
  readonly proposals: Instant;
}

/** Those of one kind whose reply would come to the same are told together, the newest first. */
export async function silence(inquiry: Inquiry, since: SilenceSince): Promise<Answer[]> {
  const { db, account } = inquiry;
  const interviews = await listUnanswered(db, account.id, since.requests ?? 0);
  const proposals = await listSilentProposals(db, account, since.proposals);
  const earlier = await earlierRequests(inquiry, since.requests);
  if (interviews.count + proposals.count === 0) return earlier;
  const outlook = await Outlook.of(inquiry, [
    ...interviews.rows.flatMap(({ proposal }) => proposal ?? []),
    ...proposals.rows.map(({ id }) => id),
  ]);
  const asked = grouped(interviews.rows, (one) => classOf(outlook.reply(one)));
  const sent = grouped(proposals.rows, ({ id }) => classOf(outlook.request(id)));
  return [
    ...asked.map((group) => unanswered(inquiry, outlook, group)),
    ...notListed('interview', 'interview requests without a reply', interviews.count),
    ...earlier,
    ...sent.map((group) => withoutRequest(inquiry, outlook, group)),
    ...notListed('proposal', 'proposals without an interview request', proposals.count),
    ...(await returned(inquiry, proposals.rows, since.proposals)),
  ];
}

/** That nothing was refused is said beside what nothing came of. */
export const besideSilence = (
  { words }: Inquiry,
  refusals: readonly Answer[],
  silent: readonly Answer[],
): Answer[] =>
  refusals.map((one) =>
    one.code === 'no-refusals' && silent.length > 0
      ? { ...one, sentence: `${one.sentence} ${words.texts.decisions.silenceAbove()}` }
      : one,
  );

type Group<Row> = readonly [Row, ...Row[]];

function grouped<Row>(rows: readonly Row[], keyOf: (row: Row) => string): Group<Row>[] {
  const groups = new Map<string, [Row, ...Row[]]>();
  for (const row of rows) {
    const group = groups.get(keyOf(row));
    if (group) group.push(row);
    else groups.set(keyOf(row), [row]);
  }
  return [...groups.values()];
}

// ----------------------------------------------------------------------------------------------- requests

/** @param interviews never replied to, of one class, the newest first */
export function unanswered(inquiry: Inquiry, outlook: Outlook, interviews: Group<Interview>): Answer {
  const [latest, ...others] = interviews;
  const prospect = outlook.reply(latest);
  const isInvite = latest.proposal === null;
  const many = others.length > 0;
  return {
    subject: 'silence:interview',
    code: isInvite ? 'invite-without-proposal' : 'not-replied',
    sentence: many ? manyRequests(inquiry, interviews, prospect) : oneRequest(inquiry, latest, prospect),
    evidence: {
      ...(many
        ? {}
        : { interview: latest.id, proposal: latest.proposal, requestedAt: iso(latest.requestedAt) }),
      repliedAt: null,
      waitingReplyAt: iso(prospect.waits ?? null),
      entries: [],
      count: interviews.length,
      requests: interviews.map(({ id, proposal, requestedAt }) => ({
        interview: id,
        proposal,
        requestedAt: iso(requestedAt),
      })),
      ...prospectEvidence(prospect),
    },
    rule: prospectRule(inquiry, prospect),
    at: null,
    next: `${replyWords(inquiry, prospect, latest.id, many)}${shared(interviews, prospect)}`,
  };
}

function oneRequest({ words }: Inquiry, interview: Interview, { waits }: Prospect): string {
  const { id, proposal, requestedAt } = interview;
  const on = words.day(requestedAt);
  if (proposal === null)
    return (
      `The client invited you on ${on} (interview request ${id}). There was no proposal of yours, so there was nothing ` +
      'to award.'
    );
  const asked = `The client wrote to you about proposal ${proposal} on ${on} (interview request ${id}).`;
  return waits === undefined
    ? `${asked} You have not replied yet, so nothing has been awarded.`
    : `${asked} Your reply of ${words.day(waits)} is kept and not counted yet, so nothing has been awarded.`;
}

function manyRequests(inquiry: Inquiry, interviews: Group<Interview>, { waits }: Prospect): string {
  const count = interviews.length;
  const names = named(
    interviews.map(({ id, proposal, requestedAt }) => {
      const about = proposal === null ? '' : ` about proposal ${proposal}`;
      return `${id}${about} (${inquiry.words.day(requestedAt)})`;
    }),
  );
  if (interviews[0].proposal === null)
    return `Clients invited you ${count} times without a proposal of yours, so there was nothing to award: ${names}.`;
  return waits === undefined
    ? `${count} interview requests have no reply of yours yet, so nothing has been awarded for them: ${names}.`
    : `Your replies to ${count} interview requests are kept and not counted yet, so nothing has been awarded: ${names}.`;
}

/** Replies share the room in a window, and requests about one proposal its one award. */
function shared(interviews: Group<Interview>, { now, steps, waits, unknown }: Prospect): string {
  const opens = steps.find(({ award }) => award > 0);
  if (interviews.length === 1 || !now || !opens || waits !== undefined || unknown) return '';
  const proposals = new Set(interviews.map(({ proposal }) => proposal));
  const one =
    proposals.size < interviews.length ? ' Requests about the same proposal earn one award together.' : '';
  const room = amountIn(opens, 'room');
  return room < proposals.size * opens.award
    ? ` They share the room in the limit, ${room} ${now.award > 0 ? 'now' : 'then'}: a reply that finds none left ` +
        `earns none, and its proposal can then never earn an award.${one}`
    : one;
}

// ---------------------------------------------------------------------------------------------- proposals

/** @param proposals about which no client asked for an interview, of one class, the newest first */
export function withoutRequest(
  inquiry: Inquiry,
  outlook: Outlook,
  proposals: Group<Pick<SentProposal, 'id' | 'sentAt'>>,
): Answer {
  const { terms, asOf } = inquiry;
  const [latest, ...others] = proposals;
  const prospect = outlook.request(latest.id);
  return {
    subject: 'silence:proposal',
    code: 'no-interview-request',
    sentence:
      `No interview request of a client is recorded for ${proposalNames(inquiry, proposals)}, so there was nothing to ` +
      'award. A straight offer, a hire without an interview request, is not recorded and earns none.',
    evidence: {
      ...(others.length === 0 && { proposal: latest.id }),
      interviews: [],
      waitingRequestAt: iso(prospect.waits ?? null),
      count: proposals.length,
      proposals: proposals.map(({ id, sentAt }) => ({ proposal: id, sentAt: iso(sentAt) })),
      ...prospectEvidence(prospect),
    },
    rule: terms.rule('interview-needs-proposal', { version: terms.latest.version, at: asOf }),
    at: null,
    next: requestWords(inquiry, prospect, latest.id, others.length > 0),
  };
}

function proposalNames({ words }: Inquiry, proposals: Group<Pick<SentProposal, 'id' | 'sentAt'>>): string {
  const names = proposals.map(({ id, sentAt }) => (sentAt === null ? id : `${id} (${words.day(sentAt)})`));
  return proposals.length === 1 ? `proposal ${names[0]}` : `${proposals.length} proposals: ${named(names)}`;
}

// --------------------------------------------------------------------------------------------- long lists

/** Ids that a sentence names. */
const NAMED_MAX = 10;

function named(names: readonly string[]): string {
  const left = names.length - NAMED_MAX;
  return left <= 0
    ? listed(names)
    : `${names.slice(0, NAMED_MAX).join(', ')} and ${counted(left, 'earlier one')} (--json names them)`;
}

/** A cut list says so. */
function notListed(kind: 'interview' | 'proposal', what: string, count: number): Answer[] {
  if (count <= SILENT_MAX) return [];
  return [
    {
      subject: `silence:${kind}`,
      code: 'not-listed',
      sentence: `There are ${formatAmount(count)} ${what}; the latest ${SILENT_MAX} are told above.`,
      evidence: { count, listed: SILENT_MAX },
      rule: null,
      at: null,
      next: `Ask with --${kind} ID for an earlier one.`,
    },
  ];
}

/** A request waits for its reply however old it is. */
async function earlierRequests(
  { db, account, words }: Inquiry,
  since: Instant | undefined,
): Promise<Answer[]> {
  if (since === undefined) return [];
  const count = await countUnansweredBefore(db, account.id, since);
  if (count === 0) return [];
  return [
    {
      subject: 'silence:interview',
      code: 'not-listed',
      sentence:
        `${counted(count, 'interview request')} of before ${words.day(since)} ${count === 1 ? 'has' : 'have'} no reply ` +
        'of yours either.',
      evidence: { count, before: iso(since) },
      rule: null,
      at: null,
      next: `Ask without --since for ${count === 1 ? 'it' : 'them'}.`,
    },
  ];
}
