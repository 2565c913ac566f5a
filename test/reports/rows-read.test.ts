/**
 * Asking about one account costs what that account has, whatever else the tables hold: by the database's own count of
 * the rows that it handled on this connection.
 */
import type { App } from '../../src/app.ts';
import { selectRows } from '../../src/db/query.ts';
import type { MemberEvent } from '../../src/domain/events/events.ts';
import { importRows, numbered } from '../support/accounts.ts';
import { fact, record, settleAsOf } from '../support/facts.ts';
import { runHere } from '../support/in-process.ts';
import { type Installation, install } from '../support/installation.ts';
import { countOf } from '../support/state.ts';

const YEARS = 10;
const OLD = 'm-old';
const QUESTIONS: readonly (readonly string[])[] = [
  ['explain', OLD],
  ['explain', OLD, '--since', '2016-01-01'],
  ['explain', OLD, '--cycle', '2022-06-05'],
  ['explain', OLD, '--interview', 'i40'],
  ['explain', OLD, '--proposal', 'p40'],
  ['explain', OLD, '--about', 'p40'],
  ['explain', OLD, '--about', '40'],
  ['show', OLD],
  ['history', OLD],
  ['history', OLD, '--type', 'interview', '--days', '3650'],
  ['history', OLD, '--ndjson'],
];

let installation: Installation;
let app: App;

beforeAll(async () => {
  installation = await install();
  app = installation.app;
  // A pool of one: every statement of a command runs on the connection whose counters are read.
  (app.db.client as { pool: { max: number } }).pool.max = 1;
  await importRows(app, [{ id: OLD, anchorOn: '2015-12-05', openingBalance: 50 }]);
  await record(app, storyOf(OLD, 2016, YEARS));
  await settleAsOf(app, [OLD], '2026-01-01');
});

afterAll(() => installation.remove());

/** Every month a purchase, an interview with its award, a spend that is refused, and a change of zone each year. */
function storyOf(account: string, firstYear: number, years: number): MemberEvent[] {
  const events: MemberEvent[] = [];
  const add = (at: string, type: string, fields = {}) =>
    events.push(fact(`${account}-${events.length}`, account, at, type, fields));
  for (let month = 0; month < years * 12; month += 1) {
    const day = `${firstYear + Math.floor(month / 12)}-${String((month % 12) + 1).padStart(2, '0')}`;
    add(`${day}-10`, 'connects.purchased', { amount: 20 });
    add(`${day}-11`, 'proposal.submitted', { proposal: `p${month}`, connects: 6 });
    add(`${day}-12`, 'interview.requested', { interview: `i${month}`, proposal: `p${month}` });
    add(`${day}-13`, 'interview.replied', { interview: `i${month}` });
    add(`${day}-14`, 'connects.spent', { amount: 900_000 });
    if (month % 12 === 0) add(`${day}-15`, 'plan.upgraded');
    if (month % 12 === 6) add(`${day}-15`, 'plan.downgraded');
  }
  return events;
}

/** Rows that the server handled for this session. */
async function rowsRead(): Promise<number> {
  const rows = await selectRows<{ Variable_name: string; Value: string }>(
    app.db,
    "SHOW SESSION STATUS LIKE 'Handler_read%'",
  );
  return rows.reduce((sum, row) => sum + Number(row.Value), 0);
}

async function costOf(args: readonly string[]): Promise<number> {
  const before = await rowsRead();
  // Reading the counters is itself counted.
  const idle = (await rowsRead()) - before;
  const started = await rowsRead();
  const { code, stderr } = await runHere(['account', ...args], { app });
  if (code !== 0) throw new Error(stderr);
  return (await rowsRead()) - started - idle;
}

async function costs(): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const question of QUESTIONS) found[question.join(' ')] = await costOf(question);
  return found;
}

const OWN = [
  'entries',
  'decisions',
  'cycles',
  'proposals',
  'events',
  'interviews',
  'awards',
  'outbox',
  'account_spans',
] as const;

async function ownRows(): Promise<number> {
  let sum = 0;
  for (const table of OWN)
    sum += await countOf(app.db, `SELECT COUNT(*) FROM ${table} WHERE account_id = ?`, [OLD]);
  return sum;
}

test('what is read does not grow with other accounts, and is bounded by the rows of this one', async () => {
  const alone = await costs();
  const own = await ownRows();
  expect(own).toBeGreaterThan(900);

  const others = [...numbered('a-other', 150), ...numbered('z-other', 150)];
  await importRows(
    app,
    others.map((one) => ({ ...one, anchorOn: '2021-01-05', openingBalance: 50 })),
  );
  for (let from = 0; from < others.length; from += 50)
    await record(
      app,
      others.slice(from, from + 50).flatMap((one) => storyOf(one.id, 2021, 1)),
      'none',
    );
  await installation.db.raw(
    'ANALYZE TABLE entries, decisions, cycles, proposals, interviews, awards, events, account_spans',
  );
  expect(await countOf(app.db, 'SELECT COUNT(*) FROM entries')).toBeGreaterThan(10 * own);

  const crowded = await costs();
  // The dearest question reads most rows of the account twice or thrice; none reads anybody else's.
  for (const [question, cost] of Object.entries(crowded)) {
    expect({ question, cost, withinOwn: cost <= 3 * own }).toEqual({ question, cost, withinOwn: true });
    expect({ question, grew: cost > (alone[question] ?? 0) * 1.1 + 20 }).toEqual({ question, grew: false });
  }
  // A page of history reads a page, whatever the account has.
  expect(crowded[`history ${OLD}`]).toBeLessThan(250);
  expect(crowded[`show ${OLD}`]).toBeLessThan(250);
});
