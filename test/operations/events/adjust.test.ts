/** Corrections by an operator: each posted once under its key, never below zero, and told in the audit log. */
import { execute, selectRows } from '../../../src/db/query.ts';
import { type Adjustment, adjustBalances } from '../../../src/operations/events/adjust.ts';
import { importRows } from '../../support/accounts.ts';
import { balanceOf, emptyAll } from '../../support/backfilling.ts';
import { linesOf } from '../../support/facts.ts';
import { runHere } from '../../support/in-process.ts';
import { type Installation, install } from '../../support/installation.ts';
import { countOf } from '../../support/state.ts';

let installation: Installation;
beforeAll(async () => {
  installation = await install();
});
beforeEach(async () => {
  const trackedFrom = new Date(Date.now() - 1_000).toISOString();
  const fresh = { anchorOn: trackedFrom.slice(0, 10), trackedFrom, openingBalance: 5 };
  await importRows(installation.app, [
    { id: 'a', ...fresh },
    { id: 'suspended', ...fresh, status: 'suspended' },
  ]);
});
afterEach(() => emptyAll(installation.db));
afterAll(() => installation.remove());

const adjustment = (account: string, amount: number, key: string, reason = 'ticket 4711'): Adjustment => ({
  account,
  amount,
  key,
  reason,
});
const adjust = async (...adjustments: Adjustment[]): Promise<string[]> =>
  linesOf(await adjustBalances(installation.app.recordDeps, { adjustments, actor: 'ann' }));

const auditLog = (): Promise<Record<string, unknown>[]> =>
  selectRows(
    installation.db,
    `SELECT actor, action, target, reason, before_is, after_is FROM audit_log WHERE action = 'balance.adjusted' ORDER BY id`,
  );

