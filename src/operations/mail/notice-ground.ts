/** What a page of notices tells of, read together: a handful of statements, however many the notices are. */
import { type Queryable, shownNow } from '../../db/query.ts';
import type { Account } from '../../domain/account.ts';
import { type Instant, parseInstant } from '../../domain/calendar.ts';
import { noticeKindOf } from '../../domain/notice-kinds.ts';
import { type Terms, builtInTerms } from '../../domain/terms.ts';
import { groupBy } from '../../group-by.ts';
import { findAccounts } from '../../ledger/accounts.ts';
import { findEmails, findLocales } from '../../ledger/contacts.ts';
import { findRevocationsOf } from '../../ledger/member-links.ts';
import { findArrivals } from '../../ledger/events.ts';
import { type SpanRow, listSpansOf } from '../../ledger/spans.ts';
import { findRunsBegun } from '../../ledger/runs.ts';
import { findLatestTerms } from '../../ledger/terms-versions.ts';
import {
  type ToldCycle,
  type ToldDecision,
  type ToldEntry,
  type ToldReversal,
  findBalancesAt,
  findCyclesBegunAt,
  findEntriesOfRuns,
  findToldCycles,
  findToldDecisions,
  findToldEntries,
  findToldReversals,
} from '../../ledger/told.ts';
import type { Late } from '../../notices/page.ts';
import type { Notice } from '../../outbox/outbox.ts';

export interface Ground {
  readonly now: Instant;
  readonly terms: Terms;
  readonly accounts: ReadonlyMap<string, Account>;
  readonly emails: ReadonlyMap<string, string>;
  /** By account: BCP 47, of those who have one. */
  readonly locales: ReadonlyMap<string, string>;
  /** By account: how often the links to its page were taken back, of those of which they were. */
  readonly revocations: ReadonlyMap<string, number>;
  /** By account, oldest first. */
  readonly cycles: ReadonlyMap<string, readonly ToldCycle[]>;
  /** The latest one of each subject that an email tells of, or else the latest, by `account subject`. */
  readonly decisions: ReadonlyMap<string, ToldDecision>;
  readonly entries: ReadonlyMap<string, readonly ToldEntry[]>;
  /** By `account subject`: of decisions on what reached us late. */
  readonly late: ReadonlyMap<string, Late>;
  /** By `account run`. */
  readonly entriesOfRuns: ReadonlyMap<string, readonly ToldEntry[]>;
  readonly reversals: ReadonlyMap<string, readonly ToldReversal[]>;
  /** By account, oldest first: what held when; of those who are welcomed. */
  readonly spans: ReadonlyMap<string, readonly SpanRow[]>;
  /** By `account instant`: the balance at decisions that posted nothing. */
  readonly balances: ReadonlyMap<string, number>;
  /** By run, for notices that a run's number names: when it began. */
  readonly begunAt: ReadonlyMap<number, Instant>;
}

/** Their references are the numbers of runs. */
const OF_RUNS: readonly Notice['kind'][] = ['backfill', 'reversal'];

export const readRunsBegun = (
  db: Queryable,
  notices: readonly Notice[],
): Promise<ReadonlyMap<number, Instant>> =>
  findRunsBegun(
    db,
    notices.flatMap(({ kind, runId }) => (OF_RUNS.includes(kind) && runId !== null ? [runId] : [])),
  );

export async function readGround(db: Queryable, notices: readonly Notice[]): Promise<Ground> {
  const ids = [...new Set(notices.map((one) => one.accountId))];
  const of = (...kinds: Notice['kind'][]) => notices.filter((one) => kinds.includes(one.kind));
  const subjects = of('welcome', 'readiness-test', 'interview-award', 'upgrade', 'payment-failed').map(
    ({ accountId, ref }) => ({ accountId, subject: ref }),
  );
  const ranges = of('grant').flatMap(({ accountId, firstCycleOn: first, lastCycleOn: last }) =>
    first === null || last === null ? [] : [{ accountId, first, last }],
  );
  const runs = of('backfill', 'reversal').flatMap(({ accountId, runId }) =>
    runId === null ? [] : [{ accountId, runId }],
  );
  const reversals = of('reversal').length > 0 ? await findToldReversals(db, runs) : [];
  const decisions = standing(await findToldDecisions(db, subjects));
  const entries = groupBy(await findToldEntries(db, subjects), (one) => `${one.accountId} ${one.subject}`);
  const silent = decisions.filter((one) => !entries.has(`${one.accountId} ${one.subject}`));
  const balances = await findBalancesAt(db, silent);
  return {
    now: await shownNow(db),
    terms: (await findLatestTerms(db))?.terms ?? builtInTerms,
    accounts: await findAccounts(db, ids),
    emails: await findEmails(db, ids),
    locales: await findLocales(db, ids),
    revocations: await findRevocationsOf(db, ids),
    cycles: groupBy(await findToldCycles(db, ranges), (one) => one.accountId),
    decisions: new Map(decisions.map((one) => [`${one.accountId} ${one.subject}`, one])),
    entries,
    late: await readLate(db, decisions),
    entriesOfRuns: groupBy(await findEntriesOfRuns(db, runs), (one) => `${one.accountId} ${one.runId}`),
    reversals: groupBy(reversals, (one) => `${one.accountId} ${one.runId}`),
    spans: await listSpansOf(db, [...new Set(of('welcome').map((one) => one.accountId))]),
    begunAt: await readRunsBegun(db, notices),
    balances: new Map(balances.map(({ accountId, at, balance }) => [`${accountId} ${at}`, balance])),
  };
}

/** A second reply, or a second test, is refused under the subject of the first, and changes nothing about that. */
function standing(decisions: readonly ToldDecision[]): ToldDecision[] {
  const bySubject = groupBy(decisions, (one) => `${one.accountId} ${one.subject}`);
  return [...bySubject.values()].flatMap(
    (ofOne) => ofOne.findLast((one) => noticeKindOf(one) !== undefined) ?? ofOne.at(-1) ?? [],
  );
}

/** Nothing is read where nothing was late. */
async function readLate(
  db: Queryable,
  decisions: readonly ToldDecision[],
): Promise<ReadonlyMap<string, Late>> {
  const late = decisions.filter((one) => one.detail.occurredAt !== undefined);
  if (late.length === 0) return new Map();
  const arrivals = await findArrivals(
    db,
    late.map((one) => String(one.detail.event)),
  );
  const begun = await findCyclesBegunAt(db, late);
  return new Map(
    late.map(({ accountId, subject, at, detail }) => [
      `${accountId} ${subject}`,
      {
        occurredAt: parseInstant(String(detail.occurredAt)) ?? at,
        reachedAt: arrivals.get(String(detail.event))?.receivedAt ?? at,
        effectiveAt: at,
        afterCycleOn: begun.find((one) => one.accountId === accountId && one.at === at)?.cycleOn ?? null,
      },
    ]),
  );
}
