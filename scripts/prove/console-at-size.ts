/**
 * `npm run prove -- console-at-size [ACCOUNTS]`: every page of the console and its twin under /v1 with 1,000,000 accounts,
 * 5 million entries and 2,000 put aside: how long the server takes, and how many rows the database handles for it.
 *
 * The fleet is the stage of the console's tests, copied by SQL under other ids: plain rows that no page tells from others.
 * Exits 1 when a page takes longer, or more rows, than it may. With STATEMENTS=1 it names the statements of such pages.
 */
import type { App } from '../../src/app.ts';
import { connectDatabase } from '../../src/db/connection.ts';
import { execute, selectOne, selectRows } from '../../src/db/query.ts';
import { FleetCounter } from '../../src/operations/upkeep/count-fleet.ts';
import { rebuildRollups } from '../../src/operations/upkeep/rebuild-rollups.ts';
import { withThrowAwayServers } from '../servers/throw-away.ts';
import { Client } from '../../test/support/console-client.ts';
import { consolePages } from '../../test/support/console-pages.ts';
import { type ConsoleStage, setConsoleStage } from '../../test/support/console-stage.ts';

const ACCOUNTS = 1_000_000;
const ASIDE = 2_000;
/** Of each account, the first so many. */
const ENTRIES_EACH = 5;
/** What a page may take of the server's time, as the median of these many, and of the database's rows. */
const MS_MAX = 100;
const TIMES = 7;
const ROWS_MAX = 20_000;
/** Copies of the fleet that one statement makes. */
const COPIES_AT_ONCE = 50;

/** Tables that are copied: whose rows they are, and which of them. */
const COPIED: readonly { table: string; owner: string; which: string }[] = [
  { table: 'accounts', owner: 'id', which: 'TRUE' },
  { table: 'contacts', owner: 'account_id', which: 'TRUE' },
  { table: 'account_spans', owner: 'account_id', which: 'TRUE' },
  { table: 'cycles', owner: 'account_id', which: 'source.cycle_on > CURRENT_DATE - INTERVAL 45 DAY' },
  { table: 'entries', owner: 'account_id', which: `source.seq <= ${ENTRIES_EACH}` },
  { table: 'outbox', owner: 'account_id', which: "source.state = 'sent'" },
  { table: 'failures', owner: 'account_id', which: "source.state = 'put-aside'" },
];
const NUMBERED_BY_ITSELF: Readonly<Record<string, string>> = { outbox: 'id' };

interface Look {
  readonly path: string;
  readonly ms: number;
  readonly rows: number;
}

const wanted = Number(process.argv[2] ?? ACCOUNTS);
process.exitCode = await withThrowAwayServers(async ({ env }) => {
  Object.assign(process.env, env);
  await tellOfStatements(env.DATABASE_URL as string);
  const stage = await setConsoleStage();
  try {
    return (await prove(stage)) ? 0 : 1;
  } finally {
    await stage.end();
  }
});

/** From here on the server writes down what each statement of any new connection takes. */
async function tellOfStatements(url: string): Promise<void> {
  const admin = connectDatabase(url, 1);
  await admin.raw(
    "SET GLOBAL log_output = 'TABLE', long_query_time = 0, min_examined_row_limit = 300, slow_query_log = 1",
  );
  await admin.destroy();
}

async function prove({ app, url, ids, holes }: ConsoleStage): Promise<boolean> {
  const client = await Client.signedIn({ app }, url, 'operator');
  const paths = [
    ...consolePages({ ids, holes }).flatMap(({ path, status = 200, isTried }) =>
      status === 200 && !isTried ? [`/${path}`] : [],
    ),
    ...twinsOf(ids).map((twin) => `/v1/${twin}`),
  ];
  const small = await lookAtAll(app, client, paths);
  await grow(app);
  const large = await lookAtAll(app, client, paths);
  let holds = true;
  print(['page', 'ms', 'rows', 'rows before']);
  for (const [index, { path, ms, rows }] of large.entries()) {
    const isGood = ms <= MS_MAX && rows <= ROWS_MAX;
    holds &&= isGood;
    print([`${isGood ? ' ' : '!'} ${path}`, ms.toFixed(0), String(rows), String(small[index]?.rows)]);
  }
  return holds;
}

function twinsOf({ member, activeRun, interview }: ConsoleStage['ids']): string[] {
  return [
    'overview',
    'due',
    'runs',
    `runs/${activeRun}`,
    'failures',
    'accounts',
    `accounts/${member}`,
    `accounts/${member}/history`,
    `accounts/${member}/explain?about=${interview}`,
    'backfills',
    'notices',
    'audit-log',
    'terms',
  ];
}

async function lookAtAll(app: App, client: Client, paths: readonly string[]): Promise<Look[]> {
  const looks: Look[] = [];
  for (const path of paths) looks.push(await lookAt(app, client, path));
  return looks;
}

