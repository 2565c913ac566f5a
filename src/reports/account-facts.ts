/** An account's recorded past, read whole, as steps that the rules can play again. */
import { type Queryable, selectRows, toInstantOrNull } from '../db/query.ts';
import type { Account, Entry, PostedEntry, TakeOver } from '../domain/account.ts';
import type { Instant, LocalDate } from '../domain/calendar.ts';
import type { MemberEvent } from '../domain/events/events.ts';
import type { ActStep, BoundaryStep, EventStep, History, Step } from '../domain/simulation/history.ts';
import { groupBy } from '../group-by.ts';
import { type AmendmentRow, listAmendments } from '../ledger/amendments.ts';
import { parseStored } from '../ledger/events.ts';
import { findInactiveOpenings } from '../ledger/openings.ts';
import type { RunKind } from '../ledger/runs.ts';
import { listSpansOf } from '../ledger/spans.ts';
import type { TermsBook } from './explain/rules.ts';

/** Events, and likewise boundaries and entries, of one account that are played again at the most. */
export const PLAYED_MAX = 10_000;

export interface RecordedPast {
  readonly history: History;
  /** The ledger that playing it must come to. */
  readonly entries: readonly PostedEntry[];
  /** Events that came to nothing, an operator's refusal or a second opening, and when that was written. */
  readonly uncounted: ReadonlyMap<string, Instant>;
}

/** What an account has of one kind is more than is played again. */
export interface TooLong {
  readonly tooLong: 'events' | 'billing cycles' | 'entries';
}

/** What an event is stored as cannot be read. */
export interface Unreadable {
  readonly unreadable: string;
}

export async function readPast(
  db: Queryable,
  account: Account,
  terms: TermsBook,
): Promise<RecordedPast | TooLong | Unreadable> {
  const events = await listEvents(db, account.id);
  if (events.length > PLAYED_MAX) return { tooLong: 'events' };
  const cycles = await listCycles(db, account.id);
  if (cycles.length > PLAYED_MAX) return { tooLong: 'billing cycles' };
  const entries = await listEntries(db, account.id);
  if (entries.length > PLAYED_MAX) return { tooLong: 'entries' };
  const amendments = await listAmendments(db, [account.id]);
  const decided = await listDecided(db, account.id);
  const unreadable = events.find((one) => one.event === undefined);
  if (unreadable) return { unreadable: unreadable.id };
  const [first] = events;
  const opens = first?.event?.type === 'account.opened' && first.effectiveAt === account.trackedFrom;
  const refused = new Set(decided.filter((one) => one.byOperator).map((one) => one.event));
  const isStep = (one: EventRow, index: number): boolean =>
    isCounted(one, index === 0 && opens) && !refused.has(one.id);
  const counted = events.filter(isStep);
  const uncounted = events.filter((one, index) => !isStep(one, index));
  const posted = postingTimes(entries, decided);
  const acts = actsOf(entries, amendments, cycles);
  const steps = inOrder(
    counted.map((one) => eventStep(one, posted, terms)),
    cycles.filter((one) => one.kind !== 'backfill').map((one) => boundaryStep(one, terms)),
    acts,
  );
  const taken = opens ? null : await takenOver(db, account, decided);
  return {
    history: { taken, steps, terms: terms.latest.terms },
    entries: entries.map(({ runKind: _runKind, ...entry }) => entry),
    uncounted: new Map(uncounted.map((one) => [one.id, posted.get(one.id) ?? one.receivedAt])),
  };
}

// ------------------------------------------------------------------------------------------------- take-over

async function takenOver(db: Queryable, account: Account, decided: readonly DecidedRow[]): Promise<TakeOver> {
  const spans = (await listSpansOf(db, [account.id])).get(account.id);
  const status = (await findInactiveOpenings(db, [account.id])).get(account.id) ?? 'active';
  const { id, kind, trackedFrom, openingBalance, readinessAwarded } = account;
  const { anchorOn, zone, plan } = spans?.[0] ?? account;
  const passedHere = decided.some((one) => one.subject === 'readiness-test' && one.code === 'awarded');
  return {
    id,
    kind,
    plan,
    status,
    anchorOn,
    zone,
    trackedFrom,
    openingBalance,
    readinessAwarded: readinessAwarded && !passedHere,
  };
}

// ------------------------------------------------------------------------------------------------- events

interface EventRow {
  readonly id: string;
  readonly event: MemberEvent | undefined;
  readonly effectiveAt: Instant;
  readonly receivedAt: Instant;
  readonly waited: boolean;
}

