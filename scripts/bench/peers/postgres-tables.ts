/** The tables that settling writes, as PostgreSQL has them: the same columns, keys and checks, and the same fleet in them. */
import pg from 'pg';
import { type Database } from '../../../src/db/connection.ts';
import { selectRows } from '../../../src/db/query.ts';
import type { LocalPostgres } from '../../servers/local-postgres.ts';

const TABLES = `
CREATE TABLE accounts (
  id varchar(64) COLLATE "C" NOT NULL, kind varchar(16) NOT NULL, plan varchar(16) NOT NULL, pending_plan varchar(16),
  status varchar(16) NOT NULL, anchor_on date NOT NULL, zone varchar(64) NOT NULL, tracked_from timestamp(3) NOT NULL,
  opening_balance int NOT NULL, balance int NOT NULL, owed int NOT NULL, last_seq int NOT NULL,
  last_decision int NOT NULL, watermark timestamp(3) NOT NULL, cycle_on date NOT NULL, cycle_paid int NOT NULL,
  next_cycle_on date, next_cycle_at timestamp(3), catch_up_from date, notices_opted_out smallint NOT NULL,
  readiness_awarded smallint NOT NULL,
  PRIMARY KEY (id),
  CHECK (kind IN ('freelancer', 'agency')), CHECK (plan IN ('basic', 'plus', 'agency')),
  CHECK ((kind = 'agency') = (plan = 'agency')), CHECK (status IN ('active', 'suspended', 'closed')),
  CHECK (opening_balance >= 0), CHECK (balance >= 0), CHECK (owed >= 0),
  CHECK (status <> 'closed' OR next_cycle_on IS NULL)
);
CREATE INDEX due ON accounts (next_cycle_at, id);
CREATE TABLE cycles (
  account_id varchar(64) COLLATE "C" NOT NULL REFERENCES accounts, cycle_on date NOT NULL,
  starts_at timestamp(3) NOT NULL, next_on date NOT NULL, opening int NOT NULL, carried int NOT NULL,
  expired int NOT NULL, free int NOT NULL, paid int NOT NULL, recovered int NOT NULL, closing int NOT NULL,
  plan varchar(16) NOT NULL, cap int, code varchar(24) NOT NULL, terms_version int NOT NULL, run_id bigint,
  decision_no int NOT NULL, notice varchar(16) NOT NULL, posted_at timestamp(3) NOT NULL,
  PRIMARY KEY (account_id, cycle_on),
  CHECK (carried + expired = opening), CHECK (carried + free + paid - recovered = closing),
  CHECK (carried >= 0 AND expired >= 0 AND free >= 0 AND paid >= 0 AND recovered >= 0), CHECK (next_on > cycle_on),
  CHECK (code IN ('granted', 'no-monthly-grant', 'before-program', 'account-inactive')),
  CHECK (notice IN ('staged', 'unchanged', 'opted-out', 'not-asked'))
);
CREATE INDEX cycles_of_run ON cycles (run_id, account_id);
CREATE TABLE entries (
  account_id varchar(64) COLLATE "C" NOT NULL REFERENCES accounts, seq int NOT NULL, kind varchar(20) NOT NULL,
  amount int NOT NULL, balance_after int NOT NULL, effective_at timestamp(3) NOT NULL,
  occurred_at timestamp(3) NOT NULL, posted_at timestamp(3) NOT NULL, cycle_on date, subject varchar(120) NOT NULL,
  proposal varchar(100), run_id bigint,
  PRIMARY KEY (account_id, seq), UNIQUE (account_id, subject, kind),
  CHECK (amount <> 0), CHECK (balance_after >= 0), CHECK (seq > 0)
);
CREATE TABLE outbox (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, account_id varchar(64) COLLATE "C" NOT NULL,
  kind varchar(24) NOT NULL, ref varchar(120) NOT NULL, state varchar(16) NOT NULL, first_cycle_on date,
  last_cycle_on date, run_id bigint, staged_at timestamp(3) NOT NULL, next_attempt_at timestamp(3) NOT NULL,
  lease_until timestamp(3), attempts int NOT NULL DEFAULT 0, last_error varchar(500), sent_at timestamp(3),
  suppressed_from varchar(16), words_before varchar(500),
  UNIQUE (account_id, kind, ref),
  CHECK (kind IN ('grant', 'welcome', 'readiness-test', 'interview-award', 'upgrade', 'payment-failed', 'backfill',
                  'reversal', 'reminder')),
  CHECK (state IN ('pending', 'claimed', 'sending', 'sent', 'refused', 'held', 'too-old', 'suppressed'))
);
CREATE INDEX sendable ON outbox (state, next_attempt_at, id);
CREATE INDEX outbox_of_run ON outbox (run_id, state);
`;

