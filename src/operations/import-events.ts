/**
 * Importing events from a file. A first pass reads every line and changes nothing; a second one records them in
 * batches, in file order per account. What was recorded before is a duplicate, so an interrupted import is finished
 * by the same call.
 */
import type { Database } from '../db/connection.ts';
import { databaseNow } from '../db/query.ts';
import { type MemberEvent, parseEvent } from '../domain/events.ts';
import type { Instant } from '../domain/calendar.ts';
import type { Fault } from '../domain/terms.ts';
import { findAccountIds } from '../ledger/accounts.ts';
import { contentHashOf, findEvents } from '../ledger/events.ts';
import type { Notify } from '../ledger/runs.ts';
import { type RecordDeps, recordEvents } from './record-events.ts';

/** One line of a file: its text, and what was read, or the fault of reading it. */
export interface SourceLine {
  readonly line: number;
  readonly text: string;
  readonly value?: unknown;
  readonly faults: readonly Fault[];
}

export interface BadLine {
  readonly line: number;
  readonly text: string;
  readonly faults: readonly Fault[];
}

export interface EventsImport {
  /** Opens the file anew; called once for each pass. */
  readonly lines: () => AsyncIterable<SourceLine>;
  readonly skipInvalid: boolean;
  readonly dryRun: boolean;
  readonly notify: Notify;
  readonly onProgress?: (lines: number) => void;
  readonly signal?: AbortSignal;
}

export interface EventsImported {
  readonly outcome: 'imported' | 'refused' | 'interrupted';
  readonly lines: number;
  readonly applied: number;
  readonly refused: number;
  readonly duplicates: number;
  readonly waiting: number;
  readonly bad: readonly BadLine[];
}

/** Lines checked, or recorded, at a time. */
const BATCH = 4_000;
/** An event dated further ahead than this by the database's clock is a bad line. */
const AHEAD_MAX_MS = 5 * 60_000;

export async function importEvents(deps: RecordDeps, request: EventsImport): Promise<EventsImported> {
  const checked = await checkAll(deps.db, request);
  const counts = { lines: checked.lines, applied: 0, refused: 0, duplicates: 0, waiting: 0 };
  if (request.signal?.aborted) return { outcome: 'interrupted', ...counts, bad: checked.bad };
  if (checked.bad.length > 0 && !request.skipInvalid)
    return { outcome: 'refused', ...counts, bad: checked.bad };
  if (request.dryRun)
    return { outcome: 'imported', ...counts, applied: checked.lines - checked.bad.length, bad: checked.bad };
  return recordAll(deps, request, checked.bad);
}

interface Checked {
  readonly lines: number;
  readonly bad: BadLine[];
}

/** The first pass: every line against the schema, the rest of the file, and what is there already. */
async function checkAll(db: Database, request: EventsImport): Promise<Checked> {
  const now = await databaseNow(db);
  const seen: Seen = { hashes: new Map(), opened: new Set(), known: new Set() };
  const bad: BadLine[] = [];
  let lines = 0;
  for await (const batch of inBatches(request.lines())) {
    if (request.signal?.aborted) break;
    const good: { line: SourceLine; event: MemberEvent }[] = [];
    for (const line of batch) {
      const checked = checkLine(line, now, seen);
      if ('faults' in checked) bad.push({ ...line, faults: checked.faults });
      else if (checked.event) good.push({ line, event: checked.event });
    }
    bad.push(...(await checkAgainstDatabase(db, good, seen)));
    lines += batch.length;
    request.onProgress?.(lines);
  }
  return { lines, bad: bad.toSorted((a, b) => a.line - b.line) };
}

/** What the first pass has seen so far. */
interface Seen {
  /** Content of each event id. */
  readonly hashes: Map<string, { line: number; hash: string }>;
  /** Accounts that an earlier line opens. */
  readonly opened: Set<string>;
  /** Accounts that are in the database. */
  readonly known: Set<string>;
}

function checkLine(
  line: SourceLine,
  now: Instant,
  seen: Seen,
): { faults: readonly Fault[] } | { event?: MemberEvent } {
  if (line.faults.length > 0) return { faults: line.faults };
  const parsed = parseEvent(line.value);
  if (!parsed.ok) return { faults: parsed.faults };
  const { event } = parsed;
  const ahead = faultOfFuture(event, now);
  if (ahead) return { faults: [ahead] };
  const hash = contentHashOf(event);
  const before = seen.hashes.get(event.id);
  if (before?.hash === hash) return {};
  if (before) {
    const what = `${event.id} stands on line ${before.line} already, with other content`;
    return { faults: [{ where: 'id', what }] };
  }
  seen.hashes.set(event.id, { line: line.line, hash });
  return { event };
}