async function listEvents(db: Queryable, account: string): Promise<EventRow[]> {
  const rows = await selectRows<{
    id: string;
    content: string;
    effectiveAt: Date;
    receivedAt: Date;
    waited: number;
  }>(
    db,
    `SELECT id, content, effective_at AS effectiveAt, received_at AS receivedAt,
            event_waits.event_id IS NOT NULL AS waited
       FROM events LEFT JOIN event_waits ON event_waits.event_id = events.id
      WHERE account_id = ? AND state <> 'waiting' AND effective_at IS NOT NULL ORDER BY arrival LIMIT ?`,
    [account, PLAYED_MAX + 1],
  );
  return rows.map(({ id, content, effectiveAt, receivedAt, waited }) => ({
    id,
    event: parseStored(content, account),
    effectiveAt: effectiveAt.getTime(),
    receivedAt: receivedAt.getTime(),
    waited: waited === 1,
  }));
}

/** A second opening changed nothing. */
const isCounted = ({ event }: EventRow, isOpening: boolean): boolean =>
  event?.type !== 'account.opened' || isOpening;

function eventStep(
  { event, effectiveAt, receivedAt, waited }: EventRow,
  posted: ReadonlyMap<string, Instant>,
  terms: TermsBook,
): EventStep {
  const known = event as MemberEvent;
  // What waited was counted later than it came; nothing says when where it left neither an entry nor a decision.
  const postedAt = posted.get(known.id) ?? (waited ? null : receivedAt);
  return {
    kind: 'event',
    // A fact of the next minutes counted from the moment in which it was recorded.
    event: known.at > effectiveAt ? { ...known, at: effectiveAt } : known,
    effectiveAt,
    receivedAt,
    postedAt,
    terms: terms.termsOf(terms.versionAt(postedAt ?? receivedAt)),
  };
}

interface DecidedRow {
  readonly subject: string;
  readonly code: string;
  /** The event that was decided; undefined where it was none. */
  readonly event: string | undefined;
  readonly byOperator: boolean;
  readonly postedAt: Instant;
}

async function listDecided(db: Queryable, account: string): Promise<DecidedRow[]> {
  const rows = await selectRows<{ subject: string; code: string; detail: string; postedAt: Date }>(
    db,
    `SELECT subject, code, detail, posted_at AS postedAt FROM decisions
      WHERE account_id = ? ORDER BY decision_no LIMIT ?`,
    [account, 3 * PLAYED_MAX],
  );
  return rows.map(({ subject, code, detail, postedAt }) => ({
    subject,
    code,
    event: (JSON.parse(detail) as { event?: string }).event,
    byOperator: code === 'refused-by-operator',
    postedAt: postedAt.getTime(),
  }));
}

/** By event: when it was counted, as far as it left a decision or an entry that names it. */
function postingTimes(
  entries: readonly PostedEntry[],
  decided: readonly DecidedRow[],
): ReadonlyMap<string, Instant> {
  const named = /^(?:spend|purchase|return|adjustment|plan|payment):(.+)$/;
  const posted = new Map<string, Instant>();
  for (const { subject, postedAt } of entries) {
    const event = named.exec(subject)?.[1];
    if (event !== undefined) posted.set(event, postedAt);
  }
  for (const { event, postedAt } of decided) if (event !== undefined) posted.set(event, postedAt);
  return posted;
}

// --------------------------------------------------------------------------------------------- boundaries

interface CycleRow {
  readonly on: LocalDate;
  readonly startsAt: Instant;
  readonly paid: number;
  readonly recovered: number;
  readonly termsVersion: number;
  readonly postedAt: Instant;
  readonly kind: RunKind | null;
  readonly asOf: Instant | null;
}

async function listCycles(db: Queryable, account: string): Promise<CycleRow[]> {
  const rows = await selectRows<
    Omit<CycleRow, 'startsAt' | 'postedAt' | 'asOf'> & { startsAt: Date; postedAt: Date; asOf: Date | null }
  >(
    db,
    `SELECT cycle_on AS \`on\`, starts_at AS startsAt, paid, recovered, cycles.terms_version AS termsVersion,
            posted_at AS postedAt, runs.kind, runs.as_of AS asOf
       FROM cycles LEFT JOIN runs ON runs.id = cycles.run_id
      WHERE account_id = ? ORDER BY cycle_on LIMIT ?`,
    [account, PLAYED_MAX + 1],
  );
  return rows.map((row) => ({
    ...row,
    startsAt: row.startsAt.getTime(),
    postedAt: row.postedAt.getTime(),
    asOf: toInstantOrNull(row.asOf),
  }));
}

