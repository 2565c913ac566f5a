/** How commands say that they failed: with the runbook's code, in words and as JSON; and where settings come from. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withEnvFile } from '../../src/cli/env-file.ts';
import { runCli } from '../support/cli.ts';
import { runHere } from '../support/in-process.ts';
import { type Installation, install } from '../support/installation.ts';

let installation: Installation;
let folder: string;
beforeAll(async () => {
  installation = await install();
  folder = mkdtempSync(join(tmpdir(), 'connects-errors-'));
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await installation.remove();
});

const here = (...args: string[]) => runHere(args, { app: installation.app });

describe('an error', () => {
  test.each<[args: string[], code: string, exit: number, message: string]>([
    [['run', 'show', '4711'], 'unknown-run', 6, 'there is no run 4711: see "connects run list"'],
    [['account', 'show', 'nobody'], 'unknown-account', 6, 'there is no account nobody'],
    [['rerun', '--all'], 'reason-missing', 4, 'rerun settles again whoever is put aside: say why with'],
    [['terms', 'check', '/nowhere.json'], 'file', 2, '/nowhere.json: there is no such file'],
    [['run', 'show', 'x'], 'usage', 2, "command-argument value 'x' is invalid for argument 'id'"],
    [['run', 'nope'], 'usage', 2, "unknown command 'nope'"],
    [['due', '--nope'], 'usage', 2, "unknown option '--nope'"],
    [['backfill', 'plan'], 'usage', 2, "required option '--from <date>' not specified"],
  ])('of %j has the code %s', async (args, code, exit, message) => {
    const asJson = await here(...args, '--json');
    expect(asJson).toMatchObject({ code: exit, stdout: '' });
    expect(asJson.stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(JSON.parse(asJson.stderr)).toEqual({
      error: { code, exit, message: expect.stringContaining(message) },
    });
    const asText = await here(...args);
    expect(asText).toMatchObject({ code: exit, stderr: expect.stringContaining(`connects: ${message}`) });
    // A slip on the command line is answered with the command's help, and needs no runbook.
    expect(asText.stderr).toMatch(code === 'usage' ? /--help" shows/ : ` (${code})`);
  });

  test('with --ndjson is JSON, too; behind -- there are no flags', async () => {
    const { stderr } = await here('run', 'list', '--limit', '0', '--ndjson');
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'usage', exit: 2 } });
    expect((await here('account', 'show', '--', '--json')).stderr).toContain(
      'connects: there is no account --json',
    );
  });

  test('of many lines has its code in the first', async () => {
    const file = join(folder, 'terms.json');
    writeFileSync(file, '[]');
    expect((await here('terms', 'apply', file, '--reason', 'x')).stderr).toBe(
      `connects: ${file} has 1 fault (terms):\n  (file): expected at least one row\n`,
    );
  });
});

describe('--env-file', () => {
  const fileOf = (text: string): string => {
    const file = join(folder, 'settings.env');
    writeFileSync(file, text);
    return file;
  };
  const linesOf = (env: Readonly<Record<string, string>>): string =>
    Object.entries(env)
      .map(([name, value]) => `${name}="${value}"\n`)
      .join('');

  test('gives the settings, before the command and behind it', async () => {
    const file = fileOf(`# servers\n\n${linesOf(installation.env)}`);
    for (const args of [
      ['--env-file', file, 'due', '--json'],
      ['due', '--json', '--env-file', file],
    ])
      expect(await runCli(args)).toMatchObject({ code: 0, stdout: expect.stringContaining('"accounts": 0') });
  });

  test('names what differs from the environment, without its values', () => {
    const file = fileOf('DATABASE_URL=mysql://u:secret@a/b\nREDIS_URL=redis://a\nexport SMTP_URL=smtp://a\n');
    const given = { DATABASE_URL: 'mysql://other', REDIS_URL: 'redis://a', SMTP_URL: '', PATH: '/bin' };
    expect(() => withEnvFile(given, file)).toThrow(
      expect.objectContaining({
        kind: 'configuration',
        code: 'env-file',
        message: `${file} and the environment differ in DATABASE_URL: unset it, or leave it out of the file`,
      }),
    );
    expect(withEnvFile({ ...given, DATABASE_URL: '' }, file)).toEqual({
      DATABASE_URL: 'mysql://u:secret@a/b',
      REDIS_URL: 'redis://a',
      SMTP_URL: 'smtp://a',
      PATH: '/bin',
    });
  });

  test.each([
    ['REDIS_URL redis://a', 'line 1: expected NAME=value'],
    ['A=1\nDATABASE_URL=mysql://u:pass#word@h/db', 'line 2: expected a value in quotes'],
    ['A="two\nlines"', 'line 1: expected a value in quotes, all on this line'],
  ])('refuses %j: what is left out without a word is no setting', (text, said) => {
    expect(() => withEnvFile({}, fileOf(text))).toThrow(said);
    expect(() => withEnvFile({}, fileOf(text))).not.toThrow('word@');
  });

  test('that is not there is a file like any other', () => {
    const file = join(folder, 'none.env');
    expect(() => withEnvFile({}, file)).toThrow(`${file}: there is no such file`);
  });
});
