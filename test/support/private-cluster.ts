/** Redis on several servers, of a test's own: a cluster of masters and replicas, or a master with sentinels. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePorts } from '../../scripts/servers/free-ports.ts';
import { startRedis } from '../../scripts/servers/local-redis.ts';
import { type RedisProgram, locateBinaries } from '../../scripts/servers/server-binaries.ts';
import { type LaunchedServer, launchServer } from '../../scripts/servers/server-process.ts';
import { type Watchdog, startWatchdog } from '../../scripts/servers/watchdog.ts';
import type { Certificate, Certificates } from './certificates.ts';
import { askOnce } from './redis.ts';
import { until } from './sweeping.ts';

export interface Node {
  readonly port: number;
  readonly client: Redis;
  /** Killed outright: nobody is told, nothing is flushed. */
  kill(): Promise<void>;
  /** Comes back at the same address, with nothing. */
  restart(): Promise<void>;
}

/** A replica that is silent for so long is one whose master is dead; a test waits for that, and no more. */
const SILENT_MS = 1_000;
const SLOTS = 16_384;

/** TLS at every port, between the servers, too. Who asks need show no certificate of his own. */
export interface OverTls {
  readonly ca: Certificates['ca'];
  readonly presented: Certificate;
}

const tlsSettings = ({ ca, presented }: OverTls): [name: string, value: string][] => [
  ['tls-cert-file', presented.cert],
  ['tls-key-file', presented.key],
  ['tls-ca-cert-file', ca],
  ['tls-auth-clients', 'no'],
  ['tls-replication', 'yes'],
];

/** Servers in one folder, each on a port of its own that nobody had. */
export class PrivateServers {
  readonly #folder = mkdtempSync(join(tmpdir(), 'connects-test-'));
  readonly #watchdog: Watchdog = startWatchdog();
  readonly #program: RedisProgram;
  readonly #running: (() => Promise<void>)[] = [];

  readonly #tls: OverTls | undefined;

  private constructor(program: RedisProgram, tls: OverTls | undefined) {
    this.#program = program;
    this.#tls = tls;
    this.#watchdog.remove(this.#folder);
  }

  static async open(tls?: OverTls): Promise<PrivateServers> {
    const { redis } = await locateBinaries(['redis']);
    if (!redis) throw new Error('no Redis on this machine');
    return new PrivateServers(redis, tls);
  }

  /** Settings of a server, or a sentinel, that listens at a port. */
  #listening(port: number): [name: string, value: string][] {
    const at: [string, string][] = [
      ['bind', '127.0.0.1'],
      ['port', this.#tls ? '0' : String(port)],
    ];
    return this.#tls ? [...at, ['tls-port', String(port)], ...tlsSettings(this.#tls)] : at;
  }

