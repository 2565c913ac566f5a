/** The schedule as data, and keeping Redis in agreement with it. */
import type { Queue } from 'bullmq';
import { tickContract } from '../src/queue/contracts.ts';

/**
 * Makes sure that the tick is scheduled with this pattern. Upserting drops an overdue tick, so an unchanged schedule
 * is left alone. Called again and again, it also brings the schedule back after Redis was flushed.
 * @returns what it found
 */
export async function ensureTicks(
  ticks: Queue,
  pattern: string,
): Promise<'unchanged' | 'created' | 'changed'> {
  const known = await ticks.getJobScheduler(tickContract.schedulerId);
  if (known?.pattern === pattern) return 'unchanged';
  await ticks.upsertJobScheduler(
    tickContract.schedulerId,
    { pattern, tz: 'UTC' },
    { name: tickContract.name, data: {}, opts: { removeOnComplete: true, removeOnFail: true } },
  );
  return known ? 'changed' : 'created';
}
