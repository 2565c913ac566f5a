/** A plain Redis client, for what a test does behind the product's back. */
import { Redis } from 'ioredis';
import { workerConnection } from '../../src/queue/connection.ts';

export const redisClient = (url: string): Redis => new Redis(workerConnection(url));
