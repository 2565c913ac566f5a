/** --expect: what changes many at once does nothing when they are not as many as was thought. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startWorker } from '../../jobs/start-worker.ts';
import { importBroken, importRows, importThree, toCells } from '../support/accounts.ts';
import { readChecksums } from '../support/checksums.ts';
import type { Ended } from '../support/cli.ts';
import { runHere } from '../support/in-process.ts';
import { type Installation, install } from '../support/installation.ts';

let installation: Installation;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'connects-expect-'));
  installation = await install();
  await importThree(installation.app);
  await importBroken(installation.app, 'broken');
  await connects('notices', 'hold', '--reason', 'x');
  await connects('sweep', '--wait', '--work', '--as-of', '2021-03-01T00:00:00Z');
  await connects('reverse-run', '1', '--reason', 'x', '--yes');
  await importRows(installation.app, [{ id: 'later', anchorOn: '2021-02-15' }]);
  await connects('sweep', '--account', 'later', '--wait', '--work', '--as-of', '2021-04-01T00:00:00Z');
  const row = Object.values(toCells({ id: 'new' })).join(',');
  writeFileSync(join(folder, 'a.csv'), `${Object.keys(toCells({ id: 'new' })).join(',')}\n${row}\n`);
  const event = { id: 'e1', account: 'a1', at: '2021-03-02T00:00:00Z', type: 'plan.upgraded' };
  writeFileSync(join(folder, 'e.ndjson'), `${JSON.stringify(event)}\n`);
  writeFileSync(join(folder, 'c.csv'), 'account_id,amount,reason,key\na1,+1,x,k1\na2,+1,x,k2\n');
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await installation.remove();
});

const connects = (...args: string[]): Promise<Ended> =>
  runHere(args, { app: installation.app, processes: { startWorker } });

const SURE = ['--reason', 'x', '--yes'];
const SPAN = ['--from', '2021-01-01', '--to', '2021-03-31', '--include', 'reversed'];

test.each<[args: () => string[], found: string]>([
  [() => ['accounts', 'import', join(folder, 'a.csv')], '1 row'],
  [() => ['events', 'import', join(folder, 'e.ndjson')], '1 line'],
  [() => ['adjust', '--file', join(folder, 'c.csv'), '--yes'], '2 corrections'],
  [() => ['rerun', '--all', ...SURE], '1 account'],
  [() => ['sweep', '--account', 'a1', '--as-of', '2021-04-01T00:00:00Z'], '0 accounts'],
  [() => ['failures', 'ack', '--all', '--reason', 'x'], '1 account'],
  [() => ['backfill', 'start', ...SPAN, ...SURE], '2 accounts'],
  [() => ['reverse-run', '3', ...SURE], '1 account'],
  [() => ['notices', 'retry', '--run', '1', '--reason', 'x'], '2 notices'],
  [() => ['notices', 'suppress', '--run', '1', '--kind', 'grant', '--reason', 'x'], '2 notices'],
])('%p', async (argsOf, found) => {
  const args = argsOf();
  const number = Number(found.split(' ')[0]);
  const before = await readChecksums(installation.db);
  for (const dry of [[], ['--dry-run']])
    expect(await connects(...args, '--expect', '17', ...dry, '--json')).toEqual({
      code: 4,
      stdout: '',
      stderr: expect.stringMatching(
        new RegExp(`"code":"count-differs","message":"--expect 17: expected 17 \\w+, and found ${found}; `),
      ),
    });
  expect(await connects(...args, '--expect', String(number), '--dry-run')).toMatchObject({
    stderr: expect.not.stringContaining('count-differs'),
  });
  expect(await readChecksums(installation.db)).toEqual(before);
});
