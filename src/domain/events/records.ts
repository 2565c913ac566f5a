/**
 * What events leave behind besides the balance: proposals, interviews and awards, each of one account. Most events
 * need none of them; `needsOf` says what to load before deciding.
 */
import type { Instant } from '../calendar.ts';
import type { MemberEvent } from './events.ts';
import { type Terms, termsInForce } from '../terms.ts';

/** A proposal that cost Connects. refunded ≤ spent. */
export interface Proposal {
  readonly id: string;
  /** Connects spent on it, here or before the cut-over. */
  readonly spent: number;
  /** Given back so far, by returns and interview refunds alike. */
  readonly refunded: number;
  /** The interview that was rewarded for it. */
  readonly rewardedBy: string | null;
  /** The interview that the window refused: the proposal earns nothing any more. */
  readonly closedBy: string | null;
}

/** A client's request. Without a proposal it is an invite. */
export interface Interview {
  readonly id: string;
  readonly proposal: string | null;
  readonly requestedAt: Instant;
  /** The first reply. */
  readonly repliedAt: Instant | null;
}

/** One interview award as a window counts it: whole, with the part that was a refund. */
export interface Award {
  readonly interview: string;
  readonly proposal: string;
  /** When the member replied: windows go by this, however late it arrived. */
  readonly occurredAt: Instant;
  readonly amount: number;
}

/** What is known of one account; what is not in it is taken not to exist. */
export interface Records {
  readonly proposals: ReadonlyMap<string, Proposal>;
  readonly interviews: ReadonlyMap<string, Interview>;
  /** By interview: none is rewarded twice. */
  readonly awards: ReadonlyMap<string, Award>;
}

export const noRecords: Records = { proposals: new Map(), interviews: new Map(), awards: new Map() };

/** What one event changed or added. */
export interface RecordChanges {
  readonly proposals: readonly Proposal[];
  readonly interviews: readonly Interview[];
  readonly awards: readonly Award[];
}

/** Records that grow with each event of a batch or a scenario, so that the next one sees what the last one did. */
export class GrowingRecords implements Records {
  // Made when there is something to keep: most accounts of a batch have nothing.
  #proposals: Map<string, Proposal> | undefined;
  #interviews: Map<string, Interview> | undefined;
  #awards: Map<string, Award> | undefined;

  get proposals(): Records['proposals'] {
    return this.#proposals ?? noRecords.proposals;
  }

  get interviews(): Records['interviews'] {
    return this.#interviews ?? noRecords.interviews;
  }

  get awards(): Records['awards'] {
    return this.#awards ?? noRecords.awards;
  }

  add({ proposals = [], interviews = [], awards = [] }: Partial<RecordChanges>): void {
    for (const proposal of proposals) (this.#proposals ??= new Map()).set(proposal.id, proposal);
    for (const interview of interviews) (this.#interviews ??= new Map()).set(interview.id, interview);
    for (const award of awards) (this.#awards ??= new Map()).set(award.interview, award);
  }
}

/** What must be loaded before an event can be decided, by id, of the event's account. */
export interface Needs {
  readonly proposals: readonly string[];
  readonly interviews: readonly string[];
  /** Awards that occurred after `after` and before `before`; null when no window is asked for. */
  readonly awards: { readonly after: Instant; readonly before: Instant } | null;
}

const DAY = 86_400_000;
/** Of most events. */
export const noNeeds: Needs = { proposals: [], interviews: [], awards: null };

/**
 * The first round of loading, from the event alone. Only a reply needs a second round, because its interview
 * names the proposal: see `proposalsRepliedTo`.
 */
export function needsOf(event: MemberEvent, terms: Terms): Needs {
  switch (event.type) {
    case 'proposal.submitted':
    case 'proposal.carried':
      return { ...noNeeds, proposals: [event.proposal] };
    case 'connects.returned':
      return event.proposal === undefined ? noNeeds : { ...noNeeds, proposals: [event.proposal] };
    case 'interview.requested': {
      // The proposal too: a reply later in the same batch needs it, and finds its interview in no table yet.
      const proposals = event.proposal === undefined ? [] : [event.proposal];
      return { ...noNeeds, proposals, interviews: [event.interview] };
    }
    case 'interview.replied':
      return { ...noNeeds, interviews: [event.interview], awards: awardsAround(event.at, terms) };
    default:
      return noNeeds;
  }
}

export function needsRecords(event: MemberEvent, terms: Terms): boolean {
  const { proposals, interviews } = needsOf(event, terms);
  return proposals.length > 0 || interviews.length > 0;
}

/** All windows that contain a reply lie between one window's length before it and one after it. */
function awardsAround(at: Instant, terms: Terms): Needs['awards'] {
  const interview = termsInForce(terms, at)?.interview;
  if (!interview) return null;
  const length = interview.windowDays * DAY;
  return { after: at - length, before: at + length };
}

/** The second and last round of loading: the proposals behind the loaded interviews that these events reply to. */
export function proposalsRepliedTo(
  events: readonly MemberEvent[],
  interviews: ReadonlyMap<string, Interview>,
): string[] {
  const proposals = events.map((event) =>
    event.type === 'interview.replied' ? interviews.get(event.interview)?.proposal : null,
  );
  return [...new Set(proposals.filter((proposal) => typeof proposal === 'string'))];
}
