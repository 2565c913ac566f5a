/**
 * What a link to a member's page carries: the account, and the instant at which the link ends, under a code that only
 * the holder of the secret can make.
 */
import { createHmac } from 'node:crypto';
import type { Instant } from './domain/calendar.ts';

/** A code for one purpose is none for another. */
const PURPOSE = 'member-page';

export const memberCodeOf = (secret: string, body: string): string =>
  createHmac('sha256', secret).update(`${PURPOSE}:${body}`).digest('base64url');

/** What stands behind `/m/` in an address. */
export function memberTokenOf(
  secret: string,
  { account, expiresAt }: { readonly account: string; readonly expiresAt: Instant },
): string {
  const body = Buffer.from(`${expiresAt} ${account}`).toString('base64url');
  return `${body}.${memberCodeOf(secret, body)}`;
}

/** Where a link leads. @param base of the console, as members reach it */
export const memberAddress = (base: string, { token }: { readonly token: string }): string =>
  `${base.replace(/\/+$/, '')}/m/${token}`;
