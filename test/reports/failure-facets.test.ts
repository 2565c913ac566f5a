/** Facets of those that are put aside: each is what a plain count of all of them says. */
import fc from 'fast-check';
import { execute, toDate } from '../../src/db/query.ts';
import { PLAN_NAMES, type PlanName } from '../../src/domain/terms.ts';
import { writeCare } from '../../src/ledger/failure-care.ts';
import { inTransaction } from '../../src/db/connection.ts';
import { insertRun } from '../../src/ledger/runs.ts';
import { upsertFailures } from '../../src/ledger/failures.ts';
import {
  AGES,
  AGE_NAMES,
  type Age,
  type FacetChoice,
  filterOf,
  readFailureFacets,
} from '../../src/reports/failure-facets.ts';
import { type WorkPosition, countFailureWork, listFailurePage } from '../../src/reports/failure-page.ts';
import { importRows } from '../support/accounts.ts';
import { type Installation, install } from '../support/installation.ts';

const NOW = Date.parse('2026-11-29T07:05:00Z');
const HOUR_MS = 3_600_000;
const CODES = ['check-violated', 'negative-balance', 'unknown-zone'] as const;
const VERSIONS = ['1.13.0', '1.14.0', null] as const;
const FLEET = 60;

interface Aside {
  readonly account: string;
  readonly code: (typeof CODES)[number];
  readonly run: number;
  readonly plan: PlanName;
  readonly hours: number;
  readonly acknowledged: boolean;
  readonly assignee: string | null;
}

let installation: Installation;
let runs: number[];
const asides: Aside[] = Array.from({ length: FLEET }, (_, index) => ({
  account: `a-${String(index).padStart(3, '0')}`,
  code: CODES[Math.floor(index / 7) % 3] as Aside['code'],
  run: index % 4,
  plan: PLAN_NAMES[index % 3] as PlanName,
  hours: [0, 3, 12, 30, 200][index % 5] as number,
  acknowledged: index % 6 === 0,
  assignee: index % 8 === 0 ? 'ann' : null,
}));
const versionOf = (one: Aside): string | null => VERSIONS[one.run % 3] as string | null;

beforeAll(async () => {
  installation = await install();
  const { db, app } = installation;
  runs = [];
  for (const run of [0, 1, 2, 3]) {
    const about = { asOf: NOW, at: NOW, termsVersion: 1, notify: 'digest', actor: 'test' } as const;
    const kind = run === 3 ? 'rerun' : 'sweep';
    const id = await insertRun(db, { ...about, kind, reason: null, dueAtStart: 1, openKey: null });
    await execute(db, 'UPDATE runs SET program_version = ? WHERE id = ?', [
      VERSIONS[run % 3] ?? null,
      id as number,
    ]);
    runs.push(id as number);
  }
  await importRows(
    app,
    asides.map(({ account, plan }) => ({
      id: account,
      plan,
      kind: plan === 'agency' ? 'agency' : 'freelancer',
    })),
  );
  await inTransaction(db, async (transaction) => {
    await upsertFailures(transaction, asides.map(failureOf));
    // Put aside by an earlier run as well: they count with the later one, since the earlier.
    await upsertFailures(
      transaction,
      asides.filter((one) => one.run === 3).map((one) => ({ ...failureOf(one), runId: runs[0] as number })),
    );
    const by = { at: NOW, actor: 'test' };
    const ids = (of: readonly Aside[]): string[] => of.map((one) => one.account);
    await writeCare(
      transaction,
      ids(asides.filter((one) => one.acknowledged)),
      { kind: 'ack', reason: 'known' },
      by,
    );
    await writeCare(
      transaction,
      ids(asides.filter((one) => one.assignee)),
      { kind: 'assign', assignee: 'ann' },
      by,
    );
  });
});
afterAll(() => installation.remove());

function failureOf(one: Aside) {
  const at = NOW - one.hours * HOUR_MS - 60_000;
  const times = { retryAt: null, firstAt: at, lastAt: at };
  return {
    accountId: one.account,
    runId: runs[one.run] as number,
    code: one.code,
    message: 'm',
    attempts: 3,
    ...times,
  };
}

const ageOf = (one: Aside): Age =>
  AGE_NAMES.find((name) => one.hours < (AGES[name].untilH ?? Infinity)) as Age;

const matches = (one: Aside, choice: FacetChoice): boolean =>
  (choice.code === undefined || one.code === choice.code) &&
  (choice.runId === undefined ||
    runs[one.run] === choice.runId ||
    (one.run === 3 && choice.runId === runs[0])) &&
  (choice.plan === undefined || one.plan === choice.plan) &&
  (choice.version === undefined || versionIn(one, choice) === choice.version) &&
  (choice.age === undefined || ageOf(one) === choice.age) &&
  (choice.state === undefined || (one.acknowledged ? 'acknowledged' : 'open') === choice.state) &&
  (choice.assignee === undefined || one.assignee === choice.assignee);

/** Of a rerun's accounts, the version of the run that is asked for. */
const versionIn = (one: Aside, { runId }: FacetChoice): string | null =>
  runId === runs[0] && one.run === 3 ? VERSIONS[0] : versionOf(one);

