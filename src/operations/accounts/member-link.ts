/**
 * Links by which a member reads their own page without signing in. Nothing of a link is kept: it carries the account,
 * the instant at which it ends, and how often the account's links had been taken back, under a code that only the holder
 * of the secret can make. Taking them back counts once more, and so ends all that were made before.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { type Database, inTransaction } from '../../db/connection.ts';
import { shownNow } from '../../db/query.ts';
import { type Instant, formatInstant } from '../../domain/calendar.ts';
import { configuration, invalidInput } from '../../errors.ts';
import { insertAudit } from '../../ledger/audit-log.ts';
import { addRevocation, findRevocations } from '../../ledger/member-links.ts';
import { type Carried, memberCodeOf, memberTokenOf } from '../../member-token.ts';
import { requireAccounts } from './require-known.ts';

const HOUR_MS = 3_600_000;
/** How long a link is good where nobody says: a week, in which a member comes to read a letter. */
export const LINK_LASTS_MS = 7 * 24 * HOUR_MS;
/** At the most. Whoever has the address reads the page, so it must not be good for ever. */
export const LINK_LASTS_MAX_MS = 90 * 24 * HOUR_MS;
const LINK_LASTS_MIN_MS = 1_000;

export interface LinkRequest {
  readonly account: string;
  /** From 1 s to 90 days, in milliseconds; a week when absent. */
  readonly lastsMs?: number | undefined;
  readonly actor: string;
  readonly reason: string;
}

export interface MemberLink {
  readonly account: string;
  /** What stands behind `/m/` in the address. */
  readonly token: string;
  readonly expiresAt: Instant;
}

/**
 * Makes a link to a member's page, and writes down that it was made, by whom and why; not the link itself.
 * @throws invalid-input `link-lasts`; not-found `unknown-account`
 */
export async function linkMember(
  { db, secret }: { readonly db: Database; readonly secret: string },
  { account, lastsMs = LINK_LASTS_MS, actor, reason }: LinkRequest,
): Promise<MemberLink> {
  if (lastsMs < LINK_LASTS_MIN_MS || lastsMs > LINK_LASTS_MAX_MS)
    throw invalidInput('link-lasts', 'expected a link to last from 1s to 90d');
  await requireAccounts(db, [account]);
  return inTransaction(db, async (transaction) => {
    const at = await shownNow(transaction);
    const expiresAt = at + lastsMs;
    await insertAudit(transaction, {
      at,
      actor,
      action: 'account.link',
      target: `account:${account}`,
      reason,
      before: null,
      after: { expiresAt: formatInstant(expiresAt) },
      runId: null,
    });
    const { times: revocations } = await findRevocations(transaction, account);
    return { account, token: memberTokenOf(secret, { account, expiresAt, revocations }), expiresAt };
  });
}

/**
 * Ends all links to an account's page that were made until now; those that are made later are good.
 * @throws not-found `unknown-account`
 */
export async function revokeLinks(
  { db }: { readonly db: Database },
  { account, actor, reason }: Omit<LinkRequest, 'lastsMs'>,
): Promise<void> {
  await requireAccounts(db, [account]);
  await inTransaction(db, async (transaction) => {
    const at = await shownNow(transaction);
    await addRevocation(transaction, account, at);
    const { times } = await findRevocations(transaction, account);
    await insertAudit(transaction, {
      at,
      actor,
      action: 'account.unlink',
      target: `account:${account}`,
      reason,
      before: { revocations: times - 1 },
      after: { revocations: times },
      runId: null,
    });
  });
}

/** What whoever comes with a link is told. */
export type LinkOpened = LinkRead | { readonly link: 'revoked' };

/** @throws unavailable while the database that knows of revocations is away */
export async function openMemberLink(
  { db, secret }: { readonly db: Database; readonly secret: string },
  token: string,
): Promise<LinkOpened> {
  const read = readMemberLink(secret, token, await shownNow(db));
  if (read.link !== 'good') return read;
  const { times } = await findRevocations(db, read.account);
  return read.revocations === times ? read : { link: 'revoked' };
}

export type LinkRead =
  | {
      readonly link: 'good';
      readonly account: string;
      readonly expiresAt: Instant;
      /** How often the account's links had been taken back when it was made. */
      readonly revocations: number;
    }
  | { readonly link: 'expired'; readonly expiresAt: Instant }
  /** Altered, cut off, made with another secret, or made up. */
  | { readonly link: 'unknown' };

/** What a link is worth now. Nothing of its text is believed before its code is checked, in the same time for every text. */
export function readMemberLink(secret: string, token: string, now: Instant): LinkRead {
  const dot = token.lastIndexOf('.');
  const body = dot < 0 ? token : token.slice(0, dot);
  const isOurs = isSame(dot < 0 ? '' : token.slice(dot + 1), memberCodeOf(secret, body));
  const { account, expiresAt, revocations } = parseBody(body);
  if (!isOurs || account === '') return { link: 'unknown' };
  return now < expiresAt ? { link: 'good', account, expiresAt, revocations } : { link: 'expired', expiresAt };
}

interface Settings {
  readonly consoleUrl: string;
  /** Where members reach the console, where that is another address. */
  readonly memberUrl: string | undefined;
  readonly memberSecret: string | undefined;
}

/** Where members' pages are, and what links to them are made with. @throws configuration `environment` */
export function requiredMemberPages({ consoleUrl, memberUrl, memberSecret: secret }: Settings): {
  readonly url: string;
  readonly secret: string;
} {
  if (secret !== undefined) return { url: memberUrl ?? consoleUrl, secret };
  throw configuration(
    'environment',
    "CONNECTS_MEMBER_SECRET is not set: links to members' pages are made and checked with it. Set it to what " +
      '"openssl rand -base64 33" prints, for the console, too.',
  );
}

function parseBody(body: string): Carried {
  const [expiresAt = '', account = '', revocations = '0'] = Buffer.from(body, 'base64url')
    .toString()
    .split(' ');
  return { account, expiresAt: Number(expiresAt), revocations: Number(revocations) };
}

/** By their hashes, which are of one length whatever was given. */
const isSame = (given: string, expected: string): boolean => timingSafeEqual(hashOf(given), hashOf(expected));

const hashOf = (text: string): Buffer => createHash('sha256').update(text).digest();
