/** Queues of another number of shards: what waits in them nobody takes, and the database knows all of it. */
import type { Client } from './lookout.ts';
import { SHARDS_MAX, shardAt, shardsOf } from './shards.ts';

export interface OldShards {
  /** How many there were of each queue. */
  readonly shards: number;
  /** As they are named in Redis. */
  readonly names: readonly string[];
  readonly jobs: number;
}

/**
 * @param queues that are split into shards; @param shards of each by now
 * @returns by number of shards; none where nothing is left of any other number
 */
export async function findOldShards(
  redis: Client,
  asked: { readonly prefix: string; readonly queues: readonly string[]; readonly shards: number },
): Promise<OldShards[]> {
  const { prefix, queues, shards } = asked;
  const numbers = Array.from({ length: SHARDS_MAX }, (_, index) => index + 1).filter((one) => one !== shards);
  const isThere = async (name: string): Promise<boolean> =>
    (await redis.exists(`${prefix}:${name}:meta`)) === 1;
  const each = await Promise.all(
    numbers.map(async (number) => {
      // Whoever opens one shard opens all, so the first ones tell of the others.
      const first = await Promise.all(queues.map((queue) => isThere(shardAt(queue, number, 0))));
      if (!first.includes(true)) return [];
      const all = queues.flatMap((queue) => shardsOf(queue, number));
      const there = await Promise.all(all.map(isThere));
      const names = all.filter((_, index) => there[index]);
      return [{ shards: number, names, jobs: await countJobs(redis, prefix, names) }];
    }),
  );
  return each.flat();
}

async function countJobs(redis: Client, prefix: string, names: readonly string[]): Promise<number> {
  const counts = await Promise.all(
    names.flatMap((name) => [
      redis.llen(`${prefix}:${name}:wait`),
      redis.llen(`${prefix}:${name}:active`),
      redis.zcard(`${prefix}:${name}:delayed`),
    ]),
  );
  return counts.reduce((all, one) => all + one, 0);
}
