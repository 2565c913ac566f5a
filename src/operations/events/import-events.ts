/**
 * Importing events from a file. A first pass reads every line and changes nothing; a second one records them in
 * batches, in file order per account. What was recorded before is a duplicate, so an interrupted import is finished
 * by the same call.
 */
import { createHash } from 'node:crypto';
import type { Database } from '../../db/connection.ts';
import { databaseNow } from '../../db/query.ts';
import { faultOfAhead } from '../../domain/events/ahead.ts';
import { type MemberEvent, parseEvent } from '../../domain/events/events.ts';
import type { Instant } from '../../domain/calendar.ts';
import type { Fault } from '../../domain/terms.ts';
import { requireExpected } from '../../expecting.ts';
import { IDS_MAX, findAccountIds } from '../../ledger/accounts.ts';
import {
  type KnownEvent,
  contentHashOf,
  findContents,
  findEvents,
  findWaitingAccounts,
} from '../../ledger/events.ts';
import type { Notify } from '../../ledger/runs.ts';
import { type Bad, type BadRow, BadRows } from '../imports/bad-rows.ts';
import { inBatches, inStretches } from '../imports/batches.ts';
import { oneAhead } from '../imports/one-ahead.ts';
import { type EventOutcome, EventRecorder, type RecordDeps, type Recording } from './record-events.ts';

/** One line of a file: its text, and what was read, or the fault of reading it. */
export interface SourceLine extends BadRow {
  readonly value?: unknown;
}

export interface EventsImport {
  /** Opens the file anew; called once for each pass. */
  readonly lines: () => AsyncIterable<SourceLine>;
  readonly skipInvalid: boolean;
  /** How many lines the file is to have; any number when absent. */
  readonly expect?: number | undefined;
  /** Given for a dry run: what it is handed works on a database that forgets all of it afterwards. */
  readonly rehearse?: Rehearse;
  /** Lines for which a dry run reads the file once. */
  readonly rehearsedMax?: number;
  readonly notify: Notify;
  /** Who imports, why, and from where: for the audit log. */
  readonly actor?: string;
  readonly reason?: string;
  readonly source?: string;
  readonly onProgress?: (lines: number) => void;
  /** Given bad lines as they are found, each once: those of the first pass before anything is written. */
  readonly onBad?: (lines: readonly BadRow[]) => Promise<void>;
  readonly signal?: AbortSignal;
}

export type Rehearse = <Result>(work: (db: Database) => Promise<Result>) => Promise<Result>;

export interface EventsImported extends Bad {
  readonly outcome: 'imported' | 'refused' | 'interrupted';
  readonly lines: number;
  readonly applied: number;
  readonly refused: number;
  readonly duplicates: number;
  readonly waiting: number;
  /** Not recorded, because somebody else keeps their accounts locked: the same file again records them. */
  readonly busy: number;
}

/**
 * Lines checked, or recorded, at a time. The more there are, the more of them are of one account, which is read and written
 * once for all of those; three batches are in memory: one is read, one recorded, and of the one before it the last transactions.
 */
const BATCH = 10_000;
/** While one is decided, the others are written: with two, both are now and then decided, and the database has nothing to do. */
const TRANSACTIONS_MAX = 3;

export async function importEvents(deps: RecordDeps, request: EventsImport): Promise<EventsImported> {
  const found = new BadRows();
  const { lines, allNew } = await checkAll(deps.db, request, found);
  const unwritten = { lines, applied: 0, refused: 0, duplicates: 0, waiting: 0, busy: 0, ...found.told };
  if (request.signal?.aborted) return { outcome: 'interrupted', ...unwritten };
  requireExpected(request.expect, lines, 'line');
  if (found.count > 0 && !request.skipInvalid) return { outcome: 'refused', ...unwritten };
  return request.rehearse
    ? rehearseAll(deps, request, request.rehearse, found, lines)
    : recordAll(deps, request, found, allNew);
}

interface Checked {
  readonly lines: number;
  /** No id arrived before, and none stands twice. */
  readonly allNew: boolean;
}

