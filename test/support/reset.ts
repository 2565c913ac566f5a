/** An installation as new, without the seconds that migrating another one takes. Run numbers go on counting. */
import { selectRows } from '../../src/db/query.ts';
import type { Installation } from './installation.ts';
import { redisClient } from './redis.ts';

const KEPT = new Set(['installation', 'terms_versions', 'schema_migrations', 'schema_migrations_lock']);

export async function reset({ db, env }: Installation): Promise<void> {
  const tables = await selectRows<{ name: string }>(
    db,
    `SELECT table_name AS name FROM information_schema.tables
      WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE' ORDER BY table_name`,
  );
  await db.transaction(async (transaction) => {
    await transaction.raw('SET foreign_key_checks = 0');
    for (const { name } of tables) if (!KEPT.has(name)) await transaction.raw(`DELETE FROM ${name}`);
    await transaction.raw('SET foreign_key_checks = 1');
  });
  const client = redisClient(env.REDIS_URL as string);
  const keys = await client.keys(`${env.CONNECTS_QUEUE_PREFIX}:*`);
  if (keys.length > 0) await client.del(keys);
  client.disconnect();
}
