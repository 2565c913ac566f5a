/** A page of those who are due reads itself and nothing more, though very many of them are due at the same instant. */
import type { App } from '../../src/app.ts';
import { databaseNow, selectRows } from '../../src/db/query.ts';
import { type DuePosition, listDue } from '../../src/ledger/accounts.ts';
import { importRows, numbered } from '../support/accounts.ts';
import { type Installation, install } from '../support/installation.ts';

const DUE_AT = Date.parse('2021-02-01T00:00:00Z');
const at = (n: number): DuePosition => ({ nextCycleAt: DUE_AT, id: `a-${String(n).padStart(3, '0')}` });

let installation: Installation;
let app: App;
beforeAll(async () => {
  installation = await install();
  app = installation.app;
  // A pool of one: the page is read on the connection whose counters are read.
  (app.db.client as { pool: { max: number } }).pool.max = 1;
  await importRows(app, numbered('a', 600));
  await importRows(app, numbered('b', 5, { anchorOn: '2021-01-02' }));
  await app.db.raw('ANALYZE TABLE accounts');
});
afterAll(() => installation.remove());

async function rowsRead(): Promise<number> {
  const rows = await selectRows<{ Value: string }>(app.db, "SHOW SESSION STATUS LIKE 'Handler_read%'");
  return rows.reduce((sum, row) => sum + Number(row.Value), 0);
}

test.each<[string, { after?: DuePosition; upTo?: DuePosition; limit: number }, number, string, string]>([
  ['the first', { limit: 10 }, 10, 'a-000', 'a-009'],
  ['one in the middle', { after: at(299), limit: 10 }, 10, 'a-300', 'a-309'],
  ['a stretch', { after: at(299), upTo: at(309), limit: 500 }, 10, 'a-300', 'a-309'],
  ['a stretch from the beginning', { upTo: at(9), limit: 500 }, 10, 'a-000', 'a-009'],
  ['a stretch over two instants', { after: at(594), upTo: at2(3), limit: 500 }, 9, 'a-595', 'b-003'],
  ['the last', { after: at(597), limit: 500 }, 7, 'a-598', 'b-004'],
  ['none behind the last', { after: at2(4), limit: 500 }, 0, '', ''],
])('%s', async (_name, { after, upTo, limit }, count, first, last) => {
  const now = await databaseNow(app.db);
  const ask = () => listDue(app.db, { asOf: now, now, after, upTo, limit });
  // What the server learns of its tables at the first look is none of the page's.
  await ask();
  const before = await rowsRead();
  // Reading the counters is itself counted.
  const idle = (await rowsRead()) - before;
  const started = await rowsRead();
  const page = await ask();
  const read = (await rowsRead()) - started - idle;
  expect([page.length, page[0]?.id ?? '', page.at(-1)?.id ?? '']).toEqual([count, first, last]);
  // Each is looked up among the failures, twice.
  expect(read).toBeLessThanOrEqual(3 * count + 10);
});

function at2(n: number): DuePosition {
  return { nextCycleAt: Date.parse('2021-02-02T00:00:00Z'), id: `b-00${n}` };
}
