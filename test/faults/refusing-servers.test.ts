/**
 * Servers that are there and take nothing from us: an outage, or something to mend, in so many words; never a bug of
 * ours, never a run that nobody can work on.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Redis } from 'ioredis';
import { startWorker } from '../../jobs/start-worker.ts';
import { composeApp } from '../../src/app.ts';
import { systemClock } from '../../src/clock.ts';
import { parseConfig } from '../../src/config.ts';
import { createLog, silentLog } from '../../src/log.ts';
import { importRows, numbered } from '../support/accounts.ts';
import type { Ended } from '../support/cli.ts';
import { runHere } from '../support/in-process.ts';
import { type Installation, install } from '../support/installation.ts';
import { expectGrantedOnce, expectSoonAfter } from '../support/liveness.ts';
import { type PrivateServer, privateDatabase, privateRedis } from '../support/private-servers.ts';
import { redisClient } from '../support/redis.ts';
import { countOf } from '../support/state.ts';
import { until, waitingSweep } from '../support/sweeping.ts';

/** As an operator runs it, with a worker of its own. */
async function runWith(
  installation: Installation,
  env: Record<string, string>,
  args: readonly string[],
): Promise<Ended> {
  const app = composeApp(parseConfig({ ...installation.env, ...env }), systemClock, silentLog);
  try {
    return await runHere(args, { app, processes: { startWorker } });
  } finally {
    await app.close();
  }
}

const SWEEP = ['sweep', '--wait', '--work', '--as-of', '2021-05-01T00:00:00Z', '--timeout', '30s'];

const expectNoStack = ({ stderr }: Ended): void => expect(stderr).not.toMatch(/\n\s+at |unexpected/);

let events: string;
beforeAll(() => {
  events = join(mkdtempSync(join(tmpdir(), 'connects-events-')), 'events.ndjson');
  const event = { id: 'e1', account: 'a-000', at: '2021-01-02T00:00:00Z', type: 'plan.upgraded' };
  writeFileSync(events, `${JSON.stringify(event)}\n`);
});
afterAll(() => rmSync(dirname(events), { recursive: true }));

