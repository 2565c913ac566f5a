/**
 * What makes an unsubscribe link hard to forge (RFC 8058, section 3.1): who has not got the secret cannot make one for
 * an account, however well known its id is. docs/operations.md has the recipe for whoever verifies it.
 */
import { createHmac } from 'node:crypto';

/** A token for one purpose is none for another. */
const PURPOSE = 'notices.opted-out';
/** Of base64url: 192 bits. */
const LENGTH = 32;

export const unsubscribeTokenOf = (secret: string, accountId: string): string =>
  createHmac('sha256', secret).update(`${PURPOSE}:${accountId}`).digest('base64url').slice(0, LENGTH);
