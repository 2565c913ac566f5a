/** What is recorded of some accounts' past, in a range of dates: what backfilling and reversing decide from. */
import type { Queryable } from '../../db/query.ts';
import { type Account, cycleSubject } from '../../domain/account.ts';
import type { Asked, LostCycle, Past, PastCycle, PostedCycle } from '../../domain/corrections/backfill.ts';
import { type Instant, type LocalDate, type MonthEnd, firstInstantOf } from '../../domain/calendar.ts';
import { type PastBoundary, pastBoundaries } from '../../domain/corrections/past-boundaries.ts';
import { wasActive } from '../../domain/corrections/past-status.ts';
import type { Span } from '../../domain/spans.ts';
import { type Terms, monthEndOf, termsInForce } from '../../domain/terms.ts';
import { groupBy } from '../../group-by.ts';
import { type AmendmentRow, listAmendments } from '../../ledger/amendments.ts';
import { findClosings } from '../../ledger/closings.ts';
import { type RecordedSettlement, listSettlementsOf } from '../../ledger/cycles.ts';
import { listFailedPayments } from '../../ledger/decisions.ts';
import { type CycleEntry, findBalanceAt, listCycleEntries } from '../../ledger/entries.ts';
import { listStatusChanges } from '../../ledger/events.ts';
import { findInactiveOpenings } from '../../ledger/openings.ts';
import { listSpansOf } from '../../ledger/spans.ts';

/** An account's past, and what its operation writes beside it. */
export interface RecordedPast extends Past {
  /** Of each cycle, oldest first. */
  readonly amendments: ReadonlyMap<LocalDate, readonly AmendmentRow[]>;
  readonly settlements: ReadonlyMap<LocalDate, RecordedSettlement>;
  /** By which run the entries were posted whose settlement is lost. */
  readonly postedBy: ReadonlyMap<LocalDate, number | null>;
}

/** No zone is further than this from UTC, with a day that it may skip. */
const MARGIN_MS = 2 * 86_400_000;

/** @param accounts as stored, at most a few hundred */
export async function loadPasts(
  db: Queryable,
  accounts: readonly Account[],
  asked: Pick<Asked, 'from' | 'to'>,
  terms: Terms,
): Promise<Map<string, RecordedPast>> {
  const monthEnd = monthEndOf(terms);
  const ids = accounts.map((one) => one.id);
  const range = { first: asked.from, last: asked.to };
  const settlements = groupBy(await listSettlementsOf(db, ids, range), (one) => one.accountId);
  const amendments = groupBy(await listAmendments(db, ids), (one) => one.accountId);
  const spans = await listSpansOf(db, ids);
  const failed = amendments.size > 0 || settlements.size > 0 ? await listFailedPayments(db, ids) : new Set();
  const closings = await findClosings(db, accounts);
  const walked = new Map(
    accounts.map(({ id }) => [id, walk(spans.get(id) ?? [], asked, monthEnd, closings.get(id))]),
  );
  const unsettled = new Map(accounts.map((one) => [one.id, unsettledOf(one, settlements, walked)]));
  const posted = await loadPosted(db, unsettled);
  const lost = await loadLost(db, accounts, unsettled, posted, terms);
  return new Map(
    ids.map((id) => {
      const ofAccount = groupBy(amendments.get(id) ?? [], (one) => one.cycleOn);
      const own = settlements.get(id) ?? [];
      const cycles = own.map((one) =>
        toPastCycle(one, ofAccount.get(one.cycleOn) ?? [], failed.has(keyOf(one))),
      );
      const entries = groupBy(posted.get(id) ?? [], (one) => one.cycleOn);
      const past: RecordedPast = {
        boundaries: walked.get(id) ?? [],
        cycles: new Map(cycles.map((one) => [one.on, one])),
        posted: new Map([...entries].map(([on, rows]) => [on, toPosted(rows)])),
        postedBy: new Map([...entries].map(([on, rows]) => [on, rows[0]?.runId ?? null])),
        lost: lost.get(id) ?? new Map(),
        amendments: ofAccount,
        settlements: new Map(own.map((one) => [one.cycleOn, one])),
      };
      return [id, past];
    }),
  );
}

const keyOf = (one: RecordedSettlement): string => `${one.accountId}/${one.cycleOn}`;

