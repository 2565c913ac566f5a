/** Whom a run was over, account by account: settled, failed, short of what a reversal should have taken, skipped. */
import { type Binding, type Queryable, selectRows, toDate } from '../db/query.ts';
import { groupBy } from '../group-by.ts';
import type { Run } from '../ledger/runs.ts';

export const MEMBER_STATES = ['settled', 'failing', 'failed', 'short', 'skipped'] as const;
/**
 * `failing`: it failed, was not put aside, and is to be tried again. `short`: a reversal could not take all from it.
 * `skipped`: on the run's list, and settled by somebody else first; of a backfill, left as it was.
 */
export type MemberState = (typeof MEMBER_STATES)[number];

/** One account of a run. Amounts are whole Connects, as this run posted them. */
export interface RunMember {
  readonly account: string;
  /** What is worst of it. */
  readonly state: MemberState;
  readonly cycles: number;
  readonly granted: number;
  readonly expired: number;
  readonly recovered: number;
  /** Of a reversal: taken back, given back, and spent already, so that it could not be taken. */
  readonly taken: number;
  readonly returned: number;
  readonly notTaken: number;
  /** The sum of the entries that it posted. */
  readonly net: number;
  /** Of whom it failed at, or left as it was. */
  readonly code: string | null;
  readonly message: string | null;
}

export interface MemberPage {
  /** All of them when absent. */
  readonly state?: MemberState;
  /** An account's id; empty for the first page. */
  readonly after: string;
  /** 999 at the most. */
  readonly limit: number;
}

/** Whether those whom somebody else settled first are known one by one: a sweep over everybody only counts them. */
export const knowsSkipped = ({ kind, asked }: Pick<Run, 'kind' | 'asked'>): boolean =>
  kind === 'rerun' || kind === 'backfill' || (kind === 'sweep' && asked !== null);

interface Part {
  readonly sql: string;
  readonly bindings: readonly Binding[];
}

/** Ids by state; each `sql` goes on with a condition on `account_id`. */
function partsOf(run: Run): Record<MemberState, readonly Part[]> {
  const bindings = [run.id];
  const of = (table: string, more = ''): Part => ({
    sql: `SELECT account_id FROM ${table} WHERE run_id = ? ${more}`,
    bindings,
  });
  const items = (state: string): Part => ({
    sql: `SELECT account_id FROM backfill_items
      WHERE backfill_id = (SELECT id FROM backfills WHERE run_id = ?) AND state = '${state}'`,
    bindings,
  });
  const isBackfill = run.kind === 'backfill';
  return {
    settled: [of('cycles'), of('amendments')],
    failing: [of('failures', "AND state = 'retrying'")],
    failed: [of('failures', 'AND put_aside_at IS NOT NULL'), ...(isBackfill ? [items('failed')] : [])],
    short: [of('amendments', 'AND short > 0')],
    skipped: isBackfill ? [items('skipped')] : knowsSkipped(run) ? [skippedOf(run)] : [],
  };
}

/** On its list, not settled by it nor given up, and not due at its as-of any more: or put aside by somebody else. */
const skippedOf = (run: Run): Part => ({
  sql: `SELECT account_id FROM run_accounts AS listed WHERE run_id = ?
    AND NOT EXISTS (SELECT 1 FROM cycles
      WHERE cycles.run_id = listed.run_id AND cycles.account_id = listed.account_id)
    AND NOT EXISTS (SELECT 1 FROM failures
      WHERE failures.run_id = listed.run_id AND failures.account_id = listed.account_id
        AND (put_aside_at IS NOT NULL OR state = 'retrying'))
    AND NOT EXISTS (SELECT 1 FROM accounts WHERE accounts.id = listed.account_id AND next_cycle_at <= ?
      AND NOT EXISTS (SELECT 1 FROM failures WHERE failures.account_id = accounts.id AND state = 'put-aside'))`,
  bindings: [run.id, toDate(run.asOf)],
});

