/**
 * Holding the ledger: from then on nothing is settled, granted, backfilled or reversed, whoever asks for it, until it is
 * released. Facts are recorded all the same; they wait, and are applied in their order after the release.
 *
 *   a batch is in flight      the hold waits for its end; none that begins meanwhile posts anything
 *   a session has frozen      its transaction is ended by the server after twenty seconds, and the hold takes effect then
 *   this process dies         either the hold stands, with its row in the audit log, or nothing happened
 */
import { type Database, type Transaction, inTransaction } from '../../db/connection.ts';
import { isRowLocked } from '../../db/errors.ts';
import { IDLE_TRANSACTION_S, withLockWait } from '../../db/limits.ts';
import { shownNow } from '../../db/query.ts';
import { formatInstant } from '../../domain/calendar.ts';
import { ConnectsError, unavailable } from '../../errors.ts';
import { insertAudit } from '../../ledger/audit-log.ts';
import {
  type LedgerHold,
  clearLedgerHold,
  findLedgerHold,
  heldWords,
  lockLedgerHold,
  writeLedgerHold,
} from '../../ledger/ledger-hold.ts';
import type { Log } from '../../log.ts';

interface Deps {
  readonly db: Database;
  readonly log: Log;
}

export interface HoldRequest {
  readonly actor: string;
  readonly reason: string;
  readonly dryRun?: boolean;
}

export interface ReleaseRequest {
  readonly actor: string;
  readonly reason: string | null;
  readonly dryRun?: boolean;
}

/** Longer than the longest silence of a transaction that has the row. */
const PATIENCE_S = IDLE_TRANSACTION_S + 5;

/**
 * Once it returns, no entry is posted any more.
 * @throws conflict `held-already`; unavailable `hold-locked`, and nothing is held
 */
export async function holdLedger({ db, log }: Deps, request: HoldRequest): Promise<LedgerHold> {
  const { actor, reason, dryRun = false } = request;
  if (dryRun) {
    refuseSecond(await findLedgerHold(db));
    return { heldAt: await shownNow(db), actor, reason };
  }
  const hold = await changeAlone(db, async (transaction) => {
    refuseSecond(await lockLedgerHold(transaction));
    const one = { heldAt: await shownNow(transaction), actor, reason };
    await writeLedgerHold(transaction, one);
    const told = { action: 'ledger.hold', target: 'ledger', before: null, after: { held: true } };
    await insertAudit(transaction, { ...told, at: one.heldAt, actor, reason, runId: null });
    return one;
  });
  log.warn({ actor, outcome: 'held' }, heldWords(hold));
  return hold;
}

function refuseSecond(hold: LedgerHold | undefined): void {
  if (hold) throw new ConnectsError('conflict', 'held-already', `${heldWords(hold)}; nothing was changed`);
}

/**
 * Everything goes on, by itself, where it was stopped.
 * @returns the hold that this ended
 * @throws conflict `not-held`; unavailable `hold-locked`, and the hold stands
 */
export async function releaseLedger({ db, log }: Deps, request: ReleaseRequest): Promise<LedgerHold> {
  const { actor, reason, dryRun = false } = request;
  if (dryRun) return requireHold(await findLedgerHold(db));
  const hold = await changeAlone(db, async (transaction) => {
    const one = requireHold(await lockLedgerHold(transaction));
    const at = await shownNow(transaction);
    await clearLedgerHold(transaction, at);
    const before = { held: true, since: formatInstant(one.heldAt), by: one.actor, reason: one.reason };
    const told = { action: 'ledger.release', target: 'ledger', before, after: null };
    await insertAudit(transaction, { ...told, at, actor, reason, runId: null });
    return one;
  });
  log.info({ actor, outcome: 'released' }, 'the ledger is released');
  return hold;
}

function requireHold(hold: LedgerHold | undefined): LedgerHold {
  if (hold) return hold;
  throw new ConnectsError('conflict', 'not-held', 'the ledger is not held');
}

/** @throws unavailable `hold-locked` */
async function changeAlone<Result>(
  db: Database,
  work: (transaction: Transaction) => Promise<Result>,
): Promise<Result> {
  try {
    return await withLockWait(PATIENCE_S, () => inTransaction(db, work, 1));
  } catch (error) {
    if (!isRowLocked(error)) throw error;
    throw unavailable(
      'hold-locked',
      'somebody else keeps the row of the hold locked, and nothing was changed: see "connects doctor"',
      { cause: error },
    );
  }
}
