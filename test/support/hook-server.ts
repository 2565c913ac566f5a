/** A real HTTP server on the loopback that keeps what is POSTed to it, and answers as it is told to. */
import { once } from 'node:events';
import { type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

/** Hangs where it is undefined. */
export type Answer = ((response: ServerResponse) => void) | undefined;

export interface HookServer {
  /** Its path is a secret. */
  readonly url: string;
  /** Taken, in order of arrival: the bodies of whatever was answered by 2xx. */
  readonly taken: Record<string, unknown>[];
  /** All that was POSTed, whatever came back. */
  readonly asked: {
    readonly path: string;
    readonly contentType: string | undefined;
    readonly body: unknown;
  }[];
  answer: Answer;
  stop(): Promise<void>;
}

export const answering =
  (status: number, words = '', headers: Record<string, string> = {}): Answer =>
  (response) =>
    void response.writeHead(status, headers).end(words);

export const SECRET = 'T0000-s3cret-B111';

export async function openHook(answer: Answer = answering(200, 'ok')): Promise<HookServer> {
  const hook = { answer, taken: [], asked: [] } as unknown as HookServer;
  const server = createServer((request, response) => {
    void json(request).then((body) => {
      const { url: path = '', headers } = request;
      hook.asked.push({ path, contentType: headers['content-type'], body });
      hook.answer?.(response);
      if (hook.answer && response.statusCode < 300) hook.taken.push(body as Record<string, unknown>);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/services/${SECRET}`;
  return Object.assign(hook, {
    url,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}
