/** The database: server, settings, clock, schema, rights. */
import { skewOf } from '../../../clocks.ts';
import {
  AFTER_EARLIER_SCHEMA,
  migrationsBeforeRelease,
  pendingMigrations,
  unknownMigrations,
} from '../../../db/migrate.ts';
import { listMissingRights, mayRead } from '../../../db/missing-rights.ts';
import { shownNow } from '../../../db/query.ts';
import { readDatabaseName, readServerVariables, readUser } from '../../../db/server-settings.ts';
import { listSurplusRights } from '../../../db/surplus-rights.ts';
import { LAG_TOLD_MS, readLagMs } from '../../../reports/lag.ts';
import { counted, formatAge } from '../../../words.ts';
import { compared } from './clock-findings.ts';
import type { DoctorDeps } from './deps.ts';
import { type Finding, fault, ok, warning } from './finding.ts';

type Deps = Pick<DoctorDeps, 'db' | 'readDb' | 'clock' | 'config'>;

const VARIABLES = [
  'version',
  'version_comment',
  'sql_mode',
  'tx_isolation',
  'transaction_isolation',
  'time_zone',
  'max_allowed_packet',
  'read_only',
  'innodb_flush_log_at_trx_commit',
  'wsrep_on',
];
/** 500 accounts that catch up 70 cycles each are an INSERT of 14 MiB. */
const PACKET_MIN_BYTES = 16 * 1024 * 1024;
const MEBIBYTE = 1024 * 1024;

export async function checkDatabaseServer({ db }: Pick<Deps, 'db'>): Promise<readonly Finding[]> {
  const variables = await readServerVariables(db, VARIABLES);
  const of = (name: string): string => variables.get(name) ?? '';
  const isolation = of('tx_isolation') || of('transaction_isolation');
  return [
    checkVersion(of('version'), of('version_comment')),
    checkSession(of('sql_mode'), isolation, of('time_zone')),
    checkPacket(Number(of('max_allowed_packet'))),
    ...checkWriting(of('read_only'), of('innodb_flush_log_at_trx_commit'), of('wsrep_on')),
  ];
}

function checkVersion(version: string, comment: string): Finding {
  const [, major = '0', minor = '0'] = /^(\d+)\.(\d+)/.exec(version) ?? [];
  const number = Number(major) * 100 + Number(minor);
  const isMariadb = /mariadb/i.test(version + comment);
  const found = `${isMariadb ? 'MariaDB' : 'MySQL'} ${version}`;
  if (number >= (isMariadb ? 1006 : 800)) return ok('database', found);
  return fault('database', `${found} is too old`, 'use MariaDB 10.6 or MySQL 8.0, or later');
}

/** Set by every session of ours: that it holds proves that no proxy in between undoes it. */
function checkSession(mode: string, isolation: string, zone: string): Finding {
  const faults = [
    ...(/STRICT_TRANS_TABLES|STRICT_ALL_TABLES/.test(mode) ? [] : [`sql_mode is ${mode || 'empty'}`]),
    ...(isolation === 'READ-COMMITTED' ? [] : [`the isolation is ${isolation}`]),
    ...(zone === '+00:00' ? [] : [`the time zone is ${zone}`]),
  ];
  if (faults.length === 0) return ok('session', 'strict sql_mode, READ-COMMITTED, UTC');
  return fault(
    'session',
    faults.join(', '),
    'let sessions be set: no proxy between us and the server may share or reset them',
  );
}

function checkPacket(bytes: number): Finding {
  const found = `max_allowed_packet is ${Math.floor(bytes / MEBIBYTE)} MiB`;
  if (bytes >= PACKET_MIN_BYTES) return ok('packet', found);
  return fault(
    'packet',
    found,
    'SET GLOBAL max_allowed_packet = 16777216, and in the server’s own configuration',
  );
}

