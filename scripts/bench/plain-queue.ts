/** BullMQ as it comes, with the options that the product gives it: what jobs cost without anything of the product's. */
import { Queue } from 'bullmq';
import { type Config, required } from '../../src/config.ts';
import { producerConnection } from '../../src/queue/connection.ts';
import { type SettlePayload, settleContract } from '../../src/queue/contracts.ts';
import { CHUNK, type JobQueue, QUEUE_OPTIONS } from '../../src/queue/producer.ts';

export interface PlainQueue extends Pick<JobQueue, 'enqueueSettling'> {
  close(): Promise<void>;
}

export function openPlainQueue(config: Config): PlainQueue {
  const connection = producerConnection(required(config, 'redisUrl'));
  const { queue: name, name: job, jobId } = settleContract;
  const queue = new Queue(name, { connection, prefix: config.queuePrefix, ...QUEUE_OPTIONS });
  return {
    enqueueSettling: async (payloads: readonly SettlePayload[]) => {
      await queue.waitUntilReady();
      for (let from = 0; from < payloads.length; from += CHUNK)
        await queue.addBulk(
          payloads
            .slice(from, from + CHUNK)
            .map((data) => ({ name: job, data, opts: { jobId: jobId(data) } })),
        );
    },
    close: () => queue.close(),
  };
}
