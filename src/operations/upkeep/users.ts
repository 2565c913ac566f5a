/** People who sign in to the console: made, reset, disabled. Each change stands in the audit log, in its own transaction. */
import { type Database, type Transaction, inTransaction } from '../../db/connection.ts';
import { shownNow } from '../../db/query.ts';
import { type Instant, formatInstant } from '../../domain/calendar.ts';
import { ConnectsError } from '../../errors.ts';
import { insertAudit } from '../../ledger/audit-log.ts';
import { deleteSessionsOf } from '../../ledger/sessions.ts';
import { lockNames } from '../../ledger/tokens.ts';
import {
  type LinkKind,
  type User,
  type UserRole,
  type UserSecrets,
  findUser,
  insertUser,
  lockUser,
  updateDisabled,
  updateLink,
  updatePassword,
} from '../../ledger/users.ts';
import { hashOf, newSecret } from './secrets.ts';

/** How long a one-time link is good. */
export const LINK_LIVES_MS = 24 * 3_600_000;

/** In lower case only, so that no two names look alike. */
export const USER_NAME = /^[a-z0-9][a-z0-9._@-]{0,63}$/;

interface Change {
  readonly actor: string;
  readonly reason: string | null;
}

export interface OfUser extends Change {
  readonly name: string;
}

/** A link that is shown once: only its hash is kept. */
export interface OneTimeLink {
  readonly secret: string;
  readonly kind: LinkKind;
  readonly expiresAt: Instant;
}

interface Deps {
  readonly db: Database;
}

/** Without a password: the link is for setting one. @throws conflict `user-name-taken` */
export async function addUser(
  { db }: Deps,
  { name, role, ...change }: OfUser & { readonly role: UserRole },
): Promise<OneTimeLink> {
  return inTransaction(db, async (transaction) => {
    await lockNames(transaction);
    if (await findUser(transaction, name)) throw nameTaken(name);
    const at = await shownNow(transaction);
    const id = await insertUser(transaction, { name, role, at });
    const link = await giveLink(transaction, id, 'password', at);
    const after = { role, linkExpiresAt: formatInstant(link.expiresAt) };
    await audit(transaction, at, 'users.add', { name, ...change }, null, after);
    return link;
  });
}

/**
 * Takes the password and ends every session; the link is for setting another one.
 * @throws not-found `unknown-user`; refused `user-is-disabled`
 */
export async function resetUser({ db }: Deps, request: OfUser): Promise<OneTimeLink> {
  return inTransaction(db, async (transaction) => {
    const user = await requireUser(transaction, request.name);
    requireEnabled(user);
    const at = await shownNow(transaction);
    const { link, after } = await beginAnew(transaction, user, at);
    await audit(transaction, at, 'users.reset', request, passwordOf(user), after);
    return link;
  });
}

/** A link that signs in without a password, and changes none. @throws as `resetUser` does */
export async function linkUser({ db }: Deps, request: OfUser): Promise<OneTimeLink> {
  return inTransaction(db, async (transaction) => {
    const user = await requireUser(transaction, request.name);
    requireEnabled(user);
    const at = await shownNow(transaction);
    const link = await giveLink(transaction, user.id, 'sign-in', at);
    const textOf = (of: Instant | null) => (of === null ? null : formatInstant(of));
    const before = { linkExpiresAt: textOf(user.linkExpiresAt) };
    await audit(transaction, at, 'users.link', request, before, { linkExpiresAt: textOf(link.expiresAt) });
    return link;
  });
}

/** Ends every session, and the link; who is disabled already stays so. @throws not-found `unknown-user` */
export async function disableUser({ db }: Deps, request: OfUser): Promise<{ sessions: number }> {
  return inTransaction(db, async (transaction) => {
    const user = await requireUser(transaction, request.name);
    if (user.disabledAt !== null) return { sessions: 0 };
    const at = await shownNow(transaction);
    await updateDisabled(transaction, user.id, at);
    await updateLink(transaction, user.id, null);
    const sessions = await deleteSessionsOf(transaction, user.id);
    const after = { disabled: true, sessionsEnded: sessions };
    await audit(transaction, at, 'users.disable', request, { disabled: false }, after);
    return { sessions };
  });
}

/** Back again, with a new password: the link is for setting it. @throws not-found `unknown-user`; conflict `user-is-enabled` */
export async function enableUser({ db }: Deps, request: OfUser): Promise<OneTimeLink> {
  return inTransaction(db, async (transaction) => {
    const user = await requireUser(transaction, request.name);
    if (user.disabledAt === null)
      throw new ConnectsError('conflict', 'user-is-enabled', `${user.name} is not disabled`);
    const at = await shownNow(transaction);
    await updateDisabled(transaction, user.id, null);
    const { link, after } = await beginAnew(transaction, user, at);
    const before = { disabled: true, ...passwordOf(user) };
    await audit(transaction, at, 'users.enable', request, before, { disabled: false, ...after });
    return link;
  });
}

async function beginAnew(
  transaction: Transaction,
  user: User,
  at: Instant,
): Promise<{ link: OneTimeLink; after: object }> {
  await updatePassword(transaction, user.id, '');
  const sessionsEnded = await deleteSessionsOf(transaction, user.id);
  const link = await giveLink(transaction, user.id, 'password', at);
  const after = { password: false, sessionsEnded, linkExpiresAt: formatInstant(link.expiresAt) };
  return { link, after };
}

async function giveLink(
  transaction: Transaction,
  id: number,
  kind: LinkKind,
  at: Instant,
): Promise<OneTimeLink> {
  const secret = newSecret();
  const expiresAt = at + LINK_LIVES_MS;
  await updateLink(transaction, id, { hash: hashOf(secret), kind, expiresAt });
  return { secret, kind, expiresAt };
}

async function requireUser(transaction: Transaction, name: string): Promise<UserSecrets> {
  const user = await lockUser(transaction, name);
  if (user) return user;
  throw new ConnectsError('not-found', 'unknown-user', `there is no user ${name}: see "connects users list"`);
}

function requireEnabled({ name, disabledAt }: User): void {
  if (disabledAt === null) return;
  throw new ConnectsError(
    'refused',
    'user-is-disabled',
    `${name} is disabled: "connects users enable ${name}" first`,
  );
}

const nameTaken = (name: string): Error =>
  new ConnectsError(
    'conflict',
    'user-name-taken',
    `there is a user ${name} already: take another name, or "connects users reset ${name}"`,
  );

const passwordOf = ({ hasPassword }: User) => ({ password: hasPassword });

/** What happens to a user, told of in the transaction in which it does. */
export async function audit(
  transaction: Transaction,
  at: Instant,
  action: string,
  { name, actor, reason }: OfUser,
  before: object | null,
  after: object | null,
): Promise<void> {
  const target = `user:${name}`;
  await insertAudit(transaction, { at, actor, action, target, reason, before, after, runId: null });
}
