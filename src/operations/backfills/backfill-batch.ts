/**
 * Backfilling some accounts, in one transaction: they are brought current, then locked, decided again and granted.
 * Everything about a grant is committed together: entries, settlement or amendment, decision, notice, item and audit.
 *
 *   an account cannot be brought current     it fails alone; its due cycle is for sweeps and reruns
 *   the database refuses a row               the batch is halved until that one account is alone
 *   somebody else keeps it locked            it is looked at again for some seconds, and fails alone then
 *   the ledger is held                       `held` is thrown within the transaction: nothing of it stands
 *   deadlock                                 the whole transaction is replayed (inTransaction)
 *   paused, cancelled, or no longer ours     `lost` is thrown within the transaction: nothing of it stands
 */
import { type Transaction, inBatch } from '../../db/connection.ts';
import { isRowLocked } from '../../db/errors.ts';
import { describeRefusal, inHalves } from '../../db/halving.ts';
import type { Account } from '../../domain/account.ts';
import {
  type Backfilled,
  backfillAccount,
  findCandidates,
  isAsked,
} from '../../domain/corrections/backfill.ts';
import type { Instant, LocalDate } from '../../domain/calendar.ts';
import { describeError } from '../../errors.ts';
import { lockAccounts } from '../../ledger/account-locks.ts';
import type { AccountRow } from '../../ledger/accounts.ts';
import type { BackfillItem } from '../../ledger/backfill-items.ts';
import type { BackfillAsked } from '../../ledger/backfills.ts';
import type { CycleNotice } from '../../ledger/cycles.ts';
import { listDecisionNos } from '../../ledger/decisions.ts';
import { requireFreeLedger } from '../../ledger/ledger-hold.ts';
import type { Notify } from '../../ledger/runs.ts';
import type { TermsVersion } from '../../ledger/terms-versions.ts';
import type { NoticeDraft } from '../../outbox/outbox.ts';
import { type RecordedPast, loadPasts } from './backfill-facts.ts';
import { type CatchUpDeps, bringCurrent, failuresOf } from '../settling/bring-current.ts';
import { LedgerWrites } from '../settling/ledger-writes.ts';

/** What is backfilled, by which run and terms. */
export interface BatchGround {
  readonly backfillId: number;
  readonly runId: number;
  readonly terms: TermsVersion;
  readonly asked: BackfillAsked;
  readonly notify: Notify;
  readonly actor: string;
  readonly reason: string;
  /** Writes the items within the transaction, and throws where the work is no longer ours. */
  readonly keep: (transaction: Transaction, items: readonly BackfillItem[], now: Instant) => Promise<void>;
}

/** Accounts that a boundary begins for in the very moment, or that somebody locks then, are brought current once more. */
const TURNS_MAX = 5;

/** @returns items of all accounts; those that failed are returned only, not kept */
export async function backfillBatch(
  deps: CatchUpDeps,
  ground: BatchGround,
  accountIds: readonly string[],
): Promise<BackfillItem[]> {
  const items: BackfillItem[] = [];
  const own = { id: ground.runId, kind: 'backfill', onTheWay: true, terms: ground.terms } as const;
  let left = accountIds.toSorted();
  for (let turn = 1; left.length > 0; turn += 1) {
    // Their notices are those of a sweep: these cycles are nobody's past.
    const failed = failuresOf(await bringCurrent(deps, own, left));
    items.push(...failed.map((one) => failedItem(ground, one.account, one)));
    const good = left.filter((id) => !failed.some((one) => one.account === id));
    const done = await grantInHalves(deps, ground, good);
    items.push(...done.items);
    left = turn < TURNS_MAX ? done.left : [];
    if (turn === TURNS_MAX) items.push(...done.left.map((id) => failedItem(ground, id, STILL_DUE)));
  }
  return items;
}

const STILL_DUE = { code: 'still-due', message: 'the account could not be brought current' };

function failedItem(
  { asked }: BatchGround,
  accountId: string,
  { code, message }: { code: string; message: string },
): BackfillItem {
  const nothing = { granted: 0, recovered: 0 };
  return {
    accountId,
    cycleOn: asked.from,
    reason: 'not-current',
    state: 'failed',
    why: code,
    message,
    ...nothing,
  };
}

interface Granted {
  readonly items: readonly BackfillItem[];
  /** Due again, or locked by somebody else, since they were brought current. */
  readonly left: string[];
}

