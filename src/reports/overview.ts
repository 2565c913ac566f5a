/** What an operator wants to see first: whether a person must act, what is due, how runs went, whether mail is moving. */
import { type Queryable, selectOne, selectRows, shownNow, toDate } from '../db/query.ts';
import type { Instant } from '../domain/calendar.ts';
import { countAccounts, dueAtOf } from '../ledger/accounts.ts';
import { type BackfillState, listOpenBackfills } from '../ledger/backfills.ts';
import { findCountedAccounts } from '../ledger/fleet-counts.ts';
import { type LedgerHold, findLedgerHold } from '../ledger/ledger-hold.ts';
import { type AsideAccount, listAside, sumAside } from '../ledger/put-aside.ts';
import { listRunSamples } from '../ledger/run-samples.ts';
import { type Run, findLatestSweep, listOpenRuns } from '../ledger/runs.ts';
import { findLastTick } from '../ledger/ticks.ts';
import { type KnownCounts, isOpen, readKnownCounts } from './run-kept-counts.ts';
import { type RunListLine, readRunList } from './run-list.ts';
import { type RunRate, rateOf } from './run-page.ts';
import { type Slot, type TickQuestion, listSlots } from './ticks.ts';

export interface Overview {
  readonly now: Instant;
  readonly accounts: number;
  /** Due and not put aside; counted up to DUE_MAX. */
  readonly due: number;
  readonly oldestDueAt: Instant | null;
  readonly putAside: PutAsideSum;
  /** Each of them. */
  readonly aside: readonly AsideAccount[];
  /** The last time that everybody was found, or made, current; null where that never was. */
  readonly lastClean: { readonly at: Instant; readonly run: Run | null } | null;
  /** Since when, by whom and why the ledger is held; null while it is not. */
  readonly hold: LedgerHold | null;
  /** Runs under way, the latest first, at most `ACTIVE_MAX`. */
  readonly active: readonly ActiveRun[];
  /** The latest first, without those under way; clean sweeps in a row are one line. */
  readonly recent: readonly RunListLine[];
  /** Of backfills that have not ended, by their run: one that is paused is an open run, and not under way. */
  readonly backfills: ReadonlyMap<number, BackfillState>;
  readonly outbox: OutboxSum;
  /** What became of the latest slots, the oldest first; empty where no scheduler ever ticked. */
  readonly slots: readonly Slot[];
}

export interface PutAsideSum {
  readonly accounts: number;
  /** The most frequent first. */
  readonly codes: readonly { readonly code: string; readonly accounts: number }[];
  readonly oldestAt: Instant | null;
}

export interface ActiveRun extends KnownCounts {
  readonly run: Run;
  readonly rate: RunRate;
}

export interface OutboxSum {
  /** Emails still to be sent; counted up to OUTBOX_MAX. */
  readonly waiting: number;
  /** When the oldest of them was staged. */
  readonly oldestAt: Instant | null;
  /** Emails a second, as they left within the last minute; 0 where none did. */
  readonly perSecond: number;
}

/** More than that are shown as so many and more: counting on would take longer than the number is worth. */
export const DUE_MAX = 5_000;
export const OUTBOX_MAX = 5_000;
/** Mostly the first one is not put aside. */
const OLDEST_LOOK = 20;
/** Among those that are to leave first, the oldest is: what was tried before has waited longest. */
const OLDEST_AMONG = 1_000;
/** Enough to know how fast they leave. */
const LEFT_MAX = 500;
const ACTIVE_MAX = 3;
const RECENT_LINES = 8;
/** Half a day of sweeps. */
const RECENT_RUNS_MAX = 150;
const SLOTS_SHOWN = 24;

export async function readOverview(db: Queryable, asked: Pick<TickQuestion, 'next'>): Promise<Overview> {
  const now = await shownNow(db);
  const aside = await listAside(db, now);
  const oldestDueAt = await findOldestDue(db, now, aside);
  const { open, recent, backfills } = await readRuns(db);
  return {
    now,
    accounts: (await findCountedAccounts(db)) ?? (await countAccounts(db)),
    due: oldestDueAt === null ? 0 : await countDueUpTo(db, now, aside),
    oldestDueAt,
    putAside: asideOf(aside),
    aside,
    lastClean: await findLastClean(db),
    hold: (await findLedgerHold(db)) ?? null,
    active: await readActive(db, open.slice(0, ACTIVE_MAX), now),
    recent,
    backfills,
    outbox: await readOutbox(db),
    slots: await listSlots(db, { now, next: asked.next }, SLOTS_SHOWN),
  };
}

/** The recent ones alone, and the time: for who looks at these again and again. */
export async function readRecentRuns(db: Queryable): Promise<Pick<Overview, 'now' | 'recent' | 'backfills'>> {
  const { recent, backfills } = await readRuns(db);
  return { now: await shownNow(db), recent, backfills };
}

/** Of backfills that have not ended, by their run. */
export const readBackfillStates = async (db: Queryable): Promise<Overview['backfills']> =>
  new Map((await listOpenBackfills(db)).map((one) => [one.runId, one.state]));

