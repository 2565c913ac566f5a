/** Nothing is decided by a replica: what works and what operations do has the primary alone. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../support/cli.ts';

/** They say how far it is behind, or whether it has room. */
const TELLERS = [
  'src/operations/upkeep/doctor/connection-checks.ts',
  'src/operations/upkeep/doctor/database-checks.ts',
  'src/operations/upkeep/doctor/deps.ts',
  'src/operations/upkeep/measure.ts',
];

test('no job and no operation knows of it, but those that tell of it', () => {
  const files = ['jobs', 'src/operations', 'src/ledger', 'src/outbox', 'src/queue'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`),
  );
  const knowing = files.filter(
    (file) => file.endsWith('.ts') && readFileSync(join(root, file), 'utf8').includes('readDb'),
  );
  expect(knowing.toSorted()).toEqual(TELLERS);
});
