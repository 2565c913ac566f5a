/**
 * Recording events: the one door for facts. A batch is one transaction per few hundred accounts; the order of arrival
 * is kept per account, and every event has its own outcome.
 *
 * Every event first brings its account current. Where that cannot be done, it and all later ones of that account are
 * kept `waiting`, and applied in order by whatever brings the account current.
 */
import type { Clock } from '../clock.ts';
import { type Database, type Transaction, databaseUnavailable, inTransaction } from '../db/connection.ts';
import { classOfDatabaseError, describeRowError, isDatabaseError, isDuplicateKey } from '../db/errors.ts';
import { databaseNow } from '../db/query.ts';
import type { DecisionCode } from '../domain/account.ts';
import type { AppliedEvent } from '../domain/apply-event.ts';
import type { Instant } from '../domain/calendar.ts';
import type { MemberEvent } from '../domain/events.ts';
import { GrowingRecords } from '../domain/records.ts';
import { ConnectsError, messageOf, unavailable } from '../errors.ts';
import { type AccountRow, lockAccounts } from '../ledger/accounts.ts';
import type { AuditRow } from '../ledger/audit-log.ts';
import { type KnownEvent, contentHashOf, findEvents, insertEvents } from '../ledger/events.ts';
import type { Notify } from '../ledger/runs.ts';
import { findLatestTerms } from '../ledger/terms-versions.ts';
import type { Log } from '../log.ts';
import { AccountTurn, type TurnGround } from './account-turn.ts';
import { LedgerWrites } from './ledger-writes.ts';
import { type WaitingEvents, applyWaiting, eventRowOf, loadRecords, loadWaiting } from './waiting-events.ts';

export interface RecordDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly settings: { readonly boundariesMax: number; readonly noticeMaxAgeMs: number };
}

export type EventOutcome =
  | {
      readonly outcome: 'applied' | 'refused';
      /** What was decided of it, in order; empty for events that decide nothing. */
      readonly codes: readonly DecisionCode[];
      readonly effectiveAt: Instant;
      readonly late: boolean;
    }
  /** It arrived before, with the same content: nothing changed. */
  | { readonly outcome: 'duplicate' }
  /** The id arrived before with other content, or the account is open already: not applied. */
  | { readonly outcome: 'conflict'; readonly message: string }
  | { readonly outcome: 'unknown-account' }
  /** Kept, because its account cannot be brought current now. */
  | { readonly outcome: 'waiting'; readonly code: string; readonly message: string };

/** The person behind events that did not come from another system: each is then audited, in its own transaction. */
export interface Operator {
  readonly actor: string;
  readonly reason: string | null;
}

/** Accounts, and events, of one transaction. */
const ACCOUNTS_MAX = 500;
const EVENTS_MAX = 2_000;

/**
 * @param events in order of arrival; of any number of accounts
 * @returns an outcome for each, in the same order
 * @throws unavailable when the database cannot be used: what was committed before is a duplicate next time
 */
export async function recordEvents(
  deps: RecordDeps,
  events: readonly MemberEvent[],
  notify: Notify = 'digest',
  by?: Operator,
): Promise<EventOutcome[]> {
  const latest = await findLatestTerms(deps.db);
  if (!latest) throw unavailable('no-terms', 'the database holds no terms: run "connects migrate"');
  const rules = { terms: latest.terms, termsVersion: latest.version, notify, by };
  const outcomes: EventOutcome[] = Array.from({ length: events.length });
  for (const group of groupsOf(events)) {
    let left = group;
    while (left.length > 0) left = await recordOrHalve(deps, rules, left, outcomes);
  }
  return outcomes;
}

/** An event and its place among those that were given. */
interface Arrived {
  readonly index: number;
  readonly event: MemberEvent;
}

/** All events of one account, in order of arrival. */
interface AccountEvents {
  readonly account: string;
  readonly events: readonly Arrived[];
}

/** Transactions' worth of accounts, in primary-key order. */
function groupsOf(events: readonly MemberEvent[]): AccountEvents[][] {
  const byAccount = new Map<string, Arrived[]>();
  for (const [index, event] of events.entries()) {
    const known = byAccount.get(event.account);
    if (known) known.push({ index, event });
    else byAccount.set(event.account, [{ index, event }]);
  }
  const groups: AccountEvents[][] = [];
  let size = Infinity;
  for (const account of [...byAccount.keys()].toSorted((a, b) => (a < b ? -1 : 1))) {
    const own = byAccount.get(account) ?? [];
    const group = groups.at(-1);
    if (!group || group.length >= ACCOUNTS_MAX || size + own.length > EVENTS_MAX) {
      groups.push([{ account, events: own }]);
      size = own.length;
    } else {
      group.push({ account, events: own });
      size += own.length;
    }
  }
  return groups;
}

type Rules = Pick<TurnGround, 'terms' | 'termsVersion' | 'notify'> & { readonly by: Operator | undefined };

