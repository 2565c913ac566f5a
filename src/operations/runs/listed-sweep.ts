/**
 * A sweep over some of those who are due: a run of its own, with a list of its own. It lives beside a sweep over
 * everybody, and neither joins the other: whoever settles an account first has settled it, and for the other it is
 * skipped. Whoever is not on the list stays due.
 */
import { createHash } from 'node:crypto';
import { type Database, type Transaction, inTransaction } from '../../db/connection.ts';
import { databaseNow } from '../../db/query.ts';
import { type Instant, formatInstant } from '../../domain/calendar.ts';
import type { PlanName } from '../../domain/terms.ts';
import { type DuePosition, countDue, listDue, listStanding } from '../../ledger/accounts.ts';
import { insertAudit } from '../../ledger/audit-log.ts';
import { requireReleased } from '../../ledger/ledger-hold.ts';
import { insertRunAccounts } from '../../ledger/run-accounts.ts';
import { type Notify, type Run, type RunAsked, findRun, insertRun } from '../../ledger/runs.ts';
import { getLatestTerms } from '../../ledger/terms-versions.ts';
import type { Log } from '../../log.ts';
import { requireAccounts } from '../accounts/require-known.ts';
import { resolveAsOf } from './as-of.ts';

export interface ListedDeps {
  readonly db: Database;
  readonly log: Log;
  readonly settings: { readonly settleGraceMs: number };
}

/** Of those who are due: these, those on a plan, and of all these so many, the longest due first. */
export interface Wanted {
  readonly accounts?: readonly string[];
  readonly plan?: PlanName;
  readonly limit?: number;
}

export interface ListedRequest {
  readonly wanted: Wanted;
  /** Taken as now; the database's clock less the grace when absent. */
  readonly asOf?: Instant;
  readonly actor: string;
  readonly reason?: string;
  readonly notify?: Notify;
}

/** Of accounts that were asked for by their ids: those that cannot be settled now, and why. */
export interface LeftOut {
  readonly unknown: readonly string[];
  readonly putAside: readonly string[];
  /** With the instant of the next boundary; null of a closed account. */
  readonly notDue: readonly { readonly account: string; readonly next: Instant | null }[];
  /** Due, and beyond the limit: they stay due. */
  readonly beyondLimit: number;
}

export interface Chosen extends LeftOut {
  readonly asOf: Instant;
  /** Whom the run is over, the longest due first. */
  readonly ids: readonly string[];
}

/** Accounts read and listed at a time. */
const PAGE = 900;
/** Ids that are kept with the run; the list itself has all. */
const FIRST_KEPT = 100;
/** After every retry of a failing account: those that wait for one are due, too. */
const AFTER_RETRIES = Date.parse('9000-01-01T00:00:00Z');

/**
 * Whom it would be over.
 * @throws not-found `unknown-account` where none of the accounts is there; invalid-input `as-of-in-future`
 */
export async function chooseAccounts(
  deps: Omit<ListedDeps, 'log'>,
  { wanted, asOf: asked }: Pick<ListedRequest, 'wanted' | 'asOf'>,
): Promise<Chosen> {
  const asOf = await resolveAsOf(deps, asked);
  if (wanted.accounts) return chooseOf(deps.db, wanted.accounts, wanted, asOf);
  const ids = await listDueIds(deps.db, wanted, asOf);
  return { asOf, ids, unknown: [], putAside: [], notDue: [], beyondLimit: 0 };
}

async function listDueIds(
  db: Database,
  { plan, limit = Infinity }: Wanted,
  asOf: Instant,
): Promise<string[]> {
  const ids: string[] = [];
  let after: DuePosition | undefined;
  do {
    const size = Math.min(PAGE, limit - ids.length);
    const page = await listDue(db, {
      asOf,
      now: AFTER_RETRIES,
      after,
      limit: size,
      ...(plan !== undefined && { plan }),
    });
    ids.push(...page.map((one) => one.id));
    after = page.length < size ? undefined : page.at(-1);
  } while (after && ids.length < limit);
  return ids;
}

async function chooseOf(
  db: Database,
  accounts: readonly string[],
  { limit = Infinity }: Wanted,
  asOf: Instant,
): Promise<Chosen> {
  const asked = [...new Set(accounts)].toSorted();
  const standing = [];
  for (let from = 0; from < asked.length; from += PAGE)
    standing.push(...(await listStanding(db, asked.slice(from, from + PAGE), asOf)));
  if (standing.length === 0) await requireAccounts(db, asked);
  const known = new Set(standing.map((one) => one.id));
  const due = standing
    .filter((one) => one.due && !one.putAside)
    .toSorted((a, b) => a.nextCycleAt - b.nextCycleAt || (a.id < b.id ? -1 : 1));
  const ids = due.slice(0, limit).map((one) => one.id);
  return {
    asOf,
    ids,
    unknown: asked.filter((id) => !known.has(id)),
    putAside: standing.filter((one) => one.putAside).map((one) => one.id),
    notDue: standing
      .filter((one) => !one.due && !one.putAside)
      .map(({ id, next }) => ({ account: id, next })),
    beyondLimit: due.length - ids.length,
  };
}

/** As it is kept with the run: what was asked for, not who was found. */
export function askedOf({ accounts, plan, limit, code }: Wanted & { readonly code?: string }): RunAsked {
  return {
    ...(accounts && listOf(accounts)),
    ...(plan !== undefined && { plan }),
    ...(code !== undefined && { code }),
    ...(limit !== undefined && { limit }),
  };
}

function listOf(accounts: readonly string[]): Pick<RunAsked, 'accounts' | 'first' | 'hash'> {
  const ids = [...new Set(accounts)].toSorted();
  const hash = createHash('sha256').update(ids.join('\n')).digest('hex');
  return { accounts: ids.length, first: ids.slice(0, FIRST_KEPT), hash };
}

/** Opens the run and writes down whom it is over, in one transaction; submitting them is the caller's. @throws held `held` */
export async function openListedSweep(
  deps: ListedDeps,
  request: ListedRequest,
  chosen: Chosen,
): Promise<Run> {
  await requireReleased(deps.db);
  const run = await inTransaction(deps.db, (transaction) => openOnce(transaction, request, chosen));
  const { ids, asOf } = chosen;
  deps.log.info(
    { run: run.id, kind: 'sweep', accounts: ids.length, asOf: formatInstant(asOf) },
    'run opened over some accounts',
  );
  return run;
}

async function openOnce(
  transaction: Transaction,
  { wanted, actor, reason, notify = 'digest' }: ListedRequest,
  { asOf, ids, ...left }: Chosen,
): Promise<Run> {
  const terms = await getLatestTerms(transaction);
  const at = await databaseNow(transaction);
  const asked = askedOf(wanted);
  const id = (await insertRun(transaction, {
    kind: 'sweep',
    asOf,
    termsVersion: terms.version,
    notify,
    actor,
    reason: reason ?? null,
    asked,
    dueAtStart: ids.length,
    at,
    openKey: null,
  })) as number;
  await insertRunAccounts(transaction, id, ids);
  await insertAudit(transaction, {
    at,
    actor,
    action: 'run.sweep',
    target: `run:${id}`,
    reason: reason ?? null,
    before: { due: await countDue(transaction, asOf) },
    after: {
      run: id,
      asOf: formatInstant(asOf),
      asked,
      listed: ids.length,
      unknown: left.unknown.length,
      putAside: left.putAside.length,
      notDue: left.notDue.length,
    },
    runId: id,
  });
  return (await findRun(transaction, id)) as Run;
}
