/**
 * The audit: every invariant over every account, streamed in pages, so that a fleet of any size takes the memory of
 * one page. It reads; what it finds names the account, the cycle and the command that mends it.
 */
import type { Database } from '../db/connection.ts';
import { databaseNow } from '../db/query.ts';
import { type AuditedAccount, type Finding, auditAccount } from '../domain/audit.ts';
import { type Instant, formatInstant } from '../domain/calendar.ts';
import { invalidInput } from '../errors.ts';
import { type AccountFilter, countAccounts } from '../ledger/accounts.ts';
import { listAudited } from '../ledger/audit-pages.ts';
import { insertAuditResult } from '../ledger/audit-results.ts';
import { getLatestTerms } from './backfill-plan.ts';

export interface AuditRequest {
  /** Taken as now; the database's clock when absent. */
  readonly asOf?: Instant;
  /** What is due, put aside or waiting for longer than this has been forgotten. */
  readonly alarmAgeMs: number;
  /** Only these; everybody when absent. */
  readonly accounts?: readonly string[];
  readonly signal?: AbortSignal;
  readonly onProgress?: (state: { done: number; total: number }) => void;
}

/** How a finding is mended without a person: by settling, by backfilling, or by deriving anew what can be derived. */
export type Remedy = 'settle' | 'backfill' | 'balance' | 'next-date' | 'notice';

export interface AuditFinding extends Finding {
  /** The command that mends it, or that shows all there is to see where only a person can. */
  readonly mend: string;
  readonly remedy: Remedy | null;
}

/** Accounts read in one go. */
const PAGE = 250;

/** One finding after another, in the order of accounts. Each page is read at one moment. */
export async function* auditFleet(db: Database, request: AuditRequest): AsyncGenerator<AuditFinding> {
  const { terms } = await getLatestTerms(db);
  const asOf = await resolveAuditAsOf(db, request.asOf);
  const rules = { terms, asOf, alarmAgeMs: request.alarmAgeMs };
  const listed = request.accounts && [...new Set(request.accounts)].toSorted();
  const total = listed?.length ?? (await countAccounts(db));
  let done = 0;
  for (let after = ''; ;) {
    const page = await readPage(db, listed, after);
    const last = page.at(-1);
    if (!last) return;
    for (const one of page) {
      const findings = auditAccount(one, rules);
      for (const finding of findings) yield withRemedy(finding, findings);
    }
    done += page.length;
    request.onProgress?.({ done, total: Math.max(total, done) });
    if (request.signal?.aborted) return;
    after = last.account.id;
  }
}

/** @throws invalid-input `as-of-in-future` */
export async function resolveAuditAsOf(db: Database, asked: Instant | undefined): Promise<Instant> {
  const now = await databaseNow(db);
  if (asked !== undefined && asked > now)
    throw invalidInput(
      'as-of-in-future',
      `--as-of ${formatInstant(asked)} is in the future: it is ${formatInstant(now)}`,
    );
  return asked ?? now;
}

/** One snapshot for all tables: what is settled meanwhile is either wholly in it or not at all. */
function readPage(
  db: Database,
  listed: readonly string[] | undefined,
  after: string,
): Promise<AuditedAccount[]> {
  const filter: AccountFilter = listed ? { ids: pageOf(listed, after) } : {};
  return db.transaction((transaction) => listAudited(transaction, filter, { after, limit: PAGE }), {
    isolationLevel: 'repeatable read',
  });
}

/** Kept for the metric: what an audit of the whole fleet, seen to its end, found. */
export async function recordAudit(
  db: Database,
  { actor, findings }: { readonly actor: string; readonly findings: number },
): Promise<void> {
  await insertAuditResult(db, { at: await databaseNow(db), actor, findings });
}

function pageOf(listed: readonly string[], after: string): readonly string[] {
  const begin = listed.findIndex((id) => id > after);
  return begin < 0 ? [] : listed.slice(begin, begin + PAGE);
}

function withRemedy(finding: Finding, all: readonly Finding[]): AuditFinding {
  const { account, cycleOn, amount, key } = finding;
  const fix = `connects audit --fix --account ${account} --reason "…" --yes`;
  switch (finding.code) {
    case 'settlement-missing':
      return {
        ...finding,
        mend: `connects backfill start --from ${cycleOn} --to ${cycleOn} --account ${account} --reason "…" --yes`,
        remedy: 'backfill',
      };
    case 'due-too-long':
      return { ...finding, mend: 'connects sweep --wait --work', remedy: 'settle' };
    case 'failure-forgotten':
      return {
        ...finding,
        mend: `connects rerun --all --account ${account} --wait --work --reason "…" --yes`,
        remedy: 'settle',
      };
    case 'waiting-forgotten':
      return { ...finding, mend: fix, remedy: 'settle' };
    case 'notice-missing':
      return { ...finding, mend: fix, remedy: 'notice' };
    case 'balance-differs': {
      // Only where the ledger itself is whole does its sum say what the balance must be.
      const isWhole = !all.some((one) => one.code === 'ledger-broken');
      return isWhole
        ? { ...finding, mend: fix, remedy: 'balance' }
        : { ...finding, mend: `connects export entries --account ${account}`, remedy: null };
    }
    case 'granted-twice':
    case 'window-exceeded':
      return {
        ...finding,
        mend:
          key === null
            ? `connects export decisions --account ${account}`
            : `connects adjust ${account} --amount ${amount} --key ${key} --reason "…" --yes`,
        remedy: null,
      };
    case 'above-cap':
    case 'granted-early':
    case 'settlement-differs':
    case 'settlement-unexpected':
      return { ...finding, mend: `connects account explain ${account} --cycle ${cycleOn}`, remedy: null };
    case 'ledger-broken':
    case 'award-differs':
      return { ...finding, mend: `connects export entries --account ${account}`, remedy: null };
    case 'next-date-wrong':
      // Nothing can be counted from a calendar that is not recorded.
      return cycleOn === null
        ? { ...finding, mend: `connects account show ${account}`, remedy: null }
        : { ...finding, mend: fix, remedy: 'next-date' };
    case 'unreadable':
      return { ...finding, mend: `connects account show ${account}`, remedy: null };
  }
}
