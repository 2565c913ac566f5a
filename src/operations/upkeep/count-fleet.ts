/**
 * What no index tells in time, counted by whoever follows: who is due on which day, and which cycles are missing. It is
 * done a little at a time, by one process at once, and left alone while a sweep is under way.
 */
import type { Clock } from '../../clock.ts';
import { type Database, type Transaction, inTransaction, unlessLocked } from '../../db/connection.ts';
import { isDuplicateKey } from '../../db/errors.ts';
import { shownNow } from '../../db/query.ts';
import { type Instant, type LocalDate, formatInstant, plusMonths } from '../../domain/calendar.ts';
import { missingCycles } from '../../domain/corrections/holes.ts';
import { findFirstTracked, listAccounts } from '../../ledger/accounts.ts';
import { findClosings } from '../../ledger/closings.ts';
import { listCycleDates } from '../../ledger/cycles.ts';
import {
  type FleetCount,
  addFleetCounts,
  countByPlan,
  renameFleetCounts,
  replaceFleetCounts,
} from '../../ledger/fleet-counts.ts';
import {
  type Round,
  type RoundName,
  insertRound,
  findRound,
  lockRound,
  writeRound,
} from '../../ledger/rounds.ts';
import { SAMPLE_EVERY_MS, addFleetSample, deleteFleetSamples } from '../../ledger/fleet-samples.ts';
import { listOpenRuns } from '../../ledger/runs.ts';
import { listSpansOf } from '../../ledger/spans.ts';
import { getLatestTerms } from '../../ledger/terms-versions.ts';
import { AHEAD_MAX_DAYS, countAhead } from '../../reports/due-ahead.ts';
import { sumOutbox } from '../../outbox/paging.ts';
import { type MailSample, startOfDay, takeFleetSample } from '../../reports/fleet-past.ts';

export interface CountDeps {
  readonly db: Database;
  readonly clock: Clock;
}

/** Counting anew is not worth more than this part of the time. */
const SHARE = 200;
const DUE_EVERY_MS = 20_000;
const ROUND_EVERY_MS = 30_000;
/** A sweep that takes longer is not waited for. */
const SWEEP_MS = 600_000;
const NEGLECTED_MS = 3_600_000;
const SAMPLES_KEPT_MS = 86_400_000;
/** Accounts of one transaction. */
const PAGE = 500;
/** How far back holes are looked for: as far as they are shown. */
const MONTHS = 12;

export class FleetCounter {
  readonly #deps: CountDeps;
  #dueEveryMs = DUE_EVERY_MS;
  #sampledAt: Instant | undefined;
  /** Since when the first account is kept; asked for once a round. */
  #keptSince: Instant | undefined;

  constructor(deps: CountDeps) {
    this.#deps = deps;
  }

  /**
   * One turn: what is due again, and the tiles' figures. During a sweep only what nobody has counted for an hour: where processes live no longer
   * than a sweep, there is no other time.
   * @returns whether there is more to do at once
   */
  async turn(): Promise<boolean> {
    const { db } = this.#deps;
    await this.takeSample();
    const sweeping = await this.#isSweeping();
    const before = (await shownNow(db)) - NEGLECTED_MS;
    const mayCount = async (name: RoundName): Promise<boolean> =>
      !sweeping || ((await findRound(db, name))?.movedAt ?? 0) < before;
    if (await mayCount('due-ahead')) await this.countDue();
    return (await mayCount('holes')) ? this.lookForHoles() : false;
  }

  /** Writes down what the overview's tiles say, once in ten minutes, also during a sweep: four counts that have an end. */
  async takeSample(): Promise<void> {
    const { db } = this.#deps;
    const now = await shownNow(db);
    const at = now - (now % SAMPLE_EVERY_MS);
    if (this.#sampledAt === at) return;
    await addFleetSample(db, await takeFleetSample(db, now, await takeMailSample(db, now)));
    await deleteFleetSamples(db, now - SAMPLES_KEPT_MS);
    this.#sampledAt = at;
  }

  async #isSweeping(): Promise<boolean> {
    const { db } = this.#deps;
    const open = await listOpenRuns(db);
    const since = (await shownNow(db)) - SWEEP_MS;
    return open.some(({ kind, startedAt }) => (kind === 'sweep' || kind === 'rerun') && startedAt > since);
  }

