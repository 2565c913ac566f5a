/** Bearer tokens: made, checked and revoked. Each change stands in the audit log, in its own transaction. */
import { createHash, randomBytes } from 'node:crypto';
import { type Database, inTransaction } from '../../db/connection.ts';
import { shownNow } from '../../db/query.ts';
import { ConnectsError } from '../../errors.ts';
import { insertAudit } from '../../ledger/audit-log.ts';
import { type Token, type TokenRole, findToken, insertToken, revokeToken } from '../../ledger/tokens.ts';

interface Change {
  readonly actor: string;
  readonly reason: string | null;
}

/** Recognisable in a log or a leaked file. */
const PREFIX = 'cnx_';

const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');

/** The secret is returned once and kept nowhere. */
export async function addToken(
  deps: { readonly db: Database },
  request: Change & { readonly name: string; readonly role: TokenRole },
): Promise<{ id: number; secret: string }> {
  const secret = `${PREFIX}${randomBytes(32).toString('base64url')}`;
  const { name, role, actor, reason } = request;
  const id = await inTransaction(deps.db, async (transaction) => {
    const at = await shownNow(transaction);
    const added = await insertToken(transaction, { name, role, hash: hashOf(secret), at });
    const target = `token:${added}`;
    const after = { name, role };
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

/** Who a bearer token is for; undefined when it is unknown or revoked. */
export const checkToken = (deps: { readonly db: Database }, secret: string): Promise<Token | undefined> =>
  findToken(deps.db, hashOf(secret));
