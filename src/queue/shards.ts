/**
 * Shards: a queue lives on one node of a cluster, so that there is one of its kind on each. Their names are chosen for the
 * hash slots that they fall into: evenly over all of them, as clusters are made. A job's place follows from its id alone,
 * so that it is found there again whoever adds it, as long as none is lost; that every process counts the same shards is
 * for the settings to say.
 */
import { readRedisAddress } from '../servers/redis-address.ts';

export const SHARDS_MAX = 64;
/** Twice the masters of the smallest cluster: as many for each of two, three or six. */
const SHARDS_OF_CLUSTER = 6;

/** How many there are where nobody says so. */
export const shardsByAddress = (redisUrl: string | undefined): number =>
  redisUrl !== undefined && readRedisAddress(redisUrl).kind === 'cluster' ? SHARDS_OF_CLUSTER : 1;

const SLOTS = 16_384;
/** Of a shard's stretch of slots: its ends may be a neighbour's, where masters are not as many as divide the shards. */
const MARGIN = 0.1;

/** The names of a queue's shards, `{settle}` for one and `{settle-6-0-17}` for the first of six. */
export function shardsOf(queue: string, shards: number): readonly string[] {
  if (shards === 1) return [queue];
  const known = namesOf.get(`${queue} ${shards}`);
  if (known) return known;
  const names = Array.from({ length: shards }, (_, shard) => nameOf(queue, shards, shard));
  namesOf.set(`${queue} ${shards}`, names);
  return names;
}

/** One of them alone. @param shard the first is 0 */
export const shardAt = (queue: string, shards: number, shard: number): string =>
  shards === 1 ? queue : nameOf(queue, shards, shard);

const namesOf = new Map<string, readonly string[]>();

function nameOf(queue: string, shards: number, shard: number): string {
  const from = ((shard + MARGIN) * SLOTS) / shards;
  const to = ((shard + 1 - MARGIN) * SLOTS) / shards;
  const word = queue.replace(/[{}]/g, '');
  for (let tried = 0; ; tried += 1) {
    const tag = `${word}-${shards}-${shard}-${tried}`;
    const slot = slotOf(tag);
    if (slot >= from && slot < to) return `{${tag}}`;
  }
}

/** Which of so many shards a job belongs to. */
export const shardOf = (jobId: string, shards: number): number => (shards === 1 ? 0 : slotOf(jobId) % shards);

/** The hash slot of a tag, as every cluster reckons it: CRC-16 (XMODEM) of its bytes, less two bits. */
export function slotOf(tag: string): number {
  let crc = 0;
  for (const byte of Buffer.from(tag)) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit += 1) crc = ((crc << 1) ^ (crc & 0x8000 ? 0x1021 : 0)) & 0xffff;
  }
  return crc % SLOTS;
}
