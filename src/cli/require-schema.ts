/** Commands that need the database say so at once when its schema is not this version's. */
import type { App } from '../app.ts';
import { pendingMigrations } from '../db/migrate.ts';
import { unavailable } from '../errors.ts';

/**
 * @throws unavailable `schema-pending`: someone may be migrating right now, so trying again is right;
 * `schema-before-release`: another database, or the version that made it, is wanted; configuration `foreign-tables`
 */
export async function requireSchema(app: App): Promise<void> {
  const pending = await pendingMigrations(app.db);
  if (pending.length > 0)
    throw unavailable(
      'schema-pending',
      `the database lacks ${pending.length} migration${pending.length === 1 ? '' : 's'} (first: ${pending[0]}): run "connects migrate"`,
    );
}
