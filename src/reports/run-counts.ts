/** A run's counts, derived from what it wrote: right after any crash, and never kept anywhere. */
import { type Queryable, selectOne, selectRows } from '../db/query.ts';
import type { SettlementCode } from '../domain/settle.ts';
import { countLater, countTouched } from '../ledger/amendments.ts';
import { countLeft, countPartlyLeft } from '../ledger/run-accounts.ts';
import type { Run } from '../ledger/runs.ts';

/** Accounts of a run. Settled, failed, remaining and skipped together are those that were due at its start and `added`. */
export interface AccountCounts {
  /** Accounts with a settlement by this run. */
  readonly settled: number;
  /** Accounts that it put aside, also where a later run settled them after all. */
  readonly failed: number;
  /** Accounts still due at its as-of; 0 once it is complete. What a stopped run left, others may have settled since. */
  readonly remaining: number;
  /** Due at its start, but settled by somebody else first. */
  readonly skipped: number;
  /** Not due at its start, but at its as-of since: imported or mended after the run had begun. */
  readonly added: number;
}

export interface RunCounts extends AccountCounts {
  readonly cycles: number;
  /** Connects granted, expired, and taken at once from what was granted, because they were owed. */
  readonly granted: number;
  readonly expired: number;
  readonly recovered: number;
  /** Of a reversal: Connects that it took back, that it gave back, and that had been spent and could not be taken. */
  readonly taken?: number;
  readonly returned?: number;
  readonly notTaken?: number;
  /** What all that comes to: the sum of the entries that it posted. */
  readonly net: number;
  /** Cycles by code. */
  readonly byCode: Readonly<Record<string, number>>;
  /** Put-aside accounts by error code. */
  readonly failures: Readonly<Record<string, number>>;
  /** Notices by state. */
  readonly notices: Readonly<Record<string, number>>;
}

/** @param left how many it has still to settle, where that is known */
export async function countRun(db: Queryable, run: Run, left?: number): Promise<RunCounts> {
  if (isCorrection(run)) return countCorrection(db, run);
  return countSettling(db, run, left);
}

/**
 * What became of a run's accounts, without looking into their cycles and emails: cheap enough for a list of runs.
 * @param left as for `countRun`
 */
export async function countRunAccounts(db: Queryable, run: Run, left?: number): Promise<AccountCounts> {
  const failures = await countPutAside(db, run.id);
  if (!isCorrection(run)) return countAccounts(db, run, failures, await countSettled(db, run.id), left);
  const failed = sumOf({ ...failures, ...(await countFailedItems(db, run.id)) });
  return accountsOfCorrection(run, await countTouched(db, run.id), failed);
}

const isCorrection = ({ kind }: Run): boolean => kind === 'backfill' || kind === 'reversal';

async function countAccounts(
  db: Queryable,
  run: Run,
  failures: Readonly<Record<string, number>>,
  settled: number,
  left?: number,
): Promise<AccountCounts> {
  const remaining = isComplete(run) ? 0 : (left ?? (await countLeft(db, run)));
  const failed = sumOf(failures);
  const missing = run.dueAtStart - settled - failed - remaining;
  if (missing >= 0) return { settled, failed, remaining, skipped: missing, added: 0 };
  // Where some are too many, those count once of whom a part is settled and a part is not, or failed.
  const partly = isComplete(run) ? 0 : await countPartlyLeft(db, run);
  const surplus = -missing;
  const twice = Math.min(surplus, partly + (await countPartlyFailed(db, run.id)));
  return { settled: settled - twice, failed, remaining, skipped: 0, added: surplus - twice };
}

const isComplete = ({ state }: Pick<Run, 'state'>): boolean =>
  state === 'completed' || state === 'completed-with-failures';

export const sumOf = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);

async function countSettled(db: Queryable, runId: number): Promise<number> {
  const row = await selectOne<{ settled: number }>(
    db,
    'SELECT COUNT(DISTINCT account_id) AS settled FROM cycles WHERE run_id = ?',
    [runId],
  );
  return row?.settled ?? 0;
}

/** Accounts that a run put aside, by error. */
export const countPutAside = (db: Queryable, runId: number): Promise<Record<string, number>> =>
  countBy(
    db,
    'SELECT code AS name, COUNT(*) AS count FROM failures WHERE run_id = ? AND put_aside_at IS NOT NULL GROUP BY code',
    runId,
  );

/** Put aside after a part of their catch-up was settled. */
async function countPartlyFailed(db: Queryable, runId: number): Promise<number> {
  const row = await selectOne<{ accounts: number }>(
    db,
    `SELECT COUNT(*) AS accounts FROM failures WHERE run_id = ? AND put_aside_at IS NOT NULL
        AND EXISTS (SELECT 1 FROM cycles WHERE cycles.account_id = failures.account_id AND cycles.run_id = ?)`,
    [runId, runId],
  );
  return row?.accounts ?? 0;
}

