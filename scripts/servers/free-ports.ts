import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below those that the system gives to whoever connects to somewhere: between a look and its use, none of them is taken. */
const FIRST = 20_000;
const LAST = 32_000;

/** Never one twice, though its first user may be gone, or not there yet. */
const given = new Set<number>();

/** As many ports of the loopback that are free now, each another one, for servers that are started soon. */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST));
    if (given.has(port)) continue;
    given.add(port);
    if (await isFree(port)) ports.push(port);
  }
  return ports;
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
