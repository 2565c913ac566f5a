/** The schedule as data, and keeping Redis in agreement with it. */
import type { Queue } from 'bullmq';
import { tickContract } from '../src/queue/contracts.ts';
import { latestNextSlot } from '../src/queue/cron.ts';

/**
 * Makes sure that the tick is scheduled with this pattern, and that it will come. Upserting drops an overdue tick, so a
 * schedule that is as it should be is left alone. Called again and again, it also brings the schedule back after Redis
 * was flushed, and puts it right where the next tick was deleted, or stands later than the pattern allows because a
 * clock was ahead when it was made.
 * @param now by the database's clock, borne out by ours: the library goes by ours
 * @returns what it found
 */
export async function ensureTicks(
  ticks: Queue,
  pattern: string,
  now: number,
): Promise<'unchanged' | 'created' | 'changed' | 'put-right'> {
  const known = await ticks.getJobScheduler(tickContract.schedulerId);
  const same = known?.pattern === pattern;
  if (same && (await willTick(ticks, known.next, latestNextSlot(pattern, now)))) return 'unchanged';
  await ticks.upsertJobScheduler(
    tickContract.schedulerId,
    { pattern, tz: 'UTC' },
    { name: tickContract.name, data: {}, opts: { removeOnComplete: true, removeOnFail: true } },
  );
  if (same) return 'put-right';
  return known ? 'changed' : 'created';
}

/** A tick makes its successor when it is taken, before it is gone: so one of them is there at any time. */
async function willTick(ticks: Queue, next: number | undefined, latest: number): Promise<boolean> {
  if (next === undefined || next > latest) return false;
  const state = await ticks.getJobState(tickContract.jobId(next));
  if (state !== 'unknown') return true;
  // It may have been taken between the two questions.
  return (await ticks.getJobScheduler(tickContract.schedulerId))?.next !== next;
}
