/** What is recorded of some accounts' past, in a range of dates: what backfilling and reversing decide from. */
import type { Queryable } from '../db/query.ts';
import { type Account, cycleSubject } from '../domain/account.ts';
import type { Asked, Past, PastCycle, PostedCycle } from '../domain/backfill.ts';
import { type Instant, type LocalDate, type MonthEnd, firstInstantOf } from '../domain/calendar.ts';
import { type PastBoundary, pastBoundaries } from '../domain/past-boundaries.ts';
import type { Span } from '../domain/spans.ts';
import { type AmendmentRow, listAmendments } from '../ledger/amendments.ts';
import { type RecordedSettlement, listSettlementsOf } from '../ledger/cycles.ts';
import { listFailedPayments } from '../ledger/decisions.ts';
import { type CycleEntry, listCycleEntries } from '../ledger/entries.ts';
import { listSpansOf } from '../ledger/spans.ts';

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
  monthEnd: MonthEnd,
): Promise<Map<string, RecordedPast>> {
  const ids = accounts.map((one) => one.id);
  const range = { first: asked.from, last: asked.to };
  const settlements = groupBy(await listSettlementsOf(db, ids, range), (one) => one.accountId);
  const amendments = groupBy(await listAmendments(db, ids), (one) => one.accountId);
  const spans = await listSpansOf(db, ids);
  const failed = amendments.size > 0 || settlements.size > 0 ? await listFailedPayments(db, ids) : new Set();
  const walked = new Map(
    accounts.map((one) => [one.id, walk(one, spans.get(one.id) ?? [], asked, monthEnd)]),
  );
  const posted = await loadPosted(db, accounts, settlements, walked);
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
        amendments: ofAccount,
        settlements: new Map(own.map((one) => [one.cycleOn, one])),
      };
      return [id, past];
    }),
  );
}

const keyOf = (one: RecordedSettlement): string => `${one.accountId}/${one.cycleOn}`;

function walk(
  account: Account,
  spans: readonly Span[],
  { from, to }: Pick<Asked, 'from' | 'to'>,
  monthEnd: MonthEnd,
): PastBoundary[] {
  const last = firstInstantOf(to, 'UTC') + MARGIN_MS;
  // Closing an account ends its calendar.
  const until: Instant = account.status === 'closed' ? Math.min(last, account.watermark) : last;
  const since = firstInstantOf(from, 'UTC') - MARGIN_MS;
  return spans.length === 0 ? [] : pastBoundaries(spans, monthEnd, until, since);
}

/** What stands in the ledger for boundaries that have no settlement. */
async function loadPosted(
  db: Queryable,
  accounts: readonly Account[],
  settlements: ReadonlyMap<string, readonly RecordedSettlement[]>,
  walked: ReadonlyMap<string, readonly PastBoundary[]>,
): Promise<Map<string, CycleEntry[]>> {
  const subjects = new Set<string>();
  const owners: string[] = [];
  for (const { id, trackedFrom } of accounts) {
    const settled = new Set(settlements.get(id)?.map((one) => one.cycleOn));
    const lost = (walked.get(id) ?? []).filter((one) => one.at >= trackedFrom && !settled.has(one.on));
    if (lost.length > 0) owners.push(id);
    for (const one of lost) subjects.add(cycleSubject(one.on));
  }
  return groupBy(await listCycleEntries(db, owners, [...subjects].toSorted()), (one) => one.accountId);
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
    ...{ on, at, plan, code, paymentFailed },
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

export function groupBy<Row, Key>(rows: readonly Row[], keyOfRow: (row: Row) => Key): Map<Key, Row[]> {
  const groups = new Map<Key, Row[]>();
  for (const row of rows) {
    const key = keyOfRow(row);
    const known = groups.get(key);
    if (known) known.push(row);
    else groups.set(key, [row]);
  }
  return groups;
}
