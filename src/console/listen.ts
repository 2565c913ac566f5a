/** Serving pages over HTTP until stopped. */
import { serve } from '@hono/node-server';
import type { Hono } from 'hono';

export interface Listening {
  readonly url: string;
  stop(): Promise<void>;
}

/** @param at port 0 takes a free one. @param onStop called first. @throws the operating system's error */
export async function listen(
  pages: Hono,
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
    stop: () =>
      new Promise((resolve) => {
        onStop();
        server.close(() => resolve());
        if ('closeAllConnections' in server) server.closeAllConnections();
      }),
  };
}