/** In the order in which they are told. */
const CODES = [
  'account-inactive',
  'before-program',
  'granted',
  'no-monthly-grant',
] as const satisfies readonly SettlementCode[];

interface CycleSums {
  readonly accounts: number;
  readonly cycles: number;
  readonly granted: number;
  readonly expired: number;
  readonly recovered: number;
  readonly byCode: Readonly<Record<string, number>>;
}

/** What a run settled: each of its cycles is read once. */
async function sumCycles(db: Queryable, runId: number): Promise<CycleSums> {
  const ofCodes = CODES.map((code) => `SUM(code = '${code}') AS \`${code}-cycles\``);
  const row = await selectOne<Record<string, number | string | null>>(
    db,
    `SELECT COUNT(DISTINCT account_id) AS accounts, COUNT(*) AS cycles, SUM(free + paid) AS granted,
            SUM(expired) AS expired, SUM(recovered) AS recovered, ${ofCodes.join(', ')}
       FROM cycles WHERE run_id = ?`,
    [runId],
  );
  const of = (name: string): number => Number(row?.[name] ?? 0);
  const byCode = CODES.map((code) => [code, of(`${code}-cycles`)] as const).filter(
    ([, cycles]) => cycles > 0,
  );
  return {
    accounts: of('accounts'),
    cycles: of('cycles'),
    granted: of('granted'),
    expired: of('expired'),
    recovered: of('recovered'),
    byCode: Object.fromEntries(byCode),
  };
}

/** Of a sweep or a rerun. */
async function countSettling(db: Queryable, run: Run, left?: number): Promise<RunCounts> {
  const failures = await countPutAside(db, run.id);
  const { accounts: settled, ...sums } = await sumCycles(db, run.id);
  const { granted, expired, recovered } = sums;
  return {
    ...(await countAccounts(db, run, failures, settled, left)),
    ...sums,
    net: granted - expired - recovered,
    failures,
    notices: await countBy(
      db,
      'SELECT state AS name, COUNT(*) AS count FROM outbox WHERE run_id = ? GROUP BY state',
      run.id,
    ),
  };
}

/** Of a backfill or a reversal: what they did to cycles of the past, and what a reversal settled on the way. */
async function countCorrection(db: Queryable, run: Run): Promise<RunCounts> {
  // Nothing is due for them: whom they have still to deal with is known by their own lists.
  const counts = await countSettling(db, { ...run, state: 'completed' });
  const later = await countLater(db, run.id);
  const failures = { ...counts.failures, ...(await countFailedItems(db, run.id)) };
  return {
    ...counts,
    ...accountsOfCorrection(run, later.accounts, sumOf(failures)),
    failures,
    cycles: counts.cycles + later.granted + later.reversed,
    granted: counts.granted + later.added,
    recovered: counts.recovered + later.recovered,
    ...(run.kind === 'reversal' && {
      taken: later.taken,
      returned: later.returned,
      notTaken: later.short,
    }),
    net: counts.net + later.added - later.recovered - later.taken + later.returned,
    byCode: {
      ...counts.byCode,
      ...(later.granted > 0 && { granted: (counts.byCode.granted ?? 0) + later.granted }),
      ...(later.reversed > 0 && { reversed: later.reversed }),
    },
  };
}

/** What a backfill that was cancelled has left is left, and nobody's: it was not settled by somebody else. */
function accountsOfCorrection(run: Run, settled: number, failed: number): AccountCounts {
  const left = Math.max(0, run.dueAtStart - settled - failed);
  const complete = isComplete(run);
  return {
    settled,
    failed,
    remaining: complete ? 0 : left,
    skipped: complete ? left : 0,
    added: Math.max(0, settled + failed - run.dueAtStart),
  };
}

const countFailedItems = (db: Queryable, runId: number): Promise<Record<string, number>> =>
  countBy(
    db,
    `SELECT why AS name, COUNT(DISTINCT account_id) AS count FROM backfill_items
       JOIN backfills ON backfills.id = backfill_items.backfill_id
      WHERE backfills.run_id = ? AND backfill_items.state = 'failed' GROUP BY why`,
    runId,
  );

async function countBy(db: Queryable, sql: string, runId: number): Promise<Record<string, number>> {
  const rows = await selectRows<{ name: string; count: number }>(db, `${sql} ORDER BY name LIMIT 1000`, [
    runId,
  ]);
  return Object.fromEntries(rows.map((row) => [row.name, row.count]));
}
