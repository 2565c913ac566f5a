/** What a job that waits costs Redis. */
import type { Ground } from './ground.ts';
import { jobsOf } from './own-work.ts';

/** Enqueues jobs that nobody takes. @returns bytes of used_memory per job */
export async function measureWaitingJob({ app, servers }: Ground, jobs: number): Promise<number> {
  // Connecting costs memory too, but not per job.
  await app.queue.countSettling();
  const before = await usedMemory(servers.redis);
  await app.queue.enqueueSettling(jobsOf(jobs));
  return ((await usedMemory(servers.redis)) - before) / jobs;
}

async function usedMemory(redis: { info(section: string): Promise<string> }): Promise<number> {
  return Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1]);
}
