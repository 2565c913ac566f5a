import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  linkSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { readCsvRows } from '../../src/cli/csv.ts';
import { OpenFile } from '../../src/cli/open-file.ts';
import { buildProgram } from '../../src/cli/program.ts';
import { selectRows } from '../../src/db/query.ts';
import { ACCOUNT_COLUMNS, OPTIONAL_COLUMNS } from '../../src/operations/accounts/account-rows.ts';
import type { SourceRow } from '../../src/operations/accounts/import-accounts.ts';
import type { AccountRowGiven } from '../support/accounts.ts';
import { toCells } from '../support/accounts.ts';
import { readChecksums } from '../support/checksums.ts';
import { type Ended, runCli, startCli } from '../support/cli.ts';
import { keepingCli, runHere } from '../support/in-process.ts';
import { type Installation, install } from '../support/installation.ts';
import { countOf } from '../support/state.ts';
import { until } from '../support/sweeping.ts';

const HEADER = 'account_id,kind,plan,email,zone,anchor_on,tracked_from,opening_balance,status';

let installation: Installation;
let folder: string;
beforeAll(async () => {
  installation = await install();
  folder = mkdtempSync(join(tmpdir(), 'connects-import-'));
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await installation.remove();
});

const pathOf = (name: string): string => join(folder, name);

let files = 0;
function fileOf(content: string | Buffer): string {
  files += 1;
  const file = pathOf(`accounts-${files}.csv`);
  writeFileSync(file, content);
  return file;
}

const rowOf = (given: AccountRowGiven): string => Object.values(toCells(given)).join(',');
const csvOf = (...rows: string[]): string => `${[HEADER, ...rows].join('\n')}\n`;
/** A good row in which one cell is another one. */
const rowWith = (id: string, column: string, cell: string): string =>
  Object.entries(toCells({ id }))
    .map(([name, value]) => (name === column ? cell : value))
    .join(',');
const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, index) => from + index);

const importHere = (file: string, ...flags: string[]): Promise<Ended> =>
  runHere(['accounts', 'import', file, ...flags], { app: installation.app });
const idsLike = async (pattern: string): Promise<string[]> =>
  (
    await selectRows<{ id: string }>(installation.db, 'SELECT id FROM accounts WHERE id LIKE ? ORDER BY id', [
      pattern,
    ])
  ).map((row) => row.id);

const ID = 'expected 1 to 64 of A-Z a-z 0-9 . _ -';
const EMAIL = 'expected one e-mail address of at most 254 characters';
const DATE = 'expected a date that exists, YYYY-MM-DD';
const INSTANT = 'expected an instant such as 2021-03-16T09:00:00Z, with Z or an offset, in 1900 to 2999';
const BALANCE = 'expected a whole number from 0 to 1000000000';

