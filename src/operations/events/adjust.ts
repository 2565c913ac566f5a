/**
 * A correction by an operator: an ordinary `balance.adjusted` event, through the one door of all facts, whose id is
 * the operator's key. The same key again changes nothing; the same key with other content is a conflict.
 */
import { databaseNow } from '../../db/query.ts';
import { type EventOf, parseEvent } from '../../domain/events/events.ts';
import { formatInstant } from '../../domain/calendar.ts';
import { invalidInput } from '../../errors.ts';
import type { Fault } from '../../domain/terms.ts';
import { type EventState, findEvent } from '../../ledger/events.ts';
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
}

/**
 * @returns what became of each, in the order given
 * @throws invalid-input `adjustment`, naming every fault of every adjustment, before anything is recorded
 */
export async function adjustBalances(deps: RecordDeps, request: AdjustRequest): Promise<AdjustOutcome[]> {
  const at = await databaseNow(deps.db);
  const events: EventOf<'balance.adjusted'>[] = [];
  const faults: string[] = [];
  for (const one of request.adjustments) {
    const parsed = await toEvent(deps, one, at);
    if (parsed.ok) events.push(parsed.event as EventOf<'balance.adjusted'>);
    else faults.push(...faultLines(one, parsed.faults));
  }
  if (faults.length > 0)
    throw invalidInput(
      'adjustment',
      ['nothing was adjusted, because of what is wrong:', ...faults].join('\n'),
    );
  const outcomes: AdjustOutcome[] = [];
  // One at a time, because each stands in the audit log by itself.
  for (const event of events) {
    const by = { actor: request.actor, reason: event.reason };
    for (const outcome of await recordEvents(deps, [event], 'digest', by))
      outcomes.push(
        outcome.outcome === 'duplicate'
          ? { ...outcome, before: (await findEvent(deps.db, event.id))?.state ?? 'applied' }
          : outcome,
      );
  }
  return outcomes;
}

/** Of a repeated key also what became of its first use: a refusal stays one. */
export type AdjustOutcome =
  | Exclude<EventOutcome, { outcome: 'duplicate' }>
  | { readonly outcome: 'duplicate'; readonly before: EventState };

/** The instant of a repeated key is that of its first use: only what the operator wrote makes it another one. */
async function toEvent(
  deps: RecordDeps,
  { key: id, account, amount, reason }: Adjustment,
  now: number,
): Promise<ReturnType<typeof parseEvent>> {
  const before = await findEvent(deps.db, id);
  const at = formatInstant(before?.at ?? now);
  return parseEvent({ id, account, at, type: 'balance.adjusted', amount, reason });
}

const faultLines = ({ key, account }: Adjustment, faults: readonly Fault[]): string[] =>
  faults.map(
    ({ where, what }) => `  the adjustment ${key} of ${account}, ${where === 'id' ? 'key' : where}: ${what}`,
  );
