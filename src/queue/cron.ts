/** The slots of a cron pattern, by the scheduler's own arithmetic: so what is expected here is what fires there. */
import { getNextMillis } from 'bullmq';

/** The first slot after an instant, in UTC. */
export function nextSlot(pattern: string, after: number): number {
  const next = getNextMillis(after, { pattern, tz: 'UTC' });
  if (next === undefined) throw new Error(`the cron pattern ${pattern} has no further slot`);
  return next;
}

/** The slot that a tick's job stands for: its id ends in it. */
export function slotOf(job: { readonly id?: string | undefined; readonly timestamp: number }): number {
  const [, millis] = /:(\d{10,})$/.exec(job.id ?? '') ?? [];
  return millis === undefined ? job.timestamp : Number(millis);
}