  /** @param options of the server, besides its own */
  async start(options: readonly string[] = []): Promise<Node> {
    const [port = 0] = await freePorts(1);
    const folder = join(this.#folder, String(port));
    mkdirSync(folder);
    const place = { folder, socketFolder: folder, watchdog: this.#watchdog };
    const own = [...this.#listening(port).flatMap(([name, value]) => [`--${name}`, value]), ...options];
    const start = (): Promise<LaunchedServer> => startRedis(place, this.#program, false, own);
    let server = await start();
    const client = new Redis({ path: join(folder, 'redis.sock') });
    client.on('error', () => undefined);
    this.#running.push(async () => {
      client.disconnect();
      await server.stop(0);
    });
    return {
      port,
      client,
      kill: () => server.stop(0),
      restart: async () => {
        server = await start();
      },
    };
  }

  /** @returns the port of a sentinel that watches a master by the name `mymaster` */
  async startSentinel(master: number): Promise<number> {
    const [port = 0] = await freePorts(1);
    const folder = join(this.#folder, String(port));
    mkdirSync(folder);
    const settings = join(folder, 'sentinel.conf');
    // A sentinel writes down there what it has learnt.
    writeFileSync(
      settings,
      [
        ...this.#listening(port).map((setting) => setting.join(' ')),
        `dir ${folder}`,
        `sentinel monitor mymaster 127.0.0.1 ${master} 2`,
        `sentinel down-after-milliseconds mymaster ${SILENT_MS}`,
        'sentinel failover-timeout mymaster 10000',
        '',
      ].join('\n'),
    );
    const server = await launchServer({
      name: 'sentinel',
      program: this.#program.server,
      args: [settings, '--sentinel'],
      place: { folder, socketFolder: folder, watchdog: this.#watchdog },
      readyMaxMs: 30_000,
      attemptConnection: async () => void (await this.askOnce(port, (client) => client.ping())),
    });
    this.#running.push(() => server.stop(0));
    return port;
  }

  async askOnce<Answer>(port: number, question: (client: Redis) => Promise<Answer>): Promise<Answer> {
    return askOnce({ port, ...(this.#tls && { tls: { ca: readFileSync(this.#tls.ca) } }) }, question);
  }

  /** @param hosts whatever follows the scheme up to the parameters */
  address(kind: 'sentinel' | 'cluster', hosts: string): string {
    return this.#tls ? `rediss+${kind}://${hosts}?ssl-ca=${this.#tls.ca}` : `redis+${kind}://${hosts}`;
  }

  async remove(): Promise<void> {
    await Promise.all(this.#running.map((stop) => stop()));
    await this.#watchdog.dismiss();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

export interface PrivateCluster {
  readonly url: string;
  readonly masters: readonly Node[];
  /** By the index of their master. */
  readonly replicas: readonly Node[];
  remove(): Promise<void>;
}

/** Three masters, each with a third of the hash slots, and a replica for each. */
export async function privateCluster(tls?: OverTls): Promise<PrivateCluster> {
  const servers = await PrivateServers.open(tls);
  const start = async (): Promise<Node> =>
    servers.start([
      '--cluster-enabled',
      'yes',
      '--cluster-port',
      String((await freePorts(1))[0]),
      '--cluster-node-timeout',
      String(SILENT_MS),
      '--cluster-replica-validity-factor',
      '0',
      ...(tls ? ['--tls-cluster', 'yes'] : []),
    ]);
  const nodes = await Promise.all(Array.from({ length: 6 }, start));
  const [masters, replicas] = [nodes.slice(0, 3), nodes.slice(3)];
  const [first] = nodes as [Node];
  for (const [index, { client }] of masters.entries()) {
    const [from, to] = [index, index + 1].map((edge) => Math.round((edge * SLOTS) / 3)) as [number, number];
    await client.cluster('ADDSLOTSRANGE' as never, from as never, (to - 1) as never);
    // As clusters are made: two that take themselves for the newest would otherwise have to settle it.
    await client.call('CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1));
  }
  for (const node of nodes.slice(1)) {
    const bus = Number(((await node.client.config('GET', 'cluster-port')) as string[])[1]);
    await first.client.call('CLUSTER', 'MEET', '127.0.0.1', String(node.port), String(bus));
  }
  const ids = await Promise.all(masters.map(({ client }) => client.cluster('MYID')));
  for (const [index, { client }] of replicas.entries())
    await until('the replica has met its master', async () => {
      const known = String(await client.cluster('NODES'));
      if (!known.includes(String(ids[index]))) return false;
      return client.call('CLUSTER', 'REPLICATE', String(ids[index])).then(
        () => true,
        () => false,
      );
    });
  await until('the cluster is whole', async () => {
    const each = await Promise.all(nodes.map(({ client }) => client.cluster('INFO')));
    return each.every((one) => /cluster_state:ok[^]*cluster_known_nodes:6/.test(String(one)));
  });
  await Promise.all(replicas.map((replica) => isFed(replica)));
  const url = servers.address('cluster', nodes.map(({ port }) => `127.0.0.1:${port}`).join(','));
  return { url, masters, replicas, remove: () => servers.remove() };
}

export interface PrivateSentinels {
  readonly url: string;
  readonly master: Node;
  readonly replica: Node;
  remove(): Promise<void>;
}

/** A master and a replica, watched by three sentinels, two of which may put the one in the place of the other. */
export async function privateSentinels(tls?: OverTls): Promise<PrivateSentinels> {
  const servers = await PrivateServers.open(tls);
  const master = await servers.start();
  const replica = await servers.start(['--replicaof', `127.0.0.1 ${master.port}`]);
  await isFed(replica);
  const ports = await Promise.all([1, 2, 3].map(() => servers.startSentinel(master.port)));
  await until('the sentinels know each other, and the replica', async () => {
    const each = await Promise.all(
      ports.map((port) => servers.askOnce(port, (client) => client.info('sentinel'))),
    );
    return each.every((one) => /slaves=1,sentinels=3/.test(one));
  });
  const url = servers.address('sentinel', `${ports.map((port) => `127.0.0.1:${port}`).join(',')}/mymaster`);
  return { url, master, replica, remove: () => servers.remove() };
}

const isFed = ({ client }: Node): Promise<void> =>
  until('the replica has what its master has', async () =>
    /master_link_status:up/.test(await client.info('replication')),
  );
