/** `connects events import`, as an operator runs it. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execute, selectRows } from '../../src/db/query.ts';
import { readSourceLines } from '../../src/cli/files.ts';
import { importEvents } from '../../src/operations/events/import-events.ts';
import { importRows, numbered } from '../support/accounts.ts';
import { type Ended, startCli } from '../support/cli.ts';
import { runHere } from '../support/in-process.ts';
import { type Installation, install } from '../support/installation.ts';
import { countOf, readState } from '../support/state.ts';
import { dice } from '../support/story-stage.ts';
import { until } from '../support/sweeping.ts';
import { checksumOf } from '../support/whole-account.ts';

let folder: string;
let installation: Installation;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'connects-events-'));
  installation = await install();
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await installation.remove();
});

let files = 0;
async function written(lines: readonly (object | string)[]): Promise<string> {
  const file = join(folder, `events-${(files += 1)}.ndjson`);
  await writeFile(
    file,
    lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join(''),
  );
  return file;
}

const runImport = (file: string, ...flags: string[]): Promise<Ended> =>
  runHere(['events', 'import', file, '--json', ...flags], { app: installation.app });

const spent = (id: string, account: string, at: string, amount: unknown = 1) => ({
  id,
  account,
  at: `${at}T10:00:00Z`,
  type: 'connects.spent',
  amount,
});

const eventsCount = (of: Installation = installation): Promise<number> =>
  countOf(of.db, 'SELECT COUNT(*) FROM events');

test('an event that arrived before with other content is refused, and what differs is named', async () => {
  await importRows(installation.app, [{ id: 'other', openingBalance: 9 }]);
  expect(await runImport(await written([spent('o-1', 'other', '2021-02-10')]))).toMatchObject({ code: 0 });
  const changed = spent('o-1', 'other', '2021-02-11', 2);
  expect((await runImport(await written([changed, spent('o-1', 'other', '2021-02-10')]))).stderr).toContain(
    'line 1, id: o-1 arrived before, with other content in at, amount\n',
  );
});

describe('a file with bad lines', () => {
  const lines = [
    spent('b-1', 'bad-a', '2021-02-10'),
    spent('b-2', 'bad-a', '2021-02-11', 'six'),
    '{"id":"b-3",',
    spent('b-4', 'bad-unknown', '2021-02-11'),
    { ...spent('b-5', 'bad-a', '2021-02-11'), type: 'connects.burnt' },
    spent('b-1', 'bad-a', '2021-02-12'),
    spent('b-4', 'bad-unknown', '2021-02-11'),
    spent('b-6', 'bad-a', '2021-02-13'),
    spent('b-1', 'bad-a', '2021-02-10'),
  ];
  const expected = [
    'line 2, amount: expected a whole number from 1 to 1000000',
    'line 3, (line): expected ',
    'line 4, account: expected an account that is known: bad-unknown is not',
    'line 5, type: expected one of account.opened',
    'line 6, id: b-1 stands on line 1 already, with other content',
    'line 7, account: expected an account that is known: bad-unknown is not',
  ];

  beforeAll(() => importRows(installation.app, [{ id: 'bad-a', openingBalance: 9 }]));

  it('is refused whole, with every bad line, its field and what was expected, and exit code 2', async () => {
    const file = await written(lines);
    const before = await checksumOf(installation.db);
    const { code, stdout, stderr } = await runImport(file);
    expect(code).toBe(2);
    for (const one of expected) expect(stderr).toContain(`${file}, ${one}`);
    expect(JSON.parse(stdout)).toMatchObject({ outcome: 'refused', lines: 9, applied: 0, bad: 6 });
    expect(await checksumOf(installation.db)).toBe(before);
  });

  it('is applied without them when asked to, and its rejects can be mended and imported again', async () => {
    const file = await written(lines);
    const rejects = join(folder, 'rejects.ndjson');
    const first = await runImport(file, '--skip-invalid', '--rejects', rejects);
    expect(first.code).toBe(3);
    expect(JSON.parse(first.stdout)).toMatchObject({
      outcome: 'imported',
      applied: 2,
      duplicates: 1,
      bad: 6,
    });
    const kept = (await readFile(rejects, 'utf8')).trim().split('\n');
    const bad = [1, 2, 3, 4, 5, 6].map((index) => lines[index] as object | string);
    expect(kept).toEqual(bad.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))));
    const mended = kept.map((line) =>
      line
        .replace('"six"', '2')
        .replace('{"id":"b-3",', JSON.stringify(spent('b-3', 'bad-a', '2021-02-11')))
        .replace('bad-unknown', 'bad-a')
        .replace('connects.burnt', 'connects.spent')
        .replace('"b-1"', '"b-7"'),
    );
    await writeFile(rejects, mended.join('\n'));
    const second = await runImport(rejects);
    expect(second.code).toBe(0);
    expect(JSON.parse(second.stdout)).toMatchObject({ lines: 6, applied: 5, duplicates: 1, bad: 0 });
    const balance = "SELECT balance FROM accounts WHERE id = 'bad-a'";
    expect(await countOf(installation.db, balance)).toBe(9 + 10 - 8);
  });
});

describe('an import', () => {
  it('sends no notices of its events unless it is told to, and tells of the cycles that begin on the way', async () => {
    await importRows(installation.app, [{ id: 'quiet' }, { id: 'loud' }]);
    const notices = (id: string): Promise<{ kind: string }[]> =>
      selectRows(installation.db, 'SELECT kind FROM outbox WHERE account_id = ? ORDER BY kind', [id]);
    const story = (id: string): object[] => [
      { id: `${id}-1`, account: id, at: '2021-03-10T10:00:00Z', type: 'readiness-test.passed' },
      spent(`${id}-2`, id, '2021-04-10'),
    ];
    await runImport(await written(story('quiet')));
    await runImport(await written(story('loud')), '--notify', 'digest');
    expect(await notices('quiet')).toEqual([{ kind: 'grant' }]);
    expect(await notices('loud')).toEqual([{ kind: 'grant' }, { kind: 'readiness-test' }]);
  });

  it('stands in the audit log with every transaction of it; a second time, with none', async () => {
    await importRows(installation.app, [{ id: 'told-a' }, { id: 'told-b' }]);
    const file = await written([
      { ...spent('told-1', 'told-a', '2021-02-10'), type: 'connects.purchased', amount: 5 },
      spent('told-2', 'told-b', '2021-02-10', 19),
      { ...spent('told-3', 'told-a', '2021-02-11', 2), type: 'balance.adjusted', reason: 'promised' },
    ]);
    const told = () =>
      selectRows<{ action: string; actor: string; reason: string; after_is: string }>(
        installation.db,
        "SELECT action, actor, reason, after_is FROM audit_log WHERE actor = 'ida' ORDER BY id",
      );
    await runImport(file, '--actor', 'ida', '--reason', 'cut-over');
    const rows = (await told()).map(({ after_is: after, ...row }) => ({
      ...row,
      after: JSON.parse(after) as object,
    }));
    expect(rows).toEqual([
      {
        action: 'balance.adjusted',
        actor: 'ida',
        reason: 'promised',
        after: {
          balance: 17,
          event: 'told-3',
          outcome: 'applied',
        },
      },
      {
        action: 'events.import',
        actor: 'ida',
        reason: 'cut-over',
        after: {
          source: file,
          applied: 2,
          refused: 1,
          waiting: 0,
        },
      },
    ]);
    await runImport(file, '--actor', 'ida');
    expect(await told()).toHaveLength(2);
  });

  it('of which some events have to wait ends with exit code 3, and goes on when they can be applied', async () => {
    await importRows(installation.app, [{ id: 'wait-a' }, { id: 'wait-b', openingBalance: 9 }]);
    await execute(installation.db, "UPDATE accounts SET zone = 'Mars/Olympus' WHERE id = 'wait-a'");
    const first = await written([
      spent('wait-1', 'wait-a', '2021-02-10'),
      spent('wait-2', 'wait-b', '2021-02-10'),
    ]);
    const ended = await runImport(first);
    expect([ended.code, JSON.parse(ended.stdout)]).toMatchObject([3, { applied: 1, waiting: 1 }]);
    const again = await runImport(first);
    expect([again.code, JSON.parse(again.stdout)]).toMatchObject([
      0,
      { applied: 0, duplicates: 2, waiting: 0 },
    ]);
    await execute(installation.db, "UPDATE accounts SET zone = 'UTC' WHERE id = 'wait-a'");
    const next = await runImport(await written([spent('wait-3', 'wait-a', '2021-02-11')]));
    expect([next.code, JSON.parse(next.stdout)]).toMatchObject([0, { applied: 1, waiting: 0 }]);
    const states = "SELECT state FROM events WHERE account_id = 'wait-a' ORDER BY arrival";
    expect(await selectRows(installation.db, states)).toEqual([{ state: 'applied' }, { state: 'applied' }]);
  });

  it('goes on where an opening waits: what follows it is of a known account', async () => {
    const opening = {
      id: 'late-0',
      account: 'late',
      at: '2021-02-10T10:00:00Z',
      type: 'account.opened',
      kind: 'freelancer',
      plan: 'basic',
      email: 'late@example.test',
    };
    await execute(installation.db, "ALTER TABLE accounts ADD CONSTRAINT accounts_test CHECK (id <> 'late')");
    expect(await runImport(await written([opening]))).toMatchObject({ code: 3 });
    await execute(installation.db, 'ALTER TABLE accounts DROP CONSTRAINT accounts_test');
    const both = await runImport(await written([opening, spent('late-1', 'late', '2021-02-11')]));
    expect([both.code, JSON.parse(both.stdout)]).toMatchObject([0, { duplicates: 1, applied: 1, bad: 0 }]);
    expect(await countOf(installation.db, "SELECT balance FROM accounts WHERE id = 'late'")).toBe(39);
  });

  it('that is a dry run writes nothing, and says what it would do', async () => {
    await importRows(installation.app, [{ id: 'dry', openingBalance: 9 }]);
    await runImport(await written([spent('dry-1', 'dry', '2021-02-10')]));
    const file = await written([spent('dry-1', 'dry', '2021-02-10'), spent('dry-2', 'dry', '2021-02-11')]);
    const before = await checksumOf(installation.db);
    const { code, stdout } = await runImport(file, '--dry-run');
    expect([code, JSON.parse(stdout)]).toMatchObject([0, { applied: 1, duplicates: 1, bad: 0 }]);
    expect(await checksumOf(installation.db)).toBe(before);
  });
});

describe('an import that is interrupted', () => {
  /** Three batches: whoever is told to end in the first begins the second at the most. */
  const LINES = 30_000;
  const accounts = numbered('long', 300, { openingBalance: 30 });
  let file: string;
  let clean: unknown;

  const wholeState = async (of: Installation): Promise<unknown> => ({
    ...(await readState(of.db)),
    decisions: await selectRows(
      of.db,
      'SELECT account_id, decision_no, subject, code, detail, at FROM decisions ORDER BY account_id, decision_no',
    ),
    events: await selectRows(
      of.db,
      'SELECT id, account_id, state, effective_at, late FROM events ORDER BY id',
    ),
  });

  beforeAll(async () => {
    const roll = dice(7);
    const lines = Array.from({ length: LINES }, (_, n) => {
      const at = new Date(Date.parse('2021-01-02') + n * 230_000).toISOString();
      const event = { id: `long-${n}`, account: accounts[roll(300)]?.id, at };
      return roll(3) === 0
        ? { ...event, type: 'connects.purchased', amount: 1 + roll(9) }
        : { ...event, type: 'connects.spent', amount: 1 + roll(9) };
    });
    file = await written(lines);
    const other = await install();
    try {
      await importRows(other.app, accounts);
      const lines = () => readSourceLines(file);
      await importEvents(other.app.recordDeps, { lines, skipInvalid: false, notify: 'none' });
      clean = await wholeState(other);
    } finally {
      await other.remove();
    }
  });

  it.each(['SIGTERM', 'SIGKILL'] as const)('by %s is finished by the same command', async (signal) => {
    const own = await install();
    try {
      await importRows(own.app, accounts);
      const running = startCli(['events', 'import', file, '--json'], own.env);
      await until('some events are applied', async () => (await eventsCount(own)) > 0);
      running.child.kill(signal);
      const interrupted = await running.ended;
      const applied = await eventsCount(own);
      expect(applied).toBeGreaterThan(0);
      expect(applied).toBeLessThan(LINES);
      const [ended, told] = signal === 'SIGTERM' ? [143, '"outcome": "interrupted"'] : [128, ''];
      expect(interrupted.code).toBe(ended);
      expect(interrupted.stdout).toContain(told);
      const { code, stdout } = await runHere(['events', 'import', file, '--json'], { app: own.app });
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({
        outcome: 'imported',
        lines: LINES,
        duplicates: applied,
        bad: 0,
      });
      expect(await wholeState(own)).toEqual(clean);
    } finally {
      await own.remove();
    }
  });
});
