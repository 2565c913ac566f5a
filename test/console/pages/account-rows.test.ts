/** Pages of accounts read a bounded number of rows, whatever an account and its neighbours have: by the server's own count. */
import type { App } from '../../../src/app.ts';
import { type Console, startConsole } from '../../../src/console/server.ts';
import { selectRows } from '../../../src/db/query.ts';
import { importRows, numbered } from '../../support/accounts.ts';
import { Client } from '../../support/console-client.ts';
import { fact, record, settleAsOf } from '../../support/facts.ts';
import { type Installation, install } from '../../support/installation.ts';

const OLD = 'm-old';
const MONTHS = 96;
const NEIGHBOURS = 6_000;
let installation: Installation;
let app: App;
let console_: Console;
let viewer: Client;

beforeAll(async () => {
  installation = await install({ env: { CONNECTS_CONSOLE_PORT: '0' } });
  app = installation.app;
  // A pool of one: every statement of a page runs on the connection whose counters are read.
  (app.db.client as { pool: { max: number } }).pool.max = 1;
  await importRows(app, [
    { id: OLD, anchorOn: '2017-12-05', openingBalance: 50 },
    ...numbered('z-other', NEIGHBOURS).map((one) => ({ ...one, trackedFrom: new Date().toISOString() })),
  ]);
  const events = Array.from({ length: MONTHS }, (_, month) => {
    const day = `${2018 + Math.floor(month / 12)}-${String((month % 12) + 1).padStart(2, '0')}`;
    const add = (no: number, at: string, type: string, fields: object) =>
      fact(`e${month}-${no}`, OLD, `${day}-${at}`, type, { ...fields });
    return [
      add(1, '10', 'connects.purchased', { amount: 20 }),
      add(2, '11', 'proposal.submitted', { proposal: `p${month}`, connects: 6 }),
      add(3, '12', 'interview.requested', { interview: `i${month}`, proposal: `p${month}` }),
      add(4, '13', 'interview.replied', { interview: `i${month}` }),
    ];
  }).flat();
  await record(app, events, 'none');
  await settleAsOf(app, [OLD], '2026-01-01');
  console_ = await startConsole(app);
  viewer = await Client.signedIn(installation, console_.url, 'viewer');
});

afterAll(async () => {
  await console_.stop();
  await installation.remove();
});

async function handled(): Promise<number> {
  const rows = await selectRows<{ Value: string }>(app.db, "SHOW SESSION STATUS LIKE 'Handler_read%'");
  return rows.reduce((sum, row) => sum + Number(row.Value), 0);
}

async function costOf(path: string): Promise<number> {
  const before = await handled();
  // Reading the counters is itself counted.
  const idle = (await handled()) - before;
  const started = await handled();
  await viewer.read(path);
  return (await handled()) - started - idle;
}

test.each([
  // What stands beside the history reads a picture's lines: a page of 500, and no more than there are.
  [`/accounts/${OLD}`, 1_500],
  [`/accounts/${OLD}?range=30d&type=interviews&days=90`, 2_500],
  [`/accounts/${OLD}?before=300`, 1_500],
  [`/accounts/${OLD}?why=100`, 2_500],
  [`/accounts/${OLD}?about=i40`, 2_500],
  [`/accounts/${OLD}/events`, 300],
  [`/accounts/${OLD}/emails`, 300],
  [`/accounts/${OLD}/audit`, 300],
  ['/accounts', 500],
  ['/accounts?q=z-other', 500],
  // Nobody is like that: it stops after the 4,000 that a page looks at, each with its failure.
  ['/accounts?status=suspended', 13_000],
])('%s handles at most %d rows', async (path, most) => {
  const cost = await costOf(path);
  expect({ path, cost, isBounded: cost <= most }).toEqual({ path, cost, isBounded: true });
});
