/**
 * Mending what the audit found, as far as settling and backfilling can, and three things that are written down again: a
 * balance whose ledger is whole, a next date, and a notice that was never staged. Everything else is a person's decision.
 *
 * Each account is looked at again under its lock, so that nothing is mended twice. Every step is a run or a backfill of
 * its own, or stands in the audit log, in the transaction that does it.
 */
import { type Database, type Transaction, inTransaction } from '../../db/connection.ts';
import { databaseNow } from '../../db/query.ts';
import type { Account } from '../../domain/account.ts';
import { type AuditedAccount, type Finding, auditAccount, nextBoundaryOf } from '../../domain/audit/audit.ts';
import {
  type Instant,
  type LocalDate,
  type MonthEnd,
  firstInstantOf,
  formatInstant,
} from '../../domain/calendar.ts';
import { type Terms, monthEndOf } from '../../domain/terms.ts';
import { lockAccounts, updateAccounts } from '../../ledger/accounts.ts';
import { listAudited } from '../../ledger/audit-pages.ts';
import { insertAudit } from '../../ledger/audit-log.ts';
import { insertRunAccounts } from '../../ledger/run-accounts.ts';
import { type Run, closeRun, findRun, insertRun } from '../../ledger/runs.ts';
import type { TermsVersion } from '../../ledger/terms-versions.ts';
import { type NoticeDraft, stageNotices } from '../../outbox/outbox.ts';
import { type AuditFinding, type Remedy, loadVersions } from './audit.ts';
import { groupBy } from '../backfills/backfill-facts.ts';
import type { BatchDeps } from '../backfills/backfill-batch.ts';
import { getLatestTerms, planBackfill } from '../backfills/backfill-plan.ts';
import { startBackfill } from '../backfills/backfill.ts';
import { logClosed } from '../runs/close-run.ts';
import { settleAccounts } from '../settling/settle-accounts.ts';
import { workOnBackfill } from '../backfills/work-backfills.ts';

export interface FixRequest {
  readonly findings: readonly AuditFinding[];
  readonly actor: string;
  readonly reason: string;
  readonly signal: AbortSignal;
  /** Names the worker of the backfills: no two may share it. */
  readonly worker: string;
}

/** What was done about it. */
export interface FixOutcome {
  /** Accounts that were settled, by a run of their own. */
  readonly settled: number;
  readonly settleRun: number | null;
  /** Backfills, one for each date. */
  readonly backfills: readonly number[];
  readonly balances: number;
  readonly nextDates: number;
  readonly notices: number;
}

/** Accounts of one transaction. */
const PAGE = 250;

/** @throws unavailable: the same call mends what is left */
export async function fixFindings(deps: BatchDeps, request: FixRequest): Promise<FixOutcome> {
  const terms = await getLatestTerms(deps.db);
  // First: whatever is posted onto a wrong balance breaks the ledger, which is never rewritten.
  const balances = await eachPage(deps.db, request, 'balance', (transaction, ids) =>
    restoreBalances(transaction, request, ids, terms.terms),
  );
  // Before settling: what is due is known by it.
  const nextDates = await eachPage(deps.db, request, 'next-date', (transaction, ids) =>
    restoreNextDates(transaction, request, ids, terms.terms),
  );
  const settled = await settleForgotten(deps, request, terms);
  const backfills = await backfillMissing(deps, request);
  const notices = await eachPage(deps.db, request, 'notice', (transaction, ids) =>
    stageMissing(deps, transaction, request, ids, terms.terms),
  );
  return { ...settled, backfills, balances, nextDates, notices };
}

const accountsFor = ({ findings }: FixRequest, remedy: Remedy): string[] =>
  [...new Set(findings.filter((one) => one.remedy === remedy).map((one) => one.account))].toSorted();

// ------------------------------------------------------------------------------------------------ settling

