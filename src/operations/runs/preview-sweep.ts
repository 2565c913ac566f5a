/**
 * What a sweep would do, without doing it: the real path, settleAccounts, in transactions that are rolled back.
 *
 * Each page of due accounts is settled in a rehearsal; what was written is counted in SQL, as for a real run, and undone.
 */
import type { Database } from '../../db/connection.ts';
import { databaseNow, execute, shownNow } from '../../db/query.ts';
import { rehearse } from '../../db/rehearsal.ts';
import { type Instant, formatInstant } from '../../domain/calendar.ts';
import { invalidInput } from '../../errors.ts';
import { type DuePosition, countDue, listDue } from '../../ledger/accounts.ts';
import type { Run } from '../../ledger/runs.ts';
import { type TermsVersion, getLatestTerms } from '../../ledger/terms-versions.ts';
import { silentLog } from '../../log.ts';
import { type AsideFilter, listFailureWork } from '../../reports/failure-work.ts';
import { type RunCounts, countRun } from '../../reports/run-counts.ts';
import { massFailureOf } from '../settling/mass-failure.ts';
import type { OpenRun } from '../settling/run-directory.ts';
import { type SettleDeps, settleAccounts } from '../settling/settle-accounts.ts';

export interface PreviewDeps extends Pick<SettleDeps, 'clock' | 'settings'> {
  /** Of `openRehearsal`. For an as-of in the future its clock is set there. */
  readonly session: Database;
  readonly settleGraceMs: number;
}

export interface PreviewRequest {
  /** Also in the future; the database's clock less the grace when absent. */
  readonly asOf?: Instant;
  readonly signal?: AbortSignal;
  readonly onProgress?: (state: { done: number; total: number }) => void;
}

export interface SweepPreview extends Omit<
  RunCounts,
  'remaining' | 'skipped' | 'added' | 'taken' | 'returned' | 'notTaken'
> {
  readonly outcome: 'previewed' | 'interrupted';
  readonly asOf: Instant;
  readonly termsVersion: number;
  /** Accounts due at the as-of and not put aside; of a rerun, those on its list. */
  readonly due: number;
  /** So many would fail with one code that the run would stop itself, before it has settled all others. */
  readonly stopsItself: { readonly code: string; readonly accounts: number } | null;
}

/** Accounts in one outer transaction. */
const PAGE = 500;
/** No run has this number, so nothing else counts its rows. */
const PREVIEW_RUN = 0;
/** Where a session's clock ends on MariaDB before 11.5. */
const CLOCK_END = Date.parse('2038-01-19T03:14:07Z');
/** After every retry of a failing account: those that wait for one would be settled by the real run as well. */
const AFTER_RETRIES = Date.parse('9000-01-01T00:00:00Z');

/**
 * @throws invalid-input `as-of-too-late` beyond what the session's clock can be set to; unavailable when the
 *   database cannot be used
 */
export async function previewSweep(deps: PreviewDeps, request: PreviewRequest): Promise<SweepPreview> {
  const db = deps.session;
  const terms = await getLatestTerms(db);
  const now = await databaseNow(db);
  const asOf = request.asOf ?? now - deps.settleGraceMs;
  if (asOf > now) await setClock(db, asOf);
  const due = await countDue(db, asOf);
  const pages = pagesOf((after: DuePosition | undefined) =>
    listDue(db, { asOf, now: AFTER_RETRIES, after, limit: PAGE }),
  );
  return previewPages(deps, request, { run: virtualRun(asOf, terms), due }, pages);
}

/** What a rerun would do: the same, over the accounts on its list. */
export async function previewRerun(
  deps: PreviewDeps,
  request: Pick<PreviewRequest, 'signal' | 'onProgress'> & {
    readonly filter: AsideFilter;
    readonly asOf: Instant;
    readonly due: number;
  },
): Promise<SweepPreview> {
  const db = deps.session;
  const terms = await getLatestTerms(db);
  const now = await shownNow(db);
  const pages = pagesOf(async (after: { id: string } | undefined) => {
    const page = await listFailureWork(db, request.filter, { now, after: after?.id ?? '', limit: PAGE });
    return page.map((one) => ({ id: one.account }));
  });
  const run = { ...virtualRun(request.asOf, terms), kind: 'rerun' } as const;
  return previewPages(deps, request, { run, due: request.due }, pages);
}

/** What a sweep over some accounts would do. */
export async function previewListed(
  deps: PreviewDeps,
  request: Pick<PreviewRequest, 'signal' | 'onProgress'> & {
    readonly asOf: Instant;
    readonly ids: readonly string[];
  },
): Promise<SweepPreview> {
  const { ids, asOf } = request;
  const run = virtualRun(asOf, await getLatestTerms(deps.session));
  return previewPages(deps, request, { run, due: ids.length }, slicesOf(ids));
}

