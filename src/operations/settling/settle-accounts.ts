/**
 * Settling a batch of accounts in one transaction: the operation that grants Connects.
 *
 * Lock the accounts; for each, settle every boundary up to its run's as-of, oldest first (src/domain, pure); write
 * cycles, entries, notices and the accounts; commit. Either all of a batch is done or none of it. What one account comes
 * to is its turn (account-turn.ts), which begins with the events that wait for it (waiting-events.ts); the turns of a
 * batch gather in one set of writes (ledger-writes.ts).
 *
 *   dies before COMMIT            nothing happened; the next sweep finds the accounts
 *   dies after COMMIT             the retry finds them current
 *   an account's decision throws  it is left out before any write and fails alone; so does one that cannot be read
 *   the database refuses a row    the batch is halved until that one account is alone; the others commit
 *   anything else is thrown       the same
 *   somebody has it locked        it is left out, `busy`: that is nobody's attempt, and it is as due as before
 *   somebody has a row of it      the batch is halved until it is alone, and `busy`
 *   deadlock                      the whole transaction is replayed (inTransaction)
 *   the ledger is held            thrown as `held`: no account is blamed, all of it is as due as before
 *   the server goes away          thrown as `unavailable`: no account is blamed, the caller waits and tries again
 */
import type { Clock } from '../../clock.ts';
import { type Database, type Transaction, inBatch } from '../../db/connection.ts';
import { isRowLocked } from '../../db/errors.ts';
import { describeRefusal, inHalves } from '../../db/halving.ts';
import type { Instant } from '../../domain/calendar.ts';
import { type Terms, builtInTerms } from '../../domain/terms.ts';
import { describeError } from '../../errors.ts';
import { lockAccounts } from '../../ledger/account-locks.ts';
import type { AccountRow } from '../../ledger/accounts.ts';
import { requireFreeLedger } from '../../ledger/ledger-hold.ts';
import type { Log } from '../../log.ts';
import type { Tally } from '../../tally.ts';
import { LedgerWrites } from './ledger-writes.ts';
import {
  type FailedAttempt,
  type FailedOutcome,
  type FailureRules,
  recordFailures,
} from './record-failures.ts';
import type { OpenRun, RunDirectory } from './run-directory.ts';
import { type WaitingEvents, loadWaiting, resume, waits } from './waiting-events.ts';

export interface SettleDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly runs: Pick<RunDirectory, 'find'>;
  readonly settings: SettleSettings;
  readonly tally?: Pick<Tally, 'add'>;
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
  /** Somebody else has a row of it locked: it is as due as before, and to be tried again soon. */
  | { readonly outcome: 'busy' }
  | FailedOutcome;

/** What one transaction made of its accounts; `unfinished` ones have boundaries left for the next. */
interface Settled {
  readonly outcomes: Map<string, SettleOutcome>;
  readonly failed: FailedAttempt[];
  readonly unfinished: SettleRequest[];
  /** The code of each cycle that it settled. */
  readonly codes: readonly string[];
}

/**
 * Settles each account as its run asks. Every request gets its own outcome, by account id.
 * @param requests of different accounts, 500 at the most; they may belong to different runs.
 * @throws held `held` while the ledger is; unavailable when the database cannot be used; then nothing is known of the last transaction, and the same
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
    const parts = await settleInHalves(deps, left);
    for (const [account, outcome] of parts.flatMap((part) => [...part.outcomes]))
      outcomes.set(account, addUp(outcomes.get(account), outcome));
    failed.push(...parts.flatMap((part) => part.failed));
    left = parts.flatMap((part) => part.unfinished);
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

/** One transaction, or more where it cannot be done for one of them: that account fails alone, or is busy. */
async function settleInHalves(deps: SettleDeps, requests: readonly SettleRequest[]): Promise<Settled[]> {
  return inHalves(
    requests,
    async (part) => {
      const settled = await inBatch(deps.db, (transaction) => settleOnce(deps, transaction, part));
      for (const code of settled.codes) deps.tally?.add(`cycles:${code}`);
      return settled;
    },
    (request, error) => {
      const nothing = { outcomes: new Map<string, SettleOutcome>(), failed: [], unfinished: [], codes: [] };
      if (isRowLocked(error)) return { ...nothing, outcomes: new Map([[request.account, BUSY]]) };
      return { ...nothing, failed: [{ ...request, ...describeRefusal(error) }] };
    },
  );
}

const BUSY = { outcome: 'busy' } as const;

