import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

/** The preferred port where it is free, so that an address stays the same from start to start, else any free one. */
export async function choosePort(preferred: number, host = '127.0.0.1'): Promise<number> {
  return (await probe(preferred, host)) ?? (await probe(0, host)) ?? preferred;
}

async function probe(port: number, host: string): Promise<number | undefined> {
  const server = createServer();
  try {
    const listening = once(server, 'listening');
    server.listen(port, host);
    await listening;
    return (server.address() as AddressInfo).port;
  } catch {
    return undefined;
  } finally {
    server.close();
  }
}
