/** Files as such: what is opened and what is not, rejects, and a file that its writer has not left alone. */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  linkSync,
  readFileSync,
  renameSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { App } from '../../src/app.ts';
import { readCsvRows } from '../../src/cli/csv.ts';
import { OpenFile } from '../../src/cli/open-file.ts';
import { selectRows } from '../../src/db/query.ts';
import { ACCOUNT_COLUMNS, OPTIONAL_COLUMNS } from '../../src/operations/accounts/account-rows.ts';
import { importRows } from '../support/accounts.ts';
import { root, runCli } from '../support/cli.ts';
import { runHere } from '../support/in-process.ts';
import { countOf } from '../support/state.ts';
import { HEADER, csvOf, range, rowOf, rowWith, stageImports } from '../support/importing.ts';

const stage = stageImports();
const { pathOf, fileOf, importHere, idsLike } = stage;

const pipeAt = (name: string): string => {
  const pipe = pathOf(name);
  execFileSync('mkfifo', [pipe]);
  return pipe;
};
const INSTANT = 'expected an instant such as 2021-03-16T09:00:00Z, with Z or an offset, in 1900 to 2999';

describe('rejects', () => {
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
    expect((await importHere(file, '--skip-invalid', '--rejects', rejects)).code).toBe(3);
    expect(readFileSync(rejects)).toEqual(readFileSync(file));
  });

  test('that a comma shifted are what they were meant to be once it is quoted', async () => {
    const rejects = pathOf('shifted.csv');
    await importHere(fileOf(csvOf(SURPLUS)), '--skip-invalid', '--rejects', rejects);
    writeFileSync(rejects, readFileSync(rejects, 'utf8').replace('a,b@', 'b@'));
    expect((await importHere(rejects)).code).toBe(0);
    const rows = await selectRows(stage.installation.db, "SELECT status FROM accounts WHERE id = 'shifted'");
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

  test.each<[what: string, bad: string | Buffer]>([
    ['that is no JSON', ' {"id": \r\n'],
    ['with fields that nobody knows', '{"id":"r-1","account":"nobody","more":{"a":[1]}}\n'],
    ['that is no UTF-8', Buffer.from('{"id":"\xe9"}\n', 'latin1')],
  ])('of events hold a line %s byte for byte', async (_what, bad) => {
    const rejects = pathOf('exact.ndjson');
    const file = fileOf(bad);
    const args = ['events', 'import', file, '--skip-invalid', '--rejects', rejects];
    expect((await runHere(args, { app: stage.installation.app })).code).toBe(3);
    expect(readFileSync(rejects)).toEqual(readFileSync(file));
    expect(readFileSync(`${rejects}.faults`, 'utf8')).toMatch(new RegExp(`^${file}, line 1, `));
  });
});

