import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command, Option } from 'commander';
import { commandsOf, pathOf } from '../../src/cli/frame.ts';
import { LOADED_ALONE, buildProgramFor } from '../../src/cli/one-command.ts';
import { buildProgram } from '../../src/cli/program.ts';
import { runCli } from '../support/cli.ts';
import { keepingCli, runHere } from '../support/in-process.ts';
import { parseOnly, shellWords } from '../support/printed-commands.ts';

const program = buildProgram(keepingCli().cli, '0.0.0');
const commands = commandsOf(program);
const wordsOf = (command: Command): string[] => pathOf(command).split(' ').slice(1);
const named = (some: readonly Command[]): [string, Command][] => some.map((one) => [pathOf(one), one]);
const groups = commands.filter((one) => one.commands.length > 0);
const leaves = commands.filter((one) => one.commands.length === 0);

describe('help', () => {
  test.each(named(commands))('%s --help shows every flag, on stdout', async (_path, command) => {
    const { code, stdout, stderr } = await runHere([...wordsOf(command), '--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(new RegExp(`^Usage: ${pathOf(command)}`));
    for (const option of command.options) expect(stdout).toContain(option.long);
    expect(stdout).toContain('Exit codes:'.slice(0, command.parent && command.commands.length > 0 ? 0 : 11));
  });

  test.each(named(leaves))('%s --help has an example that parses, and exit codes', async (_path, command) => {
    const { stdout } = await runHere([...wordsOf(command), '--help']);
    const [, example = ''] = /^Example:\n {2}connects (.+)$/m.exec(stdout) ?? [];
    const codes = /^Exit codes:\n((?: +\d+ {2}\S.*\n?| {7}\S.*\n?)+)/m.exec(stdout)?.[1] ?? '';
    expect(codes).toMatch(/^ +(0|130) /m);
    expect(codes.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(codes).toMatch(/^ +2 {2}usage or invalid input$/m);
    await expect(parseOnly(shellWords(example))).resolves.toBe(pathOf(command));
  });

  const counted = leaves.filter((one) => one.options.some(({ long }) => long === '--expect'));
  test.each(named(counted))(
    '%s --help says with which code a count that differs is refused',
    async (_path, command) => {
      const { stdout } = await runHere([...wordsOf(command), '--help']);
      expect(stdout.slice(stdout.indexOf('Exit codes:'))).toMatch(/^ +4 {2}refused/m);
    },
  );

  test.each(named(commands))('connects help … shows the help of %s', async (_path, command) => {
    const direct = await runHere([...wordsOf(command), '--help']);
    expect(await runHere(['help', ...wordsOf(command)])).toMatchObject({ code: 0, stdout: direct.stdout });
  });

  test('of a command that does not exist ends with 2', async () => {
    const { code, stderr } = await runHere(['help', 'run', 'nope']);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'connects: there is no command "run nope": see "connects help" (usage)\n',
    });
  });
});

describe('usage', () => {
  test('no command at all prints the help on stderr and ends with 2: a script that lost its words must not succeed', async () => {
    const { code, stdout, stderr } = await runHere([]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('Usage: connects');
  });

  test.each(named(groups))('%s without and with an unknown command ends with 2', async (path, command) => {
    expect(await runHere(wordsOf(command))).toMatchObject({ code: 2, stdout: '' });
    const { code, stdout, stderr } = await runHere([...wordsOf(command), 'zzzzzz']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toBe(`connects: unknown command 'zzzzzz'\n("${path} --help" shows what it takes)\n`);
  });

  test('a slip in a command is answered with the one that was meant', async () => {
    expect((await runHere(['swep'])).stderr).toContain('(Did you mean sweep?)');
  });

  test.each(named(leaves))('%s refuses an unknown flag, and points to its help', async (path, command) => {
    const { code, stdout, stderr } = await runHere([...wordsOf(command), ...demanded(command), '--nonsense']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain("connects: unknown option '--nonsense'");
    expect(stderr).toContain(`("${path} --help" shows what it takes)`);
  });

  const strict = leaves.filter((one) => !one.registeredArguments.some((argument) => argument.variadic));
  test.each(named(strict))('%s refuses an argument too many', async (_path, command) => {
    const given = command.registeredArguments.map((one) => sampleOf(one.name()));
    const { code, stderr } = await runHere([...wordsOf(command), ...demanded(command), ...given, 'one-more']);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining('connects: too many arguments'),
    });
  });

  const needy = leaves.filter((one) => one.registeredArguments.some((argument) => argument.required));
  test.each(named(needy))('%s says which argument is missing', async (_path, command) => {
    const { code, stderr } = await runHere([...wordsOf(command), ...demanded(command)]);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining('missing required argument'),
    });
  });
});

/** The flags without which a command does not begin. */
const demanded = (command: Command): string[] =>
  command.options.filter((one) => one.mandatory).flatMap((one) => [one.long ?? '', sampleOf(one.name())]);

