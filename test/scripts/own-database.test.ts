/** What `npm start` says of a development database that no migration leads on from. */
import { requireReleasedSchema } from '../../scripts/start/own-database.ts';
import { execute } from '../../src/db/query.ts';
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
