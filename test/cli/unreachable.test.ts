/** Servers that are not there, or will not take us: exit 75 or 78 within seconds, one message that says what, where and what to do. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type Server, type Socket, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, composeApp } from '../../src/app.ts';
import { systemClock } from '../../src/clock.ts';
import { parseConfig } from '../../src/config.ts';
import { silentLog } from '../../src/log.ts';
import { type Ended, runCli } from '../support/cli.ts';
import { runHere } from '../support/in-process.ts';
import { type Installation, install, serverUrl } from '../support/installation.ts';
import { type PrivateServer, privateRedis } from '../support/private-servers.ts';
import { redisClient } from '../support/redis.ts';
import { readChecksums } from '../support/checksums.ts';
import { quickly } from '../support/slowness.ts';

let installation: Installation;
let redis: PrivateServer;
/** Takes connections and never says a word. */
let hanging: Server;
const held = new Set<Socket>();
beforeAll(async () => {
  installation = await install();
  redis = await privateRedis();
  const client = redisClient(redis.url);
  await client.config('SET', 'requirepass', 'open sesame');
  client.disconnect();
  hanging = createServer((socket) => held.add(socket.on('error', () => undefined)));
  await new Promise<void>((resolve) => hanging.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  for (const socket of held) socket.destroy();
  await new Promise((resolve) => hanging.close(resolve));
  await redis.remove();
  await installation.remove();
});

const hangingAt = (): string => {
  const address = hanging.address();
  return `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
};

/** A command with the servers of the installation, but for those given; and how long it took. */
async function runWith(env: Record<string, string>, args: readonly string[]): Promise<Timed> {
  const app: App = composeApp(parseConfig({ ...installation.env, ...env }), systemClock, silentLog);
  const startedAt = performance.now();
  try {
    const ended = await runHere(args, { app });
    return { ...ended, seconds: (performance.now() - startedAt) / 1_000 };
  } finally {
    await app.close();
  }
}

const withUser = (user: string, password: string, database?: string): string => {
  const url = new URL(installation.env.DATABASE_URL as string);
  url.username = user;
  url.password = password;
  if (database) url.pathname = `/${database}`;
  return url.toString();
};

/** Name, address, what is said of it, and what to do. */
type Case = [name: string, url: () => string, said: string, todo: string, code?: 75 | 78];
type Timed = Ended & { seconds: number };

/** Waiting for a server that does not answer costs time and nothing else: so all wait together. */
function allAtOnce(
  cases: readonly Case[],
  run: (url: string) => Promise<Timed>,
): (name: string) => Promise<Timed> {
  const running = new Map<string, Promise<Timed>>();
  beforeAll(() => {
    for (const [name, url] of cases) running.set(name, run(url()));
  });
  return (name) => running.get(name) as Promise<Timed>;
}

const AWAY = { REDIS_URL: 'redis://127.0.0.1:1' };

/** No stack, no statement, no password. */
const isReadable = (message: string): void => {
  expect(message).not.toMatch(/\n\s+at |SELECT |Error: |hunter2/);
};

describe('a database server', () => {
  const CASES: Case[] = [
    [
      'that refuses connections',
      () => 'mysql://root:hunter2@127.0.0.1:1/connects',
      'connect ECONNREFUSED 127.0.0.1:1',
      'Nothing listens there: is the database server running, and is the address right?',
    ],
    [
      'that refuses them at every address of a host',
      () => 'mysql://root@localhost:1/connects',
      'connect ECONNREFUSED',
      'Nothing listens there',
    ],
    [
      'without a socket',
      () => 'mysql:///connects?socketPath=/nonexistent/m.sock',
      'connect ENOENT /nonexistent/m.sock',
      'There is no such socket: is the database server running, and is the path right?',
    ],
    [
      'without a socket whose path has a % of its own',
      () => 'mysql://root:hunter2@localhost/connects?socketPath=/tmp/100%',
      'connect ENOENT /tmp/100%',
      'There is no such socket: is the database server running, and is the path right?',
    ],
    [
      'on an unknown host',
      () => 'mysql://no-such-host.invalid/connects',
      'no-such-host.invalid',
      'That host name is not known: is the address right?',
    ],
    [
      'that hangs',
      () => `mysql://root:hunter2@${hangingAt()}/connects`,
      'ETIMEDOUT',
      'There is no answer: is the database server up',
    ],
    [
      'with another password',
      () => withUser('root', 'hunter2'),
      "Access denied for user 'root'@'localhost'",
      'User or password is refused: check both in the address.',
      78,
    ],
    [
      'with another user',
      () => withUser('nobody', 'hunter2'),
      "Access denied for user 'nobody'@'localhost'",
      'User or password is refused',
      78,
    ],
    [
      'without the database',
      () => withUser('root', '', 'no_such_database'),
      "Unknown database 'no_such_database'",
      'Create the database (CREATE DATABASE …)',
      78,
    ],
  ];
  const ended = allAtOnce(CASES, (url) => runWith({ DATABASE_URL: url }, ['due']));

  test.each(CASES)('%s', async (name, _url, said, todo, expected = 75) => {
    const { code, stdout, stderr, seconds } = await ended(name);
    expect({ code, stdout }).toEqual({ code: expected, stdout: '' });
    const [what, advice, address, ...more] = stderr.trimEnd().split('\n');
    expect(what).toContain(`connects: the database cannot be used: `);
    expect(what).toContain(said);
    expect(advice).toContain(todo);
    expect(address).toMatch(/^ {2}DATABASE_URL is mysql:\/\//);
    expect(more).toEqual([]);
    isReadable(stderr);
    expect(seconds).toBeLessThan(quickly(9));
  });

  test('whose user has no rights is told how to get them', async () => {
    const user = `limited_${Date.now() % 1_000_000}`;
    await installation.db.raw(`CREATE USER '${user}'@'localhost'`);
    try {
      const { code, stderr } = await runWith({ DATABASE_URL: withUser(user, '') }, ['due']);
      expect({ code, stderr }).toEqual({
        code: 78,
        stderr: expect.stringContaining('"connects migrate --print-grants" prints it'),
      });
      isReadable(stderr);
    } finally {
      await installation.db.raw(`DROP USER '${user}'@'localhost'`);
    }
  });

  test.each([
    [['due']],
    [['sweep']],
    [['sweep', '--dry-run']],
    [['run', 'list']],
    [['run', 'show', '1']],
    [['accounts', 'import', 'test/fixtures/fleet-accounts.csv']],
    [['export', 'entries']],
    [['terms', 'show']],
    [['terms', 'apply', 'test/fixtures/terms.json', '--reason', 'x']],
    [['worker']],
    [['scheduler']],
    [['console']],
    [['serve']],
  ])('without a schema: %j says to migrate, and ends with 75', async (args) => {
    if (args.includes('test/fixtures/terms.json')) args = args.with(2, termsFile());
    const { code, stdout, stderr } = await runHere(args, { app: unmigrated.app });
    expect({ code, stdout }).toEqual({ code: 75, stdout: '' });
    expect(stderr).toMatch(
      /^connects: the database lacks \d+ migrations \(first: 0001_terms_versions\): run "connects migrate" \(schema-pending\)\n$/,
    );
  });

  let unmigrated: Installation;
  let folder: string;
  beforeAll(async () => {
    unmigrated = await install({ migrated: false });
    folder = mkdtempSync(join(tmpdir(), 'connects-terms-'));
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await unmigrated.remove();
  });

  function termsFile(): string {
    const file = join(folder, 'terms.json');
    const plans = Object.fromEntries(
      ['basic', 'plus', 'agency'].map((plan) => [plan, { free: 0, paid: 0, rolloverCap: 0 }]),
    );
    writeFileSync(
      file,
      JSON.stringify([
        {
          effectiveFrom: '2021-01-01',
          plans,
          welcome: 0,
          readinessTest: 0,
          interview: null,
          monthEnd: 'clamp',
        },
      ]),
    );
    return file;
  }
});

