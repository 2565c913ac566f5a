/**
 * `npm run prove -- flat-costs [ACCOUNTS]`: costs that must not grow with what the tables hold. Prints each beside what is
 * asked of it; exits 1 when one is missed.
 *
 *   settling    an account with ten years behind it ÷ one with two months: processor time, and rows that the database reads.
 *               Beside it the same rows written by plain SQL: what the tables themselves cost an old account more
 *   who is due  a page of 1,000 among 5,000,000 accounts: rows that the database reads
 *   audit       processor time per account with three cycles; beside it, per cycle of an account with ten years
 *   answers     `account explain` and `account history` of an account with ten years of facts: milliseconds
 */
import type { App } from '../../src/app.ts';
import type { Database } from '../../src/db/connection.ts';
import { databaseNow, execute, selectRows, toDate } from '../../src/db/query.ts';
import {
  type Instant,
  type LocalDate,
  localDateOf,
  plusDays,
  plusMonths,
} from '../../src/domain/calendar.ts';
import type { MemberEvent } from '../../src/domain/events/events.ts';
import { listDue } from '../../src/ledger/accounts.ts';
import { auditFleet } from '../../src/operations/audits/audit.ts';
import { explainAccount, inquire } from '../../src/reports/explain/explain.ts';
import { readHistoryPage } from '../../src/reports/account-history.ts';
import { fact, record, settleAsOf } from '../../test/support/facts.ts';
import { type AccountRowGiven, importRows, numbered } from '../../test/support/accounts.ts';
import { type Ground, type Servers, openServers, prepareGround, settleDown } from '../bench/ground.ts';
import { median, startCounting } from '../bench/measuring.ts';
import { exitCodeOf } from '../servers/processes.ts';
import { withThrowAwayServers } from '../servers/throw-away.ts';
import { HELD, writePlainly } from './plain-rows.ts';

/** Of each of the two kinds whose settling is compared. */
const ACCOUNTS = 10_000;
const BATCH = 500;
/** Accounts of one kind, then as many of the other: the database's time is counted in hundredths of a second. */
const STRETCH = 2_500;
const YEARS = 10;
/** Old accounts were opened in so many different months: else the pages of all of them would be full at one sweep. */
const OPENED_IN_MONTHS = 13;
/** Boundaries of each account that are settled and measured, and one more that plain SQL writes. */
const MEASURED = 3;
/** As a part: sums by day are a few rows for each transaction, and not all of them begin on one day of the month. */
const SAME = 0.03;
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

/** Half of the accounts have ten years behind them, half two months; then boundaries of each are settled, in turns. */
async function proveSettling({ app, servers }: Ground): Promise<Found[]> {
  const now = await databaseNow(app.db);
  const dueOn = plusDays(localDateOf(now, 'UTC'), -1);
  const groups = { old: numbered('old', accounts), young: numbered('young', accounts) };
  await grow(app, groups, dueOn);
  const [oldest] = await selectRows<{ cycles: number; entries: number }>(
    app.db,
    `SELECT (SELECT COUNT(*) FROM cycles WHERE account_id = 'old-000') AS cycles,
            (SELECT COUNT(*) FROM entries WHERE account_id = 'old-000') AS entries`,
  );
  say(
    `${accounts} accounts with ten years, as of ${oldest?.cycles} cycles and ${oldest?.entries} entries; ${accounts} with two months`,
  );
  const measure = async (
    work: (part: readonly Listed[]) => Promise<unknown>,
    turns: number,
  ): Promise<Record<Kind, Cost>> => {
    const used = { old: NOTHING, young: NOTHING };
    for (let from = 0, turn = turns; from < accounts; from += STRETCH, turn += 1)
      for (const kind of turn % 2 === 0 ? KINDS : KINDS.toReversed()) {
        const part = groups[kind].slice(from, from + STRETCH);
        used[kind] = add(used[kind], await costOf(servers, () => inParts(part, work)));
      }
    return used;
  };
  const settled = { old: NOTHING, young: NOTHING };
  let audits: Record<Kind, number> | undefined;
  for (let month = MEASURED; month > 0; month -= 1) {
    const used = await measure((part) => settle(app, part, boundaryOf(dueOn, month)), month);
    for (const kind of KINDS) settled[kind] = add(settled[kind], used[kind]);
    audits ??= await auditInTurn(servers, app.db);
  }
  const plain = await measure(
    (part) =>
      writePlainly(
        app.db,
        part.map(({ id }) => id),
      ),
    0,
  );
  const count = accounts * MEASURED;
  say(
    `settling one boundary: ${each(settled.old, count)} against ${each(settled.young, count)}; ` +
      `÷ ${ratioOf(settled, ({ database }) => database)} in the database`,
  );
  say(
    `the same rows by plain SQL: ${each(plain.old, accounts)} against ${each(plain.young, accounts)}; ` +
      `÷ ${ratioOf(plain, ({ database }) => database)} in the database`,
  );
  const { old = 0, young = 0 } = audits ?? {};
  say(`audit of an account with ten years: ${old.toFixed(0)} CPU-µs`);
  if (Math.abs(settled.old.written / settled.young.written - 1) > SAME)
    throw new Error('both kinds should write the same rows');
  return [
    {
      what: 'settling, ten years ÷ two months: processor time',
      value: cpuOf(settled.old) / cpuOf(settled.young),
      atMost: ASKED.settling,
    },
    {
      what: 'settling, ten years ÷ two months: rows read',
      value: settled.old.rows / settled.young.rows,
      atMost: ASKED.settling,
    },
    { what: 'audit, CPU-µs per account', value: young, atMost: ASKED.audit },
  ];
}

