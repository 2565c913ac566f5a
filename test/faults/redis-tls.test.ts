/**
 * TLS at every node of a cluster, and at sentinels and the servers that they watch: a master that dies in the middle of a
 * sweep is replaced as without it, and who cannot be spoken to is told by its address, with what mends it.
 */
import { startWorker } from '../../jobs/start-worker.ts';
import { composeApp } from '../../src/app.ts';
import { systemClock } from '../../src/clock.ts';
import { parseConfig } from '../../src/config.ts';
import { createLog, silentLog } from '../../src/log.ts';
import { importRows, numbered } from '../support/accounts.ts';
import { type Certificate, type Certificates, makeCertificates } from '../support/certificates.ts';
import { runHere } from '../support/in-process.ts';
import { type Installation, install } from '../support/installation.ts';
import { countGranted, expectGrantedOnce } from '../support/liveness.ts';
import { type Node, privateCluster, privateSentinels } from '../support/private-cluster.ts';
import { until, waitingSweep } from '../support/sweeping.ts';

const FLEET = 400;
const BATCHES = { CONNECTS_BATCH_MAX: '5', CONNECTS_WORKER_CONCURRENCY: '24' };

interface Servers {
  readonly url: string;
  /** The one that is killed, and the one that takes its place. */
  readonly master: Node;
  readonly replica: Node;
  /** Those that hold jobs, all of them. */
  readonly nodes: readonly Node[];
  remove(): Promise<void>;
}

const KINDS: Readonly<Record<string, (tls?: Parameters<typeof privateCluster>[0]) => Promise<Servers>>> = {
  'a cluster': async (tls) => {
    const { masters, replicas, ...cluster } = await privateCluster(tls);
    return {
      ...cluster,
      master: masters[1] as Node,
      replica: replicas[1] as Node,
      nodes: [...masters, ...replicas],
    };
  },
  sentinels: async (tls) => {
    const { master, replica, ...sentinels } = await privateSentinels(tls);
    return { ...sentinels, master, replica, nodes: [master, replica] };
  },
};

let certificates: Certificates;
let others: Certificates;
let installation: Installation;
beforeAll(async () => {
  certificates = makeCertificates();
  others = makeCertificates();
  installation = await install();
});
afterAll(async () => {
  await installation.remove();
  certificates.remove();
  others.remove();
});

/** What is presented to whoever connects from now on; who is connected has to connect again. */
async function present(nodes: readonly Node[], { cert, key }: Certificate): Promise<void> {
  for (const { client } of nodes) {
    await client.call('CONFIG', 'SET', 'tls-cert-file', cert, 'tls-key-file', key);
    await client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
  }
}

/** What a command, and the doctor, say of it, and the codes that they end with. */
async function toldOf(url: string): Promise<{ readonly codes: (number | null)[]; readonly words: string[] }> {
  const codes = [];
  const words = [];
  for (const command of ['sweep', 'doctor']) {
    const app = composeApp(parseConfig({ ...installation.env, REDIS_URL: url }), systemClock, silentLog);
    const { code, stdout, stderr } = await runHere([command], { app });
    await app.close();
    codes.push(code);
    words.push(stdout + stderr);
  }
  return { codes, words };
}

/** Where, what, and what mends it. */
const toMend = (said: string, mend: string): unknown => {
  const all = expect.stringMatching(new RegExp(`${WHERE.source}.*: ${said}[^]*${mend}`)) as string;
  return { codes: [78, 78], words: [all, all] };
};

const WHERE = /Redis at 127\.0\.0\.1:\d+ cannot be used for /;

describe.each(Object.entries(KINDS))('%s over TLS', (_kind, start) => {
  let servers: Servers;
  beforeAll(async () => {
    servers = await start({ ca: certificates.ca, presented: certificates.right });
  });
  afterAll(() => servers.remove());

  it('of an authority that is not known here', async () => {
    const url = servers.url.replace(certificates.ca, others.ca);
    expect(await toldOf(url)).toEqual(toMend('.*(certificate|signature)', 'Nobody known here vouches'));
  });

  it('asked in plain text', async () => {
    const url = servers.url.replace('rediss+', 'redis+').replace(/\?.*/, '');
    expect(await toldOf(url)).toEqual(
      toMend('the server takes nobody without TLS', 'ask for it in the address, \\?ssl=true'),
    );
  });

  it('that begin to present a certificate of nobody known: a worker says so once, waits, and goes on when it is mended', async () => {
    const lines: Record<string, unknown>[] = [];
    const log = createLog('info', {
      write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>),
    });
    const env = { ...installation.env, REDIS_URL: servers.url };
    const app = composeApp(parseConfig(env), systemClock, log);
    const worker = startWorker(app);
    // That a connection broke may be told, too, where that is met first.
    const told = () => lines.filter((one) => (one.code ?? one.outage) === 'redis-configuration');
    try {
      await until('the worker is counted', async () => {
        // On a busy machine a handshake may take longer than a question waits.
        const queues = await app.inspector.readQueues(Date.now()).catch(() => []);
        return queues.some((one) => one.workers === 1);
      });
      await present(servers.nodes, certificates.selfSigned);
      await until('the log tells of it', () => Promise.resolve(told().length > 0));
      await present(servers.nodes, certificates.right);
      await until('it is over', () => Promise.resolve(told().some((one) => one.outage !== undefined)));
      expect(told()).toMatchObject([
        {
          code: 'redis-configuration',
          msg: expect.stringMatching(WHERE) as string,
          mend: expect.stringContaining('Nobody known here vouches') as string,
        },
        { outage: 'redis-configuration' },
      ]);
    } finally {
      await worker.stop();
      await app.close();
    }
  });

  it('goes on with the replica where a master is killed in the middle of a sweep, and everybody is settled once', async () => {
    const own = await install({ env: { ...BATCHES, REDIS_URL: servers.url } });
    await importRows(own.app, numbered('a', FLEET));
    const worker = startWorker(own.app);
    try {
      const sweeping = waitingSweep(own.app);
      sweeping.catch(() => undefined);
      await until('the sweep is under way', async () => (await countGranted(own.db)) > 20);
      expect(await countGranted(own.db)).toBeLessThan(FLEET);
      await servers.master.kill();
      expect(await sweeping).toMatchObject({ outcome: 'done', remaining: 0 });
      await expectGrantedOnce(own, FLEET);
      expect(await servers.replica.client.info('replication')).toContain('role:master');
    } finally {
      await worker.stop();
      await own.remove();
    }
  });
});

test.each(Object.entries(KINDS))('%s without TLS, asked for it', async (_kind, start) => {
  const servers = await start();
  try {
    const url = servers.url.replace('redis+', 'rediss+');
    expect(await toldOf(url)).toEqual(toMend('the server has no TLS', 'has no TLS at that port'));
  } finally {
    await servers.remove();
  }
});
