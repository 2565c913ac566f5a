/** adjust and tokens, as an operator uses them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execute } from '../../src/db/query.ts';
import { addToken } from '../../src/operations/upkeep/tokens.ts';
import { importRows } from '../support/accounts.ts';
import { readChecksums } from '../support/checksums.ts';
import type { Ended } from '../support/cli.ts';
import { runHere } from '../support/in-process.ts';
import { type Installation, install } from '../support/installation.ts';
import { countOf } from '../support/state.ts';

let installation: Installation;
const folder = mkdtempSync(join(tmpdir(), 'connects-changes-'));
beforeAll(async () => {
  installation = await install();
  const now = new Date();
  const given = {
    anchorOn: now.toISOString().slice(0, 10),
    trackedFrom: now.toISOString(),
    openingBalance: 5,
  };
  await importRows(installation.app, [
    { id: 'a1', ...given },
    { id: 'a2', ...given },
  ]);
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await installation.remove();
});

const connects = (...args: string[]): Promise<Ended> => runHere(args, { app: installation.app });
const balanceOf = (id: string): Promise<number> =>
  countOf(installation.db, 'SELECT balance FROM accounts WHERE id = ?', [id]);

describe('adjust', () => {
  const adjust = (amount: string, key: string, ...more: string[]): Promise<Ended> =>
    connects('adjust', 'a1', '--amount', amount, '--key', key, '--reason', 'ticket 1', ...more);

  test('as a dry run tells what would become of it, and writes nothing', async () => {
    const before = await readChecksums(installation.db);
    expect(await adjust('+7', 'k0', '--dry-run')).toEqual({
      code: 0,
      stdout: 'a1 +7: would be posted\n',
      stderr: 'dry run: nothing was written\n',
    });
    expect(await adjust('-6', 'k0', '--dry-run')).toMatchObject({ code: 3 });
    expect(await readChecksums(installation.db)).toEqual(before);
  });

  test('posts once per key, and says of each time what it was', async () => {
    expect(await adjust('+7', 'k1', '--yes')).toMatchObject({ code: 0, stdout: 'a1 +7: posted\n' });
    expect(await adjust('+7', 'k1', '--yes')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('nothing changed'),
    });
    expect(await adjust('+8', 'k1', '--yes')).toMatchObject({ code: 5 });
    expect(await balanceOf('a1')).toBe(12);
  });

  test.each<[code: number, args: string[], said: string]>([
    [4, ['adjust', 'a1', '--amount', '+1', '--key', 'k2', '--reason', 'x'], 'confirm with --yes'],
    [4, ['adjust', 'a1', '--amount', '+1', '--key', 'k2', '--yes'], 'adjust needs --reason TEXT'],
    [
      2,
      ['adjust', '--amount', '+1', '--key', 'k2', '--reason', 'x', '--yes'],
      'expected "connects adjust ACCOUNT --amount +N',
    ],
    [
      2,
      ['adjust', 'a1', '--key', 'k2', '--reason', 'x', '--yes'],
      'expected "connects adjust ACCOUNT --amount +N',
    ],
    [2, ['adjust', 'a1', '--amount', '0', '--key', 'k2', '--reason', 'x', '--yes'], 'not 0'],
  ])('ends with %i: %j', async (code, args, said) => {
    const before = await readChecksums(installation.db);
    expect(await connects(...args)).toEqual({ code, stdout: '', stderr: expect.stringContaining(said) });
    expect(await readChecksums(installation.db)).toEqual(before);
  });

  test('of an account that nobody knows ends with 6', async () => {
    const ended = await connects(
      'adjust',
      'nobody',
      '--amount',
      '+1',
      '--key',
      'k3',
      '--reason',
      'x',
      '--yes',
    );
    expect(ended).toMatchObject({ code: 6, stdout: 'nobody +1: not posted: there is no such account\n' });
  });

  test('from a file lists every fault with its line, and posts nothing', async () => {
    const file = join(folder, 'adjust.csv');
    writeFileSync(file, 'account_id,amount,reason,key\na1,+1,fine,f1\na1,one,bad,f2\na1,5\n');
    const before = await readChecksums(installation.db);
    const { code, stdout, stderr } = await connects('adjust', '--file', file, '--yes');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('line 3, amount: expected +N or -N, a whole number');
    expect(stderr).toContain('line 4, (row): expected 4 cells, as in the header, and found 2');
    expect(await readChecksums(installation.db)).toEqual(before);
  });

  test('from a file is checked whole: accounts, and keys that were used otherwise', async () => {
    await adjust('+1', 'used', '--yes');
    const file = join(folder, 'whole.csv');
    const rows = ['a1,+1,x,g1', 'nobody,+1,x,g2', 'a1,+2,ticket 1,used', 'a1,+1,ticket 1,used', 'a1,+3,x,g1'];
    writeFileSync(file, `account_id,amount,reason,key\n${rows.join('\n')}\n`);
    const before = await readChecksums(installation.db);
    const { code, stdout, stderr } = await connects('adjust', '--file', file, '--yes');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr.trimEnd().split('\n').slice(1)).toEqual([
      '  the adjustment g2 of nobody, account_id: there is no account nobody',
      '  the adjustment used of a1, key: it was used before for something else',
      '  the adjustment used of a1, key: it stands in the file already, with other content',
      '  the adjustment g1 of a1, key: it stands in the file already, with other content',
    ]);
    expect(await readChecksums(installation.db)).toEqual(before);
  });

  test('tells instants as everybody does, also as data', async () => {
    const { stdout } = await adjust('+1', 'iso', '--yes', '--json');
    expect(JSON.parse(stdout)).toMatchObject([
      { account: 'a1', outcome: 'applied', effectiveAt: expect.stringMatching(/^20\d\d-.*Z$/) },
    ]);
  });
});

describe('tokens', () => {
  test('add prints the secret alone on stdout; a dry run makes none', async () => {
    const before = await readChecksums(installation.db);
    const dry = await connects('tokens', 'add', 'billing', '--role', 'ingest', '--dry-run');
    expect(dry).toEqual({
      code: 0,
      stderr: '',
      stdout: 'a token for billing, role ingest (dry run: nothing was written)\n',
    });
    expect(await readChecksums(installation.db)).toEqual(before);

    const made = await connects(
      'tokens',
      'add',
      'billing',
      '--role',
      'ingest',
      '--actor',
      'ada',
      '--reason',
      'new biller',
    );
    expect(made).toMatchObject({ code: 0, stdout: expect.stringMatching(/^cnx_[\w-]{43}\n$/) });
    expect(
      await countOf(
        installation.db,
        "SELECT COUNT(*) FROM audit_log WHERE actor = 'ada' AND reason = 'new biller'",
      ),
    ).toBe(1);
  });

  test('add refuses the name of one that is good, however many ask at once; one that has ended leaves its name', async () => {
    const { app, db } = installation;
    const add = () => connects('tokens', 'add', 'feed', '--role', 'ingest', '--expires', '1h');
    const ask = { name: 'feed', role: 'ingest', actor: 'test', reason: null } as const;
    const asked = await Promise.allSettled([1, 2, 3, 4].map(() => addToken(app, ask)));
    expect(asked.filter((one) => one.status === 'fulfilled')).toHaveLength(1);
    const id = await countOf(db, "SELECT id FROM tokens WHERE name = 'feed'");
    expect(await add()).toEqual({
      code: 5,
      stdout: '',
      stderr: expect.stringContaining(`token ${id} is called feed already`) as string,
    });
    expect(await connects('tokens', 'add', 'FEED', '--role', 'viewer', '--dry-run')).toMatchObject({
      code: 5,
    });
    await connects('tokens', 'revoke', String(id));
    expect(await add()).toMatchObject({ code: 0 });
    expect(await add()).toMatchObject({ code: 5 });
    await execute(db, "UPDATE token_limits SET expires_at = '2021-01-01' WHERE expires_at IS NOT NULL");
    expect(await add()).toMatchObject({ code: 0 });
  });

  test('revoke ends one, once', async () => {
    const { stdout } = await connects('tokens', 'add', 'short', '--role', 'viewer', '--json');
    const { id } = JSON.parse(stdout) as { id: number };
    expect(await connects('tokens', 'revoke', String(id), '--dry-run')).toMatchObject({ code: 0 });
    expect(await connects('tokens', 'revoke', String(id), '--json')).toMatchObject({ code: 0 });
    expect(await connects('tokens', 'revoke', String(id))).toMatchObject({ code: 6, stdout: '' });
    expect(await connects('tokens', 'revoke', '999', '--dry-run')).toMatchObject({ code: 6, stdout: '' });
    const listed = JSON.parse((await connects('tokens', 'list', '--json')).stdout) as {
      id: number;
      revokedAt: unknown;
    }[];
    expect(listed.find((one) => one.id === id)?.revokedAt).toEqual(expect.stringMatching(/Z$/));
  });
});
