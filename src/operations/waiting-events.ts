/**
 * Events whose account could not be brought current wait, and are applied in order of arrival by whatever brings the
 * account current next: a sweep, a rerun or the next event.
 */
import type { Transaction } from '../db/connection.ts';
import type { MemberEvent } from '../domain/events.ts';
import type { AppliedEvent } from '../domain/apply-event.ts';
import { GrowingRecords, needsOf, proposalsRepliedTo } from '../domain/records.ts';
import { type EventRow, listWaiting } from '../ledger/events.ts';
import { type OwnedId, findAwards, findInterviews, findProposals } from '../ledger/records.ts';
import type { Terms } from '../domain/terms.ts';
import type { AccountTurn } from './account-turn.ts';
import type { LedgerWrites } from './ledger-writes.ts';

export interface WaitingEvents {
  /** By account, in order of arrival. */
  readonly events: ReadonlyMap<string, readonly MemberEvent[]>;
  readonly records: ReadonlyMap<string, GrowingRecords>;
}

/** By account: the terms that decide its events. */
export type TermsOf = (accountId: string) => Terms;

export async function loadWaiting(
  transaction: Transaction,
  accountIds: readonly string[],
  termsOf: TermsOf,
): Promise<WaitingEvents> {
  const events = await listWaiting(transaction, accountIds);
  if (events.size === 0) return { events, records: new Map() };
  return { events, records: await loadRecords(transaction, [...events.values()].flat(), termsOf) };
}

/**
 * Applies an account's waiting events, as far as they can be. Where one still cannot be decided, it and all that came
 * after it go on waiting: order is kept.
 */
export function applyWaiting(
  turn: AccountTurn,
  waiting: WaitingEvents,
  account: string,
  writes: LedgerWrites,
): boolean {
  const records = waiting.records.get(account) ?? new GrowingRecords();
  for (const event of waiting.events.get(account) ?? []) {
    try {
      writes.resolved.push(eventRowOf(event, turn.apply(event, records), 0));
    } catch {
      return false;
    }
  }
  return true;
}

export const eventRowOf = (event: MemberEvent, applied: AppliedEvent, receivedAt: number): EventRow => ({
  event,
  state: applied.outcome === 'applied' ? 'applied' : 'refused',
  effectiveAt: applied.effectiveAt,
  late: applied.late,
  receivedAt,
});

/** What these events need to be decided, by account, in two rounds for all of them together. */
export async function loadRecords(
  transaction: Transaction,
  events: readonly MemberEvent[],
  termsOf: TermsOf,
): Promise<Map<string, GrowingRecords>> {
  const records = new Map<string, GrowingRecords>();
  const of = (accountId: string): GrowingRecords => {
    const known = records.get(accountId) ?? new GrowingRecords();
    records.set(accountId, known);
    return known;
  };
  const needs = events.map((event) => ({
    accountId: event.account,
    ...needsOf(event, termsOf(event.account)),
  }));
  const ids = (pick: (one: (typeof needs)[number]) => readonly string[]): OwnedId[] =>
    distinct(needs.flatMap((one) => pick(one).map((id) => ({ accountId: one.accountId, id }))));
  const interviews = await findInterviews(
    transaction,
    ids((one) => one.interviews),
  );
  for (const one of interviews) of(one.accountId).add({ interviews: [one] });
  const replied = events.flatMap((event) =>
    proposalsRepliedTo([event], records.get(event.account)?.interviews ?? new Map()).map((id) => ({
      accountId: event.account,
      id,
    })),
  );
  const proposals = await findProposals(transaction, distinct([...ids((one) => one.proposals), ...replied]));
  for (const one of proposals) of(one.accountId).add({ proposals: [one] });
  const ranges = needs.flatMap(({ accountId, awards }) => (awards ? [{ accountId, ...awards }] : []));
  for (const one of await findAwards(transaction, widest(ranges))) of(one.accountId).add({ awards: [one] });
  return records;
}

function distinct(ids: readonly OwnedId[]): OwnedId[] {
  return [...new Map(ids.map((one) => [`${one.accountId}/${one.id}`, one])).values()];
}

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
