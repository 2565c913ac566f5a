/**
 * Taking a run back: for every account that it granted something, one `reversal` entry of the whole, and an amendment
 * that marks each cycle `reversed`. A backfill that includes `reversed` then grants those cycles again, under whatever
 * terms are in force by then. Settlements and entries stay as they are.
 *
 *   the process dies        the same command goes on: an account is reversed in one transaction, or not at all
 *   an account fails        it is told; the others are reversed, and the same command tries it again
 */
import { type Database, type Transaction, databaseUnavailable, inTransaction } from '../../db/connection.ts';
import { classOfDatabaseError, describeRowError, isDatabaseError } from '../../db/errors.ts';
import { databaseNow } from '../../db/query.ts';
import { rehearse } from '../../db/rehearsal.ts';
import type { Instant, LocalDate } from '../../domain/calendar.ts';
import {
  type Expiry,
  type GrantedCycle,
  type Reversal,
  reverseCycles,
} from '../../domain/corrections/reversal.ts';
import { ConnectsError, messageOf } from '../../errors.ts';
import { type AccountRow, lockAccounts } from '../../ledger/accounts.ts';
import { type AmendmentRow, listAmendments } from '../../ledger/amendments.ts';
import { insertAudit } from '../../ledger/audit-log.ts';
import { listFailedPayments } from '../../ledger/decisions.ts';
import { type ExpiryRow, listExpiries } from '../../ledger/lapses.ts';
import {
  type GrantSource,
  type RunCycle,
  anyReversedOf,
  listAccountsGrantedBy,
  listCyclesGrantedBy,
  reversedRunOf,
} from '../../ledger/run-grants.ts';
import {
  type Notify,
  type Run,
  closeRun,
  findRun,
  findRunByKey,
  insertRun,
  leaseSubmitting,
  releaseSubmitting,
} from '../../ledger/runs.ts';
import { type TermsVersion, findTermsVersion } from '../../ledger/terms-versions.ts';
import type { NoticeDraft } from '../../outbox/outbox.ts';
import { groupBy } from '../backfills/backfill-facts.ts';
import type { BatchDeps } from '../backfills/backfill-batch.ts';
import { getLatestTerms } from '../backfills/backfill-plan.ts';
import { logClosed } from '../runs/close-run.ts';
import { LedgerWrites } from '../settling/ledger-writes.ts';
import { settleAccounts } from '../settling/settle-accounts.ts';

export interface ReverseRequest {
  /** A run; or the boundaries that events settled under a version of the terms, which belong to no run. */
  readonly source: GrantSource;
  readonly actor: string;
  readonly reason: string;
  /** Whether members hear of it; none when absent. */
  readonly notify?: 'none' | 'each';
  readonly signal?: AbortSignal;
  readonly onProgress?: (state: { done: number; total?: number }) => void;
}

/** What could not be taken from one account. */
export interface ShortAccount {
  readonly account: string;
  readonly notTaken: number;
}

export interface ReverseOutcome {
  readonly outcome: 'reversed' | 'interrupted' | 'previewed';
  /** The reversal's own run; null for a dry run. */
  readonly reversal: number | null;
  readonly accounts: number;
  readonly cycles: number;
  /** Connects taken back, and given back where more had expired than was granted. */
  readonly taken: number;
  readonly givenBack: number;
  readonly notTaken: number;
  /** Left alone, because a later cycle had let it expire. */
  readonly lapsed: number;
  /** Accounts that were due, and were settled on the way: `reverse-run` of the reversal's own run takes that back. */
  readonly settled: number;
  /** The version of the terms that they were settled by. */
  readonly termsVersion: number;
  /** The first of those from whom not all could be taken. */
  readonly short: readonly ShortAccount[];
  readonly shortAccounts: number;
  readonly failed: readonly { readonly account: string; readonly code: string; readonly message: string }[];
}

/** Accounts of one transaction. */
const PAGE = 500;
const LEASE_MS = 30_000;
/** Accounts named one by one. */
const SHORT_MAX = 1_000;

/**
 * @throws not-found `unknown-run`; invalid-input `not-reversible`; conflict `run-open`, `already-reversed`,
 *   `nothing-to-reverse`, `reversal-active`; unavailable: the same call goes on
 */
