/** The recorded runs: as a list, one by one, and watched while they go on. */
import { startWorker } from '../../jobs/start-worker.ts';
import { type RunTold, describeRun } from '../../src/cli/run-text.ts';
import { NO_SCREEN, writtenOn } from '../../src/cli/screen.ts';
import { selectRows } from '../../src/db/query.ts';
import type { Run } from '../../src/ledger/runs.ts';
import type { RunCounts } from '../../src/reports/run-counts.ts';
import type { RunEnd } from '../../src/reports/run-end.ts';
import { importBroken, importThree } from '../support/accounts.ts';
import type { Ended } from '../support/cli.ts';
import { runHere } from '../support/in-process.ts';
import { type Installation, install } from '../support/installation.ts';

const ASOF = '2021-05-01T00:00:00Z';

describe('run', () => {
  let installation: Installation;
  beforeEach(async () => {
    installation = await install();
  });
  afterEach(() => installation.remove());

  const connects = (...args: string[]): Promise<Ended> =>
    runHere(args, { app: installation.app, processes: { startWorker } });

  /** The one JSON document of a command that ended well. */
  async function json<Document>(...args: string[]): Promise<Document> {
    const { code, stdout } = await connects(...args, '--json');
    expect(code).toBe(0);
    return JSON.parse(stdout) as Document;
  }

  test('list without any run prints nothing but a word on stderr, and an empty list as data', async () => {
    expect(await connects('run', 'list')).toEqual({
      code: 0,
      stdout: '',
      stderr: 'there are no such runs\n',
    });
    expect(await json('run', 'list')).toEqual([]);
    expect((await connects('run', 'list', '--ndjson')).stdout).toBe('');
  });

  test('list shows the newest first, as table, as one document, and as one a line', async () => {
    await importThree(installation.app);
    await connects('sweep', '--work', '--as-of', '2021-03-01T00:00:00Z');
    await connects('sweep', '--work', '--as-of', ASOF);
    const { stdout } = await connects('run', 'list');
    expect(stdout.split('\n')[0]).toMatch(
      /^run {2}kind {3}state {6}as of \(UTC\) +due {2}settled {2}failed {2}left {2}started \(UTC\) +by +note$/,
    );
    expect(stdout.split('\n')[2]).toMatch(
      /^2 {4}sweep {2}completed {2}2021-05-01T00:00:00.000Z {4}3 {8}3 {7}0 {5}0 {2}20/,
    );
    const listed = await json<Record<string, unknown>[]>('run', 'list');
    expect(listed.map((one) => one.run)).toEqual([2, 1]);
    expect(listed[0]).toMatchObject({ settled: 3, failed: 0, remaining: 0, skipped: 0, added: 0 });
    expect(await json('run', 'list', '--limit', '1')).toHaveLength(1);
    const lines = (await connects('run', 'list', '--ndjson')).stdout.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(listed);
  });

  test('show of a run that does not exist ends with 6', async () => {
    expect(await connects('run', 'show', '4711', '--json')).toEqual({
      code: 6,
      stdout: '',
      stderr:
        JSON.stringify({
          error: { code: 'unknown-run', message: 'there is no run 4711: see "connects run list"', exit: 6 },
        }) + '\n',
    });
  });

  test('show --watch shows progress on stderr until the run is closed, then prints its counts once', async () => {
    await importThree(installation.app);
    await importBroken(installation.app, 'broken');
    await connects('sweep', '--as-of', ASOF);
    const watching = runHere(['run', 'show', '1', '--watch', '--json'], {
      app: installation.app,
      isTTY: true,
    });
    await connects('sweep', '--work', '--as-of', ASOF);
    const { code, stdout, stderr } = await watching;
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({
      run: 1,
      state: 'completed-with-failures',
      settled: 3,
      failed: 1,
    });
    expect(stderr).toContain('of 4 accounts');
    expect(stderr.endsWith('\n')).toBe(true);
  });

  test('show --watch ends when its watcher has seen enough', async () => {
    await importThree(installation.app);
    await connects('sweep', '--as-of', ASOF);
    const { code, stdout, stderr } = await runHere(['run', 'show', '1', '--watch'], {
      app: installation.app,
      signal: AbortSignal.timeout(200),
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('run 1 (sweep) running');
    const [run] = await selectRows<{ state: string }>(installation.db, 'SELECT state FROM runs');
    expect(run?.state).toBe('running');
  });
});

describe('a run as text', () => {
  const run: Run = {
    id: 17,
    kind: 'sweep',
    state: 'completed',
    asOf: Date.parse(ASOF),
    termsVersion: 1,
    notify: 'digest',
    actor: 'ada',
    reason: null,
    asked: null,
    dueAtStart: 3,
    programVersion: '0.1.0',
    startedAt: Date.parse('2021-05-01T00:00:01Z'),
    heartbeatAt: Date.parse('2021-05-01T00:00:03Z'),
    endedAt: Date.parse('2021-05-01T00:00:03Z'),
  };
  const counts: RunCounts = {
    settled: 3,
    failed: 0,
    remaining: 0,
    skipped: 0,
    added: 0,
    cycles: 12,
    granted: 360,
    expired: 540,
    recovered: 0,
    net: -180,
    byCode: { granted: 8, 'no-monthly-grant': 4 },
    failures: {},
    notices: { pending: 3 },
  };
  const textOf = (of: Run, its: RunCounts, told?: RunTold): string =>
    writtenOn(NO_SCREEN, describeRun(NO_SCREEN, of, its, told));
  const stop = { at: '2021-05-01T00:00:02.000Z', actor: 'ada', reason: 'wrong terms' };

  test('says what it is, whom it settled, what it gave, and whose it is', () => {
    expect(textOf(run, counts).split('\n')).toEqual([
      'run 17 (sweep) completed, as of 2021-05-01T00:00:00.000Z, terms version 1',
      '  accounts  3 settled, 0 failed, 0 remaining, 0 skipped',
      '  cycles    12 (8 granted, 4 no-monthly-grant)',
      '  connects  360 granted, 540 expired; -180 in all',
      '  notices   3 pending',
      '  took      2.0 s, 2 accounts/s',
      '  by ada; started 2021-05-01T00:00:01.000Z, ended 2021-05-01T00:00:03.000Z',
    ]);
  });

  test.each<[string, Partial<Run>, Partial<RunCounts>, RunEnd | undefined, string]>([
    ['who came later', {}, { added: 2 }, undefined, '0 skipped; 2 added since it began'],
    ['why it was done', { reason: 'by hand' }, {}, undefined, '  by ada, because: by hand; started'],
    [
      'whom it put aside',
      {},
      { failed: 1, failures: { 'unknown-zone': 1 } },
      undefined,
      '  failures  1 unknown-zone',
    ],
    [
      'what a reversal took',
      { kind: 'reversal' },
      { granted: 0, expired: 0, taken: 36, returned: 0, notTaken: 4, net: -36 },
      undefined,
      '36 taken back, 4 not taken; -36 in all',
    ],
    [
      'what a reversal gave back',
      { kind: 'reversal' },
      { granted: 0, expired: 0, taken: 0, returned: 180, notTaken: 0, net: 180 },
      undefined,
      '0 taken back, 180 given back, 0 not taken; +180 in all',
    ],
    [
      'whom it still fails at',
      {},
      {},
      { stop: null, failing: { arithmetic: 2 } },
      '  failing   2 arithmetic; not put aside',
    ],
    [
      'who stopped it',
      { state: 'stopped' },
      {},
      { stop, failing: {} },
      '  stopped   2021-05-01T00:00:02.000Z by ada: wrong terms',
    ],
  ])('says %s', (_, ofRun, ofCounts, end, line) => {
    expect(textOf({ ...run, ...ofRun }, { ...counts, ...ofCounts }, end && { end })).toContain(line);
  });

  test('says of one that goes on only when it began', () => {
    expect(textOf({ ...run, endedAt: null }, counts)).toMatch(/started 2021-05-01T00:00:01.000Z$/);
  });
});