/** The fault of an event that has not happened yet. */
export function faultOfFuture(event: MemberEvent, now: Instant): Fault | undefined {
  if (event.at <= now + AHEAD_MAX_MS) return undefined;
  return {
    where: 'at',
    what: `expected an instant not more than five minutes after ${new Date(now).toISOString()}, the database's clock`,
  };
}

/** Ids that arrived before with other content, and accounts that nobody knows, in the order of the file. */
async function checkAgainstDatabase(
  db: Database,
  good: readonly { line: SourceLine; event: MemberEvent }[],
  seen: Seen,
): Promise<BadLine[]> {
  const known = await inPages(
    good.map((one) => one.event.id),
    (page) => findEvents(db, page),
  );
  const asked = [...new Set(good.map((one) => one.event.account))].filter((id) => !seen.known.has(id));
  for (const id of (await inPages(asked, (page) => findAccountIds(db, page))).keys()) seen.known.add(id);
  const bad: BadLine[] = [];
  for (const { line, event } of good) {
    const arrived = known.get(event.id);
    if (arrived && arrived.contentHash !== contentHashOf(event))
      bad.push({
        ...line,
        faults: [{ where: 'id', what: `${event.id} arrived before, with other content` }],
      });
    else if (!arrived) {
      const fault = faultOfAccount(event, seen);
      if (fault) bad.push({ ...line, faults: [fault] });
    }
  }
  return bad;
}

function faultOfAccount(event: MemberEvent, seen: Seen): Fault | undefined {
  const exists = seen.known.has(event.account) || seen.opened.has(event.account);
  if (event.type !== 'account.opened')
    return exists
      ? undefined
      : { where: 'account', what: `expected an account that is known: ${event.account} is not` };
  if (exists) return { where: 'account', what: `${event.account} is open already` };
  seen.opened.add(event.account);
  return undefined;
}

/** The second pass. */
async function recordAll(deps: RecordDeps, request: EventsImport, bad: BadLine[]): Promise<EventsImported> {
  const badLines = new Set(bad.map((one) => one.line));
  const counts = { lines: 0, applied: 0, refused: 0, duplicates: 0, waiting: 0 };
  const late: BadLine[] = [];
  for await (const batch of inBatches(request.lines())) {
    if (request.signal?.aborted) return { outcome: 'interrupted', ...counts, bad: [...bad, ...late] };
    const good = batch.flatMap((line) => {
      const parsed = badLines.has(line.line) ? undefined : parseEvent(line.value);
      return parsed?.ok ? [{ line, event: parsed.event }] : [];
    });
    const outcomes = await recordEvents(
      deps,
      good.map((one) => one.event),
      request.notify,
    );
    for (const [index, outcome] of outcomes.entries()) {
      if (outcome.outcome === 'applied') counts.applied += 1;
      else if (outcome.outcome === 'refused') counts.refused += 1;
      else if (outcome.outcome === 'duplicate') counts.duplicates += 1;
      else if (outcome.outcome === 'waiting') counts.waiting += 1;
      else late.push(lateFault(good[index]?.line as SourceLine, outcome));
    }
    counts.lines += batch.length;
    request.onProgress?.(counts.lines);
  }
  return { outcome: 'imported', ...counts, bad: [...bad, ...late] };
}

/** Good when it was checked, and overtaken since by another writer. */
function lateFault(line: SourceLine, outcome: { outcome: string; message?: string }): BadLine {
  return { ...line, faults: [{ where: 'id', what: outcome.message ?? outcome.outcome }] };
}

async function inPages<Value>(
  keys: readonly string[],
  find: (page: readonly string[]) => Promise<ReadonlyMap<string, Value>>,
): Promise<Map<string, Value>> {
  const found = new Map<string, Value>();
  for (let from = 0; from < keys.length; from += 900)
    for (const [key, value] of await find(keys.slice(from, from + 900))) found.set(key, value);
  return found;
}

async function* inBatches<Row>(rows: AsyncIterable<Row>): AsyncGenerator<Row[]> {
  let batch: Row[] = [];
  for await (const row of rows) {
    batch.push(row);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
