/** Settling batches: several transactions for long catch-ups, one notice each, many at once, and never too early. */
import { connectDatabase } from '../../../src/db/connection.ts';
import { databaseNow, execute, selectRows } from '../../../src/db/query.ts';
import { formatInstant } from '../../../src/domain/calendar.ts';
import { type Notify, closeRun, insertRun } from '../../../src/ledger/runs.ts';
import {
  type SettleDeps,
  type SettleOutcome,
  type SettleRequest,
  settleAccounts,
} from '../../../src/operations/settling/settle-accounts.ts';
import { RunDirectory } from '../../../src/operations/settling/run-directory.ts';
import { importRows, numbered } from '../../support/accounts.ts';
import { type Installation, install } from '../../support/installation.ts';
import { holdRows } from '../../support/liveness.ts';
import { countOf, readState } from '../../support/state.ts';
import { MAY_2021 } from '../../support/sweeping.ts';

const MARCH_2021 = Date.parse('2021-03-01T00:00:00Z');
const DAY = 86_400_000;

describe('settleAccounts', () => {
  let installation: Installation;
  beforeEach(async () => {
    installation = await install({ env: { SMTP_URL: '' } });
  });
  afterEach(() => installation.remove());

  let opened = 0;
  async function openRun(asOf = MAY_2021, notify: Notify = 'digest'): Promise<number> {
    const { db } = installation;
    opened += 1;
    const about = { kind: 'rerun', asOf, termsVersion: 1, notify, actor: 'test', reason: null } as const;
    return (await insertRun(db, {
      ...about,
      dueAtStart: 0,
      at: await databaseNow(db),
      openKey: `test-${opened}`,
    })) as number;
  }

  const settle = (
    requests: readonly SettleRequest[],
    settings: Partial<SettleDeps['settings']> = {},
  ): Promise<Map<string, SettleOutcome>> => {
    const { settleDeps } = installation.app;
    return settleAccounts({ ...settleDeps, settings: { ...settleDeps.settings, ...settings } }, requests);
  };

  const outbox = (): Promise<unknown[]> =>
    selectRows(
      installation.db,
      `SELECT account_id AS account, first_cycle_on AS first, last_cycle_on AS last, state FROM outbox
        ORDER BY account_id, id`,
    );

  describe('with more boundaries than one transaction may settle', () => {
    it('goes on in the next one, and stages one notice, in the last', async () => {
      await importRows(installation.app, [{ id: 'long', anchorOn: '2020-12-15' }]);
      const run = await openRun();
      const staged: number[] = [];
      installation.db.on('query', ({ sql }: { sql: string }) => {
        if (/^INSERT INTO (cycles|outbox)/.test(sql))
          staged.push(sql.startsWith('INSERT INTO outbox') ? 1 : 0);
      });
      const outcomes = await settle([{ account: 'long', run }], { boundariesMax: 2 });
      expect(outcomes).toEqual(new Map([['long', { outcome: 'settled', cycles: 4 }]]));
      expect(staged).toEqual([0, 0, 1]);
      expect(await outbox()).toEqual([
        { account: 'long', first: '2021-01-15', last: '2021-04-15', state: 'pending' },
      ]);
    });

    it('settles as it would have in one', async () => {
      const fleet = [
        ...numbered('a', 3),
        { id: 'b', openingBalance: 260, plan: 'plus' as const },
        { id: 'c', kind: 'agency' as const, plan: 'agency' as const, openingBalance: 401 },
      ];
      await importRows(installation.app, fleet);
      const requests = fleet.map((one) => one.id);
      const run = await openRun();
      await settle(requests.map((account) => ({ account, run })));
      const inOne = await readState(installation.db);

      const other = await install({ env: { SMTP_URL: '' } });
      try {
        await importRows(other.app, fleet);
        const { db } = other;
        const about = {
          kind: 'rerun',
          asOf: MAY_2021,
          termsVersion: 1,
          notify: 'digest',
          actor: 'test',
        } as const;
        const more = { reason: null, dueAtStart: 0, at: await databaseNow(db), openKey: 'test' };
        const otherRun = (await insertRun(db, { ...about, ...more })) as number;
        const deps = other.app.settleDeps;
        const outcomes = await settleAccounts(
          { ...deps, settings: { ...deps.settings, boundariesMax: 3 } },
          requests.map((account) => ({ account, run: otherRun })),
        );
        expect([...outcomes.values()]).toEqual(requests.map(() => ({ outcome: 'settled', cycles: 4 })));
        expect(await readState(db)).toEqual(inOne);
      } finally {
        await other.remove();
      }
    });

    it('keeps where a catch-up began, so that whoever goes on tells of the whole of it', async () => {
      await importRows(installation.app, [{ id: 'long' }]);
      await settle([{ account: 'long', run: await openRun(MARCH_2021) }]);
      // The first part of a catch-up from April on, after which the worker died.
      await execute(installation.db, "UPDATE accounts SET catch_up_from = '2021-02-01' WHERE id = 'long'");
      await execute(installation.db, 'DELETE FROM outbox');
      await settle([{ account: 'long', run: await openRun() }]);
      expect(await outbox()).toEqual([
        { account: 'long', first: '2021-02-01', last: '2021-05-01', state: 'pending' },
      ]);
      expect(
        await countOf(installation.db, 'SELECT COUNT(*) FROM accounts WHERE catch_up_from IS NOT NULL'),
      ).toBe(0);
    });

    it('shares one transaction fairly: who finds no room left waits for the next', async () => {
      await importRows(installation.app, numbered('a', 5));
      const run = await openRun();
      const ids = numbered('a', 5).map((one) => one.id);
      const outcomes = await settle(
        ids.map((account) => ({ account, run })),
        { boundariesMax: 1 },
      );
      expect([...outcomes.values()]).toEqual(ids.map(() => ({ outcome: 'settled', cycles: 4 })));
      expect(await countOf(installation.db, 'SELECT COUNT(*) FROM outbox')).toBe(5);
      expect(await countOf(installation.db, 'SELECT COUNT(*) FROM accounts WHERE balance = 40')).toBe(5);
    });
  });

  it('answers each request with its own outcome, by account', async () => {
    await importRows(installation.app, [
      { id: 'due' },
      { id: 'current', anchorOn: '2021-04-15' },
      { id: 'broken' },
      { id: 'late-run' },
    ]);
    await execute(installation.db, "UPDATE accounts SET zone = 'Mars/Olympus' WHERE id = 'broken'");
    const [run, closed] = [await openRun(), await openRun()];
    await closeRun(installation.db, closed, 'stopped', await databaseNow(installation.db));
    const outcomes = await settle([
      { account: 'unheard-of', run },
      { account: 'late-run', run: closed },
      { account: 'due', run },
      { account: 'current', run },
      { account: 'broken', run },
      { account: 'due-too', run: 999_999 },
    ]);
    expect(Object.fromEntries(outcomes)).toEqual({
      due: { outcome: 'settled', cycles: 4 },
      current: { outcome: 'already-current' },
      broken: {
        outcome: 'failed',
        code: 'unknown-zone',
        putAside: false,
        message: '"Mars/Olympus" is not a known IANA time zone',
      },
      'late-run': { outcome: 'run-not-open' },
      'unheard-of': { outcome: 'unknown-account' },
      'due-too': { outcome: 'unknown-account' },
    });
    expect(await countOf(installation.db, "SELECT COUNT(*) FROM cycles WHERE account_id = 'late-run'")).toBe(
      0,
    );
  });

  it('settles a batch of several runs, each account as its own run asks', async () => {
    await importRows(installation.app, numbered('a', 2));
    const [march, may] = [await openRun(MARCH_2021), await openRun(MAY_2021, 'none')];
    await settle([
      { account: 'a-000', run: march },
      { account: 'a-001', run: may },
    ]);
    const cycles = await selectRows(
      installation.db,
      `SELECT account_id AS account, COUNT(*) AS cycles, MAX(run_id) AS run, MAX(notice) AS notice
         FROM cycles GROUP BY account_id ORDER BY account_id`,
    );
    expect(cycles).toEqual([
      { account: 'a-000', cycles: 2, run: march, notice: 'staged' },
      { account: 'a-001', cycles: 4, run: may, notice: 'not-asked' },
    ]);
    expect(await outbox()).toMatchObject([{ account: 'a-000', last: '2021-03-01' }]);
  });

  it('changes nothing for an account that is current, however often it is asked', async () => {
    await importRows(installation.app, numbered('a', 3));
    const run = await openRun();
    const requests = numbered('a', 3).map((one) => ({ account: one.id, run }));
    await settle(requests);
    const before = await readState(installation.db);
    for (let times = 0; times < 3; times += 1) {
      const outcomes = await settle(requests);
      expect([...outcomes.values()]).toEqual(requests.map(() => ({ outcome: 'already-current' })));
    }
    expect(await readState(installation.db)).toEqual(before);
  });

  it('grants an account once that is asked for twice in a batch', async () => {
    await importRows(installation.app, [{ id: 'twice' }]);
    const [one, other] = [await openRun(), await openRun()];
    await settle([
      { account: 'twice', run: one },
      { account: 'twice', run: other },
    ]);
    expect(await countOf(installation.db, "SELECT balance FROM accounts WHERE id = 'twice'")).toBe(40);
    expect(await countOf(installation.db, 'SELECT COUNT(*) FROM cycles')).toBe(4);
    expect(await countOf(installation.db, 'SELECT COUNT(*) FROM failures')).toBe(0);
  });

  it('settles nothing before its instant by the clock of the database, whatever as-of a run has', async () => {
    const now = await databaseNow(installation.db);
    const today = formatInstant(now).slice(0, 10);
    const dayAfter = formatInstant(now + 2 * DAY).slice(0, 10);
    await importRows(installation.app, [
      { id: 'early', anchorOn: aMonthBefore(dayAfter), trackedFrom: formatInstant(now - DAY) },
      { id: 'due', anchorOn: aMonthBefore(today), trackedFrom: formatInstant(now - DAY) },
    ]);
    const run = await openRun(now + 30 * DAY);
    const outcomes = await settle([
      { account: 'early', run },
      { account: 'due', run },
    ]);
    expect(Object.fromEntries(outcomes)).toEqual({
      early: { outcome: 'already-current' },
      due: { outcome: 'settled', cycles: 1 },
    });
    expect(
      await countOf(installation.db, 'SELECT COUNT(*) FROM cycles WHERE starts_at > UTC_TIMESTAMP(3)'),
    ).toBe(0);
  });

  it('corrects a next instant that its zone no longer has, and settles nothing for it', async () => {
    await importRows(installation.app, [{ id: 'stale', anchorOn: '2021-04-15', zone: 'Europe/Berlin' }]);
    await execute(installation.db, "UPDATE accounts SET next_cycle_at = '2021-04-20' WHERE id = 'stale'");
    const outcomes = await settle([{ account: 'stale', run: await openRun() }]);
    expect(outcomes.get('stale')).toEqual({ outcome: 'already-current' });
    const [row] = await selectRows<{ at: Date }>(installation.db, 'SELECT next_cycle_at AS at FROM accounts');
    expect(row?.at.toISOString()).toBe('2021-05-14T22:00:00.000Z');
  });

  it('records a notice as too old when its newest cycle began longer ago than the limit', async () => {
    await importRows(installation.app, [{ id: 'old' }]);
    await settle([{ account: 'old', run: await openRun() }], { noticeMaxAgeMs: 7 * DAY });
    expect(await outbox()).toMatchObject([{ account: 'old', state: 'too-old' }]);
  });

  it('stages nothing for a member who opted out, and says so on each cycle', async () => {
    await importRows(installation.app, [{ id: 'quiet' }]);
    await execute(installation.db, 'UPDATE accounts SET notices_opted_out = 1');
    await settle([{ account: 'quiet', run: await openRun() }]);
    expect(await outbox()).toEqual([]);
    expect(await countOf(installation.db, "SELECT COUNT(*) FROM cycles WHERE notice = 'opted-out'")).toBe(4);
  });

  it('grants once and loses nobody when many batches overlap, in whatever order they name their accounts', async () => {
    const ids = numbered('a', 200).map((one) => one.id);
    await importRows(installation.app, numbered('a', 200));
    const run = await openRun();
    const orders = [
      ids,
      ids.toReversed(),
      [...ids.slice(100), ...ids.slice(0, 100)],
      ids.filter((_, index) => index % 2 === 0),
      ids.slice(50, 150).toReversed(),
      ids.toSorted((a, b) => (a.slice(-1) < b.slice(-1) ? -1 : 1)),
    ];
    const refused: unknown[] = [];
    const outcomes = await Promise.all(
      orders.map(async (order) => {
        const db = connectDatabase(installation.env.DATABASE_URL as string, 2);
        db.on('query-error', (error: { errno?: number }) => refused.push(error.errno));
        try {
          const { settleDeps } = installation.app;
          const runs = new RunDirectory(db, settleDeps.clock);
          const settings = { ...settleDeps.settings, boundariesMax: 90 };
          return await settleAccounts(
            { ...settleDeps, db, runs, settings },
            order.map((account) => ({ account, run })),
          );
        } finally {
          await db.destroy();
        }
      }),
    );
    const cycles = outcomes
      .flatMap((one) => [...one.values()])
      .map((one) => (one.outcome === 'settled' ? one.cycles : 0))
      .reduce((sum, count) => sum + count, 0);
    expect(cycles).toBe(800);
    // The locks keep them apart: nobody runs into what another has written.
    expect(refused.filter((errno) => errno === 1062)).toEqual([]);
    expect(await countOf(installation.db, 'SELECT COUNT(*) FROM accounts WHERE balance = 40')).toBe(200);
    expect(await countOf(installation.db, 'SELECT COUNT(*) FROM entries')).toBe(800);
    expect(await countOf(installation.db, 'SELECT COUNT(*) FROM outbox')).toBe(200);
    expect(await countOf(installation.db, 'SELECT COUNT(*) FROM failures')).toBe(0);
  });

  it('leaves out whom somebody else has locked, and settles all others at once', async () => {
    await importRows(installation.app, numbered('a', 4));
    const run = await openRun();
    const requests = numbered('a', 4).map((one) => ({ account: one.id, run }));
    const holder = await holdRows(installation, "SELECT id FROM accounts WHERE id = 'a-002' FOR UPDATE");
    const outcomes = await settle(requests);
    await holder.release();
    expect(outcomes.get('a-002')).toEqual({ outcome: 'busy' });
    expect([...outcomes.values()].filter((one) => one.outcome === 'settled')).toHaveLength(3);
    expect(await countOf(installation.db, 'SELECT COUNT(*) FROM failures')).toBe(0);
    const again = await settle(requests);
    expect(again.get('a-002')).toEqual({ outcome: 'settled', cycles: 4 });
    expect(await countOf(installation.db, 'SELECT COUNT(*) FROM accounts WHERE balance = 40')).toBe(4);
  });
});

/** A date whose boundary 1 is `on`, where both months have that day; else one day less. */
function aMonthBefore(on: string): string {
  const [year = 0, month = 0, day = 0] = on.split('-').map(Number);
  const before = new Date(Date.UTC(year, month - 2, 1));
  const last = new Date(Date.UTC(year, month - 1, 0)).getUTCDate();
  before.setUTCDate(Math.min(day, last));
  return before.toISOString().slice(0, 10);
}
