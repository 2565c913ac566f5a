/**
 * A file whose batches are written beside each other: each event once, and those of an account in the file's order, though
 * one of the batches is held up or killed on its way.
 */
import { isDuplicateKey } from '../../../src/db/errors.ts';
import { selectRows } from '../../../src/db/query.ts';
import { type EventsImported, importEvents } from '../../../src/operations/events/import-events.ts';
import type { BadRow } from '../../../src/operations/imports/bad-rows.ts';
import { importRows, numbered } from '../../support/accounts.ts';
import { bought, fact, opened, record } from '../../support/facts.ts';
import { type Installation, install } from '../../support/installation.ts';
import { holdRows, killWaiting, listTransactions } from '../../support/liveness.ts';
import { countOf } from '../../support/state.ts';
import { until } from '../../support/sweeping.ts';

/** Lines that an import takes at a time. */
const BATCH = 10_000;
/** Transactions that an import has under way at once. */
const TRANSACTIONS = 3;
/** Two transactions' worth of accounts. */
const ACCOUNTS = 1_000;
/** Of the first of them. */
const HELD = 'm-250';
const EACH = 3;
/** Events of accounts of the second transaction. */
const OTHERS = (ACCOUNTS / 2) * EACH;

let installation: Installation;
beforeEach(async () => {
  installation = await install();
  await importRows(installation.app, numbered('m', ACCOUNTS, { openingBalance: 5 }));
});
afterEach(() => installation.remove());

interface Line {
  readonly id: string;
  readonly account: string;
  readonly at: string;
  readonly type: string;
  readonly amount: number;
}

/** `each` events of every account, one account after the other, and again. */
const linesOf = (each: number): Line[] =>
  Array.from({ length: each * ACCOUNTS }, (_, n) => {
    const account = `m-${String(n % ACCOUNTS).padStart(3, '0')}`;
    const id = `${account}-${Math.floor(n / ACCOUNTS)}`;
    return { id, account, at: '2021-01-05T10:00:00Z', type: 'connects.purchased', amount: 1 };
  });

interface Given {
  readonly lockWaitMs?: number;
  /** What the second pass reads, where it is something else. */
  readonly secondPass?: () => Promise<Iterable<Line> | AsyncIterable<Line>>;
  readonly onBad?: (rows: readonly BadRow[]) => Promise<void>;
}

async function importLines(lines: readonly Line[], given: Given = {}): Promise<EventsImported> {
  const { lockWaitMs, secondPass = () => Promise.resolve(lines), onBad } = given;
  const { recordDeps } = installation.app;
  const settings = { ...recordDeps.settings, ...(lockWaitMs !== undefined && { lockWaitMs }) };
  let passes = 0;
  return importEvents(
    { ...recordDeps, settings },
    {
      lines: async function* read() {
        passes += 1;
        const read = passes === 1 ? lines : await secondPass();
        let line = 0;
        for await (const value of read) yield { line: (line += 1), value, faults: [] };
      },
      skipInvalid: false,
      notify: 'none',
      ...(onBad && { onBad }),
    },
  );
}

/** By account, the ids of its events: as they stand in the file, as they arrived, and as they were posted. */
const inOrder = (rows: readonly { account: string; id: string }[]): Map<string, string[]> => {
  const byAccount = new Map<string, string[]>();
  for (const { account, id } of rows) byAccount.set(account, [...(byAccount.get(account) ?? []), id]);
  return new Map([...byAccount].toSorted(([a], [b]) => (a < b ? -1 : 1)));
};

async function expectAllOnceAndInOrder(lines: readonly Line[]): Promise<void> {
  const { db } = installation;
  const arrived = await selectRows<Line>(db, 'SELECT account_id AS account, id FROM events ORDER BY arrival');
  expect(inOrder(arrived)).toEqual(inOrder(lines));
  const posted = await selectRows<Line>(
    db,
    `SELECT account_id AS account, SUBSTRING(subject, LENGTH('purchase:') + 1) AS id
       FROM entries WHERE kind = 'purchase' ORDER BY account_id, seq`,
  );
  expect(inOrder(posted)).toEqual(inOrder(lines));
}

/** An event's id that somebody else is about to take: whoever writes it has to wait for him. */
const takeId = (id: string) =>
  holdRows(
    installation,
    `INSERT INTO events (id, account_id, type, at, content_hash, content, state, received_at)
     VALUES ('${id}', '${HELD}', 'connects.purchased', '2021-01-05', '', '{}', 'applied', '2021-01-05')`,
  );

