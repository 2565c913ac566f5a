import { readFileSync, writeFileSync } from 'node:fs';
import { selectRows } from '../../src/db/query.ts';
import { findLocales } from '../../src/ledger/contacts.ts';
import type { AccountRowGiven } from '../support/accounts.ts';
import { readChecksums } from '../support/checksums.ts';
import { startCli } from '../support/cli.ts';
import { runHere } from '../support/in-process.ts';
import { countOf } from '../support/state.ts';
import { until } from '../support/sweeping.ts';
import { HEADER, csvOf, range, rowOf, rowWith, stageImports } from '../support/importing.ts';

const stage = stageImports();
const { pathOf, fileOf, importHere, idsLike } = stage;

const ID = 'expected 1 to 64 of A-Z a-z 0-9 . _ -';
const EMAIL = 'expected one email address of at most 254 characters';
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
    const before = await readChecksums(stage.installation.db);
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
    expect(await readChecksums(stage.installation.db)).toEqual(before);
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
    expect(first.code).toBe(3);
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
    ['anchor_on', { anchorOn: '2020-12-31', trackedFrom: '2021-01-01T00:00:00Z' }],
    ['tracked_from, opening_balance', { openingBalance: 1, trackedFrom: '2021-01-02T00:00:00Z' }],
    ['status', { status: 'suspended' }],
    ['email, status', { status: 'closed', email: 'other@example.test' }],
  ])('in the database is refused, and what differs is named: %s', async (columns, other) => {
    await importHere(fileOf(csvOf(rowOf({ id: 'known' }))));
    const file = fileOf(csvOf(rowOf({ id: 'known', ...other })));
    expect(await importHere(file)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(
        `${file}, line 2, account_id: known is in the database already, with other content in ${columns}\n`,
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

test("a member's language is kept, in its canonical form; the row in another language is another row", async () => {
  const importIn = (locale: string) =>
    importHere(fileOf(`${HEADER},locale\n${rowOf({ id: 'spoken' })},${locale}\n`));
  await importIn('ES-mx');
  expect(await findLocales(stage.installation.db, ['spoken', 'known'])).toEqual(
    new Map([['spoken', 'es-MX']]),
  );
  expect((await importIn('es-MX')).stdout).toContain('1 there already');
  expect((await importIn('pt-BR')).stderr).toContain('with other content in locale');
  expect((await importIn('español')).stderr).toContain('such as es or es-MX');
});

describe('a dry run', () => {
  test('checks and counts as the real import would, and changes no table', async () => {
    await importHere(fileOf(csvOf(rowOf({ id: 'dry-0' }))));
    const file = fileOf(
      csvOf(...range(0, 40).map((n) => rowOf({ id: `dry-${n}` })), rowWith('dry-x', 'kind', '')),
    );
    const before = await readChecksums(stage.installation.db);
    const dry = await importHere(file, '--dry-run', '--skip-invalid');
    expect(dry).toMatchObject({
      code: 3,
      stdout: '39 imported, 1 there already, 1 bad, of 41 rows (dry run: nothing was written)\n',
    });
    expect(await readChecksums(stage.installation.db)).toEqual(before);
    expect((await importHere(file, '--skip-invalid')).stdout).toBe(
      '39 imported, 1 there already, 1 bad, of 41 rows\n',
    );
  });
});

test('who imported what, and why, stands in the audit log, with every batch', async () => {
  const file = fileOf(csvOf(...range(0, 1_100).map((n) => rowOf({ id: `told-${1_000 + n}` }))));
  await importHere(file, '--actor', 'ada', '--reason', 'cut-over');
  const told = await selectRows<{ actor: string; reason: string; after_is: string }>(
    stage.installation.db,
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
    expect(await countOf(stage.installation.db, "SELECT COUNT(*) FROM accounts WHERE id LIKE 'race-%'")).toBe(
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
        countOf(stage.installation.db, 'SELECT COUNT(*) FROM accounts WHERE id LIKE ?', [`${name}-%`]);
      const { child, ended } = startCli(['accounts', 'import', file, '--json'], stage.installation.env);
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
      app: stage.installation.app,
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
  const { stderr } = await runHere(['accounts', 'import', file], {
    app: stage.installation.app,
    isTTY: true,
  });
  expect(stderr).toContain('rows checked, ');
  const last = stderr.split('\r\u001B[2K').at(-1);
  expect(last).toMatch(/^\[#{30}\] 2,000 of 2,000 rows, [\d,]+\/s\n$/);
});
