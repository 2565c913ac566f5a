/** What is recorded around lateness and expiry, of one account: what reached us late, and what it was late for. */
import { type Binding, type Queryable, selectOne, selectRows, toDate } from '../db/query.ts';
import type { Instant, LocalDate } from '../domain/calendar.ts';
import type { EventType } from '../domain/events/events.ts';

/** Rows of one kind that are read; the latest. */
const ROWS_MAX = 1_000;

export interface CycleBegin {
  readonly cycleOn: LocalDate;
  readonly startsAt: Instant;
}

/** The settled cycles that begin at exactly these instants. */
export async function listCyclesBegunAt(
  db: Queryable,
  account: string,
  instants: readonly Instant[],
): Promise<CycleBegin[]> {
  if (instants.length === 0) return [];
  const rows = await selectRows<{ cycleOn: LocalDate; startsAt: Date }>(
    db,
    `SELECT cycle_on AS cycleOn, starts_at AS startsAt FROM cycles
      WHERE account_id = ? AND starts_at IN (?) ORDER BY cycle_on LIMIT ${ROWS_MAX}`,
    [account, instants.map(toDate)],
  );
  return rows.map((row) => ({ ...row, startsAt: row.startsAt.getTime() }));
}

export interface ReceivedEvent {
  readonly id: string;
  readonly type: EventType;
  readonly at: Instant;
  readonly effectiveAt: Instant;
  readonly receivedAt: Instant;
  /** In which order it arrived. */
  readonly arrival: number;
  /** As stored. */
  readonly content: string;
}

const EVENTS = `SELECT id, type, at, effective_at AS effectiveAt, received_at AS receivedAt, arrival, content FROM events
  WHERE account_id = ?`;

async function events(db: Queryable, rest: string, bindings: readonly Binding[]): Promise<ReceivedEvent[]> {
  const rows = await selectRows<{
    id: string;
    type: EventType;
    at: Date;
    effectiveAt: Date;
    receivedAt: Date;
    arrival: number;
    content: string;
  }>(db, `${EVENTS} ${rest} ORDER BY arrival DESC LIMIT ${ROWS_MAX}`, bindings);
  return rows.reverse().map((row) => ({
    ...row,
    at: row.at.getTime(),
    effectiveAt: row.effectiveAt.getTime(),
    receivedAt: row.receivedAt.getTime(),
  }));
}

/** Events that counted when they happened, at exactly these instants, in order of arrival. */
export const listPunctualEventsAt = (
  db: Queryable,
  account: string,
  instants: readonly Instant[],
): Promise<ReceivedEvent[]> =>
  instants.length === 0
    ? Promise.resolve([])
    : events(db, 'AND late = 0 AND effective_at IN (?)', [account, instants.map(toDate)]);

/** Events that had an effect, later than they happened, in order of arrival. */
export const listLateEvents = (db: Queryable, account: string): Promise<ReceivedEvent[]> =>
  events(db, "AND late = 1 AND state = 'applied'", [account]);

/** When the first Connects that the account bought counted; undefined where it bought none. */
export async function findFirstPurchase(db: Queryable, account: string): Promise<Instant | undefined> {
  const row = await selectOne<{ at: Date }>(
    db,
    "SELECT effective_at AS at FROM entries WHERE account_id = ? AND kind = 'purchase' ORDER BY seq LIMIT 1",
    [account],
  );
  return row?.at.getTime();
}