/** Something that an argument or a demanded flag accepts. */
const sampleOf = (name: string): string =>
  ({
    id: '1',
    what: 'entries',
    anchor: '2021-01-31',
    role: 'viewer',
    run: '17',
    from: '2021-01-01',
    to: '2021-02-01',
    until: '2021-02-01T00:00:00Z',
  })[name] ?? 'x';

/** What a command is given besides its flags. */
const argumentsOf = (command: Command): string[] =>
  command.registeredArguments.filter((one) => one.required).map((one) => sampleOf(one.name()));

describe('flags', () => {
  const INSTANT = /expected an instant such as 2021-05-01T00:00:00Z/;
  const DATE = /expected a date that exists, YYYY-MM-DD/;
  const DURATION = /expected a duration such as 30s, 10m or 1h30m/;
  const LINE = /expected one line of 1 to \d+ characters/;
  const FACT = /expected an id: 1 to 100 of/;
  const ACCOUNT = /expected an account id: 1 to 64 of/;
  /**
   * Wrong values, and what is said of them, by the name of the flag. Flags with choices need no row; every other
   * one refuses at least the empty text. */
  const WRONG: Record<string, [said: RegExp, ...values: string[]]> = {
    '--as-of': [
      INSTANT,
      'now',
      '2021-05-01',
      '2021-05-01T00:00:00',
      '2021-02-30T00:00:00Z',
      '',
      '2021-05-01T00:00:00+24:00',
      '2021-05-01T00:00:00+05:75',
      '2021-05-01T24:00:00Z',
    ],
    '--timeout': [DURATION, '30', 'soon', '-1s', '4000d'],
    '--since': [/expected an instant|expected a date/, '2021-02-30', 'May'],
    '--until': [/expected an instant/, '2021-02-30', 'yesterday', ''],
    '--after': [ACCOUNT, '', 'a b'],
    '--next-from': [DATE, '2021-02-30'],
    '--next-to': [DATE, '2021-02-30'],
    '--expect': [/a whole number from 0 to/, '-1', 'many', ''],
    '--email': [/expected one email address/, 'jane', 'a@b, c@d'],
    '--fail-over': [DURATION, '15 m', '1w'],
    '--actor': [LINE, '', '  ', 'x'.repeat(101), 'a\nb', '\u001B[31mred'],
    '--reason': [LINE, '', 'x'.repeat(501), 'a\r\nb'],
    '--limit': [/a whole number from 1 to \d+/, '0', '99999999999', 'all', '1.5', '-1'],
    '--account': [ACCOUNT, '', 'a b', 'ü', 'x'.repeat(65), "a' OR 1=1"],
    '--from': [DATE, '2021-02-29', '01.02.2021', 'yesterday', '2021-1-1'],
    '--to': [DATE, '2021-13-01', '0000-01-01'],
    'connects failures assign --to': [LINE, '', 'a\nb'],
    '--anchor': [DATE, '2021-02-30', '31 Jan', ''],
    '--zone': [/expected a known IANA time zone/, 'Mars/Olympus', 'UTC+3', '+05:30', 'local', ''],
    '--days': [/a whole number from 1 to 36500/, '0', 'ninety'],
    '--before': [/a whole number from 1 to \d+/, '0', 'x'],
    '--cycles': [/a whole number from 1 to \d+/, '0', 'x', '100000'],
    '--cycle': [DATE, '2021-02-30', 'May'],
    '--interview': [FACT, '', 'i 1', 'x'.repeat(101)],
    '--proposal': [FACT, '', 'p:1'],
    '--about': [/expected an id, a number, a date, or a subject/, '', 'a b', 'x'.repeat(121), "a' OR 1=1"],
    '--run': [/expected a number such as 17/, '0', '-1', 'x', ''],
    '--error': [LINE, '', 'a\nb', 'x'.repeat(500)],
    '--plan-hash': [LINE, '', 'a\nb', 'x'.repeat(500)],
    '--rate': [/expected .*\/s/, '0', '5/min', 'fast', '-1/s'],
    '--key': [FACT, '', 'a b'],
    '--amount': [/expected \+N or -N, a whole number/, 'ten', '1.5', '+', ''],
    '--count': [/a whole number from 0 to 10000/, '-1', '10001', 'x'],
  };
  /** Any text will do, or the command itself judges it together with others (and its own tests try that). */
  const FREE = new Set(['--rejects', '--file', '--accounts-file', '--out', '--metrics-file', '--terms']);

  const cases = leaves.flatMap((command) =>
    command.options
      .filter((option) => option.required || option.optional)
      .map((option): [string, string, Command, Option] => [
        pathOf(command),
        option.long ?? '',
        command,
        option,
      ]),
  );

  test.each(cases)('%s %s says of each wrong value what it expected', async (path, flag, command, option) => {
    const [said, ...values] = option.argChoices
      ? [/Allowed choices are/, 'nonsense', '']
      : (WRONG[`${path} ${flag}`] ?? WRONG[flag] ?? [/./, '']);
    if (FREE.has(flag)) return;
    for (const value of values as string[]) {
      const { code, stdout, stderr } = await runHere([...wordsOf(command), flag, value]);
      expect({ value, code, stdout }).toEqual({ value, code: 2, stdout: '' });
      expect(stderr).toMatch(said as RegExp);
      expect(stderr).toContain(flag);
    }
  });

  /** Whatever has many of the same. */
  const LISTS = ['list', 'find', 'history', 'calendar', 'export', 'audit-log', 'messages'];
  const many = leaves.flatMap((command) =>
    command.options
      .filter((option) => option.variadic)
      .map((option): [string, string, string[]] => [
        pathOf(command),
        option.long ?? '',
        option.argChoices?.slice(0, 2) ?? ['a1', '-b2'],
      ]),
  );
  test.each(many)('%s %s takes many, together and one by one', async (path, flag, [one = '', two = '']) => {
    for (const given of [
      two.startsWith('-') ? [flag, one, flag, two] : [flag, one, two],
      [flag, one, `${flag}=${two}`],
    ]) {
      const parsing = buildProgram(keepingCli().cli, '0.0.0');
      const found = commandsOf(parsing).find((command) => pathOf(command) === path) as Command;
      found.action(() => undefined);
      const typed = [...wordsOf(found), ...argumentsOf(found), ...demanded(found), ...given];
      await parsing.parseAsync(typed, { from: 'user' });
      const named = found.options.find((option) => option.long === flag)?.attributeName() ?? '';
      expect(found.opts()[named]).toEqual([one, two]);
    }
  });

  const writing = leaves.filter(
    (one) => !LISTS.includes(one.name()) && one.options.some((option) => option.long === '--actor'),
  );
  test.each(named(writing))(
    '%s, which writes, can be rehearsed, explained and confirmed',
    (_path, command) => {
      const flags = command.options.map((one) => one.long);
      expect(flags).toEqual(expect.arrayContaining(['--dry-run', '--reason', '--yes', '--json']));
    },
  );

  const lists = leaves.filter((one) => LISTS.includes(one.name()));
  test.each(named(lists))('%s, which lists, takes --json, --ndjson and --csv', (_path, command) => {
    const flags = ['--json', '--ndjson', '--csv'];
    expect(command.options.map((one) => one.long)).toEqual(expect.arrayContaining(flags));
  });

  test.each<[args: string[], said: string]>([
    [['calendar'], "required option '--anchor <date>' not specified"],
    [['terms', 'apply', 'terms.json'], 'is kept with its reason: say it with --reason TEXT'],
    [['run', 'show', 'abc'], "'abc' is invalid for argument 'id'. expected a number such as 17."],
    [['run', 'show', '0'], "'0' is invalid for argument 'id'"],
    [['run', 'show', '-1'], "'-1' is invalid for argument 'id'"],
    [
      ['export', 'everything'],
      "'everything' is invalid for argument 'what'. expected one of entries, decisions, accounts.",
    ],
    [['sweep', '--timeout', '5m'], '--timeout limits how long --wait or --work stays: add one of them'],
    [['run', 'list', '--json', '--ndjson'], "option '--ndjson' cannot be used with option '--json'"],
    [['tokens', 'list', '--csv', '--json'], "option '--csv' cannot be used with option '--json'"],
    [['notices', 'list', '--ndjson', '--csv'], "option '--ndjson' cannot be used with option '--csv'"],
    [['export', 'accounts', '--from', '2021-01-01'], 'export accounts takes neither --from nor --to'],
    [
      ['export', 'entries', '--from', '2021-02-02', '--to', '2021-02-01'],
      '--from 2021-02-02 --to 2021-02-01: expected --to not before --from',
    ],
    [['accounts', 'import', '-'], 'standard input: it is read twice, so expected a file on a disk, not -'],
  ])('%j ends with 2: %s', async (args, said) => {
    const { code, stdout, stderr } = await runHere(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(said);
  });
});

test('--version is the version of the package', async () => {
  const { version } = JSON.parse(readFileSync(join(__dirname, '../../package.json'), 'utf8')) as {
    version: string;
  };
  expect(await runCli(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
});

describe('a command that is loaded alone', () => {
  const helpOf = (command: Command): string[] => commandsOf(command).map((one) => one.helpInformation());

  it('is every command there is, but for help', () => {
    const all = program.commands.map((one) => one.name()).filter((name) => name !== 'help');
    expect(LOADED_ALONE.filter((name) => name !== '--version').toSorted()).toEqual(all.toSorted());
  });

  test.each(program.commands.map((one) => one.name()).filter((name) => name !== 'help'))(
    '%s is the same as among all the others',
    async (name) => {
      const alone = await buildProgramFor([name], keepingCli().cli, '0.0.0');
      const [one, among] = [alone, program].map((some) => some.commands.find((each) => each.name() === name));
      expect(helpOf(one as Command)).toEqual(helpOf(among as Command));
      expect(alone.commands.length).toBeLessThan(program.commands.length);
    },
  );

  test.each([[[]], [['--help']], [['help']], [['swep']], [['--', 'due']]])(
    'is not what %j gets',
    async (typed) => {
      const { commands: built } = await buildProgramFor(typed, keepingCli().cli, '0.0.0');
      expect(built.length).toBe(program.commands.length);
    },
  );
});
