/**
 * What a link to a member's page carries: the account, the instant at which the link ends, how often the account's links
 * had been taken back, and its number where a person made it, under a code that only the holder of the secret can make.
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
  /** In `member_links_made`; a letter's has none, and neither have those that were made before there were numbers. */
  readonly link?: number | undefined;
}

/** What stands behind `/m/` in an address. What is 0, or none, is left out at the end, as it was before it was carried. */
export function memberTokenOf(secret: string, { account, expiresAt, revocations, link }: Carried): string {
  const more = link === undefined ? (revocations === 0 ? [] : [revocations]) : [revocations, link];
  const text = [expiresAt, account, ...more].join(' ');
  const body = Buffer.from(text).toString('base64url');
  return `${body}.${memberCodeOf(secret, body)}`;
}

/** Where a link leads. @param base of the console, as members reach it */
export const memberAddress = (base: string, { token }: { readonly token: string }): string =>
  `${base.replace(/\/+$/, '')}/m/${token}`;
