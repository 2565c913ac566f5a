/** Serving pages over HTTP until stopped. */
import type { Server } from 'node:http';
import { serve } from '@hono/node-server';
import type { Env, Hono } from 'hono';

export interface Listening {
  readonly url: string;
  /** Takes no new connection, lets the requests under way finish for a while, and closes. */
  stop(): Promise<void>;
}

/** How long the requests under way may take when it is stopped. */
const FINISH_MS = 10_000;

/** @param at port 0 takes a free one. @param onStop called first. @throws the operating system's error */
export async function listen<E extends Env>(
  pages: Hono<E>,
  at: { readonly host: string; readonly port: number },
  onStop: () => void,
): Promise<Listening> {
  const server = serve({ fetch: pages.fetch, hostname: at.host, port: at.port });
  await new Promise<void>((resolve, reject) => {
    server.once('listening', resolve);
    server.once('error', (error) => {
      // What was begun for these pages must not outlive them.
      onStop();
      reject(error);
    });
  });
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : at.port;
  return {
    url: `http://${at.host}:${port}/`,
    stop: async () => {
      onStop();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      // Of HTTP 1, which is all that is served here.
      const http = server as Server;
      http.closeIdleConnections();
      const late = setTimeout(() => http.closeAllConnections(), FINISH_MS);
      await closed;
      clearTimeout(late);
    },
  };
}
