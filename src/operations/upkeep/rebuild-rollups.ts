/**
 * The rollups against the ledger, and put right. Ledger and rollups are read in one snapshot, so that whatever is posted
 * meanwhile stands in both or in neither; the difference is added as deltas like any other. So work goes on, nothing is
 * half done when it is interrupted, and doing it twice changes nothing.
 */
import { type Database, type Transaction, inTransaction } from '../../db/connection.ts';
import { isDuplicateKey } from '../../db/errors.ts';
import { databaseNow, run } from '../../db/query.ts';
import type { Instant } from '../../domain/calendar.ts';
import { insertAudit } from '../../ledger/audit-log.ts';
import { countAccounts } from '../../ledger/accounts.ts';
import { findRound, insertRound, lockRound, writeRound } from '../../ledger/rounds.ts';
import { findPageEnd, sumLedger } from '../../ledger/rollup-truth.ts';
import { type RollupRow, Sums, rollupDeltaInserts, listRollups } from '../../ledger/rollups.ts';

export interface CountRequest {
  readonly signal?: AbortSignal;
  readonly onProgress?: (state: { readonly done: number; readonly total: number }) => void;
}

export interface RebuildRequest extends CountRequest {
  readonly actor: string;
  readonly reason: string | null;
}

export interface Rebuilt {
  /** Sums that were not what the ledger comes to. */
  readonly corrected: number;
  readonly accounts: number;
  /** False where it was interrupted, and nothing was changed. */
  readonly done: boolean;
}

/** Accounts summed by one statement. */
const PAGE = 2_000;
const EVER = { from: '1000-01-01', to: '9999-12-31' };
/** Somebody else rebuilt them meanwhile, so many times at the most. */
const TRIES_MAX = 3;

/** Since when the rollups are complete; undefined while what was posted before they began is not counted yet. */
export const findCountedAt = async (db: Database): Promise<Instant | undefined> =>
  (await findRound(db, 'rollups'))?.movedAt;

interface Counted {
  /** What is to be added to the rollups, so that they are right. */
  readonly difference: readonly RollupRow[];
  readonly accounts: number;
  readonly done: boolean;
  readonly before: Instant | undefined;
}

async function count(db: Database, request: CountRequest): Promise<Counted> {
  const read = async (snapshot: Database): Promise<Counted> => {
    const before = await findCountedAt(snapshot);
    const total = await countAccounts(snapshot);
    const sums = new Sums();
    for (const measure of ['entries', 'cycles'] as const)
      for (const row of await listRollups(snapshot, measure, EVER)) add(sums, row, -1);
    let accounts = 0;
    for (let after = ''; !request.signal?.aborted;) {
      const last = await findPageEnd(snapshot, after, PAGE);
      if (last === undefined) return { difference: sums.rows(), accounts, done: true, before };
      for (const row of await sumLedger(snapshot, { after, last })) add(sums, row, 1);
      after = last;
      accounts = Math.min(total, accounts + PAGE);
      request.onProgress?.({ done: accounts, total });
    }
    return { difference: [], accounts, done: false, before };
  };
  return db.isTransaction ? read(db) : db.transaction(read, { isolationLevel: 'repeatable read' });
}

const add = (sums: Sums, row: RollupRow, sign: 1 | -1): void =>
  sums.add(row.measure, row.onDay, row.plan, row.name, sign * row.amount, sign * row.quantity);

/** A sum that differs, as an operator is told of it. */
export interface Drift {
  readonly measure: RollupRow['measure'];
  readonly onDay: string;
  readonly name: string;
  /** What the ledger has more than the rollups; negative where it has less. */
  readonly amount: number;
  readonly quantity: number;
}

/**
 * What differs, in the order of days. Of what events posted, plans are not compared: two changes within one instant leave
 * one span, so the ledger does not say on which of them an entry took effect.
 * @returns undefined where nothing was counted yet, or it was interrupted
 */
export async function findDrift(
  db: Database,
  request: CountRequest = {},
): Promise<readonly Drift[] | undefined> {
  const { difference, done, before } = await count(db, request);
  if (!done || before === undefined) return undefined;
  const byPlan = new Set<string>(['rollover-expiry', 'monthly-free', 'monthly-plan']);
  const sums = new Map<string, { -readonly [Field in keyof Drift]: Drift[Field] }>();
  for (const { measure, onDay, plan, name, amount, quantity } of difference) {
    const told = measure === 'cycles' || byPlan.has(name) ? plan : '';
    const key = `${onDay} ${measure} ${name} ${told}`;
    const known = sums.get(key) ?? { measure, onDay, name, amount: 0, quantity: 0 };
    sums.set(key, { ...known, amount: known.amount + amount, quantity: known.quantity + quantity });
  }
  return [...sums]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, one]) => one)
    .filter((one) => one.amount !== 0 || one.quantity !== 0);
}

/** Counts everything, and puts right what differs. @throws unavailable: the same call does it again */
export async function rebuildRollups(db: Database, request: RebuildRequest): Promise<Rebuilt> {
  for (let attempt = 1; ; attempt += 1) {
    const counted = await count(db, request);
    const { difference, accounts, done } = counted;
    if (!done) return { corrected: 0, accounts, done };
    const kept = await inTransaction(db, (transaction) => keep(transaction, counted, request)).catch(
      (error: unknown) => {
        if (isDuplicateKey(error)) return false;
        throw error;
      },
    );
    if (kept || attempt === TRIES_MAX)
      return { corrected: kept ? difference.length : 0, accounts, done: kept };
  }
}

/** Under the round's lock. What somebody else has put right since this was counted is not put right twice. */
async function keep(
  transaction: Transaction,
  { difference, accounts, before }: Counted,
  { actor, reason }: RebuildRequest,
): Promise<boolean> {
  const known = await lockRound(transaction, 'rollups');
  if (known?.movedAt !== before) return false;
  const now = await databaseNow(transaction);
  // The first time there is nothing to lock: then the key says who was first.
  if (before === undefined) await insertRound(transaction, 'rollups', { movedAt: now });
  else await writeRound(transaction, 'rollups', { movedAt: Math.max(now, before + 1) });
  await run(transaction, rollupDeltaInserts(difference));
  await insertAudit(transaction, {
    at: now,
    actor,
    action: 'rollups.rebuild',
    target: 'rollups',
    reason,
    before: { corrected: difference.length },
    after: { accounts },
    runId: null,
  });
  return true;
}

/** Where there are no accounts yet, nothing was posted that is not counted. For whoever migrates. */
export async function beginRollups(owner: Database): Promise<void> {
  if ((await findCountedAt(owner)) !== undefined || (await findPageEnd(owner, '', 1)) !== undefined) return;
  await writeRound(owner, 'rollups', { movedAt: await databaseNow(owner) });
}
