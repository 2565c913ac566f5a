/** Accounts that cannot be settled fail alone: everybody else is granted, and they are put aside with their error. */
import { databaseNow, execute, selectRows } from '../../src/db/query.ts';
import { findRun, insertRun } from '../../src/ledger/runs.ts';
import { createLog } from '../../src/log.ts';
import { settleAccounts } from '../../src/operations/settling/settle-accounts.ts';
import { importRows, numbered } from '../support/accounts.ts';
import { runCli } from '../support/cli.ts';
import { type Installation, install } from '../support/installation.ts';
import { expectSoonAfter } from '../support/liveness.ts';
import { countOf, readState } from '../support/state.ts';
import { MAY_2021, sweepAndSend, waitingSweep } from '../support/sweeping.ts';

const FLEET = 300;
/** Each is due four times by May 2021: 1 February, March, April and May. */
const CYCLES = 4;

/** What makes accounts fail, and the error that it fails with. Given ids are quoted for SQL. */
interface Breakage {
  readonly code: string;
  readonly message: RegExp;
  readonly apply: (installation: Installation, ids: readonly string[]) => Promise<void>;
}

const breakages: Readonly<Record<string, Breakage>> = {
  /** Its decision throws. */
  zone: {
    code: 'unknown-zone',
    message: /"Mars\/Olympus" is not a known IANA time zone/,
    apply: async ({ db }, ids) =>
      void (await execute(db, "UPDATE accounts SET zone = 'Mars/Olympus' WHERE id IN (?)", [ids])),
  },
  /** The database refuses its entries, of the last of several cycles: what was written before it must go as well. */
  entries: {
    code: 'check-violated',
    message: /entries_test/,
    apply: async ({ db }, ids) =>
      void (await execute(
        db,
        'ALTER TABLE entries ADD CONSTRAINT entries_test CHECK (account_id NOT IN (?) OR cycle_on < ?)',
        [ids, '2021-04-15'],
      )),
  },
  /** The database refuses its new balance. */
  balance: {
    code: 'check-violated',
    message: /accounts_test/,
    apply: async ({ db }, ids) =>
      void (await execute(
        db,
        'ALTER TABLE accounts ADD CONSTRAINT accounts_test CHECK (id NOT IN (?) OR balance = 0)',
        [ids],
      )),
  },
  /** No UPDATE of its row is taken, whatever it would change: it cannot even be marked. */
  row: {
    code: 'refused-by-trigger',
    message: /^this row stays as it is$/,
    apply: async ({ db }, ids) =>
      void (await execute(
        db,
        `CREATE TRIGGER accounts_test BEFORE UPDATE ON accounts FOR EACH ROW
           IF OLD.id IN (?) THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'this row stays as it is'; END IF`,
        [ids],
      )),
  },
  /** An entry with its key is there already. */
  key: {
    code: 'duplicate-key',
    message: /Duplicate entry/,
    apply: async ({ db }, ids) =>
      void (await execute(
        db,
        `INSERT INTO entries (account_id, seq, kind, amount, balance_after, effective_at, occurred_at, posted_at, subject)
         SELECT id, 900, 'monthly-free', 10, 10, tracked_from, tracked_from, tracked_from, 'cycle:2021-03-01'
           FROM accounts WHERE id IN (?)`,
        [ids],
      )),
  },
};

/** Which of them happen in one fleet, and to how many accounts each. */
const cases: readonly { title: string; kinds: readonly string[]; each: number; over?: string }[] = [
  { title: 'one of 300 whose decision throws', kinds: ['zone'], each: 1 },
  { title: 'one of 300 whose entries are refused', kinds: ['entries'], each: 1 },
  { title: 'five of 300, each for another reason', kinds: Object.keys(breakages), each: 1 },
  { title: 'fifty of 300, ten for each reason', kinds: Object.keys(breakages), each: 10 },
  { title: 'fifty of 300, out of one cohort', kinds: Object.keys(breakages), each: 10, over: '60' },
];

