/** TLS to each server: verified by name whichever way it is asked for, and a fault of it is a person's to mend. */
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Server as TlsServer, createServer } from 'node:tls';
import { startWorker } from '../../jobs/start-worker.ts';
import { composeApp } from '../../src/app.ts';
import { systemClock } from '../../src/clock.ts';
import { parseConfig } from '../../src/config.ts';
import { type Database, connectDatabase } from '../../src/db/connection.ts';
import { execute, selectOne, selectRows } from '../../src/db/query.ts';
import { createLog, silentLog } from '../../src/log.ts';
import type { MailTrouble } from '../../src/notices/mail-trouble.ts';
import { connectMailer } from '../../src/notices/mailer.ts';
import { importRows, numbered } from '../support/accounts.ts';
import { type Certificate, type Certificates, makeCertificates } from '../support/certificates.ts';
import type { Ended } from '../support/cli.ts';
import { type FaultyProxy, openProxy } from '../support/faulty-proxy.ts';
import { runHere } from '../support/in-process.ts';
import { type Installation, install, serverUrl } from '../support/installation.ts';
import { expectGrantedOnce, expectSoonAfter } from '../support/liveness.ts';
import { type OfferedTls, openPostOffice } from '../support/post-office.ts';
import { type PrivateServer, privateDatabase } from '../support/private-servers.ts';
import { onMysql } from '../support/products.ts';
import { until, waitingSweep } from '../support/sweeping.ts';

let certificates: Certificates;
let installation: Installation;
beforeAll(async () => {
  certificates = makeCertificates();
  installation = await install();
});
afterAll(async () => {
  await installation.remove();
  certificates.remove();
});

async function runWith(env: Record<string, string>, args: readonly string[]): Promise<Ended> {
  const app = composeApp(parseConfig({ ...installation.env, ...env }), systemClock, silentLog);
  try {
    return await runHere(args, { app });
  } finally {
    await app.close();
  }
}

/** With whether a stack is shown, which never helps anybody. */
const shown = (ended: Ended): Ended & { stack: boolean } => ({
  ...ended,
  stack: /\n\s+at /.test(ended.stderr),
});

/** Exit 78, and the sentence that mends it. */
const toMend = (mend: string): unknown => ({
  code: 78,
  stdout: '',
  stderr: expect.stringContaining(mend) as string,
  stack: false,
});

/** MySQL takes none that it sees to be bad; what it starts with it takes as it is. */
const REFUSED_CERTIFICATE = 3888;

type Presented = Exclude<keyof Certificates, 'ca' | 'remove'>;
const FAULTS: [what: string, presented: Presented, mend: string][] = [
  ['for another name', 'wrongName', 'The certificate is for another name'],
  ['that has expired', 'expired', 'has expired: have it renewed there'],
  ['that signed itself', 'selfSigned', 'Nobody known here vouches for the certificate'],
];

