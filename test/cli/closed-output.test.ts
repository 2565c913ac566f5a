/** Whoever reads what is printed may stop reading: what is under way goes on, and its code says what came of it. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execute } from '../../src/db/query.ts';
import { importRows, numbered } from '../support/accounts.ts';
import { type Ended, root, startCli } from '../support/cli.ts';
import { type Installation, install } from '../support/installation.ts';
import { countOf } from '../support/state.ts';

let installation: Installation;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'connects-closed-'));
  installation = await install({ env: { SMTP_URL: '' } });
  await importRows(installation.app, numbered('a', 3));
  await execute(installation.db, 'UPDATE accounts SET balance = 7');
});
afterAll(async () => {
  await installation.remove();
  rmSync(folder, { recursive: true });
});

/** As `| head -0`: nobody reads, from the beginning. */
async function unread(...args: string[]): Promise<Ended> {
  const { child, ended } = startCli(args, installation.env);
  child.stdout?.destroy();
  return ended;
}

test('no verdict is hidden by a reader that has gone', async () => {
  const bad = join(folder, 'bad.ndjson');
  writeFileSync(bad, 'x\n'.repeat(30));
  const ended = await Promise.all([
    unread('audit'),
    unread('due', '--fail-over', '15m'),
    unread('doctor'),
    unread('events', 'import', bad, '--json'),
    unread('export', 'accounts'),
  ]);
  expect(ended.map((one) => one.code)).toEqual([10, 3, 3, 2, 0]);
  for (const { stderr } of ended) expect(stderr).not.toMatch(/EPIPE|Error/);
});

test('what could not be written is a fault', () => {
  const command = `exec "${process.execPath}" --import tsx src/cli/main.ts calendar --anchor 2021-01-31 > /dev/full`;
  expect(spawnSync('sh', ['-c', command], { cwd: root, encoding: 'utf8' })).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/^connects: the output could not be written: ENOSPC/),
  });
});

test('a sweep settles everybody all the same', async () => {
  expect((await unread('sweep', '--wait', '--work', '--as-of', '2021-02-02T00:00:00Z')).code).toBe(0);
  expect(await countOf(installation.db, 'SELECT COUNT(*) FROM cycles')).toBe(3);
});
