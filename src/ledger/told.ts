/** SQL of what notices tell of: one statement for a whole page of them, whatever tables it stands in. */
import { type Queryable, selectOne, selectRows, toDate } from '../db/query.ts';
import type { EntryKind } from '../domain/account.ts';
import type { Instant, LocalDate } from '../domain/calendar.ts';
import type { Settlement } from '../domain/settle.ts';

/** Asked for in one statement: OR-ed equalities, because MariaDB finds no index for a list of pairs. */
const ASKED_MAX = 100;

export interface CycleRange {
  readonly accountId: string;
  readonly first: LocalDate;
  readonly last: LocalDate;
}

export type ToldCycle = Settlement & { readonly accountId: string; readonly postedAt: Instant };

/** The cycles in these ranges (dates inclusive) that emails tell of, by account, oldest first. */
export async function findToldCycles(db: Queryable, ranges: readonly CycleRange[]): Promise<ToldCycle[]> {
  const rows = await inPages(ranges, (page) =>
    selectRows<Omit<ToldCycle, 'startsAt' | 'postedAt'> & { startsAt: Date; postedAt: Date }>(
      db,
      `SELECT account_id AS accountId, cycle_on AS cycleOn, starts_at AS startsAt, next_on AS nextOn, opening, carried,
              expired, free, paid, recovered, closing, plan, cap, code, posted_at AS postedAt
         FROM cycles WHERE notice = 'staged' AND (${oneOf(page, 'account_id = ? AND cycle_on BETWEEN ? AND ?')})
        ORDER BY account_id, cycle_on`,
      page.flatMap((one) => [one.accountId, one.first, one.last]),
    ),
  );
  return rows.map((row) => ({
    ...row,
    startsAt: row.startsAt.getTime(),
    postedAt: row.postedAt.getTime(),
  }));
}

/** The settled cycles that begin at exactly these moments. */
export async function findCyclesBegunAt(
  db: Queryable,
  moments: readonly OwnMoment[],
): Promise<(OwnMoment & { readonly cycleOn: LocalDate })[]> {
  const rows = await inPages(moments, (page) =>
    selectRows<{ accountId: string; at: Date; cycleOn: LocalDate }>(
      db,
      `SELECT account_id AS accountId, starts_at AS at, cycle_on AS cycleOn FROM cycles
        WHERE ${oneOf(page, 'account_id = ? AND starts_at = ?')} ORDER BY account_id, cycle_on`,
      page.flatMap((one) => [one.accountId, toDate(one.at)]),
    ),
  );
  return rows.map((row) => ({ ...row, at: row.at.getTime() }));
}

export interface OwnSubject {
  readonly accountId: string;
  readonly subject: string;
}

