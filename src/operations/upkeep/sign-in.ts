/**
 * Signing in to the console, by a password or a one-time link, and the sessions that come of it. Whoever is refused is
 * never told why: a name that nobody has, a wrong password and a disabled user are answered alike, in the same time.
 */
import { type Database, type Transaction, inTransaction } from '../../db/connection.ts';
import { shownNow } from '../../db/query.ts';
import type { Instant } from '../../domain/calendar.ts';
import {
  deleteSession,
  deleteSessionsOf,
  findSession,
  insertSession,
  updateExpiry,
} from '../../ledger/sessions.ts';
import {
  type LinkKind,
  type User,
  type UserRole,
  type UserSecrets,
  findUser,
  findUserByLink,
  lockUser,
  lockUserByLink,
  updateLink,
  updatePassword,
  updateSignedIn,
} from '../../ledger/users.ts';
import { checkPassword, faultOfPassword, hashPassword } from './passwords.ts';
import { hashOf, newSecret } from './secrets.ts';
import { USER_NAME, audit } from './users.ts';

/** A session that is not used for so long has ended; so has every one that is as old as that. */
export const SESSION_IDLE_MS = 30 * 60_000;
export const SESSION_MAX_MS = 12 * 3_600_000;
/** How late its last use may be known. */
const USE_EVERY_MS = 60_000;

interface Deps {
  readonly db: Database;
}

/** Who is signed in. */
export interface SignedIn {
  readonly id: number;
  readonly name: string;
  readonly role: UserRole;
  readonly signedInAt: Instant;
}

export type SignInOutcome =
  | { readonly outcome: 'signed-in'; readonly session: string; readonly user: SignedIn }
  | { readonly outcome: 'refused' }
  /** Too many are being checked already. */
  | { readonly outcome: 'busy' };

export async function signIn(
  { db }: Deps,
  { name, password }: { readonly name: string; readonly password: string },
): Promise<SignInOutcome> {
  const found = USER_NAME.test(name) ? await findUser(db, name) : undefined;
  const isRight = await checkPassword(password, found?.passwordHash ?? '');
  if (isRight === 'busy') return { outcome: 'busy' };
  if (!found || !isRight) return { outcome: 'refused' };
  return inTransaction(db, async (transaction) => {
    const user = await lockUser(transaction, name);
    // It was changed, or its user disabled, while it was checked.
    if (user?.passwordHash !== found.passwordHash || user.disabledAt !== null) return { outcome: 'refused' };
    return begin(transaction, user, { by: 'password' });
  });
}

/** Whose link this is; undefined when it is unknown, used, replaced or too old. It is not used up by asking. */
export async function findLink(
  { db }: Deps,
  secret: string,
): Promise<{ readonly name: string; readonly kind: LinkKind } | undefined> {
  const user = await findUserByLink(db, hashOf(secret));
  const kind = user && linkOf(user, await shownNow(db));
  return user && kind && { name: user.name, kind };
}

export type LinkOutcome =
  | Extract<SignInOutcome, { outcome: 'signed-in' }>
  | { readonly outcome: 'gone' }
  /** The link is good for another try. */
  | { readonly outcome: 'bad-password'; readonly fault: string };

/** Uses a link up: signs in, and sets the password that it is for. */
export async function useLink(
  { db }: Deps,
  { secret, password }: { readonly secret: string; readonly password: string | undefined },
): Promise<LinkOutcome> {
  const link = await findLink({ db }, secret);
  if (!link) return { outcome: 'gone' };
  const fault = link.kind === 'password' ? faultOfPassword(password ?? '', link.name) : undefined;
  if (fault !== undefined) return { outcome: 'bad-password', fault };
  const hash = link.kind === 'password' ? await hashPassword(password ?? '') : undefined;
  return inTransaction(db, async (transaction) => {
    const user = await lockUserByLink(transaction, hashOf(secret));
    // Of two who use it at once, the second finds it gone.
    if (!user || linkOf(user, await shownNow(transaction)) !== link.kind) return { outcome: 'gone' };
    await updateLink(transaction, user.id, null);
    if (hash !== undefined) await replacePassword(transaction, user, hash);
    return begin(transaction, user, { by: 'link' });
  });
}

