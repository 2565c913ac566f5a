/**
 * Mending what the audit found, as far as settling and backfilling can, and three things that are written down again: a
 * balance whose ledger is whole, a next date, and a notice that was never staged. Everything else is a person's decision.
 *
 * Each account is looked at again under its lock, so that nothing is mended twice. Every step is a run or a backfill of
 * its own, or stands in the audit log, in the transaction that does it.
 */
import { type Database, inTransaction } from '../../db/connection.ts';
import { databaseNow } from '../../db/query.ts';
import type { LocalDate } from '../../domain/calendar.ts';
import { groupBy } from '../../group-by.ts';
import { insertAudit } from '../../ledger/audit-log.ts';
import { requireReleased } from '../../ledger/ledger-hold.ts';
import { insertRunAccounts } from '../../ledger/run-accounts.ts';
import { type Run, closeRun, findRun, insertRun } from '../../ledger/runs.ts';
import { type TermsVersion, getLatestTerms } from '../../ledger/terms-versions.ts';
import { planBackfill } from '../backfills/backfill-plan.ts';
import { startBackfill } from '../backfills/backfill.ts';
import { workOnBackfill } from '../backfills/work-backfills.ts';
import { logClosed } from '../runs/close-run.ts';
import { type CatchUpDeps, bringCurrent } from '../settling/bring-current.ts';
import type { Remedy } from './audit.ts';
import {
  type FixRequest,
  PAGE,
  type Mend,
  accountsFor,
  mendLocked,
  restoreBalance,
  restoreNextDate,
  stageMissing,
} from './mend-accounts.ts';

/** What was done about it. */
export interface FixOutcome {
  /** Accounts that were settled, by a run of their own. */
  readonly settled: number;
  readonly settleRun: number | null;
  /** Backfills, one for each date. */
  readonly backfills: readonly number[];
  /** Backfills that a second person must approve first: nothing of them is granted yet. */
  readonly awaiting: readonly number[];
  readonly balances: number;
  readonly nextDates: number;
  readonly notices: number;
}

/** @throws held `held`; unavailable: the same call mends what is left */
export async function fixFindings(deps: CatchUpDeps, request: FixRequest): Promise<FixOutcome> {
  await requireReleased(deps.db);
  const terms = await getLatestTerms(deps.db);
  const mend = (remedy: Remedy, action: string, one: Mend): Promise<number> =>
    mendLocked(deps, request, { remedy, action, terms: terms.terms }, one);
  // First: whatever is posted onto a wrong balance breaks the ledger, which is never rewritten.
  const balances = await mend('balance', 'audit.restore-balance', restoreBalance);
  // Before settling: what is due is known by it.
  const nextDates = await mend('next-date', 'audit.restore-next-date', restoreNextDate(terms.terms));
  const settled = await settleForgotten(deps, request, terms);
  const { backfills, awaiting } = await backfillMissing(deps, request);
  const { noticeMaxAgeMs } = deps.settings;
  const notices = await mend('notice', 'audit.stage-notice', stageMissing(noticeMaxAgeMs));
  return { ...settled, backfills, awaiting, balances, nextDates, notices };
}

// ------------------------------------------------------------------------------------------------ settling

/** A run over exactly these. Whoever fails again is where it was: put aside, or due. */
async function settleForgotten(
  deps: CatchUpDeps,
  request: FixRequest,
  terms: TermsVersion,
): Promise<{ settled: number; settleRun: number | null }> {
  const ids = accountsFor(request, 'settle');
  if (ids.length === 0) return { settled: 0, settleRun: null };
  const run = await openFixRun(deps.db, request, terms, ids);
  const own = { id: run.id, kind: run.kind, asOf: run.asOf, terms };
  let settled = 0;
  let failed = 0;
  for (let from = 0; from < ids.length && !request.signal.aborted; from += PAGE) {
    const outcomes = [...(await bringCurrent(deps, own, ids.slice(from, from + PAGE))).values()];
    settled += outcomes.filter(
      (one) => one.outcome === 'settled' || one.outcome === 'already-current',
    ).length;
    failed += outcomes.filter((one) => one.outcome === 'failed').length;
  }
  const now = await databaseNow(deps.db);
  const state = failed > 0 ? 'completed-with-failures' : 'completed';
  if (await closeRun(deps.db, run.id, state, now)) await logClosed(deps, run, state, now);
  return { settled, settleRun: run.id };
}

async function openFixRun(
  db: Database,
  { actor, reason }: FixRequest,
  terms: TermsVersion,
  ids: readonly string[],
): Promise<Run> {
  return inTransaction(db, async (transaction) => {
    const at = await databaseNow(transaction);
    const id = (await insertRun(transaction, {
      kind: 'rerun',
      asOf: at,
      termsVersion: terms.version,
      notify: 'digest',
      actor,
      reason,
      at,
      dueAtStart: ids.length,
      openKey: null,
    })) as number;
    await insertRunAccounts(transaction, id, ids);
    await insertAudit(transaction, {
      at,
      actor,
      action: 'audit.fix',
      target: `run:${id}`,
      reason,
      runId: id,
      before: { forgotten: ids.length },
      after: { run: id },
    });
    return (await findRun(transaction, id)) as Run;
  });
}

// --------------------------------------------------------------------------------------------- backfilling

/** One backfill for each date, over exactly the accounts that lack it: none grants what was not found missing. */
async function backfillMissing(
  deps: CatchUpDeps,
  request: FixRequest,
): Promise<Pick<FixOutcome, 'backfills' | 'awaiting'>> {
  const missing = request.findings.filter((one) => one.remedy === 'backfill');
  const byDate = groupBy(missing, (one) => one.cycleOn as LocalDate);
  const backfills: number[] = [];
  const awaiting: number[] = [];
  for (const [on, findings] of [...byDate].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    if (request.signal.aborted) break;
    const accounts = [...new Set(findings.map((one) => one.account))].toSorted();
    const plan = await planBackfill(deps.db, { asked: { from: on, to: on, accounts, include: [] } });
    if (plan.cycles + plan.recorded === 0) continue;
    const { actor, reason, signal, worker, approvalOver } = request;
    const about = { notify: 'none', rate: null, approvalOver, actor, reason } as const;
    const { id, state } = await startBackfill(deps, { plan, ...about });
    if (state === 'running') await workOnBackfill(deps, { id, worker, signal });
    (state === 'running' ? backfills : awaiting).push(id);
  }
  return { backfills, awaiting };
}