export async function reverseRun(deps: BatchDeps, request: ReverseRequest): Promise<ReverseOutcome> {
  await requireReversible(deps.db, request.source);
  const terms = await getLatestTerms(deps.db);
  const run = await openOrJoin(deps, request, terms);
  const sum = new Sum(run.id, terms.version);
  let held = await lease(deps.db, run.id, undefined);
  const ground = {
    source: request.source,
    reversal: run.id,
    notify: run.notify,
    terms,
    actor: request.actor,
    reason: request.reason,
  };
  for await (const ids of pagesOf(deps.db, request.source)) {
    if (request.signal?.aborted) {
      await releaseSubmitting(deps.db, run.id, held);
      return sum.end('interrupted');
    }
    sum.add(await reverseAccounts(deps, ground, ids));
    request.onProgress?.({ done: sum.done });
    held = await lease(deps.db, run.id, held);
  }
  const state = sum.failedAny ? 'completed-with-failures' : 'completed';
  const now = await databaseNow(deps.db);
  if (await closeRun(deps.db, run.id, state, now)) await logClosed(deps, run, state, now);
  return sum.end('reversed');
}

/**
 * The same, in transactions that are rolled back.
 * @param deps `session`: one connection that nobody else uses
 */
export async function rehearseReversal(
  deps: BatchDeps & { readonly session: Database },
  request: ReverseRequest,
): Promise<ReverseOutcome> {
  await requireReversible(deps.db, request.source);
  const terms = await getLatestTerms(deps.db);
  const sum = new Sum(null, terms.version);
  const ground = {
    source: request.source,
    reversal: NOBODYS,
    notify: request.notify ?? 'none',
    terms,
    actor: request.actor,
    reason: request.reason,
  };
  for await (const ids of pagesOf(deps.db, request.source)) {
    if (request.signal?.aborted) break;
    sum.add(await rehearse(deps.session, (db) => reverseAccounts({ ...deps, db }, ground, ids)));
    request.onProgress?.({ done: sum.done });
  }
  return sum.end('previewed');
}

/** No run has this number. */
const NOBODYS = 0;

// ------------------------------------------------------------------------------------------------ guards

async function requireReversible(db: Database, source: GrantSource): Promise<void> {
  const kind = 'run' in source ? (await requireClosed(db, source.run)).kind : undefined;
  if ('eventsUnder' in source && !(await findTermsVersion(db, source.eventsUnder)))
    throw new ConnectsError('not-found', 'unknown-terms', `there is no terms version ${source.eventsUnder}`);
  const [first] = await listAccountsGrantedBy(db, source, { after: '', limit: 1 });
  if (first !== undefined) return;
  if (kind === 'reversal')
    throw new ConnectsError(
      'invalid-input',
      'not-reversible',
      `${nameOf(source)} is a reversal that settled nothing itself: ` +
        '"connects backfill start --include reversed" grants again what it took back',
    );
  const what = nameOf(source);
  if (await anyReversedOf(db, source))
    throw new ConnectsError('conflict', 'already-reversed', `what ${what} granted was reversed already`);
  throw new ConnectsError('conflict', 'nothing-to-reverse', `${what} granted nothing that could be reversed`);
}

async function requireClosed(db: Database, id: number): Promise<Run> {
  const run = await findRun(db, id);
  if (!run)
    throw new ConnectsError('not-found', 'unknown-run', `there is no run ${id}: see "connects run list"`);
  if (run.endedAt === null)
    throw new ConnectsError(
      'conflict',
      'run-open',
      `run ${id} is ${run.state}: wait for it, or "connects run stop ${id}"`,
    );
  return run;
}

const nameOf = (source: GrantSource): string =>
  'run' in source ? `run ${source.run}` : `events under terms version ${source.eventsUnder}`;

/** As the audit log and the key of an open run have it. */
const targetOf = (source: GrantSource): string =>
  'run' in source ? `run:${source.run}` : `events:terms-${source.eventsUnder}`;

/** Events go on settling, so what they did can be taken back more than once: each time by another reversal. */
const subjectOf = (source: GrantSource, reversal: number): string =>
  'run' in source ? targetOf(source) : `${targetOf(source)}:${reversal}`;

const keyOf = (source: GrantSource): string => `reverse-${targetOf(source)}`;

/** A reversal whose process died is gone on with; one that is at work is not disturbed. */
async function openOrJoin(deps: BatchDeps, request: ReverseRequest, terms: TermsVersion): Promise<Run> {
  const { db } = deps;
  const id = await inTransaction(db, async (transaction) => {
    const at = await databaseNow(transaction);
    const { actor, reason } = request;
    const inserted = await insertRun(transaction, {
      kind: 'reversal',
      asOf: at,
      termsVersion: terms.version,
      actor,
      reason,
      at,
      notify: request.notify ?? 'none',
      dueAtStart: 0,
      openKey: keyOf(request.source),
    });
    if (inserted === 'taken') return inserted;
    await insertAudit(transaction, {
      at,
      actor,
      action: 'run.reverse',
      target: targetOf(request.source),
      reason,
      runId: inserted,
      before: { reversed: false },
      after: { reversal: inserted },
    });
    return inserted;
  });
  const run = id === 'taken' ? await findRunByKey(db, keyOf(request.source)) : await findRun(db, id);
  if (run) return run;
  throw active(nameOf(request.source));
}

