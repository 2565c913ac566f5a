/**
 * Six hundred accounts in ten zones that nobody touches, through the whole program: imported, swept by a real worker,
 * told of by real mail. The expected answers come from a model of the same rules that shares no code with them.
 */
import type { ImportOutcome } from '../../src/operations/accounts/import-accounts.ts';
import { groupBy } from '../../src/group-by.ts';
import { fixture, importFile } from '../support/accounts.ts';
import { readExpected, readExported } from '../support/expected.ts';
import { type Installation, install } from '../support/installation.ts';
import { type PostOffice, type ReceivedLetter, openPostOffice } from '../support/post-office.ts';
import { countOf, readState } from '../support/state.ts';
import { MAY_2021, sweepAndSend } from '../support/sweeping.ts';

const expected = readExpected('quiet-fleet-expected.ndjson');
/** Those whose catch-up changed something. */
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
    await sweepAndSend(installation.app, { asOf: MAY_2021 });
    letters = new Map(office.letters.map((one) => [one.to.join(), one]));
  });

  afterAll(async () => {
    await installation.remove();
    await office.stop();
  });

  it('is imported whole', () => {
    expect(imported).toMatchObject({ outcome: 'imported', rows: 600, imported: 600, skipped: 0, bad: [] });
  });

  it('has exactly the entries, decisions, balances, plans, statuses and next dates that the model computed', async () => {
    const found = await readExported(installation.db);
    expect(found).toHaveLength(600);
    expect(found).toEqual(expected);
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

  it('tells in each email what each cycle added and let expire, and the balance; of no next date that is past', () => {
    for (const account of told) {
      const letter = letters.get(`${account.account}@example.test`) as ReceivedLetter;
      for (const [cycleOn, entries] of groupBy(account.entries, (one) => one.cycleOn as string)) {
        const amounts = entries.map((entry) => entry.amount as number);
        const line = lineOf(letter, cycleOn);
        for (const amount of line === undefined ? amounts : [])
          expect(numbersOf(letter.text)).toContain(Math.abs(amount));
        const added = amounts.filter((amount) => amount > 0).reduce((sum, amount) => sum + amount, 0);
        const [expired = 0] = amounts.filter((amount) => amount < 0);
        for (const [amount, word] of [[added, 'added'] as const, [-expired, 'expired'] as const])
          expect(line === undefined || amount === 0 || line.includes(`${amount} ${word}`)).toBe(true);
      }
      expect(numbersOf(letter.text)).toContain(account.balance);
      expect(numbersOf(letter.subject)).toContain(account.balance);
      expect(letter.text).not.toContain(longDate(account.nextCycleOn as string));
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
    const again = await sweepAndSend(installation.app, { asOf: MAY_2021 });
    expect(again).toMatchObject({ outcome: 'done', runs: [], remaining: 0 });
    expect(await readState(installation.db)).toEqual(before);
    expect(office.letters).toHaveLength(told.length);
  });
});

const numbersOf = (text: string): number[] => (text.match(/\d+/g) ?? []).map(Number);

/** Of a letter that tells of several cycles: what it says of this one. */
const lineOf = ({ text }: ReceivedLetter, cycleOn: string): string | undefined => {
  const day = new Date(cycleOn).toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    timeZone: 'UTC',
  });
  const [, rows] = text.split('Cycle by cycle\n');
  return rows === undefined
    ? undefined
    : (rows.split('\n').find((line) => line.trim().startsWith(`${day}:`)) ?? '');
};

/** `2021-05-29` as an email writes it. */
const longDate = (on: string): string =>
  new Intl.DateTimeFormat('en-GB', {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    timeZone: 'UTC',
  }).format(new Date(on));
