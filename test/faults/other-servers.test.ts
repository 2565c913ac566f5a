/** An address that leads to another server than it is meant for is to be mended, and who is there is told. */
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, type Server, createServer } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { freePorts } from '../../scripts/servers/free-ports.ts';
import { startWorker } from '../../jobs/start-worker.ts';
import { composeApp } from '../../src/app.ts';
import { systemClock } from '../../src/clock.ts';
import { parseConfig } from '../../src/config.ts';
import { silentLog } from '../../src/log.ts';
import { runHere } from '../support/in-process.ts';
import { type Installation, install } from '../support/installation.ts';
import { type PrivateServer, privateDatabase, privateRedis } from '../support/private-servers.ts';

const portOf = (server: { address(): unknown }): number => (server.address() as AddressInfo).port;

async function listening<Listening extends Server>(server: Listening): Promise<Listening> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

let installation: Installation;
let database: PrivateServer;
let redis: PrivateServer;
const others: Server[] = [];
let ports: Record<string, number>;

beforeAll(async () => {
  const [ofDatabase = 0, ofRedis = 0] = await freePorts(2);
  const http = await listening(createHttpServer((_request, response) => response.end('hello')));
  const smtp = new SMTPServer({ hideSTARTTLS: true, logger: false }).server as Server;
  const closing = await listening(createServer((socket) => socket.on('error', () => undefined).end()));
  others.push(http, await listening(smtp), closing);
  [installation, database, redis] = await Promise.all([
    install(),
    privateDatabase(['--skip-networking=0', '--bind-address=127.0.0.1', `--port=${ofDatabase}`]),
    privateRedis(['--bind', '127.0.0.1', '--port', String(ofRedis)]),
  ]);
  ports = {
    http: portOf(http),
    smtp: portOf(smtp),
    closing: portOf(closing),
    database: ofDatabase,
    redis: ofRedis,
  };
});
afterAll(async () => {
  for (const server of others) server.close();
  await Promise.all([installation.remove(), database.remove(), redis.remove()]);
});

type End = [code: number, said: string];

const SWEEP = ['sweep', '--wait', '--work', '--timeout', '30s'];

async function endOf(env: Record<string, string>, args: readonly string[]): Promise<End> {
  const app = composeApp(parseConfig({ ...installation.env, ...env }), systemClock, silentLog);
  try {
    const { code, stdout, stderr } = await runHere(args, { app, processes: { startWorker } });
    return [code, stdout + stderr];
  } finally {
    await app.close();
  }
}

const REDIS_URL = (port: number): Record<string, string> => ({ REDIS_URL: `redis://127.0.0.1:${port}` });
const DATABASE_URL = (port: number): Record<string, string> => ({
  DATABASE_URL: `mysql://root@127.0.0.1:${port}/connects`,
});

const ELSEWHERE: [name: string, where: string, is: string, address: typeof REDIS_URL][] = [
  ['REDIS_URL', 'http', 'an HTTP server', REDIS_URL],
  ['REDIS_URL', 'smtp', 'a mail server', REDIS_URL],
  ['REDIS_URL', 'database', 'MariaDB or MySQL', REDIS_URL],
  ['DATABASE_URL', 'http', 'an HTTP server', DATABASE_URL],
  ['DATABASE_URL', 'smtp', 'a mail server', DATABASE_URL],
  ['DATABASE_URL', 'redis', 'Redis', DATABASE_URL],
];
/** Who waits for a greeting waits for seconds: so all wait together. */
const ended = new Map<string, Promise<End[]>>();
beforeAll(() => {
  for (const [name, where, , address] of ELSEWHERE)
    ended.set(
      `${name} ${where}`,
      Promise.all(
        [SWEEP, ['doctor'], ['worker']].map((args) => endOf(address(ports[where] as number), args)),
      ),
    );
});

test.each(ELSEWHERE)('%s that leads to the port of %s: 78, and %s is named', async (name, where, is) => {
  const ends = (await ended.get(`${name} ${where}`)) as End[];
  const mend = /Something else than (Redis|the database server) answers there: correct host and port/;
  for (const [code, said] of ends) {
    expect({ code, said }).toEqual({ code: 78, said: expect.stringContaining(`${is} listens there`) });
    expect(said).toMatch(mend);
    expect(said).not.toMatch(/\n\s+at |report this/);
  }
});

test.each([
  ['REDIS_URL', REDIS_URL],
  ['DATABASE_URL', DATABASE_URL],
])('%s that leads to whom closes without a word is tried again: 75', async (_name, address) => {
  const [code, said] = await endOf(address(ports.closing as number), SWEEP);
  expect({ code, said }).toEqual({ code: 75, said: expect.stringContaining('cannot be used') });
});

test.each([
  ['a'.repeat(100), 'correct it in the address'],
  ['ends-with-a-space%20', 'correct it in the address'],
])('no database can be called %s: 78', async (name, mend) => {
  const url = new URL(installation.env.DATABASE_URL as string);
  url.pathname = `/${name}`;
  const [code, said] = await endOf({ DATABASE_URL: url.toString() }, ['due']);
  expect({ code, said }).toEqual({ code: 78, said: expect.stringContaining(mend) });
});