const KINDS = ['old', 'young'] as const;
type Kind = (typeof KINDS)[number];
type Listed = Pick<AccountRowGiven, 'id'>;

const each = ({ own, database, rows, written }: Cost, count: number): string =>
  `${((own + database) / count).toFixed(1)} CPU-µs (database ${(database / count).toFixed(1)}), ` +
  `${(rows / count).toFixed(1)} rows read and ${(written / count).toFixed(1)} written`;

const ratioOf = ({ old, young }: Record<Kind, Cost>, of: (cost: Cost) => number): string =>
  (of(old) / of(young)).toFixed(2);

/** When the boundary of so many months ago has begun for all. */
const boundaryOf = (dueOn: LocalDate, monthsAgo: number): Instant =>
  Date.parse(plusMonths(dueOn, -monthsAgo)) + DAY_MS / 2;

/**
 * Month by month, as sweeps did it. Whoever settles ten years of an account at once fills its pages to the brim, and the next
 * rows of each account split them: that is what so long a catch-up costs the first sweeps after it, not what old accounts cost.
 */
async function grow(
  app: App,
  groups: Record<Kind, readonly AccountRowGiven[]>,
  dueOn: LocalDate,
): Promise<void> {
  const old = groups.old.map(({ id }, index) => ({
    id,
    monthsAgo: 12 * YEARS + (index % OPENED_IN_MONTHS) - Math.floor(OPENED_IN_MONTHS / 2),
  }));
  const young = groups.young.map(({ id }) => ({ id, monthsAgo: MEASURED + 3 }));
  const all = [...old, ...young];
  // Both kinds hold the same, and so write the same rows.
  const openingBalance = HELD.limit + HELD.grant;
  const rows = all.map(({ id, monthsAgo }) => ({
    id,
    anchorOn: plusMonths(dueOn, -monthsAgo),
    openingBalance,
  }));
  // Those of the benches are nobody here, and nothing is recorded of them.
  await execute(app.db, 'DELETE FROM accounts');
  await inParts(rows, (part) => importRows(app, part));
  for (let month = 12 * YEARS + OPENED_IN_MONTHS; month > MEASURED; month -= 1) {
    const begun = all.filter(({ monthsAgo }) => monthsAgo > month);
    await inParts(begun, (part) => settle(app, part, boundaryOf(dueOn, month)));
  }
  await app.db.raw('ANALYZE TABLE accounts, cycles, entries, outbox');
}

const settle = (app: App, part: readonly Listed[], asOf: Instant): Promise<unknown> =>
  settleAsOf(
    app,
    part.map(({ id }) => id),
    asOf,
  );

// --------------------------------------------------------------------------------------------------- audit

/** The whole fleet is audited, as `connects audit` does it: the old ones come first. @returns microseconds for one of each kind */
async function auditInTurn(servers: Servers, db: Database): Promise<Record<Kind, number>> {
  await settleDown(servers.admin);
  const used = startUsing(servers);
  // The page in which the old ones end has young ones, too.
  let old: { readonly accounts: number; readonly cpu: number } | undefined;
  const onProgress = ({ done }: { done: number }): void => {
    if (done >= accounts) old ??= { accounts: done, cpu: cpuOf(used()) };
  };
  for await (const finding of auditFleet(db, { alarmAgeMs: Infinity, onProgress }))
    throw new Error(JSON.stringify(finding));
  if (!old) throw new Error('the audit has not told how far it is');
  return {
    old: old.cpu / old.accounts,
    young: (cpuOf(used()) - old.cpu) / (KINDS.length * accounts - old.accounts),
  };
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

interface Used {
  /** Microseconds of the processors: this process. */
  readonly own: number;
  readonly database: number;
}

interface Cost extends Used {
  /** That the database read. */
  readonly rows: number;
  readonly written: number;
}

const NOTHING: Cost = { own: 0, database: 0, rows: 0, written: 0 };
const add = (one: Cost, other: Cost): Cost => ({
  own: one.own + other.own,
  database: one.database + other.database,
  rows: one.rows + other.rows,
  written: one.written + other.written,
});
const cpuOf = ({ own, database }: Used): number => own + database;

/** Call what it returns to learn what has been used since. */
function startUsing(servers: Servers): () => Used {
  const countDatabase = startCounting({ mariadbd: servers.pids.mariadbd });
  const before = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(before);
    return { own: user + system, database: countDatabase().total };
  };
}

/** What the database has yet to clean up is part of the price. */
async function costOf(servers: Servers, work: () => Promise<unknown>): Promise<Cost> {
  await settleDown(servers.admin);
  const { admin } = servers;
  const rows = await handled(admin, 'read%');
  const written = await handled(admin, 'write');
  const used = startUsing(servers);
  await work();
  const { own } = used();
  await settleDown(admin);
  const { database } = used();
  return {
    own,
    database,
    rows: (await handled(admin, 'read%')) - rows,
    written: (await handled(admin, 'write')) - written,
  };
}

/** Rows, on all connections of this server, which nobody else uses. */
async function handled(db: Database, how: 'read%' | 'write'): Promise<number> {
  const rows = await selectRows<{ Value: string }>(db, 'SHOW GLOBAL STATUS LIKE ?', [`Handler_${how}`]);
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