const active = (what: string): ConnectsError =>
  new ConnectsError('conflict', 'reversal-active', `${what}: somebody else is reversing it right now`);

/** @throws conflict `reversal-active` while another process holds it */
async function lease(db: Database, runId: number, held: Instant | undefined): Promise<Instant> {
  const now = await databaseNow(db);
  const until = Math.max(now + LEASE_MS, (held ?? 0) + 1);
  if (await leaseSubmitting(db, { runId, now, until, held })) return until;
  throw active(`run ${runId}`);
}

// ------------------------------------------------------------------------------------------------ the work

async function* pagesOf(db: Database, source: GrantSource): AsyncGenerator<string[]> {
  for (let after = ''; ;) {
    const ids = await listAccountsGrantedBy(db, source, { after, limit: PAGE });
    const last = ids.at(-1);
    if (last === undefined) return;
    yield ids;
    after = last;
  }
}

interface Ground {
  readonly source: GrantSource;
  readonly reversal: number;
  readonly notify: Notify;
  readonly terms: TermsVersion;
  readonly actor: string;
  readonly reason: string;
}

interface Reversed {
  /** Accounts that were due before. */
  readonly settled?: number;
  readonly done: readonly { readonly account: string; readonly reversal: Reversal }[];
  readonly failed: readonly { readonly account: string; readonly code: string; readonly message: string }[];
}

/** They are brought current first, as before anything that happens to an account. */
async function reverseAccounts(deps: BatchDeps, ground: Ground, ids: readonly string[]): Promise<Reversed> {
  const { terms, reversal } = ground;
  const now = await databaseNow(deps.db);
  const run = { id: reversal, kind: 'reversal', asOf: now, notify: 'digest' } as const;
  const pinned = { ...run, termsVersion: terms.version, terms: terms.terms };
  const runs = { find: () => Promise.resolve(new Map([[reversal, pinned]])) };
  const outcomes = await settleAccounts(
    { ...deps, runs },
    ids.map((account) => ({ account, run: reversal })),
  );
  const failed = [...outcomes].flatMap(([account, one]) =>
    one.outcome === 'failed' ? [{ account, code: one.code, message: one.message }] : [],
  );
  const good = ids.filter((id) => !failed.some((one) => one.account === id));
  const reversed = await reverseOrHalve(deps.db, ground, good);
  const settled = [...outcomes.values()].filter((one) => one.outcome === 'settled').length;
  return { settled, done: reversed.done, failed: [...failed, ...reversed.failed] };
}

async function reverseOrHalve(db: Database, ground: Ground, ids: readonly string[]): Promise<Reversed> {
  if (ids.length === 0) return { done: [], failed: [] };
  try {
    return await inTransaction(db, (transaction) => reverseOnce(transaction, ground, ids));
  } catch (error) {
    if (!isDatabaseError(error)) throw error;
    if (classOfDatabaseError(error) !== 'row') throw databaseUnavailable(error);
    const [account, ...others] = ids;
    if (account !== undefined && others.length === 0)
      return { done: [], failed: [{ account, ...describeRowError(error) }] };
    const middle = Math.ceil(ids.length / 2);
    const left = await reverseOrHalve(db, ground, ids.slice(0, middle));
    const right = await reverseOrHalve(db, ground, ids.slice(middle));
    return { done: [...left.done, ...right.done], failed: [...left.failed, ...right.failed] };
  }
}

async function reverseOnce(
  transaction: Transaction,
  ground: Ground,
  ids: readonly string[],
): Promise<Reversed> {
  const { rows } = await lockAccounts(transaction, ids);
  const now = await databaseNow(transaction);
  const cycles = groupBy(await listCyclesGrantedBy(transaction, ground.source, ids), (one) => one.accountId);
  const amendments = groupBy(await listAmendments(transaction, ids), (one) => one.accountId);
  const expiries = groupBy(await listExpiries(transaction, ids), (one) => one.accountId);
  const failedPayments = await listFailedPayments(transaction, ids);
  const writes = new LedgerWrites();
  const done: { account: string; reversal: Reversal }[] = [];
  const failed: { account: string; code: string; message: string }[] = [];
  for (const row of rows) {
    const account = row.account.id;
    const own = { amendments: amendments.get(account) ?? [], expiries: expiries.get(account) ?? [] };
    const facts = { row, ...own, failedPayments, now };
    try {
      const reversal = reverseAccount(ground, facts, cycles.get(account) ?? [], writes);
      if (reversal) done.push({ account, reversal });
    } catch (error) {
      const code = error instanceof ConnectsError ? error.code : 'unexpected';
      failed.push({ account, code, message: messageOf(error) });
    }
  }
  auditBatch(ground, rows, done, now, writes);
  await writes.write(transaction, now);
  return { done, failed };
}

