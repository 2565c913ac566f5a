/** A port of the loopback before a socket of the machine: a container reaches servers over TCP. */
import { once } from 'node:events';
import { type AddressInfo, type Socket, connect, createServer } from 'node:net';

export interface Relay {
  /** Host and port. */
  readonly address: string;
  close(): void;
}

export async function openRelay(socketPath: string): Promise<Relay> {
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(socketPath);
    const end = (): void => {
      for (const one of [client, upstream]) {
        open.delete(one);
        one.destroy();
      }
    };
    for (const one of [client, upstream]) {
      open.add(one);
      one.on('error', end).on('close', end);
    }
    client.pipe(upstream).pipe(client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.close();
      for (const one of open) one.destroy();
    },
  };
}