describe('a correction', () => {
  it('is one entry, whatever the status, under its key', async () => {
    expect(await adjust(adjustment('a', 7, 'k1'), adjustment('suspended', -5, 'k2'))).toEqual([
      'applied',
      'applied',
    ]);
    const entries = await selectRows(
      installation.db,
      'SELECT account_id, kind, amount, balance_after, subject, run_id FROM entries ORDER BY account_id',
    );
    expect(entries).toEqual([
      {
        account_id: 'a',
        kind: 'adjustment',
        amount: 7,
        balance_after: 12,
        subject: 'adjustment:k1',
        run_id: null,
      },
      {
        account_id: 'suspended',
        kind: 'adjustment',
        amount: -5,
        balance_after: 0,
        subject: 'adjustment:k2',
        run_id: null,
      },
    ]);
  });

  it('stands in the audit log: who, why, before and after', async () => {
    await adjust(adjustment('a', 7, 'k1', 'granted late'));
    const [row, ...others] = await auditLog();
    expect(others).toEqual([]);
    expect(row).toMatchObject({
      actor: 'ann',
      action: 'balance.adjusted',
      target: 'account:a',
      reason: 'granted late',
    });
    expect(JSON.parse(String(row?.before_is))).toEqual({ balance: 5 });
    expect(JSON.parse(String(row?.after_is))).toMatchObject({ balance: 12, event: 'k1', outcome: 'applied' });
  });

  it('changes nothing under a key that was used for the same, and conflicts under one used for something else', async () => {
    await adjust(adjustment('a', 7, 'k1'));
    expect(await adjust(adjustment('a', 7, 'k1'))).toEqual(['duplicate']);
    for (const other of [
      adjustment('a', 8, 'k1'),
      adjustment('suspended', 7, 'k1'),
      adjustment('a', 7, 'k1', 'another reason'),
    ])
      expect(await adjust(other)).toEqual(['conflict']);
    expect(await balanceOf(installation.db, 'a')).toBe(12);
    expect(await auditLog()).toHaveLength(1);
  });

  it('never takes a balance below zero: that is refused, with its decision', async () => {
    expect(await adjust(adjustment('a', -6, 'k1'))).toEqual(['refused insufficient-connects']);
    expect(await balanceOf(installation.db, 'a')).toBe(5);
    expect(
      await countOf(installation.db, "SELECT COUNT(*) FROM decisions WHERE subject = 'adjustment:k1'"),
    ).toBe(1);
    expect(await adjust(adjustment('a', -5, 'k2'))).toEqual(['applied']);
    expect(await balanceOf(installation.db, 'a')).toBe(0);
  });

  it('that was refused may be tried again under its key, until it is posted, once', async () => {
    const taking = adjustment('a', -6, 'k1');
    expect(await adjust(taking)).toEqual(['refused insufficient-connects']);
    expect(await adjust(taking)).toEqual(['refused insufficient-connects']);
    expect(await balanceOf(installation.db, 'a')).toBe(5);
    await adjust(adjustment('a', 10, 'more'));
    const flags = ['--amount', '-6', '--key', 'k1', '--reason', taking.reason, '--yes'];
    const again = (...more: string[]) =>
      runHere(['adjust', 'a', ...flags, ...more], { app: installation.app });
    const dry = await again('--dry-run');
    expect(dry.code).toBe(0);
    expect(await balanceOf(installation.db, 'a')).toBe(15);
    expect(await again()).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(
        'posted; its key was refused before, so it stands in the ledger as k1.again3',
      ),
    });
    expect(await again()).toMatchObject({ code: 0, stdout: expect.stringContaining('posted before') });
    expect(await balanceOf(installation.db, 'a')).toBe(9);
    // Other content under it is another correction, whatever became of the first.
    expect(await adjust(adjustment('a', -5, 'k1'))).toEqual(['conflict']);
  });

  it('that was refused is posted once, however many try it again at once', async () => {
    const taking = adjustment('a', -6, 'k1');
    await adjust(taking);
    await adjust(adjustment('a', 20, 'more'));
    const outcomes = (await Promise.all(Array.from({ length: 8 }, () => adjust(taking)))).flat();
    expect(outcomes.filter((one) => one === 'applied')).toHaveLength(1);
    expect(outcomes.filter((one) => one === 'duplicate')).toHaveLength(7);
    expect(await balanceOf(installation.db, 'a')).toBe(19);
  });

  it('that an operator refused while it waited stays so', async () => {
    const { app, db } = installation;
    await execute(db, "UPDATE accounts SET next_cycle_at = '2020-01-01', zone = 'No/Zone' WHERE id = 'a'");
    expect(await adjust(adjustment('a', 3, 'k1'))).toEqual(['waiting unknown-zone']);
    await execute(db, "UPDATE accounts SET zone = 'UTC' WHERE id = 'a'");
    const flags = ['--reason', 'a slip', '--yes'];
    expect(await runHere(['events', 'waiting', 'refuse', 'k1', ...flags], { app })).toMatchObject({
      code: 0,
    });
    expect(await adjust(adjustment('a', 3, 'k1'))).toEqual(['duplicate']);
    expect(await balanceOf(db, 'a')).toBe(5);
  });

  it('of several is refused as a whole when one of them is not good, before anything is posted', async () => {
    await expect(adjust(adjustment('a', 1, 'k1'), adjustment('a', 0, 'k2'))).rejects.toMatchObject({
      kind: 'invalid-input',
      message: expect.stringContaining('amount: expected a whole number from -1000000 to 1000000, not 0'),
    });
    await expect(adjust(adjustment('a', 1, 'k 1'), adjustment('a', 0, 'k2'))).rejects.toMatchObject({
      message: expect.stringMatching(/k 1 of a, key: [^]*k2 of a, amount: /),
    });
    expect(await countOf(installation.db, 'SELECT COUNT(*) FROM entries')).toBe(0);
  });

  it('is posted once, however many try at once', async () => {
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => adjust(adjustment('a', 7, 'k1'))));
    expect(outcomes.flat().filter((one) => one === 'applied')).toHaveLength(1);
    expect(await balanceOf(installation.db, 'a')).toBe(12);
    expect(await auditLog()).toHaveLength(1);
  });
});
