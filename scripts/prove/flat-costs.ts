/**
 * `npm run prove -- flat-costs [ACCOUNTS]`: costs that must not grow with what the tables hold. Prints each beside what is
 * asked of it; exits 1 when one is missed.
 *
 *   settling    an account with ten years behind it ÷ one with a month: processor time, and rows that the database reads
 *   who is due  a page of 1,000 among 5,000,000 accounts: rows that the database reads
 *   audit       processor time per account
 *   answers     `account explain` and `account history` of an account with ten years of facts: milliseconds
 */
import type { App } from '../../src/app.ts';
import type { Database } from '../../src/db/connection.ts';
import { databaseNow, execute, selectRows, toDate } from '../../src/db/query.ts';
import { type Instant, localDateOf, plusDays, plusMonths } from '../../src/domain/calendar.ts';
import type { MemberEvent } from '../../src/domain/events/events.ts';
import { listDue } from '../../src/ledger/accounts.ts';
import { auditFleet } from '../../src/operations/audits/audit.ts';
import { explainAccount, inquire } from '../../src/reports/explain/explain.ts';
import { readHistoryPage } from '../../src/reports/account-history.ts';
import { fact, record, settleAsOf } from '../../test/support/facts.ts';
import { importRows, numbered } from '../../test/support/accounts.ts';
import { type Ground, type Servers, openServers, prepareGround, settleDown } from '../bench/ground.ts';
import { median, startCounting } from '../bench/measuring.ts';
import { exitCodeOf } from '../servers/processes.ts';
import { withThrowAwayServers } from '../servers/throw-away.ts';

/** Of each of the two kinds whose settling is compared. */
const ACCOUNTS = 10_000;
const BATCH = 500;
/** Accounts of one kind, then as many of the other: the database's time is counted in hundredths of a second. */
const STRETCH = 2_500;
const YEARS = 10;
const IDLE_ACCOUNTS = 5_000_000;
const IDLE_AT_ONCE = 100_000;
const DUE_PAGE = 1_000;
const QUESTIONS = 31;
const DAY_MS = 86_400_000;

/** An account is read in the index, and twice looked up among the failures, which are few. */
const ASKED = { settling: 1.05, rowsPerDue: 3, audit: 100, answerMs: 20 } as const;

interface Found {
  readonly what: string;
  readonly value: number;
  readonly atMost: number;
}

const accounts = Number(process.argv[2] ?? ACCOUNTS);

// ------------------------------------------------------------------------------------------------ settling

/** Half of the accounts have ten years behind them, half a month; then one boundary of each is settled, in turns. */
async function proveSettling({ app, servers }: Ground): Promise<Found[]> {
  const now = await databaseNow(app.db);
  const dueOn = plusDays(localDateOf(now, 'UTC'), -1);
  const groups = { old: numbered('old', accounts), young: numbered('young', accounts) };
  const monthsAgo = { old: 12 * YEARS, young: 2 };
  for (const kind of KINDS) {
    const anchorOn = plusMonths(dueOn, -monthsAgo[kind]);
    const rows = groups[kind].map(({ id }) => ({ id, anchorOn }));
    await inParts(rows, (part) => importRows(app, part));
    await inParts(rows, (part) => settle(app, part, Date.parse(dueOn) - DAY_MS / 2));
  }
  await app.db.raw('ANALYZE TABLE accounts, cycles, entries, outbox');
  const [oldest] = await selectRows<{ cycles: number; entries: number }>(
    app.db,
    `SELECT (SELECT COUNT(*) FROM cycles WHERE account_id = 'old-000') AS cycles,
            (SELECT COUNT(*) FROM entries WHERE account_id = 'old-000') AS entries`,
  );
  say(
    `${accounts} accounts with ${oldest?.cycles} cycles and ${oldest?.entries} entries, ${accounts} with a month`,
  );
  const used = { old: NOTHING, young: NOTHING };
  for (let from = 0, turn = 0; from < accounts; from += STRETCH, turn += 1)
    for (const kind of turn % 2 === 0 ? KINDS : KINDS.toReversed()) {
      const part = groups[kind].slice(from, from + STRETCH);
      used[kind] = add(
        used[kind],
        await costOf(servers, () => inParts(part, (one) => settle(app, one, now))),
      );
    }
  const each = (kind: Kind): string =>
    `${(used[kind].cpu / accounts).toFixed(1)} CPU-µs, ${used[kind].rows} rows`;
  say(`settling one boundary: ${each('old')} against ${each('young')}`);
  const audit = await costOf(servers, () => auditAll(app.db, groups.young));
  return [
    {
      what: 'settling, ten years ÷ a month: processor time',
      value: used.old.cpu / used.young.cpu,
      atMost: ASKED.settling,
    },
    {
      what: 'settling, ten years ÷ a month: rows read',
      value: used.old.rows / used.young.rows,
      atMost: ASKED.settling,
    },
    { what: 'audit, CPU-µs per account', value: audit.cpu / accounts, atMost: ASKED.audit },
  ];
}

