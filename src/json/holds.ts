/** Holds as data, wherever they are told. */
import { formatInstant } from '../domain/calendar.ts';
import type { LedgerHold } from '../ledger/ledger-hold.ts';

export const holdJson = (hold: {
  readonly heldAt: number;
  readonly actor: string;
  readonly reason: string | null;
}) => ({
  since: formatInstant(hold.heldAt),
  by: hold.actor,
  reason: hold.reason,
});

export const holdOrNull = (hold: LedgerHold | undefined) => (hold ? holdJson(hold) : null);