describe('bad rows', () => {
  const BAD: [column: string, cell: string, said: string][] = [
    ['account_id', '', ID],
    ['account_id', 'a b', ID],
    ['account_id', 'ä', ID],
    ['account_id', 'x'.repeat(65), ID],
    ['account_id', "a'--", ID],
    ['kind', '', 'expected one of freelancer, agency'],
    ['kind', 'Freelancer', 'expected one of freelancer, agency'],
    ['plan', '', 'expected one of basic, plus, agency'],
    ['plan', 'premium', 'expected one of basic, plus, agency'],
    ['plan', 'agency', 'expected basic or plus'],
    ['email', '', 'expected an email address'],
    ['email', 'nobody', EMAIL],
    ['email', 'a@b@c.example', EMAIL],
    ['email', `${'x'.repeat(250)}@b.example`, EMAIL],
    ['email', '"a@b.example,c@d.example"', EMAIL],
    ['email', '"A <a@b.example>"', EMAIL],
    ['email', 'a@b.example>', EMAIL],
    ['zone', 'Mars/Olympus', 'expected a known IANA time zone such as Europe/Berlin'],
    ['zone', 'UTC+3', 'expected a known IANA time zone such as Europe/Berlin'],
    ['anchor_on', '', DATE],
    ['anchor_on', '2021-02-30', DATE],
    ['anchor_on', '01/02/2021', DATE],
    ['anchor_on', '2021-01-03', 'expected a date not after tracked_from, 2021-01-01T00:00:00.000Z'],
    ['tracked_from', '', INSTANT],
    ['tracked_from', '2021-01-01', INSTANT],
    ['tracked_from', '2021-01-01T00:00:00', INSTANT],
    ['tracked_from', '2021-02-30T00:00:00Z', INSTANT],
    ['tracked_from', '2021-01-01T00:00:00+99:99', INSTANT],
    ['tracked_from', '2021-01-01T00:00:00-14:30', INSTANT],
    ['opening_balance', '', BALANCE],
    ['opening_balance', '-1', BALANCE],
    ['opening_balance', '1.5', BALANCE],
    ['opening_balance', 'ten', BALANCE],
    ['opening_balance', '1000000001', BALANCE],
    ['opening_balance', '"1,000"', BALANCE],
    ['status', 'frozen', 'expected one of active, suspended, closed'],
  ];
  const rows = BAD.map(([column, cell], index) => rowWith(`bad-${index}`, column, cell));

  test('are all listed with file, line, column and what was expected; nothing is imported, exit 2', async () => {
    const file = fileOf(csvOf(...rows, rowOf({ id: 'bad-good' })));
    const before = await readChecksums(installation.db);
    const { code, stdout, stderr } = await importHere(file);
    expect(code).toBe(2);
    expect(stderr.split('\n').slice(0, -2)).toEqual(
      BAD.map(([column, , said], index) => `${file}, line ${index + 2}, ${column}: ${said}`),
    );
    expect(stderr).toContain(
      `\nnothing was imported: mend the ${BAD.length} bad rows, or leave them out with --skip-invalid ` +
        '(and keep them with --rejects FILE)\n',
    );
    expect(stdout).toBe(`0 imported, 0 there already, ${BAD.length} bad, of ${BAD.length + 1} rows\n`);
    expect(await readChecksums(installation.db)).toEqual(before);
  });

  test('tell every fault of a row, not only the first', async () => {
    const file = fileOf(csvOf('a b,freelancer,agency,x,Nowhere/At/All,2021-02-30,now,-1,gone'));
    const { stderr } = await importHere(file);
    for (const column of HEADER.split(',').filter((name) => name !== 'kind'))
      expect(stderr).toContain(`${file}, line 2, ${column}: expected `);
  });

  test('of the file as such are listed too: cells, quotes, line breaks within cells, bytes', async () => {
    const file = fileOf(
      Buffer.concat([
        Buffer.from(csvOf('too,few', `${rowOf({ id: 'x1' })},more`, `"${rowOf({ id: 'x2' })}`)),
        Buffer.from(`${rowWith('x3', 'email', '"x3@example.test\r\nBcc: thief@example.test"')}\n`),
        Buffer.from(`${rowWith('x4', 'email', 'x4@exämple.test')}\n`, 'latin1'),
        Buffer.from(`${rowWith('x5', 'status', 'odd')}\n`),
      ]),
    );
    const { code, stderr } = await importHere(file);
    expect(code).toBe(2);
    expect(stderr.split('\n').slice(0, -2)).toEqual([
      `${file}, line 2, (row): expected 9 cells, as in the header, and found 2`,
      `${file}, line 3, (row): expected 9 cells, as in the header, and found 10`,
      `${file}, line 4, (row): expected quotes around whole cells only, each closed, and "" for a quote inside one`,
      `${file}, line 5, email: ${EMAIL}`,
      `${file}, line 7, email: expected UTF-8 text`,
      `${file}, line 8, status: expected one of active, suspended, closed`,
    ]);
  });

  test('are data too with --json: one document, whatever stderr says', async () => {
    const file = fileOf(csvOf(rowOf({ id: 'j1' }), rowWith('j2', 'plan', 'gold')));
    const { code, stdout } = await importHere(file, '--json');
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toEqual({
      outcome: 'refused',
      dryRun: false,
      rows: 2,
      imported: 0,
      skipped: 0,
      bad: 1,
      faults: [
        {
          line: 3,
          where: 'plan',
          what: 'expected one of basic, plus, agency',
        },
      ],
      kinds: [{ line: 3, where: 'plan', what: 'expected one of basic, plus, agency', rows: 1 }],
    });
  });

  test('are left out with --skip-invalid, kept with --rejects, mended there and imported again', async () => {
    const file = fileOf(
      csvOf(
        rowOf({ id: 'round-1' }),
        rowWith('round-2', 'plan', 'gold'),
        rowOf({ id: 'round-3' }),
        rowWith('round-4', 'email', '"a,b"'),
      ),
    );
    const rejects = pathOf('rejects.csv');
    const first = await importHere(file, '--skip-invalid', '--rejects', rejects, '--json');
    expect(first.code).toBe(0);
    expect(JSON.parse(first.stdout)).toMatchObject({ outcome: 'imported', imported: 2, skipped: 0, bad: 2 });
    expect(await idsLike('round-%')).toEqual(['round-1', 'round-3']);

    const kept = readFileSync(rejects, 'utf8');
    expect(kept).toBe(csvOf(rowWith('round-2', 'plan', 'gold'), rowWith('round-4', 'email', '"a,b"')));
    expect(readFileSync(`${rejects}.faults`, 'utf8')).toBe(
      `${file}, line 3, plan: expected one of basic, plus, agency\n${file}, line 5, email: ${EMAIL}\n`,
    );
    expect(first.stderr).toContain(
      `all 2 bad rows, as they were: ${rejects}; what is wrong with each: ${rejects}.faults\n`,
    );
    writeFileSync(rejects, kept.replace('gold', 'plus').replace('"a,b"', 'a@b.example'));

    expect(await importHere(rejects)).toEqual({
      code: 0,
      stderr: '',
      stdout: '2 imported, 0 there already, 0 bad, of 2 rows\n',
    });
    expect(await idsLike('round-%')).toEqual(['round-1', 'round-2', 'round-3', 'round-4']);
    // The first file, mended, is known by now: all of it is there.
    writeFileSync(file, readFileSync(file, 'utf8').replace('gold', 'plus').replace('"a,b"', 'a@b.example'));
    expect((await importHere(file)).stdout).toBe('0 imported, 4 there already, 0 bad, of 4 rows\n');
  });

  const SURPLUS = 'shifted,freelancer,basic,a,b@example.test,UTC,2021-01-01,2021-01-01T00:00:00Z,5,suspended';
  test.each<[what: string, bad: string | Buffer]>([
    ['with a comma too many', `${SURPLUS}\n`],
    ['with spaces, in an order of its own', ` "spaced" ,  freelancer,nonsense \r\n`],
    ['with a quote that does not close', `"${rowOf({ id: 'lost' })}\n`],
    ['of several lines', `${rowWith('long', 'email', '"x\r\ny"')}\r\n`],
    ['that is no UTF-8', Buffer.from(`${rowWith('latin', 'email', 'ä@example.test')}\n`, 'latin1')],
  ])('%s are among the rejects byte for byte', async (_what, bad) => {
    const rejects = pathOf('exact.csv');
    const file = fileOf(Buffer.concat([Buffer.from(`${HEADER}\n`), Buffer.from(bad)]));
    expect((await importHere(file, '--skip-invalid', '--rejects', rejects)).code).toBe(0);
    expect(readFileSync(rejects)).toEqual(readFileSync(file));
  });

  test('that a comma shifted are what they were meant to be once it is quoted', async () => {
    const rejects = pathOf('shifted.csv');
    await importHere(fileOf(csvOf(SURPLUS)), '--skip-invalid', '--rejects', rejects);
    writeFileSync(rejects, readFileSync(rejects, 'utf8').replace('a,b@', 'b@'));
    expect((await importHere(rejects)).code).toBe(0);
    const rows = await selectRows(installation.db, "SELECT status FROM accounts WHERE id = 'shifted'");
    expect(rows).toEqual([{ status: 'suspended' }]);
  });

  test('leave a file of rejects with a header only when there are none', async () => {
    const rejects = pathOf('none.csv');
    writeFileSync(rejects, 'of an earlier import\n');
    await importHere(fileOf(csvOf(rowOf({ id: 'fine' }))), '--rejects', rejects);
    expect(readFileSync(rejects, 'utf8')).toBe(`${HEADER}\n`);
  });

  test('by the thousand for one reason are told by their first twenty, a count, and where they all are', async () => {
    const rows = range(0, 3_000).map((n) => rowWith(`many-${n}`, 'status', n === 2_999 ? 'gone' : 'Active'));
    const unknown = range(0, 30).map((n) =>
      rowOf({ id: `other-${n}`, anchorOn: '2021-02-02', trackedFrom: 'x' }),
    );
    const file = fileOf(csvOf(...rows, ...unknown, rowWith('last', 'plan', 'gold')));
    const rejects = pathOf('many.csv');
    const { code, stderr, stdout } = await importHere(file, '--rejects', rejects);
    expect(code).toBe(2);
    const said = stderr.split('\n');
    expect(said.slice(0, 20)).toEqual(
      range(2, 22).map((n) => `${file}, line ${n}, status: expected one of active, suspended, closed`),
    );
    expect(said.slice(20)).toEqual([
      ...range(3_002, 3_022).map((n) => `${file}, line ${n}, tracked_from: ${INSTANT}`),
      `${file}, line 3032, plan: expected one of basic, plus, agency`,
      '… and 2,980 more rows like line 2, status: expected one of active, suspended, closed',
      `… and 10 more rows like line 3002, tracked_from: ${INSTANT}`,
      `all 3,031 bad rows, as they were: ${rejects}; what is wrong with each: ${rejects}.faults`,
      expect.stringContaining('nothing was imported: mend the 3,031 bad rows'),
      '',
    ]);
    expect(stdout).toContain('3,031 bad, of 3,031 rows');
    expect(readFileSync(rejects)).toEqual(readFileSync(file));
    expect(readFileSync(`${rejects}.faults`, 'utf8').split('\n')).toHaveLength(3_031 + 1);
  });
});