/** One transaction, or two of half the accounts each where the database refuses a row. Returns who is left over. */
async function recordOrHalve(
  deps: RecordDeps,
  rules: Rules,
  group: readonly AccountEvents[],
  outcomes: EventOutcome[],
  raced = false,
): Promise<AccountEvents[]> {
  try {
    const done = await inTransaction(deps.db, (transaction) => recordOnce(deps, rules, transaction, group));
    for (const [index, outcome] of done.outcomes) outcomes[index] = outcome;
    return done.left;
  } catch (error) {
    if (!isDatabaseError(error)) throw error;
    if (classOfDatabaseError(error) !== 'row') throw databaseUnavailable(error);
    const [first, ...others] = group;
    if (!first) return [];
    // Somebody else recorded this id, or opened this account, a moment ago: looking again will find it.
    if (others.length === 0 && isDuplicateKey(error) && !raced)
      return recordOrHalve(deps, rules, group, outcomes, true);
    if (others.length === 0) return keepWaiting(deps, first, describeRowError(error), outcomes);
    const middle = Math.ceil(group.length / 2);
    const left = await recordOrHalve(deps, rules, group.slice(0, middle), outcomes);
    return [...left, ...(await recordOrHalve(deps, rules, group.slice(middle), outcomes))];
  }
}

/** What one transaction made of its accounts. `left` ones have their turn in the next. */
interface Done {
  readonly outcomes: Map<number, EventOutcome>;
  readonly left: AccountEvents[];
}

async function recordOnce(
  deps: RecordDeps,
  rules: Rules,
  transaction: Transaction,
  group: readonly AccountEvents[],
): Promise<Done> {
  const ids = group.map((one) => one.account);
  const arrived = group.flatMap((one) => one.events.map(({ event }) => event));
  const { rows } = await lockAccounts(transaction, ids);
  const lockedAt = await databaseNow(transaction);
  const known = await findKnown(transaction, arrived);
  const waiting = await loadWaiting(transaction, ids, () => rules.terms);
  const fresh = arrived.filter((event) => !known.has(event.id));
  const records = await loadRecords(
    transaction,
    [...fresh, ...[...waiting.events.values()].flat()],
    () => rules.terms,
  );
  const found = new Map(rows.map((row) => [row.account.id, row]));
  const { by, ...pinned } = rules;
  const ground = { ...pinned, runId: null, lockedAt, noticeMaxAgeMs: deps.settings.noticeMaxAgeMs };
  const writes = new LedgerWrites();
  const done: Done = { outcomes: new Map(), left: [] };
  for (const one of group) {
    if (writes.cycles.length >= deps.settings.boundariesMax) done.left.push(one);
    else {
      const row = found.get(one.account);
      recordAccount(
        { deps, by, ground, row, known, waiting: { events: waiting.events, records } },
        one,
        writes,
        done,
      );
    }
  }
  await writes.write(transaction, lockedAt);
  return done;
}

async function findKnown(
  transaction: Transaction,
  events: readonly MemberEvent[],
): Promise<Map<string, KnownEvent>> {
  const known = new Map<string, KnownEvent>();
  for (let from = 0; from < events.length; from += 900) {
    const page = events.slice(from, from + 900).map((event) => event.id);
    for (const [id, event] of await findEvents(transaction, page)) known.set(id, event);
  }
  return known;
}

interface Given {
  readonly deps: RecordDeps;
  readonly by: Operator | undefined;
  readonly ground: TurnGround;
  readonly row: AccountRow | undefined;
  /** Ids that arrived before, in earlier batches or earlier in this one. */
  readonly known: Map<string, KnownEvent>;
  readonly waiting: WaitingEvents;
}

/** One account: what waits first, then what arrived, until one of them cannot be decided. */
function recordAccount(
  given: Given,
  { account, events }: AccountEvents,
  writes: LedgerWrites,
  done: Done,
): void {
  const { ground, known, waiting, deps } = given;
  const records = waiting.records.get(account) ?? new GrowingRecords();
  const resumed = resume(given, account, writes);
  let { turn } = resumed;
  let stuck: { code: string; message: string } | undefined = resumed.current
    ? undefined
    : EARLIER_EVENTS_WAIT;
  for (const { index, event } of events) {
    const repeated = outcomeOfKnown(event, known);
    if (repeated) {
      done.outcomes.set(index, repeated);
      continue;
    }
    if (!turn && !stuck && event.type !== 'account.opened') {
      done.outcomes.set(index, { outcome: 'unknown-account' });
      continue;
    }
    try {
      if (stuck) throw new ConnectsError('broken-rule', stuck.code, stuck.message);
      const step = turn ? { turn, applied: turn.apply(event, records) } : open(event, ground);
      turn = step.turn;
      done.outcomes.set(index, outcomeOf(step.applied, event));
      if (step.applied.outcome === 'conflict') continue;
      writes.events.push(eventRowOf(event, step.applied, ground.lockedAt));
      if (given.by) writes.audits.push(auditOf(event, step.applied, given.by, ground.lockedAt));
    } catch (error) {
      stuck ??= { code: codeOf(error), message: messageOf(error) };
      deps.log.warn({ account, event: event.id, outcome: 'waiting', code: stuck.code }, stuck.message);
      done.outcomes.set(index, { outcome: 'waiting', ...stuck });
      writes.events.push(waitingRow(event, ground.lockedAt));
    }
    known.set(event.id, { accountId: account, contentHash: contentHashOf(event), state: 'applied' });
  }
  turn?.finish(writes);
}

