/** What of an account is written down again: a balance, a next date, a notice. Decided anew under the account's lock. */
import { type Transaction, inBatch } from '../../db/connection.ts';
import { describeRefusal, inHalves } from '../../db/halving.ts';
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
import { lockAccounts } from '../../ledger/account-locks.ts';
import type { AccountRow } from '../../ledger/accounts.ts';
import type { AuditRow } from '../../ledger/audit-log.ts';
import { listAudited } from '../../ledger/audit-pages.ts';
import { type LedgerLook, requireFreeLedger } from '../../ledger/ledger-hold.ts';
import type { NoticeDraft } from '../../outbox/outbox.ts';
import type { CatchUpDeps } from '../settling/bring-current.ts';
import { LedgerWrites } from '../settling/ledger-writes.ts';
import { type AuditFinding, type Remedy, loadVersions } from './audit.ts';

/** Accounts of one transaction. */
export const PAGE = 250;

export interface FixRequest {
  readonly findings: readonly AuditFinding[];
  readonly actor: string;
  readonly reason: string;
  readonly signal: AbortSignal;
  /** Names the worker of the backfills: no two may share it. */
  readonly worker: string;
  /** A backfill of more Connects waits for a second person; 0 for never. */
  readonly approvalOver: number;
}

/** Those for whom something was found that this mends. */
export const accountsFor = ({ findings }: FixRequest, remedy: Remedy): string[] =>
  [...new Set(findings.filter((one) => one.remedy === remedy).map((one) => one.account))].toSorted();

/** One account as it is found again under its lock, and what is wrong with it there. */
interface Locked {
  readonly row: AccountRow;
  readonly recorded: AuditedAccount;
  readonly findings: readonly Finding[];
}

/** What a mend writes of one account, and how the audit log tells it. */
interface Mended {
  readonly account?: Account;
  readonly notices?: readonly NoticeDraft[];
  readonly told: readonly { readonly before: object | null; readonly after: object }[];
}

/** Decides one account; undefined where there is nothing to be mended any more. Writes nothing. */
export type Mend = (locked: Locked, at: Instant) => Mended | undefined;

/**
 * Every account with this remedy is locked, audited again under the lock, mended, and told in the audit log, in one
 * transaction for each page. One that cannot be mended, or that somebody else has locked, is left as it is, alone: the
 * next audit finds it again.
 * @returns how much was mended
 */
export async function mendLocked(
  deps: CatchUpDeps,
  request: FixRequest,
  { remedy, action, terms }: { readonly remedy: Remedy; readonly action: string; readonly terms: Terms },
  mend: Mend,
): Promise<number> {
  const ids = accountsFor(request, remedy);
  let done = 0;
  for (let from = 0; from < ids.length && !request.signal.aborted; from += PAGE) {
    const mended = await inHalves(
      ids.slice(from, from + PAGE),
      (part) => inBatch(deps.db, (transaction) => mendOnce(transaction, part)),
      (account, error) => {
        const { code, message } = describeRefusal(error);
        deps.log.warn({ account, code, outcome: 'not-mended' }, message);
        return 0;
      },
    );
    done += mended.reduce((sum, one) => sum + one, 0);
  }
  return done;

  async function mendOnce(transaction: Transaction, part: readonly string[]): Promise<number> {
    const { locked, look } = await lockAndAudit(transaction, part, terms);
    const at = look.now;
    const writes = new LedgerWrites(look);
    for (const one of locked) {
      const mended = mend(one, at);
      if (mended) gather(writes, one.row, mended, { ...request, action, at });
    }
    await writes.write(transaction, at);
    return writes.audits.length;
  }
}

function gather(
  writes: LedgerWrites,
  row: AccountRow,
  { account, notices = [], told }: Mended,
  { at, actor, reason, action }: Pick<AuditRow, 'at' | 'actor' | 'reason' | 'action'>,
): void {
  if (account) writes.accounts.push({ before: row, after: { ...row, account } });
  writes.notices.push(...notices);
  const by = { at, actor, action, target: `account:${row.account.id}`, reason, runId: null };
  writes.audits.push(...told.map((one) => ({ ...by, ...one })));
}

