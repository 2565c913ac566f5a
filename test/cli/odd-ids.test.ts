/** Ids that look like flags: what the program tells somebody to type about them is taken, and does it. */
import { startWorker } from '../../jobs/start-worker.ts';
import { execute } from '../../src/db/query.ts';
import { commandOn } from '../../src/words.ts';
import { importRows } from '../support/accounts.ts';
import type { Ended } from '../support/cli.ts';
import { runHere } from '../support/in-process.ts';
import { type Installation, install } from '../support/installation.ts';
import { parseOnly, shellWords } from '../support/printed-commands.ts';

const IDS = ['-a1', '--json', '-h', '--', '-'];

let installation: Installation;
beforeAll(async () => {
  installation = await install({ env: { SMTP_URL: '' } });
  await importRows(
    installation.app,
    [...IDS, 'a0'].map((id) => ({ id, anchorOn: '2026-01-10', trackedFrom: '2026-10-12T00:00:00Z' })),
  );
});
afterAll(() => installation.remove());

/** As somebody types it who read it. */
const typed = (command: string): Promise<Ended> =>
  runHere(shellWords(command).slice(1), { app: installation.app, processes: { startWorker } });

test.each(IDS)('%s is shown, explained and corrected', async (id) => {
  for (const verb of ['show', 'history', 'explain', 'forecast'])
    expect(await typed(commandOn(`connects account ${verb}`, id))).toMatchObject({ code: 0, stderr: '' });
  const flags = `--amount +1 --key k${IDS.indexOf(id)} --reason "…" --yes`;
  expect(await typed(commandOn('connects adjust', id, flags))).toEqual({
    code: 0,
    stdout: `${id} +1: posted\n`,
    stderr: '',
  });
});

test('an ordinary id stands where it always stood', () => {
  expect(commandOn('connects adjust', 'a1', '--yes')).toBe('connects adjust a1 --yes');
  expect(commandOn('connects account show', 'a1')).toBe('connects account show a1');
});

test('one that is taken for a flag is answered with how to give it', async () => {
  expect(await typed('connects account show -a1')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('an id that begins with - is given behind --, as the last word\n'),
  });
});

test('one among several accounts of a flag is given with =', async () => {
  const refused = await typed('connects sweep --account a0 -a1 --dry-run');
  expect(refused).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('and to a flag with =, as in --account=-a1\n'),
  });
  expect(await typed('connects sweep --account a0 --account=-a1 --account=--json --dry-run')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('would be settled'),
  });
});

test('what audit prints mends them', async () => {
  await execute(installation.db, 'UPDATE accounts SET balance = balance + 5');
  const { code, stdout } = await typed('connects audit --json');
  expect(code).toBe(10);
  const { findings } = JSON.parse(stdout) as { findings: { account: string; mend: string }[] };
  expect(new Set(findings.map((one) => one.account))).toEqual(new Set([...IDS, 'a0']));
  for (const { mend } of findings) expect({ mend, ...(await typed(mend)) }).toMatchObject({ mend, code: 0 });
  expect(await typed('connects audit')).toMatchObject({ code: 0 });
});

test('what a plan prints starts a backfill of exactly them', async () => {
  const accounts = ['a0', ...IDS].map((id) => `--account ${id}`).join(' ');
  const { stdout } = await typed(
    `connects backfill plan --from 2026-02-01 --to 2026-03-31 ${accounts} --json`,
  );
  const { command } = JSON.parse(stdout) as { command: string };
  expect(await parseOnly(shellWords(command).slice(1))).toBe('connects backfill start');
  expect(await typed(command)).toMatchObject({ code: 0 });
});