  /** Counts who is due on which day, unless that was done a moment ago. */
  async countDue(): Promise<void> {
    const { db, clock } = this.#deps;
    const now = await shownNow(db);
    const known = await findRound(db, 'due-ahead');
    if (known && Math.abs(now - known.movedAt) < this.#dueEveryMs) return;
    const startedAt = clock.elapsedMs();
    const due = await countAhead(db, now, AHEAD_MAX_DAYS);
    const onDay = formatInstant(now).slice(0, 10);
    const all = (await countByPlan(db)).map((one) => ({ ...one, onDay, connects: 0 }));
    this.#dueEveryMs = Math.max(DUE_EVERY_MS, (clock.elapsedMs() - startedAt) * SHARE);
    await alone(db, 'due-ahead', now, async (transaction) => {
      await replaceFleetCounts(transaction, 'due', due);
      await replaceFleetCounts(transaction, 'accounts', all);
      await writeRound(transaction, 'due-ahead', { movedAt: now });
    });
  }

  /**
   * Goes on with the round that looks for missing cycles, by a page. A round that ends takes the place of the one before.
   * @returns whether the round goes on
   */
  async lookForHoles(): Promise<boolean> {
    const { db } = this.#deps;
    const now = await shownNow(db);
    const found = await findRound(db, 'holes');
    const isOver = found !== undefined && found.reachedId === undefined;
    if (isOver && Math.abs(now - found.movedAt) < ROUND_EVERY_MS) return false;
    if (this.#keptSince === undefined || isOver) this.#keptSince = await findFirstTracked(db);
    const keptSince = this.#keptSince;
    if (keptSince === undefined) return false;
    const goesOn = await alone(db, 'holes', now, (transaction, round) =>
      lookAtPage(transaction, round, { now, keptSince }),
    );
    return goesOn ?? false;
  }
}

/** Under the round's lock; undefined where somebody else is at it. */
async function alone<Result>(
  db: Database,
  name: RoundName,
  now: Instant,
  work: (transaction: Transaction, round: Round) => Promise<Result>,
): Promise<Result | undefined> {
  if (!(await findRound(db, name)))
    await insertRound(db, name, { movedAt: now }).catch((error: unknown) => {
      if (!isDuplicateKey(error)) throw error;
    });
  return unlessLocked(() =>
    inTransaction(db, async (transaction) =>
      work(transaction, (await lockRound(transaction, name)) ?? { movedAt: now }),
    ),
  );
}

async function lookAtPage(
  transaction: Transaction,
  round: Round,
  { now, keptSince }: { readonly now: Instant; readonly keptSince: Instant },
): Promise<boolean> {
  const { reachedId, endedAt } = round;
  // What a round left that nobody ended, because its rows were replaced, is not added to.
  if (reachedId === undefined) await replaceFleetCounts(transaction, 'holes-next', []);
  const since = `${plusMonths(formatInstant(now).slice(0, 10), 1 - MONTHS).slice(0, 8)}01`;
  const { terms } = await getLatestTerms(transaction);
  const { last, missing } = await missingOfPage(transaction, reachedId ?? '', {
    terms,
    since,
    now,
    keptSince,
  });
  await addFleetCounts(transaction, 'holes-next', missing);
  const ended = endedAt === undefined ? {} : { endedAt };
  if (last !== undefined) {
    await writeRound(transaction, 'holes', { movedAt: now, reachedId: last, ...ended });
    return true;
  }
  await renameFleetCounts(transaction, 'holes-next', 'holes');
  await writeRound(transaction, 'holes', { movedAt: now, endedAt: now });
  return false;
}

/** @returns the last account of the page; undefined where it was the last page */
async function missingOfPage(
  db: Transaction,
  after: string,
  ground: Parameters<typeof missingCycles>[4],
): Promise<{ readonly last: string | undefined; readonly missing: FleetCount[] }> {
  const accounts = (await listAccounts(db, {}, { after, limit: PAGE })).map((row) => row.account);
  const ids = accounts.map((one) => one.id);
  const spans = await listSpansOf(db, ids);
  const settled = await listCycleDates(db, ids, ground.since);
  const closings = await findClosings(db, accounts);
  const sums = new Map<string, { -readonly [Field in keyof FleetCount]: FleetCount[Field] }>();
  for (const account of accounts) {
    const own = settled.get(account.id) ?? new Set<LocalDate>();
    const found = missingCycles(account, spans.get(account.id) ?? [], own, closings.get(account.id), ground);
    for (const { on: onDay, plan, connects } of found) {
      const sum = sums.get(`${onDay} ${plan}`) ?? { onDay, plan, accounts: 0, connects: 0 };
      sum.accounts += 1;
      sum.connects += connects;
      sums.set(`${onDay} ${plan}`, sum);
    }
  }
  const last = accounts.length < PAGE ? undefined : accounts.at(-1)?.id;
  return { last, missing: [...sums.values()] };
}

async function takeMailSample(db: Database, now: Instant): Promise<MailSample> {
  const { sentSince, counts } = await sumOutbox(db, startOfDay(now));
  const { refused, suppressed } = counts;
  return { sentToday: sentSince, refused, tooOld: counts['too-old'], suppressed };
}
