/**
 * Recording events: the one door for facts. A batch is one transaction per few hundred accounts; the order of arrival
 * is kept per account, and every event has its own outcome.
 *
 * Every event first brings its account current. Where that cannot be done, it and all later ones of that account are
 * kept `waiting`, and applied in order by whatever brings the account current. So are all while the ledger is held, and
 * applied soon after its release.
 *
 * An account that somebody else has locked is waited for outside of any transaction, so that no connection is kept
 * meanwhile, and for a few seconds only: then its events are `busy`, and all others are recorded.
 *
 * Where it is asked for, several transactions go on beside each other; never two that hold an account in common.
 */
import type { Clock } from '../../clock.ts';
import { type Database, type Transaction, inBatch } from '../../db/connection.ts';
import { isDuplicateKey, isRowLocked } from '../../db/errors.ts';
import { describeRefusal, inHalves } from '../../db/halving.ts';
import { databaseNow } from '../../db/query.ts';
import type { MemberEvent } from '../../domain/events/events.ts';
import { describeError } from '../../errors.ts';
import { accountLocked, lockAccounts } from '../../ledger/account-locks.ts';
import { IDS_MAX, findAccountIds } from '../../ledger/accounts.ts';
import { type KnownEvent, findEvents, findWaitingAccounts } from '../../ledger/events.ts';
import type { Notify } from '../../ledger/runs.ts';
import { HELD, held, lookAtLedger } from '../../ledger/ledger-hold.ts';
import { getLatestTerms } from '../../ledger/terms-versions.ts';
import type { Log } from '../../log.ts';
import type { Tally } from '../../tally.ts';
import {
  type AccountEvents,
  type Arrived,
  type Done,
  type EventOutcome,
  type Operator,
  type Why,
  auditsOfImport,
  keepAll,
  recordAccount,
} from './account-events.ts';
import type { TurnGround } from '../settling/account-turn.ts';
import { LedgerWrites } from '../settling/ledger-writes.ts';
import { SideBySide } from './side-by-side.ts';
import { loadWaiting, waits } from '../settling/waiting-events.ts';

export type { EventOutcome, Operator } from './account-events.ts';

export interface RecordDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly settings: {
    readonly boundariesMax: number;
    readonly noticeMaxAgeMs: number;
    /** How long an account that somebody else has locked is waited for; five seconds when absent. */
    readonly lockWaitMs?: number;
    /** Transactions beside each other, each of other accounts; one when absent. */
    readonly transactionsMax?: number;
  };
  readonly tally?: Pick<Tally, 'add'>;
  /** Of the pool. */
  readonly connectionsMax?: number;
}

const LOCK_WAIT_MS = 5_000;
/** The first look at a locked account comes soon: mostly a batch has it, that ends in a moment. */
const FIRST_LOOK_MS = 10;
const LONGEST_LOOK_MS = 250;

/** Accounts, and events, of one transaction. */
const ACCOUNTS_MAX = 500;
const EVENTS_MAX = 2_000;

/**
 * @param events in order of arrival; of any number of accounts
 * @param notify whether members hear of what the events decide. Boundaries that are settled on the way are told as a
 *   sweep tells them: who hears of a grant must not depend on whether its member's events came before the sweep
 * @returns an outcome for each, in the same order
 * @throws unavailable when the database cannot be used: what was committed before is a duplicate next time
 */
export async function recordEvents(
  deps: RecordDeps,
  events: readonly MemberEvent[],
  notify: Notify = 'digest',
  by?: Operator,
): Promise<EventOutcome[]> {
  const { outcomes } = await new EventRecorder(deps, { notify, by }).begin(events);
  return outcomes;
}

export interface Recording {
  readonly notify: Notify;
  readonly by: Operator | undefined;
  /** Somebody looked, and none of these ids arrived before or comes twice: they are not looked up until one turns out to be taken. */
  readonly allNew?: boolean;
}

/**
 * Batch after batch, each begun before the last transactions of the one before it have ended. Order is kept over all of
 * them: what comes after an event that was not recorded is not recorded either.
 */
export class EventRecorder {
  readonly #deps: RecordDeps;
  readonly #recording: Recording;
  readonly #ids: Ids;
  readonly #beside: SideBySide;
  /** Accounts of which something was not recorded. */
  readonly #given = new Set<string>();

  constructor(deps: RecordDeps, recording: Recording) {
    this.#deps = deps;
    this.#recording = recording;
    this.#ids = { allNew: recording.allNew ?? false };
    this.#beside = new SideBySide(deps.settings.transactionsMax ?? 1);
  }