async function grantInHalves(
  deps: CatchUpDeps,
  ground: BatchGround,
  ids: readonly string[],
): Promise<Granted> {
  const parts = await inHalves<string, Granted>(
    ids,
    (part) => inBatch(deps.db, (transaction) => grantOnce(ground, transaction, part)),
    (id, error) =>
      isRowLocked(error)
        ? { items: [], left: [id] }
        : { items: [failedItem(ground, id, describeRefusal(error))], left: [] },
  );
  return { items: parts.flatMap((part) => part.items), left: parts.flatMap((part) => part.left) };
}

async function grantOnce(
  ground: BatchGround,
  transaction: Transaction,
  ids: readonly string[],
): Promise<Granted> {
  const { rows, unreadable, busy } = await lockAccounts(transaction, ids);
  const look = await requireFreeLedger(transaction);
  const { now } = look;
  const pasts = await loadPasts(
    transaction,
    rows.map((row) => row.account),
    ground.asked,
    ground.terms.terms,
  );
  const lostNos = await loadLostNos(transaction, rows, pasts);
  const writes = new LedgerWrites(look);
  const kept: BackfillItem[] = [];
  const failed: BackfillItem[] = [];
  const left: string[] = [...busy];
  for (const [id, why] of unreadable) failed.push(failedItem(ground, id, describeError(why)));
  for (const row of rows) {
    const { id, nextCycleAt } = row.account;
    if (nextCycleAt !== null && nextCycleAt <= now) left.push(id);
    else {
      try {
        const turn = { row, past: pasts.get(id) as RecordedPast, lostNos: lostNos.get(id) ?? [], now };
        kept.push(...grantAccount(ground, turn, writes));
      } catch (error) {
        failed.push(failedItem(ground, id, describeError(error)));
      }
    }
  }
  auditBatch(ground, kept, rows, now, writes);
  await writes.write(transaction, now);
  await ground.keep(transaction, kept, now);
  return { items: [...kept, ...failed], left };
}

interface Turn {
  readonly row: AccountRow;
  readonly past: RecordedPast;
  /** Numbers of decisions that stand nowhere: those of settlements that were lost. */
  readonly lostNos: readonly number[];
  readonly now: Instant;
}

/** Of accounts with a boundary that was settled once, and has no settlement any more. */
async function loadLostNos(
  transaction: Transaction,
  rows: readonly AccountRow[],
  pasts: ReadonlyMap<string, RecordedPast>,
): Promise<Map<string, number[]>> {
  const losers = rows.filter(({ account }) =>
    pasts.get(account.id)?.boundaries.some((one) => isLost(account, one, pasts.get(account.id))),
  );
  const known = await listDecisionNos(
    transaction,
    losers.map((row) => row.account.id),
  );
  return new Map(
    losers.map(({ account: { id }, lastDecision }) => {
      const all = Array.from({ length: lastDecision }, (_, index) => index + 1);
      return [id, all.filter((no) => !known.get(id)?.has(no))];
    }),
  );
}

const isLost = (
  { trackedFrom, nextCycleOn }: Account,
  { on, at }: { readonly on: LocalDate; readonly at: Instant },
  past: RecordedPast | undefined,
): boolean => at >= trackedFrom && (nextCycleOn === null || on < nextCycleOn) && !past?.cycles.has(on);

