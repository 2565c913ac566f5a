/**
 * What a backfill would do: the accounts of its range in pages, and of each the cycles that gave nothing. The same
 * look finds the work of a running backfill. It takes no lock; what is granted is decided again under one.
 */
import { createHash } from 'node:crypto';
import type { Queryable } from '../../db/query.ts';
import { databaseNow } from '../../db/query.ts';
import {
  type Backfilled,
  type BackfillReason,
  type Candidate,
  backfillAccount,
  findCandidates,
  isAsked,
} from '../../domain/corrections/backfill.ts';
import type { Instant, LocalDate } from '../../domain/calendar.ts';
import { type SettledBoundary, catchUp } from '../../domain/settle.ts';
import { type AccountRow, listAccounts } from '../../ledger/accounts.ts';
import type { BackfillAsked } from '../../ledger/backfills.ts';
import { type TermsVersion, getLatestTerms } from '../../ledger/terms-versions.ts';
import { loadPasts } from './backfill-facts.ts';
import { requireAccounts } from '../accounts/require-known.ts';

export interface BackfillSample {
  readonly account: string;
  readonly cycles: readonly {
    readonly cycleOn: LocalDate;
    readonly reason: BackfillReason;
    readonly connects: number;
  }[];
}

export interface BackfillPlan {
  readonly asked: BackfillAsked;
  readonly termsVersion: number;
  /** Changes whenever anything changes that would be granted, or by which. */
  readonly hash: string;
  /** With something to be granted. */
  readonly accounts: number;
  readonly cycles: number;
  readonly connects: number;
  /** Accounts that are due now and are settled first, as a sweep would; that is no part of the backfill. */
  readonly settledFirst: { readonly accounts: number; readonly cycles: number; readonly connects: number };
  /** Cycles to be granted, and their Connects. */
  readonly byReason: Readonly<Record<string, { readonly cycles: number; readonly connects: number }>>;
  /** Cycles that are left as they are, by why. */
  readonly skipped: Readonly<Record<string, number>>;
  /** Cycles whose settlement was lost, and will be recorded again from the ledger. */
  readonly recorded: number;
  /** Cycles that gave nothing for a reason that was not asked for. */
  readonly notIncluded: Readonly<Record<string, number>>;
  readonly samples: readonly BackfillSample[];
}

export interface PlanRequest {
  readonly asked: BackfillAsked;
  readonly signal?: AbortSignal;
  readonly onProgress?: (accounts: number) => void;
}

/** Accounts looked at in one go. */
export const PAGE = 500;
const SAMPLES_MAX = 5;

/** @throws not-found `unknown-account`, naming those that are asked for and are not there */
export async function planBackfill(db: Queryable, request: PlanRequest): Promise<BackfillPlan> {
  const { asked } = request;
  await requireAccounts(db, asked.accounts);
  const terms = await getLatestTerms(db);
  const now = await databaseNow(db);
  const sum = new PlanSum(asked, terms);
  let looked = 0;
  for await (const page of candidatePages(db, asked, terms)) {
    for (const one of page.found) sum.add(one, now);
    looked += page.looked;
    request.onProgress?.(looked);
    if (request.signal?.aborted) break;
  }
  return sum.plan();
}

/** An account of the range with at least one cycle that gave nothing, whether its reason was asked for or not. */
export interface FoundAccount {
  readonly row: AccountRow;
  readonly candidates: readonly Candidate[];
}

export interface CandidatePage {
  readonly found: readonly FoundAccount[];
  /** Accounts looked at, and the last of them: where the next page begins. */
  readonly looked: number;
  readonly lastId: string;
}

/** Pages in the order of ids, after `after`. */
export async function* candidatePages(
  db: Queryable,
  asked: BackfillAsked,
  terms: TermsVersion,
  after = '',
): AsyncGenerator<CandidatePage> {
  for (let position = after; ;) {
    const rows = await readPage(db, asked, position);
    const last = rows.at(-1);
    if (!last) return;
    const pasts = await loadPasts(
      db,
      rows.map((row) => row.account),
      asked,
      terms.terms,
    );
    const found = rows.flatMap((row) => {
      const past = pasts.get(row.account.id);
      const candidates = past ? findCandidates(row.account, past, asked) : [];
      return candidates.length > 0 ? [{ row, candidates }] : [];
    });
    position = last.account.id;
    yield { found, looked: rows.length, lastId: position };
  }
}

