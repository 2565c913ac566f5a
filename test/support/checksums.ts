/** What every table holds, as one number each: equal before and after means that nothing was changed. */
import type { Database } from '../../src/db/connection.ts';
import { selectRows } from '../../src/db/query.ts';

export async function readChecksums(db: Database): Promise<Record<string, number>> {
  const tables = await selectRows<{ name: string }>(
    db,
    `SELECT table_name AS name FROM information_schema.tables
      WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE' ORDER BY table_name`,
  );
  const checked = await selectRows<{ Table: string; Checksum: number }>(
    db,
    `CHECKSUM TABLE ${tables.map((one) => one.name).join(', ')} EXTENDED`,
  );
  return Object.fromEntries(checked.map((one) => [one.Table.split('.').at(-1) as string, one.Checksum]));
}
