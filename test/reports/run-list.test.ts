/** Lists of runs: sweeps without a failure folded together, page by page, each run exactly once. */
import fc from 'fast-check';
import { execute } from '../../src/db/query.ts';
import { keepRunCounts } from '../../src/ledger/run-kept.ts';
import { type NewRun, type RunState, closeRun, insertRun } from '../../src/ledger/runs.ts';
import {
  FOLD_MIN,
  type RunListAsked,
  type RunListLine,
  type RunListPage,
  readRunList,
} from '../../src/reports/run-list.ts';
import { type Installation, install } from '../support/installation.ts';

const START = Date.parse('2026-11-28T22:30:00Z');
const EVERY_MS = 300_000;

let installation: Installation;
beforeAll(async () => {
  installation = await install();
});
afterAll(() => installation.remove());
beforeEach(() => execute(installation.db, 'TRUNCATE TABLE runs'));

type Made = Partial<Pick<NewRun, 'kind' | 'actor'>> & { state?: RunState; settled?: number };

/** One every five minutes. @returns their ids, oldest first */
async function makeRuns(made: readonly Made[]): Promise<number[]> {
  const { db } = installation;
  const ids: number[] = [];
  for (const [
    index,
    { kind = 'sweep', actor = 'scheduler', state = 'completed', settled = 1 },
  ] of made.entries()) {
    const at = START + index * EVERY_MS;
    const about = { kind, actor, asOf: at, at, termsVersion: 1, notify: 'digest' } as const;
    const id = (await insertRun(db, {
      ...about,
      reason: null,
      dueAtStart: settled,
      openKey: null,
    })) as number;
    if (state !== 'running') await closeRun(db, id, state as 'completed', at + 1_000);
    const counts = { settled, failed: 0, remaining: 0, skipped: 0, added: 0 };
    await keepRunCounts(db, id, counts);
    ids.push(id);
  }
  return ids;
}

const idsOf = (line: RunListLine): number[] =>
  line.line === 'run' ? [line.run.id] : (line.opened ?? []).map((one) => one.run.id);

/** `run 5`, `fold 3 of 12`: what stands on a page. */
const wordsOf = ({ lines }: RunListPage): string[] =>
  lines.map((one) =>
    one.line === 'run' ? `${one.run.kind} ${one.run.id}` : `${one.runs} sweeps: ${one.settled}`,
  );

const clean = (count: number): Made[] => Array.from({ length: count }, () => ({}));

test('several in a row without a failure are one line, and what happened between them is seen', async () => {
  await makeRuns([
    { state: 'failed' },
    ...clean(4),
    { kind: 'rerun', actor: 'ada' },
    { settled: 7 },
    { settled: 8 },
    { state: 'running' },
  ]);
  const page = await readRunList(installation.db, {});
  expect(wordsOf(page)).toEqual(['sweep 9', 'sweep 8', 'sweep 7', 'rerun 6', '4 sweeps: 4', 'sweep 1']);
  expect(page.nextBefore).toBeNull();
  expect(page.lines[4]).toMatchObject({
    fromAt: START + EVERY_MS,
    toAt: START + 4 * EVERY_MS,
    id: 5,
    opened: null,
  });
});

test('a fold opens by any of its runs, in place', async () => {
  await makeRuns([{ state: 'failed' }, ...clean(5), { state: 'stopped' }]);
  const page = await readRunList(installation.db, { open: 4 });
  expect(page.lines.map(idsOf)).toEqual([[7], [6, 5, 4, 3, 2], [1]]);
});

test('who asks for one state sees each of them', async () => {
  await makeRuns(clean(6));
  expect(wordsOf(await readRunList(installation.db, { state: 'completed' }))).toHaveLength(6);
});

test('those whose counts were not kept are counted from what they wrote', async () => {
  await makeRuns(clean(3));
  await execute(installation.db, 'UPDATE runs SET counted = NULL');
  expect(wordsOf(await readRunList(installation.db, {}))).toEqual(['3 sweeps: 0']);
});

test.each<[Partial<RunListAsked>, number[]]>([
  [{ kind: 'rerun' }, [4, 2]],
  [{ actor: 'ada' }, [4]],
  [{ kind: 'rerun', actor: 'scheduler' }, [2]],
  [{ state: 'failed' }, [3]],
  [{ since: START + EVERY_MS, until: START + 3 * EVERY_MS }, [3, 2]],
  [{ since: START + 2 * EVERY_MS }, [4, 3]],
  [{ until: START + EVERY_MS }, [1]],
  [{ until: START }, []],
  [{ since: START + 9 * EVERY_MS }, []],
  [{ before: 3 }, [2, 1]],
])('filter %j', async (asked, expected) => {
  await makeRuns([{}, { kind: 'rerun' }, { state: 'failed' }, { kind: 'rerun', actor: 'ada' }]);
  const page = await readRunList(installation.db, asked);
  expect(page.lines.flatMap(idsOf)).toEqual(expected);
});

test('whatever the pages are, each run is on one of them, in order, and sums are the same', async () => {
  const made = fc.array(
    fc.oneof(
      { weight: 5, arbitrary: fc.constant<Made>({ settled: 3 }) },
      fc.constantFrom<Made>({ state: 'failed' }, { kind: 'rerun' }, { state: 'completed-with-failures' }),
    ),
    { maxLength: 40 },
  );
  const limits = fc.record({
    lines: fc.integer({ min: 1, max: 6 }),
    runsMax: fc.integer({ min: 3, max: 30 }),
  });
  await fc.assert(
    fc.asyncProperty(made, limits, async (runs, limit) => {
      await execute(installation.db, 'TRUNCATE TABLE runs');
      const ids = await makeRuns(runs);
      const seen: number[] = [];
      let before: number | undefined;
      do {
        const folded = await readRunList(installation.db, { ...limit, before });
        for (const line of folded.lines) {
          if (line.line === 'run') {
            seen.push(line.run.id);
            continue;
          }
          const opened = await readRunList(installation.db, { ...limit, before, open: line.id });
          const own = opened.lines.find((one) => one.line === 'fold' && one.id === line.id) as RunListLine;
          expect(line.runs).toBeGreaterThanOrEqual(FOLD_MIN);
          expect(line.settled).toBe(line.runs * 3);
          expect(idsOf(own)).toHaveLength(line.runs);
          seen.push(...idsOf(own));
        }
        expect(folded.lines.length).toBeLessThanOrEqual(limit.lines + FOLD_MIN);
        before = folded.nextBefore ?? undefined;
      } while (before !== undefined);
      expect(seen).toEqual(ids.toReversed());
    }),
    { numRuns: 15 },
  );
});

test('a page reads a bounded number of runs, however long a fold is', async () => {
  await makeRuns(clean(12));
  const page = await readRunList(installation.db, { runsMax: 5 });
  expect(wordsOf(page)).toEqual(['5 sweeps: 5']);
  expect(page.nextBefore).toBe(8);
});