/** The first pass: every line against the schema, the rest of the file, and what is there already. */
async function checkAll(db: Database, request: EventsImport, found: BadRows): Promise<Checked> {
  const now = await databaseNow(db);
  const seen: Seen = { events: new Map(), open: new Set(), again: false };
  let lines = 0;
  for await (const { read, size } of oneAhead(readBatches(request, found, now))) {
    if (request.signal?.aborted) break;
    const known = await findAllKnown(
      db,
      read.flatMap(({ event }) => event ?? []),
      seen,
    );
    const bad: BadRow[] = [];
    for (const { line, raw, event, faults } of read) {
      const judged = event ? judge(event, line, known, seen) : faults;
      if (judged.length > 0) bad.push(badRow(line, raw, judged));
    }
    await tellBad(request, found, bad);
    lines += size;
    request.onProgress?.(lines);
  }
  return { lines, allNew: !seen.again };
}

/** Without the value that it was read from: thousands of lines wait to be recorded. */
interface ReadLine extends BadRow {
  /** Of a good line. */
  readonly event?: MemberEvent;
}

interface ReadBatch {
  /** Without those that are known to be bad. */
  readonly read: readonly ReadLine[];
  /** All of its lines. */
  readonly size: number;
}

async function* readBatches(request: EventsImport, found: BadRows, now: Instant): AsyncGenerator<ReadBatch> {
  for await (const batch of inBatches(request.lines(), BATCH)) {
    const lines = batch.filter(({ line }) => !found.has(line));
    yield { read: await inStretches(lines, (line) => readLine(line, now)), size: batch.length };
  }
}

async function tellBad({ onBad }: EventsImport, found: BadRows, bad: readonly BadRow[]): Promise<void> {
  for (const one of bad) found.add(one);
  if (bad.length > 0) await onBad?.(bad);
}

function readLine({ line, raw, value, faults }: SourceLine, now: Instant): ReadLine {
  if (faults.length > 0) return badRow(line, raw, faults);
  const parsed = parseEvent(value);
  if (!parsed.ok) return badRow(line, raw, parsed.faults);
  const { event } = parsed;
  const ahead = faultOfAhead('at', event.at, now);
  return ahead ? badRow(line, raw, [ahead]) : { ...badRow(line, raw, none), event };
}

const none: readonly Fault[] = [];

const badRow = (line: number, raw: BadRow['raw'], faults: readonly Fault[]): BadRow => ({
  line,
  ...(raw !== undefined && { raw }),
  faults,
});

/** What the first pass has seen so far. */
interface Seen {
  /** Content of each good line's event, by its id. */
  readonly events: Map<string, { line: number; hash: string }>;
  /** Accounts that are open, whose opening waits, or that an earlier line opens. */
  readonly open: Set<string>;
  /** Whether any id has come again. */
  again: boolean;
}

/** Of these events, those that arrived before; and which of their accounts are open already. */
async function findAllKnown(
  db: Database,
  events: readonly MemberEvent[],
  seen: Seen,
): Promise<ReadonlyMap<string, Arrived>> {
  const asked = distinct(events.map((event) => event.account)).filter((id) => !seen.open.has(id));
  for (const id of (await inPages(asked, (page) => findAccountIds(db, page))).keys()) seen.open.add(id);
  const missing = asked.filter((id) => !seen.open.has(id));
  for (const id of (await inPages(missing, (page) => findWaitingAccounts(db, page))).keys())
    seen.open.add(id);
  const known = await inPages(distinct(events.map((event) => event.id)), (page) => findEvents(db, page));
  const others = events.filter((event) => isOtherThan(known.get(event.id), event)).map((event) => event.id);
  const contents = await inPages(distinct(others), (page) => findContents(db, page));
  return new Map([...known].map(([id, one]) => [id, { ...one, content: contents.get(id) }]));
}

const isOtherThan = (known: KnownEvent | undefined, event: MemberEvent): boolean =>
  known !== undefined && known.contentHash !== contentHashOf(event);

/** What arrived before; its content only where that is another one. */
type Arrived = KnownEvent & { readonly content: Readonly<Record<string, unknown>> | undefined };

