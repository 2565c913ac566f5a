/** Suppressing notices, and taking that back: by a person, of what a person may decide. */
import { execute, selectRows } from '../../src/db/query.ts';
import { importRows } from '../support/accounts.ts';
import type { Ended } from '../support/cli.ts';
import { runHere } from '../support/in-process.ts';
import { type Installation, install } from '../support/installation.ts';
import { settleAsOf } from '../support/facts.ts';

let installation: Installation;
beforeAll(async () => {
  installation = await install();
});
afterAll(() => installation.remove());

const run = (...args: string[]): Promise<Ended> => runHere(['notices', ...args], { app: installation.app });

const staged = (account: string): Promise<{ state: string; error: string | null }[]> =>
  selectRows(
    installation.db,
    'SELECT state, last_error AS error FROM outbox WHERE account_id = ? ORDER BY id',
    [account],
  );

describe('suppressing', () => {
  it('touches only what would have been sent, and is taken back exactly: reasons that were recorded stay', async () => {
    const { app, db } = installation;
    await importRows(
      app,
      ['k1', 'k2', 'k3', 'k4'].map((id) => ({ id, anchorOn: '2021-03-05' })),
    );
    const accounts = ['k1', 'k2', 'k3', 'k4'];
    await settleAsOf(app, accounts, '2021-04-05 00:00');
    const put = (account: string, state: string, words: string | null): Promise<unknown> =>
      execute(db, 'UPDATE outbox SET state = ?, last_error = ? WHERE account_id = ?', [
        state,
        words,
        account,
      ]);
    await put('k2', 'too-old', null);
    await put('k3', 'refused', '550 no such user');
    await put('k4', 'suppressed', 'the account has no email address');
    const states = async (): Promise<unknown[]> =>
      (await Promise.all(accounts.map(staged))).map(([one]) => [one?.state, one?.error]);
    const before = await states();
    const ids = await selectRows<{ id: number; run: number | null }>(
      db,
      'SELECT id, run_id AS run FROM outbox WHERE account_id IN (?) ORDER BY account_id',
      [accounts],
    );
    expect(new Set(ids.map((one) => one.run)).size).toBe(1);
    const wrongRun = String(ids[0]?.run);
    expect(await run('suppress', '--run', wrongRun, '--reason', 'wrong numbers')).toMatchObject({
      stdout: '2 notices will not be sent\n',
      stderr: 'left as they are: 1 suppressed, 1 too-old\n',
    });
    expect(await states()).toEqual([
      ['suppressed', 'wrong numbers'],
      ['too-old', null],
      ['suppressed', 'wrong numbers'],
      ['suppressed', 'the account has no email address'],
    ]);
    // Suppressed twice, it is remembered as it was at first.
    await run('suppress', '--run', wrongRun, '--reason', 'again');
    const retry = ['retry', '--state', 'suppressed', '--run', wrongRun];
    const dry = await run(...retry, '--dry-run');
    expect(await run(...retry)).toMatchObject({
      stdout: '1 notice will be sent again\n',
      stderr:
        'left as they are: 1 suppressed\n1 notice refused again, as before: "--state refused" sends what was refused\n',
    });
    expect(dry.stderr).toContain('1 notice refused again');
    expect(await states()).toEqual(before);
    // Without a word about it, what is too old is not sent; by its name, by a person, it is.
    expect(await run('retry', '--account', 'k2')).toMatchObject({
      stdout: '0 notices will be sent again\n',
      stderr: 'left as they are: 1 too-old\n',
    });
    expect((await run('retry', '--state', 'too-old', '--account', 'k2')).stdout).toContain('1 notice will');
    expect((await run('retry', String(ids[3]?.id))).stdout).toContain('1 notice will');
    expect((await states()).map((one) => (one as string[])[0])).toEqual([
      'pending',
      'pending',
      'refused',
      'pending',
    ]);
    await run('suppress', '--run', wrongRun);
  });
});