// eslint-disable-next-line @typescript-eslint/require-await
async function* slicesOf(ids: readonly string[]): AsyncGenerator<{ id: string }[]> {
  for (let from = 0; from < ids.length; from += PAGE)
    yield ids.slice(from, from + PAGE).map((id) => ({ id }));
}

async function* pagesOf<Position>(
  read: (after: Position | undefined) => Promise<Position[]>,
): AsyncGenerator<Position[]> {
  for (let after: Position | undefined; ;) {
    const page = await read(after);
    if (page.length > 0) yield page;
    after = page.at(-1);
    if (page.length < PAGE) return;
  }
}

async function previewPages(
  deps: PreviewDeps,
  request: Pick<PreviewRequest, 'signal' | 'onProgress'>,
  { run, due }: { readonly run: VirtualRun; readonly due: number },
  pages: AsyncIterable<readonly { readonly id: string }[]>,
): Promise<SweepPreview> {
  const { asOf, termsVersion } = run;
  const sum = { asOf, termsVersion, due, ...noCounts() };
  let done = 0;
  for await (const page of pages) {
    if (request.signal?.aborted) return { ...sum, outcome: 'interrupted', stopsItself: null };
    addCounts(sum, await rehearse(deps.session, (inside) => settleAndCount(deps, inside, run, page)));
    done += page.length;
    request.onProgress?.({ done, total: Math.max(due, done) });
  }
  return { ...sum, outcome: 'previewed', stopsItself: massFailureOf(sum.failures, due, deps.settings) };
}

/** The clock of the session, and of it alone, stands at an as-of that is still to come. */
async function setClock(db: Database, clockAt: Instant): Promise<void> {
  if (clockAt > CLOCK_END)
    throw invalidInput(
      'as-of-too-late',
      `--as-of ${formatInstant(clockAt)}: a dry run looks ahead to ${formatInstant(CLOCK_END)} at the most`,
    );
  await execute(db, 'SET timestamp = ?', [clockAt / 1_000]);
}

type VirtualRun = OpenRun & Run;

const virtualRun = (asOf: Instant, terms: TermsVersion): VirtualRun => ({
  id: PREVIEW_RUN,
  kind: 'sweep',
  state: 'completed',
  notify: 'digest',
  asOf,
  termsVersion: terms.version,
  terms: terms.terms,
  actor: '',
  reason: null,
  asked: null,
  dueAtStart: 0,
  programVersion: null,
  startedAt: asOf,
  heartbeatAt: asOf,
  endedAt: asOf,
});

type PageCounts = ReturnType<typeof noCounts>;

async function settleAndCount(
  { clock, settings }: PreviewDeps,
  db: Database,
  run: VirtualRun,
  page: readonly { readonly id: string }[],
): Promise<PageCounts> {
  const runs = { find: () => Promise.resolve(new Map([[run.id, run]])) };
  const outcomes = await settleAccounts(
    { db, clock, settings, runs, log: silentLog },
    page.map((one) => ({ account: one.id, run: run.id })),
  );
  const counts = await countRun(db, run);
  const failures: Record<string, number> = {};
  for (const one of outcomes.values())
    if (one.outcome === 'failed') failures[one.code] = (failures[one.code] ?? 0) + 1;
  const failed = Object.values(failures).reduce((sum, count) => sum + count, 0);
  return { ...counts, failed, failures };
}

const noCounts = () => ({
  settled: 0,
  failed: 0,
  cycles: 0,
  granted: 0,
  expired: 0,
  recovered: 0,
  net: 0,
  byCode: {} as Readonly<Record<string, number>>,
  failures: {} as Readonly<Record<string, number>>,
  notices: {} as Readonly<Record<string, number>>,
});

const NUMBERS = ['settled', 'failed', 'cycles', 'granted', 'expired', 'recovered', 'net'] as const;

function addCounts(sum: PageCounts, page: PageCounts): void {
  for (const name of NUMBERS) sum[name] += page[name];
  for (const name of ['byCode', 'failures', 'notices'] as const) sum[name] = sumOf(sum[name], page[name]);
}

function sumOf(
  a: Readonly<Record<string, number>>,
  b: Readonly<Record<string, number>>,
): Record<string, number> {
  const sum: Record<string, number> = { ...a };
  for (const [name, count] of Object.entries(b)) sum[name] = (sum[name] ?? 0) + count;
  return sum;
}
