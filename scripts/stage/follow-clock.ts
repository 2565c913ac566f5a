/** A database that goes by a clock of ours, so that a story is recorded in its own time. */
import type { Clock } from '../../src/clock.ts';
import type { Database } from '../../src/db/connection.ts';

interface Pooled {
  query(sql: string): unknown;
}

interface Pool {
  on(event: 'acquireSuccess', listener: (id: number, connection: Pooled) => void): void;
}

/** Every connection that is handed out tells the clock's time from then on: `UTC_TIMESTAMP()` is the session's. */
export function followClock(db: Database, clock: Pick<Clock, 'wallNow'>): void {
  const { pool } = db.client as { pool: Pool };
  // Most statements come while the clock stands still: to say so again would double them.
  const told = new WeakMap<Pooled, number>();
  pool.on('acquireSuccess', (_id, connection) => {
    const now = clock.wallNow();
    if (told.get(connection) === now) return;
    told.set(connection, now);
    connection.query(`SET timestamp = ${now / 1_000}`);
  });
}