const KINDS = ['old', 'young'] as const;
type Kind = (typeof KINDS)[number];

const settle = (app: App, part: readonly { readonly id: string }[], asOf: Instant): Promise<unknown> =>
  settleAsOf(
    app,
    part.map(({ id }) => id),
    asOf,
  );

async function auditAll(db: Database, listed: readonly { readonly id: string }[]): Promise<void> {
  const request = { alarmAgeMs: DAY_MS, accounts: listed.map(({ id }) => id) };
  for await (const finding of auditFleet(db, request)) throw new Error(JSON.stringify(finding));
}

// ------------------------------------------------------------------------------------------------- answers

/** One account with ten years of facts, asked again and again. */
async function proveAnswers({ app }: Ground): Promise<Found[]> {
  const { db } = app;
  const now = await databaseNow(db);
  const openedOn = plusMonths(localDateOf(now, 'UTC'), -12 * YEARS);
  await importRows(app, [{ id: OLD, anchorOn: openedOn, openingBalance: 50 }]);
  await inParts(storyOf(openedOn), (part) => record(app, part));
  await settleAsOf(app, [OLD], now);
  const ways = {
    'explain, nothing more asked': () => explainAccount(db, OLD, {}),
    'explain, about an interview': () => explainAccount(db, OLD, { about: 'i40' }),
    'explain, a cycle of years ago': () => explainAccount(db, OLD, { cycle: plusMonths(openedOn, 90) }),
    'history, a page of 50': async () => readHistoryPage(await inquire(db, OLD), {}, { limit: 50 }),
  };
  const found: Found[] = [];
  for (const [what, ask] of Object.entries(ways)) {
    const took: number[] = [];
    for (let time = 0; time < QUESTIONS; time += 1) {
      const startedAt = performance.now();
      await ask();
      took.push(performance.now() - startedAt);
    }
    found.push({ what: `${what}: ms, median of ${QUESTIONS}`, value: median(took), atMost: ASKED.answerMs });
  }
  return found;
}

const OLD = 'member';

/** Every month a purchase, an interview with its award, and a spend that is refused; plans change every half year. */
function storyOf(openedOn: string): MemberEvent[] {
  const events: MemberEvent[] = [];
  const add = (on: string, type: string, fields = {}) =>
    events.push(fact(`${OLD}-${events.length}`, OLD, `${on} 10:00`, type, fields));
  for (let month = 0; month < 12 * YEARS - 1; month += 1) {
    const day = (n: number): string => plusDays(plusMonths(openedOn, month), n);
    add(day(10), 'connects.purchased', { amount: 20 });
    add(day(11), 'proposal.submitted', { proposal: `p${month}`, connects: 6 });
    add(day(12), 'interview.requested', { interview: `i${month}`, proposal: `p${month}` });
    add(day(13), 'interview.replied', { interview: `i${month}` });
    add(day(14), 'connects.spent', { amount: 900_000 });
    if (month % 12 === 0) add(day(15), 'plan.upgraded');
    if (month % 12 === 6) add(day(15), 'plan.downgraded');
  }
  return events;
}

// ---------------------------------------------------------------------------------------------- who is due

