/** The stylesheet and the script, each under a name that changes with its text: so that a browser may keep it for good. */
import { createHash } from 'node:crypto';
import type { Env, Hono } from 'hono';
import { anyone } from '../sign-in/rights.ts';
import { SCRIPT } from './script.ts';
import { STYLESHEET } from './stylesheet.ts';

interface Asset {
  readonly address: string;
  readonly type: string;
  readonly text: string;
}

const asset = (text: string, ending: string, type: string): Asset => {
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 16);
  return { address: `/assets/console-${hash}.${ending}`, type, text };
};

export const STYLES = asset(STYLESHEET, 'css', 'text/css; charset=utf-8');
export const CODE = asset(SCRIPT, 'js', 'text/javascript; charset=utf-8');

/** Readable by anybody: they say nothing of what is in the database. */
export function addAssets<E extends Env>(pages: Hono<E>): void {
  for (const { address, type, text } of [STYLES, CODE])
    pages.get(address, anyone, (context) =>
      context.body(text, 200, {
        'Content-Type': type,
        'Cache-Control': 'public, max-age=31536000, immutable',
      }),
    );
}
