/**
 * Settling a batch of accounts in one transaction: the operation that grants Connects.
 *
 * Lock the accounts; for each, settle every boundary up to its run's as-of, oldest first (src/domain, pure); write
 * cycles, entries, notices and the accounts; commit. Either all of a batch is done or none of it.
 *
 *   dies before COMMIT            nothing happened; the next sweep finds the accounts
 *   dies after COMMIT             the retry finds them current
 *   an account's decision throws  it is left out before any write and fails alone
 *   the database refuses a row    the batch is halved until that one account is alone; the others commit
 *   deadlock, lock timeout        the whole transaction is replayed (inTransaction)
 *   the server goes away          thrown as `unavailable`: no account is blamed, the caller waits and tries again
 */
import type { Clock } from '../clock.ts';
import { type Database, type Transaction, databaseUnavailable, inTransaction } from '../db/connection.ts';
import { classOfDatabaseError, describeRowError, isDatabaseError } from '../db/errors.ts';
import type { Instant } from '../domain/calendar.ts';
import { type CatchUp, catchUp } from '../domain/settle.ts';
import { ConnectsError, messageOf } from '../errors.ts';
import { type AccountRow, lockAccounts, updateAccounts } from '../ledger/accounts.ts';
import { type CycleNotice, type CycleRow, insertCycles } from '../ledger/cycles.ts';
import { type EntryRow, insertEntries } from '../ledger/entries.ts';
import { clearFailures } from '../ledger/failures.ts';
import type { Log } from '../log.ts';
import { type NoticeDraft, stageNotices } from '../outbox/outbox.ts';
import { type FailedAttempt, type FailureRules, recordFailures } from './record-failures.ts';
import type { OpenRun, RunDirectory } from './run-directory.ts';

export interface SettleDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly runs: RunDirectory;
  readonly settings: SettleSettings;
}

export interface SettleSettings extends FailureRules {
  /** Boundaries that one transaction settles at the most: 14 MiB of INSERT come close to max_allowed_packet. */
  readonly boundariesMax: number;
  /** A notice whose newest cycle began longer ago than this is recorded as too old instead of sent. */
  readonly noticeMaxAgeMs: number;
}

export const BOUNDARIES_MAX = 2_000;

export interface SettleRequest {
  readonly account: string;
  readonly run: number;
}

export type SettleOutcome =
  | { readonly outcome: 'settled'; readonly cycles: number }
  | { readonly outcome: 'already-current' }
  | { readonly outcome: 'unknown-account' }
  | { readonly outcome: 'run-not-open' }
  | {
      readonly outcome: 'failed';
      readonly code: string;
      readonly message: string;
      readonly putAside: boolean;
    };

/** What one transaction made of its accounts; `unfinished` ones have boundaries left for the next. */
interface Settled {
  readonly outcomes: Map<string, SettleOutcome>;
  readonly failed: FailedAttempt[];
  readonly unfinished: SettleRequest[];
}

/**
 * Settles each account as its run asks. Every request gets its own outcome, by account id.
 * @param requests of different accounts, 500 at the most; they may belong to different runs.
 * @throws unavailable when the database cannot be used; then nothing is known of the last transaction, and the same
 *   call may be made again.
 */
export async function settleAccounts(
  deps: SettleDeps,
  requests: readonly SettleRequest[],
): Promise<Map<string, SettleOutcome>> {
  const outcomes = new Map<string, SettleOutcome>();
  const failed: FailedAttempt[] = [];
  let left = [...requests].sort((a, b) => (a.account < b.account ? -1 : 1));
  while (left.length > 0) {
    const settled = await settleOrHalve(deps, left);
    for (const [account, outcome] of settled.outcomes)
      outcomes.set(account, addUp(outcomes.get(account), outcome));
    failed.push(...settled.failed);
    left = settled.unfinished;
  }
  for (const [account, outcome] of await recordFailures(deps, failed)) outcomes.set(account, outcome);
  return outcomes;
}

/** An account that needed several transactions has settled the sum of their cycles. */
function addUp(before: SettleOutcome | undefined, now: SettleOutcome): SettleOutcome {
  if (before?.outcome !== 'settled') return now;
  if (now.outcome === 'already-current') return before;
  return now.outcome === 'settled' ? { outcome: 'settled', cycles: before.cycles + now.cycles } : now;
}

/** One transaction; when the database refuses a row of it, two transactions of half the accounts each, and so on. */
async function settleOrHalve(deps: SettleDeps, requests: readonly SettleRequest[]): Promise<Settled> {
  try {
    const runs = await deps.runs.find(requests.map((one) => one.run));
    return await inTransaction(deps.db, (transaction) => settleOnce(deps, transaction, requests, runs));
  } catch (error) {
    if (!isDatabaseError(error)) throw error;
    if (classOfDatabaseError(error) !== 'row') throw databaseUnavailable(error);
    const [first, ...others] = requests;
    if (first && others.length === 0)
      return { outcomes: new Map(), failed: [{ ...first, ...describeRowError(error) }], unfinished: [] };
    const middle = Math.ceil(requests.length / 2);
    const left = await settleOrHalve(deps, requests.slice(0, middle));
    const right = await settleOrHalve(deps, requests.slice(middle));
    return {
      outcomes: new Map([...left.outcomes, ...right.outcomes]),
      failed: [...left.failed, ...right.failed],
      unfinished: [...left.unfinished, ...right.unfinished],
    };
  }
}

