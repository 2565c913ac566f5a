/** Taking back from a batch of accounts in one transaction, once they are current. */
import { type Database, type Transaction, inBatch } from '../../db/connection.ts';
import { isRowLocked } from '../../db/errors.ts';
import { describeRefusal, inHalves } from '../../db/halving.ts';
import type { Instant } from '../../domain/calendar.ts';
import type { Reversal } from '../../domain/corrections/reversal.ts';
import { describeError } from '../../errors.ts';
import { groupBy } from '../../group-by.ts';
import { accountLocked, lockAccounts } from '../../ledger/account-locks.ts';
import type { AccountRow } from '../../ledger/accounts.ts';
import { listAmendments } from '../../ledger/amendments.ts';
import { listFailedPayments } from '../../ledger/decisions.ts';
import { listExpiries } from '../../ledger/lapses.ts';
import { requireFreeLedger } from '../../ledger/ledger-hold.ts';
import { listCyclesGrantedBy } from '../../ledger/run-grants.ts';
import { type CatchUpDeps, bringCurrent, failuresOf } from '../settling/bring-current.ts';
import { LedgerWrites } from '../settling/ledger-writes.ts';
import { targetOf } from './reversal-source.ts';
import { type ReversalGround, reverseAccount } from './reverse-account.ts';

export interface Reversed {
  /** Accounts that were due before. */
  readonly settled?: number;
  readonly done: readonly { readonly account: string; readonly reversal: Reversal }[];
  readonly failed: readonly { readonly account: string; readonly code: string; readonly message: string }[];
}

/** They are brought current first, as before anything that happens to an account. */
export async function reverseAccounts(
  deps: CatchUpDeps,
  ground: ReversalGround,
  ids: readonly string[],
): Promise<Reversed> {
  const own = { id: ground.reversal, kind: 'reversal', terms: ground.terms } as const;
  const outcomes = await bringCurrent(deps, own, ids);
  const failed = failuresOf(outcomes);
  const good = ids.filter((id) => !failed.some((one) => one.account === id));
  const parts = await reverseInHalves(deps.db, ground, good);
  return {
    settled: [...outcomes.values()].filter((one) => one.outcome === 'settled').length,
    done: parts.flatMap((part) => part.done),
    failed: [...failed, ...parts.flatMap((part) => part.failed)],
  };
}

function reverseInHalves(db: Database, ground: ReversalGround, ids: readonly string[]): Promise<Reversed[]> {
  return inHalves<string, Reversed>(
    ids,
    (part) => inBatch(db, (transaction) => reverseOnce(transaction, ground, part)),
    (account, error) => ({
      done: [],
      failed: [{ account, ...describeRefusal(isRowLocked(error) ? accountLocked(account) : error) }],
    }),
  );
}

async function reverseOnce(
  transaction: Transaction,
  ground: ReversalGround,
  ids: readonly string[],
): Promise<Reversed> {
  const { rows, unreadable, busy } = await lockAccounts(transaction, ids);
  const look = await requireFreeLedger(transaction);
  const { now } = look;
  const granted = await listCyclesGrantedBy(transaction, ground.source, ground.filter, ids);
  const cycles = groupBy(granted, (one) => one.accountId);
  const amendments = groupBy(await listAmendments(transaction, ids), (one) => one.accountId);
  const expiries = groupBy(await listExpiries(transaction, ids), (one) => one.accountId);
  const failedPayments = await listFailedPayments(transaction, ids);
  const writes = new LedgerWrites(look);
  const done: { account: string; reversal: Reversal }[] = [];
  const failed = [
    ...[...unreadable].map(([account, why]) => ({ account, ...describeError(why) })),
    ...[...busy].map((account) => ({ account, ...describeError(accountLocked(account)) })),
  ];
  for (const row of rows) {
    const account = row.account.id;
    const own = { amendments: amendments.get(account) ?? [], expiries: expiries.get(account) ?? [] };
    const facts = { row, ...own, failedPayments, now };
    try {
      const reversal = reverseAccount(ground, facts, cycles.get(account) ?? [], writes);
      if (reversal) done.push({ account, reversal });
    } catch (error) {
      failed.push({ account, ...describeError(error) });
    }
  }
  auditBatch(ground, rows, done, now, writes);
  await ground.keep?.(transaction);
  await writes.write(transaction, now);
  return { done, failed };
}

/** Who, why, before and after: one row a batch, in the transaction that does it. */
function auditBatch(
  { source, reversal, actor, reason }: ReversalGround,
  rows: readonly AccountRow[],
  done: Reversed['done'],
  at: Instant,
  writes: LedgerWrites,
): void {
  if (done.length === 0) return;
  const ids = new Set(done.map((one) => one.account));
  const own = rows.filter((row) => ids.has(row.account.id));
  const taken = done.reduce((sum, one) => sum + one.reversal.taken, 0);
  const notTaken = done.reduce((sum, one) => sum + one.reversal.notTaken, 0);
  const balances = own.reduce((sum, row) => sum + row.account.balance, 0);
  const [first, last] = [done[0]?.account, done.at(-1)?.account];
  writes.audits.push({
    at,
    actor,
    action: 'run.reverse',
    target: targetOf(source),
    reason,
    runId: reversal,
    before: {
      accounts: done.length,
      first,
      last,
      balances,
    },
    after: {
      taken,
      notTaken,
      balances: balances - taken,
    },
  });
}