/** Looked at again under the locks. Ages play no part here. */
async function lockAndAudit(
  transaction: Transaction,
  ids: readonly string[],
  terms: Terms,
): Promise<{ locked: readonly Locked[]; look: LedgerLook }> {
  const { rows } = await lockAccounts(transaction, ids);
  const look = await requireFreeLedger(transaction);
  const at = look.now;
  const accounts = await listAudited(transaction, { ids }, { after: '', limit: ids.length });
  const rules = {
    terms,
    versions: await loadVersions(transaction),
    asOf: at,
    readAt: at,
    alarmAgeMs: Infinity,
  };
  const found = new Map(accounts.map((recorded) => [recorded.account.id, recorded]));
  const locked = rows.flatMap((row): Locked[] => {
    const recorded = found.get(row.account.id);
    return recorded ? [{ row, recorded, findings: auditAccount(recorded, rules) }] : [];
  });
  return { locked, look };
}

const isFound = ({ findings }: Locked, code: Finding['code']): boolean =>
  findings.some((one) => one.code === code);

/** The account's balance is a sum of its ledger: where only the sum is wrong, it is computed anew. */
export const restoreBalance: Mend = (locked) => {
  const { account } = locked.row;
  if (!isFound(locked, 'balance-differs') || isFound(locked, 'ledger-broken')) return undefined;
  const balance = locked.recorded.entries.at(-1)?.balance ?? account.openingBalance;
  const told = [{ before: { balance: account.balance }, after: { balance } }];
  return { account: { ...account, balance }, told };
};

/** The next date follows from the calendar and the last settlement: where it does not, it is computed anew. */
export const restoreNextDate =
  (terms: Terms): Mend =>
  (locked) => {
    const next = isFound(locked, 'next-date-wrong') && nextOf(locked.recorded, monthEndOf(terms));
    if (!next) return undefined;
    const account = { ...locked.row.account, ...next };
    return { account, told: [{ before: nextIn(locked.row.account), after: nextIn(account) }] };
  };

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

/** One notice for cycles that follow each other and have none; too old to be sent where the latest of them is. */
export const stageMissing =
  (noticeMaxAgeMs: number): Mend =>
  ({ row, recorded, findings }, at) => {
    const notices = untoldOf(recorded, findings).map(({ first, last, latestAt }): NoticeDraft => ({
      accountId: row.account.id,
      kind: 'grant',
      ref: `cycles:${first}..${last}`,
      state: at - (latestAt ?? at) > noticeMaxAgeMs ? 'too-old' : 'pending',
      firstCycleOn: first,
      lastCycleOn: last,
      runId: null,
      stagedAt: at,
    }));
    const told = notices.map(({ firstCycleOn, lastCycleOn, state }) => ({
      before: null,
      after: { firstCycleOn, lastCycleOn, state },
    }));
    return { notices, told };
  };

interface Untold {
  readonly first: LocalDate;
  last: LocalDate;
  latestAt: Instant | undefined;
}

/** Cycles without a notice, oldest first; one that was told comes between two of these. */
function untoldOf({ settlements }: AuditedAccount, findings: readonly Finding[]): Untold[] {
  const missing = new Set(findings.filter((one) => one.code === 'notice-missing').map((one) => one.cycleOn));
  const known = new Map(settlements.map((one) => [one.cycleOn, one]));
  const all = [...new Set([...missing, ...known.keys()])].filter((on) => on !== null).toSorted();
  const untold: Untold[] = [];
  let open: Untold | undefined;
  for (const on of all) {
    const settlement = known.get(on);
    if (missing.has(on)) {
      if (open) open.last = on;
      else untold.push((open = { first: on, last: on, latestAt: undefined }));
      open.latestAt = settlement?.startsAt;
    } else if (settlement?.notice === 'staged') open = undefined;
  }
  return untold;
}
