/**
 * The audit: every invariant over every account, streamed in pages, so that a fleet of any size takes the memory of
 * one page. It reads; what it finds names the account, the cycle and the command that mends it.
 */
import type { Database } from '../../db/connection.ts';
import { type Queryable, databaseNow } from '../../db/query.ts';
import {
  type AuditedAccount,
  type Finding,
  type FindingCode,
  auditAccount,
  waitingSentence,
} from '../../domain/audit/audit.ts';
import { type Instant, formatInstant } from '../../domain/calendar.ts';
import type { Terms } from '../../domain/terms.ts';
import { invalidInput } from '../../errors.ts';
import { type AccountFilter, countAccounts } from '../../ledger/accounts.ts';
import { listAudited } from '../../ledger/audit-pages.ts';
import { listWaitingEvents } from '../../ledger/event-waits.ts';
import { insertAuditResult } from '../../ledger/audit-results.ts';
import { getLatestTerms, listTermsVersions } from '../../ledger/terms-versions.ts';
import { commandOn } from '../../words.ts';

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

/** Accounts read in one go, and how many cycles and entries of theirs: a page of old accounts takes no more memory. */
const PAGE = 500;
const PAGE_ROWS = 20_000;
/** Events of accounts that never opened; there are hardly ever any. */
const OPENINGS_MAX = 10_000;
/** A settlement by an older one is not compared with its terms. */
const VERSIONS_MAX = 10_000;

/** One finding after another, in the order of accounts. Each page is read at one moment. */
export async function* auditFleet(db: Database, request: AuditRequest): AsyncGenerator<AuditFinding> {
  const { terms } = await getLatestTerms(db);
  const asOf = await resolveAuditAsOf(db, request.asOf);
  const versions = await loadVersions(db);
  const rules = { terms, versions, asOf, alarmAgeMs: request.alarmAgeMs };
  const listed = request.accounts && [...new Set(request.accounts)].toSorted();
  const total = listed?.length ?? (await countAccounts(db));
  let done = 0;
  for (let after = ''; ;) {
    const { page, readAt } = await readPage(db, listed, after);
    const last = page.at(-1);
    if (!last) return yield* forgottenOpenings(db, request, asOf);
    for (const one of page) {
      const findings = auditAccount(one, { ...rules, readAt });
      for (const finding of findings) yield withRemedy(finding, findings);
    }
    done += page.length;
    request.onProgress?.({ done, total: Math.max(total, done) });
    if (request.signal?.aborted) return;
    after = last.account.id;
  }
}

/** Accounts whose opening waits are in no page: nothing else is recorded of them. */
async function* forgottenOpenings(
  db: Database,
  { accounts, alarmAgeMs }: AuditRequest,
  asOf: Instant,
): AsyncGenerator<AuditFinding> {
  const filter = { unopened: true, ...(accounts && { accounts }) };
  for (const { account, since, behind } of await listWaitingEvents(db, filter, OPENINGS_MAX)) {
    if (behind !== null || asOf - since <= alarmAgeMs) continue;
    const message = waitingSentence(account, since);
    const about = { cycleOn: null, amount: 0, key: null, ageMs: asOf - since };
    const mend = `connects events waiting list --account ${account}`;
    yield { code: 'waiting-forgotten', account, message, ...about, mend, remedy: null };
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

/** Every version of the terms by its number: there are few, and each settlement names its own. */
export async function loadVersions(db: Queryable): Promise<ReadonlyMap<number, Terms>> {
  const versions = await listTermsVersions(db, VERSIONS_MAX);
  return new Map(versions.map((one) => [one.version, one.terms]));
}

interface Page {
  readonly page: readonly AuditedAccount[];
  /** Not before the snapshot. */
  readonly readAt: Instant;
}

/** One snapshot for all tables: what is settled meanwhile is either wholly in it or not at all. */
function readPage(db: Database, listed: readonly string[] | undefined, after: string): Promise<Page> {
  const filter: AccountFilter = listed ? { ids: pageOf(listed, after) } : {};
  const read = async (transaction: Database): Promise<Page> => ({
    page: await listAudited(transaction, filter, { after, limit: PAGE, rowsMax: PAGE_ROWS }),
    readAt: await databaseNow(transaction),
  });
  // A dry run looks at what it has changed itself, in its own transaction.
  return db.isTransaction ? read(db) : db.transaction(read, { isolationLevel: 'repeatable read' });
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

/** For what is written nowhere else: no command can know what it was. */
const restoreOnly = (shown: string): string =>
  `only a restore from a backup mends it; "connects ${shown}" shows all there is`;

function withRemedy(finding: Finding, all: readonly Finding[]): AuditFinding {
  const { account, cycleOn, amount, key } = finding;
  const has = (code: FindingCode): boolean => all.some((one) => one.code === code);
  const fix = `connects audit --fix --account ${account} --reason "…" --yes`;
  const restore = (shown: string): AuditFinding => ({ ...finding, mend: restoreOnly(shown), remedy: null });
  switch (finding.code) {
    case 'settlement-missing':
      return {
        ...finding,
        mend: `connects backfill start --from ${cycleOn} --to ${cycleOn} --account ${account} --work --reason "…" --yes`,
        remedy: 'backfill',
      };
    case 'due-too-long':
      // A sweep asks for the instant: where that is wrong, it comes first.
      return {
        ...finding,
        mend: has('next-date-wrong') ? fix : 'connects sweep --wait --work',
        remedy: 'settle',
      };
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
    case 'next-date-wrong':
      return { ...finding, mend: fix, remedy: 'next-date' };
    case 'balance-differs':
      // Only where the ledger itself is whole does its sum say what the balance must be.
      return has('ledger-broken')
        ? restore(`export entries --account ${account}`)
        : { ...finding, mend: fix, remedy: 'balance' };
    case 'granted-twice':
    case 'grant-differs':
    case 'above-cap':
    case 'window-exceeded': {
      const flags = `--amount ${amount} --key ${key} --reason "…" --yes`;
      const adjust = commandOn('connects adjust', account, flags);
      return key === null
        ? restore(`export decisions --account ${account}`)
        : { ...finding, mend: adjust, remedy: null };
    }
    case 'granted-early':
    case 'settlement-differs':
    case 'settlement-unexpected':
      return restore(commandOn('account explain', account, `--cycle ${cycleOn}`));
    case 'ledger-broken':
    case 'award-differs':
      return restore(`export entries --account ${account}`);
    case 'decision-missing':
      return restore(`export decisions --account ${account}`);
    case 'span-missing':
    case 'watermark-ahead':
      return restore(commandOn('account explain', account));
    case 'rollups-differ':
      return { ...finding, mend: 'connects rollups rebuild', remedy: null };
    case 'unreadable':
      return {
        ...finding,
        mend:
          `an unknown zone is mended by an account.zone-changed event of ${account} ("connects events import F.ndjson"); ` +
          `anything else only by a restore from a backup: "${commandOn('connects account show', account)}" shows all there is`,
        remedy: null,
      };
  }
}