describe('an account that is there already', () => {
  test('in the file counts once with the same content, and is refused with other content', async () => {
    const row = rowOf({ id: 'twice' });
    const file = fileOf(csvOf(row, row, rowOf({ id: 'twice', openingBalance: 7 })));
    const { code, stderr } = await importHere(file);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining(
        `${file}, line 4, account_id: twice stands on line 2 already, with other content\n`,
      ),
    });
    expect((await importHere(fileOf(csvOf(row, row)))).stdout).toBe(
      '1 imported, 1 there already, 0 bad, of 2 rows\n',
    );
  });

  test.each<[string, Partial<AccountRowGiven>]>([
    ['plan', { plan: 'plus' }],
    ['zone', { zone: 'Europe/Berlin' }],
    ['anchor', { anchorOn: '2020-12-31', trackedFrom: '2021-01-01T00:00:00Z' }],
    ['opening balance', { openingBalance: 1 }],
    ['status', { status: 'suspended' }],
  ])('in the database with another %s is refused', async (_what, other) => {
    await importHere(fileOf(csvOf(rowOf({ id: 'known' }))));
    const file = fileOf(csvOf(rowOf({ id: 'known', ...other })));
    expect(await importHere(file)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(
        `${file}, line 2, account_id: known is in the database already, with other content`,
      ),
    });
  });

  test('is the same account however its row is written', async () => {
    await importHere(fileOf(csvOf(rowOf({ id: 'alike' }))));
    const shuffled =
      'status,opening_balance,tracked_from,anchor_on,zone,email,plan,kind,account_id,readiness_awarded';
    const written =
      ',00,2021-01-01T01:00:00+01:00,2021-01-01,,alike@example.test,basic,freelancer,alike,false';
    expect((await importHere(fileOf(`\uFEFF${shuffled}\r\n${written}\r\n`))).stdout).toBe(
      '0 imported, 1 there already, 0 bad, of 1 row\n',
    );
  });
});