// Side by side, because most of the time each of them waits for a retry.
describe('accounts that fail', () => {
  it.concurrent.each(cases)(
    'are put aside with their error, and all others are granted: $title',
    async ({ kinds, each, over = '0' }) => {
      const installation = await install({ env: { CONNECTS_COHORT_OVER: over } });
      const { app, db } = installation;
      try {
        await importRows(app, numbered('a', FLEET));
        const broken = await breakSome(installation, kinds, each);
        const ids = broken.map((one) => one.id);
        const entriesBefore = await countOf(db, 'SELECT COUNT(*) FROM entries');

        const swept = await sweepAndSend(app);
        const run = swept.runs[0]?.id as number;
        expect(await findRun(db, run)).toMatchObject({ state: 'completed-with-failures', dueAtStart: FLEET });
        expect(await listFailures(installation)).toEqual(
          broken.map(({ id, code, message }) => ({
            account_id: id,
            run_id: run,
            state: 'put-aside',
            code,
            attempts: 3,
            retry_at: null,
            message: expect.stringMatching(message) as string,
          })),
        );
        const good = "SELECT COUNT(*) FROM accounts WHERE balance = 40 AND next_cycle_on = '2021-06-01'";
        expect(await countOf(db, good)).toBe(FLEET - ids.length);
        const untouched = "SELECT COUNT(*) FROM accounts WHERE balance = 0 AND next_cycle_on = '2021-02-01'";
        expect(await countOf(db, untouched)).toBe(ids.length);
        const entries = await countOf(db, 'SELECT COUNT(*) FROM entries');
        expect(entries - entriesBefore).toBe((FLEET - ids.length) * CYCLES);
        const cycles = 'SELECT COUNT(*) FROM cycles WHERE account_id IN (?)';
        expect(await countOf(db, cycles, [ids as never])).toBe(0);

        await expectThatASecondSweepLeavesThemOut(installation);
      } finally {
        await installation.remove();
      }
    },
  );
});

/** Accounts all over the fleet, the first and the last among them. In order of their ids. */
async function breakSome(
  installation: Installation,
  kinds: readonly string[],
  each: number,
): Promise<{ id: string; code: string; message: RegExp }[]> {
  const count = kinds.length * each;
  const chosen = Array.from({ length: count }, (_, index) => {
    const at = count === 1 ? 137 : Math.round((index * (FLEET - 1)) / (count - 1));
    return { id: numbered('a', FLEET)[at]?.id as string, kind: kinds[index % kinds.length] as string };
  });
  for (const kind of kinds) {
    const ids = chosen.filter((one) => one.kind === kind).map((one) => one.id);
    await breakages[kind]?.apply(installation, ids);
  }
  return chosen.map(({ id, kind }) => {
    const { code, message } = breakages[kind] as Breakage;
    return { id, code, message };
  });
}

const listFailures = ({ db }: Installation): Promise<unknown[]> =>
  selectRows(
    db,
    'SELECT account_id, run_id, state, code, message, attempts, retry_at FROM failures ORDER BY account_id',
  );

async function expectThatASecondSweepLeavesThemOut(installation: Installation): Promise<void> {
  const before = await readState(installation.db);
  const again = await sweepAndSend(installation.app);
  expect(again).toMatchObject({ outcome: 'done', runs: [], remaining: 0 });
  expect(await readState(installation.db)).toEqual(before);
}

