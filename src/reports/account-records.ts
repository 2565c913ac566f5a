/** Everything that is recorded of one account. Every statement here begins with the account's id. */
import { type Binding, type Queryable, selectOne, selectRows, toDate } from '../db/query.ts';
import type { DecisionCode, EntryKind, PostedEntry } from '../domain/account.ts';
import type { Instant, LocalDate } from '../domain/calendar.ts';
import type { Interview } from '../domain/events/records.ts';
import type { Settlement } from '../domain/settle.ts';
import type { Span } from '../domain/spans.ts';

/** The most rows of one kind that an answer reads; what is older is reached by narrower questions. */
export const ROWS_MAX = 1_000;

// ------------------------------------------------------------------------------------------------- cycles

/** A settled boundary, and how it came about. */
export interface RecordedCycle extends Settlement {
  readonly termsVersion: number;
  readonly runId: number | null;
  /** `staged`, or why no email tells of it. */
  readonly notice: string;
  readonly postedAt: Instant;
}

type Stored<Row, Dates extends keyof Row> = Omit<Row, Dates> & { [Name in Dates]: Date };

const CYCLES = `SELECT cycle_on AS cycleOn, starts_at AS startsAt, next_on AS nextOn, opening, carried, expired, free,
  paid, recovered, closing, plan, cap, code, terms_version AS termsVersion, run_id AS runId, notice,
  posted_at AS postedAt FROM cycles WHERE account_id = ?`;

const toCycle = (row: Stored<RecordedCycle, 'startsAt' | 'postedAt'>): RecordedCycle => ({
  ...row,
  startsAt: row.startsAt.getTime(),
  postedAt: row.postedAt.getTime(),
});

async function cycles(
  db: Queryable,
  account: string,
  rest: string,
  bindings: readonly Binding[],
): Promise<RecordedCycle[]> {
  const rows = await selectRows<Stored<RecordedCycle, 'startsAt' | 'postedAt'>>(db, `${CYCLES} ${rest}`, [
    account,
    ...bindings,
  ]);
  return rows.map(toCycle);
}

/** The latest cycle that begins on a date or before it. */
export async function findCycleUpTo(
  db: Queryable,
  account: string,
  on: LocalDate,
): Promise<RecordedCycle | undefined> {
  return (await cycles(db, account, 'AND cycle_on <= ? ORDER BY cycle_on DESC LIMIT 1', [on]))[0];
}

/** Of the cycles that begin on a date or later, the latest; the newest first. */
export const listCyclesFrom = (db: Queryable, account: string, on: LocalDate): Promise<RecordedCycle[]> =>
  cycles(db, account, `AND cycle_on >= ? ORDER BY cycle_on DESC LIMIT ${ROWS_MAX}`, [on]);

/** The cycles that were settled in the same transaction as another, oldest first. */
export const listCyclesPostedAt = (
  db: Queryable,
  account: string,
  postedAt: Instant,
): Promise<RecordedCycle[]> =>
  cycles(db, account, `AND posted_at = ? ORDER BY cycle_on LIMIT ${ROWS_MAX}`, [toDate(postedAt)]);

// ------------------------------------------------------------------------------------------------ entries

const ENTRIES = `SELECT seq, kind, amount, balance_after AS balance, effective_at AS effectiveAt,
  occurred_at AS occurredAt, posted_at AS postedAt, cycle_on AS cycleOn, subject, proposal, run_id AS runId
  FROM entries WHERE account_id = ?`;

/** An entry, and the run that posted it; null where an event was recorded by itself. */
export interface LedgerLine extends PostedEntry {
  readonly runId: number | null;
}

type StoredEntry = Stored<LedgerLine, 'effectiveAt' | 'occurredAt' | 'postedAt'>;

async function entries(
  db: Queryable,
  account: string,
  rest: string,
  bindings: readonly Binding[],
): Promise<LedgerLine[]> {
  const rows = await selectRows<StoredEntry>(db, `${ENTRIES} ${rest}`, [account, ...bindings]);
  return rows.map((row) => ({
    ...row,
    effectiveAt: row.effectiveAt.getTime(),
    occurredAt: row.occurredAt.getTime(),
    postedAt: row.postedAt.getTime(),
  }));
}