async function settleOnce(
  deps: SettleDeps,
  transaction: Transaction,
  requests: readonly SettleRequest[],
): Promise<Settled> {
  const { settled, writes, lockedAt } = await decide(deps, transaction, requests);
  return { ...settled, codes: await writes.write(transaction, lockedAt) };
}

interface Decided {
  readonly settled: Omit<Settled, 'codes'>;
  readonly writes: LedgerWrites;
  readonly lockedAt: Instant;
}

/** Locks and decides; nothing is written. What it read is let go of with it, before the first write. */
async function decide(
  deps: SettleDeps,
  transaction: Transaction,
  requests: readonly SettleRequest[],
): Promise<Decided> {
  const ids = requests.map((one) => one.account);
  const { rows, unreadable, busy, failing } = await lockAccounts(transaction, ids);
  // Asked for under the locks: a run that was stopped meanwhile settles nobody more.
  const named = requests.map((one) => one.run);
  const runs = await deps.runs.find(named, transaction);
  const look = await requireFreeLedger(transaction);
  const lockedAt = look.now;
  const runOf = new Map(requests.map((one) => [one.account, runs.get(one.run)]));
  const termsOf = (account: string): Terms => runOf.get(account)?.terms ?? builtInTerms;
  const free = ids.filter((id) => !busy.has(id) && !unreadable.has(id));
  const waiting = await loadWaiting(transaction, free, { termsOf, lockedAt });
  const found = new Map(rows.map((row) => [row.account.id, row]));
  const settled: Omit<Settled, 'codes'> = { outcomes: new Map(), failed: [], unfinished: [] };
  const writes = new LedgerWrites(look, failing);
  for (const request of requests) {
    const row = found.get(request.account);
    const run = runOf.get(request.account);
    const fault = unreadable.get(request.account);
    const isBusy = busy.has(request.account);
    if (!row && !fault && !isBusy && !waits(waiting, request.account))
      settled.outcomes.set(request.account, { outcome: 'unknown-account' });
    else if (!run) settled.outcomes.set(request.account, { outcome: 'run-not-open' });
    else if (isBusy) settled.outcomes.set(request.account, BUSY);
    else if (fault) settled.failed.push({ ...request, ...describeError(fault) });
    else settleOne(deps.settings, { request, row, run, lockedAt, waiting }, writes, settled);
  }
  return { settled, writes, lockedAt };
}

/** What one account is settled by. */
interface Given {
  readonly request: SettleRequest;
  /** Undefined for an account whose opening waits. */
  readonly row: AccountRow | undefined;
  readonly run: OpenRun;
  readonly lockedAt: Instant;
  readonly waiting: WaitingEvents;
}

/**
 * Decides one account and gathers its writes. What waits for it comes first: it arrived before this. What its decision
 * throws makes it fail alone, before any write.
 */
function settleOne(
  settings: SettleSettings,
  given: Given,
  writes: LedgerWrites,
  settled: Omit<Settled, 'codes'>,
): void {
  const { request, row, run, lockedAt, waiting } = given;
  const { account } = request;
  const room = settings.boundariesMax - writes.cycles.length;
  // More waits than one transaction reads: of this account nothing was read, of the one at the cut only the first.
  const unread = waiting.cutAt !== undefined && account > waiting.cutAt;
  const cut = waiting.cutAt === account;
  if (room <= 0 || unread) return void settled.unfinished.push(request);
  try {
    const { terms, termsVersion, notify } = run;
    const { noticeMaxAgeMs } = settings;
    const runId = run.onTheWay ? null : run.id;
    const ground = { terms, termsVersion, notify, notifyEvents: notify, runId, lockedAt, noticeMaxAgeMs };
    const resumed = resume(row, account, waiting, ground);
    // No boundary is settled before an event that waits and cannot be applied: the account fails at that.
    if (!resumed.turn || 'stopped' in resumed) throw resumed.stopped;
    const { turn, resolved } = resumed;
    // Whatever a run says, no boundary is settled before its instant by the database's clock.
    const asOf = Math.min(run.asOf, lockedAt);
    const current = turn.settle(asOf, cut ? 0 : Math.max(0, room - turn.cycles)) && !cut;
    turn.finish(writes);
    writes.resolved.push(...resolved);
    settled.outcomes.set(
      account,
      turn.cycles > 0 ? { outcome: 'settled', cycles: turn.cycles } : { outcome: 'already-current' },
    );
    if (!current) settled.unfinished.push(request);
  } catch (error) {
    settled.failed.push({ ...request, ...describeError(error) });
  }
}
