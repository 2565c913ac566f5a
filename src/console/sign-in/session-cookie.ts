/**
 * The cookie that a session is known by. `__Host-`: no other host, path or plain http can set or read it. Browsers take
 * it over plain http from this machine alone, and not all do; there a second one stands in.
 */
import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { SESSION_MAX_MS } from '../../operations/upkeep/sign-in.ts';
import { originOf } from './same-origin.ts';

const NAME = 'connects';
const LOCAL_NAME = 'connects-local';
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

const common = { path: '/', httpOnly: true, sameSite: 'Lax' } as const;

export function giveSession(context: Context, session: string): void {
  const maxAge = SESSION_MAX_MS / 1_000;
  setCookie(context, NAME, session, { ...common, prefix: 'host', secure: true, maxAge });
  if (isLocal(context)) setCookie(context, LOCAL_NAME, session, { ...common, maxAge });
}

export function sessionOf(context: Context): string | undefined {
  const session = getCookie(context, NAME, 'host');
  return session ?? (isLoopback(hostOf(context)) ? getCookie(context, LOCAL_NAME) : undefined);
}

export function dropSession(context: Context): void {
  deleteCookie(context, NAME, { ...common, prefix: 'host', secure: true });
  if (getCookie(context, LOCAL_NAME) !== undefined) deleteCookie(context, LOCAL_NAME, common);
}

/** Whether the browser's own word is that it came over plain http, to this machine. */
function isLocal(context: Context): boolean {
  const origin = originOf(context);
  return origin?.protocol === 'http:' && isLoopback(origin.hostname);
}

/** Over plain http from another machine no browser keeps the cookie: nobody could stay signed in. */
export function cannotKeepSession(context: Context): boolean {
  const origin = originOf(context);
  return origin?.protocol === 'http:' && !isLoopback(origin.hostname);
}

const isLoopback = (hostname: string | undefined): boolean =>
  hostname !== undefined && LOOPBACK.test(hostname);

function hostOf(context: Context): string | undefined {
  const url = `http://${context.req.header('Host') ?? ''}`;
  return URL.canParse(url) ? new URL(url).hostname : undefined;
}
