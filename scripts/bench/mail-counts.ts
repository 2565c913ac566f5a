/** What became of the outbox. */
import type { Database } from '../../src/db/connection.ts';
import { selectOne } from '../../src/db/query.ts';

export async function countOfState(
  db: Database,
): Promise<{ readonly sent: number; readonly refused: number }> {
  const row = await selectOne<{ sent: string | null; refused: string | null }>(
    db,
    "SELECT SUM(state = 'sent') AS sent, SUM(state IN ('refused', 'suppressed')) AS refused FROM outbox",
  );
  return { sent: Number(row?.sent ?? 0), refused: Number(row?.refused ?? 0) };
}