describe('a database server', () => {
  let server: PrivateServer;
  let plain: FaultyProxy;
  let proxy: FaultyProxy;
  let admin: Database;
  let folder: string;
  const present = async ({ cert, key }: Certificate): Promise<void> => {
    copyFileSync(cert, join(folder, 'cert.pem'));
    copyFileSync(key, join(folder, 'key.pem'));
    await execute(admin, onMysql ? 'ALTER INSTANCE RELOAD TLS' : 'FLUSH SSL').catch(
      async (error: { errno?: number }) => {
        if (error.errno !== REFUSED_CERTIFICATE) throw error;
        await server.crash();
        await server.restart();
      },
    );
  };
  const url = (host: string, parameters: string, port = proxy.port): string =>
    `mysql://root@${host}:${port}/connects?${parameters}`;
  const ca = (): string => `ssl-ca=${certificates.ca}`;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'connects-tls-server-'));
    copyFileSync(certificates.right.cert, join(folder, 'cert.pem'));
    copyFileSync(certificates.right.key, join(folder, 'key.pem'));
    server = await privateDatabase([
      `--ssl-cert=${folder}/cert.pem`,
      `--ssl-key=${folder}/key.pem`,
      `--ssl-ca=${certificates.ca}`,
    ]);
    admin = connectDatabase(server.url, 1);
    proxy = await openProxy({ path: new URL(server.url).searchParams.get('socketPath') as string });
    plain = await openProxy({
      path: new URL(serverUrl('DATABASE_URL')).searchParams.get('socketPath') as string,
    });
  });
  afterAll(async () => {
    proxy.close();
    plain.close();
    await admin.destroy();
    await server.remove();
    rmSync(folder, { recursive: true });
  });

  test.each([
    ['localhost', 'ssl=1'],
    ['localhost', 'ssl=TRUE'],
    ['127.0.0.1', 'sslmode=require'],
    ['127.0.0.1', 'ssl-mode=VERIFY_IDENTITY'],
    ['localhost', 'tls=true'],
    ['localhost', ''],
  ])('is spoken to over TLS at %s by ?%s with its authority', async (host, parameters) => {
    await present(certificates.right);
    const db = connectDatabase(url(host, `${parameters}&${ca()}`), 1);
    try {
      expect(await selectOne(db, "SHOW SESSION STATUS LIKE 'Ssl_version'")).toMatchObject({
        Value: expect.stringContaining('TLS') as string,
      });
    } finally {
      await db.destroy();
    }
  });

  test.each(FAULTS)('with a certificate %s is not spoken to', async (_what, presented, mend) => {
    await present(certificates[presented]);
    for (const host of ['localhost', '127.0.0.1'])
      expect(shown(await runWith({ DATABASE_URL: url(host, `ssl=true&${ca()}`) }, ['due']))).toEqual(
        toMend(mend),
      );
  });

  test('whose authority nobody knows is not spoken to; nor one without TLS', async () => {
    await present(certificates.right);
    const unknown = await runWith({ DATABASE_URL: url('localhost', 'ssl=true') }, ['due']);
    expect(shown(unknown)).toEqual(toMend('Nobody known here vouches'));
    const without = url('localhost', 'ssl=true', plain.port);
    const ended = await runWith({ DATABASE_URL: without }, ['due']);
    // A server may make a certificate for itself that nobody knows.
    expect(ended).toMatchObject({ code: 78, stdout: '' });
    const missing = await runWith({ DATABASE_URL: url('localhost', 'ssl-ca=/nonexistent/ca.pem') }, ['due']);
    expect(shown(missing)).toEqual(toMend('the file of ssl-ca cannot be read: ENOENT'));
  });

  test('whose certificate expires under a running worker is told of twice: that it is so, and that it is over', async () => {
    await present(certificates.right);
    const own = await install({
      databaseServer: url('localhost', `ssl=true&${ca()}`),
      env: { SMTP_URL: '' },
    });
    const lines: { code?: string; outage?: string; mend?: string }[] = [];
    const log = createLog('info', { write: (line) => void lines.push(JSON.parse(line) as object) });
    const app = composeApp(parseConfig(own.env), systemClock, log);
    const worker = startWorker(app);
    const told = (): unknown[] => lines.filter((one) => one.code !== undefined || one.outage !== undefined);
    try {
      await until('it is connected', async () => (await connectionsOf(own)).length > 1);
      await present(certificates.expired);
      for (const id of await connectionsOf(own)) await admin.raw(`KILL ${id}`).catch(() => undefined);
      await until('it is told of', () => lines.some((one) => one.code === 'database-configuration'));
      await present(certificates.right);
      const rightAt = performance.now();
      await importRows(own.app, numbered('a', 3));
      expect(await waitingSweep(own.app)).toMatchObject({ outcome: 'done', remaining: 0 });
      expectSoonAfter(rightAt);
      await expectGrantedOnce(own, 3);
      await until('its end is told of', () => lines.some((one) => one.outage === 'database-configuration'));
    } finally {
      await worker.stop();
      await app.close();
      await own.remove();
    }
    const ofCertificate = (one: { code?: string; outage?: string }): boolean =>
      (one.code ?? one.outage) === 'database-configuration';
    expect(lines.filter(ofCertificate)).toEqual([
      expect.objectContaining({ mend: expect.stringContaining('have it renewed there') as string }),
      expect.objectContaining({ outage: 'database-configuration' }),
    ]);
    // The connections that were cut are told of as an outage of their own, and nothing as a bug.
    expect(told().filter((one) => !/database-(configuration|unavailable)/.test(JSON.stringify(one)))).toEqual(
      [],
    );
  });

  const connectionsOf = async ({ env }: Installation): Promise<number[]> => {
    const name = new URL(env.DATABASE_URL as string).pathname.slice(1);
    const rows = await selectRows<{ id: number }>(
      admin,
      'SELECT id FROM information_schema.processlist WHERE db = ? ORDER BY id',
      [name],
    );
    return rows.map((one) => one.id);
  };

  test('is told of by doctor: with 78, and a warning where another host is spoken to in plain text', async () => {
    await present(certificates.expired);
    const doctor = await runWith({ DATABASE_URL: url('localhost', `ssl=true&${ca()}`) }, ['doctor']);
    expect(doctor).toMatchObject({
      code: 78,
      stdout: expect.stringContaining('have it renewed there') as string,
    });
    const away = { DATABASE_URL: 'mysql://u:p@db.invalid/connects', REDIS_URL: 'redis://redis.invalid' };
    const { stdout } = await runWith(away, ['doctor']);
    expect(stdout).toContain('DATABASE_URL leads to db.invalid in plain text');
    expect(stdout).toContain('REDIS_URL leads to redis.invalid in plain text');
  });
});

