/** Bringing the database up to date: schema, the app user's rights, and the built-in terms as version 1. */
import { type Database, connectServer } from '../../db/connection.ts';
import { isDuplicateKey } from '../../db/errors.ts';
import { appGrants, applyGrants, grantee } from '../../db/grants.ts';
import { migrate } from '../../db/migrate.ts';
import { shownNow, selectOne } from '../../db/query.ts';
import { builtInTerms } from '../../domain/terms.ts';
import { insertAudit } from '../../ledger/audit-log.ts';
import { ensureHoldRow } from '../../ledger/ledger-hold.ts';
import { findLatestTerms, insertTermsVersion } from '../../ledger/terms-versions.ts';
import { ensureInstallation } from './installation.ts';
import { beginRollups } from './rebuild-rollups.ts';

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
  await ensureInstallation(deps.owner);
  await ensureHoldRow(deps.owner);
  await beginRollups(deps.owner);
  if (deps.appUrl === undefined) return { applied, missingGrants: [] };
  const grants = await listGrants(deps);
  try {
    await applyGrants(deps.owner, grants);
    return { applied, missingGrants: [] };
  } catch {
    return { applied, missingGrants: grants };
  }
}

/** Who changed the schema, and why: in the audit log, which the first migrations themselves create. */
export async function recordMigration(
  { owner }: Pick<MigrateDeps, 'owner'>,
  by: { readonly actor: string; readonly reason: string | null; readonly applied: readonly string[] },
): Promise<void> {
  await insertAudit(owner, {
    at: await shownNow(owner),
    actor: by.actor,
    action: 'schema.migrate',
    target: 'schema',
    reason: by.reason,
    before: null,
    after: { applied: by.applied },
    runId: null,
  });
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

/** Several may migrate at once: whoever comes second finds that version 1 is there. */
async function storeBuiltInTerms(owner: Database): Promise<void> {
  if (await findLatestTerms(owner)) return;
  try {
    await insertTermsVersion(owner, {
      version: 1,
      terms: builtInTerms,
      appliedAt: await shownNow(owner),
      actor: 'connects migrate',
      reason: 'the terms that the program began with',
    });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
}
