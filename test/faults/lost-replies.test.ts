/** The database commits, and nobody hears of it: the connection breaks before the reply. */
import { type AddressInfo, type Server, connect, createServer } from 'node:net';
import { once } from 'node:events';
import { importRows, numbered } from '../support/accounts.ts';
import { type Installation, install, serverUrl } from '../support/installation.ts';
import { expectSoonAfter } from '../support/liveness.ts';
import { composeApp, type App } from '../../src/app.ts';
import { systemClock } from '../../src/clock.ts';
import { parseConfig } from '../../src/config.ts';
import { silentLog } from '../../src/log.ts';
import { type State, countOf, readState } from '../support/state.ts';
import { sweepAndSend } from '../support/sweeping.ts';

const FLEET = 120;

/** Passes everything on, and breaks the connection at every second reply to a COMMIT. */
function startLossyProxy(): { server: Server; lost: () => number } {
  const socketPath = new URL(serverUrl('DATABASE_URL')).searchParams.get('socketPath') as string;
  let commits = 0;
  let lost = 0;
  const server = createServer((client) => {
    const database = connect(socketPath);
    let loses = false;
    client.on('data', (bytes) => {
      if (bytes.includes('COMMIT;')) {
        commits += 1;
        loses = commits % 2 === 1;
      }
      database.write(bytes);
    });
    database.on('data', (bytes) => {
      if (!loses) return void client.write(bytes);
      lost += 1;
      client.destroy();
    });
    const end = (): void => {
      client.destroy();
      database.destroy();
    };
    for (const socket of [client, database]) socket.on('error', end).on('close', end);
  });
  server.listen(0, '127.0.0.1');
  return { server, lost: () => lost };
}

describe('commits whose reply is lost', () => {
  let installation: Installation;
  let clean: State;
  let app: App;
  const proxy = startLossyProxy();

  beforeAll(async () => {
    const other = await install({ env: { SMTP_URL: '' } });
    await importRows(other.app, numbered('a', FLEET));
    await sweepAndSend(other.app);
    clean = await readState(other.db);
    await other.remove();

    if (!proxy.server.listening) await once(proxy.server, 'listening');
    installation = await install({ env: { SMTP_URL: '', CONNECTS_BATCH_MAX: '20' } });
    await importRows(installation.app, numbered('a', FLEET));
    const url = new URL(installation.env.DATABASE_URL as string);
    url.searchParams.delete('socketPath');
    url.host = `127.0.0.1:${(proxy.server.address() as AddressInfo).port}`;
    const env = { ...installation.env, DATABASE_URL: url.toString() };
    app = composeApp(parseConfig(env), systemClock, silentLog);
  });
  afterAll(async () => {
    await app.close();
    await installation.remove();
    proxy.server.close();
  });

  it('are not made again: what they wrote is found, and the state is that of one clean run', async () => {
    const startedAt = performance.now();
    expect(await sweepAndSend(app)).toMatchObject({ outcome: 'done', remaining: 0 });
    // The fault lasts all the while.
    expectSoonAfter(startedAt);
    expect(proxy.lost()).toBeGreaterThan(2);
    expect(await readState(installation.db)).toEqual(clean);
    expect(await countOf(installation.db, 'SELECT COUNT(*) FROM failures')).toBe(0);
    expect(await countOf(installation.db, "SELECT COUNT(*) FROM runs WHERE state = 'completed'")).toBe(1);
  });
});
