/** Whatever somebody pastes into the console's search: an account, a run, an address, an event. Each by an index. */
import { type Queryable, selectOne } from '../db/query.ts';
import type { Instant } from '../domain/calendar.ts';
import type { EventState } from '../ledger/events.ts';
import { type Run, findRun } from '../ledger/runs.ts';
import { type ListedAccount, readAccounts } from './account-list.ts';
import { isAddress } from './asked-account.ts';

export interface Found {
  /** By their address, or by what their id begins with; the one whose id it is comes first. */
  readonly accounts: readonly ListedAccount[];
  /** There are more accounts than are shown. */
  readonly more: boolean;
  readonly run: Run | null;
  readonly event: FoundEvent | null;
}

export interface FoundEvent {
  readonly id: string;
  readonly account: string;
  readonly type: string;
  readonly at: Instant;
  readonly state: EventState;
}

/** What is looked for as an account's beginning: less than that would be any of them. */
const BEGINNING_MIN = 2;

/** @param asked trimmed, not empty */
export async function search(db: Queryable, asked: string, limit: number): Promise<Found> {
  const run = runNumberIn(asked);
  const [accounts, foundRun, event] = await Promise.all([
    listAccounts(db, asked, limit),
    run === undefined ? undefined : findRun(db, run),
    findEventById(db, asked),
  ]);
  return { ...accounts, run: foundRun ?? null, event: event ?? null };
}

async function listAccounts(
  db: Queryable,
  asked: string,
  limit: number,
): Promise<Pick<Found, 'accounts' | 'more'>> {
  if (isAddress(asked)) return pageOf(await readAccounts(db, { email: asked }, { limit }));
  if (!ACCOUNT_ID.test(asked)) return { accounts: [], more: false };
  if (asked.length < BEGINNING_MIN) {
    const { accounts } = await readAccounts(db, { beginning: asked }, { limit: 1 });
    return { accounts: accounts.filter((one) => one.account === asked), more: false };
  }
  return pageOf(await readAccounts(db, { beginning: asked }, { limit }));
}

const pageOf = (page: {
  readonly accounts: readonly ListedAccount[];
  readonly nextAfter: string | null;
}): Pick<Found, 'accounts' | 'more'> => ({ accounts: page.accounts, more: page.nextAfter !== null });

/** `18442`, `18,442`, `run 18442`, `#18442`. */
function runNumberIn(asked: string): number | undefined {
  const [, digits] = /^(?:run\s+|#)?(\d{1,3}(?:,\d{3})+|\d{1,15})$/i.exec(asked) ?? [];
  return digits === undefined ? undefined : Number(digits.replaceAll(',', ''));
}

/** What ids may be: anything else is nobody's. */
const ACCOUNT_ID = /^[A-Za-z0-9._-]{1,64}$/;
const EVENT_ID = /^[\x21-\x7e]{1,100}$/;

async function findEventById(db: Queryable, id: string): Promise<FoundEvent | undefined> {
  if (!EVENT_ID.test(id)) return undefined;
  const row = await selectOne<Omit<FoundEvent, 'at'> & { at: Date }>(
    db,
    'SELECT id, account_id AS account, type, at, state FROM events WHERE id = ?',
    [id],
  );
  return row && { ...row, at: row.at.getTime() };
}
