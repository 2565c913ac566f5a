/** A database of the time before the first release: everybody says the same of it, and nobody touches it. */
import { startHealth } from '../../../src/console/health-server.ts';
import type { Database } from '../../../src/db/connection.ts';
import { execute } from '../../../src/db/query.ts';
import { examine } from '../../../src/operations/upkeep/doctor/examine.ts';
import { migrateDatabase } from '../../../src/operations/upkeep/migrate-database.ts';
import { importRows, numbered } from '../../support/accounts.ts';
import { readChecksums } from '../../support/checksums.ts';
import { runCli } from '../../support/cli.ts';
import { runHere } from '../../support/in-process.ts';
import { type Installation, install } from '../../support/installation.ts';

const NAMES_THEN = [
  '0001_accounts',
  '0002_contacts',
  '0003_account_spans',
  '0004_cycles',
  '0005_entries',
  '0006_decisions',
  '0007_events',
  '0008_proposals',
  '0009_interviews',
  '0010_runs',
  '0011_failures',
  '0012_ticks',
  '0013_outbox',
  '0014_terms_versions',
  '0015_audit_log',
  '0016_backfills',
  '0017_backfill_items',
  '0018_tokens',
  '0019_users',
  '0020_sessions',
  '0021_all_decisions',
  '0022_awards',
  '0023_run_accounts',
  '0024_run_stops',
  '0025_mail_hold',
  '0026_amendments',
  '0027_inactive_openings',
  '0028_lapses',
];

const WHAT_TO_DO =
  'create an empty database, name it in DATABASE_URL and MIGRATE_DATABASE_URL, run "connects migrate" and import ' +
  'accounts and events into it again; what the old one holds, the version that made it can still export';
const MESSAGE =
  'the database is of the time before the first release (it has 0001_accounts) and cannot be migrated; ' +
  `nothing was changed: ${WHAT_TO_DO}`;

let installation: Installation;
let before: Record<string, unknown>;
beforeAll(async () => {
  installation = await install();
  await importRows(installation.app, numbered('a', 2));
  await record(NAMES_THEN);
  before = await readChecksums(installation.db);
});
afterAll(() => installation.remove());

async function record(names: readonly string[]): Promise<void> {
  await execute(installation.db, 'DELETE FROM schema_migrations');
  for (const name of names)
    await execute(
      installation.db,
      "INSERT INTO schema_migrations (name, batch, migration_time) VALUES (?, 1, '2021-01-01')",
      [name],
    );
}

const recorded = (db: Database): Promise<string[]> => db('schema_migrations').orderBy('id').pluck('name');
const migrateHere = (): Promise<unknown> =>
  migrateDatabase({
    ownerUrl: installation.env.DATABASE_URL as string,
    owner: installation.db,
    appUrl: undefined,
  });

/** The names as they were, and every row of every other table, too. */
async function expectUntouched(names = NAMES_THEN): Promise<void> {
  expect(await recorded(installation.db)).toEqual(names);
  expect(await readChecksums(installation.db)).toEqual(before);
}

describe('a database of the time before the first release', () => {
  it('is refused by migrating, all of whose steps stay undone', async () => {
    await expect(migrateHere()).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'schema-before-release',
      message: MESSAGE,
    });
    await expectUntouched();
  });

  it('is refused by "connects migrate" in one line, with 75', async () => {
    expect(await runCli(['migrate'], installation.env)).toEqual({
      code: 75,
      stdout: '',
      stderr: `connects: ${MESSAGE} (schema-before-release)\n`,
    });
    await expectUntouched();
  });

  it.each([
    [['migrate', '--dry-run']],
    [['due']],
    [['sweep', '--dry-run']],
    [['worker']],
    [['export', 'entries']],
    [['terms', 'show']],
    [['account', 'show', 'a1']],
  ])(
    'is refused by %j with the same words, not with "run connects migrate" again and again',
    async (args) => {
      expect(await runHere(args, { app: installation.app })).toEqual({
        code: 75,
        stdout: '',
        stderr: `connects: ${MESSAGE} (schema-before-release)\n`,
      });
    },
  );

  it('is a fault of its schema for doctor, which says what to do', async () => {
    const findings = await examine(installation.app);
    expect(findings.filter((one) => one.check === 'schema')).toEqual([
      {
        check: 'schema',
        state: 'fault',
        found: 'it is of the time before the first release: it has 0001_accounts',
        fix: WHAT_TO_DO,
        kind: 'set-up',
      },
    ]);
  });

  it('keeps a process from being ready, for that reason', async () => {
    const pages = await startHealth(installation.app);
    const answer = await fetch(new URL('readyz', pages.url));
    await pages.stop();
    expect({ status: answer.status, body: await answer.json() }).toMatchObject({
      status: 503,
      body: { faults: [`database: ${MESSAGE}`] },
    });
  });
});

describe('of a database whose first migration was stopped in the middle then', () => {
  it('the same is said, although the rest of its tables is missing', async () => {
    await record(NAMES_THEN.slice(0, 3));
    before = await readChecksums(installation.db);
    await expect(migrateHere()).rejects.toMatchObject({ message: MESSAGE });
    await expectUntouched(NAMES_THEN.slice(0, 3));
  });
});