async function readRuns(
  db: Queryable,
): Promise<Pick<Overview, 'recent' | 'backfills'> & { readonly open: readonly Run[] }> {
  const backfills = await readBackfillStates(db);
  const isUnderWay = (run: Run): boolean => isOpen(run) && (backfills.get(run.id) ?? 'running') === 'running';
  const open = (await listOpenRuns(db)).filter(isUnderWay).toReversed();
  const recent = await readRunList(db, { lines: RECENT_LINES + open.length, runsMax: RECENT_RUNS_MAX });
  const lines = recent.lines.filter((one) => one.line === 'fold' || !isUnderWay(one.run));
  return { open, recent: lines, backfills };
}

async function readActive(db: Queryable, runs: readonly Run[], now: Instant): Promise<ActiveRun[]> {
  const counts = await readKnownCounts(db, runs);
  const active: ActiveRun[] = [];
  for (const run of runs) {
    const known = counts.get(run.id) as KnownCounts;
    active.push({ run, ...known, rate: rateOf(run, known, await listRunSamples(db, run.id), now) });
  }
  return active;
}

const dueAside = (aside: readonly AsideAccount[]): number => aside.filter((one) => one.isDue).length;

/** Of those that are not put aside: who is stands at the front of the index, and is passed over. */
async function findOldestDue(
  db: Queryable,
  now: Instant,
  aside: readonly AsideAccount[],
): Promise<Instant | null> {
  const ids = new Set(aside.map((one) => one.account));
  for (const limit of [OLDEST_LOOK, dueAside(aside) + 1]) {
    const rows = await selectRows<{ id: string; next_cycle_at: Date }>(
      db,
      'SELECT id, next_cycle_at FROM accounts WHERE next_cycle_at <= ? ORDER BY next_cycle_at, id LIMIT ?',
      [toDate(now), limit],
    );
    const first = rows.find((row) => !ids.has(row.id));
    if (first) return dueAtOf(first);
    if (rows.length < limit) return null;
  }
  return null;
}

export async function countDueUpTo(
  db: Queryable,
  now: Instant,
  aside: readonly AsideAccount[],
): Promise<number> {
  const leftOut = dueAside(aside);
  const row = await selectOne<{ due: number }>(
    db,
    'SELECT COUNT(*) AS due FROM (SELECT id FROM accounts WHERE next_cycle_at <= ? LIMIT ?) AS due',
    [toDate(now), DUE_MAX + leftOut],
  );
  return Math.max(0, (row?.due ?? 0) - leftOut);
}

function asideOf(aside: readonly AsideAccount[]): PutAsideSum {
  const { byCode, oldestAt } = sumAside(aside);
  const codes = [...byCode].map(([code, accounts]) => ({ code, accounts }));
  return { accounts: aside.length, codes, oldestAt: oldestAt ?? null };
}

/** A sweep that left nobody, or a tick that found nobody. */
export async function findLastClean(db: Queryable): Promise<Overview['lastClean']> {
  const run = await findLatestSweep(db, ['completed'], 'everybody');
  const tickAt = await findLastTick(db, 'nothing-due');
  const endedAt = run?.endedAt ?? null;
  if (tickAt !== undefined && tickAt > (endedAt ?? 0)) return { at: tickAt, run: null };
  return run && endedAt !== null ? { at: endedAt, run } : null;
}

/** Emails still to be sent, up to OUTBOX_MAX. */
export async function countWaiting(db: Queryable): Promise<number> {
  const counted = await selectOne<{ waiting: number }>(
    db,
    `SELECT COUNT(*) AS waiting FROM
       (SELECT id FROM outbox WHERE state IN ('pending', 'claimed', 'sending') LIMIT ?) AS waiting`,
    [OUTBOX_MAX],
  );
  return counted?.waiting ?? 0;
}

async function readOutbox(db: Queryable): Promise<OutboxSum> {
  const oldest = await selectRows<{ stagedAt: Date }>(
    db,
    `SELECT MIN(staged_at) AS stagedAt FROM
       (SELECT staged_at FROM outbox WHERE state IN ('pending', 'claimed', 'sending')
         ORDER BY state, next_attempt_at, id LIMIT ?) AS first`,
    [OLDEST_AMONG],
  );
  return {
    waiting: await countWaiting(db),
    oldestAt: oldest[0]?.stagedAt?.getTime() ?? null,
    perSecond: await readPerSecond(db),
  };
}

/** They leave in the order in which they became sendable: so the latest of that order are those that were sent last. */
async function readPerSecond(db: Queryable): Promise<number> {
  const left = await selectOne<{ sent: number; first: Date | null; last: Date | null }>(
    db,
    `SELECT COUNT(*) AS sent, MIN(sent_at) AS first, MAX(sent_at) AS last FROM
       (SELECT sent_at FROM outbox WHERE state = 'sent' ORDER BY next_attempt_at DESC, id DESC LIMIT ?) AS latest
      WHERE sent_at > DATE_SUB(UTC_TIMESTAMP(3), INTERVAL 1 MINUTE)`,
    [LEFT_MAX],
  );
  if (!left?.first || !left.last) return 0;
  const seconds = left.sent < LEFT_MAX ? 60 : (left.last.getTime() - left.first.getTime()) / 1_000;
  return left.sent / Math.max(1, seconds);
}