  /**
   * Never called again before it has returned.
   * @returns once all of them have begun; `outcomes` are all of theirs, in the same order, when they have ended
   * @throws as {@link recordEvents}, and so do the outcomes
   */
  async begin(events: readonly MemberEvent[]): Promise<{ readonly outcomes: Promise<EventOutcome[]> }> {
    const latest = await getLatestTerms(this.#deps.db);
    const { notify, by } = this.#recording;
    const pinned = { terms: latest.terms, termsVersion: latest.version, notifyEvents: notify, by };
    const rules = { ...pinned, ids: this.#ids };
    const outcomes: EventOutcome[] = Array.from({ length: events.length });
    const begun: { readonly ended: Promise<void> }[] = [];
    for (const [index, part] of [...partsOf(events)].entries()) {
      if (index > 0) await this.#beside.end();
      for (const group of groupsOf(part))
        begun.push(await this.#beside.begin(group, () => this.#record(rules, group, outcomes)));
    }
    const ended = this.#beside.endOf(begun).then(() => this.#told(events, outcomes));
    // Looked at later: until then it is no rejection that nobody handles.
    ended.catch(() => undefined);
    return { outcomes: ended };
  }

  /** Once nothing is under way. @throws as {@link recordEvents} */
  end(): Promise<void> {
    return this.#beside.end();
  }

  async #record(rules: Rules, group: readonly AccountEvents[], outcomes: EventOutcome[]): Promise<void> {
    const barred = group.filter((one) => this.#given.has(one.account));
    const left = group.filter((one) => !this.#given.has(one.account));
    const busy = await recordPatiently(this.#deps, rules, left, outcomes);
    for (const one of [...barred, ...busy]) {
      this.#given.add(one.account);
      const why = describeError(accountLocked(one.account));
      for (const { index } of one.events) outcomes[index] = { outcome: 'busy', ...why };
    }
  }

  #told(events: readonly MemberEvent[], outcomes: EventOutcome[]): EventOutcome[] {
    for (const [index, one] of outcomes.entries())
      // That it is held is told once, by whoever meets it.
      if (one.outcome === 'waiting' && one.code !== HELD) tell(this.#deps.log, events[index], one);
    return outcomes;
  }
}

/** Looks again and again at those that somebody else has locked. Returns whose lock outlasted that. */
async function recordPatiently(
  deps: RecordDeps,
  rules: Rules,
  group: readonly AccountEvents[],
  outcomes: EventOutcome[],
): Promise<readonly AccountEvents[]> {
  let left: Left = { left: group, busy: [] };
  let waitMs = FIRST_LOOK_MS;
  let waitedMs = 0;
  for (;;) {
    const done = await recordInHalves(deps, rules, left.left, outcomes);
    left = { left: done.left, busy: [...left.busy, ...done.busy] };
    if (left.left.length > 0) continue;
    if (left.busy.length === 0 || waitedMs >= (deps.settings.lockWaitMs ?? LOCK_WAIT_MS)) return left.busy;
    await deps.clock.sleep(waitMs);
    waitedMs += waitMs;
    waitMs = Math.min(waitMs * 2, LONGEST_LOOK_MS);
    left = { left: left.busy, busy: [] };
  }
}

/** Whose events have their turn in the next transaction, and whose have to wait for somebody else's. */
interface Left {
  readonly left: readonly AccountEvents[];
  readonly busy: readonly AccountEvents[];
}

function tell(log: Log, event: MemberEvent | undefined, { code, message }: Why): void {
  log.warn({ account: event?.account, event: event?.id, outcome: 'waiting', code }, message);
}

/** Transactions' worth of accounts, each in primary-key order. */
function* groupsOf(part: readonly AccountEvents[]): Generator<AccountEvents[]> {
  let group: AccountEvents[] = [];
  let size = 0;
  for (const one of part.toSorted((a, b) => (a.account < b.account ? -1 : 1)).flatMap(inTransactions)) {
    if (group.length >= ACCOUNTS_MAX || size + one.events.length > EVENTS_MAX) {
      yield group;
      group = [];
      size = 0;
    }
    group.push(one);
    size += one.events.length;
  }
  yield group;
}

/**
 * By account. Accounts don't keep the order of arrival among each other, so where an id is used by two of them, the
 * second use begins a new part: the first to arrive counts.
 */
function* partsOf(events: readonly MemberEvent[]): Generator<AccountEvents[]> {
  let byAccount = new Map<string, { account: string; events: Arrived[] }>();
  let usedBy = new Map<string, string>();
  for (const [index, event] of events.entries()) {
    if ((usedBy.get(event.id) ?? event.account) !== event.account) {
      yield [...byAccount.values()];
      byAccount = new Map();
      usedBy = new Map();
    }
    usedBy.set(event.id, event.account);
    const known = byAccount.get(event.account);
    if (known) known.events.push({ index, event });
    else byAccount.set(event.account, { account: event.account, events: [{ index, event }] });
  }
  yield [...byAccount.values()];
}

/** An account with more events than one transaction takes has its turn in several, which no group holds together. */
function inTransactions({ account, events }: AccountEvents): AccountEvents[] {
  if (events.length <= EVENTS_MAX) return [{ account, events }];
  const chunks = Math.ceil(events.length / EVENTS_MAX);
  return Array.from({ length: chunks }, (_, n) => ({
    account,
    events: events.slice(n * EVENTS_MAX, (n + 1) * EVENTS_MAX),
  }));
}

type Rules = Pick<TurnGround, 'terms' | 'termsVersion' | 'notifyEvents'> & {
  readonly by: Operator | undefined;
  readonly ids: Ids;
};

interface Ids {
  /** Until the database refuses something as being there already. */
  allNew: boolean;
}

/** How often an account is looked at again where another writer took an id, or opened it, a moment before. */
const LOOKS_MAX = 5;

/** One transaction, or more where what comes of one account cannot be recorded. Returns who is left over. */
async function recordInHalves(
  deps: RecordDeps,
  rules: Rules,
  group: readonly AccountEvents[],
  outcomes: EventOutcome[],
  looks = LOOKS_MAX,
): Promise<Left> {
  const parts = await inHalves<AccountEvents, Left>(
    group,
    async (part) => {
      const done = await attempt(deps, rules, part);
      for (const [index, outcome] of done.outcomes) outcomes[index] = outcome;
      for (const code of done.codes) deps.tally?.add(`cycles:${code}`);
      return done;
    },
    (one, error) =>
      isRowLocked(error)
        ? { left: [], busy: [one] }
        : recordAlone(deps, rules, one, outcomes, { error, looks }),
  );
  return { left: parts.flatMap((part) => part.left), busy: parts.flatMap((part) => part.busy) };
}

/** One transaction. Where an id is taken though none was thought to be, all are looked up from now on, this part's too. */
async function attempt(deps: RecordDeps, rules: Rules, part: readonly AccountEvents[]): Promise<Recorded> {
  try {
    return await inBatch(deps.db, (transaction) => recordOnce(deps, rules, transaction, part));
  } catch (error) {
    if (isDuplicateKey(error)) rules.ids.allNew = false;
    throw error;
  }
}

const NOBODY: Left = { left: [], busy: [] };

/** What an account's events come to cannot be written: the first half is tried alone, down to the one event. */
async function recordAlone(
  deps: RecordDeps,
  rules: Rules,
  { account, events }: AccountEvents,
  outcomes: EventOutcome[],
  refused: { readonly error: unknown; readonly looks: number },
): Promise<Left> {
  // Somebody else recorded this id, or opened this account, a moment ago: looking again will find it.
  if (isDuplicateKey(refused.error) && refused.looks > 0)
    return recordInHalves(deps, rules, [{ account, events }], outcomes, refused.looks - 1);
  const why = describeRefusal(refused.error);
  if (events.length === 1) return keepWaiting(deps, rules, { account, events }, why, outcomes);
  const middle = Math.ceil(events.length / 2);
  const early = { account, events: events.slice(0, middle) };
  const late = { account, events: events.slice(middle) };
  const { left, busy } = await recordInHalves(deps, rules, [early], outcomes, 0);
  const rest = [...left, ...busy].flatMap((one) => one.events);
  if (rest.length > 0) {
    const all = [{ account, events: [...rest, ...late.events] }];
    return busy.length > 0 ? { left: [], busy: all } : { left: all, busy: [] };
  }
  // Order is kept: where one of them waits, so do all that came after it.
  if (early.events.some(({ index }) => outcomes[index]?.outcome === 'waiting'))
    return keepWaiting(deps, rules, late, why, outcomes);
  return recordInHalves(deps, rules, [late], outcomes, 0);
}

type Recorded = Done & { readonly codes: readonly string[] };

async function recordOnce(
  deps: RecordDeps,
  rules: Rules,
  transaction: Transaction,
  group: readonly AccountEvents[],
): Promise<Recorded> {
  const ids = group.map((one) => one.account);
  const arrived = group.flatMap((one) => one.events.map(({ event }) => event));
  const { rows, unreadable, busy, failing } = await lockAccounts(transaction, ids);
  const look = await lookAtLedger(transaction);
  const lockedAt = look.now;
  const found = new Map(rows.map((row) => [row.account.id, row]));
  const known = await findKnown(
    transaction,
    arrived.filter((event) => isAsked(event, rules, found)),
  );
  const fresh = arrived.filter((event) => !known.has(event.id));
  const free = ids.filter((id) => !busy.has(id) && !unreadable.has(id));
  const waiting = await loadWaiting(transaction, free, {
    termsOf: () => rules.terms,
    lockedAt,
    arrived: fresh,
  });
  const missing = free.filter((id) => !found.has(id) && !waits(waiting, id));
  // Not there to be locked, and opened since by another writer, who took up what waited: they are looked at again.
  const opened = await findAccountIds(transaction, missing);
  const { by, ids: _ids, ...pinned } = rules;
  const { noticeMaxAgeMs } = deps.settings;
  const turnGround = { ...pinned, notify: 'digest', runId: null, lockedAt, noticeMaxAgeMs } as const;
  const writes = new LedgerWrites(look, failing);
  const done: Done = { outcomes: new Map(), left: [], busy: [] };
  for (const one of group) {
    const unread = waiting.cutAt !== undefined && one.account > waiting.cutAt;
    const fault = unreadable.get(one.account);
    const why = fault ?? (look.hold && held(look.hold));
    const isOpen = fault !== undefined || found.has(one.account) || waits(waiting, one.account);
    if (busy.has(one.account) || opened.has(one.account)) done.busy.push(one);
    else if (why)
      keepAll({ by, known, writes, done, isOpen, why: describeError(why), receivedAt: lockedAt }, one);
    else if (unread || writes.cycles.length >= deps.settings.boundariesMax) done.left.push(one);
    else recordAccount({ by, known, writes, done, row: found.get(one.account), waiting, turnGround }, one);
  }
  writes.audits.push(...auditsOfImport(by, done.outcomes, lockedAt));
  return { ...done, codes: await writes.write(transaction, lockedAt) };
}

/** Even where all are new, of what would be turned away: somebody else may have brought it a moment ago. */
const isAsked = (event: MemberEvent, { ids }: Rules, found: ReadonlyMap<string, unknown>): boolean =>
  !ids.allNew || event.type === 'account.opened' || !found.has(event.account);

async function findKnown(
  transaction: Transaction,
  events: readonly MemberEvent[],
): Promise<Map<string, KnownEvent>> {
  const known = new Map<string, KnownEvent>();
  for (let from = 0; from < events.length; from += IDS_MAX) {
    const page = events.slice(from, from + IDS_MAX).map((event) => event.id);
    for (const [id, event] of await findEvents(transaction, page)) known.set(id, event);
  }
  return known;
}

/** The database refuses what these events come to: they are kept, and the account is left as it is. */
async function keepWaiting(
  deps: RecordDeps,
  rules: Rules,
  one: AccountEvents,
  why: Why,
  outcomes: EventOutcome[],
): Promise<Left> {
  for (let looks = LOOKS_MAX; ; looks -= 1)
    try {
      const done = await inBatch(deps.db, (transaction) => keepOnce(transaction, rules, one, why));
      for (const [index, outcome] of done.outcomes) outcomes[index] = outcome;
      return done;
    } catch (error) {
      if (isRowLocked(error)) return { ...NOBODY, busy: [one] };
      if (looks === 0 || !isDuplicateKey(error)) throw error;
    }
}

async function keepOnce(
  transaction: Transaction,
  { by }: Rules,
  one: AccountEvents,
  why: Why,
): Promise<Done> {
  const { rows, unreadable, busy } = await lockAccounts(transaction, [one.account]);
  if (busy.size > 0) return { outcomes: new Map(), left: [], busy: [one] };
  const receivedAt = await databaseNow(transaction);
  const known = await findKnown(
    transaction,
    one.events.map(({ event }) => event),
  );
  const waiting = await findWaitingAccounts(transaction, [one.account]);
  const isOpen = rows.length + unreadable.size + waiting.size > 0;
  // Opened since by another writer, as above.
  const opened = isOpen ? undefined : await findAccountIds(transaction, [one.account]);
  if (opened?.size) return { outcomes: new Map(), left: [], busy: [one] };
  const writes = new LedgerWrites();
  const done: Done = { outcomes: new Map(), left: [], busy: [] };
  keepAll({ by, known, writes, done, isOpen, why, receivedAt }, one);
  writes.audits.push(...auditsOfImport(by, done.outcomes, receivedAt));
  await writes.write(transaction, receivedAt);
  return done;
}
