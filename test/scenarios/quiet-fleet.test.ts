/** Six hundred accounts in ten zones that nobody touches: imported, swept, told of, and compared with a model's answers. */
import { readFileSync } from 'node:fs';
import type { ImportOutcome } from '../../src/operations/accounts/import-accounts.ts';
import { type ExportKind, type ExportRow, exportRows } from '../../src/reports/exports.ts';
import { fixture, importFile, importRows, sourceRows, toCells } from '../support/accounts.ts';
import { type Installation, install } from '../support/installation.ts';
import { type PostOffice, type ReceivedLetter, openPostOffice } from '../support/post-office.ts';
import { countOf, readState } from '../support/state.ts';
import { sweepAndSend } from '../support/sweeping.ts';

interface Expected {
  readonly account: string;
  readonly balance: number;
  readonly plan: string;
  readonly status: string;
  readonly nextCycleOn: string | null;
  readonly entries: readonly Record<string, unknown>[];
  readonly decisions: readonly { at: string; subject: string; code: string }[];
}

const expected = readFileSync(fixture('quiet-fleet-expected.ndjson'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Expected);
const told = expected.filter((one) => one.entries.length > 0);

describe('a fleet of 600 accounts, swept as of 1 May 2021', () => {
  let office: PostOffice;
  let installation: Installation;
  let imported: ImportOutcome;
  let letters: Map<string, ReceivedLetter>;

  beforeAll(async () => {
    office = await openPostOffice();
    installation = await install({ env: { SMTP_URL: office.url } });
    imported = await importFile(installation.app, fixture('quiet-fleet-accounts.csv'));
    await sweepAndSend(installation.app);
    letters = new Map(office.letters.map((one) => [one.to.join(), one]));
  });

  afterAll(async () => {
    await installation.remove();
    await office.stop();
  });

  it('is imported whole', () => {
    expect(imported).toMatchObject({ outcome: 'imported', rows: 600, imported: 600, skipped: 0, bad: [] });
  });

  it('has exactly the entries that the model computed: order, instant, kind, amount, balance and cycle', async () => {
    const entries = byAccount(await exported('entries'));
    const wanted = expected.map((one) => ({ account: one.account, entries: one.entries }));
    const found = expected.map((one) => ({
      account: one.account,
      entries: (entries.get(one.account) ?? []).map(({ effectiveAt, kind, amount, balance, cycleOn }) => ({
        effectiveAt,
        kind,
        amount,
        balance,
        ...(cycleOn !== null && { cycleOn }),
      })),
    }));
    expect(found).toEqual(wanted);
  });

  it('has exactly the decisions that the model computed: subject, code and instant', async () => {
    const decisions = byAccount(await exported('decisions'));
    const of = (rows: readonly { at?: unknown; subject?: unknown; code?: unknown }[]) =>
      rows.map(({ at, subject, code }) => ({ at, subject, code }));
    const found = expected.map((one) => [one.account, of(decisions.get(one.account) ?? [])]);
    expect(found).toEqual(expected.map((one) => [one.account, of(one.decisions)]));
  });

  it('shows on each account the balance, plan, status and next date that the model computed', async () => {
    const accounts = await exported('accounts');
    const shown = accounts.map(({ account, balance, plan, status, nextCycleOn }) => ({
      account,
      balance,
      plan,
      status,
      nextCycleOn,
    }));
    const wanted = expected.map(({ account, balance, plan, status, nextCycleOn }) => ({
      account,
      balance,
      plan,
      status,
      nextCycleOn,
    }));
    expect(shown).toEqual(wanted);
  });

  it('sends one email to each account whose catch-up changed something, and none to any other', () => {
    expect(told.length).toBeGreaterThan(400);
    expect(told.length).toBeLessThan(600);
    const addresses = office.letters.map((one) => one.to.join()).toSorted();
    expect(addresses).toEqual(told.map((one) => `${one.account}@example.test`));
  });

  it('gives every email a Message-ID of its own, HTML and text', () => {
    expect(new Set(office.letters.map((one) => one.messageId)).size).toBe(told.length);
    for (const letter of office.letters) {
      expect(letter.messageId).toMatch(/^<[^<>@\s]+@localhost>$/);
      expect(letter.text.length).toBeGreaterThan(100);
      expect(letter.html).toMatch(/^<!doctype html>/);
      expect(letter.headers.get('auto-submitted')).toBe('auto-generated');
    }
  });

  it('tells in each email every amount, what is added in all, the balance and the next date', () => {
    for (const account of told) {
      const letter = letters.get(`${account.account}@example.test`) as ReceivedLetter;
      const amounts = account.entries.map((entry) => entry.amount as number);
      const added = amounts.filter((amount) => amount > 0).reduce((sum, amount) => sum + amount, 0);
      expect(letter.subject).toContain(`${added > 0 ? added : -amounts.reduce((sum, one) => sum + one, 0)} `);
      for (const amount of amounts) {
        const written = amount > 0 ? `: +${amount}` : `: −${-amount}`;
        expect(letter.text).toContain(written);
        expect(letter.html).toContain(`>${written.slice(2)}<`);
      }
      expect(letter.text).toContain(`${account.balance} Connects`);
      expect(letter.text).toContain(longDate(account.nextCycleOn as string));
    }
  });

  it('says of every cycle which notice tells of it, or why none does', async () => {
    const { db } = installation;
    const entries = 'SELECT 1 FROM entries e WHERE e.account_id = c.account_id AND e.cycle_on = c.cycle_on';
    const staged = "SELECT COUNT(*) FROM cycles c WHERE notice = 'staged'";
    const unchanged = "SELECT COUNT(*) FROM cycles c WHERE notice = 'unchanged'";
    expect(await countOf(db, `${staged} AND NOT EXISTS (${entries})`)).toBe(0);
    expect(await countOf(db, `${unchanged} AND EXISTS (${entries})`)).toBe(0);
    expect(await countOf(db, unchanged)).toBeGreaterThan(0);
    expect(await countOf(db, "SELECT COUNT(*) FROM cycles WHERE notice NOT IN ('staged', 'unchanged')")).toBe(
      0,
    );
  });

  it('closes its run as completed, with what it did countable from what it wrote', async () => {
    const runs = await installation.db('runs').select('state', 'due_at_start', 'open_key', 'terms_version');
    const due = expected.filter((one) => one.decisions.length > 0).length;
    expect(runs).toEqual([{ state: 'completed', due_at_start: due, open_key: null, terms_version: 1 }]);
    expect(await countOf(installation.db, 'SELECT COUNT(DISTINCT account_id) FROM cycles')).toBe(due);
  });

  it('finds nothing to do, writes nothing and sends nothing when it is swept again', async () => {
    const before = await readState(installation.db);
    const again = await sweepAndSend(installation.app);
    expect(again).toMatchObject({ outcome: 'done', runs: [], remaining: 0 });
    expect(await readState(installation.db)).toEqual(before);
    expect(office.letters).toHaveLength(told.length);
  });

  async function exported(kind: ExportKind): Promise<ExportRow[]> {
    const rows: ExportRow[] = [];
    for await (const row of exportRows(installation.app.readDb, kind, {})) rows.push(row);
    return rows;
  }
});

function byAccount(rows: readonly ExportRow[]): Map<string, ExportRow[]> {
  const found = new Map<string, ExportRow[]>();
  for (const row of rows) {
    const account = row.account as string;
    const known = found.get(account);
    if (known) known.push(row);
    else found.set(account, [row]);
  }
  return found;
}

/** `2021-05-29` as an email writes it. */
const longDate = (on: string): string =>
  new Intl.DateTimeFormat('en-GB', {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    timeZone: 'UTC',
  }).format(new Date(on));

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
      what: 'twice is in the database already, with other content',
    });
    expect(await countOf(installation.db, "SELECT balance FROM accounts WHERE id = 'twice'")).toBe(5);
  });
});
