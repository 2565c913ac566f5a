/** Who corrected something by hand, and why: of adjustments, of events that were refused, of backfills and reversals. */
import { type Queryable, selectRows } from '../db/query.ts';
import type { PostedEntry } from '../domain/account.ts';
import { parseStored } from '../ledger/events.ts';

/** Rows that are read in one statement. */
const IDS_MAX = 500;
/** Corrections of one account whose author is looked for; the latest. */
const AUDITS_MAX = 1_000;

/** For operators, but for the reason, which is for members too. */
export interface By {
  readonly actor: string | null;
  readonly reason: string | null;
  /** Null of what was done by no run. */
  readonly run: number | null;
}

/** Of these runs, those by which an operator corrected something. */
export async function findCorrectingRuns(
  db: Queryable,
  ids: readonly (number | null)[],
): Promise<ReadonlyMap<number, By>> {
  const asked = [...new Set(ids)].filter((id) => id !== null);
  const found = new Map<number, By>();
  for (let from = 0; from < asked.length; from += IDS_MAX) {
    const rows = await selectRows<{ run: number; actor: string; reason: string | null }>(
      db,
      `SELECT id AS run, actor, reason FROM runs WHERE id IN (?) AND kind IN ('backfill', 'reversal') ORDER BY id`,
      [asked.slice(from, from + IDS_MAX)],
    );
    for (const row of rows) found.set(row.run, row);
  }
  return found;
}

/** By event: an operator's adjustments and refusals of one account, as the audit log has them. */
export async function findCorrectors(
  db: Queryable,
  account: string,
  events: readonly string[],
): Promise<ReadonlyMap<string, By>> {
  if (events.length === 0) return new Map();
  const asked = new Set(events);
  const rows = await selectRows<{ actor: string; reason: string | null; after: string | null }>(
    db,
    `SELECT actor, reason, after_is AS after FROM audit_log
      WHERE target = ? AND action IN ('balance.adjusted', 'events.refuse') ORDER BY id DESC LIMIT ${AUDITS_MAX}`,
    [`account:${account}`],
  );
  const found = new Map<string, By>();
  for (const { actor, reason, after } of rows) {
    const { event } = JSON.parse(after ?? '{}') as { event?: string };
    if (event !== undefined && asked.has(event)) found.set(event, { actor, reason, run: null });
  }
  return found;
}

export interface EventCause {
  readonly type: string;
  readonly reason: string | null;
}

/** Of which type events were, and why an operator's adjustment was made, by the event's id. */
export async function findCauses(
  db: Queryable,
  ids: readonly string[],
): Promise<ReadonlyMap<string, EventCause>> {
  const asked = [...new Set(ids)];
  const found = new Map<string, EventCause>();
  for (let from = 0; from < asked.length; from += IDS_MAX) {
    const rows = await selectRows<{ id: string; account: string; type: string; content: string }>(
      db,
      'SELECT id, account_id AS account, type, content FROM events WHERE id IN (?) ORDER BY id',
      [asked.slice(from, from + IDS_MAX)],
    );
    for (const { id, account, type, content } of rows)
      found.set(id, { type, reason: reasonIn(content, account) });
  }
  return found;
}

function reasonIn(content: string, account: string): string | null {
  const event = parseStored(content, account);
  return event && 'reason' in event ? event.reason : null;
}

/** The event of an entry whose words depend on it: a correction, or the start of Plus; undefined of any other. */
export const eventBehind = ({ subject }: Pick<PostedEntry, 'subject'>): string | undefined =>
  /^(?:adjustment|plan):(.+)$/.exec(subject)?.[1];