interface Facts {
  readonly row: AccountRow;
  /** Of all its cycles. */
  readonly amendments: readonly AmendmentRow[];
  readonly expiries: readonly ExpiryRow[];
  readonly failedPayments: ReadonlySet<string>;
  readonly now: Instant;
}

/** Undefined where another process reversed it a moment ago. */
function reverseAccount(
  ground: Ground,
  { row, amendments, expiries, failedPayments, now }: Facts,
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
  const subject = subjectOf(ground.source, ground.reversal);
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
  writes.entries.push(...reversal.entries.map((entry) => ({ ...by, entry })));
  if (notice === 'staged') writes.notices.push(noticeOf(account.id, ground, now));
  writes.accounts.push({ ...row, account: reversal.account });
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
const noticeOf = (accountId: string, { reversal }: Ground, stagedAt: Instant): NoticeDraft => ({
  accountId,
  kind: 'reversal',
  ref: `run:${reversal}`,
  state: 'pending',
  runId: reversal,
  stagedAt,
  firstCycleOn: null,
  lastCycleOn: null,
});

/** Who, why, before and after: one row a batch, in the transaction that does it. */
function auditBatch(
  { source, reversal, actor, reason }: Ground,
  rows: readonly AccountRow[],
  done: Reversed['done'],
  at: Instant,
  writes: LedgerWrites,
): void {
  if (done.length === 0) return;
  const ids = new Set(done.map((one) => one.account));
  const own = rows.filter((row) => ids.has(row.account.id));
  const taken = done.reduce((sum, one) => sum + one.reversal.taken, 0);
  const notTaken = done.reduce((sum, one) => sum + one.reversal.notTaken, 0);
  const balances = own.reduce((sum, row) => sum + row.account.balance, 0);
  const [first, last] = [done[0]?.account, done.at(-1)?.account];
  writes.audits.push({
    at,
    actor,
    action: 'run.reverse',
    target: targetOf(source),
    reason,
    runId: reversal,
    before: {
      accounts: done.length,
      first,
      last,
      balances,
    },
    after: {
      taken,
      notTaken,
      balances: balances - taken,
    },
  });
}

// --------------------------------------------------------------------------------------------------- sums

class Sum {
  readonly #reversal: number | null;
  readonly #failed: Reversed['failed'][number][] = [];
  readonly #short: ShortAccount[] = [];
  readonly #termsVersion: number;
  readonly #counts = {
    accounts: 0,
    cycles: 0,
    taken: 0,
    givenBack: 0,
    notTaken: 0,
    shortAccounts: 0,
    lapsed: 0,
    settled: 0,
  };

  constructor(reversal: number | null, termsVersion: number) {
    this.#reversal = reversal;
    this.#termsVersion = termsVersion;
  }

  get done(): number {
    return this.#counts.accounts + this.#failed.length;
  }

  get failedAny(): boolean {
    return this.#failed.length > 0;
  }

  add({ done, failed, settled = 0 }: Reversed): void {
    this.#failed.push(...failed);
    this.#counts.settled += settled;
    for (const { account, reversal } of done) {
      const { taken, notTaken, cycles } = reversal;
      this.#counts.accounts += 1;
      this.#counts.cycles += cycles.length;
      this.#counts[taken < 0 ? 'givenBack' : 'taken'] += Math.abs(taken);
      this.#counts.notTaken += notTaken;
      this.#counts.lapsed += reversal.lapses.reduce((sum, one) => sum + one.amount, 0);
      if (notTaken === 0) continue;
      this.#counts.shortAccounts += 1;
      if (this.#short.length < SHORT_MAX) this.#short.push({ account, notTaken });
    }
  }

  end(outcome: ReverseOutcome['outcome']): ReverseOutcome {
    const of = { reversal: this.#reversal, termsVersion: this.#termsVersion };
    return { outcome, ...of, ...this.#counts, short: this.#short, failed: this.#failed };
  }
}
