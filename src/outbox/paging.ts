/**
 * SQL of `outbox` for looking through all of it, the latest first: a page reads a bounded number of rows, however many
 * there are, each by an index that has them in order.
 */
import { type Binding, type Queryable, countUpTo, selectOne, selectRows, toDate } from '../db/query.ts';
import type { Instant } from '../domain/calendar.ts';
import type { NoticeKind } from '../domain/notice-kinds.ts';
import { type NoticeRow, findNotices } from './listing.ts';
import { NOTICE_STATES, type NoticeState } from './outbox.ts';

/** All that are given must hold. */
export interface OutboxFilter {
  readonly states?: readonly NoticeState[] | undefined;
  readonly kind?: NoticeKind | undefined;
  readonly accountId?: string | undefined;
  readonly runId?: number | undefined;
}

export interface OutboxPage {
  readonly rows: readonly NoticeRow[];
  /**
   * Where the next page begins; null after the last one. It may be there although fewer rows were found than asked
   * for: no index knows kinds, and a page looks at `LOOKED_MAX` rows for one.
   */
  readonly next: string | null;
}

/** Rows that a page looks at for those of one kind. */
export const LOOKED_MAX = 2_000;

/** Where a row stands: by when it was due to be sent among those of a state, by its number alone among others. */
interface Key {
  readonly at: Instant;
  readonly id: number;
}

interface Keyed extends Key {
  readonly kind: string;
}

/** @param before what the page before said; text that is none begins at the latest */
export async function pageOutbox(
  db: Queryable,
  filter: OutboxFilter,
  page: { readonly limit: number; readonly before?: string | undefined },
): Promise<OutboxPage> {
  const looked = filter.kind === undefined ? page.limit + 1 : LOOKED_MAX;
  const before = parseKey(page.before);
  const lists = await Promise.all(sourcesOf(filter).map((one) => listKeys(db, one, { before, looked })));
  // What a list was cut short of may come before anything further down in another one.
  const ends = lists.filter((keys) => keys.length === looked).map((keys) => keys.at(-1) as Keyed);
  const [end] = ends.toSorted(latestFirst);
  const found = lists
    .flat()
    .filter((one) => filter.kind === undefined || one.kind === filter.kind)
    .filter((one) => end === undefined || latestFirst(one, end) <= 0)
    .toSorted(latestFirst);
  const shown = found.slice(0, page.limit);
  const last = found.length > page.limit ? shown.at(-1) : end;
  const rows = new Map(
    (
      await findNotices(
        db,
        shown.map(({ id }) => id),
      )
    ).map((row) => [row.id, row]),
  );
  return {
    rows: shown.flatMap(({ id }) => rows.get(id) ?? []),
    next: last === undefined ? null : keyText(last),
  };
}

const latestFirst = (a: Key, b: Key): number => b.at - a.at || b.id - a.id;

const keyText = ({ at, id }: Key): string => (at === 0 ? String(id) : `${id}-${at}`);

function parseKey(text: string | undefined): Key | undefined {
  const [, id, at = '0'] = /^(\d{1,15})(?:-(\d{1,15}))?$/.exec(text ?? '') ?? [];
  return id === undefined ? undefined : { id: Number(id), at: Number(at) };
}

/** One list that an index has in order. */
interface Source {
  readonly conditions: readonly (readonly [sql: string, binding: Binding])[];
  /** Whether it is ordered by when its rows were due. */
  readonly byTime: boolean;
}

function sourcesOf({ states, accountId, runId }: OutboxFilter): Source[] {
  if (accountId !== undefined) {
    // An account has few: they are sorted.
    const conditions: Source['conditions'] = [
      ['account_id = ?', accountId],
      ...(runId === undefined ? [] : ([['run_id = ?', runId]] as const)),
      ...(states === undefined ? [] : ([['state IN (?)', states]] as const)),
    ];
    return [{ conditions, byTime: false }];
  }
  if (runId !== undefined)
    return (states ?? NOTICE_STATES).map((state) => ({
      conditions: [
        ['run_id = ?', runId],
        ['state = ?', state],
      ],
      byTime: false,
    }));
  if (states !== undefined)
    return states.map((state) => ({ conditions: [['state = ?', state]], byTime: true }));
  return [{ conditions: [], byTime: false }];
}

async function listKeys(
  db: Queryable,
  { conditions, byTime }: Source,
  { before, looked }: { readonly before: Key | undefined; readonly looked: number },
): Promise<Keyed[]> {
  const after = before && (byTime ? belowTime(before) : belowId(before));
  const parts = [...conditions.map(([sql]) => sql), ...(after ? [after.sql] : [])];
  const where = parts.length > 0 ? `WHERE ${parts.join(' AND ')}` : '';
  const rows = await selectRows<{ id: number; kind: string; at: Date }>(
    db,
    `SELECT id, kind, next_attempt_at AS at FROM outbox ${where}
      ORDER BY ${byTime ? 'next_attempt_at DESC, id DESC' : 'id DESC'} LIMIT ?`,
    [...conditions.map(([, binding]) => binding), ...(after?.bindings ?? []), looked],
  );
  return rows.map(({ id, kind, at }) => ({ id, kind, at: byTime ? at.getTime() : 0 }));
}

interface Below {
  readonly sql: string;
  readonly bindings: readonly Binding[];
}

const belowId = ({ id }: Key): Below => ({ sql: 'id < ?', bindings: [id] });

const belowTime = ({ at, id }: Key): Below => ({
  sql: 'next_attempt_at <= ? AND (next_attempt_at < ? OR id < ?)',
  bindings: [toDate(at), toDate(at), id],
});

/** Beyond that many a count says only that there are more. */
export const COUNTED_MAX = 2_000;

export interface OutboxSums {
  /** By state, at most `COUNTED_MAX`. */
  readonly counts: Readonly<Record<NoticeState, number>>;
  /** Of those that were due since then: sent. */
  readonly sentSince: number;
  /** When the one was staged that has been due for the longest; null where none waits. */
  readonly oldestStagedAt: Instant | null;
}

export async function sumOutbox(db: Queryable, since: Instant): Promise<OutboxSums> {
  const sentSince = await countSince(db, 'sent', since);
  const countOf = async (state: NoticeState): Promise<number> =>
    state === 'sent' && sentSince === COUNTED_MAX ? sentSince : countSince(db, state, 0);
  const [counts, oldest] = await Promise.all([
    Promise.all(NOTICE_STATES.map(async (state) => [state, await countOf(state)] as const)),
    selectOne<{ at: Date }>(
      db,
      "SELECT staged_at AS at FROM outbox WHERE state = 'pending' ORDER BY next_attempt_at, id LIMIT 1",
    ),
  ]);
  return {
    counts: Object.fromEntries(counts) as Record<NoticeState, number>,
    sentSince,
    oldestStagedAt: oldest?.at.getTime() ?? null,
  };
}

const countSince = (db: Queryable, state: NoticeState, since: Instant): Promise<number> =>
  countUpTo(db, 'outbox WHERE state = ? AND next_attempt_at >= ?', [state, toDate(since)], COUNTED_MAX);
