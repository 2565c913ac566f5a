/** Bearer tokens: made, checked and revoked. Each change stands in the audit log, in its own transaction. */
import { type Database, type Transaction, inTransaction } from '../../db/connection.ts';
import { shownNow } from '../../db/query.ts';
import { type Instant, formatInstant } from '../../domain/calendar.ts';
import { ConnectsError } from '../../errors.ts';
import { insertAudit } from '../../ledger/audit-log.ts';
import {
  type Token,
  type TokenRole,
  findLivingToken,
  findToken,
  insertToken,
  insertTokenLimits,
  lockNames,
  revokeToken,
  updateTokenUse,
} from '../../ledger/tokens.ts';
import { hashOf, newSecret } from './secrets.ts';

interface Change {
  readonly actor: string;
  readonly reason: string | null;
}

export interface TokenRequest {
  readonly name: string;
  readonly role: TokenRole;
  /** The types of events that it may bring; all that its role may when absent. */
  readonly types?: readonly string[];
  /** For how long it is good, in milliseconds; for ever when absent. */
  readonly expiresInMs?: number;
}

/** How late its last use may be known. */
const USE_EVERY_MS = 60_000;

/** Recognisable in a log or a leaked file. */
const PREFIX = 'cnx_';

/**
 * The secret is returned once and kept nowhere. Names tell tokens apart in the audit log, so no two that are good have
 * the same; that of one that was revoked or has expired may be taken again.
 * @throws conflict `token-name-taken`
 */
export async function addToken(
  deps: { readonly db: Database },
  request: Change & TokenRequest,
): Promise<{ id: number; secret: string }> {
  const secret = `${PREFIX}${newSecret()}`;
  const { name, role, actor, reason, types = null, expiresInMs } = request;
  const id = await inTransaction(deps.db, async (transaction) => {
    await lockNames(transaction);
    const at = await shownNow(transaction);
    await requireFreeName(transaction, name, at);
    const added = await insertToken(transaction, { name, role, hash: hashOf(secret), at });
    const expiresAt = expiresInMs === undefined ? null : at + expiresInMs;
    await insertTokenLimits(transaction, added, { types, expiresAt });
    const target = `token:${added}`;
    const after = { name, role, types, expiresAt: expiresAt === null ? null : formatInstant(expiresAt) };
    await insertAudit(transaction, {
      at,
      actor,
      action: 'tokens.add',
      target,
      reason,
      before: null,
      after,
      runId: null,
    });
    return added;
  });
  return { id, secret };
}

async function requireFreeName(transaction: Transaction, name: string, at: Instant): Promise<void> {
  const taken = await findLivingToken(transaction, name, at);
  if (!taken) return;
  throw new ConnectsError(
    'conflict',
    'token-name-taken',
    `token ${taken.id} is called ${taken.name} already: take another name, or "connects tokens revoke ${taken.id}" first`,
  );
}

/** @throws not-found when there is no such token, or it was revoked before */
export async function withdrawToken(
  deps: { readonly db: Database },
  request: Change & { readonly id: number },
): Promise<void> {
  await inTransaction(deps.db, async (transaction) => {
    const at = await shownNow(transaction);
    if (!(await revokeToken(transaction, request.id, at)))
      throw new ConnectsError(
        'not-found',
        'unknown-token',
        `there is no token ${request.id} that could be revoked`,
      );
    await insertAudit(transaction, {
      at,
      actor: request.actor,
      action: 'tokens.revoke',
      target: `token:${request.id}`,
      reason: request.reason,
      before: { revoked: false },
      after: { revoked: true },
      runId: null,
    });
  });
}

/** Who a bearer token is for; undefined when it is unknown, revoked or expired. That it was used is written down. */
export async function checkToken(
  { db }: { readonly db: Database },
  secret: string,
): Promise<Token | undefined> {
  const token = await findToken(db, hashOf(secret));
  if (!token) return undefined;
  const now = await shownNow(db);
  if (token.expiresAt !== null && token.expiresAt <= now) return undefined;
  if (now - (token.lastUsedAt ?? 0) >= USE_EVERY_MS) await updateTokenUse(db, token.id, now);
  return token;
}
