/**
 * Events whose account could not be brought current wait, and are applied in order of arrival by whatever brings the
 * account current next: a sweep, a rerun or the next event. They come before any later boundary and any later event.
 */
import type { Transaction } from '../../db/connection.ts';
import type { AppliedEvent } from '../../domain/events/apply-event.ts';
import type { Instant } from '../../domain/calendar.ts';
import type { MemberEvent } from '../../domain/events/events.ts';
import {
  GrowingRecords,
  type Needs,
  needsOf,
  noNeeds,
  proposalsRepliedTo,
} from '../../domain/events/records.ts';
import type { Terms } from '../../domain/terms.ts';
import type { AccountRow } from '../../ledger/accounts.ts';
import { type EventRow, type WaitingList, listWaiting } from '../../ledger/events.ts';
import { type OwnedId, findAwards, findInterviews, findProposals } from '../../ledger/records.ts';
import { AccountTurn, type TurnGround } from './account-turn.ts';

/** What waits for some accounts, and what it needs to be decided. */
export interface WaitingEvents extends WaitingList {
  readonly records: Records;
}

/** By account; an account has its own from the first event that looks. */
export interface Records {
  of(accountId: string): GrowingRecords;
}

/** By account: the terms that decide its events. */
export type TermsOf = (accountId: string) => Terms;

/** @param arrived events that are to be decided after those that wait: their records are loaded too */
export async function loadWaiting(
  transaction: Transaction,
  accountIds: readonly string[],
  given: { readonly termsOf: TermsOf; readonly lockedAt: Instant; readonly arrived?: readonly MemberEvent[] },
): Promise<WaitingEvents> {
  const list = await listWaiting(transaction, accountIds);
  const events = [...[...list.events.values()].flat(), ...(given.arrived ?? [])];
  const counted = events.map((event) => countedFrom(event, given.lockedAt));
  return { ...list, records: await loadRecords(transaction, counted, given.termsOf) };
}

/** An account that is not there yet may be opened by what waits for it. */
export const waits = ({ events, unreadable }: WaitingEvents, account: string): boolean =>
  events.has(account) || unreadable.has(account);

/** An event of the next minutes counts from now. */
export function countedFrom<Event extends MemberEvent>(event: Event, now: Instant): Event {
  return event.at > now ? { ...event, at: now } : event;
}

/** An account's turn after its waiting events. */
export interface Resumed {
  /** Undefined when the account is not open. */
  readonly turn: AccountTurn | undefined;
  /** Those that were decided. */
  readonly resolved: readonly EventRow[];
  /** What the first of the others threw: it and all that came after it go on waiting. */
  readonly stopped?: unknown;
}

/**
 * Begins an account's turn and applies what waits for it, as far as that can be; it may begin with the opening.
 * @param arrived events that are to be decided after those that wait
 */
export function resume(
  row: AccountRow | undefined,
  account: string,
  waiting: WaitingEvents,
  ground: TurnGround,
  arrived: readonly MemberEvent[] = [],
): Resumed {
  const unreadable = waiting.unreadable.get(account);
  if (unreadable) return { turn: row && AccountTurn.of(row, ground), resolved: [], stopped: unreadable };
  const resolved: EventRow[] = [];
  const waits = waiting.events.get(account) ?? [];
  let turn = row && AccountTurn.of(row, ground);
  turn?.mendZone([...waits, ...arrived]);
  for (const event of waits) {
    try {
      const step = applyTo(turn, event, waiting.records, ground);
      turn = step.turn;
      resolved.push(eventRowOf(event, step.applied, ground.lockedAt));
    } catch (stopped) {
      return { turn, resolved, stopped };
    }
  }
  return { turn, resolved };
}

/** Applies an event to an account's turn, or begins the turn with the opening of the account. */
export function applyTo(
  turn: AccountTurn | undefined,
  event: MemberEvent,
  records: Records,
  ground: TurnGround,
): { turn: AccountTurn; applied: AppliedEvent } {
  const counted = countedFrom(event, ground.lockedAt);
  if (turn) return { turn, applied: turn.apply(counted, records.of(event.account)) };
  if (counted.type !== 'account.opened') throw new Error('only account.opened opens an account');
  return AccountTurn.opening(counted, ground);
}

/** @param tokenId of one that arrives now */
export const eventRowOf = (
  event: MemberEvent,
  applied: AppliedEvent,
  receivedAt: Instant,
  tokenId: number | null = null,
): EventRow => ({
  event,
  state: applied.outcome === 'applied' ? 'applied' : 'refused',
  effectiveAt: applied.effectiveAt,
  late: applied.late,
  receivedAt,
  tokenId,
});

/** What these events need to be decided, by account, in two rounds for all of them together. */
async function loadRecords(
  transaction: Transaction,
  events: readonly MemberEvent[],
  termsOf: TermsOf,
): Promise<Records> {
  const records = new OwnRecords();
  const needs = events.flatMap((event) => needsOfOne(event, termsOf));
  if (needs.length === 0) return records;
  const ids = (pick: (one: (typeof needs)[number]) => readonly string[]): OwnedId[] =>
    needs.flatMap((one) => pick(one).map((id) => ({ accountId: one.accountId, id })));
  const asked = distinct(ids((one) => one.interviews));
  // Whose they are stays out of them: what the database path decides from shows in the evidence of its decisions.
  for (const { accountId, ...one } of await findInterviews(transaction, asked))
    records.of(accountId).add({ interviews: [one] });
  const replied = events.flatMap((event) =>
    event.type === 'interview.replied'
      ? proposalsRepliedTo([event], records.of(event.account).interviews).map((id) => ({
          accountId: event.account,
          id,
        }))
      : [],
  );
  const named = distinct([...ids((one) => one.proposals), ...replied]);
  for (const { accountId, ...one } of await findProposals(transaction, named))
    records.of(accountId).add({ proposals: [one] });
  const ranges = needs.flatMap(({ accountId, awards }) => (awards ? [{ accountId, ...awards }] : []));
  for (const { accountId, ...one } of await findAwards(transaction, widest(ranges)))
    records.of(accountId).add({ awards: [one] });
  return records;
}

type OwnNeeds = Needs & { readonly accountId: string };
const none: readonly OwnNeeds[] = [];

/** What makes no sense needs nothing: it fails when it is decided, alone. */
function needsOfOne(event: MemberEvent, termsOf: TermsOf): readonly OwnNeeds[] {
  try {
    const needs = needsOf(event, termsOf(event.account));
    return needs === noNeeds ? none : [{ accountId: event.account, ...needs }];
  } catch {
    return none;
  }
}

class OwnRecords implements Records {
  readonly #byAccount = new Map<string, GrowingRecords>();

  of(accountId: string): GrowingRecords {
    const known = this.#byAccount.get(accountId);
    if (known) return known;
    const own = new GrowingRecords();
    this.#byAccount.set(accountId, own);
    return own;
  }
}

const distinct = (ids: readonly OwnedId[]): OwnedId[] => [
  ...new Map(ids.map((one) => [`${one.accountId}/${one.id}`, one])).values(),
];

interface Range {
  readonly accountId: string;
  readonly after: number;
  readonly before: number;
}

/** One range per account that holds all of its ranges. */
function widest(ranges: readonly Range[]): Range[] {
  const byAccount = new Map<string, Range>();
  for (const one of ranges) {
    const known = byAccount.get(one.accountId) ?? one;
    byAccount.set(one.accountId, {
      accountId: one.accountId,
      after: Math.min(known.after, one.after),
      before: Math.max(known.before, one.before),
    });
  }
  return [...byAccount.values()];
}
