/**
 * What a link to a member's page carries: the account, the instant at which the link ends, and how often the account's
 * links had been taken back, under a code that only the holder of the secret can make.
 */
import { createHmac } from 'node:crypto';
import type { Instant } from './domain/calendar.ts';

/** A code for one purpose is none for another. */
const PURPOSE = 'member-page';

export const memberCodeOf = (secret: string, body: string): string =>
  createHmac('sha256', secret).update(`${PURPOSE}:${body}`).digest('base64url');

export interface Carried {
  readonly account: string;
  readonly expiresAt: Instant;
  /** How often all links of the account had been taken back when this one was made. */
  readonly revocations: number;
}

/** What stands behind `/m/` in an address. The number is left out where it is 0, as it was before there was one. */
export function memberTokenOf(secret: string, { account, expiresAt, revocations }: Carried): string {
  const text = `${expiresAt} ${account}${revocations === 0 ? '' : ` ${revocations}`}`;
  const body = Buffer.from(text).toString('base64url');
  return `${body}.${memberCodeOf(secret, body)}`;
}

/** Where a link leads. @param base of the console, as members reach it */
export const memberAddress = (base: string, { token }: { readonly token: string }): string =>
  `${base.replace(/\/+$/, '')}/m/${token}`;