describe('a file that cannot be imported', () => {
  test.each<[what: string, file: () => string, said: string]>([
    ['missing', () => pathOf('missing.csv'), 'there is no such file'],
    ['a folder', () => folder, 'is a folder: expected a file'],
    ['empty', () => fileOf(''), `is empty: expected a header ${HEADER}`],
    [
      'without a header',
      () => fileOf(`${rowOf({ id: 'h' })}\n`),
      `line 1: expected the header ${HEADER}: it lacks account_id,`,
    ],
    ['with an unknown column', () => fileOf(`${HEADER},phone\n`), 'it has the unknown phone'],
    ['with a column twice', () => fileOf(`${HEADER},zone\n`), 'it repeats zone'],
    [
      'a pipe',
      () => pipeAt('read.csv'),
      'it is read twice, so expected a file on a disk, not a pipe or a device',
    ],
    ['a device', () => '/dev/null', 'it is read twice, so expected a file on a disk, not a pipe or a device'],
  ])('because it is %s says so and ends with 2', async (_what, file, said) => {
    const { code, stdout, stderr } = await importHere(file());
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(said);
  });

  test('with only a header imports nothing, and that is no fault', async () => {
    expect((await importHere(fileOf(`${HEADER}\n`))).stdout).toBe(
      '0 imported, 0 there already, 0 bad, of 0 rows\n',
    );
  });

  const READS = (input: OpenFile): AsyncIterable<SourceRow> =>
    readCsvRows(input, ACCOUNT_COLUMNS, OPTIONAL_COLUMNS);
  const idsOf = async (input: OpenFile): Promise<(string | undefined)[]> => {
    const ids: (string | undefined)[] = [];
    for await (const row of READS(input)) ids.push(row.cells.account_id);
    return ids;
  };

  test.each<[what: string, change: (file: string) => void]>([
    [
      'a character was changed in place',
      (file) => {
        writeFileSync(file, readFileSync(file, 'utf8').replace('changed-1', 'changed-9'));
      },
    ],
    ['it was cut short', (file) => truncateSync(file, 100)],
  ])('because %s between the two passes is not imported any further', async (_what, change) => {
    const file = fileOf(csvOf(rowOf({ id: 'changed-1' })));
    const input = await OpenFile.open(file);
    expect(await idsOf(input)).toEqual(['changed-1']);
    expect(await idsOf(input)).toEqual(['changed-1']);
    change(file);
    await expect(idsOf(input)).rejects.toThrow(`${file} changed while it was read: import it again`);
    await input.close();
  });

  test('to its end because its writer still writes is imported as far as it went, and that is said', async () => {
    const file = fileOf(csvOf(rowOf({ id: 'grown-1' })));
    const { cli, stdout, stderr } = keepingCli({ app: installation.app });
    // What is written between the passes is there before any row is.
    const app = Object.create(installation.app, {
      db: {
        get: () => {
          if (!readFileSync(file, 'utf8').includes('grown-2'))
            appendFileSync(file, `${rowOf({ id: 'grown-2' })}\n`);
          return installation.app.db;
        },
      },
    }) as typeof installation.app;
    Object.defineProperty(cli, 'app', { value: app });
    await buildProgram(cli, '0').parseAsync(['accounts', 'import', file], { from: 'user' });
    expect(stdout()).toBe('1 imported, 0 there already, 0 bad, of 1 row\n');
    expect(stderr()).toContain(
      `${file} grew by ${rowOf({ id: 'grown-2' }).length + 1} bytes while it was read.`,
    );
    expect(cli.exitCode).toBe(75);
    expect(await idsLike('grown-%')).toEqual(['grown-1']);
    expect((await importHere(file)).stdout).toBe('1 imported, 1 there already, 0 bad, of 2 rows\n');
  });

  const pipeAt = (name: string): string => {
    const pipe = pathOf(name);
    execFileSync('mkfifo', [pipe]);
    return pipe;
  };
  const linkTo = (file: string, name: string, make: (from: string, to: string) => void): string => {
    make(file, pathOf(name));
    return pathOf(name);
  };

  test.each<[string, (file: string) => string, string]>([
    ['in a folder that does not exist', () => '/nonexistent/r.csv', 'there is no such folder'],
    ['that is a folder', () => tmpdir(), 'is a folder: expected a file'],
    ['that is the file itself', (file) => file, 'is the file that is imported: give another one'],
    [
      'that is a hard link of the file',
      (file) => linkTo(file, 'hard.csv', linkSync),
      'is the file that is imported: give another one',
    ],
    [
      'that is a symbolic link to the file',
      (file) => linkTo(file, 'soft.csv', symlinkSync),
      'is the file that is imported: give another one',
    ],
    [
      'whose file of faults is the file',
      (file) => linkTo(file, 'beside.csv.faults', linkSync).replace('.faults', ''),
      'is the file that is imported: give another one',
    ],
    [
      'that is the file by another path',
      (file) => join(folder, '..', basename(folder), basename(file)),
      'is the file that is imported: give another one',
    ],
    [
      'that is a pipe',
      () => pipeAt('pipe.csv'),
      'is a pipe: expected a file on a disk, or a name for a new one',
    ],
    [
      'that is a device',
      () => '/dev/null',
      'is a device: expected a file on a disk, or a name for a new one',
    ],
  ])('with rejects %s is not even begun', async (_what, rejects, said) => {
    const file = fileOf(csvOf(rowOf({ id: 'unbegun' })));
    const content = readFileSync(file);
    const { code, stderr } = await importHere(file, '--rejects', rejects(file));
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(said) });
    expect(readFileSync(file)).toEqual(content);
    expect(await idsLike('unbegun')).toEqual([]);
  });

  const isRoot = process.getuid?.() === 0;
  test('because this user may not read it says so', async () => {
    const file = fileOf(csvOf(rowOf({ id: 'secret' })));
    // Root may read anything: there the command runs as somebody else.
    const options = isRoot ? { uid: 65_534 } : {};
    const secret = isRoot ? '/etc/shadow' : file;
    if (!isRoot) chmodSync(file, 0);
    expect(await runCli(['accounts', 'import', secret], installation.env, options)).toMatchObject({
      code: 2,
      stderr: `connects: ${secret}: this user may not read or write it\n`,
    });
  });
});

