/** SQL of `terms_versions`: the program's terms, numbered, never changed once stored. */
import { createHash } from 'node:crypto';
import { type Queryable, insertRows, selectOne, selectRows, toDate } from '../db/query.ts';
import type { Instant } from '../domain/calendar.ts';
import type { Terms } from '../domain/terms.ts';
import { brokenRule, unavailable } from '../errors.ts';

export interface TermsVersion {
  readonly version: number;
  readonly terms: Terms;
  readonly contentHash: string;
  readonly appliedAt: Instant;
  readonly actor: string;
  readonly reason: string;
}

interface StoredVersion {
  version: number;
  content: string;
  content_hash: string;
  applied_at: Date;
  actor: string;
  reason: string;
}

const COLUMNS = 'version, content, content_hash, applied_at, actor, reason';

export async function findTermsVersion(db: Queryable, version: number): Promise<TermsVersion | undefined> {
  const row = await selectOne<StoredVersion>(db, `SELECT ${COLUMNS} FROM terms_versions WHERE version = ?`, [
    version,
  ]);
  return row && parseRow(row);
}

/** @throws a bug's error: what a run has pinned is never removed */
export async function getTermsVersion(db: Queryable, version: number): Promise<TermsVersion> {
  const stored = await findTermsVersion(db, version);
  if (!stored) throw brokenRule('unknown-terms', `terms version ${version} is not in the database`);
  return stored;
}

/** What new runs pin; undefined in a database that was never migrated by `connects migrate`. */
export async function findLatestTerms(db: Queryable): Promise<TermsVersion | undefined> {
  const row = await selectOne<StoredVersion>(
    db,
    `SELECT ${COLUMNS} FROM terms_versions ORDER BY version DESC LIMIT 1`,
  );
  return row && parseRow(row);
}

/** @throws unavailable `no-terms`, of a database that was never migrated by `connects migrate` */
export async function getLatestTerms(db: Queryable): Promise<TermsVersion> {
  const latest = await findLatestTerms(db);
  if (!latest) throw unavailable('no-terms', 'the database holds no terms: run "connects migrate"');
  return latest;
}

/** The latest first, below the version `before`. */
export async function listTermsVersions(
  db: Queryable,
  limit: number,
  before?: number,
): Promise<TermsVersion[]> {
  const rows = await selectRows<StoredVersion>(
    db,
    `SELECT ${COLUMNS} FROM terms_versions ${before === undefined ? '' : 'WHERE version < ?'}
      ORDER BY version DESC LIMIT ?`,
    [...(before === undefined ? [] : [before]), limit],
  );
  return rows.map(parseRow);
}

/** @throws the database's duplicate-key error when that number is taken: somebody else applied terms just now */
export async function insertTermsVersion(
  db: Queryable,
  row: Omit<TermsVersion, 'contentHash'>,
): Promise<void> {
  const content = JSON.stringify(row.terms);
  await insertRows(
    db,
    'terms_versions',
    ['version', 'content', 'content_hash', 'applied_at', 'actor', 'reason'],
    [[row.version, content, hashOf(content), toDate(row.appliedAt), row.actor, row.reason]],
  );
}

const hashOf = (content: string): string => createHash('sha256').update(content).digest('hex');

const parseRow = (row: StoredVersion): TermsVersion => ({
  version: row.version,
  // Checked before it was stored, and never changed since.
  terms: JSON.parse(row.content) as Terms,
  contentHash: row.content_hash,
  appliedAt: row.applied_at.getTime(),
  actor: row.actor,
  reason: row.reason,
});
