/** A database that is asked the same only once, for as long as one question is answered. */
import type { Binding, Queryable } from '../../db/query.ts';

/**
 * Many parts of an answer look at the same rows: each statement, with what it is given, is sent once, so that all parts
 * are told from the same. For reading alone.
 */
export function askedOnce(db: Queryable): Queryable {
  const answers = new Map<string, Promise<readonly [readonly unknown[]]>>();
  const raw = async (sql: string, bindings: readonly Binding[] = []): Promise<unknown> => {
    const asked = JSON.stringify([sql, bindings]);
    const answer = answers.get(asked) ?? Promise.resolve(db.raw(sql, bindings as never));
    answers.set(asked, answer);
    const [rows] = await answer;
    // Whoever turns a list around turns its own.
    return [[...rows]];
  };
  const asking = { raw, userParams: db.userParams } as unknown as Queryable;
  unwrapped.set(asking, db);
  return asking;
}

const unwrapped = new WeakMap<Queryable, Queryable>();

/** The same database, asked anew each time: for what is longer than memory. */
export const askedAnew = (db: Queryable): Queryable => unwrapped.get(db) ?? db;
