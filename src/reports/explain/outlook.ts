/** What replies would come to, from now on: read once for all of an account's requests, decided by the domain. */
import type { Account } from '../../domain/account.ts';
import type { Instant } from '../../domain/calendar.ts';
import type { MemberEvent } from '../../domain/events/events.ts';
import { type Award, GrowingRecords, type Interview, type Proposal } from '../../domain/events/records.ts';
import { type ReplyStep, replyOutlook, stepAt } from '../../domain/simulation/reply-outlook.ts';
import { catchUp } from '../../domain/settle.ts';
import { listWaitingContent } from '../../ledger/event-waits.ts';
import { findAwards, findProposals } from '../../ledger/records.ts';
import { type RecordedDecision, listDecisionsOfAny } from '../account-records.ts';
import type { Inquiry } from './answer.ts';
import { unlessBroken } from './next-cycle.ts';
import { listProposalHolders } from './records-by-id.ts';

/** A reply that would be given, at `at` or later. */
export interface Prospect {
  /** Of a reply at `at`; undefined where the domain refuses the account's row, as settling would. */
  readonly now: ReplyStep | undefined;
  /** What a reply comes to if this alone were mended: the proposal recorded, the account active. From `at` on. */
  readonly steps: readonly ReplyStep[];
  /** The member's reply, where it is here and waits to be counted. */
  readonly waits: Instant | undefined;
  /** Why a proposal is not one of this account. */
  readonly unknown: UnknownProposal | undefined;
}

/** Its charge waits to be counted, or was refused; it is another account's; or nothing was ever heard of it. */
export type UnknownProposal =
  | { readonly which: 'waiting' }
  | { readonly which: 'refused'; readonly decision: RecordedDecision }
  | { readonly which: 'elsewhere'; readonly accounts: readonly string[] }
  | { readonly which: 'not-recorded' };

const DAY = 86_400_000;
const FAR_FUTURE = Date.UTC(9999, 0, 1);

/** The outlook of one account. */
export class Outlook {
  readonly #inquiry: Inquiry;
  /** Brought current, so that each question ahead of now is short; undefined where that cannot be done. */
  readonly #current: Account | undefined;
  readonly #records: Read;
  /** By instant: replies about proposals that are open to awards all come to the same. */
  readonly #open = new Map<Instant, readonly ReplyStep[]>();

  private constructor(inquiry: Inquiry, records: Read) {
    const { account, terms, asOf } = inquiry;
    this.#inquiry = inquiry;
    this.#records = records;
    this.#current = unlessBroken(() => catchUp(account, terms.latest.terms, asOf).account);
  }

  /** @param proposals that the prospects will be about */
  static async of(inquiry: Inquiry, proposals: readonly string[]): Promise<Outlook> {
    return new Outlook(inquiry, await read(inquiry, [...new Set(proposals)]));
  }

  /** Of a request that was not replied to. */
  reply(interview: Interview): Prospect {
    const at = Math.max(this.#inquiry.asOf, interview.requestedAt);
    const { replies, proposals } = this.#records;
    const proposal = proposals.get(interview.proposal ?? '');
    return {
      now: this.#stepAt(interview, proposal, at),
      steps: this.#stepsFrom(interview, proposal, at),
      waits: replies.get(interview.id),
      unknown: proposal || interview.proposal === null ? undefined : this.#unknown(interview.proposal),
    };
  }

  /** Of a request that a client may still make about a proposal. */
  request(id: string): Prospect {
    const { asOf } = this.#inquiry;
    const proposal = this.#records.proposals.get(id);
    const interview = { id: '-', proposal: id, requestedAt: asOf, repliedAt: null };
    return {
      now: this.#stepAt(interview, proposal, asOf),
      steps: this.#stepsFrom(interview, proposal, asOf),
      waits: this.#records.requests.get(id),
      unknown: proposal ? undefined : this.#unknown(id),
    };
  }

  #unknown(proposal: string): UnknownProposal {
    const { charges, refused, elsewhere } = this.#records;
    if (charges.has(proposal)) return { which: 'waiting' };
    const decision = refused.get(`proposal:${proposal}`);
    if (decision) return { which: 'refused', decision };
    const accounts = elsewhere.get(proposal);
    return accounts ? { which: 'elsewhere', accounts } : { which: 'not-recorded' };
  }