/** What was posted for these subjects, in posting order. At most a few hundred subjects. */
export async function listEntriesOf(
  db: Queryable,
  account: string,
  subjects: readonly string[],
): Promise<LedgerLine[]> {
  if (subjects.length === 0) return [];
  return entries(db, account, `AND subject IN (?) ORDER BY seq LIMIT ${ROWS_MAX}`, [subjects]);
}

/** What was posted under a cycle's date: its grant, what a failed payment took back, what came later. */
export const listEntriesOfCycle = (db: Queryable, account: string, on: LocalDate): Promise<LedgerLine[]> =>
  entries(db, account, `AND cycle_on = ? ORDER BY seq LIMIT ${ROWS_MAX}`, [on]);

/** Under subjects of one kind (`adjustment`) since an instant, the latest, oldest first; by the key of subjects. */
export async function listEntriesUnder(
  db: Queryable,
  account: string,
  kind: string,
  from: Instant,
): Promise<LedgerLine[]> {
  const found = await entries(
    db,
    account,
    `AND subject >= ? AND subject < ? AND effective_at >= ? ORDER BY subject DESC LIMIT ${10 * ROWS_MAX}`,
    [`${kind}:`, `${kind};`, toDate(from)],
  );
  return found.toSorted((a, b) => a.seq - b.seq).slice(-ROWS_MAX);
}

export const listEntriesOfProposal = (
  db: Queryable,
  account: string,
  proposal: string,
): Promise<LedgerLine[]> =>
  entries(db, account, `AND proposal = ? ORDER BY seq LIMIT ${ROWS_MAX}`, [proposal]);

/** A part of the history: what it is about, from when until when, and where the page before ended. */
export interface EntryFilter {
  readonly kinds: readonly EntryKind[] | undefined;
  /** Which of the reversals among these kinds; undefined for all. */
  readonly reversals?: 'of-payments' | 'of-runs' | undefined;
  /** Inclusive. */
  readonly from: Instant | undefined;
  /** Exclusive. */
  readonly until: Instant | undefined;
  /** What was written from here on is left out. */
  readonly writtenBefore?: Instant | undefined;
}

/** The newest first, below `before`. */
export function listEntriesBefore(
  db: Queryable,
  account: string,
  filter: EntryFilter,
  page: { readonly before: number | undefined; readonly limit: number },
): Promise<LedgerLine[]> {
  const conditions: [string, Binding | undefined][] = [
    ['seq < ?', page.before],
    ['kind IN (?)', filter.kinds],
    ["(kind <> 'reversal' OR subject LIKE ?)", filter.reversals === 'of-payments' ? 'payment:%' : undefined],
    ["(kind <> 'reversal' OR subject NOT LIKE ?)", filter.reversals === 'of-runs' ? 'payment:%' : undefined],
    ['effective_at >= ?', filter.from === undefined ? undefined : toDate(filter.from)],
    ['effective_at < ?', filter.until === undefined ? undefined : toDate(filter.until)],
    ['posted_at < ?', filter.writtenBefore === undefined ? undefined : toDate(filter.writtenBefore)],
  ];
  const given = conditions.filter(([, binding]) => binding !== undefined);
  return entries(db, account, `${given.map(([sql]) => `AND ${sql}`).join(' ')} ORDER BY seq DESC LIMIT ?`, [
    ...given.map(([, binding]) => binding as Binding),
    page.limit,
  ]);
}

export interface KindSum {
  readonly kind: EntryKind;
  /** Of a failed payment: a reversal may also be an operator's. */
  readonly ofPayment: boolean;
  readonly entries: number;
  readonly added: number;
  readonly takenOff: number;
  /** `added` less `takenOff`. */
  readonly amount: number;
}

/** How much came and how much went since an instant, by kind. */
export async function sumEntriesSince(db: Queryable, account: string, from: Instant): Promise<KindSum[]> {
  const rows = await selectRows<{
    kind: EntryKind;
    ofPayment: number;
    entries: number;
    added: string;
    takenOff: string;
  }>(
    db,
    `SELECT kind, subject LIKE 'payment:%' AS ofPayment, COUNT(*) AS entries, SUM(GREATEST(amount, 0)) AS added,
            SUM(GREATEST(-amount, 0)) AS takenOff
       FROM entries WHERE account_id = ? AND effective_at >= ? GROUP BY 1, 2 ORDER BY 1, 2`,
    [account, toDate(from)],
  );
  return rows.map(({ added, takenOff, ofPayment, ...row }) => ({
    ...row,
    ofPayment: ofPayment === 1,
    added: Number(added),
    takenOff: Number(takenOff),
    amount: Number(added) - Number(takenOff),
  }));
}

