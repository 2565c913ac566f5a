/** A TCP proxy before a server, that does what networks do: it swallows, or cuts, what goes through it. */
import { once } from 'node:events';
import { type AddressInfo, type NetConnectOpts, type Socket, connect, createServer } from 'node:net';

export interface FaultyProxy {
  readonly port: number;
  /** Every connection that is there now says nothing any more, and stays open; new ones are well. */
  swallow(): void;
  /** Whatever is sent to new connections, too, gets lost, until `heal`. */
  swallowAll(): void;
  heal(): void;
  /** How many connections were made so far. */
  readonly made: number;
  close(): void;
}

export async function openProxy(server: NetConnectOpts): Promise<FaultyProxy> {
  const pairs = new Set<{ client: Socket; upstream: Socket; silent: boolean }>();
  let swallowsNew = false;
  let made = 0;
  const listening = createServer((client) => {
    made += 1;
    const pair = { client, upstream: connect(server), silent: swallowsNew };
    pairs.add(pair);
    client.on('data', (bytes) => pair.silent || pair.upstream.write(bytes));
    pair.upstream.on('data', (bytes) => pair.silent || client.write(bytes));
    const end = (): void => {
      pairs.delete(pair);
      client.destroy();
      pair.upstream.destroy();
    };
    for (const socket of [client, pair.upstream]) socket.on('error', end).on('close', end);
  });
  listening.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  const swallow = (): void => {
    for (const pair of pairs) pair.silent = true;
  };
  return {
    port: (listening.address() as AddressInfo).port,
    swallow,
    swallowAll: () => {
      swallowsNew = true;
      swallow();
    },
    heal: () => (swallowsNew = false),
    get made() {
      return made;
    },
    close: () => {
      for (const { client, upstream } of pairs) [client, upstream].forEach((socket) => socket.destroy());
      listening.close();
    },
  };
}
