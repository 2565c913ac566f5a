/** The commands that need no server: calendar, simulate, terms check. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { builtInTerms } from '../../src/domain/terms.ts';
import { runCli } from '../support/cli.ts';
import { runHere } from '../support/in-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'connects-rules-'));
afterAll(() => rmSync(folder, { recursive: true }));

function fileOf(name: string, content: unknown): string {
  const file = join(folder, name);
  writeFileSync(
    file,
    typeof content === 'string' || Buffer.isBuffer(content) ? content : JSON.stringify(content),
  );
  return file;
}

describe('calendar', () => {
  test('prints one JSON list: number, date, instant', async () => {
    const { code, stdout, stderr } = await runHere([
      'calendar',
      '--anchor',
      '2021-01-31',
      '--count',
      '3',
      '--json',
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual([
      { n: 0, on: '2021-01-31', at: '2021-01-31T00:00:00.000Z' },
      { n: 1, on: '2021-02-28', at: '2021-02-28T00:00:00.000Z' },
      { n: 2, on: '2021-03-31', at: '2021-03-31T00:00:00.000Z' },
      { n: 3, on: '2021-04-30', at: '2021-04-30T00:00:00.000Z' },
    ]);
  });

  test('prints an aligned table that names its zones', async () => {
    const { stdout } = await runHere([
      'calendar',
      '--anchor',
      '2021-10-07',
      '--zone',
      'America/Havana',
      '--count',
      '10',
    ]);
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toBe(' n  on (America/Havana)  at (UTC)');
    expect(lines[3]).toBe(' 1  2021-11-07           2021-11-07T04:00:00.000Z');
    expect(lines[12]).toBe('10  2022-08-07           2022-08-07T04:00:00.000Z');
  });

  test('counts a 31st as the 1st of the next month when asked to', async () => {
    const { stdout } = await runHere([
      'calendar',
      '--anchor',
      '2021-01-31',
      '--month-end',
      'first-of-next',
      '--count',
      '1',
      '--json',
    ]);
    expect(JSON.parse(stdout)).toMatchObject([{ on: '2021-02-01' }, { on: '2021-03-01' }]);
  });

  test('shows a year and the anchor when not told how many', async () => {
    const { stdout } = await runHere(['calendar', '--anchor', '2021-01-31', '--json']);
    expect(JSON.parse(stdout)).toHaveLength(13);
  });
});

const SCENARIO = {
  account: {
    id: 'a1',
    kind: 'freelancer',
    plan: 'basic',
    zone: 'UTC',
    anchorOn: '2021-01-11',
    trackedFrom: '2021-01-11T00:00:00Z',
    openingBalance: 10,
    status: 'active',
    readinessAwarded: false,
  },
  events: [{ id: 'e1', at: '2021-02-01T10:00:00Z', type: 'connects.spent', amount: 6 }],
  until: '2021-03-01T00:00:00Z',
};

const RESULT = {
  account: 'a1',
  balance: 14,
  plan: 'basic',
  status: 'active',
  nextCycleOn: '2021-03-11',
  entries: [
    {
      effectiveAt: '2021-02-01T10:00:00.000Z',
      kind: 'spend',
      amount: -6,
      balance: 4,
    },
    {
      effectiveAt: '2021-02-11T00:00:00.000Z',
      kind: 'monthly-free',
      amount: 10,
      balance: 14,
      cycleOn: '2021-02-11',
    },
  ],
  decisions: [
    {
      at: '2021-02-11T00:00:00.000Z',
      subject: 'cycle:2021-02-11',
      code: 'granted',
      detail: {
        carried: 4,
        expired: 0,
        free: 10,
        paid: 0,
      },
    },
  ],
};

describe('simulate', () => {
  test('prints what the rules make of a scenario, as one JSON document', async () => {
    const { code, stdout, stderr } = await runHere(['simulate', fileOf('s.json', SCENARIO)]);
    expect({ code, stderr, told: JSON.parse(stdout) as unknown }).toEqual({
      code: 0,
      stderr: '',
      told: RESULT,
    });
  });

  test('prints one result a line for one scenario a line, in the same order', async () => {
    const line = (name: string): string => JSON.stringify({ name, scenario: SCENARIO });
    const { stdout } = await runHere(['simulate', fileOf('s.ndjson', `${line('one')}\n\n${line('two')}\n`)]);
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((text) => JSON.parse(text) as unknown),
    ).toEqual([
      { name: 'one', result: RESULT },
      { name: 'two', result: RESULT },
    ]);
  });

  test('names every fault of a scenario by its path', async () => {
    const file = fileOf('bad.json', {
      terms: [{ ...builtInTerms[0], welcome: -1 }],
      account: { ...SCENARIO.account, zone: 'Mars/Olympus', openingBalance: 1.5, colour: 'red' },
      events: [
        { id: 'e1', at: 'yesterday', type: 'connects.spent', amount: 0 },
        { id: 'e 2', at: '2021-02-01T10:00:00Z', type: 'connects.gained' },
        { id: 'e3', at: '2021-02-01T10:00:00Z', account: 'b2', type: 'plan.upgraded' },
        'nothing',
      ],
      until: 'later',
      note: 'x',
    });
    const { code, stdout, stderr } = await runHere(['simulate', file]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(new RegExp(`^connects: ${file} has \\d+ faults \\(scenario\\):\n`));
    for (const where of [
      'terms.0.welcome',
      'account.zone',
      'account.openingBalance',
      'events.0.at',
      'events.0.amount',
      'events.1.id',
      'events.1.type',
      'events.2.account',
      'events.3',
      'until',
    ])
      expect(stderr).toMatch(new RegExp(`^  ${where}: `, 'm'));
    expect(stderr).toContain('colour');
    expect(stderr).toContain('note');
  });

  test('names every fault of every line, and prints no result at all', async () => {
    const good = JSON.stringify({ name: 'good', scenario: SCENARIO });
    const bad = JSON.stringify({ name: 'bad', scenario: { ...SCENARIO, until: 'later' } });
    const file = fileOf('bad.ndjson', [good, 'null', '{"name"', bad, '{"name":"none"}', '7'].join('\n'));
    const { code, stdout, stderr } = await runHere(['simulate', file]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    const told = stderr.trimEnd().split('\n');
    expect(told[0]).toBe(`connects: ${file} has 5 faults (scenario):`);
    expect(told.slice(1).map((line) => line.split(': ')[0])).toEqual([
      '  line 2, (line)',
      '  line 3, (line)',
      '  line 4, until',
      '  line 5, (line)',
      '  line 6, (line)',
    ]);
  });

  test.each<[name: string, file: () => string, said: string]>([
    [
      'no JSON',
      () => fileOf('x.json', '{\n  "events": [}\n'),
      'x.json is not JSON, line 2, column 14: unexpected "}"',
    ],
    ['empty', () => fileOf('e.json', ''), 'e.json is not JSON'],
    ['a list', () => fileOf('l.json', []), 'l.json has '],
    [
      'no UTF-8',
      () => fileOf('u.json', Buffer.from('{"a":"\xff"}', 'latin1')),
      'u.json: expected UTF-8 text',
    ],
    [
      'UTF-16',
      () => fileOf('w.json', Buffer.from('\uFEFF{}', 'utf16le')),
      'w.json is UTF-16: expected UTF-8',
    ],
    [
      'too large',
      () => fileOf('b.json', `"${'x'.repeat(17 * 1024 * 1024)}"`),
      'b.json is larger than 16 MiB',
    ],
    [
      'without any line',
      () => fileOf('e.ndjson', '\n'),
      'e.ndjson is empty: expected one {"name": …, "scenario": …} a line',
    ],
    ['missing', () => join(folder, 'm.json'), 'm.json: there is no such file'],
    ['missing', () => join(folder, 'm.ndjson'), 'm.ndjson: there is no such file'],
    ['a folder', () => folder, 'is a folder: expected a file'],
    ['below a file', () => '/etc/passwd/s.json', 'a part of its path is not a folder'],
  ])('of a file that is %s ends with 2', async (_name, file, said) => {
    const { code, stdout, stderr } = await runHere(['simulate', file()]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(said);
  });

  test('reads standard input as -', async () => {
    const [good, bad] = await Promise.all([
      runCli(['simulate', '-'], {}, { input: JSON.stringify(SCENARIO) }),
      runCli(['simulate', '-'], {}, { input: '{"account": 1,\n"events"}' }),
    ]);
    expect({ code: good.code, stderr: good.stderr, told: JSON.parse(good.stdout) as unknown }).toEqual({
      code: 0,
      stderr: '',
      told: RESULT,
    });
    expect(bad).toMatchObject({
      code: 2,
      stderr: 'connects: standard input is not JSON, line 2, column 9: unexpected "}" (file)\n',
    });
  });
});

describe('terms check', () => {
  const [first, second] = builtInTerms as [(typeof builtInTerms)[0], (typeof builtInTerms)[0]];

  test('says that a good file is good', async () => {
    const file = fileOf('terms.json', builtInTerms);
    expect(await runHere(['terms', 'check', file])).toEqual({
      code: 0,
      stderr: '',
      stdout: `${file} is good: 2 rows\n`,
    });
    expect(JSON.parse((await runHere(['terms', 'check', file, '--json'])).stdout)).toEqual({
      outcome: 'good',
      rows: 2,
    });
  });

  test('takes what terms show prints', async () => {
    const { stdout } = await runHere(['terms', 'show', '--built-in']);
    expect(await runHere(['terms', 'check', fileOf('shown.json', stdout)])).toMatchObject({ code: 0 });
  });

  test.each<[what: string, content: unknown, ...faults: string[]]>([
    ['is no list', { rows: [] }, '(file): expected a list of rows: [{ "effectiveFrom": … }, …]'],
    ['is null', 'null', '(file): expected a list of rows: [{ "effectiveFrom": … }, …]'],
    ['is empty', [], '(file): expected at least one row'],
    [
      'has a wrong order',
      [second, first],
      '1.effectiveFrom: expected a date after 2021-07-23, the row before',
    ],
    ['has a date twice', [first, first], '1.effectiveFrom: expected a date after 2020-12-01, the row before'],
    [
      'has two rules for month ends',
      [first, { ...second, monthEnd: 'first-of-next' }],
      '1.monthEnd: expected "clamp", as in every row',
    ],
    ['has an unknown key', [{ ...first, bonus: 5 }], '0: Unrecognized key: "bonus"'],
    [
      'has an unknown plan',
      [{ ...first, plans: { ...first.plans, gold: first.plans.basic } }],
      '0.plans: Unrecognized key: "gold"',
    ],
    [
      'has a date that does not exist',
      [{ ...first, effectiveFrom: '2021-02-30' }],
      '0.effectiveFrom: expected a date that exists, YYYY-MM-DD',
    ],
  ])('refuses a file that %s', async (_what, content, ...faults) => {
    const file = fileOf('terms.json', content);
    expect(await runHere(['terms', 'check', file])).toEqual({
      code: 2,
      stdout: '',
      stderr: [`connects: ${file} has 1 fault (terms):`, ...faults.map((one) => `  ${one}`), ''].join('\n'),
    });
  });

  test('answers with data, whatever the file is, with --json', async () => {
    const file = fileOf('terms.json', [{ ...first, effectiveFrom: '2021-02-30' }]);
    const { code, stdout, stderr } = await runHere(['terms', 'check', file, '--json']);
    expect({ code, stderr }).toEqual({ code: 2, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({
      outcome: 'faulty',
      faults: [{ where: '0.effectiveFrom', what: 'expected a date that exists, YYYY-MM-DD' }],
    });
  });

  test('tells many faults at once, each with its path', async () => {
    const file = fileOf('terms.json', [
      {
        ...second,
        plans: { basic: { free: -1, paid: 1.5 }, plus: { ...first.plans.plus, rolloverCap: '200' } },
        welcome: 'forty',
      },
      { ...first, interview: { ...first.interview, windowDays: 0 }, monthEnd: 'last' },
      7,
    ]);
    const { code, stderr } = await runHere(['terms', 'check', file]);
    expect(code).toBe(2);
    expect(
      stderr
        .trimEnd()
        .split('\n')
        .slice(1)
        .map((line) => line.trim().split(': ')[0]),
    ).toEqual([
      '0.plans.basic.free',
      '0.plans.basic.paid',
      '0.plans.basic.rolloverCap',
      '0.plans.plus.rolloverCap',
      '0.plans.agency',
      '0.welcome',
      '1.interview.windowDays',
      '1.monthEnd',
      '2',
      '1.effectiveFrom',
      '1.monthEnd',
    ]);
  });

  test('reads standard input, and says what is not JSON', async () => {
    expect(await runCli(['terms', 'check', '-'], {}, { input: '[' })).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('standard input is not JSON'),
    });
  });
});
