/**
 * What a Redis says to somebody who asks nothing. One that takes no connection (maxclients, protected mode) says why and
 * closes it; a client that writes at once, as all do, mostly sees the closing alone.
 */
import { connect } from 'node:net';
import type { RedisOptions } from 'bullmq';

const WAIT_MS = 500;

/** Undefined where it says nothing, or cannot be reached; over TLS, too, where it closes without a word. */
export function readUnasked({ path, host, port, tls }: RedisOptions): Promise<Error | undefined> {
  if (tls) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const socket = path === undefined ? connect(port ?? 6379, host) : connect(path);
    let text = '';
    const end = (): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(text.startsWith('-') ? replyError(text.slice(1).trim()) : undefined);
    };
    const timer = setTimeout(end, WAIT_MS);
    socket.setEncoding('utf8').on('data', (part: string) => (text += part));
    socket.once('end', end).once('error', end);
  });
}

const replyError = (message: string): Error => Object.assign(new Error(message), { name: 'ReplyError' });
