/** What every answer says to a browser, whatever it answers: pages, errors, JSON, health. */
import type { MiddlewareHandler } from 'hono';

const POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "frame-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

const HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': POLICY,
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
};

/** Kept for a year: whoever came over https once comes over nothing else. */
const ONLY_HTTPS = 'max-age=31536000';

/** Before all else, so that errors have them, too. What a route has set itself stays. */
export const securityHeaders: MiddlewareHandler = async (context, next) => {
  await next();
  // Set on the answer that is there: the context would make a new one, and copy the page, for each of them.
  const { headers } = context.res;
  for (const [name, value] of Object.entries(HEADERS)) if (!headers.has(name)) headers.set(name, value);
  if (!headers.has('Cache-Control')) headers.set('Cache-Control', 'no-store');
  // TLS ends before us. Whoever says so himself over plain http deceives nobody: browsers heed it over https alone.
  if (context.req.header('X-Forwarded-Proto') === 'https')
    headers.set('Strict-Transport-Security', ONLY_HTTPS);
};