/** A page of a run's accounts, in the order of their ids. */
export async function listRunMembers(db: Queryable, run: Run, page: MemberPage): Promise<RunMember[]> {
  const parts = partsOf(run);
  const asked = page.state === undefined ? Object.values(parts).flat() : parts[page.state];
  if (asked.length === 0) return [];
  const rows = await selectRows<{ id: string }>(
    db,
    `SELECT DISTINCT account_id AS id FROM (
        ${asked.map(({ sql }) => `(SELECT DISTINCT account_id FROM (${sql}) AS part WHERE account_id > ? ORDER BY account_id LIMIT ?)`).join(' UNION ')}
      ) AS found ORDER BY id LIMIT ?`,
    [...asked.flatMap(({ bindings }) => [...bindings, page.after, page.limit]), page.limit],
  );
  return describe(
    db,
    run,
    rows.map((row) => row.id),
    page.state,
  );
}

async function describe(
  db: Queryable,
  run: Run,
  ids: readonly string[],
  asked: MemberState | undefined,
): Promise<RunMember[]> {
  if (ids.length === 0) return [];
  const posted = new Map((await listPosted(db, run, ids)).map((one) => [one.account, one]));
  const failures = groupBy(await listFailures(db, run, ids), (one) => one.account);
  return ids.map((account): RunMember => {
    const own = posted.get(account) ?? { account, ...NOTHING };
    const { state, code = null, message = null } = failures.get(account)?.[0] ?? {};
    const worst = state ?? (own.notTaken > 0 ? 'short' : own.cycles > 0 ? 'settled' : 'skipped');
    return { state: asked ?? worst, ...own, code, message };
  });
}

type Posted = Omit<RunMember, 'state' | 'code' | 'message'>;

const NOTHING = {
  cycles: 0,
  granted: 0,
  expired: 0,
  recovered: 0,
  taken: 0,
  returned: 0,
  notTaken: 0,
  net: 0,
} as const;

async function listPosted(db: Queryable, run: Run, ids: readonly string[]): Promise<Posted[]> {
  const rows = await selectRows<
    Record<Exclude<keyof Posted, 'account' | 'taken' | 'returned' | 'net'>, string> & {
      account: string;
      back: string;
    }
  >(
    db,
    `SELECT account, COUNT(*) AS cycles, SUM(granted) AS granted, SUM(expired) AS expired,
            SUM(recovered) AS recovered, SUM(back) AS back, SUM(short) AS notTaken
       FROM (SELECT account_id AS account, free + paid AS granted, expired AS expired,
                    recovered AS recovered, 0 AS back, 0 AS short
               FROM cycles WHERE run_id = ? AND account_id IN (?)
             UNION ALL
             SELECT account_id, IF(kind = 'granted', free + paid, 0), 0, IF(kind = 'granted', recovered, 0),
                    IF(kind = 'reversed', opening - closing, 0), short
               FROM amendments WHERE run_id = ? AND account_id IN (?)) AS posted
      GROUP BY account ORDER BY account`,
    [run.id, ids, run.id, ids],
  );
  return rows.map((row) => {
    const [granted, expired, recovered, back] = [row.granted, row.expired, row.recovered, row.back].map(
      Number,
    ) as [number, number, number, number];
    return {
      account: row.account,
      cycles: Number(row.cycles),
      granted,
      expired,
      recovered,
      taken: Math.max(0, back),
      returned: Math.max(0, -back),
      notTaken: Number(row.notTaken),
      net: granted - expired - recovered - back,
    };
  });
}

interface FailedMember {
  readonly account: string;
  readonly state: 'failing' | 'failed' | 'skipped';
  readonly code: string | null;
  readonly message: string | null;
}

/** Those whom it failed at; of a backfill also those left as they were, the failed first. */
async function listFailures(db: Queryable, run: Run, ids: readonly string[]): Promise<FailedMember[]> {
  const failed = await selectRows<FailedMember>(
    db,
    `SELECT account_id AS account, IF(put_aside_at IS NULL, 'failing', 'failed') AS state, code, message FROM failures
      WHERE run_id = ? AND account_id IN (?) AND (put_aside_at IS NOT NULL OR state = 'retrying') ORDER BY account_id`,
    [run.id, ids],
  );
  if (run.kind !== 'backfill') return failed;
  const items = await selectRows<FailedMember>(
    db,
    `SELECT account_id AS account, state, why AS code, message FROM backfill_items
      WHERE backfill_id = (SELECT id FROM backfills WHERE run_id = ?) AND account_id IN (?)
        AND state IN ('failed', 'skipped') ORDER BY account_id, state, cycle_on`,
    [run.id, ids],
  );
  return [...failed, ...items];
}