describe('Redis', () => {
  const CASES: Case[] = [
    [
      'that refuses connections',
      () => 'redis://:hunter2@127.0.0.1:1',
      'connect ECONNREFUSED 127.0.0.1:1',
      'Nothing listens there: is Redis running, and is the address right?',
    ],
    [
      'without a socket',
      () => 'unix:///nonexistent/r.sock',
      'connect ENOENT /nonexistent/r.sock',
      'There is no such socket',
    ],
    [
      'that hangs',
      () => `redis://${hangingAt()}`,
      'no answer within 5 s',
      'Is Redis up, and is the address right?',
    ],
    [
      'that wants a password',
      () => redis.url,
      'NOAUTH',
      'User or password is refused: check both in the address.',
      78,
    ],
    [
      'with another password',
      () => redis.url.replace('unix://', 'unix://:hunter2@localhost'),
      'WRONGPASS',
      'User or password is refused',
      78,
    ],
  ];
  let before: Record<string, number>;
  beforeAll(async () => {
    before = await readChecksums(installation.db);
  });
  const ended = allAtOnce(CASES, (url) => runWith({ REDIS_URL: url }, ['sweep']));

  test.each(CASES)('%s', async (name, _url, said, todo, expected = 75) => {
    const { code, stdout, stderr, seconds } = await ended(name);
    expect({ code, stdout }).toEqual({ code: expected, stdout: '' });
    const [what, advice, address, ...more] = stderr.trimEnd().split('\n');
    expect(what).toContain('connects: Redis cannot be used for ');
    expect(what).toContain(said);
    expect(advice).toContain(todo);
    expect(address).toMatch(/^ {2}REDIS_URL is (redis|unix):\/\//);
    expect(more).toEqual([]);
    isReadable(stderr);
    expect(seconds).toBeLessThan(quickly(9));
    // No run was opened that nobody could have worked on.
    expect(await readChecksums(installation.db)).toEqual(before);
  });

  test('away: no process begins', async () => {
    const processes = ['worker', 'scheduler', 'console', 'serve'];
    for (const one of await Promise.all(processes.map((name) => runWith(AWAY, [name]))))
      expect(one).toMatchObject({
        code: 75,
        stderr: expect.stringContaining('REDIS_URL is redis://127.0.0.1:1'),
      });
  });

  test('is not needed to look, to export, or for a dry run', async () => {
    for (const args of [['due'], ['run', 'list'], ['export', 'accounts'], ['sweep', '--dry-run']])
      expect(await runWith(AWAY, args)).toMatchObject({ code: 0 });
  });
});

describe('a process of its own', () => {
  test('ends with 75 soon after Redis hangs, and says it once', async () => {
    const env = { ...installation.env, REDIS_URL: `redis://${hangingAt()}` };
    const { code, stdout, stderr } = await runCli(['sweep', '--wait', '--work'], env);
    expect({ code, stdout }).toEqual({ code: 75, stdout: '' });
    expect(stderr.trimEnd().split('\n')).toHaveLength(3);
  });

  test('without any address says how to come by one; with the file of a stopped "npm start" names it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'connects-stale-'));
    const file = join(folder, 'servers.json');
    writeFileSync(
      file,
      JSON.stringify({
        databaseUrl: 'mysql:///connects?socketPath=/nonexistent/m.sock',
        redisUrl: 'unix:///nonexistent/r.sock',
      }),
    );
    const [none, stale] = await Promise.all([
      runCli(['due']),
      runCli(['due'], { CONNECTS_SERVERS_FILE: file, DATABASE_URL: '' }),
    ]);
    rmSync(folder, { recursive: true });
    expect(none).toEqual({
      code: 78,
      stdout: '',
      stderr:
        'connects: DATABASE_URL is not set. Set it, or run "npm start" in another terminal: its servers are found by themselves. (environment)\n',
    });
    expect(stale).toMatchObject({
      code: 75,
      stderr: expect.stringContaining(`, from ${file}, which "npm start" left\n`),
    });
  });

  test('with a wrong environment lists all of it, and no secret', async () => {
    const { code, stdout, stderr } = await runCli(['due'], {
      DATABASE_URL: serverUrl('DATABASE_URL').replace('root', 'root:hunter2').replace('mysql:', 'mysqlx:'),
      REDIS_URL: 'hunter2',
      CONNECTS_SETTLE_GRACE: 'hunter2',
    });
    expect({ code, stdout }).toEqual({ code: 78, stdout: '' });
    expect(stderr.split('\n').slice(0, -1)).toEqual([
      'connects: The environment has wrong values (environment):',
      expect.stringMatching(/^ {2}DATABASE_URL: expected an address such as mysql:/),
      expect.stringMatching(/^ {2}REDIS_URL: expected an address such as redis:/),
      expect.stringMatching(/^ {2}CONNECTS_SETTLE_GRACE: expected a duration such as 2m/),
    ]);
    expect(stderr).not.toContain('hunter2');
  });
});
