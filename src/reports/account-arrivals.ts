/** What arrived about an account, the newest first, as it is kept: without personal data. */
import { type Queryable, selectOne, selectRows } from '../db/query.ts';
import { formatInstant } from '../domain/calendar.ts';
import { type EventState, parseStored } from '../ledger/events.ts';
import { findEmails } from '../ledger/contacts.ts';

export interface ArrivedEvent {
  /** In which order it came. */
  readonly arrival: number;
  readonly event: string;
  readonly type: string;
  readonly state: EventState;
  /** When it happened, when it counted (null while it waits), when it reached the program: ISO 8601 UTC. */
  readonly at: string;
  readonly effectiveAt: string | null;
  readonly receivedAt: string;
  readonly isLate: boolean;
  /** The token that brought it over HTTP. */
  readonly token: string | null;
  /** What it says besides; empty where what is kept cannot be read. */
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface ArrivedPage {
  readonly events: readonly ArrivedEvent[];
  /** Behind which arrival it goes on; null after the last one. */
  readonly nextBefore: number | null;
}

interface Stored {
  arrival: number;
  id: string;
  type: string;
  state: EventState;
  at: Date;
  effectiveAt: Date | null;
  receivedAt: Date;
  late: number;
  content: string;
  token: string | null;
}

export async function readArrivals(
  db: Queryable,
  account: string,
  { before, limit }: { readonly before?: number | undefined; readonly limit: number },
): Promise<ArrivedPage> {
  const rows = await selectRows<Stored>(
    db,
    `SELECT arrival, events.id, type, state, at, effective_at AS effectiveAt, events.received_at AS receivedAt, late,
            content, tokens.name AS token
       FROM events LEFT JOIN tokens ON tokens.id = events.token_id
      WHERE account_id = ? ${before === undefined ? '' : 'AND arrival < ?'} ORDER BY account_id DESC, arrival DESC LIMIT ?`,
    [account, ...(before === undefined ? [] : [before]), limit + 1],
  );
  const shown = rows.slice(0, limit);
  return {
    events: shown.map((row) => toEvent(row, account)),
    nextBefore: rows.length > limit ? (shown.at(-1)?.arrival ?? null) : null,
  };
}

/** They stand in columns of their own. */
const TOLD = new Set(['id', 'account', 'type', 'at']);

/** While an event waits, its address is kept with it; no list shows it. */
const withoutPerson = ([name, value]: [string, unknown]): [string, unknown] => [
  name,
  name === 'email' && typeof value === 'string' ? maskedAddress(value) : value,
];

function toEvent(row: Stored, account: string): ArrivedEvent {
  const { arrival, id: event, type, state, at, effectiveAt, receivedAt, late, content, token } = row;
  const fields = Object.entries(parseStored(content, account) ?? {}).filter(([name]) => !TOLD.has(name));
  return {
    arrival,
    event,
    type,
    state,
    at: formatInstant(at.getTime()),
    effectiveAt: effectiveAt && formatInstant(effectiveAt.getTime()),
    receivedAt: formatInstant(receivedAt.getTime()),
    isLate: late === 1,
    token,
    fields: Object.fromEntries(fields.map(withoutPerson)),
  };
}

/** How much there is of an account; no more is counted than is said. */
export interface Belongings {
  /** `COUNTED_MAX` stands for that many or more. */
  readonly events: number;
  readonly emails: number;
  /** The first letter and the domain, as `m•••@example.org`; null where none is kept. */
  readonly email: string | null;
}

export const COUNTED_MAX = 1_000;

export async function readBelongings(db: Queryable, account: string): Promise<Belongings> {
  const emails = await findEmails(db, [account]);
  const address = emails.get(account);
  return {
    events: await countUpTo(db, 'events', account),
    emails: await countUpTo(db, 'outbox', account),
    email: address === undefined ? null : maskedAddress(address),
  };
}

async function countUpTo(db: Queryable, table: 'events' | 'outbox', account: string): Promise<number> {
  const row = await selectOne<{ count: number }>(
    db,
    `SELECT COUNT(*) AS count FROM (SELECT 1 FROM ${table} WHERE account_id = ? LIMIT ${COUNTED_MAX}) counted`,
    [account],
  );
  return row?.count ?? 0;
}

/** Enough to tell one from another, and not enough to write to. */
export function maskedAddress(address: string): string {
  const at = address.lastIndexOf('@');
  return `${address.slice(0, 1)}•••${address.slice(at)}`;
}
