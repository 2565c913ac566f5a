/**
 * After a release: what waits only because the ledger was held is applied, account by account, in order of arrival.
 * Nobody else may come to an account before its next boundary, which may be a month away.
 */
import { type Transaction, inBatch } from '../../db/connection.ts';
import { isRowLocked } from '../../db/errors.ts';
import { inHalves } from '../../db/halving.ts';
import { describeError } from '../../errors.ts';
import { lockAccounts } from '../../ledger/account-locks.ts';
import { type FirstWaiting, listFirstWaiting } from '../../ledger/event-waits.ts';
import { HELD, findLedgerHold, requireFreeLedger } from '../../ledger/ledger-hold.ts';
import { type TermsVersion, getLatestTerms } from '../../ledger/terms-versions.ts';
import { LedgerWrites } from '../settling/ledger-writes.ts';
import { loadWaiting, resume } from '../settling/waiting-events.ts';
import type { RecordDeps } from './record-events.ts';
import { groundOf, takeUpWaiting } from './take-up-waiting.ts';

export interface HeldTakenUp {
  /** Events that were decided. */
  readonly events: number;
  /** Accounts to come back to: somebody has them locked, or more waits for them than one transaction takes. */
  readonly left: number;
}

/** Accounts of one transaction. */
const PAGE = 200;

/**
 * Applies what waits because of a hold; nothing while there is one. An event that cannot be decided goes on waiting, with
 * the reason that it has now.
 * @throws held `held`, where somebody holds meanwhile; unavailable: the same call goes on
 */
export async function takeUpHeld(deps: RecordDeps, signal: AbortSignal): Promise<HeldTakenUp> {
  const sum = { events: 0, left: 0 };
  if (await findLedgerHold(deps.db)) return sum;
  const terms = await getLatestTerms(deps.db);
  for (let after = ''; !signal.aborted;) {
    const page = await listFirstWaiting(deps.db, { after, limit: PAGE });
    const last = page.at(-1);
    if (!last) break;
    after = last.account;
    const ofHold = page.filter((one) => one.code === HELD);
    for (const part of await takeUpInHalves(deps, terms, ofHold)) {
      sum.events += part.events;
      sum.left += part.left;
    }
  }
  return sum;
}

const takeUpInHalves = (
  deps: RecordDeps,
  terms: TermsVersion,
  firsts: readonly FirstWaiting[],
): Promise<HeldTakenUp[]> =>
  inHalves<FirstWaiting, HeldTakenUp>(
    firsts,
    (part) => inBatch(deps.db, (transaction) => takeUpPage(transaction, deps, terms, part)),
    async ({ account }, error) =>
      isRowLocked(error)
        ? { events: 0, left: 1 }
        : { events: (await takeUpWaiting(deps, account)).takenUp.length, left: 0 },
  );

async function takeUpPage(
  transaction: Transaction,
  { settings }: RecordDeps,
  terms: TermsVersion,
  firsts: readonly FirstWaiting[],
): Promise<HeldTakenUp> {
  const ids = firsts.map((one) => one.account);
  const { rows, unreadable, busy, failing } = await lockAccounts(transaction, ids);
  const look = await requireFreeLedger(transaction);
  const free = ids.filter((id) => !busy.has(id) && !unreadable.has(id));
  const waiting = await loadWaiting(transaction, free, { termsOf: () => terms.terms, lockedAt: look.now });
  const found = new Map(rows.map((row) => [row.account.id, row]));
  const writes = new LedgerWrites(look, failing);
  const ground = groundOf(terms, settings, look.now);
  let left = busy.size;
  for (const { account, event } of firsts) {
    const fault = unreadable.get(account);
    const { cutAt } = waiting;
    if (fault) writes.waits.push({ eventId: event, ...describeError(fault), at: look.now });
    if (fault || busy.has(account)) continue;
    if (cutAt !== undefined && account >= cutAt) left += 1;
    if (cutAt !== undefined && account > cutAt) continue;
    const resumed = resume(found.get(account), account, waiting, ground);
    if (resumed.resolved.length > 0) resumed.turn?.finish(writes);
    writes.resolved.push(...resumed.resolved);
    if (!('stopped' in resumed)) continue;
    const next = waiting.events.get(account)?.[resumed.resolved.length]?.id ?? event;
    writes.waits.push({ eventId: next, ...describeError(resumed.stopped), at: look.now });
  }
  await writes.write(transaction, look.now);
  return { events: writes.resolved.length, left };
}