const boundaryStep = (
  { on, startsAt, postedAt, termsVersion, asOf }: CycleRow,
  terms: TermsBook,
): BoundaryStep => ({
  kind: 'boundary',
  on,
  startsAt,
  reachedAt: asOf === null ? startsAt : Math.max(startsAt, Math.min(asOf, postedAt)),
  postedAt,
  terms: terms.termsOf(termsVersion),
});

// ---------------------------------------------------------------------------------------- operators' acts

type EntryRow = PostedEntry & { readonly runKind: RunKind | null };

async function listEntries(db: Queryable, account: string): Promise<EntryRow[]> {
  const rows = await selectRows<
    Omit<EntryRow, 'effectiveAt' | 'occurredAt' | 'postedAt'> &
      Record<'effectiveAt' | 'occurredAt' | 'postedAt', Date>
  >(
    db,
    `SELECT seq, entries.kind, amount, balance_after AS balance, effective_at AS effectiveAt,
            occurred_at AS occurredAt, posted_at AS postedAt, cycle_on AS cycleOn, subject, proposal,
            runs.kind AS runKind
       FROM entries LEFT JOIN runs ON runs.id = entries.run_id
      WHERE account_id = ? ORDER BY seq LIMIT ?`,
    [account, PLAYED_MAX + 1],
  );
  return rows.map((row) => ({
    ...row,
    effectiveAt: row.effectiveAt.getTime(),
    occurredAt: row.occurredAt.getTime(),
    postedAt: row.postedAt.getTime(),
  }));
}

/** Boundaries that are settled before a run is taken back are its reversal's, too, and decided as any other. */
const isOperators = ({ runKind, kind }: EntryRow): boolean =>
  runKind === 'backfill' || (runKind === 'reversal' && kind === 'reversal');

/** What operators did to cycles, by the transaction that did it. */
function actsOf(
  entries: readonly EntryRow[],
  amendments: readonly AmendmentRow[],
  cycles: readonly CycleRow[],
): ActStep[] {
  const posted = groupBy(entries.filter(isOperators), (one) => one.postedAt);
  const amended = groupBy(amendments, (one) => one.postedAt);
  const granted = groupBy(
    cycles.filter((one) => one.kind === 'backfill'),
    (one) => one.postedAt,
  );
  const times = [...new Set([...posted.keys(), ...amended.keys(), ...granted.keys()])].toSorted(
    (a, b) => a - b,
  );
  return times.map((postedAt) => {
    const lines: Entry[] = (posted.get(postedAt) ?? []).map(
      ({ runKind: _runKind, postedAt: _postedAt, ...entry }) => entry,
    );
    return {
      kind: 'act',
      at: lines[0]?.effectiveAt ?? postedAt,
      postedAt,
      entries: lines,
      cycles: [
        ...(granted.get(postedAt) ?? []).map(({ on, paid, recovered }) => ({ on, paid, owed: recovered })),
        ...(amended.get(postedAt) ?? []).map(({ cycleOn: on, kind, paid, owed }) =>
          kind === 'granted' ? { on, paid, owed } : { on, paid: 0, owed: -owed },
        ),
      ],
    };
  });
}

// -------------------------------------------------------------------------------------------------- order

/**
 * Facts in their order of arrival; a boundary before whatever counted at its instant or later; an operator's act before
 * whatever counted later, and before what was recorded later.
 */
function inOrder(
  events: readonly EventStep[],
  boundaries: readonly BoundaryStep[],
  acts: readonly ActStep[],
): Step[] {
  const settled = boundaries.toSorted((a, b) => a.startsAt - b.startsAt);
  const steps: Step[] = [];
  let [nextSettled, nextAct] = [0, 0];
  const settleUpTo = (at: Instant): void => {
    for (let one = settled[nextSettled]; one && one.startsAt <= at; one = settled[(nextSettled += 1)])
      steps.push(one);
  };
  const actBefore = (isBefore: (act: ActStep) => boolean): void => {
    for (let one = acts[nextAct]; one && isBefore(one); one = acts[(nextAct += 1)]) {
      settleUpTo(one.at);
      steps.push(one);
    }
  };
  for (const event of events) {
    const { effectiveAt, postedAt, receivedAt } = event;
    actBefore(
      (act) => act.at < effectiveAt || (act.at === effectiveAt && act.postedAt < (postedAt ?? receivedAt)),
    );
    settleUpTo(effectiveAt);
    steps.push(event);
  }
  actBefore(() => true);
  settleUpTo(Infinity);
  return steps;
}
