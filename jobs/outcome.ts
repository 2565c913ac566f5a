/** The one place that turns outcomes and errors into what BullMQ understands. */
import { UnrecoverableError } from 'bullmq';
import type { SettleOutcome } from '../src/operations/settling/settle-accounts.ts';

/**
 * A failed account fails its job, for the queue's counts; its retry is the database's business, not the job's. Every
 * other outcome ends it well: an account that is unknown, or a run that is closed, leaves a job nothing to do.
 */
export function throwIfFailed(outcome: SettleOutcome): void {
  if (outcome.outcome === 'failed') throw new UnrecoverableError(`${outcome.code}: ${outcome.message}`);
}
