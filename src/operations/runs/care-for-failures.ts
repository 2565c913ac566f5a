/**
 * What operators say about accounts that are put aside: known, not now, whose it is, a note. Nothing of it settles
 * anybody or leaves anybody out: it is told with the list of failures, and stands in the audit log.
 */
import { type Database, type Transaction, inTransaction } from '../../db/connection.ts';
import { shownNow } from '../../db/query.ts';
import { type Instant, formatInstant } from '../../domain/calendar.ts';
import { ConnectsError, invalidInput } from '../../errors.ts';
import { requireExpected } from '../../expecting.ts';
import { insertAudit } from '../../ledger/audit-log.ts';
import { type Care, writeCare } from '../../ledger/failure-care.ts';
import { countFailureWork } from '../../reports/failure-page.ts';
import { type FailureWork, type WorkFilter, listFailureWork } from '../../reports/failure-work.ts';
import { requireAccounts, requireRun } from '../accounts/require-known.ts';

export interface CareRequest {
  readonly filter: WorkFilter;
  readonly care: Care;
  readonly actor: string;
  readonly reason: string | null;
  /** How many accounts it is to be about; any number when absent. */
  readonly expect?: number | undefined;
  readonly dryRun: boolean;
}

export interface CareOutcome {
  readonly changed: number;
  /** Of the accounts that were named: those that are not put aside, or not as it was asked for. */
  readonly left: readonly string[];
}

/** Accounts of one transaction. */
const PAGE = 500;

/**
 * @throws not-found `unknown-run`, `unknown-account`; invalid-input `snooze-past`; refused `count-differs`; conflict
 *   `nothing-put-aside` where it is about nobody
 */
export async function careForFailures(db: Database, request: CareRequest): Promise<CareOutcome> {
  const { filter, care } = request;
  await requireRun(db, filter.runId);
  await requireAccounts(db, filter.accounts);
  if (care.kind === 'snooze' && care.until <= (await shownNow(db)))
    throw invalidInput(
      'snooze-past',
      `${formatInstant(care.until)} is past: snooze until an instant to come`,
    );
  const named = new Set(filter.accounts);
  if (request.expect !== undefined) {
    const found = await countFailureWork(db, filter, await shownNow(db));
    if (found > 0) requireExpected(request.expect, found, 'account');
  }
  let changed = 0;
  for (let after = ''; ;) {
    const page = await inTransaction(db, (transaction) => carePage(transaction, request, after));
    for (const id of page) named.delete(id);
    changed += page.length;
    if (page.length < PAGE) break;
    after = page.at(-1) as string;
  }
  if (changed === 0)
    throw new ConnectsError(
      'conflict',
      'nothing-put-aside',
      'nobody that matches is put aside: see "connects failures list"',
    );
  return { changed, left: [...named] };
}

async function carePage(
  transaction: Transaction,
  { filter, care, actor, reason, dryRun }: CareRequest,
  after: string,
): Promise<string[]> {
  const at = await shownNow(transaction);
  const found = await listFailureWork(transaction, filter, { now: at, limit: PAGE, after });
  const page = found.map((one) => one.account);
  if (page.length === 0 || dryRun) return page;
  await writeCare(transaction, page, care, { at, actor });
  for (const one of found) await insertAudit(transaction, auditOf(one, care, { at, actor, reason }));
  return page;
}

const auditOf = (
  one: FailureWork,
  care: Care,
  by: { readonly at: Instant; readonly actor: string; readonly reason: string | null },
) => ({
  ...by,
  action: `failures.${care.kind}`,
  target: `account:${one.account}`,
  before: {
    error: one.code,
    state: one.state,
    ...(one.assignee !== null && { assignee: one.assignee }),
  },
  after: afterOf(care),
  runId: one.runId,
});

function afterOf(care: Care): object {
  switch (care.kind) {
    case 'ack':
      return { state: 'acknowledged' };
    case 'snooze':
      return { state: 'snoozed', until: formatInstant(care.until) };
    case 'assign':
      return { assignee: care.assignee };
    case 'note':
      return { note: care.text };
    case 'reopen':
      return { state: 'open' };
  }
}