/** A run over exactly these. Whoever fails again is where it was: put aside, or due. */
async function settleForgotten(
  deps: BatchDeps,
  request: FixRequest,
  terms: TermsVersion,
): Promise<{ settled: number; settleRun: number | null }> {
  const ids = accountsFor(request, 'settle');
  if (ids.length === 0) return { settled: 0, settleRun: null };
  const run = await openFixRun(deps.db, request, terms, ids);
  const runs = { find: () => Promise.resolve(new Map([[run.id, { ...run, terms: terms.terms }]])) };
  let settled = 0;
  let failed = 0;
  for (let from = 0; from < ids.length && !request.signal.aborted; from += PAGE) {
    const page = ids.slice(from, from + PAGE).map((account) => ({ account, run: run.id }));
    const outcomes = [...(await settleAccounts({ ...deps, runs }, page)).values()];
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
    for (let from = 0; from < ids.length; from += PAGE)
      await insertRunAccounts(transaction, id, ids.slice(from, from + PAGE));
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
async function backfillMissing(deps: BatchDeps, request: FixRequest): Promise<number[]> {
  const missing = request.findings.filter((one) => one.remedy === 'backfill');
  const byDate = groupBy(missing, (one) => one.cycleOn as LocalDate);
  const ids: number[] = [];
  for (const [on, findings] of [...byDate].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    if (request.signal.aborted) break;
    const accounts = [...new Set(findings.map((one) => one.account))].toSorted();
    const plan = await planBackfill(deps.db, { asked: { from: on, to: on, accounts, include: [] } });
    if (plan.cycles + plan.recorded === 0) continue;
    const { actor, reason, signal, worker } = request;
    const { id } = await startBackfill(deps, { plan, notify: 'none', rate: null, actor, reason });
    await workOnBackfill(deps, { id, worker, signal });
    ids.push(id);
  }
  return ids;
}

// --------------------------------------------------------------------------------------- written down again

type FixPage = (transaction: Transaction, ids: readonly string[]) => Promise<number>;

async function eachPage(db: Database, request: FixRequest, remedy: Remedy, fix: FixPage): Promise<number> {
  const ids = accountsFor(request, remedy);
  let done = 0;
  for (let from = 0; from < ids.length && !request.signal.aborted; from += PAGE)
    done += await inTransaction(db, (transaction) => fix(transaction, ids.slice(from, from + PAGE)));
  return done;
}

/** The account's balance is a sum of its ledger: where only the sum is wrong, it is computed anew. */
async function restoreBalances(
  transaction: Transaction,
  { actor, reason }: FixRequest,
  ids: readonly string[],
  terms: Terms,
): Promise<number> {
  const { rows } = await lockAccounts(transaction, ids);
  const at = await databaseNow(transaction);
  const audited = await auditLocked(transaction, ids, terms, at);
  let restored = 0;
  for (const row of rows) {
    const { recorded, findings } = audited.get(row.account.id) ?? {};
    const differs = findings?.some((one) => one.code === 'balance-differs');
    if (!recorded || !differs || findings?.some((one) => one.code === 'ledger-broken')) continue;
    const balance = recorded.entries.at(-1)?.balance ?? row.account.openingBalance;
    await updateAccounts(transaction, [{ ...row, account: { ...row.account, balance } }]);
    await insertAudit(transaction, {
      at,
      actor,
      action: 'audit.restore-balance',
      target: `account:${row.account.id}`,
      reason,
      runId: null,
      before: { balance: row.account.balance },
      after: { balance },
    });
    restored += 1;
  }
  return restored;
}

/** The next date follows from the calendar and the last settlement: where it does not, it is computed anew. */
async function restoreNextDates(
  transaction: Transaction,
  { actor, reason }: FixRequest,
  ids: readonly string[],
  terms: Terms,
): Promise<number> {
  const { rows } = await lockAccounts(transaction, ids);
  const at = await databaseNow(transaction);
  const audited = await auditLocked(transaction, ids, terms, at);
  let restored = 0;
  for (const row of rows) {
    const { recorded, findings } = audited.get(row.account.id) ?? {};
    const isWrong = findings?.some((one) => one.code === 'next-date-wrong');
    const next = recorded && isWrong ? nextOf(recorded, monthEndOf(terms)) : undefined;
    if (!next) continue;
    const account = { ...row.account, ...next };
    await updateAccounts(transaction, [{ ...row, account }]);
    await insertAudit(transaction, {
      at,
      actor,
      action: 'audit.restore-next-date',
      target: `account:${account.id}`,
      reason,
      before: nextIn(row.account),
      after: nextIn(account),
      runId: null,
    });
    restored += 1;
  }
  return restored;
}

/** The date as its calendar has it, and the first instant of that date; none for a closed account. */
function nextOf(
  recorded: AuditedAccount,
  monthEnd: MonthEnd,
): Pick<Account, 'nextCycleOn' | 'nextCycleAt'> | undefined {
  const { status, zone } = recorded.account;
  if (status === 'closed') return { nextCycleOn: null, nextCycleAt: null };
  const next = nextBoundaryOf(recorded, monthEnd);
  return next && { nextCycleOn: next.on, nextCycleAt: firstInstantOf(next.on, zone) };
}

const nextIn = ({ nextCycleOn, nextCycleAt }: Account): object => ({
  nextCycleOn,
  nextCycleAt: nextCycleAt === null ? null : formatInstant(nextCycleAt),
});

/** The notice of each cycle that has none; too old to be sent where its cycle is. */
async function stageMissing(
  { settings }: BatchDeps,
  transaction: Transaction,
  { actor, reason }: FixRequest,
  ids: readonly string[],
  terms: Terms,
): Promise<number> {
  await lockAccounts(transaction, ids);
  const at = await databaseNow(transaction);
  const audited = await auditLocked(transaction, ids, terms, at);
  const drafts: NoticeDraft[] = [];
  for (const [accountId, { recorded, findings }] of audited)
    for (const { cycleOn, code } of findings) {
      if (code !== 'notice-missing' || cycleOn === null) continue;
      const settlement = recorded.settlements.find((one) => one.cycleOn === cycleOn);
      const isOld = at - (settlement?.startsAt ?? at) > settings.noticeMaxAgeMs;
      drafts.push({
        accountId,
        kind: 'grant',
        ref: `cycles:${cycleOn}..${cycleOn}`,
        state: isOld ? 'too-old' : 'pending',
        firstCycleOn: cycleOn,
        lastCycleOn: cycleOn,
        runId: null,
        stagedAt: at,
      });
    }
  await stageNotices(transaction, drafts);
  for (const one of drafts)
    await insertAudit(transaction, {
      at,
      actor,
      action: 'audit.stage-notice',
      target: `account:${one.accountId}`,
      reason,
      runId: null,
      before: null,
      after: {
        cycleOn: one.firstCycleOn,
        state: one.state,
      },
    });
  return drafts.length;
}

interface Audited {
  readonly recorded: Awaited<ReturnType<typeof listAudited>>[number];
  readonly findings: readonly Finding[];
}

/** Looked at again under the locks. Ages play no part here. */
async function auditLocked(
  transaction: Transaction,
  ids: readonly string[],
  terms: Terms,
  asOf: Instant,
): Promise<Map<string, Audited>> {
  const accounts = await listAudited(transaction, { ids }, { after: '', limit: ids.length });
  const rules = {
    terms,
    versions: await loadVersions(transaction),
    asOf,
    readAt: asOf,
    alarmAgeMs: Infinity,
  };
  return new Map(
    accounts.map((recorded) => [recorded.account.id, { recorded, findings: auditAccount(recorded, rules) }]),
  );
}