function walk(
  spans: readonly Span[],
  { from, to }: Pick<Asked, 'from' | 'to'>,
  monthEnd: MonthEnd,
  closedAt: Instant | undefined,
): PastBoundary[] {
  const last = firstInstantOf(to, 'UTC') + MARGIN_MS;
  // Closing an account ends its calendar; events that come later, and are refused, move its watermark all the same.
  const until: Instant = Math.min(last, closedAt ?? last);
  const since = firstInstantOf(from, 'UTC') - MARGIN_MS;
  return spans.length === 0 ? [] : pastBoundaries(spans, monthEnd, until, since);
}

/** Boundaries that must have a settlement, and have none. */
function unsettledOf(
  { id, trackedFrom }: Account,
  settlements: ReadonlyMap<string, readonly RecordedSettlement[]>,
  walked: ReadonlyMap<string, readonly PastBoundary[]>,
): PastBoundary[] {
  const settled = new Set(settlements.get(id)?.map((one) => one.cycleOn));
  return (walked.get(id) ?? []).filter((one) => one.at >= trackedFrom && !settled.has(one.on));
}

/** By account. */
type Unsettled = ReadonlyMap<string, readonly PastBoundary[]>;

/** What stands in the ledger for boundaries that have no settlement. */
async function loadPosted(db: Queryable, unsettled: Unsettled): Promise<Map<string, CycleEntry[]>> {
  const owners = [...unsettled].filter(([, boundaries]) => boundaries.length > 0).map(([id]) => id);
  const subjects = new Set([...unsettled.values()].flat().map((one) => cycleSubject(one.on)));
  return groupBy(await listCycleEntries(db, owners, [...subjects].toSorted()), (one) => one.accountId);
}

/** Of boundaries for which nothing stands in the ledger either: those at which nothing was to be granted. */
async function loadLost(
  db: Queryable,
  accounts: readonly Account[],
  unsettled: Unsettled,
  posted: ReadonlyMap<string, readonly CycleEntry[]>,
  terms: Terms,
): Promise<Map<string, Map<LocalDate, LostCycle>>> {
  const owners = accounts.filter(({ id }) => (unsettled.get(id) ?? []).length > 0);
  const ids = owners.map((one) => one.id);
  const changes = groupBy(await listStatusChanges(db, ids), (one) => one.account);
  const openings = await findInactiveOpenings(db, ids);
  const lost = new Map<string, Map<LocalDate, LostCycle>>();
  for (const { id, nextCycleOn, openingBalance } of owners) {
    const has = new Set(posted.get(id)?.map((one) => one.cycleOn));
    const codes = new Map<LocalDate, LostCycle>();
    for (const { on, at } of unsettled.get(id) ?? []) {
      // What is due is for settling.
      if (has.has(on) || (nextCycleOn !== null && on >= nextCycleOn)) continue;
      const active = wasActive(openings.get(id) ?? 'active', changes.get(id) ?? [], at);
      const code = termsInForce(terms, at) ? (active ? undefined : 'account-inactive') : 'before-program';
      if (code === undefined) continue;
      codes.set(on, { code, balance: (await findBalanceAt(db, id, at)) ?? openingBalance });
    }
    lost.set(id, codes);
  }
  return lost;
}

function toPastCycle(
  settlement: RecordedSettlement,
  amendments: readonly AmendmentRow[],
  paymentFailed: boolean,
): PastCycle {
  const { cycleOn: on, startsAt: at, plan, code } = settlement;
  const reversed = amendments.filter((one) => one.kind === 'reversed');
  const latest = amendments.at(-1);
  const first = code === 'granted' || code === 'no-monthly-grant';
  return {
    on,
    at,
    plan,
    code,
    paymentFailed,
    reversals: reversed.length,
    granted: latest ? latest.kind === 'granted' : first,
    notTaken: reversed.at(-1)?.notTaken ?? 0,
  };
}

function toPosted(entries: readonly CycleEntry[]): PostedCycle {
  const of = (kind: CycleEntry['kind']): number =>
    entries.filter((one) => one.kind === kind).reduce((sum, one) => sum + one.amount, 0);
  const [first] = entries as readonly [CycleEntry, ...CycleEntry[]];
  const last = entries.at(-1) as CycleEntry;
  return {
    opening: first.balance - first.amount,
    closing: last.balance,
    expired: -of('rollover-expiry'),
    free: of('monthly-free'),
    paid: of('monthly-plan'),
    recovered: -of('recovery'),
  };
}
