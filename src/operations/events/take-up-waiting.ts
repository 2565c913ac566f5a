/** Taking up what waits for one account, in order of arrival, as far as it can be decided now. */
import { type Transaction, inTransaction } from '../../db/connection.ts';
import { classOfDatabaseError, describeRowError, isDatabaseError } from '../../db/errors.ts';
import { databaseNow } from '../../db/query.ts';
import type { Instant } from '../../domain/calendar.ts';
import { describeError } from '../../errors.ts';
import { accountLocked, lockAccounts } from '../../ledger/account-locks.ts';
import { upsertEventWaits } from '../../ledger/event-waits.ts';
import { requireFreeLedger } from '../../ledger/ledger-hold.ts';
import { type TermsVersion, getLatestTerms } from '../../ledger/terms-versions.ts';
import type { TurnGround } from '../settling/account-turn.ts';
import { LedgerWrites } from '../settling/ledger-writes.ts';
import { whenFree } from '../settling/when-free.ts';
import { loadWaiting, resume } from '../settling/waiting-events.ts';
import type { RecordDeps } from './record-events.ts';

export interface TakenUp {
  /** What was decided, in order. */
  readonly takenUp: readonly { readonly event: string; readonly outcome: 'applied' | 'refused' }[];
  /** Why the first of the others goes on waiting, and all behind it; null where nothing waits any more. */
  readonly stopped: { readonly event: string; readonly code: string; readonly message: string } | null;
}

type Part = TakenUp & { readonly first: string | undefined };

/** @throws unavailable when the database cannot be used, or `account-locked`: what was committed before stands */
export async function takeUpWaiting(deps: RecordDeps, account: string): Promise<TakenUp> {
  const terms = await getLatestTerms(deps.db);
  const takenUp: TakenUp['takenUp'][number][] = [];
  for (let most = Infinity; ;) {
    const part = await attempt(deps, terms, account, most);
    if (part === 'refused') {
      // The database refuses what one of them comes to: each by itself, up to that one.
      most = 1;
      continue;
    }
    takenUp.push(...part.takenUp);
    if (part.stopped || part.takenUp.length === 0) return { takenUp, stopped: part.stopped };
  }
}

/** One transaction. Where the database refuses a row: `refused`, or of a single event why it goes on waiting. */
async function attempt(
  deps: RecordDeps,
  terms: TermsVersion,
  account: string,
  most: number,
): Promise<Part | 'refused'> {
  let first: string | undefined;
  try {
    return await whenFree(deps.clock, () =>
      inTransaction(deps.db, async (transaction) => {
        const part = await takeUpOnce(transaction, deps, { terms, account, most });
        first = part.first;
        await part.writes.write(transaction, part.now);
        return part;
      }),
    );
  } catch (error) {
    if (!isDatabaseError(error) || classOfDatabaseError(error) !== 'row') throw error;
    if (most > 1 || first === undefined) return 'refused';
    const why = describeRowError(error);
    await keepWhy(deps, first, why);
    return { takenUp: [], first, stopped: { event: first, ...why } };
  }
}

/** In a transaction of its own: that of the attempt is undone. */
function keepWhy({ db }: RecordDeps, eventId: string, why: { code: string; message: string }): Promise<void> {
  return inTransaction(db, async (transaction) =>
    upsertEventWaits(transaction, [{ eventId, ...why, at: await databaseNow(transaction) }]),
  );
}

/** No run does it: what is settled on the way is told as a sweep tells it. */
export const groundOf = (
  { terms, version }: TermsVersion,
  { noticeMaxAgeMs }: RecordDeps['settings'],
  lockedAt: Instant,
): TurnGround => ({
  terms,
  termsVersion: version,
  runId: null,
  notify: 'digest',
  notifyEvents: 'digest',
  lockedAt,
  noticeMaxAgeMs,
});

async function takeUpOnce(
  transaction: Transaction,
  { settings }: RecordDeps,
  given: { readonly terms: TermsVersion; readonly account: string; readonly most: number },
): Promise<Part & { readonly writes: LedgerWrites; readonly now: number }> {
  const { terms, account, most } = given;
  const { rows, unreadable, busy, failing } = await lockAccounts(transaction, [account]);
  if (busy.size > 0) throw accountLocked(account);
  const fault = unreadable.get(account);
  if (fault) throw fault;
  const look = await requireFreeLedger(transaction);
  const { now } = look;
  const waiting = await loadWaiting(transaction, [account], { termsOf: () => terms.terms, lockedAt: now });
  const events = (waiting.events.get(account) ?? []).slice(0, most);
  const ground = groundOf(terms, settings, now);
  const { turn, resolved, ...rest } = resume(
    rows[0],
    account,
    { ...waiting, events: new Map([[account, events]]) },
    ground,
  );
  const writes = new LedgerWrites(look, failing);
  if (resolved.length > 0) turn?.finish(writes);
  writes.resolved.push(...resolved);
  const next = events[resolved.length];
  if ('stopped' in rest && !next) throw rest.stopped;
  const stopped = 'stopped' in rest && next ? { event: next.id, ...describeError(rest.stopped) } : null;
  if (stopped) writes.waits.push({ eventId: stopped.event, ...describeError(rest.stopped), at: now });
  return {
    writes,
    now,
    first: events[0]?.id,
    stopped,
    takenUp: resolved.map((one) => ({ event: one.event.id, outcome: one.state as 'applied' | 'refused' })),
  };
}
