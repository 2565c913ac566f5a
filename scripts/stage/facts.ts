/** Events as senders write them. */
import { type Instant, formatInstant } from '../../src/domain/calendar.ts';
import { type MemberEvent, parseEvent } from '../../src/domain/events/events.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** @throws with every fault */
export function factAt(
  id: string,
  account: string,
  at: Instant,
  type: string,
  fields: Fields = {},
): MemberEvent {
  const parsed = parseEvent({ id, account, at: formatInstant(at), type, ...fields });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  return parsed.event;
}
