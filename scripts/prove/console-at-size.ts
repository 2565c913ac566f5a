/**
 * `npm run prove -- console-at-size [ACCOUNTS]`: every page of the console and its twin under /v1 with 1,000,000 accounts,
 * 5 million entries, 2,000 put aside and 20,000 that are due: how long the server takes, and how many rows the database handles for it.
 *
 * Prints a table. Exits 1 when a page takes longer, or more rows, than it may. With STATEMENTS=1 it names the statements
 * of pages that take too many rows; with COUNTED=1 the program itself counts what charts read, which takes minutes more.
 */
import type { App } from '../../src/app.ts';
import { connectDatabase } from '../../src/db/connection.ts';
import { selectRows } from '../../src/db/query.ts';
import { FleetCounter } from '../../src/operations/upkeep/count-fleet.ts';
import { addToken } from '../../src/operations/upkeep/tokens.ts';
import { rebuildRollups } from '../../src/operations/upkeep/rebuild-rollups.ts';
import { exitCodeOf } from '../servers/processes.ts';
import { withThrowAwayServers } from '../servers/throw-away.ts';
import { Client } from '../../test/support/console-client.ts';
import { consolePages } from '../../test/support/console-pages.ts';
import { type ConsoleStage, setConsoleStage } from '../../test/support/console-stage.ts';
import { growFleet } from './grow-fleet.ts';

const SIZE = { accounts: 1_000_000, aside: 2_000, due: 20_000, entriesEach: 7 };
/** What a page may take of the server's time, as the median of these many, and of the database's rows. */
const MS_MAX = 100;
const TIMES = 7;
const ROWS_MAX = 20_000;
/** A page that looks at all accounts by itself is measured with what it found: then it is what an operator acts on. */
const STILL_LOOKING = /data-live="\/live\/backfill-plan\/|^\{"outcome":"looking"/;
const LOOK_EVERY_MS = 1_000;
/** What an operator goes on to from a page. */
const NARROWED = [
  '/failures?age=older&state=open',
  '/runs?kind=sweep',
  '/emails?state=sent',
  '/accounts?aside=yes',
  '/runs/sweep',
  '/emails/hold',
  '/terms/new',
];
/** Asked by POST, because an address has no room for the question. */
const PLAN = '/v1/backfills/plan';
let planning: RequestInit = {};

interface Look {
  readonly path: string;
  readonly ms: number;
  readonly rows: number;
}

const accounts = Number(process.argv[2] ?? SIZE.accounts);
process.exitCode = await withThrowAwayServers(async ({ env, interruption }) => {
  interruption.listen(() => process.exit(exitCodeOf(null, interruption.signal ?? null)));
  Object.assign(process.env, env);
  await tellOfStatements(env.DATABASE_URL as string);
  const stage = await setConsoleStage();
  try {
    return (await prove(stage)) ? 0 : 1;
  } finally {
    await stage.end();
  }
});

/** From here on the server writes down what each statement of any new connection takes; and it has room for the fleet. */
async function tellOfStatements(url: string): Promise<void> {
  const admin = connectDatabase(url, 1);
  await admin.raw('SET GLOBAL innodb_buffer_pool_size = 2 * 1024 * 1024 * 1024');
  if (process.env['STATEMENTS'] !== undefined)
    await admin.raw(
      "SET GLOBAL log_output = 'TABLE', long_query_time = 0, min_examined_row_limit = 300, slow_query_log = 1",
    );
  await admin.destroy();
}

async function prove({ app, env, url, ids, holes }: ConsoleStage): Promise<boolean> {
  const client = await Client.signedIn({ app }, url, 'operator');
  const paths = [
    ...consolePages({ ids, holes }).flatMap(({ path, status = 200, isTried }) =>
      status === 200 && !isTried ? [`/${path}`] : [],
    ),
    ...NARROWED,
    ...['stop', 'note', `diff/${ids.failedRun}`].map((what) => `/runs/${ids.activeRun}/${what}`),
    `/runs/${ids.activeRun - 1}/diff/${ids.failedRun}`,
    ...twinsOf(ids).map((twin) => `/v1/${twin}`),
    PLAN,
  ];
  const added = await addToken(app, { name: 'proof', role: 'operator', actor: 'proof', reason: null });
  planning = {
    method: 'POST',
    headers: { Authorization: `Bearer ${added.secret}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ from: holes.open.from, to: holes.open.to }),
  };
  const small = await lookAtAll(app, client, paths);
  const startedAt = performance.now();
  await growFleet(app.db, env['DATABASE_URL'] as string, { ...SIZE, accounts });
  say(`grown in ${((performance.now() - startedAt) / 1_000).toFixed(0)} s: ${await sizesOf(app)}`);
  if (process.env['COUNTED'] !== undefined) await countByItself(app);
  const large = await lookAtAll(app, client, paths);
  let holds = true;
  say('| page | ms | rows | rows of a small fleet |\n| --- | ---: | ---: | ---: |');
  for (const [index, { path, ms, rows }] of large.entries()) {
    const isGood = ms <= MS_MAX && rows <= ROWS_MAX;
    holds &&= isGood;
    const cells = [`\`${path}\`${isGood ? '' : ' **too much**'}`, ms.toFixed(0), rows, small[index]?.rows];
    say(`| ${cells.join(' | ')} |`);
  }
  say(
    holds
      ? `all within ${MS_MAX} ms and ${ROWS_MAX} rows`
      : `not all within ${MS_MAX} ms and ${ROWS_MAX} rows`,
  );
  return holds;
}

