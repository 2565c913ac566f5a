/** What an operator wants to see first: whether a person must act, what is due, how runs went, whether mail is moving. */
import { type Queryable, selectOne, shownNow } from '../db/query.ts';
import type { Instant } from '../domain/calendar.ts';
import { countAccounts } from '../ledger/accounts.ts';
import { type BackfillState, listOpenBackfills } from '../ledger/backfills.ts';
import { findCountedAccounts } from '../ledger/fleet-counts.ts';
import { type LedgerHold, findLedgerHold } from '../ledger/ledger-hold.ts';
import { type AsideAccount, listAside, sumAside } from '../ledger/put-aside.ts';
import { listRunSamples } from '../ledger/run-samples.ts';
import { type Run, findLatestSweep, listOpenRuns } from '../ledger/runs.ts';
import { findLastTick } from '../ledger/ticks.ts';
import { DUE_MAX, DueLook } from './due-look.ts';
import { type KnownAccounts, isOpen, readKnownAccounts } from './run-kept-counts.ts';
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

export interface ActiveRun extends KnownAccounts {
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

/** So many, and more, are shown as so many and more: counting on would take longer than the number is worth. */
export const OUTBOX_MAX = 2_000;
/** Enough to know how fast they leave. */
const LEFT_MAX = 500;
const ACTIVE_MAX = 3;
const RECENT_LINES = 8;
/** Half a day of sweeps. */
const RECENT_RUNS_MAX = 150;
const SLOTS_SHOWN = 24;

export async function readOverview(db: Queryable, asked: Pick<TickQuestion, 'next'>): Promise<Overview> {
  const now = await shownNow(db);
  const aside = await listAside(db);
  const look = await DueLook.take(db, now, aside);
  const { open, recent, backfills, known } = await readRuns(db, look);
  return {
    now,
    accounts: (await findCountedAccounts(db)) ?? (await countAccounts(db)),
    due: await look.countUpTo(now, DUE_MAX),
    oldestDueAt: look.oldestAt,
    putAside: asideOf(aside),
    aside,
    lastClean: await findLastClean(db),
    hold: (await findLedgerHold(db)) ?? null,
    active: await readActive(db, open.slice(0, ACTIVE_MAX), { now, look, known }),
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

type Counts = ReadonlyMap<number, KnownAccounts>;

interface Runs extends Pick<Overview, 'recent' | 'backfills'> {
  readonly open: readonly Run[];
  /** Of those that were read for the list, by run. */
  readonly known: Counts;
}

async function readRuns(db: Queryable, look?: DueLook): Promise<Runs> {
  const backfills = await readBackfillStates(db);
  const isUnderWay = (run: Run): boolean => isOpen(run) && (backfills.get(run.id) ?? 'running') === 'running';
  const open = (await listOpenRuns(db)).filter(isUnderWay).toReversed();
  const recent = await readRunList(db, {
    lines: RECENT_LINES + open.length,
    runsMax: RECENT_RUNS_MAX,
    ...(look && { look }),
  });
  const lines = recent.lines.filter((one) => one.line === 'fold' || !isUnderWay(one.run));
  const known = new Map(
    recent.lines.flatMap((one) => (one.line === 'run' ? [[one.run.id, one] as const] : [])),
  );
  return { open, recent: lines, backfills, known };
}

async function readActive(
  db: Queryable,
  runs: readonly Run[],
  { now, look, known }: { readonly now: Instant; readonly look: DueLook; readonly known: Counts },
): Promise<ActiveRun[]> {
  const others = runs.filter((run) => !known.has(run.id));
  const all = new Map([...known, ...(await readKnownAccounts(db, others, { look }))]);
  const active: ActiveRun[] = [];
  for (const run of runs) {
    const { counts, exact } = all.get(run.id) as KnownAccounts;
    const rate = rateOf(run, { counts, exact }, await listRunSamples(db, run.id), now);
    active.push({ run, counts, exact, rate });
  }
  return active;
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

/**
 * Emails still to be sent, up to OUTBOX_MAX, and since when the oldest of these waits. Those that are to leave first are
 * among them: what was tried before has waited longest.
 */
export async function readWaiting(db: Queryable): Promise<Omit<OutboxSum, 'perSecond'>> {
  const found = await selectOne<{ waiting: number; oldest: Date | null }>(
    db,
    `SELECT COUNT(*) AS waiting, MIN(staged_at) AS oldest FROM
       (SELECT staged_at FROM outbox WHERE state IN ('pending', 'claimed', 'sending')
         ORDER BY state, next_attempt_at, id LIMIT ?) AS waiting`,
    [OUTBOX_MAX],
  );
  return { waiting: found?.waiting ?? 0, oldestAt: found?.oldest?.getTime() ?? null };
}

const readOutbox = async (db: Queryable): Promise<OutboxSum> => ({
  ...(await readWaiting(db)),
  perSecond: await readPerSecond(db),
});

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