describe('a dry run', () => {
  test('checks and counts as the real import would, and changes no table', async () => {
    await importHere(fileOf(csvOf(rowOf({ id: 'dry-0' }))));
    const file = fileOf(
      csvOf(...range(0, 40).map((n) => rowOf({ id: `dry-${n}` })), rowWith('dry-x', 'kind', '')),
    );
    const before = await readChecksums(installation.db);
    const dry = await importHere(file, '--dry-run', '--skip-invalid');
    expect(dry).toMatchObject({
      code: 0,
      stdout: '39 imported, 1 there already, 1 bad, of 41 rows (dry run: nothing was written)\n',
    });
    expect(await readChecksums(installation.db)).toEqual(before);
    expect((await importHere(file, '--skip-invalid')).stdout).toBe(
      '39 imported, 1 there already, 1 bad, of 41 rows\n',
    );
  });
});

test('who imported what, and why, stands in the audit log, with every batch', async () => {
  const file = fileOf(csvOf(...range(0, 1_100).map((n) => rowOf({ id: `told-${1_000 + n}` }))));
  await importHere(file, '--actor', 'ada', '--reason', 'cut-over');
  const told = await selectRows<{ actor: string; reason: string; after_is: string }>(
    installation.db,
    "SELECT actor, reason, after_is FROM audit_log WHERE action = 'accounts.import' AND actor = 'ada' ORDER BY id",
  );
  expect(told.map(({ actor, reason }) => ({ actor, reason }))).toEqual(
    range(0, 3).map(() => ({ actor: 'ada', reason: 'cut-over' })),
  );
  expect(told.map((one) => JSON.parse(one.after_is) as object)).toEqual([
    { source: file, imported: 500, first: 'told-1000', last: 'told-1499' },
    { source: file, imported: 500, first: 'told-1500', last: 'told-1999' },
    { source: file, imported: 100, first: 'told-2000', last: 'told-2099' },
  ]);
});