describe('a file that cannot be imported', () => {
  test.each<[what: string, file: () => string, said: string]>([
    ['missing', () => pathOf('missing.csv'), 'there is no such file'],
    ['a folder', () => stage.folder, 'is a folder: expected a file'],
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
      (file) => join(stage.folder, '..', basename(stage.folder), basename(file)),
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

  test('because this user may not read it says so', async () => {
    const file = fileOf(csvOf(rowOf({ id: 'secret' })));
    chmodSync(file, 0);
    const ended = await runCli(['accounts', 'import', file], stage.installation.env, { powerless: true });
    expect(ended).toMatchObject({
      code: 2,
      stderr: `connects: ${file}: this user may not read or write it (file)\n`,
    });
  });
});

describe('a file whose writer still writes', () => {
  const idsOf = async (input: OpenFile): Promise<(string | undefined)[]> => {
    const ids: (string | undefined)[] = [];
    for await (const row of readCsvRows(input, ACCOUNT_COLUMNS, OPTIONAL_COLUMNS))
      ids.push(row.cells.account_id);
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

  /** The program's own, with a database at whose first use the file grows: after it was opened, before it is read. */
  const growing = (file: string, more: string): App => {
    let isGrown = false;
    const grow = (): App['db'] => {
      if (!isGrown) appendFileSync(file, more);
      isGrown = true;
      return stage.installation.app.db;
    };
    return Object.create(stage.installation.app, { db: { get: grow } }) as App;
  };

  test('is imported as far as it went; what came since is counted nowhere, said, and taken next time', async () => {
    const file = fileOf(csvOf(rowOf({ id: 'grown-1' })));
    const more = `${rowOf({ id: 'grown-2' })}\n`;
    expect(await runHere(['accounts', 'import', file], { app: growing(file, more) })).toEqual({
      code: 75,
      stdout: '1 imported, 0 there already, 0 bad, of 1 row\n',
      stderr:
        `${file} grew by ${more.length} bytes while it was read. Only what it held at the start was read: ` +
        'import it again when its writer is done\n',
    });
    expect(await idsLike('grown-%')).toEqual(['grown-1']);
    expect((await importHere(file)).stdout).toBe('1 imported, 1 there already, 0 bad, of 2 rows\n');
  });

  const event = (id: string, year: number): string =>
    `${JSON.stringify({ id, account: 'grown-e', at: `${year}-02-05T09:00:00Z`, type: 'connects.purchased', amount: 1 })}\n`;

  test.each<[what: string, flags: string[]]>([
    ['an import', []],
    ['a dry run', ['--dry-run']],
  ])('gives %s of events no line that was not checked', async (_what, flags) => {
    if (flags.length === 0) await importRows(stage.installation.app, [{ id: 'grown-e' }]);
    const file = fileOf(event('g-1', 2021));
    const more = `${event('g-2', 2090)}not JSON\n`;
    const args = ['events', 'import', file, '--json', ...flags];
    const { code, stdout, stderr } = await runHere(args, { app: growing(file, more) });
    expect({ code, ...(JSON.parse(stdout) as object) }).toMatchObject({ code: 75, lines: 1, bad: 0 });
    expect(stderr).toContain(`${file} grew by ${more.length} bytes`);
    expect(await countOf(stage.installation.db, "SELECT COUNT(*) FROM events WHERE id = 'g-2'")).toBe(0);
    const again = await runHere(args, { app: stage.installation.app });
    expect({ code: again.code, ...(JSON.parse(again.stdout) as object) }).toMatchObject({
      code: 2,
      lines: 3,
      bad: 2,
    });
  });
});

describe('a file that is read once', () => {
  const wrong = (): string => fileOf('no id!\n'.repeat(2_000));
  test.each<[what: string, args: () => string[]]>([
    [
      'ids',
      () => ['backfill', 'plan', '--from', '2021-01-01', '--to', '2021-02-01', '--accounts-file', wrong()],
    ],
    ['scenarios', () => ['simulate', renamed(wrong(), '.ndjson')]],
  ])('and is wrong in every row (%s) is told by its first rows, and a count', async (_what, args) => {
    const { code, stderr } = await runHere(args(), { app: stage.installation.app });
    expect(code).toBe(2);
    const lines = stderr.trimEnd().split('\n');
    expect(lines).toHaveLength(1 + 20 + 1);
    expect(lines[0]).toMatch(/^connects: .* has 2,000 faults \((file|scenario)\):$/);
    expect(lines.at(-1)).toMatch(/^ {2}… and 1,980 more rows like line 1(, \(line\))?: expected /);
  });

  const renamed = (file: string, end: string): string => {
    renameSync(file, `${file}${end}`);
    return `${file}${end}`;
  };

  test.each<[args: (file: string) => string[]]>([
    [(file) => ['simulate', file]],
    [(file) => ['terms', 'check', file]],
    [(file) => ['adjust', '--dry-run', '--file', file]],
    [(file) => ['backfill', 'plan', '--from', '2021-01-01', '--to', '2021-02-01', '--accounts-file', file]],
  ])('and is a pipe that nobody writes into, or a device, keeps nobody waiting: %p', async (args) => {
    for (const [file, kind] of [
      [pipeAt(`once-${(pipes += 1)}`), 'a pipe'],
      ['/dev/zero', 'a device'],
    ] as const)
      expect(await runHere(args(file), { app: stage.installation.app })).toMatchObject({
        code: 2,
        stderr: `connects: ${file} is ${kind}: expected a file on a disk, or - and the text as standard input (file)\n`,
      });
  });
  let pipes = 0;

  test('may be a pipe of the shell, which somebody writes into', async () => {
    const script = `exec 3< <(echo '[]'); exec "${process.execPath}" --import tsx src/cli/main.ts terms check /dev/fd/3`;
    const said = spawnSync('bash', ['-c', script], { cwd: root, encoding: 'utf8' });
    expect(said.stderr).toMatch(/^connects: \/dev\/fd\/3 has 1 fault \(terms\):/);
  });
});

test('neither metrics nor previews are written into a pipe', async () => {
  const metrics = pipeAt('metrics.prom');
  const sweep = ['sweep', '--metrics-file', metrics];
  expect(await runHere(sweep, { app: stage.installation.app })).toMatchObject({
    code: 2,
    stderr: `connects: --metrics-file ${metrics} cannot be written: it is a pipe: expected a file (metrics-file)\n`,
  });
  pipeAt('grant.html');
  expect(
    await runHere(['notices', 'preview', 'grant', '--out', stage.folder], { app: stage.installation.app }),
  ).toMatchObject({
    code: 2,
    stderr: expect.stringContaining(
      `--out ${join(stage.folder, 'grant.html')} is a pipe: expected a file on a disk`,
    ),
  });
});
