/** Importing once, when others import at the same time, and after an import that was killed. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { databaseNow } from '../../../src/db/query.ts';
import { formatInstant } from '../../../src/domain/calendar.ts';
import { findAccount } from '../../../src/ledger/accounts.ts';
import { recordEvents } from '../../../src/operations/events/record-events.ts';
import { type ImportOutcome, importAccounts } from '../../../src/operations/accounts/import-accounts.ts';
import {
  type AccountRowGiven,
  fixture,
  importFile,
  importRows,
  numbered,
  sourceRows,
  toCells,
} from '../../support/accounts.ts';
import { runCli, startCli } from '../../support/cli.ts';
import { spent } from '../../support/facts.ts';
import { type Installation, install } from '../../support/installation.ts';
import { holdRows } from '../../support/liveness.ts';
import { countOf } from '../../support/state.ts';
import { until } from '../../support/sweeping.ts';

describe('importing a fleet', () => {
  let installation: Installation;
  beforeAll(async () => {
    installation = await install();
  });
  afterAll(() => installation.remove());

  const source = readFileSync(fixture('fleet-accounts.csv'), 'utf8').trim().split('\n').slice(1);

  it('imports every row of a clean file, and skips every row when it is imported again', async () => {
    const first = await importFile(installation.app, fixture('fleet-accounts.csv'));
    expect(first).toMatchObject({
      outcome: 'imported',
      rows: source.length,
      imported: source.length,
      bad: [],
    });
    expect(await countOf(installation.db, 'SELECT COUNT(*) FROM accounts')).toBe(source.length);
    expect(await countOf(installation.db, 'SELECT COUNT(*) FROM contacts')).toBe(source.length);
    const second = await importFile(installation.app, fixture('fleet-accounts.csv'));
    expect(second).toMatchObject({ outcome: 'imported', imported: 0, skipped: source.length, bad: [] });
  });

  const bad: Record<string, Partial<Record<string, string>>> = {
    account_id: { account_id: 'a b' },
    kind: { kind: 'company' },
    plan: { plan: 'agency' },
    email: { email: 'nobody' },
    zone: { zone: 'Mars/Olympus' },
    anchor_on: { anchor_on: '2021-02-30' },
    tracked_from: { tracked_from: 'yesterday' },
    opening_balance: { opening_balance: '-1' },
    status: { status: 'sleeping' },
  };

  it('reports each bad row by line and column, and imports none of the good ones', async () => {
    const rows = Object.entries(bad).map(([column, cells], index) => ({
      ...toCells({ id: `bad-${index}` }),
      ...(cells as Record<string, string>),
      expected: column,
    }));
    const cells = rows.map(({ expected: _column, ...row }) => row);
    const outcome = await importFile(installation.app, '', {
      rows: () => sourceRows([toCells({ id: 'good-1' }), ...cells]),
    });
    expect(outcome.outcome).toBe('refused');
    expect(outcome.bad.map((one) => [one.line, one.faults[0]?.where])).toEqual(
      rows.map((row, index) => [index + 3, row.expected]),
    );
    expect(await countOf(installation.db, "SELECT COUNT(*) FROM accounts WHERE id = 'good-1'")).toBe(0);
  });

  it('leaves the bad rows out when asked to, and imports the others', async () => {
    const rows = [toCells({ id: 'good-2' }), { ...toCells({ id: 'bad' }), zone: 'Nowhere/Here' }];
    const outcome = await importFile(installation.app, '', {
      rows: () => sourceRows(rows),
      skipInvalid: true,
    });
    expect(outcome).toMatchObject({ outcome: 'imported', rows: 2, imported: 1, skipped: 0 });
    expect(outcome.bad).toHaveLength(1);
    expect(await countOf(installation.db, "SELECT COUNT(*) FROM accounts WHERE id = 'good-2'")).toBe(1);
  });

  it('refuses a row whose account is there already with other content, and leaves that account alone', async () => {
    await importRows(installation.app, [{ id: 'twice', openingBalance: 5 }]);
    const rows = [toCells({ id: 'twice', openingBalance: 6 })];
    const outcome = await importFile(installation.app, '', { rows: () => sourceRows(rows) });
    expect(outcome.outcome).toBe('refused');
    expect(outcome.bad[0]?.faults[0]).toEqual({
      where: 'account_id',
      what: 'twice is in the database already, with other content in opening_balance',
    });
    expect(await countOf(installation.db, "SELECT balance FROM accounts WHERE id = 'twice'")).toBe(5);
  });
});

describe('imports side by side', () => {
  let installation: Installation;
  beforeEach(async () => {
    installation = await install({ env: { SMTP_URL: '' } });
  });
  afterEach(() => installation.remove());

  const importGiven = (given: readonly AccountRowGiven[]): Promise<ImportOutcome> =>
    importAccounts(installation.app, {
      rows: () => sourceRows(given.map(toCells)),
      skipInvalid: true,
      dryRun: false,
      actor: 'test',
      reason: undefined,
    });

  async function expectEachOnce(count: number): Promise<void> {
    for (const table of ['accounts', 'contacts', 'account_spans'])
      expect(await countOf(installation.db, `SELECT COUNT(*) FROM ${table}`)).toBe(count);
  }

  it('of the same file take each account once between them, and report the rest as there already', async () => {
    const outcomes = await Promise.all(
      [1, 2].map(() => importFile(installation.app, fixture('quiet-fleet-accounts.csv'))),
    );
    for (const one of outcomes) {
      expect(one).toMatchObject({ outcome: 'imported', rows: 600, bad: [] });
      expect(one.imported + one.skipped).toBe(600);
    }
    expect(outcomes.reduce((sum, one) => sum + one.imported, 0)).toBe(600);
    await expectEachOnce(600);
  });

  it('by ten writers, each with the rows in another order, take each account once', async () => {
    const rows = numbered('a', 200);
    const orders = Array.from({ length: 10 }, (_, writer) => {
      const turned = [...rows.slice(writer * 20), ...rows.slice(0, writer * 20)];
      return writer % 2 === 0 ? turned : turned.toReversed();
    });
    const outcomes = await Promise.all(orders.map(importGiven));
    expect(outcomes.map((one) => one.bad)).toEqual(orders.map(() => []));
    expect(outcomes.map((one) => one.imported + one.skipped)).toEqual(orders.map(() => 200));
    expect(outcomes.reduce((sum, one) => sum + one.imported, 0)).toBe(200);
    await expectEachOnce(200);
  });

  it('with other content report a conflict for whatever somebody else was faster with', async () => {
    const outcomes = await Promise.all(
      [5, 6].map((openingBalance) => importGiven(numbered('a', 100, { openingBalance }))),
    );
    expect(outcomes.reduce((sum, one) => sum + one.imported, 0)).toBe(100);
    expect(outcomes.reduce((sum, one) => sum + one.bad.length, 0)).toBe(100);
    for (const fault of outcomes.flatMap((one) => one.bad.flatMap((row) => row.faults)))
      expect(fault).toMatchObject({
        where: 'account_id',
        what: expect.stringContaining('with other content') as string,
      });
    await expectEachOnce(100);
  });
});

describe('a take-over ahead of the database clock', () => {
  const MINUTE = 60_000;
  let installation: Installation;
  let now: number;
  beforeAll(async () => {
    installation = await install({ env: { SMTP_URL: '' } });
    now = await databaseNow(installation.db);
  });
  afterAll(() => installation.remove());

  const importTrackedFrom = (id: string, at: number, dryRun = false): Promise<ImportOutcome> =>
    importAccounts(installation.app, {
      rows: () => sourceRows([toCells({ id, anchorOn: '2021-01-05', trackedFrom: formatInstant(at) })]),
      skipInvalid: false,
      dryRun,
      actor: 'test',
      reason: undefined,
    });

  it.each([
    ['tomorrow', () => now + 1_440 * MINUTE],
    ['six minutes from now', () => now + 6 * MINUTE],
    ['in 2999', () => Date.parse('2999-01-01T00:00:00Z')],
  ])('is a bad row, %s, also in a dry run', async (_name, at) => {
    for (const dryRun of [false, true])
      expect(await importTrackedFrom('ahead', at(), dryRun)).toMatchObject({
        outcome: 'refused',
        bad: [
          {
            faults: [
              { where: 'tracked_from', what: expect.stringContaining('not more than five minutes after') },
            ],
          },
        ],
      });
    expect(await countOf(installation.db, 'SELECT COUNT(*) FROM accounts')).toBe(0);
  });

  it('by four minutes counts from now, and the same row again is the same account', async () => {
    const at = now + 4 * MINUTE;
    expect(await importTrackedFrom('near', at)).toMatchObject({ outcome: 'imported', imported: 1 });
    const account = (await findAccount(installation.db, 'near'))?.account;
    const after = await databaseNow(installation.db);
    expect(account?.trackedFrom).toBeGreaterThanOrEqual(now);
    expect(account?.trackedFrom).toBeLessThanOrEqual(after);
    expect(account?.watermark).toBe(account?.trackedFrom);
    expect(await importTrackedFrom('near', at)).toMatchObject({ imported: 0, skipped: 1 });
  });

  it('that an earlier version has let in settles no boundary before its instant: its events wait', async () => {
    const { app, db } = installation;
    await importTrackedFrom('old', now);
    const ahead = formatInstant(now + 60 * 1_440 * MINUTE).slice(0, 19);
    await db.raw(`UPDATE accounts SET tracked_from = '${ahead}', watermark = '${ahead}' WHERE id = 'old'`);
    const event = { ...spent('old-1', 'old', '2021-02-01'), at: now };
    expect(await recordEvents(app.recordDeps, [event])).toMatchObject([
      { outcome: 'waiting', code: 'boundary-ahead' },
    ]);
    expect(await countOf(db, "SELECT COUNT(*) FROM cycles WHERE account_id = 'old'")).toBe(0);
  });
});

describe('an import that is killed', () => {
  let installation: Installation;
  let folder: string;
  let file: string;
  const rows = numbered('a', 1_600).map((one, index) => toCells({ ...one, id: `a-${1_000 + index}` }));
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'connects-import-'));
    file = join(folder, 'accounts.csv');
    installation = await install({ env: { SMTP_URL: '' } });
    const header = Object.keys(rows[0] ?? {}).join(',');
    writeFileSync(file, [header, ...rows.map((row) => Object.values(row).join(',')), ''].join('\n'));
  });
  afterAll(async () => {
    await installation.remove();
    rmSync(folder, { recursive: true });
  });

  it('leaves whole batches, and is finished by the same command', async () => {
    const { app, db, env } = installation;
    // Somebody holds an id of the third batch, so that the import stands still in the middle of it.
    const holder = await holdRows(installation, 'SELECT 1');
    await importRows({ db: holder.transaction as never }, [{ id: 'a-2222' }]);
    const killed = startCli(['accounts', 'import', file], env);
    await until(
      'two batches are in',
      async () => (await countOf(db, 'SELECT COUNT(*) FROM accounts')) === 1_000,
    );
    killed.child.kill('SIGKILL');
    await killed.ended;
    await holder.release();
    expect(await countOf(app.db, 'SELECT COUNT(*) FROM accounts')).toBe(1_000);

    const again = await runCli(['accounts', 'import', file, '--json'], env);
    expect({ code: again.code, ...(JSON.parse(again.stdout) as object) }).toMatchObject({
      code: 0,
      outcome: 'imported',
      rows: 1600,
      imported: 600,
      skipped: 1e3,
    });
    for (const table of ['accounts', 'contacts', 'account_spans'])
      expect(await countOf(db, `SELECT COUNT(*) FROM ${table}`)).toBe(1_600);
  });
});