const DATE = 1082;
const TIMESTAMP = 1114;

/** Dates stay text, and instants are read as UTC, whatever this machine's zone. */
const types: pg.CustomTypesConfig = {
  getTypeParser: ((id: number, format?: 'text') => {
    if (id === DATE) return (text: string) => text;
    if (id === TIMESTAMP) return (text: string) => new Date(`${text.replace(' ', 'T')}Z`);
    return pg.types.getTypeParser(id, format);
  }) as pg.CustomTypesConfig['getTypeParser'],
};

export const connectPool = (connectionString: string, max: number): pg.Pool => {
  const pool = new pg.Pool({ connectionString, max, types });
  // Whoever waits for an answer is told of a lost connection; an idle one is opened anew.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
};

/** A database of one round. */
export interface PostgresGround {
  readonly server: LocalPostgres;
  readonly url: string;
  readonly pool: pg.Pool;
  remove(): Promise<void>;
}

/** @param warmUp how many of the fleet's accounts for warming up come with it; all others do */
export async function preparePostgres(
  server: LocalPostgres,
  { name, fleet, warmUp }: { name: string; fleet: Database; warmUp: number },
): Promise<PostgresGround> {
  await server.createDatabase(name);
  const url = server.urlOf(name);
  const pool = connectPool(url, 4);
  await pool.query(TABLES);
  await copyAccounts(fleet, pool, warmUp);
  await pool.query('VACUUM ANALYZE accounts');
  await pool.query('CHECKPOINT');
  const remove = async (): Promise<void> => {
    await pool.end();
    await server.dropDatabase(name);
  };
  return { server, url, pool, remove };
}

const COPIED_AT_A_TIME = 5_000;

async function copyAccounts(from: Database, to: pg.Pool, warmUp: number): Promise<void> {
  const lastOfWarmUp = `w${String(warmUp).padStart(7, '0')}`;
  for (let after = ''; ;) {
    const rows = await selectRows<{ id: string }>(
      from,
      `SELECT * FROM accounts WHERE id > ? AND (id LIKE 'a%' OR id <= ?) ORDER BY id LIMIT ${COPIED_AT_A_TIME}`,
      [after, lastOfWarmUp],
    );
    await to.query('INSERT INTO accounts SELECT * FROM json_populate_recordset(NULL::accounts, $1)', [
      JSON.stringify(rows),
    ]);
    if (rows.length < COPIED_AT_A_TIME) return;
    after = rows.at(-1)?.id ?? '';
  }
}

/** As the checksum of MariaDB's rows has it: dates and instants are written alike there. */
const instant = (column: string): string => `to_char(${column}, 'YYYY-MM-DD HH24:MI:SS.MS')`;

const CHECKED = {
  cycles: `account_id, cycle_on, ${instant('starts_at')}, next_on, opening, carried, expired, free, paid, recovered,
           closing, plan, COALESCE(cap::text, '-'), code, terms_version, decision_no, notice`,
  entries: `account_id, seq, kind, amount, balance_after, ${instant('effective_at')}, ${instant('occurred_at')},
            cycle_on, subject, COALESCE(proposal, '-')`,
  outbox: 'account_id, kind, ref, state, first_cycle_on, last_cycle_on',
  accounts: `id, plan, COALESCE(pending_plan, '-'), status, anchor_on, zone, balance, owed, last_seq, last_decision,
             ${instant('watermark')}, cycle_on, cycle_paid, next_cycle_on, ${instant('next_cycle_at')},
             COALESCE(catch_up_from::text, '-')`,
} as const;

/** The same sum over the same text as that of MariaDB's rows (`checksumRows`): equal where the rows are. */
export async function checksumPostgres({ pool }: PostgresGround): Promise<string> {
  const sums: string[] = [];
  for (const [table, columns] of Object.entries(CHECKED)) {
    const id = table === 'accounts' ? 'id' : 'account_id';
    const { rows } = await pool.query<{ rows: string; sum: string }>(
      `SELECT count(*) AS rows, sum(('x' || left(md5(concat_ws('|', ${columns})), 8))::bit(32)::bigint) AS sum
         FROM ${table} WHERE ${id} LIKE 'a%'`,
    );
    sums.push(`${table} ${rows[0]?.rows}:${rows[0]?.sum}`);
  }
  return sums.join(', ');
}

/** Transactions that were committed so far, those of the queue among them. */
export async function commitsOf({ pool }: PostgresGround): Promise<number> {
  const { rows } = await pool.query<{ commits: string }>(
    'SELECT xact_commit AS commits FROM pg_stat_database WHERE datname = current_database()',
  );
  return Number(rows[0]?.commits);
}
