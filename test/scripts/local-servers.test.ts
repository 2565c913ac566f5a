/** Servers that are started for a checkout: which, and where they keep what. */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type LocalServers, startLocalServers } from '../../scripts/servers/local-servers.ts';
import { chosenServers, serversNamed } from '../../scripts/servers/server-choice.ts';
import { connectDatabase } from '../../src/db/connection.ts';
import { selectRows } from '../../src/db/query.ts';

describe('the servers to start', () => {
  it.each([
    [{}, { database: undefined, redis: undefined }],
    [{ CONNECTS_LOCAL_DATABASE: '' }, { database: undefined, redis: undefined }],
    [
      { CONNECTS_LOCAL_DATABASE: 'mysql', CONNECTS_LOCAL_REDIS: 'valkey' },
      { database: 'mysql', redis: 'valkey' },
    ],
    [serversNamed('ANY', ' valkey  mariadb '), { database: 'mariadb', redis: 'valkey' }],
    [serversNamed('ANY', ''), { database: undefined, redis: undefined }],
  ])('are chosen by %j', (env, expected) => {
    expect(chosenServers(env)).toEqual(expected);
  });

  it.each([
    ['CONNECTS_LOCAL_DATABASE: expected one of mariadb, mysql, not oracle', 'CONNECTS_LOCAL_DATABASE'],
    ['CONNECTS_LOCAL_REDIS: expected one of redis, valkey, not oracle', 'CONNECTS_LOCAL_REDIS'],
  ])('are refused as usage where the name is unknown: %s', (message, variable) => {
    expect(() => chosenServers({ [variable]: 'oracle' })).toThrow(
      expect.objectContaining({ message, exitCode: 2 }),
    );
  });

  it('of a second run are refused in the same way', () => {
    expect(() => serversNamed('ANY', 'mysql oracle')).toThrow(
      expect.objectContaining({
        message: 'ANY: expected one of mariadb, mysql, redis, valkey, not oracle',
        exitCode: 2,
      }),
    );
  });
});

describe('two database servers that are set up at once', () => {
  const folders = [1, 2].map(() => realpathSync(mkdtempSync(join(tmpdir(), 'connects-two-'))));
  let both: LocalServers[] = [];

  beforeAll(async () => {
    const start = (folder: string): Promise<LocalServers> =>
      startLocalServers({ folder, durable: false, users: 'root-only', servers: ['database'] });
    both = await Promise.all(folders.map(start));
  });
  afterAll(async () => {
    await Promise.all(both.map((one) => one.stop({ hasty: true })));
    for (const folder of folders) rmSync(folder, { recursive: true });
  });

  it('share no folder, not even for what they keep for a moment', async () => {
    const places = await Promise.all(
      both.map(async ({ databaseUrl }) => {
        const db = connectDatabase(databaseUrl as string, 1);
        const sql = 'SELECT @@tmpdir AS scratch, @@datadir AS kept';
        const [place] = await selectRows<{ scratch: string; kept: string }>(db, sql);
        await db.destroy();
        return [place?.scratch, place?.kept].map((path) => dirname(path as string));
      }),
    );
    expect(places).toEqual(folders.map((folder) => [folder, folder]));
  });
});