/** Everything that one transaction writes, gathered before the first statement of it. */
interface Writes {
  readonly accounts: AccountRow[];
  readonly cycles: CycleRow[];
  readonly entries: EntryRow[];
  readonly notices: NoticeDraft[];
}

async function settleOnce(
  deps: SettleDeps,
  transaction: Transaction,
  requests: readonly SettleRequest[],
  runs: ReadonlyMap<number, OpenRun>,
): Promise<Settled> {
  const { rows, lockedAt } = await lockAccounts(
    transaction,
    requests.map((one) => one.account),
  );
  const found = new Map(rows.map((row) => [row.account.id, row]));
  const settled: Settled = { outcomes: new Map(), failed: [], unfinished: [] };
  const writes: Writes = { accounts: [], cycles: [], entries: [], notices: [] };
  for (const request of requests) {
    const row = found.get(request.account);
    const run = runs.get(request.run);
    if (!row) settled.outcomes.set(request.account, { outcome: 'unknown-account' });
    else if (!run) settled.outcomes.set(request.account, { outcome: 'run-not-open' });
    else settleOne(deps.settings, { request, row, run, lockedAt }, writes, settled);
  }
  await write(transaction, writes, lockedAt);
  return settled;
}

interface Turn {
  readonly request: SettleRequest;
  readonly row: AccountRow;
  readonly run: OpenRun;
  readonly lockedAt: Instant;
}

/** Decides one account and gathers its writes. What its decision throws makes it fail alone, before any write. */
function settleOne(settings: SettleSettings, turn: Turn, writes: Writes, settled: Settled): void {
  const { request, row, run, lockedAt } = turn;
  const room = settings.boundariesMax - writes.cycles.length;
  if (room <= 0) return void settled.unfinished.push(request);
  try {
    // Whatever a run says, no boundary is settled before its instant by the database's clock.
    const caughtUp = catchUp(row.account, run.terms, Math.min(run.asOf, lockedAt), room);
    const { settled: boundaries, account } = caughtUp;
    if (boundaries.length > 0 || account !== row.account) gather(settings, turn, caughtUp, writes);
    settled.outcomes.set(
      request.account,
      boundaries.length > 0
        ? { outcome: 'settled', cycles: boundaries.length }
        : { outcome: 'already-current' },
    );
    if (!caughtUp.current) settled.unfinished.push(request);
  } catch (error) {
    const code = error instanceof ConnectsError ? error.code : 'unexpected';
    settled.failed.push({ ...request, code, message: messageOf(error) });
  }
}

/** Turns what was decided into rows. */
function gather(settings: SettleSettings, turn: Turn, caughtUp: CatchUp, writes: Writes): void {
  const { row, run, lockedAt } = turn;
  const accountId = row.account.id;
  const ground = { accountId, runId: run.id, postedAt: lockedAt };
  let decisionNo = row.lastDecision;
  for (const { settlement, entries } of caughtUp.settled) {
    decisionNo += 1;
    const notice = noticeOf(run, caughtUp, entries.length > 0);
    writes.cycles.push({ ...ground, settlement, termsVersion: run.termsVersion, decisionNo, notice });
    for (const entry of entries) writes.entries.push({ ...ground, entry });
  }
  const staged = stage(settings, turn, caughtUp);
  if (staged.notice) writes.notices.push(staged.notice);
  writes.accounts.push({
    account: caughtUp.account,
    lastDecision: decisionNo,
    catchUpFrom: staged.catchUpFrom,
  });
}

/** Whether an email tells of a boundary, or why none does. */
function noticeOf(run: OpenRun, { account }: CatchUp, changed: boolean): CycleNotice {
  if (!changed) return 'unchanged';
  if (run.notify === 'none') return 'not-asked';
  return account.noticesOptedOut ? 'opted-out' : 'staged';
}

/** One notice per catch-up, staged by its last transaction: until then, where it began is kept on the account. */
function stage(
  settings: SettleSettings,
  { row, run, lockedAt }: Turn,
  { settled, account, current }: CatchUp,
): { notice?: NoticeDraft; catchUpFrom: string | null } {
  const told = settled.filter(
    (one) => noticeOf(run, { settled, account, current }, one.entries.length > 0) === 'staged',
  );
  const firstCycleOn = row.catchUpFrom ?? told[0]?.settlement.cycleOn;
  if (firstCycleOn === undefined) return { catchUpFrom: null };
  if (!current) return { catchUpFrom: firstCycleOn };
  const last = settled.at(-1)?.settlement;
  const lastCycleOn = last?.cycleOn ?? account.cycleOn;
  const tooOld = lockedAt - (last?.startsAt ?? lockedAt) > settings.noticeMaxAgeMs;
  const notice: NoticeDraft = {
    accountId: account.id,
    kind: 'grant',
    ref: `cycles:${firstCycleOn}..${lastCycleOn}`,
    state: tooOld ? 'too-old' : 'pending',
    firstCycleOn,
    lastCycleOn,
    runId: run.id,
    stagedAt: lockedAt,
  };
  return { notice, catchUpFrom: null };
}

async function write(transaction: Transaction, writes: Writes, now: Instant): Promise<void> {
  if (writes.accounts.length === 0) return;
  await insertCycles(transaction, writes.cycles);
  await insertEntries(transaction, writes.entries);
  await stageNotices(transaction, writes.notices);
  await updateAccounts(transaction, writes.accounts);
  await clearFailures(
    transaction,
    writes.accounts.map((row) => row.account.id),
    now,
  );
}
