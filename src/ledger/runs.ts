/** SQL of `runs`: recorded executions. What they achieved is counted from what they wrote, never kept here. */
import type { Transaction } from '../db/connection.ts';
import { isDuplicateKey } from '../db/errors.ts';
import { type Queryable, execute, selectOne, selectRows, toDate, toDateOrNull } from '../db/query.ts';
import type { Instant } from '../domain/calendar.ts';
import type { PlanName } from '../domain/terms.ts';
import { ConnectsError } from '../errors.ts';
import { VERSION } from '../version.ts';

export const RUN_KINDS = ['sweep', 'rerun', 'backfill', 'reversal'] as const;
export type RunKind = (typeof RUN_KINDS)[number];
export const RUN_STATES = [
  'running',
  'completed',
  'completed-with-failures',
  'stopping',
  'stopped',
  'failed',
] as const;
export type RunState = (typeof RUN_STATES)[number];
/** Which notices a run stages: none, one per account, one per cycle. */
export type Notify = 'none' | 'digest' | 'each';

/** Whom a run over some of the accounts was asked for. */
export interface RunAsked {
  /** Ids that were given, and the first of them. */
  readonly accounts?: number;
  readonly first?: readonly string[];
  /** Tells two lists apart: SHA-256 of the sorted ids, one a line. */
  readonly hash?: string;
  readonly plan?: PlanName;
  /** Of a reversal: only cycles of this code. */
  readonly code?: string;
  readonly limit?: number;
}

/** Whether it is over a list of its own, kept in `run_accounts`. */
export const isListed = ({ kind, asked }: Pick<Run, 'kind' | 'asked'>): boolean =>
  kind === 'rerun' || asked !== null;

export interface Run {
  readonly id: number;
  readonly kind: RunKind;
  readonly state: RunState;
  readonly asOf: Instant;
  readonly termsVersion: number;
  readonly notify: Notify;
  readonly actor: string;
  readonly reason: string | null;
  /** Null where it is over everybody who is due. A sweep that has it is over a list of its own, and none that others join. */
  readonly asked: RunAsked | null;
  readonly dueAtStart: number;
  /** Of the program that opened it; null where that was not recorded yet. */
  readonly programVersion: string | null;
  readonly startedAt: Instant;
  readonly heartbeatAt: Instant;
  readonly endedAt: Instant | null;
}

interface StoredRun {
  id: number;
  kind: RunKind;
  state: RunState;
  as_of: Date;
  terms_version: number;
  notify: Notify;
  actor: string;
  reason: string | null;
  asked: string | null;
  due_at_start: number;
  program_version: string | null;
  started_at: Date;
  heartbeat_at: Date;
  ended_at: Date | null;
}

const COLUMNS =
  'id, kind, state, as_of, terms_version, notify, actor, reason, asked, due_at_start, program_version, started_at, heartbeat_at, ended_at';

const parseRow = (row: StoredRun): Run => ({
  id: row.id,
  kind: row.kind,
  state: row.state,
  asOf: row.as_of.getTime(),
  termsVersion: row.terms_version,
  notify: row.notify,
  actor: row.actor,
  reason: row.reason,
  asked: row.asked === null ? null : (JSON.parse(row.asked) as RunAsked),
  dueAtStart: row.due_at_start,
  programVersion: row.program_version,
  startedAt: row.started_at.getTime(),
  heartbeatAt: row.heartbeat_at.getTime(),
  endedAt: row.ended_at?.getTime() ?? null,
});

export async function findRun(db: Queryable, id: number): Promise<Run | undefined> {
  const row = await selectOne<StoredRun>(db, `SELECT ${COLUMNS} FROM runs WHERE id = ?`, [id]);
  return row && parseRow(row);
}

/** When these runs began; those that are not there are left out. */
export async function findRunsBegun(
  db: Queryable,
  ids: readonly number[],
): Promise<ReadonlyMap<number, Instant>> {
  if (ids.length === 0) return new Map();
  const rows = await selectRows<{ id: number; startedAt: Date }>(
    db,
    'SELECT id, started_at AS startedAt FROM runs WHERE id IN (?)',
    [[...new Set(ids)]],
  );
  return new Map(rows.map((row) => [row.id, row.startedAt.getTime()]));
}

/** The one sweep that is open, if any. */
export async function findOpenSweep(db: Queryable): Promise<Run | undefined> {
  const row = await selectOne<StoredRun>(db, `SELECT ${COLUMNS} FROM runs WHERE open_key = 'sweep'`);
  return row && parseRow(row);
}

/** @throws not-found `unknown-run` */
export async function getRun(db: Queryable, id: number): Promise<Run> {
  const run = await findRun(db, id);
  if (run) return run;
  throw new ConnectsError('not-found', 'unknown-run', `there is no run ${id}: see "connects run list"`);
}

