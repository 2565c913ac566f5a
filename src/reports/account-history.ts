/** "Connects History": every line of an account's ledger in a member's words, with the running balance. */
import { plainLine } from '../plain-text.ts';
import { type Instant, type LocalDate, firstInstantOf } from '../domain/calendar.ts';
import type { PostedEntry } from '../domain/account.ts';
import { type EntryFilter, type LedgerLine, listEntriesBefore } from './account-records.ts';
import { type By, type EventCause, eventBehind, findCauses, findCorrectingRuns } from './corrections.ts';
import type { Inquiry } from './explain/answer.ts';
import { askedAnew } from './explain/asked-once.ts';
import { factOfEntry, reachingOf } from './explain/lateness.ts';
import { type Reaching, reachingEvidence } from './explain/reaching.ts';
import type { Texts } from '../texts/catalogue.ts';
import { type HistoryType, kindWords, kindsOfType, typeOfEntry } from './member-words.ts';

type ReachingEvidence = ReturnType<typeof reachingEvidence>;

export interface HistoryLine extends Omit<PostedEntry, 'effectiveAt' | 'occurredAt' | 'postedAt'> {
  /** The local date on which it counts. */
  readonly on: LocalDate;
  readonly type: HistoryType;
  /** In the member's words, with what it is for; of a correction, with the reason given. */
  readonly action: string;
  /** Why an operator corrected it; null of all else. */
  readonly reason: string | null;
  readonly effectiveAt: string;
  /** When it happened; earlier than `effectiveAt` only where it reached the program late. */
  readonly occurredAt: string;
  /** When its event arrived, where the line names one; else when it was posted. */
  readonly reachedAt: string;
  readonly postedAt: string;
  /** Only of a line that was late: what had been counted before it arrived. */
  readonly lateAfter?: ReachingEvidence['lateAfter'];
  /** Lines that belong to one another: the two of an interview award, the grant of a cycle. Null stands alone. */
  readonly group: {
    readonly subject: string;
    readonly part: number;
    readonly of: number;
    readonly total: number;
    /** All of them add, or all take off: an interview award, an upgrade; not a grant with its expiry. */
    readonly isOneSum: boolean;
  } | null;
}

export interface HistoryFilter {
  readonly types?: readonly HistoryType[] | undefined;
  /** The last so many days, today included; of the local date. */
  readonly days?: number | undefined;
  /** Local dates, both inclusive. */
  readonly from?: LocalDate | undefined;
  readonly to?: LocalDate | undefined;
  /** What was written later is left out. */
  readonly writtenBefore?: Instant | undefined;
}

export interface HistoryPage {
  readonly lines: readonly HistoryLine[];
  /** Where the next page begins; null after the last one. */
  readonly nextBefore: number | null;
}

/** The most lines that one cause posts: an expiry, the free part, the paid part, and what is recovered. */
const GROUP_MAX = 4;

/** The newest first. A page is a few lines longer than asked rather than cut a group in two. */
export async function readHistoryPage(
  inquiry: Inquiry,
  filter: HistoryFilter,
  page: { readonly limit: number; readonly before?: number | undefined },
): Promise<HistoryPage> {
  const { db, account } = inquiry;
  const entries = await listEntriesBefore(db, account.id, toEntryFilter(inquiry, filter), {
    before: page.before,
    limit: page.limit + GROUP_MAX,
  });
  let end = Math.min(page.limit, entries.length);
  while (end > 0 && end < entries.length && entries[end]?.subject === entries[end - 1]?.subject) end += 1;
  const kept = entries.slice(0, end);
  return {
    lines: await toLines(inquiry, kept),
    nextBefore: end < entries.length ? (kept.at(-1)?.seq ?? null) : null,
  };
}

const STREAM_PAGE = 500;

/** All lines, or the newest `limit`, the newest first, with no more than a page in memory. */
export async function* streamHistory(
  inquiry: Inquiry,
  filter: HistoryFilter,
  asked: { readonly limit?: number | undefined; readonly before?: number | undefined },
): AsyncGenerator<HistoryLine> {
  let left = asked.limit ?? Infinity;
  let before = asked.before;
  // No page is read twice, and all of them would be kept.
  const paging = { ...inquiry, db: askedAnew(inquiry.db) };
  while (left > 0) {
    const page = await readHistoryPage(paging, filter, { limit: Math.min(left, STREAM_PAGE), before });
    yield* page.lines;
    left -= page.lines.length;
    if (page.nextBefore === null) return;
    before = page.nextBefore;
  }
}