async function lookAt({ db }: App, client: Client, path: string): Promise<Look> {
  const took: number[] = [];
  let rows = Infinity;
  await db.raw('TRUNCATE mysql.slow_log');
  for (let time = 0; time < TIMES; time += 1) {
    const before = await rowsHandled(db);
    const startedAt = performance.now();
    const answer = await client.ask(path);
    await answer.arrayBuffer();
    if (!answer.ok) throw new Error(`${path} was answered with ${answer.status}`);
    took.push(performance.now() - startedAt);
    // The least of them: whoever counts in the background handles rows, too.
    rows = Math.min(rows, (await rowsHandled(db)) - before);
  }
  const ms = took.toSorted((a, b) => a - b)[Math.floor(TIMES / 2)] as number;
  if (process.env['STATEMENTS'] !== undefined && rows > ROWS_MAX) await nameStatements(db, path);
  return { path, ms, rows };
}

async function nameStatements(db: App['db'], path: string): Promise<void> {
  const statements = await selectRows<{ handled: number; ms: number; said: string }>(
    db,
    `SELECT MAX(rows_examined) AS handled, MIN(TIME_TO_SEC(query_time) * 1000) AS ms,
            LEFT(CONVERT(sql_text USING utf8mb4), 300) AS said
       FROM mysql.slow_log GROUP BY said ORDER BY handled DESC LIMIT 6`,
  );
  for (const { handled, ms, said } of statements)
    process.stdout.write(`${path}: ${handled} rows, ${Math.round(ms)} ms: ${said.replaceAll(/\s+/g, ' ')}\n`);
}

/** On all connections of this server, which nobody else uses. */
async function rowsHandled(db: App['db']): Promise<number> {
  const rows = await selectRows<{ Value: string }>(db, "SHOW GLOBAL STATUS LIKE 'Handler_read%'");
  return rows.reduce((sum, row) => sum + Number(row.Value), 0);
}

async function grow(app: App): Promise<void> {
  const { db } = app;
  const startedAt = performance.now();
  const now = await selectOne<{ accounts: number; aside: number }>(
    db,
    `SELECT (SELECT COUNT(*) FROM accounts) AS accounts,
            (SELECT COUNT(*) FROM failures WHERE state = 'put-aside') AS aside`,
  );
  const { accounts = 1, aside = 1 } = now ?? {};
  const copies = Math.ceil(wanted / accounts);
  const asideCopies = Math.ceil(ASIDE / aside);
  await db.raw('CREATE TABLE copies (n INT PRIMARY KEY)');
  await db.raw(`INSERT INTO copies SELECT seq FROM seq_1_to_${copies}`);
  for (const { table, owner, which } of COPIED) {
    const columns = await columnsOf(db, table);
    const isOfAside = `source.${owner} IN (SELECT account_id FROM failures WHERE state = 'put-aside' AND account_id NOT LIKE '%~%')`;
    const isDue = `source.${owner} IN (SELECT id FROM accounts WHERE next_cycle_at <= UTC_TIMESTAMP() AND id NOT LIKE '%~%')`;
    for (let from = 1; from <= copies; from += COPIES_AT_ONCE)
      await execute(
        db,
        `INSERT INTO ${table} (${columns.join(', ')})
         SELECT ${columns.map((one) => (one === owner ? `CONCAT(source.${one}, '~', n)` : `source.${one}`)).join(', ')}
           FROM ${table} AS source JOIN copies
          WHERE n BETWEEN ? AND ? AND source.${owner} NOT LIKE '%~%' AND ${which}
            AND IF(${isOfAside}, n <= ${asideCopies}, NOT ${isDue})`,
        [from, from + COPIES_AT_ONCE - 1],
      );
  }
  await db.raw('ANALYZE TABLE accounts, contacts, cycles, entries, outbox, failures');
  const loadedAt = performance.now();
  await rebuildRollups(db, { actor: 'proof', reason: null });
  const countedAt = performance.now();
  const counter = new FleetCounter(app);
  await counter.countDue();
  while (await counter.lookForHoles());
  const sizes = await selectRows<Record<string, number>>(
    db,
    `SELECT (SELECT COUNT(*) FROM accounts) AS accounts, (SELECT COUNT(*) FROM entries) AS entries,
            (SELECT COUNT(*) FROM cycles) AS cycles, (SELECT COUNT(*) FROM outbox) AS notices,
            (SELECT COUNT(*) FROM failures WHERE state = 'put-aside') AS aside`,
  );
  const seconds = (from: number, to: number): string => ((to - from) / 1_000).toFixed(1);
  process.stdout.write(
    `${JSON.stringify(sizes[0])}\nloaded in ${seconds(startedAt, loadedAt)} s, rollups counted anew in ` +
      `${seconds(loadedAt, countedAt)} s, fleet counted in ${seconds(countedAt, performance.now())} s\n`,
  );
}

async function columnsOf(db: App['db'], table: string): Promise<string[]> {
  const rows = await selectRows<{ name: string }>(
    db,
    `SELECT column_name AS name FROM information_schema.columns
      WHERE table_schema = DATABASE() AND table_name = ? ORDER BY ordinal_position`,
    [table],
  );
  return rows.map((row) => row.name).filter((name) => name !== NUMBERED_BY_ITSELF[table]);
}

function print([page = '', ...numbers]: readonly string[]): void {
  process.stdout.write(`${page.padEnd(64)}${numbers.map((one) => one.padStart(12)).join('')}\n`);
}