/** The open run with this key, if any. */
export async function findRunByKey(db: Queryable, openKey: string): Promise<Run | undefined> {
  const row = await selectOne<StoredRun>(db, `SELECT ${COLUMNS} FROM runs WHERE open_key = ?`, [openKey]);
  return row && parseRow(row);
}

/** Under which key a run is open; undefined where it has none, or is closed. */
export async function findOpenKey(db: Queryable, id: number): Promise<string | undefined> {
  const row = await selectOne<{ key: string | null }>(db, 'SELECT open_key AS `key` FROM runs WHERE id = ?', [
    id,
  ]);
  return row?.key ?? undefined;
}

/**
 * Reversals whose process is gone without a word: their lease ran out, and nobody gave it back.
 * @returns each with its key
 */
export async function listOrphanedReversals(
  db: Queryable,
  now: Instant,
): Promise<{ run: Run; key: string }[]> {
  const rows = await selectRows<StoredRun & { open_key: string }>(
    db,
    `SELECT ${COLUMNS}, open_key FROM runs
      WHERE kind = 'reversal' AND state = 'running' AND submitting_until <= ? ORDER BY id LIMIT 100`,
    [toDate(now)],
  );
  return rows.map((row) => ({ run: parseRow(row), key: row.open_key }));
}

/** Open ones of every kind, the oldest first. */
export async function listOpenRuns(db: Queryable): Promise<Run[]> {
  const rows = await selectRows<StoredRun>(
    db,
    `SELECT ${COLUMNS} FROM runs WHERE state IN ('running', 'stopping') ORDER BY id LIMIT 1000`,
  );
  return rows.map(parseRow);
}

/** All that are given must hold. */
export interface RunFilter {
  readonly kind?: RunKind | undefined;
  readonly state?: RunState | undefined;
  /** Begun then or later. */
  readonly since?: Instant | undefined;
  /** Begun before then. */
  readonly until?: Instant | undefined;
  readonly actor?: string | undefined;
  readonly beforeId?: number | undefined;
  readonly fromId?: number | undefined;
}

/** The first run that began then or later; undefined where none did. */
export async function findFirstRunSince(db: Queryable, at: Instant): Promise<number | undefined> {
  const row = await selectOne<{ id: number }>(
    db,
    'SELECT id FROM runs WHERE started_at >= ? ORDER BY started_at, id LIMIT 1',
    [toDate(at)],
  );
  return row?.id;
}

/** The latest first. */
export async function listRuns(db: Queryable, limit: number, filter: RunFilter = {}): Promise<Run[]> {
  const { kind, state, since, until, actor, beforeId, fromId } = filter;
  const asked = [
    ['kind = ?', kind],
    ['state = ?', state],
    ['started_at >= ?', since === undefined ? undefined : toDate(since)],
    ['started_at < ?', until === undefined ? undefined : toDate(until)],
    ['actor = ?', actor],
    ['id < ?', beforeId],
    ['id >= ?', fromId],
  ].filter(([, binding]) => binding !== undefined);
  const where = asked.length === 0 ? '' : `WHERE ${asked.map(([sql]) => sql).join(' AND ')}`;
  const rows = await selectRows<StoredRun>(
    db,
    `SELECT ${COLUMNS} FROM runs ${where} ORDER BY id DESC LIMIT ?`,
    [...asked.map(([, binding]) => binding as string), limit],
  );
  return rows.map(parseRow);
}

export type NewRun = Pick<
  Run,
  'kind' | 'asOf' | 'termsVersion' | 'notify' | 'actor' | 'reason' | 'dueAtStart'
> & {
  readonly at: Instant;
  readonly asked?: RunAsked | null;
  /** Unique among open runs: `sweep`, because at most one is open. Null where several may be. */
  readonly openKey: string | null;
};

