/** Secrets that are shown once, and kept as hashes only. All of their 256 bits are chance, so one round is enough. */
import { createHash, randomBytes } from 'node:crypto';

export const newSecret = (): string => randomBytes(32).toString('base64url');

export const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');
