/**
 * Links by which a member reads their own page without signing in. No address is kept: it carries the account, the instant
 * at which it ends, and how often the account's links had been taken back, under a code that only the holder of the secret
 * can make. Taking them back counts once more, and so ends all that were made before. One that a person made has a number,
 * too, under which it can be ended alone.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { type Database, inTransaction } from '../../db/connection.ts';
import { type Queryable, shownNow } from '../../db/query.ts';
import { type Instant, formatInstant } from '../../domain/calendar.ts';
import { ConnectsError, configuration, invalidInput } from '../../errors.ts';
import { insertAudit } from '../../ledger/audit-log.ts';
import {
  type MadeLink,
  addMadeLink,
  addRevocation,
  endMadeLink,
  findMadeLink,
  findRevocations,
  listLiveLinks,
  noteOpened,
} from '../../ledger/member-links.ts';
import { type Carried, memberCodeOf, memberTokenOf } from '../../member-token.ts';
import { requireAccounts } from './require-known.ts';

const HOUR_MS = 3_600_000;
/** How long a link is good where nobody says: a week, in which a member comes to read a letter. */
export const LINK_LASTS_MS = 7 * 24 * HOUR_MS;
/** At the most. Whoever has the address reads the page, so it must not be good for ever. */
export const LINK_LASTS_MAX_MS = 90 * 24 * HOUR_MS;
const LINK_LASTS_MIN_MS = 1_000;
/** One that is read page by page is written down once in a while. */
const OPENED_EVERY_MS = 5 * 60_000;

export interface LinkRequest {
  readonly account: string;
  /** From 1 s to 90 days, in milliseconds; a week when absent. */
  readonly lastsMs?: number | undefined;
  readonly actor: string;
  readonly reason: string;
}

export interface MemberLink {
  /** Its number. */
  readonly link: number;
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
    const { times: revocations } = await findRevocations(transaction, account);
    const made = { account, revocations, madeAt: at, madeBy: actor, reason, expiresAt };
    const link = await addMadeLink(transaction, made, at - LINK_LASTS_MAX_MS);
    await insertAudit(transaction, {
      at,
      actor,
      action: 'account.link',
      target: `account:${account}`,
      reason,
      before: null,
      after: { link, expiresAt: formatInstant(expiresAt) },
      runId: null,
    });
    const token = memberTokenOf(secret, { account, expiresAt, revocations, link });
    return { link, account, token, expiresAt };
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

export interface LinkEnded {
  readonly account: string;
  readonly link: number;
  readonly actor: string;
  readonly reason: string;
}

/**
 * Ends one link that a person made; the others stay.
 * @throws not-found `unknown-account`; `unknown-link`, also for one that leads nowhere any more
 */
export async function endLink(
  { db }: { readonly db: Database },
  { account, link, actor, reason }: LinkEnded,
): Promise<void> {
  await requireAccounts(db, [account]);
  await inTransaction(db, async (transaction) => {
    const at = await shownNow(transaction);
    const live = (await listLiveLinks(transaction, account, at)).find(({ id }) => id === link);
    if (!live || !(await endMadeLink(transaction, live, at)))
      throw new ConnectsError(
        'not-found',
        'unknown-link',
        `there is no link ${link} that leads to the page of ${account}: it has ended, or was never made`,
      );
    await insertAudit(transaction, {
      at,
      actor,
      action: 'account.end-link',
      target: `account:${account}`,
      reason,
      before: { link, expiresAt: formatInstant(live.expiresAt) },
      after: { link, endedAt: formatInstant(at) },
      runId: null,
    });
  });
}

/** Those that people made and that lead somewhere, the latest first. @throws not-found `unknown-account` */
export async function listLinks(db: Queryable, account: string): Promise<readonly MadeLink[]> {
  await requireAccounts(db, [account]);
  return listLiveLinks(db, account, await shownNow(db));
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
  if (read.revocations !== times) return { link: 'revoked' };
  return read.id === undefined || (await isOpen(db, read.id)) ? read : { link: 'revoked' };
}

/** That it was opened is written down now and then: for a list, so nobody is refused because it cannot be. */
async function isOpen(db: Database, id: number): Promise<boolean> {
  const made = await findMadeLink(db, id);
  if (!made) return false;
  const now = await shownNow(db);
  if (made.openedAt === null || now - made.openedAt > OPENED_EVERY_MS)
    await noteOpened(db, id, now).catch(() => undefined);
  return true;
}

export type LinkRead =
  | {
      readonly link: 'good';
      readonly account: string;
      readonly expiresAt: Instant;
      /** How often the account's links had been taken back when it was made. */
      readonly revocations: number;
      /** Its number; undefined of a letter's. */
      readonly id?: number;
    }
  | { readonly link: 'expired'; readonly expiresAt: Instant }
  /** Altered, cut off, made with another secret, or made up. */
  | { readonly link: 'unknown' };

/** What a link is worth now. Nothing of its text is believed before its code is checked, in the same time for every text. */
export function readMemberLink(secret: string, token: string, now: Instant): LinkRead {
  const dot = token.lastIndexOf('.');
  const body = dot < 0 ? token : token.slice(0, dot);
  const isOurs = isSame(dot < 0 ? '' : token.slice(dot + 1), memberCodeOf(secret, body));
  const { account, expiresAt, revocations, link: id } = parseBody(body);
  if (!isOurs || account === '') return { link: 'unknown' };
  if (now >= expiresAt) return { link: 'expired', expiresAt };
  return { link: 'good', account, expiresAt, revocations, ...(id !== undefined && { id }) };
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
  const [expiresAt = '', account = '', revocations = '0', link] = Buffer.from(body, 'base64url')
    .toString()
    .split(' ');
  return {
    account,
    expiresAt: Number(expiresAt),
    revocations: Number(revocations),
    link: link === undefined ? undefined : Number(link),
  };
}

/** By their hashes, which are of one length whatever was given. */
const isSame = (given: string, expected: string): boolean => timingSafeEqual(hashOf(given), hashOf(expected));

const hashOf = (text: string): Buffer => createHash('sha256').update(text).digest();