/** Two thousand are due among five million: the second page of a thousand is read. */
async function proveWhoIsDue({ app, servers }: Ground): Promise<Found[]> {
  const { db } = app;
  const now = await databaseNow(db);
  await importRows(app, [{ id: 'idle', anchorOn: plusMonths(localDateOf(now, 'UTC'), -1) }]);
  await settleAsOf(app, ['idle'], now);
  const columns = (
    await selectRows<{ name: string }>(
      db,
      `SELECT column_name AS name FROM information_schema.columns
        WHERE table_schema = DATABASE() AND table_name = 'accounts' AND column_name NOT IN ('id', 'next_cycle_at')`,
    )
  ).map(({ name }) => name);
  for (let from = 0; from < IDLE_ACCOUNTS; from += IDLE_AT_ONCE)
    await execute(
      db,
      `INSERT INTO accounts (id, next_cycle_at, ${columns.join(', ')})
       SELECT CONCAT('idle-', LPAD(seq, 8, '0')), IF(seq <= ?, ? - INTERVAL 1 HOUR, ? + INTERVAL seq SECOND),
              ${columns.join(', ')}
         FROM seq_${from + 1}_to_${from + IDLE_AT_ONCE} JOIN accounts AS model ON model.id = 'idle'`,
      [2 * DUE_PAGE, toDate(now), toDate(now)],
    );
  const due = { asOf: now, now, limit: DUE_PAGE };
  const first = await listDue(db, { ...due, after: undefined });
  const startedAt = performance.now();
  const { rows } = await costOf(servers, () => listDue(db, { ...due, after: first.at(-1) }));
  say(
    `a page of ${DUE_PAGE} among ${IDLE_ACCOUNTS} accounts: ${(performance.now() - startedAt).toFixed(0)} ms`,
  );
  return [
    {
      what: `who is due among ${IDLE_ACCOUNTS}: rows read for each of a page`,
      value: rows / DUE_PAGE,
      atMost: ASKED.rowsPerDue,
    },
  ];
}

// ------------------------------------------------------------------------------------------------- costs

interface Cost {
  /** Microseconds of the processors, this process and the database. */
  readonly cpu: number;
  /** That the database read. */
  readonly rows: number;
}

const NOTHING: Cost = { cpu: 0, rows: 0 };
const add = (one: Cost, other: Cost): Cost => ({ cpu: one.cpu + other.cpu, rows: one.rows + other.rows });

/** What the database has yet to clean up is part of the price. */
async function costOf(servers: Servers, work: () => Promise<unknown>): Promise<Cost> {
  await settleDown(servers.admin);
  const rows = await rowsRead(servers.admin);
  const stopCounting = startCounting({ mariadbd: servers.pids.mariadbd });
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  await settleDown(servers.admin);
  return { cpu: stopCounting().total + user + system, rows: (await rowsRead(servers.admin)) - rows };
}

/** On all connections of this server, which nobody else uses. */
async function rowsRead(db: Database): Promise<number> {
  const rows = await selectRows<{ Value: string }>(db, "SHOW GLOBAL STATUS LIKE 'Handler_read%'");
  return rows.reduce((sum, row) => sum + Number(row.Value), 0);
}

async function inParts<One>(
  all: readonly One[],
  work: (part: readonly One[]) => Promise<unknown>,
): Promise<void> {
  for (let from = 0; from < all.length; from += BATCH) await work(all.slice(from, from + BATCH));
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

process.exitCode = await withThrowAwayServers(async ({ env, interruption }) => {
  interruption.listen(() => process.exit(exitCodeOf(null, interruption.signal ?? null)));
  const servers = await openServers(env);
  try {
    await servers.admin.raw('SET GLOBAL innodb_buffer_pool_size = 2 * 1024 * 1024 * 1024');
    const found: Found[] = [];
    for (const prove of [proveAnswers, proveSettling, proveWhoIsDue]) {
      const ground = await prepareGround(servers, 0);
      found.push(...(await prove(ground)));
      await ground.remove();
    }
    for (const { what, value, atMost } of found)
      say(
        `${value <= atMost ? 'holds ' : 'missed'}  ${what.padEnd(64)} ${value.toFixed(2)} (at most ${atMost})`,
      );
    return found.every(({ value, atMost }) => value <= atMost) ? 0 : 1;
  } finally {
    await servers.close();
  }
});