  #stepAt(interview: Interview, proposal: Proposal | undefined, at: Instant): ReplyStep | undefined {
    const account = this.#current;
    if (!account) return undefined;
    const records = this.#recordsOf(interview, proposal);
    return unlessBroken(() =>
      stepAt(account, { interview: interview.id, at }, this.#inquiry.terms.latest.terms, records),
    );
  }

  /** Nothing is ahead of an invite, of a closed account, and of a proposal that was rewarded or closed. */
  #stepsFrom(interview: Interview, proposal: Proposal | undefined, at: Instant): readonly ReplyStep[] {
    const account = this.#current;
    if (!account || account.status === 'closed' || interview.proposal === null) return [];
    const { rewardedBy = null, closedBy = null } = proposal ?? {};
    if (rewardedBy !== null || closedBy !== null) return [];
    const known = this.#open.get(at);
    if (known) return known;
    const open = { ...interview, proposal: 'open' };
    const records = this.#recordsOf(open, { id: 'open', ...OPEN });
    const active = { ...account, status: 'active' } as const;
    const reply = { interview: open.id, at };
    const steps =
      unlessBroken(() => replyOutlook(active, reply, this.#inquiry.terms.latest.terms, records)) ?? [];
    this.#open.set(at, steps);
    return steps;
  }

  #recordsOf(interview: Interview, proposal: Proposal | undefined): GrowingRecords {
    const records = new GrowingRecords();
    records.add({
      interviews: [interview],
      proposals: proposal ? [proposal] : [],
      awards: this.#records.awards,
    });
    return records;
  }
}

/** A proposal that nothing keeps from an award. */
const OPEN = { spent: 0, refunded: 0, rewardedBy: null, closedBy: null };

interface Read {
  readonly awards: readonly Award[];
  readonly proposals: ReadonlyMap<string, Proposal>;
  /** The last refusal of each, by subject. */
  readonly refused: ReadonlyMap<string, RecordedDecision>;
  /** Accounts that have those which this one has not. */
  readonly elsewhere: ReadonlyMap<string, readonly string[]>;
  /** What waits to be counted: replies by interview, requests and charges by proposal; when each happened. */
  readonly replies: ReadonlyMap<string, Instant>;
  readonly requests: ReadonlyMap<string, Instant>;
  readonly charges: ReadonlyMap<string, Instant>;
}

async function read({ db, account, asOf, terms }: Inquiry, ids: readonly string[]): Promise<Read> {
  const longest = Math.max(...terms.latest.terms.map((row) => row.interview?.windowDays ?? 0)) * DAY;
  const range = { accountId: account.id, after: asOf - longest, before: FAR_FUTURE };
  const owned = ids.map((id) => ({ accountId: account.id, id }));
  const proposals = new Map((await findProposals(db, owned)).map((one) => [one.id, one]));
  const unknown = ids.filter((id) => !proposals.has(id));
  const refused = await listDecisionsOfAny(
    db,
    account.id,
    unknown.map((id) => `proposal:${id}`),
  );
  return {
    awards: await findAwards(db, [range]),
    proposals,
    refused: new Map(refused.map((one) => [one.subject, one])),
    elsewhere: await listProposalHolders(db, unknown),
    ...waitingOf(await listWaitingContent(db, account.id)),
  };
}

/** The first of each. */
function waitingOf(waiting: readonly MemberEvent[]): Pick<Read, 'replies' | 'requests' | 'charges'> {
  const replies = new Map<string, Instant>();
  const requests = new Map<string, Instant>();
  const charges = new Map<string, Instant>();
  for (const event of waiting.toReversed())
    if (event.type === 'interview.replied') replies.set(event.interview, event.at);
    else if (event.type === 'interview.requested' && event.proposal) requests.set(event.proposal, event.at);
    else if (event.type === 'proposal.submitted' || event.type === 'proposal.carried')
      charges.set(event.proposal, event.at);
  return { replies, requests, charges };
}