/** Decides one account under its lock, and gathers what is written of it. */
function grantAccount(ground: BatchGround, turn: Turn, writes: LedgerWrites): BackfillItem[] {
  const { row, past, now } = turn;
  const candidates = findCandidates(row.account, past, ground.asked).filter((one) =>
    isAsked(one, ground.asked),
  );
  const { terms } = ground.terms;
  const done = backfillAccount(row.account, candidates, { terms, backfill: ground.backfillId, now });
  const accountId = row.account.id;
  const by = { accountId, runId: ground.runId, postedAt: now };
  let lastDecision = row.lastDecision;
  const lostNos = [...turn.lostNos];
  const notice = noticeOf(ground, row);
  for (const one of done.cycles) {
    if (one.outcome === 'skipped') continue;
    // What was lost takes its own number again, so that none stays missing.
    const isOwn = one.settlement !== null && one.settlement.startsAt >= row.account.trackedFrom;
    const lostNo = isOwn ? lostNos.shift() : undefined;
    if (lostNo === undefined) lastDecision += 1;
    const decisionNo = lostNo ?? lastDecision;
    if (one.outcome === 'recorded') {
      const runId = past.postedBy.get(one.on) ?? null;
      const notice = one.free + one.paid > 0 ? 'not-asked' : 'unchanged';
      const recorded = { ...by, runId, notice, isAgain: true } as const;
      writes.cycles.push({
        ...recorded,
        settlement: one.settlement,
        termsVersion: ground.terms.version,
        decisionNo,
      });
      continue;
    }
    const posted = {
      termsVersion: ground.terms.version,
      notice: one.free + one.paid > 0 ? notice : 'unchanged',
    } as const;
    if (one.settlement) writes.cycles.push({ ...by, ...posted, settlement: one.settlement, decisionNo });
    if (one.decision) writes.decisions.push({ ...by, decision: one.decision, decisionNo });
    if (one.amendment) {
      const { on: cycleOn, at: startsAt, ...amounts } = one.amendment;
      const no = (past.amendments.get(cycleOn)?.length ?? 0) + 1;
      const granted = { kind: 'granted', expired: 0, short: 0, notTaken: 0, reversedRun: null } as const;
      writes.amendments.push({ ...by, ...posted, ...amounts, ...granted, cycleOn, startsAt, no });
    }
  }
  const planOf = new Map(candidates.map((one) => [one.on, one.plan]));
  writes.entries.push(
    ...done.entries.map((entry) => ({
      ...by,
      entry,
      plan: planOf.get(entry.cycleOn ?? '') ?? row.account.plan,
    })),
  );
  if (done.account !== row.account || lastDecision !== row.lastDecision)
    writes.accounts.push({ before: row, after: { ...row, account: done.account, lastDecision } });
  if (notice === 'staged') writes.notices.push(...draftsOf(ground, turn, done.cycles));
  return done.cycles.map((one) => itemOf(accountId, one));
}

/** Whether an email tells of it, or why none does. */
function noticeOf({ notify }: BatchGround, { account }: AccountRow): CycleNotice {
  if (notify === 'none') return 'not-asked';
  return account.noticesOptedOut ? 'opted-out' : 'staged';
}

/** `digest`: one for all of an account's cycles. `each`: one for each. They tell of now, so they are never too old. */
function draftsOf(
  { notify, runId }: BatchGround,
  { row, now }: Turn,
  cycles: readonly Backfilled[],
): NoticeDraft[] {
  const granted = cycles
    .filter((one) => one.outcome === 'granted' && one.free + one.paid > 0)
    .map((one) => one.on);
  const first = granted[0];
  const last = granted.at(-1);
  if (first === undefined || last === undefined) return [];
  const draft = (ref: string, firstCycleOn: LocalDate, lastCycleOn: LocalDate): NoticeDraft => ({
    accountId: row.account.id,
    kind: 'backfill',
    ref,
    state: 'pending',
    firstCycleOn,
    lastCycleOn,
    runId,
    stagedAt: now,
  });
  if (notify === 'digest') return [draft(`run:${runId}`, first, last)];
  return granted.map((on) => draft(`run:${runId}:${on}`, on, on));
}

function itemOf(accountId: string, one: Backfilled): BackfillItem {
  const { on: cycleOn, reason } = one;
  const said = { accountId, cycleOn, reason, message: null };
  if (one.outcome === 'skipped') return { ...said, state: 'skipped', why: one.why, granted: 0, recovered: 0 };
  if (one.outcome === 'recorded') return { ...said, state: 'recorded', why: null, granted: 0, recovered: 0 };
  return { ...said, state: 'granted', why: null, granted: one.free + one.paid, recovered: one.recovered };
}

/** Who, why, and what it came to: one row a batch, in the transaction that does it. */
function auditBatch(
  { backfillId, runId, actor, reason }: BatchGround,
  items: readonly BackfillItem[],
  rows: readonly AccountRow[],
  at: Instant,
  writes: LedgerWrites,
): void {
  const granted = items.filter((one) => one.state === 'granted' || one.state === 'recorded');
  if (granted.length === 0) return;
  const ids = [...new Set(granted.map((one) => one.accountId))];
  const changed = rows.filter((row) => ids.includes(row.account.id));
  const balances = changed.reduce((sum, row) => sum + row.account.balance, 0);
  const connects = granted.reduce((sum, one) => sum + one.granted, 0);
  const recovered = granted.reduce((sum, one) => sum + one.recovered, 0);
  writes.audits.push({
    at,
    actor,
    action: 'backfill.grant',
    target: `backfill:${backfillId}`,
    reason,
    runId,
    before: {
      accounts: ids.length,
      first: ids[0],
      last: ids.at(-1),
      balances,
    },
    after: {
      cycles: granted.length,
      connects,
      recovered,
      balances: balances + connects - recovered,
    },
  });
}
