/**
 * A correction by an operator: an ordinary `balance.adjusted` event, through the one door of all facts, whose id is
 * the operator's key. The same key again changes nothing once it is posted; the same key with other content is a conflict.
 * What the rules refused posted nothing, and is tried again by the same command: each try is an event of its own.
 */
import { databaseNow } from '../../db/query.ts';
import { type Instant, formatInstant } from '../../domain/calendar.ts';
import { eventOfTry } from '../../domain/corrections/adjustment-keys.ts';
import { parseEvent } from '../../domain/events/events.ts';
import { invalidInput } from '../../errors.ts';
import type { Fault } from '../../domain/terms.ts';
import { isRefusedByOperator } from '../../ledger/decisions.ts';
import { findAccountIds } from '../../ledger/accounts.ts';
import { type EventState, contentHashOf, findEvent, findEvents } from '../../ledger/events.ts';
import { requireReleased } from '../../ledger/ledger-hold.ts';
import { type EventOutcome, type RecordDeps, recordEvents } from './record-events.ts';

export interface Adjustment {
  readonly account: string;
  /** Signed, not 0. */
  readonly amount: number;
  readonly reason: string;
  /** 1 to 100 of A-Z a-z 0-9 . _ - */
  readonly key: string;
}

export interface AdjustRequest {
  readonly adjustments: readonly Adjustment[];
  readonly actor: string;
  /** All of them or none: an account that is unknown, or a key that was used otherwise, is then a fault, too. */
  readonly isWhole?: boolean;
}

/**
 * @returns what became of each, in the order given
 * @throws held `held`; invalid-input `adjustment`, naming every fault of every adjustment, before anything is recorded
 */
export async function adjustBalances(deps: RecordDeps, request: AdjustRequest): Promise<AdjustOutcome[]> {
  await requireReleased(deps.db);
  const at = await databaseNow(deps.db);
  const faults: string[] = [];
  for (const one of request.adjustments) {
    const parsed = parseTry(one, one.key, (await findEvent(deps.db, one.key))?.at ?? at);
    if (!parsed.ok) faults.push(...faultLines(one, parsed.faults));
  }
  if (request.isWhole) faults.push(...(await faultsTogether(deps, request.adjustments)));
  if (faults.length > 0)
    throw invalidInput(
      'adjustment',
      ['nothing was adjusted, because of what is wrong:', ...faults].join('\n'),
    );
  const outcomes: AdjustOutcome[] = [];
  // One at a time, because each stands in the audit log by itself.
  for (const one of request.adjustments) outcomes.push(await adjustOnce(deps, one, request.actor));
  return outcomes;
}

/** What is wrong with some of them by what is there already, and by the others. */
async function faultsTogether(deps: RecordDeps, adjustments: readonly Adjustment[]): Promise<string[]> {
  const faults: string[] = [];
  const seen = new Map<string, Adjustment>();
  for (const one of adjustments) {
    const fault = await faultOf(deps, one, seen.get(one.key));
    if (fault) faults.push(...faultLines(one, [fault]));
    seen.set(one.key, one);
  }
  return faults;
}

async function faultOf(
  { db }: RecordDeps,
  one: Adjustment,
  before: Adjustment | undefined,
): Promise<Fault | undefined> {
  if (before && !isSame(one, before))
    return { where: 'key', what: 'it stands in the file already, with other content' };
  if ((await findAccountIds(db, [one.account])).size === 0)
    return { where: 'account_id', what: `there is no account ${one.account}` };
  const known = (await findEvents(db, [one.key])).get(one.key);
  const parsed = known && parseTry(one, one.key, (await findEvent(db, one.key))?.at ?? 0);
  if (known && parsed?.ok && contentHashOf(parsed.event) !== known.contentHash)
    return { where: 'key', what: 'it was used before for something else' };
  return undefined;
}

const isSame = (a: Adjustment, b: Adjustment): boolean =>
  a.account === b.account && a.amount === b.amount && a.reason === b.reason;

/** Of a repeated key also what became of its first use, and of a later try the event that it stands under. */
export type AdjustOutcome =
  | (Exclude<EventOutcome, { outcome: 'duplicate' }> & Tried)
  | ({ readonly outcome: 'duplicate'; readonly before: EventState } & Tried);

interface Tried {
  /** The event of a later try: the key was refused before. */
  readonly event?: string;
}

/** Each step is asked of the database: of two callers that try at once, one posts it, and the other finds it posted. */
async function adjustOnce(deps: RecordDeps, one: Adjustment, actor: string): Promise<AdjustOutcome> {
  for (let no = 1; ; no += 1) {
    const id = eventOfTry(one.key, no);
    // No room for another try: it stays refused, under a key that is too long.
    if (id === undefined) return { outcome: 'duplicate', before: 'refused' };
    const outcome = await recordTry(deps, one, id, actor);
    const tried = no === 1 ? {} : { event: id };
    if (outcome.outcome !== 'duplicate') return { ...outcome, ...tried };
    const before = (await findEvent(deps.db, id))?.state ?? 'applied';
    if (before !== 'refused' || (await isRefusedByOperator(deps.db, one.account, id)))
      return { outcome: 'duplicate', before, ...tried };
  }
}

/** The instant of a repeated id is that of its first use: only what the operator wrote makes it another one. */
async function recordTry(
  deps: RecordDeps,
  one: Adjustment,
  id: string,
  actor: string,
): Promise<EventOutcome> {
  const known = (await findEvent(deps.db, id))?.at;
  const parsed = parseTry(one, id, known ?? (await databaseNow(deps.db)));
  if (!parsed.ok) throw invalidInput('adjustment', faultLines(one, parsed.faults).join('\n'));
  const [outcome] = await recordEvents(deps, [parsed.event], 'digest', { actor, reason: one.reason });
  // Somebody else was first, a moment ago, and so with another instant.
  if (outcome?.outcome === 'conflict' && known === undefined && (await findEvent(deps.db, id)))
    return recordTry(deps, one, id, actor);
  return outcome as EventOutcome;
}

const parseTry = (
  { account, amount, reason }: Adjustment,
  id: string,
  at: Instant,
): ReturnType<typeof parseEvent> =>
  parseEvent({ id, account, at: formatInstant(at), type: 'balance.adjusted', amount, reason });

const faultLines = ({ key, account }: Adjustment, faults: readonly Fault[]): string[] =>
  faults.map(
    ({ where, what }) => `  the adjustment ${key} of ${account}, ${where === 'id' ? 'key' : where}: ${what}`,
  );