function toEntryFilter({ asOf, words }: Inquiry, filter: HistoryFilter): EntryFilter {
  const { types, days, from, to, writtenBefore } = filter;
  const { zone } = words;
  const firstDay = days === undefined ? from : daysBefore(words.dateOf(asOf), days - 1);
  return {
    kinds: types?.flatMap(kindsOfType),
    reversals: reversalsOf(types),
    from: firstDay === undefined ? undefined : firstInstantOf(firstDay, zone),
    until: to === undefined ? undefined : firstInstantOf(daysBefore(to, -1), zone),
    writtenBefore,
  };
}

/** A failed payment's belong to the plan, those of a run are corrections. */
function reversalsOf(types: readonly HistoryType[] | undefined): EntryFilter['reversals'] {
  const [ofPayments, ofRuns] = [types?.includes('plan'), types?.includes('adjustment')];
  if (ofPayments === ofRuns) return undefined;
  return ofPayments ? 'of-payments' : 'of-runs';
}

export const daysBefore = (on: LocalDate, days: number): LocalDate =>
  new Date(Date.parse(on) - days * 86_400_000).toISOString().slice(0, 10);

/** What the words of a line depend on besides the line. */
interface Behind {
  /** By event: of corrections, and of what begins with Plus. */
  readonly causes: ReadonlyMap<string, EventCause>;
  /** Those by which operators corrected something. */
  readonly runs: ReadonlyMap<number, By>;
}

const behind = async ({ db }: Inquiry, entries: readonly LedgerLine[]): Promise<Behind> => ({
  causes: await findCauses(
    db,
    entries.flatMap((one) => eventBehind(one) ?? []),
  ),
  runs: await findCorrectingRuns(
    db,
    entries.map((one) => (isCorrection(one) ? one.runId : null)),
  ),
});

/** A line's action by itself. */
export const actionOfLine = async (inquiry: Inquiry, entry: LedgerLine): Promise<string> =>
  actionOf(entry, await behind(inquiry, [entry]), inquiry.words.texts);

/** Runs correct cycles; what an event did on the way, or a failed payment, is no correction. */
const isCorrection = ({ subject }: PostedEntry): boolean => /^(?:cycle|run|events):/.test(subject);

/** Neighbours with one subject are one group, counted in the order in which they were posted. */
async function toLines(inquiry: Inquiry, entries: readonly LedgerLine[]): Promise<HistoryLine[]> {
  const { words } = inquiry;
  const reachings = await reachingOf(inquiry, entries.map(factOfEntry));
  const around = await behind(inquiry, entries);
  const groups = new Map<string, PostedEntry[]>();
  for (const entry of entries) groups.set(entry.subject, [entry, ...(groups.get(entry.subject) ?? [])]);
  return entries.map((entry, index) => {
    const group = groups.get(entry.subject) ?? [];
    const { seq, kind, amount, balance, cycleOn, subject, proposal } = entry;
    return {
      seq,
      on: words.dateOf(entry.effectiveAt),
      type: typeOfEntry(entry),
      action: actionOf(entry, around, words.texts),
      reason: reasonOf(entry, around),
      kind,
      amount,
      balance,
      ...reachingEvidence(reachings[index] as Reaching),
      cycleOn,
      subject,
      proposal,
      group: group.length < 2 ? null : groupOf(entry, group),
    };
  });
}

const groupOf = (entry: PostedEntry, group: readonly PostedEntry[]) => ({
  subject: entry.subject,
  part: group.indexOf(entry) + 1,
  of: group.length,
  total: group.reduce((sum, one) => sum + one.amount, 0),
  isOneSum: new Set(group.map((one) => Math.sign(one.amount))).size === 1,
});

const causeOf = (entry: LedgerLine, { causes }: Behind): EventCause | undefined =>
  causes.get(eventBehind(entry) ?? '');

const reasonOf = (entry: LedgerLine, around: Behind): string | null =>
  causeOf(entry, around)?.reason ?? around.runs.get(entry.runId ?? 0)?.reason ?? null;

/** `Interview award (i1, proposal p1)`; `Free monthly Connects (cycle of 1 April 2021): had been missed`. */
function actionOf(entry: LedgerLine, around: Behind, texts: Texts): string {
  const { history } = texts;
  const { subject, proposal, cycleOn } = entry;
  const interview = subject.startsWith('interview:') ? subject.slice('interview:'.length) : undefined;
  const about = [
    ...(interview === undefined ? [] : [history.ofInterview({ id: interview })]),
    ...(proposal === null ? [] : [history.ofProposal({ id: proposal })]),
    // Added later than its cycle, by an operator: the line's date does not tell which one it was.
    ...(cycleOn !== null && around.runs.has(entry.runId ?? 0)
      ? [history.ofCycle({ day: texts.day(cycleOn) })]
      : []),
  ];
  const words = kindWords(entry, causeOf(entry, around)?.type === 'account.opened', texts);
  const reason = reasonOf(entry, around);
  return `${words}${about.length > 0 ? ` (${about.join(', ')})` : ''}${reason === null ? '' : `: ${plainLine(reason)}`}`;
}