describe('Redis', () => {
  const path = (): string => new URL(serverUrl('REDIS_URL')).pathname;
  let open: TlsServer | undefined;
  afterEach(() => new Promise((resolve) => (open ? open.close(resolve) : resolve(undefined))));

  /** TLS before the server of the tests. */
  async function presenting({ cert, key }: Certificate): Promise<string> {
    open = createServer({ cert: readFileSync(cert), key: readFileSync(key) }, (client) => {
      const upstream = connect(path());
      client.pipe(upstream).pipe(client);
      for (const socket of [client, upstream])
        socket
          .on('error', () => undefined)
          .on('close', () => [client, upstream].forEach((one) => one.destroy()));
    });
    open.on('tlsClientError', () => undefined);
    open.listen(0, '127.0.0.1');
    await once(open, 'listening');
    return `127.0.0.1:${(open.address() as AddressInfo).port}`;
  }

  test.each(['rediss:', 'redis:'])('is spoken to over TLS by %s//', async (scheme) => {
    const at = await presenting(certificates.right);
    const REDIS_URL = `${scheme}//${at}/0?ssl=true&ssl-ca=${certificates.ca}`;
    expect(await runWith({ REDIS_URL }, ['sweep'])).toMatchObject({ code: 0 });
  });

  test.each(FAULTS)('with a certificate %s is not spoken to', async (_what, presented, mend) => {
    const at = await presenting(certificates[presented]);
    const REDIS_URL = `rediss://${at}/0?ssl-ca=${certificates.ca}`;
    expect(shown(await runWith({ REDIS_URL }, ['sweep']))).toEqual(toMend(mend));
  });

  test('without TLS is not spoken to where it is asked for', async () => {
    const proxy = await openProxy({ path: path() });
    const ended = await runWith({ REDIS_URL: `rediss://127.0.0.1:${proxy.port}/0` }, ['sweep']);
    proxy.close();
    // It closes the connection at our greeting, or answers it in plain text.
    expect([75, 78]).toContain(ended.code);
    expect(ended.stderr).not.toMatch(/\n\s+at /);
  });
});

describe('a mail server', () => {
  async function probe(
    scheme: OfferedTls['scheme'],
    certificate?: Certificate,
  ): Promise<MailTrouble | undefined> {
    const office = await openPostOffice({}, 0, certificate && { scheme, certificate });
    const mailer = connectMailer(`${office.url}/?tls=required&ssl-ca=${certificates.ca}`, {
      from: { name: 'a', address: 'a@b.example' },
      connectionsMax: 1,
      ratePerSecond: 10,
    });
    try {
      return await mailer.probe();
    } finally {
      mailer.close();
      await office.stop();
    }
  }

  test.each(['smtp:', 'smtps:'] as const)('is spoken to over TLS by %s//', async (scheme) => {
    expect(await probe(scheme, certificates.right)).toBeUndefined();
  });

  describe.each(['smtp:', 'smtps:'] as const)('by %s//', (scheme) => {
    test.each(FAULTS)('with a certificate %s is not spoken to', async (_what, presented, mend) => {
      expect(await probe(scheme, certificates[presented])).toMatchObject({
        kind: 'configuration',
        mend: expect.stringContaining(mend) as string,
      });
    });
  });

  test('without TLS is not spoken to where it is asked for', async () => {
    expect(await probe('smtp:')).toMatchObject({
      kind: 'configuration',
      words: expect.stringContaining('STARTTLS') as string,
    });
  });
});
