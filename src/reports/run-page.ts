/** Everything about one run: its counts, its rate, what it failed at, its emails, and what people said of it. */
import { type Queryable, selectRows } from '../db/query.ts';
import type { Instant } from '../domain/calendar.ts';
import { type RunNote, listRunNotes } from '../ledger/run-notes.ts';
import { type RunSample, listRunSamples } from '../ledger/run-samples.ts';
import { type RunStop, findRunStop } from '../ledger/run-stops.ts';
import { type Run, getRun } from '../ledger/runs.ts';
import { countRetrying } from '../ledger/put-aside.ts';
import { type BatchSpread, readBatchSpread } from './batch-spread.ts';
import { sumOf } from './run-counts.ts';
import { type KnownAccounts, type KnownCounts, isOpen, readCountsNow } from './run-kept-counts.ts';

export interface RunPage extends KnownCounts {
  readonly run: Run;
  /** Null for a run that nobody stopped, itself included. */
  readonly stop: RunStop | null;
  /** Accounts that failed and are still to be tried again, by error. */
  readonly failing: Readonly<Record<string, number>>;
  readonly errors: readonly RunError[];
  readonly notes: readonly RunNote[];
  /** Emails that it caused, by state, as of now; null while they are too many to be counted. */
  readonly emails: Readonly<Record<string, number>> | null;
  readonly rate: RunRate;
  /** How long its batches took; null where none was written down. */
  readonly batches: BatchSpread | null;
  /** The run of its kind before this one; null where there is none. */
  readonly previousId: number | null;
}

/** Accounts that a run put aside with one error. */
export interface RunError {
  readonly code: string;
  readonly accounts: number;
  /** Of those: put aside still. */
  readonly aside: number;
  /** One of them, aside if any is, and what its error says. */
  readonly sample: { readonly account: string; readonly message: string };
}

export interface RunRate {
  readonly samples: readonly RunSample[];
  /** Accounts a second: of an open run lately, of one that has ended over its whole time; null where nothing can be said. */
  readonly perSecond: number | null;
  /** When it will have ended, at that rate; null unless it is running. */
  readonly endsAt: Instant | null;
  readonly tookMs: number;
}

/** @throws not-found `unknown-run` */
export async function readRunPage(db: Queryable, id: number, now: Instant): Promise<RunPage> {
  const run = await getRun(db, id);
  const known = await readCountsNow(db, run);
  return {
    run,
    ...known,
    stop: (await findRunStop(db, id)) ?? null,
    failing: Object.fromEntries(await countRetrying(db, id)),
    errors: await listErrors(db, id),
    notes: (await listRunNotes(db, [id])).get(id) ?? [],
    emails: await countRunEmails(db, run, known),
    rate: rateOf(run, known, await listRunSamples(db, id), now),
    batches: await readBatchSpread(db, id),
    previousId: await findPrevious(db, run),
  };
}

async function listErrors(db: Queryable, runId: number): Promise<RunError[]> {
  const groups = await selectRows<{ code: string; accounts: number; aside: string; sample: string }>(
    db,
    `SELECT code, COUNT(*) AS accounts, SUM(state = 'put-aside') AS aside,
            COALESCE(MIN(IF(state = 'put-aside', account_id, NULL)), MIN(account_id)) AS sample
       FROM failures WHERE run_id = ? AND put_aside_at IS NOT NULL
      GROUP BY code ORDER BY accounts DESC, code LIMIT 100`,
    [runId],
  );
  if (groups.length === 0) return [];
  const messages = await selectRows<{ account: string; message: string }>(
    db,
    'SELECT account_id AS account, message FROM failures WHERE run_id = ? AND account_id IN (?)',
    [runId, groups.map((one) => one.sample)],
  );
  const words = new Map(messages.map((one) => [one.account, one.message]));
  return groups.map(({ code, accounts, aside, sample }) => ({
    code,
    accounts,
    aside: Number(aside),
    sample: { account: sample, message: words.get(sample) ?? '' },
  }));
}

/** More that are not sent yet are not counted while somebody waits. */
const UNSENT_MAX = 5_000;

/**
 * Emails of a run by state. What was sent is what was staged less what was not: of a run that has ended, only those are
 * counted.
 * @returns null where neither is known: the run is open and large, or most of them are still to be sent
 */
export async function countRunEmails(
  db: Queryable,
  run: Run,
  { counts, exact }: KnownCounts,
): Promise<Record<string, number> | null> {
  if (!exact) return null;
  if (run.endedAt === null) return counts.notices;
  const rows = await selectRows<{ state: string; emails: number }>(
    db,
    `SELECT state, COUNT(*) AS emails FROM
       (SELECT state FROM outbox WHERE run_id = ? AND (state < 'sent' OR state > 'sent') LIMIT ?) AS unsent
      GROUP BY state ORDER BY state LIMIT 20`,
    [run.id, UNSENT_MAX],
  );
  const unsent = sumOf(Object.fromEntries(rows.map((row) => [row.state, row.emails])));
  if (unsent >= UNSENT_MAX) return null;
  const sent = sumOf(counts.notices) - unsent;
  return {
    ...(sent > 0 && { sent }),
    ...Object.fromEntries(rows.map((row) => [row.state, row.emails])),
  };
}

async function findPrevious(db: Queryable, run: Run): Promise<number | null> {
  const rows = await selectRows<{ id: number }>(
    db,
    'SELECT id FROM runs WHERE kind = ? AND id < ? ORDER BY id DESC LIMIT 1',
    [run.kind, run.id],
  );
  return rows[0]?.id ?? null;
}

/** How far back the rate of an open run looks, in seconds. */
const LATELY_S = 15;
/** Workers write down what they settled every two seconds: longer than this, and they settled nothing. */
const SILENT_S = 5;

export function rateOf(
  run: Run,
  { counts }: KnownAccounts,
  samples: readonly RunSample[],
  now: Instant,
): RunRate {
  const tookMs = Math.max(0, (run.endedAt ?? now) - run.startedAt);
  const perSecond = isOpen(run) ? rateLately(samples, tookMs / 1_000) : rateInAll(counts.settled, tookMs);
  const isRunning = run.state === 'running' && perSecond !== null && perSecond > 0;
  return {
    samples,
    perSecond,
    endsAt: isRunning ? now + Math.ceil((counts.remaining / perSecond) * 1_000) : null,
    tookMs,
  };
}

const rateInAll = (settled: number, tookMs: number): number | null =>
  tookMs < 1_000 || settled === 0 ? null : settled / (tookMs / 1_000);

/** Over the last stretches, back to a quarter of a minute; where nothing was settled for some seconds, up to now. */
function rateLately(samples: readonly RunSample[], nowS: number): number | null {
  const last = samples.at(-1);
  if (!last) return null;
  const lastS = last.fromS + last.forS;
  const untilS = nowS - lastS > SILENT_S ? nowS : lastS;
  const recent = samples.filter((one) => one.fromS + one.forS > untilS - Math.max(LATELY_S, last.forS));
  const fromS = recent[0]?.fromS ?? untilS - LATELY_S;
  return recent.reduce((sum, one) => sum + one.settled, 0) / (untilS - fromS);
}
