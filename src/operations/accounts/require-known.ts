/** What is asked for by its number or id is there: a slip of the pen must not read like "there is nothing to do". */
import type { Queryable } from '../../db/query.ts';
import { ConnectsError } from '../../errors.ts';
import { IDS_MAX, findAccountIds } from '../../ledger/accounts.ts';
import { getRun } from '../../ledger/runs.ts';
import { listKnownCodes } from '../../reports/failure-work.ts';

/** Names shown of a long list. */
const NAMED_MAX = 20;

/** @throws not-found `unknown-run` */
export async function requireRun(db: Queryable, id: number | undefined): Promise<void> {
  if (id !== undefined) await getRun(db, id);
}

/** @throws not-found `unknown-account`, naming those that are not there */
export async function requireAccounts(db: Queryable, ids: readonly string[] = []): Promise<void> {
  const unknown: string[] = [];
  for (let from = 0; from < ids.length; from += IDS_MAX) {
    const page = ids.slice(from, from + IDS_MAX);
    const known = await findAccountIds(db, page);
    unknown.push(...page.filter((id) => !known.has(id)));
  }
  if (unknown.length === 0) return;
  const more = unknown.length > NAMED_MAX ? ` and ${unknown.length - NAMED_MAX} more` : '';
  throw new ConnectsError(
    'not-found',
    'unknown-account',
    `there is no account ${unknown.slice(0, NAMED_MAX).join(', ')}${more}`,
  );
}

/** @throws not-found `unknown-error`: nobody ever failed with it */
export async function requireError(db: Queryable, code: string): Promise<void> {
  const known = await listKnownCodes(db);
  if (known.includes(code)) return;
  const named = known.length === 0 ? 'none has failed at all' : `they have with ${known.join(', ')}`;
  throw new ConnectsError('not-found', 'unknown-error', `no account has ever failed with ${code}: ${named}`);
}