// ---------------------------------------------------------------------------------------------- decisions

/** A decision as it stands, with its evidence. */
export interface RecordedDecision {
  readonly no: number;
  readonly subject: string;
  readonly code: DecisionCode;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly at: Instant;
  readonly postedAt: Instant;
  readonly runId: number | null;
  /** Of the run that decided it; null where an event was recorded by itself. */
  readonly runTerms: number | null;
}

const DECISIONS = `SELECT decision_no AS no, subject, code, detail, at, posted_at AS postedAt, run_id AS runId,
  (SELECT terms_version FROM runs WHERE runs.id = decisions.run_id) AS runTerms FROM decisions WHERE account_id = ?`;

async function decisions(
  db: Queryable,
  account: string,
  rest: string,
  bindings: readonly Binding[],
): Promise<RecordedDecision[]> {
  const rows = await selectRows<
    Stored<Omit<RecordedDecision, 'detail'>, 'at' | 'postedAt'> & { detail: string }
  >(db, `${DECISIONS} ${rest}`, [account, ...bindings]);
  return rows.map((row) => ({
    ...row,
    detail: JSON.parse(row.detail) as RecordedDecision['detail'],
    at: row.at.getTime(),
    postedAt: row.postedAt.getTime(),
  }));
}

/** The latest `ROWS_MAX`, in the order in which they were decided: the last one stands. */
export const listDecisionsOf = async (
  db: Queryable,
  account: string,
  subject: string,
): Promise<RecordedDecision[]> =>
  (
    await decisions(db, account, `AND subject = ? ORDER BY decision_no DESC LIMIT ${ROWS_MAX}`, [subject])
  ).reverse();

/** Of several subjects, in the order in which they were decided. At most a few hundred subjects. */
export async function listDecisionsOfAny(
  db: Queryable,
  account: string,
  subjects: readonly string[],
): Promise<RecordedDecision[]> {
  if (subjects.length === 0) return [];
  return decisions(db, account, `AND subject IN (?) ORDER BY decision_no LIMIT ${ROWS_MAX}`, [subjects]);
}

/** The number of the decision that stood at an instant, of each of these subjects. At most a few hundred. */
export async function findLatestDecisions(
  db: Queryable,
  account: string,
  subjects: readonly string[],
  upTo: Instant,
): Promise<{ readonly subject: string; readonly no: number }[]> {
  if (subjects.length === 0) return [];
  return selectRows(
    db,
    `SELECT subject, MAX(decision_no) AS no FROM decisions
      WHERE account_id = ? AND subject IN (?) AND at <= ? GROUP BY subject ORDER BY subject LIMIT ${ROWS_MAX}`,
    [account, subjects, toDate(upTo)],
  );
}

/** Of all subjects of one kind (`plan`, `payment`, `return`), the latest, oldest first. */
export async function listDecisionsOfKind(
  db: Queryable,
  account: string,
  kind: string,
): Promise<RecordedDecision[]> {
  const found = await decisions(
    db,
    account,
    `AND subject >= ? AND subject < ? ORDER BY decision_no DESC LIMIT ${ROWS_MAX}`,
    [`${kind}:`, `${kind};`],
  );
  return found.reverse();
}

/** Those with these numbers, at most a few dozen, in their order. */
export const listDecisionsNumbered = async (
  db: Queryable,
  account: string,
  numbers: readonly number[],
): Promise<RecordedDecision[]> =>
  numbers.length === 0
    ? []
    : decisions(db, account, `AND decision_no IN (?) ORDER BY decision_no LIMIT ${ROWS_MAX}`, [numbers]);

/** Enough for some months of most accounts; each further page is twice as long. */
const DECISIONS_PAGE = 50;

/**
 * Since an instant, the latest `ROWS_MAX`, oldest first. Read backwards in pages: decisions are in order of their
 * instants, so nothing older than asked is read but the rest of a page.
 */
