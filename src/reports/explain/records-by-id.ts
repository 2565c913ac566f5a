/** What an id stands for, on whichever account: each look-up goes by an index. */
import { type Queryable, selectOne, selectRows } from '../../db/query.ts';
import type { Instant, LocalDate } from '../../domain/calendar.ts';
import type { EventType } from '../../domain/events/events.ts';
import { type EventState, parseStored } from '../../ledger/events.ts';

/** What tells by its id alone on which account it is. */
export const HELD_KINDS = ['proposal', 'interview', 'event', 'notice'] as const;
export type HeldKind = (typeof HELD_KINDS)[number];

export interface Holder {
  readonly kind: HeldKind;
  readonly account: string;
}

/** Accounts with one id that are read; ids of proposals and interview requests are unique within an account only. */
export const HOLDERS_MAX = 20;

const HOLDERS: readonly { readonly kind: HeldKind; readonly sql: string; readonly takes: RegExp }[] = [
  { kind: 'proposal', sql: 'proposals WHERE proposal = ?', takes: /./ },
  { kind: 'interview', sql: 'interviews WHERE interview = ?', takes: /./ },
  { kind: 'event', sql: 'events WHERE id = ?', takes: /./ },
  { kind: 'notice', sql: 'outbox WHERE id = ?', takes: /^\d{1,15}$/ },
];

/** By kind, then by account; at most `HOLDERS_MAX` of each kind. */
export async function listHolders(db: Queryable, id: string): Promise<Holder[]> {
  const found: Holder[] = [];
  for (const { kind, sql } of HOLDERS.filter((one) => one.takes.test(id))) {
    const rows = await selectRows<{ account: string }>(
      db,
      `SELECT account_id AS account FROM ${sql} ORDER BY account_id LIMIT ${HOLDERS_MAX}`,
      [id],
    );
    found.push(...rows.map(({ account }) => ({ kind, account })));
  }
  return found;
}

/** For each of these proposals that any account has: the first such account and the last one, by their ids. */
export async function listProposalHolders(
  db: Queryable,
  proposals: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  if (proposals.length === 0) return new Map();
  // The first and the last of each are found by the index alone, however many there are between.
  const rows = await selectRows<{ proposal: string; firstOne: string; lastOne: string }>(
    db,
    `SELECT proposal, MIN(account_id) AS firstOne, MAX(account_id) AS lastOne FROM proposals WHERE proposal IN (?)
      GROUP BY proposal ORDER BY proposal`,
    [proposals],
  );
  return new Map(rows.map((one) => [one.proposal, [...new Set([one.firstOne, one.lastOne])]]));
}

// ------------------------------------------------------------------------------------------------- events

/** An event as it arrived; of one whose content cannot be read, what stands beside it. */
export interface RecordedEvent {
  readonly id: string;
  readonly type: EventType;
  readonly at: Instant;
  readonly state: EventState;
  readonly effectiveAt: Instant | null;
  readonly late: boolean;
  readonly receivedAt: Instant;
  readonly content: Readonly<Record<string, unknown>>;
}

type StoredEvent = Omit<RecordedEvent, 'at' | 'effectiveAt' | 'receivedAt' | 'late' | 'content'> & {
  at: Date;
  effectiveAt: Date | null;
  receivedAt: Date;
  late: number;
  content: string;
};

export async function findEventOf(
  db: Queryable,
  account: string,
  id: string,
): Promise<RecordedEvent | undefined> {
  const row = await selectOne<StoredEvent>(
    db,
    `SELECT id, type, at, state, effective_at AS effectiveAt, late, received_at AS receivedAt, content
       FROM events WHERE id = ? AND account_id = ?`,
    [id, account],
  );
  return (
    row && {
      ...row,
      at: row.at.getTime(),
      effectiveAt: row.effectiveAt?.getTime() ?? null,
      receivedAt: row.receivedAt.getTime(),
      late: row.late === 1,
      content: { ...parseStored(row.content, account) },
    }
  );
}

// --------------------------------------------------------------------------------------- runs and notices

/** Rows of one run on one account that are read. */
const OF_RUN_MAX = 1_000;

/** Cycles that a run settled, granted after all or took back, oldest first. */
export async function listCyclesOfRun(db: Queryable, account: string, run: number): Promise<LocalDate[]> {
  const rows = await selectRows<{ cycleOn: LocalDate }>(
    db,
    `SELECT cycle_on AS cycleOn FROM cycles WHERE run_id = ? AND account_id = ?
      UNION SELECT cycle_on FROM amendments WHERE run_id = ? AND account_id = ?
      ORDER BY cycleOn LIMIT ${OF_RUN_MAX}`,
    [run, account, run, account],
  );
  return rows.map((one) => one.cycleOn);
}

export interface RunFailure {
  readonly state: 'retrying' | 'put-aside' | 'cleared';
  readonly code: string;
}

export const findFailureOfRun = (db: Queryable, account: string, run: number) =>
  selectOne<RunFailure>(db, 'SELECT state, code FROM failures WHERE account_id = ? AND run_id = ?', [
    account,
    run,
  ]);

/** An email of one account. */
export interface RecordedNotice {
  readonly id: number;
  readonly kind: string;
  /** What it tells of: the subject of a decision, or a run's or cycles' name. */
  readonly ref: string;
  readonly state: string;
  readonly firstCycleOn: LocalDate | null;
  readonly lastCycleOn: LocalDate | null;
  readonly runId: number | null;
  readonly stagedAt: Instant;
  readonly sentAt: Instant | null;
  readonly why: string | null;
}

export async function findNoticeOf(
  db: Queryable,
  account: string,
  id: number,
): Promise<RecordedNotice | undefined> {
  const row = await selectOne<
    Omit<RecordedNotice, 'stagedAt' | 'sentAt'> & { stagedAt: Date; sentAt: Date | null }
  >(
    db,
    `SELECT id, kind, ref, state, first_cycle_on AS firstCycleOn, last_cycle_on AS lastCycleOn, run_id AS runId,
            staged_at AS stagedAt, sent_at AS sentAt, last_error AS why FROM outbox WHERE id = ? AND account_id = ?`,
    [id, account],
  );
  return row && { ...row, stagedAt: row.stagedAt.getTime(), sentAt: row.sentAt?.getTime() ?? null };
}