function twinsOf({
  member,
  activeRun,
  failedRun,
  interview,
  pausedBackfill,
  refusedNotice,
}: ConsoleStage['ids']): string[] {
  return [
    'overview',
    'connects-per-day',
    'cycles',
    'due',
    'due?ahead=30d',
    'runs',
    `runs/${activeRun}`,
    `runs/${failedRun}`,
    `runs/${activeRun}/diff/${failedRun}`,
    `reversals?run=${failedRun}`,
    `runs/${activeRun}/accounts`,
    'failures',
    'failures/by-error',
    'failures/facets',
    'accounts',
    `accounts/${member}`,
    `accounts/${member}/history`,
    `accounts/${member}/forecast`,
    `accounts/${member}/events`,
    `accounts/${member}/emails`,
    `accounts/${member}/links`,
    'events/waiting',
    `accounts/${member}/explain?about=${interview}`,
    'backfills',
    `backfills/${pausedBackfill}`,
    'notices',
    `notices/${refusedNotice}`,
    'audit-log',
    'holds',
    'terms',
  ];
}

async function lookAtAll(app: App, client: Client, paths: readonly string[]): Promise<Look[]> {
  const looks: Look[] = [];
  for (const path of paths) looks.push(await lookAt(app, client, path));
  return looks;
}

async function lookAt(app: App, client: Client, path: string): Promise<Look> {
  const { db, clock } = app;
  const took: number[] = [];
  let rows = Infinity;
  if (process.env['STATEMENTS'] !== undefined) await db.raw('TRUNCATE mysql.slow_log');
  while (STILL_LOOKING.test(await read(client, path))) await clock.sleep(LOOK_EVERY_MS);
  for (let time = 0; time < TIMES; time += 1) {
    const before = await rowsHandled(db);
    const startedAt = performance.now();
    await read(client, path);
    took.push(performance.now() - startedAt);
    // The least of them: what is kept in the background handles rows, too.
    rows = Math.min(rows, (await rowsHandled(db)) - before);
  }
  const ms = took.toSorted((a, b) => a - b)[Math.floor(TIMES / 2)] as number;
  if (process.env['STATEMENTS'] !== undefined && rows > ROWS_MAX) await nameStatements(db, path);
  return { path, ms, rows };
}

async function read(client: Client, path: string): Promise<string> {
  const answer = await client.ask(path, path === PLAN ? planning : {});
  if (!answer.ok) throw new Error(`${path} was answered with ${answer.status}: ${await answer.text()}`);
  return answer.text();
}

async function nameStatements(db: App['db'], path: string): Promise<void> {
  const statements = await selectRows<{ handled: number; ms: number; said: string }>(
    db,
    `SELECT MAX(rows_examined) AS handled, MIN(TIME_TO_SEC(query_time) * 1000) AS ms,
            LEFT(CONVERT(sql_text USING utf8mb4), 300) AS said
       FROM mysql.slow_log GROUP BY said ORDER BY handled DESC LIMIT 6`,
  );
  for (const { handled, ms, said } of statements)
    say(`${path}: ${handled} rows, ${Math.round(ms)} ms: ${said.replaceAll(/\s+/g, ' ')}`);
}

/** On all connections of this server, which nobody else uses. */
async function rowsHandled(db: App['db']): Promise<number> {
  const rows = await selectRows<{ Value: string }>(db, "SHOW GLOBAL STATUS LIKE 'Handler_read%'");
  return rows.reduce((sum, row) => sum + Number(row.Value), 0);
}

/** As a worker would: all of it, with nobody else at work. */
async function countByItself(app: App): Promise<void> {
  const startedAt = performance.now();
  await rebuildRollups(app.db, { actor: 'proof', reason: null });
  const countedAt = performance.now();
  const counter = new FleetCounter(app);
  await counter.countDue();
  while (await counter.lookForHoles());
  const seconds = (from: number, to: number): string => ((to - from) / 1_000).toFixed(0);
  say(
    `rollups counted anew in ${seconds(startedAt, countedAt)} s, accounts in ${seconds(countedAt, performance.now())} s`,
  );
}

async function sizesOf({ db }: App): Promise<string> {
  const [sizes] = await selectRows<Record<string, number>>(
    db,
    `SELECT (SELECT COUNT(*) FROM accounts) AS accounts, (SELECT COUNT(*) FROM entries) AS entries,
            (SELECT COUNT(*) FROM cycles) AS cycles, (SELECT COUNT(*) FROM outbox) AS notices,
            (SELECT COUNT(*) FROM failures WHERE state = 'put-aside') AS aside`,
  );
  return JSON.stringify(sizes);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
