/**
 * The real path, rolled back: what `work` takes for its own transactions are savepoints in one outer transaction that
 * is always undone. It runs in a session that never commits by itself, because a deadlock ends the outer transaction,
 * and whatever came after it would otherwise stand.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { ConnectsError } from '../errors.ts';
import { type Database, connectDatabase } from './connection.ts';
import { execute } from './query.ts';

/** Thrown to make the outer transaction roll back; carries out what it would have come to. */
class RolledBack<Result> extends Error {
  readonly result: Result;

  constructor(result: Result) {
    super('rolled back, as a dry run should');
    this.result = result;
  }
}

/** What lost a race with a real change is tried anew. */
const TURNS_MAX = 5;

/** One connection that nobody else uses; to be closed by whoever asked for it. */
export const openRehearsal = (url: string): Database => connectDatabase(url, 1);

const rehearsals = new AsyncLocalStorage<true>();

/** Whether whatever is written now is rolled back. */
export const isRehearsal = (): boolean => rehearsals.getStore() === true;

/**
 * @param session of `openRehearsal`
 * @param work is given the database to use, and no other
 */
export async function rehearse<Result>(
  session: Database,
  work: (db: Database) => Promise<Result>,
): Promise<Result> {
  for (let turn = 1; ; turn += 1) {
    try {
      await execute(session, 'SET autocommit = 0');
      return await session.transaction(async (transaction) => {
        throw new RolledBack(await rehearsals.run(true, () => work(transaction)));
      });
    } catch (error) {
      if (error instanceof RolledBack) return (error as RolledBack<Result>).result;
      const again = error instanceof ConnectsError && error.retry === 'later' && turn < TURNS_MAX;
      if (!again) throw error;
    }
  }
}

/** One change in a session of its own, which is closed afterwards. @param url of the database */
export async function rehearsed<Result>(
  url: string,
  work: (db: Database) => Promise<Result>,
): Promise<Result> {
  const session = openRehearsal(url);
  try {
    return await rehearse(session, work);
  } finally {
    await session.destroy();
  }
}