/** Begins to count statements that the database refused because an id was taken. */
function countTaken(): () => number {
  let count = 0;
  installation.app.db.on('query-error', (error: unknown) => {
    if (isDuplicateKey(error)) count += 1;
  });
  return () => count;
}

const countAll = (): Promise<number> => countOf(installation.db, 'SELECT COUNT(*) FROM events');

const countOthers = (): Promise<number> =>
  countOf(installation.db, "SELECT COUNT(*) FROM events WHERE account_id >= 'm-500'");

/** Its last transaction's worth of a batch. */
const LAST = 'm-990';
const eventsOf = (account: string): Promise<number> =>
  countOf(installation.db, `SELECT COUNT(*) FROM events WHERE account_id = '${account}'`);

/** None of ours is under way. */
async function expectNothingUnderWay(): Promise<void> {
  expect(await listTransactions(installation)).toEqual([]);
}

describe('a file of events', () => {
  it('of several batches is recorded once, and in its order of each account', async () => {
    const lines = linesOf(BATCH / ACCOUNTS + 2);
    expect(await importLines(lines)).toMatchObject({ outcome: 'imported', applied: lines.length });
    await expectAllOnceAndInOrder(lines);
    expect(await importLines(lines)).toMatchObject({ applied: 0, duplicates: lines.length });
  });

  it('lands but for the account that somebody has locked, and the same file again brings the rest', async () => {
    const each = BATCH / ACCOUNTS + 2;
    const lines = linesOf(each);
    const holder = await holdRows(installation, `SELECT id FROM accounts WHERE id = '${HELD}' FOR UPDATE`);
    // It ends on the way: what comes later of the account has to wait for what came before.
    const imported = importLines(lines, { lockWaitMs: 0 });
    await until(
      'the first batch is done but for it',
      async () => (await countAll()) >= (ACCOUNTS - 1) * (BATCH / ACCOUNTS),
    );
    await holder.release();
    const { applied, busy } = await imported;
    // Without patience it may meet a transaction of its own at another account, too.
    expect(busy).toBeGreaterThanOrEqual(each);
    expect(applied + busy).toBe(lines.length);
    expect(await importLines(lines)).toMatchObject({ applied: busy, duplicates: applied, busy: 0 });
    await expectAllOnceAndInOrder(lines);
  });

  it('lands with one of two transactions while the other waits, and then with the other', async () => {
    const lines = linesOf(EACH);
    const holder = await takeId(`${HELD}-1`);
    const imported = importLines(lines);
    await until('the second has landed', async () => (await countOthers()) === OTHERS);
    expect(await countOf(installation.db, `SELECT COUNT(*) FROM events WHERE account_id = '${HELD}'`)).toBe(
      0,
    );
    await holder.release();
    expect(await imported).toMatchObject({ applied: lines.length, busy: 0 });
    await expectAllOnceAndInOrder(lines);
  });

  it('of which one of two transactions is killed keeps the other, and the same file again brings the rest', async () => {
    const lines = linesOf(EACH);
    const holder = await takeId(`${HELD}-1`);
    const imported = importLines(lines).catch((error: unknown) => error);
    await until('the second has landed', async () => (await countOthers()) === OTHERS);
    await killWaiting(installation, imported);
    expect(await imported).toMatchObject({ kind: 'unavailable' });
    await holder.release();
    const landed = await countAll();
    expect(landed).toBeGreaterThanOrEqual(OTHERS);
    expect(landed).toBeLessThan(lines.length);
    expect(await importLines(lines)).toMatchObject({
      applied: lines.length - landed,
      duplicates: landed,
    });
    await expectAllOnceAndInOrder(lines);
  });

  it('goes on with its next batch while the last transaction of one waits, and keeps the order of each account', async () => {
    const each = BATCH / ACCOUNTS + 2;
    const lines = linesOf(each);
    const holder = await holdRows(installation, `SELECT id FROM accounts WHERE id = '${LAST}' FOR UPDATE`);
    const imported = importLines(lines, { lockWaitMs: 60_000 });
    await until('others have what the next batch brings', async () => (await eventsOf('m-000')) === each);
    expect(await eventsOf(LAST)).toBe(0);
    await holder.release();
    expect(await imported).toMatchObject({ applied: lines.length, busy: 0 });
    await expectAllOnceAndInOrder(lines);
  });

  it('of which somebody else records a part after it was checked has each event once', async () => {
    const lines = linesOf(EACH);
    const taken = countTaken();
    const theirs = lines.filter((_, index) => index % 7 === 0);
    // Between the passes, in the order of the file.
    const secondPass = async (): Promise<readonly Line[]> => {
      await record(
        installation.app,
        theirs.map(({ id, account, at, type, amount }) =>
          fact(id, account, at.slice(0, 16).replace('T', ' '), type, { amount }),
        ),
      );
      return lines;
    };
    expect(await importLines(lines, { secondPass })).toMatchObject({
      outcome: 'imported',
      applied: lines.length - theirs.length,
      duplicates: theirs.length,
      waiting: 0,
      badCount: 0,
    });
    expect(await countAll()).toBe(lines.length);
    // Whoever met the first of them, and whoever was under way beside it.
    expect(taken()).toBeGreaterThan(0);
    expect(taken()).toBeLessThanOrEqual(TRANSACTIONS);
    expect(await countOf(installation.db, "SELECT COUNT(*) FROM entries WHERE kind = 'purchase'")).toBe(
      lines.length,
    );
  });

  it('of which somebody else took an id for something else after it was checked tells that line, and records all others', async () => {
    const lines = linesOf(EACH);
    const secondPass = async (): Promise<readonly Line[]> => {
      await record(installation.app, [
        bought(`${HELD}-1`, HELD, '2021-01-05', 7),
        bought('m-700-2', 'm-001', '2021-01-05'),
      ]);
      return lines;
    };
    const imported = await importLines(lines, { secondPass });
    expect(imported).toMatchObject({ applied: lines.length - 2, duplicates: 0, waiting: 0, badCount: 2 });
    expect(imported.bad.map(({ faults }) => faults[0]?.what)).toEqual([
      `the id ${HELD}-1 arrived before with other content`,
      'the id m-700-2 arrived before with other content',
    ]);
    expect(await countAll()).toBe(lines.length);
  });

  it('whose account somebody else opens with the same event after it was checked has both as they are', async () => {
    const terms = { kind: 'freelancer', plan: 'basic', email: 'new-1@mail.example.test' };
    const opening = {
      id: 'o1',
      account: 'new-1',
      at: '2021-01-05T10:00:00Z',
      type: 'account.opened',
      ...terms,
    };
    const after = { ...(linesOf(1)[0] as Line), id: 'o2', account: 'new-1' };
    const lines = [opening, after] as unknown as readonly Line[];
    const secondPass = async (): Promise<readonly Line[]> => {
      await record(installation.app, [opened('o1', 'new-1', '2021-01-05 10:00')]);
      return lines;
    };
    expect(await importLines(lines, { secondPass })).toMatchObject({
      applied: 1,
      duplicates: 1,
      badCount: 0,
    });
  });

  it('of which a later batch fails tells what is wrong in the one that was recorded', async () => {
    const lines = linesOf(BATCH / ACCOUNTS + 2);
    const told: BadRow[] = [];
    const changed = lines.with(0, { ...(lines[0] as Line), amount: -1 });
    const read = async function* (): AsyncGenerator<Line> {
      yield* changed.slice(0, BATCH);
      await until('the first batch is recorded', async () => (await countAll()) === BATCH - 1);
      throw new Error('the file cannot be read on');
    };
    const imported = importLines(lines, {
      secondPass: () => Promise.resolve(read()),
      onBad: async (rows) => void told.push(...rows),
    });
    await expect(imported).rejects.toThrow('the file cannot be read on');
    expect(told.map(({ line }) => line)).toEqual([1]);
  });

  it('that holds a line twice, in one batch or in two, records it once', async () => {
    const lines = linesOf(BATCH / ACCOUNTS + 1);
    const twice = [lines[3], ...lines, lines[5], lines.at(-1)].flatMap((one) => one ?? []);
    const taken = countTaken();
    expect(await importLines(twice)).toMatchObject({ applied: lines.length, duplicates: 3 });
    expect(await countAll()).toBe(lines.length);
    expect(taken()).toBe(0);
  });

  it('whose bad lines cannot be told leaves nothing under way', async () => {
    const lines = linesOf(BATCH / ACCOUNTS + 2);
    const changed = lines.with(0, { ...(lines[0] as Line), amount: -1 });
    const onBad = (): Promise<void> => Promise.reject(new Error('the disk is full'));
    const imported = importLines(lines, { secondPass: () => Promise.resolve(changed), onBad });
    await expect(imported).rejects.toThrow('the disk is full');
    const landed = await countAll();
    await expectNothingUnderWay();
    expect(await countAll()).toBe(landed);
    expect(landed).toBeGreaterThan(0);
    expect(await importLines(lines)).toMatchObject({ applied: lines.length - landed, duplicates: landed });
    expect(await countAll()).toBe(lines.length);
  });
});
