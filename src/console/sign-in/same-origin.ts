/** Whether a change comes from a page of ours. Browsers say where a request comes from, and no page can change that. */
import type { Context } from 'hono';

/** Undefined where the browser says nothing, or keeps it to itself. */
export function originOf(context: Context): URL | undefined {
  const origin = context.req.header('Origin');
  return origin !== undefined && URL.canParse(origin) ? new URL(origin) : undefined;
}

/**
 * Behind a proxy only `Sec-Fetch-Site` is sure, because the proxy may ask us by another name; where a browser does not
 * send it, its `Origin` has to be what it asked for. What says neither comes from no browser that we know.
 */
export function isFromHere(context: Context): boolean {
  const site = context.req.header('Sec-Fetch-Site');
  if (site !== undefined) return site === 'same-origin';
  const origin = originOf(context);
  return origin !== undefined && origin.host === context.req.header('Host');
}
