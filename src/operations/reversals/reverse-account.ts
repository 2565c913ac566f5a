/** Taking back from one account, under its lock: what is decided, and the rows of it. */
import type { Transaction } from '../../db/connection.ts';
import type { Instant, LocalDate } from '../../domain/calendar.ts';
import {
  type Expiry,
  type GrantedCycle,
  type Reversal,
  reverseCycles,
} from '../../domain/corrections/reversal.ts';
import { groupBy } from '../../group-by.ts';
import type { AccountRow } from '../../ledger/accounts.ts';
import type { AmendmentRow } from '../../ledger/amendments.ts';
import type { ExpiryRow } from '../../ledger/lapses.ts';
import { type GrantFilter, type GrantSource, type RunCycle, reversedRunOf } from '../../ledger/run-grants.ts';
import type { Notify } from '../../ledger/runs.ts';
import type { TermsVersion } from '../../ledger/terms-versions.ts';
import type { NoticeDraft } from '../../outbox/outbox.ts';
import type { LedgerWrites } from '../settling/ledger-writes.ts';
import { subjectOf } from './reversal-source.ts';

/** What is taken back, by which reversal, and for whom. */
export interface ReversalGround {
  readonly source: GrantSource;
  readonly filter: GrantFilter;
  readonly reversal: number;
  readonly notify: Notify;
  readonly terms: TermsVersion;
  readonly actor: string;
  readonly reason: string;
  /** Asked in every transaction that takes back: throws where that is somebody else's by now. */
  readonly keep?: (transaction: Transaction) => Promise<void>;
}

export interface AccountFacts {
  readonly row: AccountRow;
  /** Of all its cycles. */
  readonly amendments: readonly AmendmentRow[];
  readonly expiries: readonly ExpiryRow[];
  readonly failedPayments: ReadonlySet<string>;
  readonly now: Instant;
}

/** @returns undefined where another process reversed it a moment ago */
export function reverseAccount(
  ground: ReversalGround,
  { row, amendments, expiries, failedPayments, now }: AccountFacts,
  cycles: readonly RunCycle[],
  writes: LedgerWrites,
): Reversal | undefined {
  const { account } = row;
  const ofCycle = groupBy(amendments, (one) => one.cycleOn);
  const before = (on: LocalDate): readonly AmendmentRow[] => ofCycle.get(on) ?? [];
  if (cycles.length === 0) return undefined;
  const granted = cycles.map((one): GrantedCycle => {
    const notTakenBefore = before(one.on).findLast((later) => later.kind === 'reversed')?.notTaken ?? 0;
    const paymentFailed = failedPayments.has(`${account.id}/${one.on}`);
    const own = one.decisionNo === null ? undefined : expiries.find(({ on }) => on === one.on);
    return { ...one, notTakenBefore, paymentFailed, lapsedBefore: own?.lapsed ?? 0 };
  });
  const isReversed = (on: LocalDate): boolean =>
    cycles.some((one) => one.on === on && one.decisionNo !== null) ||
    before(on).some((one) => one.kind === 'reversed');
  const standing = expiries.filter(({ on }) => !isReversed(on)).map((one) => toExpiry(one, cycles));
  const subject = subjectOf(ground.source, ground.filter, ground.reversal);
  const reversal = reverseCycles(account, { cycles: granted, expiries: standing }, subject, now);
  const lapsed = { accountId: account.id, runId: ground.reversal };
  writes.lapses.push(...reversal.lapses.map((one) => ({ ...one, ...lapsed })));
  const notice =
    ground.notify === 'none' ? 'not-asked' : reversal.entries.length > 0 ? 'staged' : 'unchanged';
  let balance = account.balance;
  for (const [index, cycle] of reversal.cycles.entries()) {
    const { startsAt, plan } = cycles[index] as RunCycle;
    const opening = balance;
    balance -= cycle.taken;
    writes.amendments.push({
      accountId: account.id,
      cycleOn: cycle.on,
      no: before(cycle.on).length + 1,
      kind: 'reversed',
      startsAt,
      plan,
      opening,
      closing: balance,
      expired: cycle.expired,
      free: cycle.free,
      paid: cycle.paid,
      recovered: cycle.recovered,
      owed: cycle.owed,
      short: cycle.short,
      notTaken: cycle.notTaken,
      termsVersion: ground.terms.version,
      runId: ground.reversal,
      reversedRun: reversedRunOf(ground.source),
      notice,
      postedAt: now,
    });
  }
  const by = { accountId: account.id, runId: ground.reversal, postedAt: now };
  const { plan } = account;
  writes.entries.push(...reversal.entries.map((entry) => ({ ...by, entry, plan })));
  if (notice === 'staged') writes.notices.push(noticeOf(account.id, ground, now));
  writes.accounts.push({ before: row, after: { ...row, account: reversal.account } });
  return reversal;
}

/** What was let expire after a cycle of the run was granted: in the order in which it was decided. */
const toExpiry = (expiry: ExpiryRow, cycles: readonly RunCycle[]): Expiry => ({
  on: expiry.on,
  expired: expiry.expired - expiry.lapsed,
  follows: new Set(
    cycles
      .filter(({ decisionNo, postedAt }) =>
        decisionNo === null ? postedAt < expiry.postedAt : decisionNo < expiry.decisionNo,
      )
      .map((one) => one.on),
  ),
});

/** It tells of now, so it is never too old. */
const noticeOf = (accountId: string, { reversal }: ReversalGround, stagedAt: Instant): NoticeDraft => ({
  accountId,
  kind: 'reversal',
  ref: `run:${reversal}`,
  state: 'pending',
  runId: reversal,
  stagedAt,
  firstCycleOn: null,
  lastCycleOn: null,
});
