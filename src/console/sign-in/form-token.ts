/** What every form sends along that changes something: made of the session, so that no other page can know it. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Context } from 'hono';

/** The hidden field that it stands in. */
export const TOKEN_FIELD = 'token';

export const formTokenOf = (session: string): string =>
  createHmac('sha256', session).update('form token').digest('base64url');

/** Reads the form; whoever handles it reads it again, for nothing. */
export async function hasFormToken(context: Context, session: string): Promise<boolean> {
  const sent = (await context.req.parseBody())[TOKEN_FIELD];
  if (typeof sent !== 'string') return false;
  const [given, expected] = [Buffer.from(sent), Buffer.from(formTokenOf(session))];
  return given.length === expected.length && timingSafeEqual(given, expected);
}
