/** Lists print the same, whichever way a script reads them. */
import { parse } from 'csv-parse/sync';
import stringWidth from 'string-width';
import { startWorker } from '../../jobs/start-worker.ts';
import { importBroken, importThree } from '../support/accounts.ts';
import { fact, record } from '../support/facts.ts';
import { runHere } from '../support/in-process.ts';
import { type Installation, install } from '../support/installation.ts';

const ASOF = '2021-05-01T00:00:00Z';
const ESC = String.fromCharCode(27);

let installation: Installation;
beforeAll(async () => {
  installation = await install();
  const { app } = installation;
  await importThree(app);
  await here('sweep', '--work', '--as-of', ASOF);
  await here('sweep', '--work', '--as-of', '2021-06-01T00:00:00Z');
  await importBroken(app, 'broken');
  await here('sweep', '--work', '--as-of', '2021-07-01T00:00:00Z');
  await record(app, [fact('w1', 'broken', '2021-07-02', 'plan.upgraded')]);
  await here('tokens', 'add', 'billing', '--role', 'ingest', '--types', 'plan.upgraded');
  await here('tokens', 'add', 'b'.repeat(100), '--role', 'viewer', '--expires', '90d');
  await here('users', 'add', 'u'.repeat(64), '--role', 'viewer');
  await here('reverse-run', '1', '--reason', 'x', '--yes');
  const span = ['--from', '2021-01-01', '--to', '2021-05-31', '--include', 'reversed'];
  await here('backfill', 'start', ...span, '--reason', 'a, "b"', '--yes');
});
afterAll(() => installation.remove());

const here = (...args: string[]) => runHere(args, { app: installation.app, processes: { startWorker } });

test.each<[args: string[]]>([
  [['run', 'list']],
  [['failures', 'list']],
  [['failures', 'list', '--group-by', 'error']],
  [['events', 'waiting', 'list']],
  [['notices', 'list']],
  [['tokens', 'list']],
  [['accounts', 'list']],
  [['accounts', 'find', 'a']],
  [['audit-log']],
  [['backfill', 'list']],
  [['calendar', '--anchor', '2021-01-31']],
  [['account', 'history', 'a1']],
  [['export', 'entries']],
  [['export', 'accounts']],
])('%j has the same items as one document, one a line, and as CSV', async (args) => {
  const [json = '', ndjson = '', csv = ''] = await inOneSecond(args);
  const items = ndjson
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(items.length).toBeGreaterThan(0);
  const document = JSON.parse(json) as unknown;
  // The history of one account says whose it is, once.
  const told = Array.isArray(document) ? document : (document as { entries: object[] }).entries;
  expect(items).toMatchObject(told);
  const [header = [], ...rows] = parse(csv) as string[][];
  // What is of a few lines only, such as why they came late, has its column all the same.
  expect(header).toEqual(expect.arrayContaining(items.flatMap((one) => Object.keys(one))));
  expect(rows).toEqual(items.map((one) => header.map((name) => cellOf(one[name]))));
});

/** Ages are told in seconds: all that is printed is of the same one when its first is printed again unchanged. */
async function inOneSecond(args: readonly string[]): Promise<string[]> {
  for (;;) {
    const outputs: string[] = [];
    for (const flag of ['--json', '--ndjson', '--csv', '--json']) {
      const { code, stdout } = await here(...args, flag);
      expect(code).toBe(0);
      outputs.push(stdout);
    }
    if (outputs[0] === outputs.at(-1)) return outputs;
  }
}

const cellOf = (value: unknown): string => {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
};

test.each([
  'due',
  'run list',
  'run show 1',
  'run accounts 1',
  'failures list',
  'notices list',
  'account show a1',
  'account history a1',
  'account explain a1',
  'account forecast a1',
  'audit',
  'audit-log',
  'doctor',
  'tokens list',
  'users list',
  'alerts list',
])('%s fits a terminal of 80 columns, coloured or not; what scripts read is as it is', async (command) => {
  const { app } = installation;
  const args = command.split(' ');
  const seen = await runHere(args, { app, screen: { columns: 80, hasColors: true } });
  expect(seen.stdout).toContain(`${ESC}[`);
  const lines = seen.stdout.split('\n').filter((line) => !/^ *connects /.test(line));
  for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(80);
  const plain = await runHere(['--color', 'never', ...args], {
    app,
    screen: { columns: 80, hasColors: true },
  });
  expect(plain.stdout).not.toContain(ESC);
  const script = await runHere([...args, '--json'], { app, screen: { columns: 80, hasColors: true } });
  expect(script.stdout).not.toContain(ESC);
  expect(() => JSON.parse(script.stdout) as unknown).not.toThrow();
});

test.each([
  ['notices list --run 999999', 'unknown-run'],
  ['notices retry --run 999999 --reason x', 'unknown-run'],
  ['notices suppress --run 999999 --reason x', 'unknown-run'],
  ['notices suppress --account nobody --reason x --dry-run', 'unknown-account'],
  ['notices list --account nobody', 'unknown-account'],
  ['failures list --run 999999', 'unknown-run'],
  ['export entries --run 999999', 'unknown-run'],
  ['audit --account nobody', 'unknown-account'],
  ['audit --account nobody --fix --reason x --yes', 'unknown-account'],
])('%s: a slip of the pen does not read like nothing to do', async (command, code) => {
  const { stderr, ...ended } = await here(...command.split(' '));
  expect(ended).toEqual({ code: 6, stdout: '' });
  expect(stderr).toContain(`(${code})`);
});

test('without items is an empty list, nothing, a header alone, or a word on stderr', async () => {
  const args = ['notices', 'list', '--kind', 'payment-failed'];
  expect(await here(...args, '--json')).toMatchObject({ code: 0, stdout: '[]\n', stderr: '' });
  expect(await here(...args, '--ndjson')).toMatchObject({ code: 0, stdout: '', stderr: '' });
  expect((await here(...args, '--csv')).stdout).toMatch(/^notice,account,[a-zA-Z,]+\n$/);
  expect(await here(...args)).toEqual({ code: 0, stdout: '', stderr: 'there are no such notices\n' });
});
