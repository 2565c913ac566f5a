/** Accounts named by their ids in a condition: a few as a list, very many as one JSON value, so that no plan changes. */
import type { Binding } from './query.ts';

const LISTED_MAX = 900;

/** @param column whose value is one of these accounts, of which there is at least one */
export function isOneOf(
  column: string,
  ids: readonly string[],
): { readonly sql: string; readonly binding: Binding } {
  if (ids.length <= LISTED_MAX) return { sql: `${column} IN (?)`, binding: ids };
  const sql = `${column} IN (SELECT named.id FROM JSON_TABLE(?, '$[*]'
    COLUMNS (id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin PATH '$')) AS named)`;
  return { sql, binding: JSON.stringify(ids) };
}
