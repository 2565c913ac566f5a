/** What operators watch, read from SQL: one small statement each, so that asking every few seconds costs nothing. */
import { type Queryable, shownNow, selectOne } from '../db/query.ts';
import type { Instant } from '../domain/calendar.ts';
import { countDue, listDue } from '../ledger/accounts.ts';
import { findLedgerHold } from '../ledger/ledger-hold.ts';
import { countFailedAttempts, sumPutAside } from '../ledger/put-aside.ts';
import { type RunKind, type RunState, countRuns, findLatestSweep } from '../ledger/runs.ts';
import { findLastTick } from '../ledger/ticks.ts';
import { type TickQuestion, type TickReport, readTicks } from './ticks.ts';

export interface Measures {
  readonly now: Instant;
  /** Due and not put aside. */
  readonly due: number;
  /** Null when nothing is due. */
  readonly oldestDueAt: Instant | null;
  /** When a sweep last ended with nothing left, or a tick found nothing due. */
  readonly lastSuccessAt: Instant | null;
  readonly runs: readonly { readonly kind: RunKind; readonly state: RunState; readonly runs: number }[];
  /** Attempts that failed, by error. */
  readonly failedAttempts: ReadonlyMap<string, number>;
  /** Accounts put aside, by error. */
  readonly putAside: ReadonlyMap<string, number>;
  readonly oldestPutAsideAt: Instant | null;
  readonly oldestUnsentAt: Instant | null;
  /** Since when the mail server takes nobody's letters; null while it does. */
  readonly mailNotTakenSince: Instant | null;
  /** Since when the ledger, and all mail, is held; null while it is not. */
  readonly heldSince: { readonly ledger: Instant | null; readonly mail: Instant | null };
  /** Events that wait for their account to be brought current. */
  readonly waitingEvents: number;
  readonly oldestWaitingEventAt: Instant | null;
  /** Null where no scheduler ever ticked. */
  readonly ticks: TickReport | null;
}

/** After every retry: those that wait for one are due all the same. */
const AFTER_RETRIES = Date.parse('9000-01-01T00:00:00Z');
/** Waiting events are few; beyond that many, their exact number says nothing more. */
const WAITING_MAX = 10_000;

export async function readMeasures(
  db: Queryable,
  asked: {
    readonly next: TickQuestion['next'];
    readonly oldestUnsentAt: Instant | undefined;
    readonly mailNotTakenSince: Instant | undefined;
    readonly mailHeldSince: Instant | undefined;
  },
): Promise<Measures> {
  const now = await shownNow(db);
  const [oldest] = await listDue(db, { asOf: now, now: AFTER_RETRIES, after: undefined, limit: 1 });
  const aside = await sumPutAside(db);
  return {
    now,
    due: await countDue(db, now),
    oldestDueAt: oldest?.nextCycleAt ?? null,
    lastSuccessAt: await findLastSuccess(db),
    runs: await countRuns(db),
    failedAttempts: await countFailedAttempts(db),
    putAside: aside.byCode,
    oldestPutAsideAt: aside.oldestAt ?? null,
    oldestUnsentAt: asked.oldestUnsentAt ?? null,
    mailNotTakenSince: asked.mailNotTakenSince ?? null,
    heldSince: { ledger: (await findLedgerHold(db))?.heldAt ?? null, mail: asked.mailHeldSince ?? null },
    ...(await readWaitingEvents(db)),
    ticks: (await readTicks(db, { now, next: asked.next })) ?? null,
  };
}

async function findLastSuccess(db: Queryable): Promise<Instant | null> {
  const run = await findLatestSweep(db, ['completed', 'completed-with-failures'], 'everybody');
  const tick = await findLastTick(db, 'nothing-due');
  const latest = Math.max(run?.endedAt ?? 0, tick ?? 0);
  return latest > 0 ? latest : null;
}

async function readWaitingEvents(
  db: Queryable,
): Promise<Pick<Measures, 'waitingEvents' | 'oldestWaitingEventAt'>> {
  const row = await selectOne<{ events: number; oldest: Date | null }>(
    db,
    `SELECT COUNT(*) AS events, MIN(received_at) AS oldest
       FROM (SELECT received_at FROM events WHERE state = 'waiting' LIMIT ?) AS waiting`,
    [WAITING_MAX],
  );
  return { waitingEvents: row?.events ?? 0, oldestWaitingEventAt: row?.oldest?.getTime() ?? null };
}
