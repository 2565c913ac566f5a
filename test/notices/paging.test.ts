/** Looking through the outbox page by page: every email once, the latest first, whatever is asked, at a bounded cost. */
import { execute, selectRows } from '../../src/db/query.ts';
import type { NoticeRow } from '../../src/outbox/listing.ts';
import { LOOKED_MAX, type OutboxFilter, pageOutbox, sumOutbox } from '../../src/outbox/paging.ts';
import { type Installation, install } from '../support/installation.ts';

let installation: Installation;
const STATES = ['pending', 'claimed', 'sending', 'sent', 'refused', 'too-old', 'suppressed'];
const KINDS = ['grant', 'welcome', 'upgrade'];
const ROWS = 9_000;

beforeAll(async () => {
  installation = await install();
  // A pool of one: every statement runs on the connection whose counters are read.
  (installation.app.db.client as { pool: { max: number } }).pool.max = 1;
  // Written by hand: thousands of emails by the product's doors would take longer than all the rest.
  const rows = Array.from({ length: ROWS }, (_, at) => [
    `a-${at % 40}`,
    at === 7 ? 'upgrade' : (KINDS[at % 2] as string),
    `ref-${at}`,
    at % 100 < 90 ? 'sent' : (STATES[at % 7] as string),
    at % 3 === 0 ? 5 : null,
    new Date(1_600_000_000_000 + at * 1_000),
    // Neither in the order of their numbers, nor each another one.
    new Date(1_600_000_000_000 + ((at * 37) % 500) * 10_000),
  ]);
  for (let from = 0; from < ROWS; from += 500)
    await execute(
      installation.db,
      `INSERT INTO outbox (account_id, kind, ref, state, run_id, staged_at, next_attempt_at)
        VALUES ${rows
          .slice(from, from + 500)
          .map(() => '(?, ?, ?, ?, ?, ?, ?)')
          .join(', ')}`,
      rows.slice(from, from + 500).flat() as never,
    );
  await execute(installation.db, 'ANALYZE TABLE outbox');
});
afterAll(() => installation.remove());

async function readAll(filter: OutboxFilter, limit: number): Promise<{ rows: NoticeRow[]; pages: number }> {
  const rows: NoticeRow[] = [];
  let before: string | undefined;
  for (let pages = 1; ; pages += 1) {
    const page = await pageOutbox(installation.db, filter, { limit, before });
    expect(page.rows.length).toBeLessThanOrEqual(limit);
    rows.push(...page.rows);
    if (page.next === null) return { rows, pages };
    expect(page.next).not.toBe(before);
    before = page.next;
  }
}

const expected = async (where: string): Promise<number[]> =>
  (await selectRows<{ id: number }>(installation.db, `SELECT id FROM outbox WHERE ${where} ORDER BY id`)).map(
    (row) => row.id,
  );

const CASES: [string, OutboxFilter, string][] = [
  ['all', {}, '1 = 1'],
  ['of one state', { states: ['refused'] }, "state = 'refused'"],
  [
    'of several states',
    { states: ['pending', 'claimed', 'sending'] },
    "state IN ('pending', 'claimed', 'sending')",
  ],
  ['of a run', { runId: 5 }, 'run_id = 5'],
  ['of a run and a state', { runId: 5, states: ['suppressed'] }, "run_id = 5 AND state = 'suppressed'"],
  ['of an account', { accountId: 'a-7' }, "account_id = 'a-7'"],
  ['of an account and a kind', { accountId: 'a-7', kind: 'grant' }, "account_id = 'a-7' AND kind = 'grant'"],
  ['of a state and a kind', { states: ['sent'], kind: 'welcome' }, "state = 'sent' AND kind = 'welcome'"],
  ['of a kind that is rare', { kind: 'upgrade' }, "kind = 'upgrade'"],
];

it.each(CASES)('every one is read once: %s', async (_name, filter, where) => {
  const { rows } = await readAll(filter, 400);
  const ids = rows.map((row) => row.id);
  expect(ids.toSorted((a, b) => a - b)).toEqual(await expected(where));
});

it('they are in order: those of a state by when they were due, all others by their numbers', async () => {
  const ofState = (await readAll({ states: ['refused', 'pending'] }, 17)).rows;
  const keys = ofState.map((row) => row.nextAttemptAt * 100_000 + row.id);
  expect(keys).toEqual(keys.toSorted((a, b) => b - a));
  const all = (await readAll({ runId: 5 }, 333)).rows.map((row) => row.id);
  expect(all).toEqual(all.toSorted((a, b) => b - a));
});

it('those that come meanwhile are on no later page', async () => {
  const first = await pageOutbox(installation.db, { states: ['refused'] }, { limit: 5 });
  await execute(
    installation.db,
    `INSERT INTO outbox (account_id, kind, ref, state, staged_at, next_attempt_at)
      VALUES ('a-late', 'grant', 'late', 'refused', '2022-01-01', '2022-01-01')`,
  );
  const before = first.next ?? undefined;
  const second = await pageOutbox(installation.db, { states: ['refused'] }, { limit: 5, before });
  await execute(installation.db, "DELETE FROM outbox WHERE account_id = 'a-late'");
  expect(second.rows.map((row) => row.accountId)).not.toContain('a-late');
  expect(second.rows.some((row) => first.rows.some((one) => one.id === row.id))).toBe(false);
});

it('text that is no place to go on from begins at the latest', async () => {
  const latest = await pageOutbox(installation.db, {}, { limit: 3 });
  for (const before of ['', 'x', '5;', '1-2-3', "1' OR '1"])
    expect(await pageOutbox(installation.db, {}, { limit: 3, before })).toEqual(latest);
});

it('a page reads a bounded number of rows, whatever is asked', async () => {
  const read = async (): Promise<number> => {
    const rows = await selectRows<{ Value: string }>(
      installation.db,
      "SHOW SESSION STATUS LIKE 'Handler_read%'",
    );
    return rows.reduce((sum, row) => sum + Number(row.Value), 0);
  };
  const before = await read();
  const idle = (await read()) - before;
  for (const [name, filter] of CASES) {
    const started = await read();
    await pageOutbox(installation.db, filter, { limit: 25 });
    const rows = (await read()) - started - idle;
    const most = filter.kind === undefined ? 700 : 2 * LOOKED_MAX + 700;
    expect([name, rows <= most, rows]).toEqual([name, true, rows]);
  }
  expect(ROWS).toBeGreaterThan(2 * LOOKED_MAX + 700);
});

it('the outbox in numbers: by state, and since when the oldest waits', async () => {
  const { counts, sentSince, oldestStagedAt } = await sumOutbox(installation.db, 1_600_004_990_000);
  const [stored] = await selectRows<{ refused: string; sent: string; oldest: Date }>(
    installation.db,
    `SELECT SUM(state = 'refused') AS refused,
       SUM(state = 'sent' AND next_attempt_at >= FROM_UNIXTIME(1600004990)) AS sent,
       (SELECT staged_at FROM outbox WHERE state = 'pending' ORDER BY next_attempt_at, id LIMIT 1) AS oldest
       FROM outbox`,
  );
  expect([counts.refused, sentSince]).toEqual([Number(stored?.refused), Number(stored?.sent)]);
  expect(sentSince).toBeGreaterThan(0);
  expect(oldestStagedAt).toBe(stored?.oldest.getTime());
});