function readPage(db: Queryable, { accounts, plan }: BackfillAsked, after: string): Promise<AccountRow[]> {
  const page = { after, limit: PAGE };
  if (accounts) {
    const begin = accounts.findIndex((id) => id > after);
    return listAccounts(db, { ids: begin < 0 ? [] : accounts.slice(begin, begin + PAGE) }, page);
  }
  return listAccounts(db, plan === undefined ? {} : { plan }, page);
}

type Counts = Record<string, number>;

class PlanSum {
  readonly #asked: BackfillAsked;
  readonly #terms: TermsVersion;
  readonly #hash = createHash('sha256');
  readonly #byReason: Record<string, { cycles: number; connects: number }> = {};
  readonly #skipped: Counts = {};
  readonly #notIncluded: Counts = {};
  readonly #samples: BackfillSample[] = [];
  readonly #first = { accounts: 0, cycles: 0, connects: 0 };
  readonly #sum = { accounts: 0, cycles: 0, connects: 0, recorded: 0 };

  constructor(asked: BackfillAsked, terms: TermsVersion) {
    this.#asked = asked;
    this.#terms = terms;
    this.#hash.update(JSON.stringify([asked, terms.version]));
  }

  add({ row, candidates }: FoundAccount, now: Instant): void {
    const asked = candidates.filter((one) => isAsked(one, this.#asked));
    for (const one of candidates) if (!asked.includes(one)) count(this.#notIncluded, one.reason);
    const cycles = this.#decide(row, asked, now);
    const granted = cycles.filter((one) => one.outcome === 'granted');
    for (const one of cycles) this.#addCycle(row.account.id, one);
    if (granted.length === 0) return;
    this.#sum.accounts += 1;
    if (this.#samples.length < SAMPLES_MAX) this.#samples.push(sampleOf(row.account.id, granted));
  }

  /** What would be granted now; nothing where the account cannot be brought current. */
  #decide(row: AccountRow, asked: readonly Candidate[], now: Instant): readonly Backfilled[] {
    const { terms } = this.#terms;
    try {
      const { account, settled } = catchUp(row.account, terms, now);
      if (asked.length > 0) this.#addFirst(settled);
      return backfillAccount(account, asked, { terms, backfill: 0, now }).cycles;
    } catch {
      for (const _one of asked) count(this.#skipped, 'not-current');
      return [];
    }
  }

  #addFirst(settled: readonly SettledBoundary[]): void {
    if (settled.length === 0) return;
    this.#first.accounts += 1;
    this.#first.cycles += settled.length;
    for (const { settlement } of settled) this.#first.connects += settlement.free + settlement.paid;
  }

  #addCycle(account: string, one: Backfilled): void {
    if (one.outcome === 'skipped') return count(this.#skipped, one.why);
    this.#hash.update(`\n${account} ${one.on} ${one.reason} ${one.outcome} ${one.free} ${one.paid}`);
    if (one.outcome === 'recorded') return void (this.#sum.recorded += 1);
    const connects = one.free + one.paid;
    const known = this.#byReason[one.reason] ?? { cycles: 0, connects: 0 };
    this.#byReason[one.reason] = { cycles: known.cycles + 1, connects: known.connects + connects };
    this.#sum.cycles += 1;
    this.#sum.connects += connects;
    return undefined;
  }

  plan(): BackfillPlan {
    return {
      asked: this.#asked,
      termsVersion: this.#terms.version,
      hash: this.#hash.digest('hex').slice(0, HASH_LENGTH),
      ...this.#sum,
      settledFirst: this.#first,
      byReason: this.#byReason,
      skipped: this.#skipped,
      notIncluded: this.#notIncluded,
      samples: this.#samples,
    };
  }
}

/** Short enough to be typed, long enough that no two plans share it. */
const HASH_LENGTH = 16;

function count(counts: Counts, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}

const sampleOf = (account: string, granted: readonly Backfilled[]): BackfillSample => ({
  account,
  cycles: granted.map((one) => ({
    cycleOn: one.on,
    reason: one.reason,
    connects: one.free + one.paid,
  })),
});
