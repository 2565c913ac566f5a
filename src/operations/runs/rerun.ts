/**
 * A rerun: a new run over exactly those that are put aside, as of now. They stay put aside, so that sweeps leave them
 * to it; settling one clears its failures, and one that fails again is put aside again, by the rerun.
 */
import { type Database, type Transaction, inTransaction } from '../../db/connection.ts';
import { databaseNow } from '../../db/query.ts';
import { type Instant, formatInstant } from '../../domain/calendar.ts';
import { ConnectsError } from '../../errors.ts';
import { requireExpected } from '../../expecting.ts';
import { insertAudit } from '../../ledger/audit-log.ts';
import { requireReleased } from '../../ledger/ledger-hold.ts';
import { latestAsOf } from '../../ledger/put-aside.ts';
import { findRerunOf, insertRunAccounts } from '../../ledger/run-accounts.ts';
import { type Run, findRun, insertRun, releaseOpenKey } from '../../ledger/runs.ts';
import { getLatestTerms } from '../../ledger/terms-versions.ts';
import type { Log } from '../../log.ts';
import { type AsideFilter, type FailureWork, listFailureWork } from '../../reports/failure-work.ts';
import { requireRun } from '../accounts/require-known.ts';

export interface RerunDeps {
  readonly db: Database;
  readonly log: Log;
  readonly settings: { readonly settleGraceMs: number };
}

export interface RerunRequest {
  /** Whom: those of one run, or everybody; narrowed by error, account, plan, version, age and what was said of them. */
  readonly filter: AsideFilter;
  readonly actor: string;
  readonly reason: string;
  /** How many accounts it is to be over; any number when absent. */
  readonly expect?: number | undefined;
  /** Takes the whole path and rolls it back. */
  readonly dryRun?: boolean;
}

export type RerunOutcome =
  | { readonly outcome: 'nothing-put-aside' }
  | {
      readonly outcome: 'opened' | 'previewed';
      /** Of a preview, a run that was never there. */
      readonly run: Run;
      readonly accounts: number;
      /** Accounts by the error that they were put aside with. */
      readonly byCode: Readonly<Record<string, number>>;
    };

/** Accounts read and listed at a time. */
const PAGE = 900;
/** Held while a rerun is being opened, so that two never take the same accounts. */
const OPENING = 'rerun';

/**
 * Opens the run and writes down whom it is over; submitting them is the caller's.
 * @throws not-found `unknown-run`; refused `count-differs`; held `held`; conflict `rerun-active` when one of them is being
 *   rerun already
 */
export async function openRerun(deps: RerunDeps, request: RerunRequest): Promise<RerunOutcome> {
  if (!request.dryRun) await requireReleased(deps.db);
  await requireRun(deps.db, request.filter.runId);
  try {
    const opened = await inTransaction(deps.db, async (transaction) => {
      const done = await openOnce(deps, transaction, request);
      if (request.dryRun) throw new RolledBack(done);
      return done;
    });
    if (opened.outcome === 'opened')
      deps.log.info(
        {
          run: opened.run.id,
          kind: 'rerun',
          accounts: opened.accounts,
          asOf: formatInstant(opened.run.asOf),
        },
        'run opened',
      );
    return opened;
  } catch (error) {
    if (!(error instanceof RolledBack)) throw error;
    const { done } = error;
    return done.outcome === 'opened' ? { ...done, outcome: 'previewed' } : done;
  }
}

class RolledBack extends Error {
  readonly done: RerunOutcome;

  constructor(done: RerunOutcome) {
    super('rolled back, as a dry run should');
    this.done = done;
  }
}

async function openOnce(
  deps: RerunDeps,
  transaction: Transaction,
  request: RerunRequest,
): Promise<RerunOutcome> {
  const terms = await getLatestTerms(transaction);
  const at = await databaseNow(transaction);
  // The unique key makes the next one wait here until this transaction ends; then the key is free again.
  const opening = { kind: 'rerun', asOf: at, notify: 'digest', dueAtStart: 0, at, openKey: OPENING } as const;
  const { actor, reason } = request;
  const id = await insertRun(transaction, { ...opening, termsVersion: terms.version, actor, reason });
  if (id === 'taken') throw conflict('another rerun is being opened right now: try again');
  const listed = await listAccounts(transaction, { runId: id, at }, request.filter);
  requireExpected(request.expect, listed.accounts, 'account');
  // A run over nobody is no run.
  if (listed.accounts === 0) throw new RolledBack({ outcome: 'nothing-put-aside' });
  const asOf = Math.max(
    at - deps.settings.settleGraceMs,
    (await latestAsOf(transaction, [...listed.runs])) ?? 0,
  );
  await releaseOpenKey(transaction, { runId: id, asOf, dueAtStart: listed.accounts });
  await insertAudit(transaction, {
    at,
    actor,
    action: 'run.rerun',
    target: `run:${id}`,
    reason,
    before: {
      putAside: listed.accounts,
      byCode: listed.byCode,
      ofRuns: [...listed.runs].slice(0, 100),
    },
    after: {
      run: id,
      asOf: formatInstant(asOf),
    },
    runId: id,
  });
  const run = (await findRun(transaction, id)) as Run;
  return { outcome: 'opened', run, accounts: listed.accounts, byCode: listed.byCode };
}

interface Listed {
  accounts: number;
  readonly byCode: Record<string, number>;
  readonly runs: Set<number>;
}

async function listAccounts(
  transaction: Transaction,
  { runId, at }: { readonly runId: number; readonly at: Instant },
  filter: AsideFilter,
): Promise<Listed> {
  const listed: Listed = { accounts: 0, byCode: {}, runs: new Set() };
  let page: FailureWork[];
  let after = '';
  do {
    page = await listFailureWork(transaction, filter, { now: at, after, limit: PAGE });
    if (page.length === 0) break;
    const ids = page.map((one) => one.account);
    await refuseActive(transaction, ids);
    await insertRunAccounts(transaction, runId, ids);
    for (const { code, runId: of } of page) {
      listed.byCode[code] = (listed.byCode[code] ?? 0) + 1;
      listed.runs.add(of);
    }
    listed.accounts += page.length;
    after = ids.at(-1) as string;
  } while (page.length === PAGE);
  return listed;
}

async function refuseActive(transaction: Transaction, ids: readonly string[]): Promise<void> {
  const active = await findRerunOf(transaction, ids);
  if (!active) return;
  throw conflict(
    `run ${active.runId} is rerunning some of these accounts already: ` +
      `see "connects run show ${active.runId} --watch", or stop it with "connects run stop ${active.runId}"`,
  );
}

const conflict = (message: string): ConnectsError => new ConnectsError('conflict', 'rerun-active', message);