function checkWriting(readOnly: string, flush: string, galera: string): Finding[] {
  const findings: Finding[] = [];
  if (readOnly === 'ON')
    findings.push(
      fault('writing', 'the server is read-only', 'give the address of the primary in DATABASE_URL'),
    );
  if (flush !== '' && flush !== '1')
    findings.push(
      warning(
        'writing',
        `innodb_flush_log_at_trx_commit is ${flush}: a crash of the server may lose the last second of grants`,
        'SET GLOBAL innodb_flush_log_at_trx_commit = 1',
      ),
    );
  if (galera === 'ON')
    findings.push(
      fault(
        'writing',
        'the server is part of a Galera cluster, whose row locks do not hold across nodes',
        'use one primary',
      ),
    );
  return findings.length > 0 ? findings : [ok('writing', 'one primary, every commit is kept')];
}

/** Boundaries go by the database's clock, and by it alone nothing is granted. */
export async function checkClock({ db, clock }: Deps): Promise<readonly Finding[]> {
  return compared('database', await skewOf(() => shownNow(db), clock));
}

/** Nothing to say where there is none. */
export async function checkReplica({ db, readDb, config }: Deps): Promise<readonly Finding[]> {
  if (config.readDatabaseUrl === undefined) return [];
  const lagMs = await readLagMs(db, readDb);
  const age = formatAge(Math.round(lagMs / 1_000));
  if (lagMs <= LAG_TOLD_MS) return [ok('replica', 'the replica of READ_DATABASE_URL keeps up')];
  return [
    warning(
      'replica',
      `the replica of READ_DATABASE_URL is ${age} behind: reports and exports tell of then`,
      'let it follow the primary again, or leave READ_DATABASE_URL out',
    ),
  ];
}

export async function checkSchema({ db }: Deps): Promise<readonly Finding[]> {
  // What it is cannot be told, and more than this one right may be missing.
  if (!(await mayRead(db, 'schema_migrations'))) return checkRights({ db });
  const [early] = await migrationsBeforeRelease(db);
  if (early !== undefined)
    return [
      fault('schema', `it is of the time before the first release: it has ${early}`, AFTER_EARLIER_SCHEMA),
    ];
  const pending = await pendingMigrations(db);
  if (pending.length > 0)
    return [
      fault(
        'schema',
        `${counted(pending.length, 'migration is', 'migrations are')} pending, up to ${pending.at(-1)}`,
        'connects migrate',
      ),
    ];
  const unknown = await unknownMigrations(db);
  if (unknown.length > 0)
    return [
      warning(
        'schema',
        `a newer version has migrated: ${unknown.join(', ')}`,
        'deploy that version here, too',
      ),
    ];
  return [ok('schema', 'up to date')];
}

/** Rights that are named one by one. */
const NAMED_MAX = 8;

const listed = (rights: readonly string[]): string =>
  rights.length <= NAMED_MAX
    ? rights.join(', ')
    : `${rights.slice(0, NAMED_MAX).join(', ')} and ${rights.length - NAMED_MAX} more`;

/** The ledger only grows; that the app's own user cannot change it is what makes this sure. */
export async function checkRights({ db }: Pick<Deps, 'db'>): Promise<readonly Finding[]> {
  const user = await readUser(db);
  const findings: Finding[] = [];
  const database = await readDatabaseName(db);
  const surplus = await listSurplusRights(db, database);
  if (surplus.length > 0)
    findings.push(
      warning(
        'rights',
        `${user} may do more than it needs: ${listed(surplus)}`,
        'use a user of its own in DATABASE_URL, the owner in MIGRATE_DATABASE_URL, and "connects migrate"',
      ),
    );
  const missing = await listMissingRights(db, database);
  if (missing.length > 0)
    findings.push(
      fault(
        'rights',
        `${user} lacks rights that it needs: ${listed(missing)}`,
        '"connects migrate" grants them, or "connects migrate --print-grants" prints them for an administrator',
        'config',
      ),
    );
  return findings.length > 0 ? findings : [ok('rights', `${user} can add to the ledger, and not change it`)];
}
