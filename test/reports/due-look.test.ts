/** Who is due and not put aside, counted from one look: what a plain count of all of them says, up to where it ends. */
import fc from 'fast-check';
import { execute, toDate } from '../../src/db/query.ts';
import { inTransaction } from '../../src/db/connection.ts';
import { countDue, countDueByPlan } from '../../src/ledger/accounts.ts';
import { writeCare } from '../../src/ledger/failure-care.ts';
import { upsertFailures } from '../../src/ledger/failures.ts';
import { listAside } from '../../src/ledger/put-aside.ts';
import { lookAtDue, lookAtDueQuickly } from '../../src/operations/upkeep/look-at-due.ts';
import { DUE_MAX, DueLook, lookForDue } from '../../src/reports/due-look.ts';
import { importRows } from '../support/accounts.ts';
import { type Installation, install } from '../support/installation.ts';

const NOW = Date.parse('2026-11-29T07:05:00Z');
const MINUTE = 60_000;
const IDS = Array.from({ length: 40 }, (_, index) => `a-${String(index).padStart(3, '0')}`);

/** Minutes before now at which an account is due; 99 for the instant that does not exist. */
type Due = readonly number[];

let installation: Installation;
beforeAll(async () => {
  installation = await install();
  await importRows(
    installation.app,
    IDS.map((id, index) => ({ id, plan: index % 2 === 0 ? ('basic' as const) : ('plus' as const) })),
  );
});
afterAll(() => installation.remove());

async function stand(due: Due, aside: readonly boolean[]): Promise<void> {
  const { db } = installation;
  for (const minutes of new Set(due)) {
    const ids = IDS.filter((_, index) => due[index] === minutes);
    const at = minutes === 99 ? '0000-00-00' : toDate(NOW - minutes * MINUTE);
    await execute(db, 'UPDATE accounts SET next_cycle_at = ? WHERE id IN (?)', [at, ids]);
  }
  await execute(db, "UPDATE failures SET state = 'cleared'");
  await inTransaction(db, (transaction) =>
    upsertFailures(
      transaction,
      IDS.filter((_, index) => aside[index]).flatMap((accountId, index) =>
        (index % 3 === 0 ? [1, 2] : [1]).map((runId) => failure(accountId, runId)),
      ),
    ),
  );
}

const failure = (accountId: string, runId: number) => ({
  accountId,
  runId,
  code: 'unknown-zone',
  message: 'm',
  attempts: 1,
  firstAt: NOW - runId * MINUTE,
  lastAt: NOW - runId * MINUTE,
  retryAt: null,
});

const fleets = fc.record({
  // Few instants, so that many share one; some of them ahead.
  due: fc.array(fc.constantFrom(-10, 0, 1, 2, 3, 5, 30, 99), {
    minLength: IDS.length,
    maxLength: IDS.length,
  }),
  aside: fc.array(fc.boolean(), { minLength: IDS.length, maxLength: IDS.length }),
});

test('counts those who are due at any instant, whoever is put aside among them', async () => {
  const { db } = installation;
  await fc.assert(
    fc.asyncProperty(fleets, async ({ due, aside }) => {
      await stand(due, aside);
      const look = await DueLook.take(db, NOW, await listAside(db));
      for (const minutes of [0, 2, 4, 60]) {
        const asOf = NOW - minutes * MINUTE;
        const all = await countDue(db, asOf);
        expect(await look.countUpTo(asOf, 1_000)).toBe(all);
        expect(await look.countUpTo(asOf, 3)).toBe(Math.min(3, all));
        expect(await look.byPlanUpTo(asOf, 1_000)).toEqual(await countDueByPlan(db, asOf));
      }
      const others = IDS.filter((_, index) => !aside[index] && (due[index] as number) >= 0);
      const first = Math.max(...others.map((id) => due[IDS.indexOf(id)] as number));
      expect(look.oldestAt).toBe(others.length === 0 ? null : first === 99 ? 0 : NOW - first * MINUTE);
    }),
    { numRuns: 25 },
  );
});

test('what is due is told alike whether all are counted or the first of them, until there are more', async () => {
  const { app, db } = installation;
  await stand(
    IDS.map((_, index) => index % 4),
    IDS.map((_, index) => index % 5 === 0),
  );
  const by = { at: NOW, actor: 'test' };
  await inTransaction(db, async (transaction) => {
    await writeCare(transaction, ['a-000'], { kind: 'ack', reason: 'known' }, by);
    await writeCare(transaction, ['a-005'], { kind: 'snooze', until: 4e12, reason: 'later' }, by);
  });
  const ages = { oldestAgeMs: expect.any(Number), putAside: expect.anything() };
  const [all, first] = [await lookAtDue(app, NOW), await lookAtDueQuickly(app, NOW)];
  expect(first).toEqual({ ...all, ...ages });
  expect(all).toMatchObject({ accounts: 32, exact: true, putAside: { accounts: 8, open: 6 } });
  expect(first.putAside).toEqual({ ...all.putAside, oldestOpenAgeMs: expect.any(Number) });
  const copies = `INSERT INTO accounts
    SELECT CONCAT(id, '.', n.seq), kind, plan, pending_plan, status, anchor_on, zone, tracked_from, opening_balance,
           balance, owed, last_seq, last_decision, watermark, cycle_on, cycle_paid, next_cycle_on, next_cycle_at,
           catch_up_from, notices_opted_out, readiness_awarded
      FROM accounts JOIN (${Array.from({ length: 60 }, (_, n) => `SELECT ${n} AS seq`).join(' UNION ')}) AS n
     WHERE id < 'a-036'`;
  await execute(db, copies);
  expect(await lookAtDueQuickly(app, NOW)).toMatchObject({ accounts: DUE_MAX, exact: false });
  expect(await lookAtDue(app, NOW)).toMatchObject({ accounts: 32 + 36 * 60, exact: true });
  expect(await (await lookForDue(db, NOW)).countUpTo(NOW, DUE_MAX)).toBe(DUE_MAX);
});
