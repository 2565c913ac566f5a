/** A database put back from a backup, or copied: what a dump carries, by SQL, because not every machine has a dump program. */
import { execute, selectRows } from '../../src/db/query.ts';
import { type Installation, install } from './installation.ts';

interface Table {
  readonly name: string;
  readonly next: number | null;
}

/** Every row of every table as it stands now, and the numbers that are given next, in an installation of its own. */
export async function copyOf(
  original: Installation,
  env: Readonly<Record<string, string>>,
): Promise<Installation> {
  const copy = await install({ env });
  const [row] = await selectRows<{ name: string }>(original.db, 'SELECT DATABASE() AS name');
  const from = row?.name ?? '';
  const tables = await selectRows<Table>(
    original.db,
    `SELECT table_name AS name, auto_increment AS next FROM information_schema.tables
      WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE' ORDER BY table_name`,
  );
  await copy.db.transaction(async (transaction) => {
    await transaction.raw('SET foreign_key_checks = 0');
    for (const { name } of tables) {
      await transaction.raw(`DELETE FROM \`${name}\``);
      await transaction.raw(`INSERT INTO \`${name}\` SELECT * FROM \`${from}\`.\`${name}\``);
    }
    await transaction.raw('SET foreign_key_checks = 1');
  });
  for (const { name, next } of tables)
    if (next !== null) await execute(copy.db, `ALTER TABLE \`${name}\` AUTO_INCREMENT = ${next}`);
  return copy;
}
