/** The least that the app's own user needs. It can neither update nor delete an entry, a decision or a settlement. */
import type { Database } from './connection.ts';

const APPEND_ONLY = [
  'entries',
  'decisions',
  'cycles',
  'audit_log',
  'terms_versions',
  'awards',
  'amendments',
  'run_accounts',
  'run_stops',
  'run_notes',
  'inactive_openings',
  'lapses',
  'signed_answers',
];
const READ_WRITE = [
  'accounts',
  'contacts',
  'account_spans',
  'events',
  'event_waits',
  'proposals',
  'interviews',
  'runs',
  'run_samples',
  'run_batch_times',
  'failures',
  'failure_care',
  'member_links',
  'outbox',
  'backfills',
  'backfill_items',
  'rounds',
  'rollups',
  'installation',
  'ledger_hold',
  'tokens',
  'token_limits',
  'users',
];
/** What may be pruned or must vanish; the ledger never. */
const DISPOSABLE = [
  'ticks',
  'sessions',
  'mail_hold',
  'mail_refusals',
  'mail_outage',
  'alerts',
  'alert_messages',
  'rollup_deltas',
  'fleet_counts',
  'fleet_samples',
  'member_links_made',
];
const READ_ONLY = ['all_decisions', 'schema_migrations'];

/** GRANT statements for the app's user, e.g. `'connects_app'@'%'`, one per table. */
export function appGrants(database: string, user: string): readonly string[] {
  const grant = (rights: string) => (table: string) =>
    `GRANT ${rights} ON \`${database}\`.\`${table}\` TO ${user}`;
  return [
    ...APPEND_ONLY.map(grant('SELECT, INSERT')),
    ...READ_WRITE.map(grant('SELECT, INSERT, UPDATE')),
    ...DISPOSABLE.map(grant('SELECT, INSERT, UPDATE, DELETE')),
    ...READ_ONLY.map(grant('SELECT')),
  ];
}

/** Runs the grants. @throws the server's error where the migrating user may not GRANT. */
export async function applyGrants(owner: Database, grants: readonly string[]): Promise<void> {
  for (const one of grants) await owner.raw(one);
}

/** The app user as the server matched it at login, quoted for GRANT: `'connects_app'@'localhost'`. */
export async function grantee(app: Database): Promise<string> {
  const [[row]] = (await app.raw('SELECT CURRENT_USER() AS name')) as [[{ name: string }]];
  const at = row.name.lastIndexOf('@');
  const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`;
  return `${quote(row.name.slice(0, at))}@${quote(row.name.slice(at + 1))}`;
}