describe('a Redis', () => {
  let redis: PrivateServer;
  let admin: Redis;
  let installation: Installation;
  beforeAll(async () => {
    // Its files are to lie in a folder that is gone by the time it saves.
    const folder = mkdtempSync(join(tmpdir(), 'connects-gone-'));
    redis = await privateRedis(['--save', '3600', '1', '--dir', folder]);
    rmSync(folder, { recursive: true });
    admin = redisClient(redis.url);
    installation = await install({ env: { REDIS_URL: redis.url, SMTP_URL: '' } });
    await importRows(installation.app, numbered('a', 60));
  });
  afterAll(async () => {
    admin.disconnect();
    await installation.remove();
    await redis.remove();
  });

  interface Refusal {
    readonly begin: () => Promise<unknown>;
    readonly end: () => Promise<unknown>;
    readonly mend: string;
  }
  const REFUSALS: Record<string, Refusal> = {
    'that is full': {
      begin: () => admin.config('SET', 'maxmemory', '1'),
      end: () => admin.config('SET', 'maxmemory', '0'),
      mend: 'Redis is full',
    },
    'that has too few replicas': {
      begin: () => admin.config('SET', 'min-replicas-to-write', '1'),
      end: () => admin.config('SET', 'min-replicas-to-write', '0'),
      mend: 'lower min-replicas-to-write',
    },
    'that cannot save': {
      begin: async () => {
        await admin.config('SET', 'stop-writes-on-bgsave-error', 'yes');
        await admin.bgsave();
        await until('saving has failed', async () =>
          (await admin.info()).includes('rdb_last_bgsave_status:err'),
        );
      },
      end: () => admin.config('SET', 'stop-writes-on-bgsave-error', 'no'),
      mend: 'Redis cannot save to its disk',
    },
    'whose connections are all taken': {
      begin: () => admin.config('SET', 'maxclients', '1'),
      end: () => admin.config('SET', 'maxclients', '10000'),
      mend: 'raise maxclients there',
    },
    'that became a replica': {
      begin: () => admin.replicaof('127.0.0.1', '1'),
      end: () => admin.replicaof('NO', 'ONE'),
      mend: 'give the address of the primary',
    },
  };

  test.each(Object.entries(REFUSALS))(
    '%s is an outage to a sweep and to doctor, with its cure',
    async (_name, one) => {
      await one.begin();
      try {
        const swept = await runWith(installation, {}, SWEEP);
        expect(swept).toMatchObject({
          code: 75,
          stdout: '',
          stderr: expect.stringContaining(one.mend) as string,
        });
        const doctor = await runWith(installation, {}, ['doctor']);
        expect(doctor).toMatchObject({ code: 75, stdout: expect.stringContaining(one.mend) as string });
        for (const ended of [swept, doctor]) expectNoStack(ended);
        // Nothing was begun that nobody could work on; and who needs no Redis misses none.
        expect(await countOf(installation.db, 'SELECT COUNT(*) FROM runs')).toBe(0);
        expect(await runWith(installation, {}, ['audit'])).toMatchObject({ code: 10 });
        expect(await runWith(installation, {}, ['events', 'import', events, '--dry-run'])).toMatchObject({
          code: 0,
        });
      } finally {
        await one.end();
      }
    },
  );

  test('whose user lacks rights is to be mended; so is one without the right password', async () => {
    await admin.acl('SETUSER', 'limited', 'on', '>secret', '~*', '+info', '+client');
    const url = redis.url.replace('unix://', 'unix://limited:secret@localhost');
    for (const [address, mend] of [
      [url, 'The user of Redis lacks a right'],
      [url.replace('secret', 'other'), 'User or password is refused'],
    ] as const)
      for (const args of [SWEEP, ['doctor']]) {
        const ended = await runWith(installation, { REDIS_URL: address }, args);
        expect({ code: ended.code, said: ended.stdout + ended.stderr }).toEqual({
          code: 78,
          said: expect.stringContaining(mend) as string,
        });
        expectNoStack(ended);
      }
  });

  test('that is full in the middle of a sweep holds it up: two lines in the log, and all are granted', async () => {
    const lines: { code?: string; outage?: string }[] = [];
    const log = createLog('info', { write: (line) => void lines.push(JSON.parse(line) as object) });
    const env = { ...installation.env, CONNECTS_BATCH_MAX: '2', CONNECTS_WORKER_CONCURRENCY: '4' };
    const app = composeApp(parseConfig(env), systemClock, log);
    const worker = startWorker(app);
    const ofRedis = (): unknown[] => lines.filter((one) => /redis/.test(`${one.code} ${one.outage}`));
    try {
      const sweeping = waitingSweep(app);
      await until('it is under way', async () => (await countOf(app.db, 'SELECT COUNT(*) FROM cycles')) > 0);
      await admin.config('SET', 'maxmemory', '1');
      await until('it is told of', () => ofRedis().length > 0);
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      expect(ofRedis()).toHaveLength(1);
      await admin.config('SET', 'maxmemory', '0');
      const endedAt = performance.now();
      await until('its end is told of', () => ofRedis().length > 1);
      expect(await sweeping).toMatchObject({ outcome: 'done', remaining: 0 });
      expectSoonAfter(endedAt);
    } finally {
      await admin.config('SET', 'maxmemory', '0');
      await worker.stop();
      await app.close();
    }
    expect(ofRedis()).toEqual([
      expect.objectContaining({
        code: 'redis-unavailable',
        mend: expect.stringContaining('Redis is full') as string,
      }),
      expect.objectContaining({ outage: 'redis-unavailable' }),
    ]);
  });
});

