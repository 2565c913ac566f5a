/** Bringing the database up to date: schema, the app user's rights, and the built-in terms as version 1. */
import { type Database, connectServer, inTransaction } from '../db/connection.ts';
import { appGrants, applyGrants, grantee } from '../db/grants.ts';
import { migrate } from '../db/migrate.ts';
import { databaseNow, selectOne } from '../db/query.ts';
import { builtInTerms } from '../domain/terms.ts';
import { findLatestTerms, insertTermsVersion } from '../ledger/terms-versions.ts';

export interface MigrateDeps {
  /** A user who may change the schema. */
  readonly ownerUrl: string;
  readonly owner: Database;
  /** The address of the app's own user, where it is another one. That user may have no rights at all yet. */
  readonly appUrl: string | undefined;
}

export interface MigrateOutcome {
  readonly applied: readonly string[];
  /** Grants that the server did not let us make, for an administrator to run; empty where all is granted. */
  readonly missingGrants: readonly string[];
}

export async function migrateDatabase(deps: MigrateDeps): Promise<MigrateOutcome> {
  const applied = await migrate(deps.ownerUrl);
  await storeBuiltInTerms(deps.owner);
  if (deps.appUrl === undefined) return { applied, missingGrants: [] };
  const grants = await listGrants(deps);
  try {
    await applyGrants(deps.owner, grants);
    return { applied, missingGrants: [] };
  } catch {
    return { applied, missingGrants: grants };
  }
}

/** The GRANT statements of the app's user. */
export async function listGrants({ owner, appUrl }: MigrateDeps): Promise<readonly string[]> {
  const row = await selectOne<{ name: string }>(owner, 'SELECT DATABASE() AS name');
  const user = appUrl === undefined ? "'connects_app'@'%'" : await findGrantee(appUrl);
  return appGrants(row?.name ?? 'connects', user);
}

async function findGrantee(appUrl: string): Promise<string> {
  const app = connectServer(appUrl);
  try {
    return await grantee(app);
  } finally {
    await app.destroy();
  }
}

async function storeBuiltInTerms(owner: Database): Promise<void> {
  await inTransaction(owner, async (transaction) => {
    if (await findLatestTerms(transaction)) return;
    const at = await databaseNow(transaction);
    await insertTermsVersion(transaction, {
      ...{ version: 1, terms: builtInTerms, appliedAt: at },
      ...{ actor: 'connects migrate', reason: 'the terms that the program began with' },
    });
  });
}
