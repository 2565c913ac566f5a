/** SQL of `installation`: the one row that says which installation this database is. */
import { isDuplicateKey } from '../db/errors.ts';
import { type Queryable, execute, insertRows, selectOne, toDate } from '../db/query.ts';
import type { Instant } from '../domain/calendar.ts';

/** Undefined before the first `connects migrate`. */
export async function findInstallation(db: Queryable): Promise<string | undefined> {
  const row = await selectOne<{ id: string }>(db, 'SELECT id FROM installation WHERE only_one = 1');
  return row?.id;
}

/** False when there is one already. */
export async function insertInstallation(db: Queryable, id: string, at: Instant): Promise<boolean> {
  try {
    await insertRows(db, 'installation', ['only_one', 'id', 'made_at'], [[1, id, toDate(at)]]);
    return true;
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    throw error;
  }
}

export async function updateInstallation(db: Queryable, id: string, at: Instant): Promise<void> {
  await execute(db, 'UPDATE installation SET id = ?, made_at = ? WHERE only_one = 1', [id, toDate(at)]);
}
