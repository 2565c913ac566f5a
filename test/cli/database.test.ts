/** migrate and terms, on a database. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startWorker } from '../../jobs/start-worker.ts';
import { execute, selectRows } from '../../src/db/query.ts';
import { builtInTerms } from '../../src/domain/terms.ts';
import { migrations } from '../../migrations/index.ts';
import { importRows } from '../support/accounts.ts';
import { readChecksums } from '../support/checksums.ts';
import type { Ended } from '../support/cli.ts';
import { runHere } from '../support/in-process.ts';
import { type Installation, install } from '../support/installation.ts';
import { countOf } from '../support/state.ts';

const folder = mkdtempSync(join(tmpdir(), 'connects-database-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
function fileOf(content: unknown): string {
  files += 1;
  const file = join(folder, `terms-${files}.json`);
  writeFileSync(file, JSON.stringify(content));
  return file;
}

let installation: Installation;
const connects = (...args: string[]): Promise<Ended> =>
  runHere(args, { app: installation.app, processes: { startWorker } });
const latestAudit = async (): Promise<Record<string, unknown> | undefined> =>
  (
    await selectRows<Record<string, unknown>>(
      installation.db,
      'SELECT * FROM audit_log ORDER BY id DESC LIMIT 1',
    )
  )[0];

describe('migrate', () => {
  beforeAll(async () => {
    installation = await install({ migrated: false });
  });
  afterAll(() => installation.remove());
  const last = migrations.at(-1)?.name;

  test('as a dry run tells what is pending and creates nothing', async () => {
    expect(await connects('migrate', '--dry-run')).toEqual({
      code: 0,
      stderr: '',
      stdout: `${migrations.length} migrations pending, up to ${last}\n`,
    });
    expect(JSON.parse((await connects('migrate', '--dry-run', '--json')).stdout)).toEqual({
      pending: migrations.map((one) => one.name),
    });
    const tables = 'SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE()';
    expect(await countOf(installation.db, tables)).toBe(0);
  });

  test('several at once all succeed, and one of them does it', async () => {
    const ended = await Promise.all(
      [1, 2, 3].map(() => connects('migrate', '--actor', 'ada', '--reason', 'release 1')),
    );
    expect(ended.map((one) => [one.code, one.stderr])).toEqual([
      [0, ''],
      [0, ''],
      [0, ''],
    ]);
    expect(ended.map((one) => one.stdout).toSorted()).toEqual([
      `${migrations.length} migrations applied, up to ${last}\n`,
      'the schema is up to date\n',
      'the schema is up to date\n',
    ]);
    expect(await latestAudit()).toMatchObject({
      actor: 'ada',
      action: 'schema.migrate',
      reason: 'release 1',
    });
    expect(await countOf(installation.db, 'SELECT COUNT(*) FROM audit_log')).toBe(1);
  });

  test('again has nothing to do, and leaves no trace', async () => {
    const before = await readChecksums(installation.db);
    expect(JSON.parse((await connects('migrate', '--json')).stdout)).toEqual({
      applied: [],
      missingGrants: [],
    });
    expect({ ...(await readChecksums(installation.db)), schema_migrations_lock: 0 }).toEqual({
      ...before,
      schema_migrations_lock: 0,
    });
  });

  test('--print-grants prints statements and runs none; as data with --json', async () => {
    const { code, stdout } = await connects('migrate', '--print-grants');
    expect(code).toBe(0);
    const statements = stdout.trimEnd().split('\n');
    for (const one of statements) expect(one).toMatch(/^GRANT [A-Z, ]+ ON `test_\w+`\.`\w+` TO '.+'@'.+';$/);
    const listed = JSON.parse((await connects('migrate', '--print-grants', '--json')).stdout) as string[];
    expect(listed.map((one) => `${one};`)).toEqual(statements);
  });

  test('by an older version leaves the newer schema alone, and succeeds: both run on it', async () => {
    await execute(
      installation.db,
      "INSERT INTO schema_migrations (name, batch, migration_time) VALUES ('9999_later', 9, NOW())",
    );
    expect(await connects('migrate')).toEqual({
      code: 0,
      stdout: 'the schema is up to date\n',
      stderr: 'the schema is newer than this version: it has 9999_later; nothing is to be done\n',
    });
    await execute(installation.db, 'DELETE FROM schema_migrations WHERE name = ?', [last as string]);
    expect(await connects('migrate')).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('two versions migrated it apart'),
    });
  });
});

describe('terms', () => {
  beforeAll(async () => {
    installation = await install();
  });
  afterAll(() => installation.remove());

  const [first, second] = builtInTerms as [(typeof builtInTerms)[0], (typeof builtInTerms)[0]];
  const next = [first, second, { ...second, effectiveFrom: '2030-01-01', welcome: 60 }];

  test('show prints the latest version on stdout, and who applied it on stderr', async () => {
    const { code, stdout, stderr } = await connects('terms', 'show');
    expect({ code, terms: JSON.parse(stdout) as unknown }).toEqual({ code: 0, terms: builtInTerms });
    expect(stderr).toMatch(
      /^version 1, applied 20\S+Z by connects migrate: the terms that the program began with\n$/,
    );
    expect(JSON.parse((await connects('terms', 'show', '--json')).stdout)).toMatchObject([
      { version: 1, terms: builtInTerms },
    ]);
    expect(JSON.parse((await connects('terms', 'show', '--built-in')).stdout)).toEqual(builtInTerms);
  });

  test('apply as a dry run stores nothing', async () => {
    const before = await readChecksums(installation.db);
    expect(await connects('terms', 'apply', fileOf(next), '--dry-run')).toEqual({
      code: 0,
      stderr: '',
      stdout: 'runs from now on go by terms version 2 (dry run: nothing was stored)\n',
    });
    expect(await readChecksums(installation.db)).toEqual(before);
  });

  test('apply stores a new version once, with who and why', async () => {
    const file = fileOf(next);
    const by = ['--reason', 'more welcome', '--actor', 'ada'];
    expect((await connects('terms', 'apply', file, ...by)).stdout).toBe(
      'runs from now on go by terms version 2\n',
    );
    expect(await latestAudit()).toMatchObject({ actor: 'ada', reason: 'more welcome', target: 'terms:2' });
    expect(JSON.parse((await connects('terms', 'apply', file, ...by, '--json')).stdout)).toEqual({
      outcome: 'unchanged',
      version: 2,
      dryRun: false,
    });
    expect(await countOf(installation.db, 'SELECT COUNT(*) FROM terms_versions')).toBe(2);
  });

  test('apply refuses a faulty file with all its faults, and stores nothing', async () => {
    const before = await readChecksums(installation.db);
    const file = fileOf([{ ...first, welcome: -1, readinessTest: 1.5 }]);
    const { code, stdout, stderr } = await connects('terms', 'apply', file, '--reason', 'x');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`connects: ${file} has 2 faults (terms):\n  0.welcome: `);
    expect(await readChecksums(installation.db)).toEqual(before);
  });

  test('apply refuses to change what was granted by', async () => {
    await importRows(installation.app, [{ id: 'a1' }]);
    await connects('sweep', '--work', '--as-of', '2021-03-01T00:00:00Z');
    const plans = { ...first.plans, basic: { ...first.plans.basic, free: 11 } };
    const file = fileOf([
      { ...first, plans },
      { ...second, plans },
    ]);
    expect(await connects('terms', 'apply', file, '--reason', 'x')).toEqual({
      code: 2,
      stdout: '',
      stderr:
        `connects: ${file} has 1 fault (terms):\n` +
        '  2020-12-01: the row of 2020-12-01 was used from 2021-02-01T00:00:00.000Z to 2021-03-01T00:00:00.000Z ' +
        'and must stay as it is, unless what it granted is taken back first: connects reverse-run 1 --plan basic\n',
    });
    const other = fileOf(next.map((row) => ({ ...row, monthEnd: 'first-of-next' })));
    expect((await connects('terms', 'apply', other, '--reason', 'x')).stderr).toContain(
      '  monthEnd: expected "clamp": the accounts\' next dates were computed by it\n',
    );
  });
});
