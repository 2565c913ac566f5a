/** A reversal is opened, or the one that is open is joined: by whoever does the work, or to be left to a worker. */
import { type Database, inTransaction } from '../../db/connection.ts';
import { databaseNow } from '../../db/query.ts';
import { ConnectsError } from '../../errors.ts';
import { requireExpected } from '../../expecting.ts';
import { insertAudit } from '../../ledger/audit-log.ts';
import { requireReleased } from '../../ledger/ledger-hold.ts';
import { insertRunAccounts } from '../../ledger/run-accounts.ts';
import type { GrantFilter, GrantSource } from '../../ledger/run-grants.ts';
import {
  type Run,
  type RunAsked,
  findRun,
  findRunByKey,
  insertRun,
  leaseSubmitting,
} from '../../ledger/runs.ts';
import { type TermsVersion, getLatestTerms } from '../../ledger/terms-versions.ts';
import { askedOf } from '../runs/listed-sweep.ts';
import { grantedPages, isFiltered, keyOf, nameOf, requireReversible, targetOf } from './reversal-source.ts';

/** What a reversal is asked for. */
export interface ReversalAsked {
  /** A run; or the boundaries that events settled under a version of the terms, which belong to no run. */
  readonly source: GrantSource;
  /** Which of it; all when absent. */
  readonly filter?: GrantFilter;
  /** How many accounts it is to take from; any number when absent. */
  readonly expect?: number | undefined;
  readonly actor: string;
  readonly reason: string;
  /** Whether members hear of it; none when absent. */
  readonly notify?: 'none' | 'each';
}

export const sorted = (filter: GrantFilter): GrantFilter =>
  filter.accounts ? { ...filter, accounts: [...new Set(filter.accounts)].toSorted() } : filter;

/** @throws refused `count-differs`, of those from whom is still to be taken */
export async function requireAsMany(
  db: Database,
  { source, filter = {}, expect }: Pick<ReversalAsked, 'source' | 'filter' | 'expect'>,
): Promise<void> {
  if (expect === undefined) return;
  let accounts = 0;
  for await (const ids of grantedPages(db, source, filter)) accounts += ids.length;
  requireExpected(expect, accounts, 'account');
}

interface Opening extends ReversalAsked {
  readonly filter: GrantFilter;
  /** Nobody of us works on it. */
  readonly left?: boolean;
}

export interface OpenedReversal {
  readonly run: Run;
  /** Sorted. */
  readonly filter: GrantFilter;
  readonly terms: TermsVersion;
}

/**
 * What must hold before anything is taken, and the run that it is taken by.
 * @throws as `reverseRun` does before it takes anything
 */
export async function openOrJoinReversal(
  { db }: { readonly db: Database },
  request: ReversalAsked & Pick<Opening, 'left'>,
): Promise<OpenedReversal> {
  await requireReleased(db);
  const { source } = request;
  const filter = sorted(request.filter ?? {});
  // One that died when all was taken back has still to be closed.
  if (!(await findRunByKey(db, keyOf(source)))) await requireReversible(db, source, filter);
  await requireAsMany(db, { ...request, filter });
  const terms = await getLatestTerms(db);
  return { run: await openOrJoin(db, { ...request, filter }, terms), filter, terms };
}

/**
 * Opens it, and leaves the work to the worker that comes first; one that is open, and that nobody works on, is left to it,
 * too.
 * @throws as `reverseRun` does before it takes anything
 */
export async function openReversal(deps: { readonly db: Database }, request: ReversalAsked): Promise<Run> {
  const { run } = await openOrJoinReversal(deps, { ...request, left: true });
  const now = await databaseNow(deps.db);
  await leaseSubmitting(deps.db, { runId: run.id, now, until: now, held: undefined });
  return run;
}

/** A reversal whose process died is gone on with; one that is at work is not disturbed. */
async function openOrJoin(db: Database, request: Opening, terms: TermsVersion): Promise<Run> {
  const asked = isFiltered(request.filter) ? askedOf(request.filter) : null;
  const id = await inTransaction(db, async (transaction) => {
    const at = await databaseNow(transaction);
    const { actor, reason } = request;
    const inserted = await insertRun(transaction, {
      kind: 'reversal',
      asOf: at,
      termsVersion: terms.version,
      actor,
      reason,
      asked,
      at,
      notify: request.notify ?? 'none',
      dueAtStart: 0,
      openKey: keyOf(request.source),
    });
    if (inserted === 'taken') return inserted;
    const { accounts = [] } = request.filter;
    await insertRunAccounts(transaction, inserted, accounts);
    await insertAudit(transaction, {
      at,
      actor,
      action: 'run.reverse',
      target: targetOf(request.source),
      reason,
      runId: inserted,
      before: { reversed: false },
      after: { reversal: inserted, ...(asked && { asked }) },
    });
    // As if a process had begun it and died: any worker goes on with it.
    if (request.left)
      await leaseSubmitting(transaction, { runId: inserted, now: at, until: at, held: undefined });
    return inserted;
  });
  const run = id === 'taken' ? await findRunByKey(db, keyOf(request.source)) : await findRun(db, id);
  if (!run) throw active(nameOf(request.source));
  if (!isSame(run.asked, asked)) throw otherAsked(run, request.source);
  return run;
}

const isSame = (a: RunAsked | null, b: RunAsked | null): boolean =>
  a?.hash === b?.hash && a?.plan === b?.plan && a?.code === b?.code;

const otherAsked = ({ id }: Run, source: GrantSource): ConnectsError =>
  new ConnectsError(
    'conflict',
    'reversal-active',
    `run ${id} takes back ${nameOf(source)} for others than these, and has not ended: see "connects run show ${id}"; ` +
      'the command that began it goes on with it, and so does a worker where its process is gone',
  );

export const active = (what: string): ConnectsError =>
  new ConnectsError('conflict', 'reversal-active', `${what}: somebody else is reversing it right now`);