export async function listDecisionsSince(
  db: Queryable,
  account: string,
  from: Instant,
): Promise<RecordedDecision[]> {
  const found: RecordedDecision[] = [];
  let before = 2 ** 31 - 1;
  for (let limit = DECISIONS_PAGE; ; limit *= 2) {
    const page = await decisions(db, account, 'AND decision_no < ? ORDER BY decision_no DESC LIMIT ?', [
      before,
      limit,
    ]);
    found.push(...page.filter((one) => one.at >= from));
    const last = page.at(-1);
    if (!last || last.at < from || page.length < limit || found.length >= ROWS_MAX)
      return found.slice(0, ROWS_MAX).reverse();
    before = last.no;
  }
}

// ------------------------------------------------------------------------------------- interviews and spans

/** Requests about one proposal, in the order in which clients wrote. */
export async function listInterviewsOf(
  db: Queryable,
  account: string,
  proposal: string,
): Promise<Interview[]> {
  const rows = await selectRows<{
    id: string;
    proposal: string;
    requestedAt: Date;
    repliedAt: Date | null;
  }>(
    db,
    `SELECT interview AS id, proposal, requested_at AS requestedAt, replied_at AS repliedAt FROM interviews
      WHERE account_id = ? AND proposal = ? ORDER BY requested_at, interview LIMIT ${ROWS_MAX}`,
    [account, proposal],
  );
  return rows.map((row) => ({
    ...row,
    requestedAt: row.requestedAt.getTime(),
    repliedAt: row.repliedAt?.getTime() ?? null,
  }));
}

/** Every change of anchor, zone and plan, the latest `ROWS_MAX`, oldest first. */
export async function listSpans(db: Queryable, account: string): Promise<Span[]> {
  const rows = await selectRows<Stored<Span, 'fromAt'>>(
    db,
    `SELECT from_at AS fromAt, anchor_on AS anchorOn, zone, plan FROM account_spans
      WHERE account_id = ? ORDER BY from_at DESC LIMIT ${ROWS_MAX}`,
    [account],
  );
  return rows.reverse().map((row) => ({ ...row, fromAt: row.fromAt.getTime() }));
}

// ------------------------------------------------------------------------- notices, failures

/** An email about the cycles of one catch-up. */
export interface CycleNotice {
  readonly state: string;
  readonly firstCycleOn: LocalDate;
  readonly lastCycleOn: LocalDate;
  readonly stagedAt: Instant;
  readonly sentAt: Instant | null;
  /** The mail server's words, or why it is not sent. */
  readonly why: string | null;
}

/** The emails that tell of cycles from one date on, oldest first. */
export async function listCycleNotices(
  db: Queryable,
  account: string,
  from: LocalDate,
): Promise<CycleNotice[]> {
  const rows = await selectRows<Stored<CycleNotice, 'stagedAt'> & { sentAt: Date | null }>(
    db,
    `SELECT state, first_cycle_on AS firstCycleOn, last_cycle_on AS lastCycleOn, staged_at AS stagedAt,
            sent_at AS sentAt, last_error AS why FROM outbox
      WHERE account_id = ? AND kind = 'grant' AND last_cycle_on >= ? ORDER BY staged_at LIMIT ${ROWS_MAX}`,
    [account, from],
  );
  return rows.map((row) => ({
    ...row,
    stagedAt: row.stagedAt.getTime(),
    sentAt: row.sentAt?.getTime() ?? null,
  }));
}

export interface OpenFailure {
  readonly runId: number;
  readonly state: 'retrying' | 'put-aside';
  readonly code: string;
  readonly message: string;
  readonly attempts: number;
  readonly lastAt: Instant;
}

/** What keeps the account from being settled, if anything does; the latest. */
export async function findOpenFailure(db: Queryable, account: string): Promise<OpenFailure | undefined> {
  const row = await selectOne<Stored<OpenFailure, 'lastAt'>>(
    db,
    `SELECT run_id AS runId, state, code, message, attempts, last_at AS lastAt FROM failures
      WHERE account_id = ? AND state <> 'cleared' ORDER BY run_id DESC LIMIT 1`,
    [account],
  );
  return row && { ...row, lastAt: row.lastAt.getTime() };
}