/** The id of the new run, or `taken` when one with this key is open: the unique key decides, not a look beforehand. */
export async function insertRun(db: Queryable, run: NewRun): Promise<number | 'taken'> {
  try {
    const written = await execute(
      db,
      `INSERT INTO runs (kind, state, as_of, terms_version, notify, actor, reason, asked, due_at_start, started_at,
                         heartbeat_at, open_key, program_version)
       VALUES (?, 'running', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      [
        run.kind,
        toDate(run.asOf),
        run.termsVersion,
        run.notify,
        run.actor,
        run.reason,
        run.asked ? JSON.stringify(run.asked) : null,
        run.dueAtStart,
        toDate(run.at),
        toDate(run.at),
        run.openKey,
        VERSION,
      ],
    );
    return written.insertId;
  } catch (error) {
    if (isDuplicateKey(error)) return 'taken';
    throw error;
  }
}

/** A run that was written down under a key of its opening gets what is known only now; further ones may be opened. */
export async function releaseOpenKey(
  db: Queryable,
  run: { readonly runId: number; readonly asOf: Instant; readonly dueAtStart: number },
): Promise<void> {
  await execute(db, 'UPDATE runs SET open_key = NULL, as_of = ?, due_at_start = ? WHERE id = ?', [
    toDate(run.asOf),
    run.dueAtStart,
    run.runId,
  ]);
}

/** Takes or renews the right to page through a run's accounts; false while somebody else holds it. */
export async function leaseSubmitting(
  db: Queryable,
  lease: { runId: number; now: Instant; until: Instant; held: Instant | undefined },
): Promise<boolean> {
  const mine =
    lease.held === undefined ? 'submitting_until IS NULL OR submitting_until <= ?' : 'submitting_until = ?';
  const written = await execute(
    db,
    `UPDATE runs SET submitting_until = ?, heartbeat_at = ? WHERE id = ? AND state = 'running' AND (${mine})`,
    [toDate(lease.until), toDate(lease.now), lease.runId, toDate(lease.held ?? lease.now)],
  );
  return written.affectedRows === 1;
}

/**
 * Whether that right is still the holder's, under a lock: nobody takes it before the transaction ends. One who was frozen
 * for longer than his lease must not write beside whoever went on in his place.
 */
export async function holdsSubmitting(
  transaction: Transaction,
  runId: number,
  held: Instant,
): Promise<boolean> {
  const row = await selectOne(
    transaction,
    "SELECT 1 AS found FROM runs WHERE id = ? AND state = 'running' AND submitting_until = ? FOR UPDATE",
    [runId, toDate(held)],
  );
  return row !== undefined;
}

export async function releaseSubmitting(db: Queryable, runId: number, held: Instant): Promise<void> {
  await execute(db, 'UPDATE runs SET submitting_until = NULL WHERE id = ? AND submitting_until = ?', [
    runId,
    toDate(held),
  ]);
}

export async function heartbeat(db: Queryable, runId: number, now: Instant): Promise<void> {
  await execute(db, "UPDATE runs SET heartbeat_at = ? WHERE id = ? AND state IN ('running', 'stopping')", [
    toDate(now),
    runId,
  ]);
}

/** Asks a run to stop: nobody submits for it any more, and its jobs do nothing. False when it is not running. */
export async function markStopping(db: Queryable, runId: number, now: Instant): Promise<boolean> {
  const written = await execute(
    db,
    "UPDATE runs SET state = 'stopping', heartbeat_at = ?, submitting_until = NULL WHERE id = ? AND state = 'running'",
    [toDate(now), runId],
  );
  return written.affectedRows === 1;
}

/** False when somebody else closed it first. */
export async function closeRun(
  db: Queryable,
  runId: number,
  state: 'completed' | 'completed-with-failures' | 'stopped' | 'failed',
  now: Instant,
): Promise<boolean> {
  const written = await execute(
    db,
    `UPDATE runs SET state = ?, ended_at = ?, heartbeat_at = ?, submitting_until = NULL, open_key = NULL
      WHERE id = ? AND state IN ('running', 'stopping')`,
    [state, toDate(now), toDate(now), runId],
  );
  return written.affectedRows === 1;
}

export interface Tick {
  /** When it fired, not when its sweep had submitted everybody. */
  readonly at: Instant;
  readonly slotAt: Instant | null;
  readonly source: 'scheduler' | 'command';
  readonly outcome: 'nothing-due' | 'opened' | 'joined' | 'failed' | 'held';
  readonly runId: number | null;
}

/** Its id. */
export async function insertTick(db: Queryable, tick: Tick): Promise<number> {
  const written = await execute(
    db,
    'INSERT INTO ticks (at, slot_at, source, outcome, run_id) VALUES (?, ?, ?, ?, ?)',
    [toDate(tick.at), toDateOrNull(tick.slotAt), tick.source, tick.outcome, tick.runId],
  );
  return written.insertId;
}

/** What it found is known, and what it began has failed. */
export async function failTick(db: Queryable, id: number): Promise<void> {
  await execute(db, "UPDATE ticks SET outcome = 'failed' WHERE id = ?", [id]);
}

/** How many runs there are of each kind and state. */
export async function countRuns(
  db: Queryable,
): Promise<{ readonly kind: RunKind; readonly state: RunState; readonly runs: number }[]> {
  return selectRows(
    db,
    'SELECT kind, state, COUNT(*) AS runs FROM runs GROUP BY kind, state ORDER BY kind, state LIMIT 100',
  );
}

/**
 * The latest sweep that is in one of these states; undefined when none is.
 * @param whose `everybody`: none that was over some of the accounts, which says nothing of the others
 */
export async function findLatestSweep(
  db: Queryable,
  states: readonly RunState[],
  whose: 'anybody' | 'everybody',
): Promise<Run | undefined> {
  const row = await selectOne<StoredRun>(
    db,
    `SELECT ${COLUMNS} FROM runs WHERE kind = 'sweep' AND state IN (?)
        ${whose === 'everybody' ? 'AND asked IS NULL' : ''} ORDER BY id DESC LIMIT 1`,
    [states],
  );
  return row && parseRow(row);
}