const EARLIER_EVENTS_WAIT = {
  code: 'earlier-events-wait',
  message: 'an earlier event of this account still waits',
};

/** The account's turn, after what waited; without an account, what waits can begin with its opening. */
function resume(
  { row, ground, waiting }: Given,
  account: string,
  writes: LedgerWrites,
): { turn: AccountTurn | undefined; current: boolean } {
  if (row) {
    const turn = AccountTurn.of(row, ground);
    return { turn, current: applyWaiting(turn, waiting, account, writes) };
  }
  const [first, ...others] = waiting.events.get(account) ?? [];
  if (!first) return { turn: undefined, current: true };
  try {
    const { turn, applied } = open(first, ground);
    writes.resolved.push(eventRowOf(first, applied, ground.lockedAt));
    const rest = { ...waiting, events: new Map([[account, others]]) };
    return { turn, current: applyWaiting(turn, rest, account, writes) };
  } catch {
    return { turn: undefined, current: false };
  }
}

function open(event: MemberEvent, ground: TurnGround): { turn: AccountTurn; applied: AppliedEvent } {
  if (event.type !== 'account.opened') throw new Error('only account.opened opens an account');
  return AccountTurn.opening({ ...event, at: Math.min(event.at, ground.lockedAt) }, ground);
}

function auditOf(
  event: MemberEvent,
  { account, entries, outcome }: AppliedEvent,
  by: Operator,
  at: Instant,
): AuditRow {
  const posted = entries.reduce((sum, entry) => sum + entry.amount, 0);
  return {
    at,
    actor: by.actor,
    action: event.type,
    target: `account:${event.account}`,
    reason: by.reason,
    before: { balance: account.balance - posted },
    after: { balance: account.balance, event: event.id, outcome },
    runId: null,
  };
}

const codeOf = (error: unknown): string => (error instanceof ConnectsError ? error.code : 'unexpected');

/** The same id again changes nothing; with other content it is a conflict. */
function outcomeOfKnown(
  event: MemberEvent,
  known: ReadonlyMap<string, KnownEvent>,
): EventOutcome | undefined {
  const before = known.get(event.id);
  if (!before) return undefined;
  if (before.contentHash === contentHashOf(event)) return { outcome: 'duplicate' };
  return { outcome: 'conflict', message: `the id ${event.id} arrived before with other content` };
}

function outcomeOf(applied: AppliedEvent, event: MemberEvent): EventOutcome {
  const { outcome, decisions, effectiveAt, late } = applied;
  if (outcome === 'conflict') return { outcome, message: `account ${event.account} is open already` };
  return { outcome, codes: decisions.map((one) => one.code), effectiveAt, late };
}

const waitingRow = (event: MemberEvent, receivedAt: Instant) => ({
  event,
  state: 'waiting' as const,
  effectiveAt: null,
  late: false,
  receivedAt,
});

/** The database refuses what this account's events come to: they are kept, and the account is left as it is. */
async function keepWaiting(
  deps: RecordDeps,
  { account, events }: AccountEvents,
  why: { code: string; message: string },
  outcomes: EventOutcome[],
): Promise<AccountEvents[]> {
  deps.log.warn({ account, outcome: 'waiting', code: why.code }, why.message);
  await inTransaction(deps.db, async (transaction) => {
    const { rows } = await lockAccounts(transaction, [account]);
    const known = await findKnown(
      transaction,
      events.map((one) => one.event),
    );
    const opens = rows.length > 0 || events.some(({ event }) => event.type === 'account.opened');
    const receivedAt = await databaseNow(transaction);
    const kept: MemberEvent[] = [];
    for (const { index, event } of events) {
      const repeated = outcomeOfKnown(event, known);
      outcomes[index] = repeated ?? (opens ? { outcome: 'waiting', ...why } : { outcome: 'unknown-account' });
      if (repeated || !opens) continue;
      kept.push(event);
      known.set(event.id, { accountId: account, contentHash: contentHashOf(event), state: 'waiting' });
    }
    await insertEvents(
      transaction,
      kept.map((event) => waitingRow(event, receivedAt)),
    );
  });
  return [];
}
