/** Why a run ended before its work did, and whom it still fails at. */
import type { Queryable } from '../db/query.ts';
import { type Instant, formatInstant } from '../domain/calendar.ts';
import { countRetrying } from '../ledger/put-aside.ts';
import { findRunStop } from '../ledger/run-stops.ts';
import type { Run } from '../ledger/runs.ts';

export interface RunEnd {
  /** Null for a run that nobody stopped, itself included. */
  readonly stop: { readonly at: string; readonly actor: string; readonly reason: string } | null;
  /** Accounts that failed and are still to be tried again, by error. */
  readonly failing: Readonly<Record<string, number>>;
}

export async function readRunEnd(db: Queryable, run: Pick<Run, 'id'>): Promise<RunEnd> {
  const found = await findRunStop(db, run.id);
  const stop = found ? { at: iso(found.at), actor: found.actor, reason: found.reason } : null;
  return { stop, failing: Object.fromEntries(await countRetrying(db, run.id)) };
}

const iso = (at: Instant): string => formatInstant(at);
