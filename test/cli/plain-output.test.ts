/** What comes from outside reaches nobody's terminal raw: one source after the other, through the program. */
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execute } from '../../src/db/query.ts';
import { importRows } from '../support/accounts.ts';
import { type Ended, root } from '../support/cli.ts';
import { bought, record } from '../support/facts.ts';
import { runHere } from '../support/in-process.ts';
import { type Installation, install } from '../support/installation.ts';

/** Clears the screen, sets the title, turns the direction, ends the line in four ways, and is half a character. */
const NASTY = 'x\u001B[2J\u001B]0;t\u0007\u202E\u2028\u0085\u009B1m\ry';
const SHOWN = 'x\\u001b[2J\\u001b]0;t\\u0007\\u202e\\u2028\\u0085\\u009b1m\\u000dy';

let installation: Installation;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'connects-plain-'));
  installation = await install({ env: { SMTP_URL: '' } });
  await importRows(installation.app, [{ id: 'a1' }]);
  await record(installation.app, [
    {
      id: 'e1',
      account: 'a1',
      at: Date.parse('2021-02-05T09:00:00Z'),
      type: 'balance.adjusted',
      amount: 5,
      reason: `${NASTY}\nforged`,
    },
    bought('e2', 'a1', '2021-02-06', 5),
  ]);
});
afterAll(async () => {
  await installation.remove();
  rmSync(folder, { recursive: true });
});

const here = (...args: string[]): Promise<Ended> => runHere(args, { app: installation.app });
const fileOf = (name: string, content: string): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

/** Line ends are our own. */
const expectPlain = (text: string): void => expect(text).toMatch(/^[\n\u0020-\u007E\u00A0-\uD7FF]*$/);
const STEERS = NASTY.split('').filter((one) => !/[ -~]/.test(one));
function expectNothingSteers(text: string): void {
  for (const one of STEERS) expect(text).not.toContain(one);
}
const expectShown = ({ stdout, stderr }: Ended): void => {
  expectPlain(stdout.replaceAll(/[\u2013-\u2026]/g, ''));
  expectPlain(stderr);
  expectNothingSteers(stdout + stderr);
  expect(stdout + stderr).toContain(SHOWN.slice(0, 20));
};

test.each<[what: string, run: () => Promise<Ended>]>([
  ['a flag', () => here('sweep', `--${NASTY}`)],
  ['a command', () => here(NASTY)],
  [
    'a column of a file',
    () => here('accounts', 'import', fileOf('a.csv', `account_id,"${NASTY}\nforged"\n`)),
  ],
  ['an unknown key', () => here('terms', 'check', fileOf('t.json', JSON.stringify([{ [NASTY]: 1 }])))],
  ['the name of a file', () => here('terms', 'check', NASTY)],
  ['a value of a file', () => here('events', 'import', fileOf(`${NASTY}.ndjson`, '{"id":"e1"\n'))],
])('%s is shown by the numbers of what steers', async (_what, run) => {
  const ended = await run();
  expect(ended.code).toBe(2);
  expectShown(ended);
});

test('what a mail server said stays in its cell, and in its line', async () => {
  await execute(
    installation.db,
    `INSERT INTO outbox (account_id, kind, ref, state, staged_at, next_attempt_at, last_error)
     VALUES ('a1', 'welcome', 'r', 'refused', '2021-01-01', '2021-01-01', ?)`,
    [`${NASTY}\nforged`],
  );
  const listed = await here('notices', 'list', '--state', 'refused');
  expectShown(listed);
  expect(listed.stdout.trim().split('\n')).toHaveLength(3);
  const [first] = JSON.parse((await here('notices', 'list', '--state', 'refused', '--json')).stdout) as {
    notice: number;
    lastError: string;
  }[];
  expect(first?.lastError).toBe(`${NASTY}\nforged`);
  const shown = await here('notices', 'show', String(first?.notice));
  expectShown(shown);
  expect(shown.stdout).not.toMatch(/^forged/m);
});

test.each([
  ['account', 'history', 'a1'],
  ['account', 'explain', 'a1', '--since', '2021-01-01'],
  ['export', 'decisions'],
])('the reason of a correction cannot steer %s %s', async (...args) => {
  const { stdout, stderr } = await here(...args);
  expectNothingSteers(stdout + stderr);
  expect(stdout).not.toMatch(/^forged/m);
});

test('text reaches the streams at one place', () => {
  const files = readdirSync(join(root, 'src/cli'), { recursive: true, encoding: 'utf8' });
  const writing = files
    .filter((name) => name.endsWith('.ts'))
    .filter((name) =>
      /(streams\.(out|err)|stdout|stderr|#err)\.write\(/.test(
        readFileSync(join(root, 'src/cli', name), 'utf8'),
      ),
    );
  // The others: what commander says, the bar, the streams themselves, and what is said before they are made.
  expect(writing.toSorted()).toEqual(['context.ts', 'frame.ts', 'progress.ts', 'running.ts', 'signals.ts']);
});
