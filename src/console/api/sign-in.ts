/** Who asks by a bearer token; guesses are counted by address, the same for every route of /v1. */
import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context } from 'hono';
import type { App } from '../../app.ts';
import type { Token } from '../../ledger/tokens.ts';
import { checkToken } from '../../operations/upkeep/tokens.ts';
import { answerError } from '../errors.ts';
import { type RefusedSignIns, WINDOW_MS } from '../refused-sign-ins.ts';

/**
 * The token that the request came with, or the answer that refuses it: 401, or 429 where too many were refused.
 * @param expected what a caller without a good one is told, as a sentence
 */
export async function signedInBy(
  { app, signIns }: { readonly app: App; readonly signIns: RefusedSignIns },
  context: Context,
  expected: string,
): Promise<Token | Response> {
  const [, secret] = /^Bearer +(\S+)$/i.exec(context.req.header('Authorization') ?? '') ?? [];
  // Nothing is guessed by whoever brings nothing.
  if (secret === undefined) return unknown();
  const address = getConnInfo(context).remote.address ?? '';
  if (!signIns.mayTry(address, secret)) {
    app.tally.add('sign-ins:limited');
    context.header('Retry-After', String(WINDOW_MS / 1_000));
    return answerError(
      context,
      429,
      'too many sign-ins were refused from this address: try again in a minute',
    );
  }
  const token = await checkToken(app, secret);
  if (!token) {
    signIns.refused(address, secret);
    return unknown();
  }
  signIns.accepted(secret);
  return token;

  function unknown(): Response {
    app.tally.add('sign-ins:unknown');
    context.header('WWW-Authenticate', 'Bearer');
    return answerError(context, 401, expected);
  }
}