describe('several at once', () => {
  test('importing the same file add every account once, and all succeed', async () => {
    const file = fileOf(csvOf(...range(0, 1_500).map((n) => rowOf({ id: `race-${n}` }))));
    const ended = await Promise.all(range(0, 4).map(() => importHere(file, '--json')));
    expect(ended.map((one) => one.code)).toEqual([0, 0, 0, 0]);
    const counts = ended.map((one) => JSON.parse(one.stdout) as { imported: number; skipped: number });
    expect(counts.reduce((sum, one) => sum + one.imported, 0)).toBe(1_500);
    expect(counts.every((one) => one.imported + one.skipped === 1_500)).toBe(true);
    expect(await countOf(installation.db, "SELECT COUNT(*) FROM accounts WHERE id LIKE 'race-%'")).toBe(
      1_500,
    );
  });
});

describe('an interrupted import', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)(
    'by %s stops after a batch, ends with %i, and is finished by the same command',
    async (signal, code) => {
      const name = `stop-${signal.toLowerCase()}`;
      const file = fileOf(csvOf(...range(0, 5_000).map((n) => rowOf({ id: `${name}-${n}` }))));
      const count = (): Promise<number> =>
        countOf(installation.db, 'SELECT COUNT(*) FROM accounts WHERE id LIKE ?', [`${name}-%`]);
      const { child, ended } = startCli(['accounts', 'import', file, '--json'], installation.env);
      await Promise.race([ended, until('the first batches are written', async () => (await count()) > 0)]);
      child.kill(signal);
      const stopped = await ended;
      expect(stopped).toMatchObject({
        code,
        stderr: expect.stringContaining('interrupted: the same command goes on from here'),
      });
      const { outcome, imported } = JSON.parse(stopped.stdout) as { outcome: string; imported: number };
      expect({ outcome, imported }).toEqual({ outcome: 'interrupted', imported: await count() });
      expect(imported).toBeLessThan(5_000);
      expect(imported % 500).toBe(0);

      const finished = await importHere(file, '--json');
      expect(JSON.parse(finished.stdout)).toMatchObject({
        outcome: 'imported',
        imported: 5e3 - imported,
        skipped: imported,
      });
      expect(await count()).toBe(5_000);
    },
  );

  test('in its first pass has written nothing', async () => {
    const file = fileOf(csvOf(rowOf({ id: 'never' })));
    const { code, stderr } = await runHere(['accounts', 'import', file], {
      app: installation.app,
      signal: AbortSignal.abort(),
    });
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: 'interrupted: the same command goes on from here\n',
    });
    expect(await idsLike('never')).toEqual([]);
  });
});

test('a terminal sees a bar for each pass, and nothing else does', async () => {
  const file = fileOf(csvOf(...range(0, 2_000).map((n) => rowOf({ id: `bar-${n}` }))));
  const { stderr } = await runHere(['accounts', 'import', file], { app: installation.app, isTTY: true });
  expect(stderr).toContain('rows checked, ');
  const last = stderr.split('\r\u001B[2K').at(-1);
  expect(last).toMatch(/^\[#{30}\] 2,000 of 2,000 rows, [\d,]+\/s\n$/);
});
