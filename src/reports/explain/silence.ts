/** What nothing came of yet: requests that wait for a reply, and proposals to which no client wrote. */
import type { Instant } from '../../domain/calendar.ts';
import type { Interview } from '../../domain/events/records.ts';
import type { ZoneWords } from '../member-words.ts';
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
    ...notListed(inquiry, 'interview', interviews.count),
    ...earlier,
    ...sent.map((group) => withoutRequest(inquiry, outlook, group)),
    ...notListed(inquiry, 'proposal', proposals.count),
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
    next: [
      replyWords(inquiry, prospect, latest.id, many),
      ...shared(interviews, prospect, inquiry.words),
    ].join(' '),
  };
}

function oneRequest({ words }: Inquiry, interview: Interview, { waits }: Prospect): string {
  const { id, proposal, requestedAt } = interview;
  const { silence: say } = words.texts;
  const day = words.day(requestedAt);
  if (proposal === null) return say.invited({ day, id });
  const then = waits === undefined ? say.notReplied() : say.replyKept({ day: words.day(waits) });
  return `${say.asked({ proposal, day, id })} ${then}`;
}

function manyRequests({ words }: Inquiry, interviews: Group<Interview>, { waits }: Prospect): string {
  const { silence: say } = words.texts;
  const told = {
    count: interviews.length,
    names: named(
      interviews.map(({ id, proposal, requestedAt }) => {
        const day = words.day(requestedAt);
        return proposal === null ? say.dated({ id, day }) : say.datedAbout({ id, proposal, day });
      }),
      words,
    ),
  };
  if (interviews[0].proposal === null) return say.invitedOften(told);
  return waits === undefined ? say.manyNotReplied(told) : say.manyKept(told);
}

/** Replies share the room in a window, and requests about one proposal its one award. */
function shared(
  interviews: Group<Interview>,
  { now, steps, waits, unknown }: Prospect,
  { texts: { silence: say } }: ZoneWords,
): string[] {
  const opens = steps.find(({ award }) => award > 0);
  if (interviews.length === 1 || !now || !opens || waits !== undefined || unknown) return [];
  const proposals = new Set(interviews.map(({ proposal }) => proposal));
  const room = amountIn(opens, 'room');
  return [
    ...(room < proposals.size * opens.award
      ? [say.shareRoom({ room, when: now.award > 0 ? 'now' : 'then' })]
      : []),
    ...(proposals.size < interviews.length ? [say.oneTogether()] : []),
  ];
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
    sentence: inquiry.words.texts.silence.noRequest({ proposals: proposalNames(inquiry, proposals) }),
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
  const { silence: say } = words.texts;
  const names = proposals.map(({ id, sentAt }) =>
    sentAt === null ? id : say.dated({ id, day: words.day(sentAt) }),
  );
  return proposals.length === 1
    ? say.ofOne({ name: names[0] ?? '' })
    : say.ofMany({ count: proposals.length, names: named(names, words) });
}

// --------------------------------------------------------------------------------------------- long lists

/** Ids that a sentence names. */
const NAMED_MAX = 10;

function named(names: readonly string[], { texts: { silence: say, listed } }: ZoneWords): string {
  const left = names.length - NAMED_MAX;
  return left <= 0
    ? listed(names)
    : say.andEarlier({ names: names.slice(0, NAMED_MAX).join(', '), count: left });
}

/** A cut list says so. */
function notListed({ words }: Inquiry, kind: 'interview' | 'proposal', count: number): Answer[] {
  if (count <= SILENT_MAX) return [];
  const { silence: say } = words.texts;
  const isRequest = kind === 'interview';
  return [
    {
      subject: `silence:${kind}`,
      code: 'not-listed',
      sentence: (isRequest ? say.moreRequests : say.moreProposals)({ count, listed: SILENT_MAX }),
      evidence: { count, listed: SILENT_MAX },
      rule: null,
      at: null,
      next: isRequest ? say.askRequest() : say.askProposal(),
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
  const { silence: say } = words.texts;
  return [
    {
      subject: 'silence:interview',
      code: 'not-listed',
      sentence: say.earlierRequests({ count, day: words.day(since) }),
      evidence: { count, before: iso(since) },
      rule: null,
      at: null,
      next: say.askEarlier({ count }),
    },
  ];
}
