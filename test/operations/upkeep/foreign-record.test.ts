/** A database where another program records its migrations under our name: every command says so, and touches nothing. */
import { startHealth } from '../../../src/console/health-server.ts';
import { execute } from '../../../src/db/query.ts';
import { runHere } from '../../support/in-process.ts';
import { type Installation, install } from '../../support/installation.ts';
import { countOf } from '../../support/state.ts';

let installation: Installation;
beforeAll(async () => {
  installation = await install({ migrated: false });
});
afterAll(() => installation.remove());

const MESSAGE =
  'the database holds what is not ours under names of ours: schema_migrations; nothing was changed';
const LIKE_OURS =
  'CREATE TABLE schema_migrations (id INT UNSIGNED PRIMARY KEY, name VARCHAR(255), batch INT, migration_time TIMESTAMP NULL)';

describe.each<[kind: string, table: string, row: string | undefined]>([
  ['of other columns', 'CREATE TABLE schema_migrations (version VARCHAR(255) PRIMARY KEY)', "('20200101')"],
  ['of other columns, and empty', 'CREATE TABLE schema_migrations (id INT, name TEXT, dirty INT)', undefined],
  [
    'of other columns, with a name as ours were once',
    'CREATE TABLE schema_migrations (id INT, name TEXT)',
    "(1, '0001_accounts')",
  ],
  ['of the same columns', LIKE_OURS, "(1, '20200101_users.js', 1, NULL)"],
])('a record of migrations that is another program’s: %s', (_kind, table, row) => {
  beforeAll(async () => {
    await execute(installation.db, 'DROP TABLE IF EXISTS schema_migrations');
    await execute(installation.db, table);
    if (row !== undefined) await execute(installation.db, `INSERT INTO schema_migrations VALUES ${row}`);
  });

  it.each([
    [['migrate']],
    [['migrate', '--dry-run']],
    [['due']],
    [['sweep', '--dry-run']],
    [['worker']],
    [['export', 'entries']],
    [['tokens', 'list']],
  ])('%j ends with 78 and says whose it is', async (args) => {
    const { code, stdout, stderr } = await runHere(args, { app: installation.app });
    expect({ code, stdout }).toEqual({ code: 78, stdout: '' });
    expect(stderr).toContain(MESSAGE);
    const rows = await countOf(installation.db, 'SELECT COUNT(*) FROM schema_migrations');
    expect(rows).toBe(row === undefined ? 0 : 1);
    const tables = 'SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE()';
    expect(await countOf(installation.db, tables)).toBe(1);
  });

  it('doctor and /readyz say so, too', async () => {
    const { code, stdout } = await runHere(['doctor'], { app: installation.app });
    expect(code).toBe(78);
    expect(stdout).toContain(MESSAGE);
    const pages = await startHealth(installation.app);
    const answer = await fetch(new URL('readyz', pages.url));
    await pages.stop();
    expect(await answer.json()).toMatchObject({
      faults: expect.arrayContaining([`database: ${MESSAGE}`]) as string[],
    });
  });
});
