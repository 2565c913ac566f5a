/**
 * A lock that somebody keeps on rows beside the accounts' own: it is met only by writing, and found by waiting. The rest of
 * the batch waits no longer than it takes to find out whose it is.
 */
import { LOCK_WAIT_S } from '../../src/db/limits.ts';
import { databaseNow } from '../../src/db/query.ts';
import { insertRun } from '../../src/ledger/runs.ts';
import { settleAccounts } from '../../src/operations/settling/settle-accounts.ts';
import { importRows, numbered } from '../support/accounts.ts';
import { settleAsOf } from '../support/facts.ts';
import { type Installation, install } from '../support/installation.ts';
import { countGranted, holdRows } from '../support/liveness.ts';
import { countOf } from '../support/state.ts';
import { MAY_2021 } from '../support/sweeping.ts';

const FLEET = 400;
const ONE = 'a-207';
/** Who writes next to rows that one session has locked is kept out of the gap before them, too. */
const HELD = ['a-206', ONE];
/** The first, of the whole batch; one of a part of it; and of each who is held. */
const WAITS_MAX = 1 + 1 + HELD.length;

const accounts = numbered('a', FLEET).map((one) => one.id);

// Side by side, because most of the time each of them waits for a lock.
describe('a batch that meets a lock which somebody keeps', () => {
  it.concurrent.each(['cycles', 'entries', 'outbox'])(
    'in `%s` settles all others after a few waits, while it is still held, and the rest when it is free',
    async (table) => {
      const installation = await install({ env: { SMTP_URL: '' } });
      const { app, db } = installation;
      try {
        await importRows(app, numbered('a', FLEET));
        await settleAsOf(app, accounts, '2021-02-02');
        const run = await openRun(installation);
        const waits = countLockWaits(installation);
        const mine = `SELECT * FROM ${table} WHERE account_id = '${ONE}' FOR UPDATE`;
        const holder = await holdRows(installation, mine);
        try {
          expect(await settle(installation, accounts, run)).toEqual(HELD);
          // It is held still.
          await holder.transaction.raw('SELECT 1');
          expect(await countGranted(db)).toBe(FLEET - HELD.length);
          expect(waits()).toBeGreaterThan(0);
          expect(waits()).toBeLessThanOrEqual(WAITS_MAX);
          expect(await countOf(db, 'SELECT COUNT(*) FROM failures')).toBe(0);
        } finally {
          await holder.release();
        }
        expect(await settle(installation, HELD, run)).toEqual([]);
        expect(await countGranted(db)).toBe(FLEET);
        expect(await countOf(db, 'SELECT COUNT(*) FROM cycles')).toBe(FLEET * 4);
        expect(await countOf(db, 'SELECT COUNT(*) FROM entries')).toBe(FLEET * 4);
        expect(await readLockWaitS(installation)).toBe(LOCK_WAIT_S);
      } finally {
        await installation.remove();
      }
    },
  );
});

/** How often the server said that a row was waited for in vain. */
function countLockWaits({ db }: Installation): () => number {
  let waits = 0;
  db.on('query-error', ({ errno }: { readonly errno?: number }) => {
    if (errno === 1205) waits += 1;
  });
  return () => waits;
}

/** Who is busy. */
async function settle({ app }: Installation, ids: readonly string[], run: number): Promise<string[]> {
  const requests = ids.map((account) => ({ account, run }));
  const outcomes = await settleAccounts(app.settleDeps, requests);
  const busy = [...outcomes].filter(([, one]) => one.outcome === 'busy');
  return busy.map(([account]) => account).toSorted();
}

/** Of the connection that the pool gives out next: the one that was used last. */
const readLockWaitS = ({ db }: Installation): Promise<number> =>
  countOf(db, 'SELECT @@SESSION.innodb_lock_wait_timeout');

async function openRun({ db }: Installation): Promise<number> {
  const pinned = { kind: 'sweep', asOf: MAY_2021, termsVersion: 1, notify: 'digest' } as const;
  const opened = {
    actor: 'test',
    reason: null,
    dueAtStart: FLEET,
    at: await databaseNow(db),
    openKey: 'sweep',
  };
  return (await insertRun(db, { ...pinned, ...opened })) as number;
}
