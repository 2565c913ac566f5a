/** Jobs as flows: a parent for each page of due accounts, a child for each of them. */
import { FlowProducer } from 'bullmq';
import { type Config, required } from '../../../src/config.ts';
import { producerConnection } from '../../../src/queue/connection.ts';
import { settleContract } from '../../../src/queue/contracts.ts';
import type { JobQueue } from '../../../src/queue/producer.ts';

export const PARENTS = '{pages}';

export interface FlowQueue {
  readonly queue: JobQueue;
  close(): Promise<void>;
}

/** The product's queues, but that a page is added as a flow. */
export async function openFlows(config: Config, others: JobQueue): Promise<FlowQueue> {
  const connection = { ...producerConnection(required(config, 'redisUrl')), enableOfflineQueue: true };
  const flows = new FlowProducer({ connection, prefix: config.queuePrefix });
  await flows.waitUntilReady();
  const queue: JobQueue = {
    enqueueSettling: async (payloads) => {
      const children = payloads.map((data) => ({
        name: settleContract.name,
        queueName: settleContract.queue,
        data,
        opts: { jobId: settleContract.jobId(data) },
      }));
      await flows.add({ name: 'page', queueName: PARENTS, data: {}, children });
    },
    enqueueCohorts: (payloads) => others.enqueueCohorts(payloads),
    enqueueNotices: (payloads) => others.enqueueNotices(payloads),
    countSettling: () => others.countSettling(),
  };
  return { queue, close: () => flows.close() };
}