describe('what is no single Redis', () => {
  let installation: Installation;
  beforeAll(async () => {
    installation = await install();
  });
  afterAll(() => installation.remove());

  /** How a sweep and doctor end with it, and what they say. */
  const told = (url: string): Promise<{ code: number; said: string }[]> =>
    Promise.all(
      [SWEEP, ['doctor']].map(async (args) => {
        const { code, stdout, stderr } = await runWith(installation, { REDIS_URL: url }, args);
        return { code, said: stdout + stderr };
      }),
    );
  const named = (what: string): unknown => {
    const one = { code: 78, said: expect.stringMatching(new RegExp(`${what}(?![^]*\\n\\s+at )`)) as string };
    return [one, one];
  };

  test('a node of a cluster is told for what it is', async () => {
    const free = createServer().listen(0, '127.0.0.1');
    await once(free, 'listening');
    const port = String(20_000 + ((free.address() as AddressInfo).port % 20_000));
    free.close();
    const options = ['--bind', '127.0.0.1', '--port', port, '--cluster-enabled', 'yes'];
    const node = await privateRedis(options);
    const ended = await told(node.url);
    await node.remove();
    expect(ended).toEqual(named('a node of a cluster'));
  });

  test('a sentinel is told for what it is', async () => {
    // It answers INFO as a sentinel does, and nothing else that we would ask.
    const info = '# Server\r\nredis_version:7.0.15\r\nredis_mode:sentinel\r\n';
    const sentinel = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (bytes) => {
        for (const [, name = ''] of bytes.toString('latin1').matchAll(/\*\d+\r\n\$\d+\r\n(\w+)\r\n/g))
          socket.write(
            /^info$/i.test(name) ? `$${info.length}\r\n${info}\r\n` : `-ERR unknown command '${name}'\r\n`,
          );
      });
    }).listen(0, '127.0.0.1');
    await once(sentinel, 'listening');
    const ended = await told(`redis://127.0.0.1:${(sentinel.address() as AddressInfo).port}`);
    sentinel.close();
    expect(ended).toEqual(named('sentinel'));
  });

  test.each([
    ['that is not there', 'db=99', '', 'Redis has no database of that number'],
    ['that our user may not choose', 'db=1', 'on nopass ~* &* +@all -select', 'lacks a right'],
  ])('a database %s is told of, and another one is never used in its place', async (_, db, rights, words) => {
    const redis = await privateRedis();
    const admin = redisClient(redis.url);
    if (rights !== '') await admin.call('ACL', 'SETUSER', 'default', ...rights.split(' '));
    const ended = await told(`${redis.url}?${db}`);
    const keys = await admin.dbsize();
    admin.disconnect();
    await redis.remove();
    const one = { code: 78, said: expect.stringContaining(words) as string };
    expect(ended).toEqual([one, one]);
    expect(keys).toBe(0);
  });

  test.each([
    ['-DENIED Redis is running in protected mode\r\n', 78, 'protected mode: set a password there'],
    ['-ERR max number of clients reached\r\n', 75, 'raise maxclients there'],
    ['', 75, 'Redis cannot be used for'],
  ])(
    'what is said to a connection that asks nothing, and then closed (%j), ends with %i',
    async (said, code, words) => {
      const closing = createServer((socket) => {
        socket.on('error', () => undefined);
        socket.end(said);
      }).listen(0, '127.0.0.1');
      await once(closing, 'listening');
      const ended = await told(`redis://127.0.0.1:${(closing.address() as AddressInfo).port}`);
      closing.close();
      const one = { code, said: expect.stringContaining(words) as string };
      expect(ended).toEqual([one, one]);
    },
  );
});

describe('a database', () => {
  let server: PrivateServer;
  let installation: Installation;
  beforeAll(async () => {
    server = await privateDatabase();
    installation = await install({ databaseServer: server.url, env: { SMTP_URL: '' } });
    await importRows(installation.app, numbered('a', 5));
    const name = new URL(installation.env.DATABASE_URL as string).pathname.slice(1);
    for (const sql of [
      "CREATE USER app@localhost IDENTIFIED BY 'secret'",
      `GRANT SELECT, INSERT, UPDATE, DELETE ON ${name}.* TO app@localhost`,
      "CREATE USER reader@localhost IDENTIFIED BY 'secret'",
      `GRANT SELECT ON ${name}.* TO reader@localhost`,
    ])
      await installation.db.raw(sql);
  });
  afterAll(async () => {
    await installation.remove();
    await server.remove();
  });

  const as = (user: string, password = 'secret'): Record<string, string> => {
    const url = new URL(installation.env.DATABASE_URL as string);
    url.username = user;
    url.password = password;
    return { DATABASE_URL: url.toString() };
  };
  /** With the codes that they may end with where that fault is none to them, or is a finding. */
  const commands = (): [args: string[], well: number[]][] => [
    [SWEEP, []],
    [['events', 'import', events], []],
    [['audit'], [10]],
    [['doctor'], [3]],
  ];

  test('that became read-only is an outage to whoever writes', async () => {
    await installation.db.raw('SET GLOBAL read_only = 1');
    try {
      for (const [args, well] of commands()) {
        const ended = await runWith(installation, as('app'), args);
        expect([75, ...well]).toContain(ended.code);
        expectNoStack(ended);
      }
    } finally {
      await installation.db.raw('SET GLOBAL read_only = 0');
    }
  });

  test.each([
    ['whose user may only read', () => as('reader')],
    ['whose password is another one', () => as('app', 'other')],
  ])('%s is to be mended', async (_what, env) => {
    for (const [args, well] of commands()) {
      const ended = await runWith(installation, env(), args);
      expect([78, ...well]).toContain(ended.code);
      expectNoStack(ended);
    }
    expect((await runWith(installation, env(), SWEEP)).code).toBe(78);
  });

  test('that takes us again has everybody settled soon', async () => {
    const takenAt = performance.now();
    expect((await runWith(installation, as('app'), SWEEP)).code).toBe(0);
    expectSoonAfter(takenAt);
    await expectGrantedOnce(installation, 5);
  });
});
