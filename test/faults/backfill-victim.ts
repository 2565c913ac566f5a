/** A worker that dies before one of its statements reaches the database. Started by tests, never by itself. */
import { composeApp } from '../../src/app.ts';
import { systemClock } from '../../src/clock.ts';
import { parseConfig } from '../../src/config.ts';
import { silentLog } from '../../src/log.ts';
import { workOnBackfill } from '../../src/operations/backfills/work-backfills.ts';

interface Orders {
  readonly env: Readonly<Record<string, string>>;
  readonly id: number;
  /** Counted from 1. */
  readonly statement: number;
}

process.once('message', ({ env, id, statement }: Orders) => {
  const app = composeApp(parseConfig(env), systemClock, silentLog);
  let said = 0;
  app.db.on('query', () => {
    said += 1;
    if (said === statement) process.kill(process.pid, 'SIGKILL');
  });
  void workOnBackfill(app.settleDeps, { id, worker: 'victim', signal: new AbortController().signal });
});
process.send?.('loaded');
