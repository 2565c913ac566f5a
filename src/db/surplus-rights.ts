/** What a user may beyond what `appGrants` gives: by the server's own words, SHOW GRANTS, which both servers spell alike. */
import type { Database } from './connection.ts';
import { appGrants } from './grants.ts';
import { selectRows } from './query.ts';

interface Grant {
  /** `UPDATE`, `ALL PRIVILEGES`, `GRANT OPTION`, … */
  readonly rights: readonly string[];
  /** Null for all databases, or all tables. */
  readonly database: string | null;
  readonly table: string | null;
}

const LINE = /^GRANT (.+?) ON (?:TABLE )?(`[^`]*`|\*)\.(`[^`]*`|\*) TO .*?( WITH GRANT OPTION)?$/;
/** To be let in, and nothing else; to see the names of databases; to see whose lock it is (open-transactions.ts). */
const HARMLESS = new Set(['USAGE', 'SHOW DATABASES', 'SELECT', 'PROCESS']);

/** @returns `UPDATE on entries`, `DROP on every table`, `FILE on every database`, …; none where there is nothing */
export async function listSurplusRights(db: Database, database: string): Promise<readonly string[]> {
  const rows = await selectRows<Record<string, string>>(db, 'SHOW GRANTS');
  const grants = rows.flatMap((row) => parseGrant(Object.values(row)[0] ?? ''));
  const given = allowedRights(database);
  const surplus = grants
    .filter((one) => one.database === null || nameMatches(one.database, database))
    .flatMap((one) =>
      one.rights
        .filter((right) => !HARMLESS.has(right) && !(one.table !== null && given.get(one.table)?.has(right)))
        .map((right) => `${right} on ${scopeOf(one)}`),
    );
  return [...new Set(surplus)];
}

/** Lines that give a role or a proxy name no table: what a role may, the server lists line by line, too. */
export function parseGrant(line: string): Grant[] {
  const [, rights, database, table, option] = LINE.exec(line) ?? [];
  if (rights === undefined) return [];
  const listed = rights
    // Of columns: as much as of the table.
    .replaceAll(/ \([^)]*\)/g, '')
    .split(/, ?/)
    .map((right) => right.toUpperCase());
  return [
    {
      rights: option === undefined ? listed : [...listed, 'GRANT OPTION'],
      database: nameIn(database),
      table: nameIn(table),
    },
  ];
}

const nameIn = (quoted = '*'): string | null => (quoted === '*' ? null : quoted.slice(1, -1));

/** The name of a database in a grant is a pattern. */
function nameMatches(pattern: string, name: string): boolean {
  const literal = pattern.replaceAll(/\\([_%])/g, '$1');
  if (literal === name) return true;
  const expression = pattern
    .replaceAll(/[.*+?^${}()|[\]]/g, '\\$&')
    .replaceAll(/(?<!\\)%/g, '.*')
    .replaceAll(/(?<!\\)_/g, '.');
  return new RegExp(`^${expression}$`, 'i').test(name);
}

function scopeOf({ database, table }: Grant): string {
  if (table !== null) return table;
  return database === null ? 'every database' : 'every table';
}

function allowedRights(database: string): ReadonlyMap<string, ReadonlySet<string>> {
  const allowed = new Map<string, ReadonlySet<string>>();
  for (const one of appGrants(database, "'app'@'%'").flatMap(parseGrant))
    if (one.table !== null) allowed.set(one.table, new Set(one.rights));
  return allowed;
}
