/** The lists in docs/operations.md of what servers say, what it means and what mends it. */
import { groupBy } from '../../src/group-by.ts';
import { CONNECTION_FAULTS, TLS_FAULTS } from '../../src/servers/connection-faults.ts';
import { mendOf } from '../../src/servers/classify.ts';
import { DATABASE_FAULTS } from '../../src/servers/database-faults.ts';
import type { FaultClass, ServerFault } from '../../src/servers/fault.ts';
import { MAIL_LIBRARY_FAULTS, SMTP_FAULTS } from '../../src/servers/mail-faults.ts';
import { REDIS_FAULTS, REDIS_TEXTS } from '../../src/servers/redis-faults.ts';

export const BEGIN = '<!-- written by scripts/check/faults.ts: begin -->';
export const END = '<!-- end -->';

const LISTS: [server: string, faults: readonly ServerFault[]][] = [
  ['MariaDB and MySQL', DATABASE_FAULTS],
  ['Redis', [...REDIS_FAULTS, ...REDIS_TEXTS.map((one) => one.fault)]],
  ['Connections', CONNECTION_FAULTS],
  ['TLS', TLS_FAULTS],
  ['Mail servers', [...SMTP_FAULTS, ...MAIL_LIBRARY_FAULTS]],
];

const ENDS_WITH: Record<FaultClass, string> = {
  row: 'that account fails alone',
  replay: 'tried again',
  'server-away': 'exit 75',
  'server-refuses': 'exit 75',
  configuration: 'exit 78',
};

/** One line for each mend: codes that are mended alike stand together. */
export const faultLists = (): string =>
  LISTS.map(([server, faults]) => [`### ${server}`, listOf(faults)].join('\n\n')).join('\n\n');

const listOf = (faults: readonly ServerFault[]): string =>
  [...groupBy(faults, (one) => `${one.class} ${one.mend}`).values()].map(lineOf).join('\n');

function lineOf(alike: readonly ServerFault[]): string {
  const [first] = alike as [ServerFault];
  const said = [...groupBy(alike, (one) => one.said)].map(
    ([words, ones]) => `${ones.map((one) => `\`${one.code}\``).join(', ')} ${words}`,
  );
  return `- ${first.class} (${ENDS_WITH[first.class]}): ${said.join('; ')}. ${mendOf(first, 'the server')}`;
}
