/**
 * A file whose batches are written beside each other: each event once, and those of an account in the file's order, though
 * one of the batches is held up or killed on its way.
 */
import { selectRows } from '../../../src/db/query.ts';
import { type EventsImported, importEvents } from '../../../src/operations/events/import-events.ts';
import { importRows, numbered } from '../../support/accounts.ts';
import { type Installation, install } from '../../support/installation.ts';
import { holdRows } from '../../support/liveness.ts';
import { countOf } from '../../support/state.ts';
import { until } from '../../support/sweeping.ts';

/** Lines that an import takes at a time. */
const BATCH = 10_000;
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

async function importLines(lines: readonly Line[], lockWaitMs?: number): Promise<EventsImported> {
  const { recordDeps } = installation.app;
  const settings = { ...recordDeps.settings, ...(lockWaitMs !== undefined && { lockWaitMs }) };
  return importEvents(
    { ...recordDeps, settings },
    {
      lines: async function* read() {
        for (const [index, value] of lines.entries()) yield { line: index + 1, value, faults: [] };
      },
      skipInvalid: false,
      notify: 'none',
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

const countAll = (): Promise<number> => countOf(installation.db, 'SELECT COUNT(*) FROM events');

const countOthers = (): Promise<number> =>
  countOf(installation.db, "SELECT COUNT(*) FROM events WHERE account_id >= 'm-500'");

/** Our transaction that waits for a row. */
async function findWaiting(): Promise<number | undefined> {
  const name = new URL(installation.env.DATABASE_URL as string).pathname.slice(1);
  const rows = await selectRows<{ id: number }>(
    installation.db,
    `SELECT process.id FROM information_schema.innodb_trx AS trx
       JOIN information_schema.processlist AS process ON process.id = trx.trx_mysql_thread_id
      WHERE trx.trx_state = 'LOCK WAIT' AND process.db = ?`,
    [name],
  );
  return rows[0]?.id;
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
    // It ends between two batches: what comes later of the account has to wait for what came before.
    const imported = importLines(lines, 0);
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
    let waiting: number | undefined;
    await until('the first waits', async () => (waiting = await findWaiting()) !== undefined);
    await installation.db.raw(`KILL ${waiting}`);
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
});