/** In the order of the file: the faults of a line that cannot be applied; none also of one that changes nothing. */
function judge(
  event: MemberEvent,
  line: number,
  known: ReadonlyMap<string, Arrived>,
  seen: Seen,
): readonly Fault[] {
  const hash = contentHashOf(event);
  const earlier = seen.events.get(event.id);
  const arrived = known.get(event.id);
  if (earlier || arrived) seen.again = true;
  if (earlier)
    return earlier.hash === hash
      ? []
      : [{ where: 'id', what: `${event.id} stands on line ${earlier.line} already, with other content` }];
  if (arrived && arrived.contentHash !== hash)
    return [
      { where: 'id', what: `${event.id} arrived before, with other content${inFields(event, arrived)}` },
    ];
  const faults = arrived ? [] : faultsOfAccount(event, seen.open);
  if (faults.length > 0) return faults;
  seen.events.set(event.id, { line, hash });
  if (event.type === 'account.opened') seen.open.add(event.account);
  return [];
}

/** Which fields say something else than when it arrived; an address is not kept with its event. */
function inFields(event: MemberEvent, { content: before }: Arrived): string {
  if (!before) return '';
  const now: Readonly<Record<string, unknown>> = { ...event };
  const names = [...new Set([...Object.keys(now), ...Object.keys(before)])];
  const differing = names.filter(
    (name) => name !== 'email' && JSON.stringify(now[name]) !== JSON.stringify(before[name]),
  );
  return differing.length === 0 ? '' : ` in ${differing.join(', ')}`;
}

function faultsOfAccount({ type, account }: MemberEvent, open: ReadonlySet<string>): Fault[] {
  if (type === 'account.opened')
    return open.has(account) ? [{ where: 'account', what: `${account} is open already` }] : [];
  if (open.has(account)) return [];
  return [{ where: 'account', what: `expected an account that is known: ${account} is not` }];
}

const distinct = (ids: readonly string[]): string[] => [...new Set(ids)];

/** The second pass. */
async function recordAll(
  deps: RecordDeps,
  request: EventsImport,
  found: BadRows,
  allNew: boolean,
): Promise<EventsImported> {
  const sum = new ImportSum();
  const now = await databaseNow(deps.db);
  // What is read ahead, and who else asks, has a connection, too.
  const transactionsMax = Math.max(1, Math.min(TRANSACTIONS_MAX, (deps.connectionsMax ?? Infinity) - 1));
  const settings = { ...deps.settings, transactionsMax };
  const recorder = new EventRecorder({ ...deps, settings }, { ...recordingOf(request), allNew });
  let lines = 0;
  let before: Begun | undefined;
  let interrupted = false;
  const finish = async (): Promise<void> => {
    const begun = before;
    before = undefined;
    if (!begun) return;
    await finishBatch(begun, request, found, sum);
    lines += begun.size;
    request.onProgress?.(lines);
  };
  try {
    for await (const batch of oneAhead(readBatches(request, found, now))) {
      interrupted = request.signal?.aborted === true;
      if (interrupted) break;
      const begun = await beginBatch(recorder, batch);
      await finish();
      before = begun;
    }
  } finally {
    // Whoever leaves early leaves nothing under way, and what was recorded is told.
    await recorder.end().catch(() => undefined);
    await finish();
  }
  return { outcome: interrupted ? 'interrupted' : 'imported', lines, ...sum.counts, ...found.told };
}

const recordingOf = ({ actor, reason, source = 'events', notify }: EventsImport): Recording => ({
  notify,
  by: actor === undefined ? undefined : { actor, reason: reason ?? null, source },
});

/** A batch that is being recorded. */
interface Begun extends Judged {
  readonly size: number;
  /** Of the good ones, in their order. */
  readonly outcomes: Promise<readonly EventOutcome[]>;
}

async function beginBatch(recorder: EventRecorder, { read, size }: ReadBatch): Promise<Begun> {
  const judged = judgeAgain(read);
  return { ...judged, size, ...(await recorder.begin(judged.good.map((one) => one.event))) };
}

async function finishBatch(
  { good, late, outcomes }: Begun,
  request: EventsImport,
  found: BadRows,
  sum: ImportSum,
): Promise<void> {
  await tellBad(request, found, [...late, ...sum.add(good, await outcomes)]);
}

