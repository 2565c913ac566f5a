/** What `npm start` says of a development database that no migration leads on from, and how quickly it fills an empty one. */
import { requireReleasedSchema, withoutWaitingForDisk } from '../../scripts/start/own-database.ts';
import { execute, selectOne } from '../../src/db/query.ts';
import { type Installation, install } from '../support/installation.ts';

let installation: Installation;
beforeAll(async () => {
  installation = await install({ migrated: false });
});
afterAll(() => installation.remove());

const looked = (): Promise<void> =>
  requireReleasedSchema(installation.env.DATABASE_URL as string, '/home/ada/connects/.local');
const record = async (...names: string[]): Promise<void> => {
  await execute(installation.db, 'DELETE FROM schema_migrations');
  for (const name of names)
    await execute(installation.db, 'INSERT INTO schema_migrations (name) VALUES (?)', [name]);
};

test('one that is empty, or of this version, or of a later one, is gone on with', async () => {
  await expect(looked()).resolves.toBeUndefined();
  await execute(
    installation.db,
    'CREATE TABLE schema_migrations (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(255), batch INT)',
  );
  await expect(looked()).resolves.toBeUndefined();
  await record('0001_terms_versions', '0002_accounts');
  await expect(looked()).resolves.toBeUndefined();
  await record('0001_terms_versions', '0999_later');
  await expect(looked()).resolves.toBeUndefined();
});

test.each([[['0001_accounts', '0002_contacts']], [['0001_accounts']]])(
  'one of the time before the first release (%j) is to be removed with its folder, which is named',
  async (names) => {
    await record(...names);
    await expect(looked()).rejects.toMatchObject({
      exitCode: 78,
      message: expect.stringMatching(
        /^the development database is .*before the first release \(it has 0001_accounts\).* remove \/home\/ada\/connects\/\.local and start again/,
      ) as string,
    });
  },
);

describe('while a fleet is made that a power cut may take', () => {
  const setTo = (value: number) =>
    execute(installation.db, `SET GLOBAL innodb_flush_log_at_trx_commit = ${value}`);
  const waits = async (): Promise<number | undefined> =>
    (
      await selectOne<{ value: number }>(
        installation.db,
        'SELECT @@GLOBAL.innodb_flush_log_at_trx_commit AS value',
        [],
      )
    )?.value;
  const during = (exitCode: number) =>
    withoutWaitingForDisk(installation.env.DATABASE_URL as string, async () => ({
      exitCode,
      waited: await waits(),
    }));

  let before: number | undefined;
  beforeAll(async () => {
    before = await waits();
    await setTo(2);
  });
  afterAll(() => setTo(before ?? 0));

  test('no commit waits for the disk, and once it is there the server does again as it did', async () => {
    await expect(during(0)).resolves.toEqual({ exitCode: 0, waited: 0 });
    expect(await waits()).toBe(2);
  });

  test('one that was cut off is not asked of again', async () => {
    await expect(during(1)).resolves.toEqual({ exitCode: 1, waited: 0 });
    expect(await waits()).toBe(0);
  });
});
