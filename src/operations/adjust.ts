/**
 * A correction by an operator: an ordinary `balance.adjusted` event, through the one door of all facts, whose id is
 * the operator's key. The same key again changes nothing; the same key with other content is a conflict.
 */
import { databaseNow } from '../db/query.ts';
import { type EventOf, parseEvent } from '../domain/events.ts';
import { formatInstant } from '../domain/calendar.ts';
import { invalidInput } from '../errors.ts';
import { findEvent } from '../ledger/events.ts';
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
export async function adjustBalances(deps: RecordDeps, request: AdjustRequest): Promise<EventOutcome[]> {
  const at = await databaseNow(deps.db);
  const events: EventOf<'balance.adjusted'>[] = [];
  for (const one of request.adjustments) events.push(await toEvent(deps, one, at));
  const outcomes: EventOutcome[] = [];
  // One at a time, because each has a reason of its own to stand in the audit log.
  for (const event of events)
    outcomes.push(
      ...(await recordEvents(deps, [event], 'digest', { actor: request.actor, reason: event.reason })),
    );
  return outcomes;
}

/** The instant of a repeated key is that of its first use: only what the operator wrote makes it another one. */
async function toEvent(deps: RecordDeps, one: Adjustment, now: number): Promise<EventOf<'balance.adjusted'>> {
  const before = await findEvent(deps.db, one.key);
  const parsed = parseEvent({
    id: one.key,
    account: one.account,
    at: formatInstant(before?.at ?? now),
    type: 'balance.adjusted',
    amount: one.amount,
    reason: one.reason,
  });
  if (!parsed.ok)
    throw invalidInput(
      'adjustment',
      [`the adjustment ${one.key} of ${one.account} is not good:`]
        .concat(
          parsed.faults.map((fault) => `  ${fault.where === 'id' ? 'key' : fault.where}: ${fault.what}`),
        )
        .join('\n'),
    );
  return parsed.event as EventOf<'balance.adjusted'>;
}