interface GoodLine extends BadRow {
  readonly event: MemberEvent;
}

interface Judged {
  readonly good: readonly GoodLine[];
  /** Good when they were checked, and not any more. */
  readonly late: readonly BadRow[];
}

/** Whatever is recorded has been judged as it was read now. */
function judgeAgain(read: readonly ReadLine[]): Judged {
  const good: GoodLine[] = [];
  const late: BadRow[] = [];
  for (const one of read)
    if (isGood(one)) good.push(one);
    else late.push(one);
  return { good, late };
}

const isGood = (line: ReadLine): line is GoodLine => line.event !== undefined;

/** What became of the lines so far. */
class ImportSum {
  readonly counts = { applied: 0, refused: 0, duplicates: 0, waiting: 0, busy: 0 };

  /** @returns the lines that were overtaken since they were checked, by another writer */
  add(lines: readonly GoodLine[], outcomes: readonly EventOutcome[]): BadRow[] {
    const overtaken: BadRow[] = [];
    for (const [index, line] of lines.entries()) {
      const outcome = outcomes[index] as EventOutcome;
      if (outcome.outcome === 'duplicate') this.counts.duplicates += 1;
      else if (outcome.outcome === 'conflict' || outcome.outcome === 'unknown-account')
        overtaken.push(lateFault(line, outcome));
      else this.counts[outcome.outcome] += 1;
    }
    return overtaken;
  }
}

/** Events that one rehearsal records: their accounts stay locked until it is undone, some seconds at the most. */
const REHEARSED_MAX = 20_000;

/**
 * The second pass of a dry run. Each account's events are recorded together, so that each finds what those before it
 * changed; the file is read once for every so many events.
 */
async function rehearseAll(
  deps: RecordDeps,
  request: EventsImport,
  rehearse: Rehearse,
  found: BadRows,
  lines: number,
): Promise<EventsImported> {
  const sum = new ImportSum();
  const now = await databaseNow(deps.db);
  const parts = Math.ceil(lines / (request.rehearsedMax ?? REHEARSED_MAX));
  // Nothing is counted as done that is undone.
  const { tally: _tally, ...uncounted } = deps;
  for (let part = 0; part < parts; part += 1) {
    const mine: SourceLine[] = [];
    let read = 0;
    for await (const line of request.lines()) {
      read += 1;
      if (isOfPart(line, part, parts)) mine.push(line);
      if (read % BATCH === 0) request.onProgress?.(read);
      if (request.signal?.aborted)
        return { outcome: 'interrupted', lines: read, ...sum.counts, ...found.told };
    }
    const judged = mine.filter(({ line }) => !found.has(line)).map((line) => readLine(line, now));
    await rehearse(async (db) => {
      const recorder = new EventRecorder({ ...uncounted, db }, recordingOf(request));
      await finishBatch(await beginBatch(recorder, { read: judged, size: mine.length }), request, found, sum);
    });
  }
  return { outcome: 'imported', lines, ...sum.counts, ...found.told };
}

/** A repeated line's account is the same, so both fall into one part; so do an opening and what comes after it. */
function isOfPart({ value }: SourceLine, part: number, parts: number): boolean {
  if (parts === 1) return true;
  const account = (value as { account?: unknown } | undefined)?.account;
  return typeof account === 'string' && hashOf(account) % parts === part;
}

const hashOf = (text: string): number => createHash('md5').update(text).digest().readUInt32LE(0);

/** Good when it was checked, and overtaken since by another writer. */
function lateFault({ line, raw }: BadRow, outcome: { outcome: string; message?: string }): BadRow {
  return badRow(line, raw, [{ where: 'id', what: outcome.message ?? outcome.outcome }]);
}

async function inPages<Value>(
  keys: readonly string[],
  find: (page: readonly string[]) => Promise<ReadonlyMap<string, Value>>,
): Promise<Map<string, Value>> {
  const found = new Map<string, Value>();
  for (let from = 0; from < keys.length; from += IDS_MAX)
    for (const [key, value] of await find(keys.slice(from, from + IDS_MAX))) found.set(key, value);
  return found;
}