describe('failing accounts', () => {
  let installation: Installation;
  beforeEach(async () => {
    installation = await install();
    await importRows(installation.app, numbered('a', 20));
  });
  afterEach(() => installation.remove());

  const breakZone = (...ids: string[]): Promise<unknown> =>
    execute(installation.db, "UPDATE accounts SET zone = 'Mars/Olympus' WHERE id IN (?)", [ids]);

  it('end `connects sweep --wait --work` with exit code 3, once; the next one has nothing to do and ends with 0', async () => {
    await breakZone('a-007');
    const sweep = ['sweep', '--wait', '--work', '--as-of', '2021-05-01T00:00:00Z', '--json'];
    const first = await runCli(sweep, installation.env);
    expect(first.code).toBe(3);
    expect(JSON.parse(first.stdout)).toMatchObject({
      remaining: 0,
      runs: [{ state: 'completed-with-failures', settled: 19, failed: 1, failures: { 'unknown-zone': 1 } }],
    });
    const second = await runCli(sweep, installation.env);
    expect(second.code).toBe(0);
    expect(JSON.parse(second.stdout)).toMatchObject({ outcome: 'nothing-due', runs: [] });
  });

  it('wait longer between attempts: once, then four times the base', async () => {
    await breakZone('a-007');
    const { app, db } = installation;
    const run = await openRun(installation);
    const waits: number[] = [];
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      const outcomes = await settleAccounts(app.settleDeps, [{ account: 'a-007', run }]);
      expect(outcomes.get('a-007')).toMatchObject({ outcome: 'failed', putAside: attempt === 3 });
      const [failure] = await selectRows<{ last_at: Date; retry_at: Date | null }>(
        db,
        'SELECT last_at, retry_at FROM failures',
      );
      if (failure?.retry_at) waits.push(failure.retry_at.getTime() - failure.last_at.getTime());
    }
    expect(waits).toEqual([50, 200]);
  });

  it('stay put aside when a job of theirs comes late', async () => {
    await breakZone('a-007');
    const run = await openRun(installation);
    for (let attempt = 1; attempt <= 3; attempt += 1)
      await settleAccounts(installation.app.settleDeps, [{ account: 'a-007', run }]);
    const before = await listFailures(installation);
    const lines: unknown[] = [];
    const log = createLog('info', { write: (line) => void lines.push(JSON.parse(line)) });
    const late = await settleAccounts({ ...installation.app.settleDeps, log }, [{ account: 'a-007', run }]);
    // Whoever put it aside has said so, and a log has one line for it.
    expect(lines).toEqual([]);
    expect(late.get('a-007')).toMatchObject({ outcome: 'failed', code: 'unknown-zone', putAside: true });
    expect(await listFailures(installation)).toEqual(before);
    expect(before).toMatchObject([{ state: 'put-aside', attempts: 3 }]);
  });

  it('are cleared when something settles them after all, and the run still says that it put them aside', async () => {
    await breakZone('a-007');
    const swept = await sweepAndSend(installation.app);
    await execute(installation.db, "UPDATE accounts SET zone = 'UTC' WHERE id = 'a-007'");
    const run = await openRerun(installation);
    const outcomes = await settleAccounts(installation.app.settleDeps, [{ account: 'a-007', run }]);
    expect(outcomes.get('a-007')).toEqual({ outcome: 'settled', cycles: CYCLES });
    expect(await listFailures(installation)).toMatchObject([{ state: 'cleared', attempts: 3 }]);
    expect(await findRun(installation.db, swept.runs[0]?.id as number)).toMatchObject({
      state: 'completed-with-failures',
    });
  });

  it('succeed at a later attempt when their trouble passes, and the run completes without a failure', async () => {
    await breakZone('a-007');
    const run = await openRun(installation);
    await settleAccounts(installation.app.settleDeps, [{ account: 'a-007', run }]);
    await execute(installation.db, "UPDATE accounts SET zone = 'UTC' WHERE id = 'a-007'");
    const swept = await sweepAndSend(installation.app);
    expect(swept.runs.map((one) => one.id)).toEqual([run]);
    expect(await findRun(installation.db, run)).toMatchObject({ state: 'completed' });
    expect(await listFailures(installation)).toMatchObject([{ state: 'cleared', attempts: 1 }]);
  });

  it('do not hold up a sweep whose accounts all fail', async () => {
    await execute(installation.db, "UPDATE accounts SET zone = 'Mars/Olympus'");
    const startedAt = performance.now();
    const swept = await sweepAndSend(installation.app);
    expectSoonAfter(startedAt);
    expect(swept).toMatchObject({ outcome: 'done', remaining: 0 });
    expect(await countOf(installation.db, "SELECT COUNT(*) FROM failures WHERE state = 'put-aside'")).toBe(
      20,
    );
  });
});

async function openRerun({ db }: Installation): Promise<number> {
  const pinned = { kind: 'rerun', asOf: MAY_2021, termsVersion: 1, notify: 'digest' } as const;
  const opened = { actor: 'test', reason: null, dueAtStart: 1, at: await databaseNow(db), openKey: 'rerun' };
  return (await insertRun(db, { ...pinned, ...opened })) as number;
}

/** An open sweep run, without a worker that would settle anything. */
async function openRun({ app }: Installation): Promise<number> {
  const waited = await waitingSweep(app, { asOf: MAY_2021, timeoutMs: 0 });
  return waited.runs[0]?.id as number;
}