export interface ToldDecision extends OwnSubject {
  readonly code: string;
  readonly at: Instant;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Decisions about these subjects, in posting order. */
export async function findToldDecisions(
  db: Queryable,
  subjects: readonly OwnSubject[],
): Promise<ToldDecision[]> {
  const rows = await inPages(subjects, (page) =>
    selectRows<OwnSubject & { code: string; at: Date; detail: string }>(
      db,
      `SELECT account_id AS accountId, subject, code, at, detail FROM decisions
        WHERE ${oneOf(page, 'account_id = ? AND subject = ?')} ORDER BY account_id, decision_no`,
      page.flatMap((one) => [one.accountId, one.subject]),
    ),
  );
  return rows.map((row) => ({
    ...row,
    at: row.at.getTime(),
    detail: JSON.parse(row.detail) as ToldDecision['detail'],
  }));
}

export interface ToldEntry extends OwnSubject {
  readonly kind: EntryKind;
  readonly amount: number;
  readonly balance: number;
  readonly cycleOn: LocalDate | null;
  readonly runId: number | null;
  readonly effectiveAt: Instant;
}

const ENTRY_COLUMNS = `account_id AS accountId, subject, kind, amount, balance_after AS balance, cycle_on AS cycleOn,
  run_id AS runId, effective_at AS effectiveAt`;

type StoredEntry = Omit<ToldEntry, 'effectiveAt'> & { effectiveAt: Date };

const parseEntry = (row: StoredEntry): ToldEntry => ({ ...row, effectiveAt: row.effectiveAt.getTime() });

/** What was posted about these subjects, in posting order. */
export async function findToldEntries(db: Queryable, subjects: readonly OwnSubject[]): Promise<ToldEntry[]> {
  const rows = await inPages(subjects, (page) =>
    selectRows<StoredEntry>(
      db,
      `SELECT ${ENTRY_COLUMNS} FROM entries WHERE ${oneOf(page, 'account_id = ? AND subject = ?')}
        ORDER BY account_id, seq`,
      page.flatMap((one) => [one.accountId, one.subject]),
    ),
  );
  return rows.map(parseEntry);
}

export interface OwnMoment {
  readonly accountId: string;
  readonly at: Instant;
}

/** The balance after all that counted up to each of these moments; none where nothing had been posted. */
export async function findBalancesAt(
  db: Queryable,
  moments: readonly OwnMoment[],
): Promise<(OwnMoment & { readonly balance: number })[]> {
  const rows = await inPages(moments, (page) =>
    selectRows<{ accountId: string; at: Date; balance: number }>(
      db,
      page
        .map(
          () =>
            `(SELECT account_id AS accountId, CAST(? AS DATETIME(3)) AS at, balance_after AS balance FROM entries
               WHERE account_id = ? AND effective_at <= ? ORDER BY account_id DESC, seq DESC LIMIT 1)`,
        )
        .join(' UNION ALL '),
      page.flatMap(({ accountId, at }) => [toDate(at), accountId, toDate(at)]),
    ),
  );
  return rows.map((row) => ({ ...row, at: row.at.getTime() }));
}

export interface OwnRun {
  readonly accountId: string;
  readonly runId: number;
}

/** What these runs posted on these accounts, in posting order. */
export async function findEntriesOfRuns(db: Queryable, runs: readonly OwnRun[]): Promise<ToldEntry[]> {
  const rows = await inPages(runs, (page) =>
    selectRows<StoredEntry>(
      db,
      `SELECT ${ENTRY_COLUMNS} FROM entries WHERE ${oneOf(page, 'account_id = ? AND run_id = ?')}
        ORDER BY account_id, seq`,
      page.flatMap((one) => [one.accountId, one.runId]),
    ),
  );
  return rows.map(parseEntry);
}

/** One cycle that a run took back. */
export interface ToldReversal extends OwnRun {
  readonly cycleOn: LocalDate;
  /** Positive: taken; negative: given back. */
  readonly taken: number;
  /** What should have been taken too, but had been spent. */
  readonly short: number;
  /** What the cycle had recovered of a debt, and is owed again. */
  readonly owed: number;
}

/** What these runs took back on these accounts, oldest cycle first. */
export async function findToldReversals(db: Queryable, runs: readonly OwnRun[]): Promise<ToldReversal[]> {
  return inPages(runs, (page) =>
    selectRows<ToldReversal>(
      db,
      `SELECT account_id AS accountId, run_id AS runId, cycle_on AS cycleOn, opening - closing AS taken, short, owed
         FROM amendments WHERE kind = 'reversed' AND (${oneOf(page, 'account_id = ? AND run_id = ?')})
        ORDER BY account_id, run_id, cycle_on`,
      page.flatMap((one) => [one.accountId, one.runId]),
    ),
  );
}

/** The latest subject of an account that begins so (`interview:`), of a decision with one of these codes. */
export async function findLatestSubject(
  db: Queryable,
  accountId: string,
  of: { readonly prefix: string; readonly codes: readonly string[] },
): Promise<string | undefined> {
  const row = await selectOne<{ subject: string }>(
    db,
    `SELECT subject FROM decisions WHERE account_id = ? AND LEFT(subject, ?) = ? AND code IN (?)
      ORDER BY decision_no DESC LIMIT 1`,
    [accountId, of.prefix.length, of.prefix, of.codes],
  );
  return row?.subject;
}

const oneOf = (page: readonly unknown[], condition: string): string =>
  page.map(() => `(${condition})`).join(' OR ');

async function inPages<Key, Row>(
  keys: readonly Key[],
  read: (page: readonly Key[]) => Promise<Row[]>,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (let from = 0; from < keys.length; from += ASKED_MAX)
    rows.push(...(await read(keys.slice(from, from + ASKED_MAX))));
  return rows;
}