function countsBy<Value>(choice: FacetChoice, facet: keyof FacetChoice, valueOf: (one: Aside) => Value) {
  const { [facet]: _left, ...others } = choice;
  const counts = new Map<Value, number>();
  for (const one of asides.filter((each) => matches(each, others)))
    counts.set(valueOf(one), (counts.get(valueOf(one)) ?? 0) + 1);
  return counts;
}

const toMap = <Value>(facet: readonly { value: Value; accounts: number }[]): Map<Value, number> =>
  new Map(facet.map((one) => [one.value, one.accounts]));

const some = <Value>(values: readonly Value[]) => fc.option(fc.constantFrom(...values), { nil: undefined });
const choices = fc
  .record({
    code: some(CODES),
    plan: some(PLAN_NAMES),
    version: some(VERSIONS),
    age: some(AGE_NAMES),
    state: some(['open', 'acknowledged'] as const),
    assignee: some(['ann']),
    run: some([0, 1, 2, 3]),
  })
  .map(({ run, ...rest }) => {
    const choice = { ...rest, runId: run === undefined ? undefined : runs[run] };
    return Object.fromEntries(
      Object.entries(choice).filter(([, value]) => value !== undefined),
    ) as FacetChoice;
  });

test('every facet counts those that match what is chosen in the others', async () => {
  await fc.assert(
    fc.asyncProperty(choices, async (choice) => {
      const found = await readFailureFacets(installation.db, choice, NOW);
      expect(found).toMatchObject({ all: FLEET, complete: true });
      expect(found.matching).toBe(asides.filter((one) => matches(one, choice)).length);
      expect(toMap(found.codes)).toEqual(countsBy(choice, 'code', (one) => one.code));
      expect(toMap(found.plans)).toEqual(countsBy(choice, 'plan', (one) => one.plan));
      expect(toMap(found.ages)).toEqual(countsBy(choice, 'age', ageOf));
      expect(toMap(found.states)).toEqual(
        countsBy(choice, 'state', (one) => (one.acknowledged ? 'acknowledged' : 'open')),
      );
      expect(toMap(found.versions)).toEqual(countsBy(choice, 'version', (one) => versionIn(one, choice)));
      const perHour = found.perHour.reduce((sum, one) => sum + one.accounts, 0);
      expect(perHour).toBe(asides.filter((one) => matches(one, choice) && one.hours < 48).length);
    }),
    { numRuns: 25 },
  );
});

test('a run counts whom it put aside, also where a later one did so again', async () => {
  const { runs: counted } = await readFailureFacets(installation.db, {}, NOW);
  const of = (run: number): number => asides.filter((one) => one.run === run).length;
  expect(toMap(counted)).toEqual(
    new Map([
      [runs[0], of(0) + of(3)],
      [runs[1], of(1)],
      [runs[2], of(2)],
      [runs[3], of(3)],
    ]),
  );
  expect(counted.find((one) => one.value === runs[3])?.kind).toBe('rerun');
});

test('lists and counts take the same choice: each account once, page by page', async () => {
  await fc.assert(
    fc.asyncProperty(choices, fc.integer({ min: 1, max: 25 }), async (choice, limit) => {
      const filter = filterOf(choice);
      const expected = asides
        .filter((one) => matches(one, choice))
        .map((one) => `${one.code} ${one.account}`)
        .toSorted();
      expect(await countFailureWork(installation.db, filter, NOW)).toBe(expected.length);
      const seen: string[] = [];
      let after: WorkPosition | undefined;
      for (;;) {
        const page = await listFailurePage(installation.db, filter, { now: NOW, limit, after });
        seen.push(...page.map((one) => `${one.code} ${one.account}`));
        if (page.length < limit) break;
        after = page.at(-1);
      }
      expect(seen).toEqual(expected);
    }),
    { numRuns: 25 },
  );
});

test('where more are put aside than are counted, that is said, and all of them are still known', async () => {
  const found = await readFailureFacets(installation.db, {}, NOW, 10);
  expect(found).toMatchObject({ all: FLEET, complete: false });
  expect(found.runs.reduce((sum, one) => sum + one.accounts, 0)).toBe(10);
  expect(found.codes.map((one) => one.value)).toEqual(['check-violated']);
});

test('a page knows plan, version and the cycle that waits', async () => {
  const [first] = await listFailurePage(installation.db, { code: 'unknown-zone' }, { now: NOW, limit: 1 });
  const one = asides.find((each) => each.account === first?.account) as Aside;
  expect(first).toMatchObject({
    plan: one.plan,
    version: versionOf(one),
    attempts: 3,
    nextCycleOn: '2021-02-01',
  });
});

test('putting aside is since the first run that did so', async () => {
  await execute(installation.db, 'UPDATE failures SET put_aside_at = ? WHERE run_id = ?', [
    toDate(NOW - 100 * HOUR_MS),
    runs[0] as number,
  ]);
  const { runs: counted } = await readFailureFacets(installation.db, { age: 'week' }, NOW);
  const again = asides.filter((one) => one.run === 3 && one.hours < 168).length;
  expect(toMap(counted).get(runs[3] as number)).toBe(again);
});
