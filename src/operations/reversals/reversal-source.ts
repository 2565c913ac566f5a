/** What a reversal takes back: what may be reversed, and how it is named in messages, keys and the audit log. */
import type { Database } from '../../db/connection.ts';
import { ConnectsError } from '../../errors.ts';
import { type GrantSource, anyReversedOf, listAccountsGrantedBy } from '../../ledger/run-grants.ts';
import { type Run, getRun } from '../../ledger/runs.ts';
import { findTermsVersion } from '../../ledger/terms-versions.ts';

/**
 * @throws not-found `unknown-run`, `unknown-terms`; invalid-input `not-reversible`; conflict `run-open`,
 *   `already-reversed`, `nothing-to-reverse`
 */
export async function requireReversible(db: Database, source: GrantSource): Promise<void> {
  const kind = 'run' in source ? (await requireClosed(db, source.run)).kind : undefined;
  if ('eventsUnder' in source && !(await findTermsVersion(db, source.eventsUnder)))
    throw new ConnectsError('not-found', 'unknown-terms', `there is no terms version ${source.eventsUnder}`);
  const [first] = await listAccountsGrantedBy(db, source, { after: '', limit: 1 });
  if (first !== undefined) return;
  if (kind === 'reversal')
    throw new ConnectsError(
      'invalid-input',
      'not-reversible',
      `${nameOf(source)} is a reversal that settled nothing itself: ` +
        '"connects backfill plan --include reversed --from DATE --to DATE" leads to granting again what it took back',
    );
  const what = nameOf(source);
  if (await anyReversedOf(db, source))
    throw new ConnectsError('conflict', 'already-reversed', `what ${what} granted was reversed already`);
  throw new ConnectsError('conflict', 'nothing-to-reverse', `${what} granted nothing that could be reversed`);
}

async function requireClosed(db: Database, id: number): Promise<Run> {
  const run = await getRun(db, id);
  if (run.endedAt === null)
    throw new ConnectsError(
      'conflict',
      'run-open',
      `run ${id} is ${run.state}: wait for it, or "connects run stop ${id}"`,
    );
  return run;
}

export const nameOf = (source: GrantSource): string =>
  'run' in source ? `run ${source.run}` : `events under terms version ${source.eventsUnder}`;

/** As the audit log and the key of an open run have it. */
export const targetOf = (source: GrantSource): string =>
  'run' in source ? `run:${source.run}` : `events:terms-${source.eventsUnder}`;

/** Events go on settling, so what they did can be taken back more than once: each time by another reversal. */
export const subjectOf = (source: GrantSource, reversal: number): string =>
  'run' in source ? targetOf(source) : `${targetOf(source)}:${reversal}`;

export const keyOf = (source: GrantSource): string => `reverse-${targetOf(source)}`;
