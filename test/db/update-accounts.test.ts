/** Updating many accounts in one statement: each as it shall be, nothing else of it, and nothing that does not fit. */
import { inTransaction } from '../../src/db/connection.ts';
import { execute, run, selectRows } from '../../src/db/query.ts';
import { lockAccounts } from '../../src/ledger/account-locks.ts';
import { type AccountRow, accountUpdates } from '../../src/ledger/accounts.ts';
import { importRows, numbered } from '../support/accounts.ts';
import { type Installation, install } from '../support/installation.ts';

describe('accountUpdates', () => {
  let installation: Installation;
  beforeEach(async () => {
    installation = await install();
    await importRows(installation.app, numbered('a', 3));
  });
  afterEach(() => installation.remove());

  /** Locks them all and writes them as `change` has them. */
  const update = (change: (row: AccountRow) => AccountRow): Promise<void> =>
    inTransaction(installation.db, async (transaction) => {
      const { rows } = await lockAccounts(transaction, ['a-000', 'a-001', 'a-002']);
      await run(transaction, accountUpdates(rows.map((before) => ({ before, after: change(before) }))));
    });

  const stored = (): Promise<Record<string, unknown>[]> =>
    selectRows(installation.db, 'SELECT * FROM accounts ORDER BY id');

  const onlyOf =
    (id: string, account: Partial<AccountRow['account']>) =>
    (row: AccountRow): AccountRow =>
      row.account.id === id ? { ...row, account: { ...row.account, ...account } } : row;

  it('writes what changes in one of them, an absent value too, and leaves the others as they were', async () => {
    const before = await stored();
    const closed = { status: 'closed', nextCycleOn: null, nextCycleAt: null, pendingPlan: 'plus' } as const;
    await update(onlyOf('a-001', { ...closed, noticesOptedOut: true, zone: 'America/Los_Angeles' }));
    const changed = {
      status: 'closed',
      next_cycle_on: null,
      next_cycle_at: null,
      pending_plan: 'plus',
      notices_opted_out: 1,
      zone: 'America/Los_Angeles',
    };
    expect(await stored()).toEqual([before[0], { ...before[1], ...changed }, before[2]]);
  });

  it('keeps milliseconds of an instant', async () => {
    const at = Date.parse('2021-03-04T05:06:07.089Z');
    await update((row) => ({ ...row, account: { ...row.account, watermark: at } }));
    expect((await stored()).map((row) => row.watermark)).toEqual([at, at, at].map((one) => new Date(one)));
  });

  it('says nothing to the database where nothing changes', async () => {
    const statements: string[] = [];
    installation.db.on('query', ({ sql }: { sql: string }) => statements.push(sql));
    await update((row) => ({ ...row, account: { ...row.account } }));
    expect(statements.filter((sql) => sql.startsWith('UPDATE'))).toEqual([]);
  });

  it.each([
    ['a number that is too large', { balance: 3_000_000_000 }, /out of range/i],
    ['a date that does not exist', { cycleOn: '2021-02-30' }, /incorrect date/i],
    ['a word that is none of the plans', { pendingPlan: null, plan: 'gold' as never }, /accounts_plan/],
    ['nothing where something must be', { cycleOn: null as never }, /cannot be null/i],
    ['a name longer than its column', { zone: 'Z'.repeat(65) }, /too long|truncated/i],
  ])('is refused with %s, and changes nobody', async (_title, account, message) => {
    const before = await stored();
    await expect(
      update((row) => onlyOf('a-002', account)({ ...row, account: { ...row.account, balance: 7 } })),
    ).rejects.toThrow(message);
    expect(await stored()).toEqual(before);
  });

  it('touches none of the other accounts: somebody may have them locked', async () => {
    const holder = await installation.db.transaction();
    await execute(holder, "SELECT id FROM accounts WHERE id = 'a-001' FOR UPDATE");
    await update(onlyOf('a-002', { balance: 9 }));
    await holder.rollback();
    expect((await stored()).map((row) => row.balance)).toEqual([0, 0, 9]);
  });
});