/** What it is for, where it is good. */
const linkOf = ({ linkKind, linkExpiresAt, disabledAt }: UserSecrets, now: Instant): LinkKind | undefined =>
  linkKind !== null && linkExpiresAt !== null && linkExpiresAt > now && disabledAt === null
    ? linkKind
    : undefined;

export type PasswordOutcome =
  | Extract<SignInOutcome, { outcome: 'signed-in' | 'busy' }>
  | { readonly outcome: 'wrong' }
  | { readonly outcome: 'bad-password'; readonly fault: string };

/** Ends every session of this user, and begins one for whoever changed it. */
export async function changePassword(
  { db }: Deps,
  { name, present, next }: { readonly name: string; readonly present: string; readonly next: string },
): Promise<PasswordOutcome> {
  const found = await findUser(db, name);
  const isRight = await checkPassword(present, found?.passwordHash ?? '');
  if (isRight === 'busy') return { outcome: 'busy' };
  if (!isRight) return { outcome: 'wrong' };
  const fault = faultOfPassword(next, name);
  if (fault !== undefined) return { outcome: 'bad-password', fault };
  const hash = await hashPassword(next);
  return inTransaction(db, async (transaction) => {
    const user = await lockUser(transaction, name);
    if (user?.passwordHash !== found?.passwordHash || !user || user.disabledAt !== null)
      return { outcome: 'wrong' };
    await replacePassword(transaction, user, hash);
    return begin(transaction, user, { by: 'password' });
  });
}

async function replacePassword(transaction: Transaction, user: User, hash: string): Promise<void> {
  const { id, name, hasPassword } = user;
  await updatePassword(transaction, id, hash);
  const sessionsEnded = await deleteSessionsOf(transaction, id);
  const at = await shownNow(transaction);
  const change = { name, actor: name, reason: null };
  const after = { password: true, changed: true, sessionsEnded };
  await audit(transaction, at, 'users.password', change, { password: hasPassword }, after);
}

/** Only the hash of what the browser is given is kept: whoever reads the table cannot sign in by it. */
async function begin(
  transaction: Transaction,
  { id, name, role }: User,
  how: { readonly by: 'password' | 'link' },
): Promise<Extract<SignInOutcome, { outcome: 'signed-in' }>> {
  const at = await shownNow(transaction);
  const session = newSecret();
  await insertSession(transaction, {
    hash: hashOf(session),
    userId: id,
    at,
    expiresAt: at + SESSION_IDLE_MS,
  });
  await updateSignedIn(transaction, id, at);
  await audit(transaction, at, 'users.sign-in', { name, actor: name, reason: null }, null, how);
  return { outcome: 'signed-in', session, user: { id, name, role, signedInAt: at } };
}

/**
 * Whoever holds this session; undefined when it is unknown or has ended, or its user is disabled.
 * @param isUse whether the person does something, so that it lasts on: what a page asks by itself is none
 */
export async function findSignedIn(
  { db }: Deps,
  session: string,
  { isUse }: { readonly isUse: boolean },
): Promise<SignedIn | undefined> {
  const hash = hashOf(session);
  const found = await findSession(db, hash);
  if (!found || found.expiresAt <= found.now) return undefined;
  const lastsTo = Math.min(found.now + SESSION_IDLE_MS, found.createdAt + SESSION_MAX_MS);
  if (lastsTo <= found.now) return undefined;
  if (isUse && lastsTo - found.expiresAt >= USE_EVERY_MS) await updateExpiry(db, hash, lastsTo);
  return { id: found.userId, name: found.name, role: found.role, signedInAt: found.createdAt };
}

export const signOut = ({ db }: Deps, session: string): Promise<void> => deleteSession(db, hashOf(session));
