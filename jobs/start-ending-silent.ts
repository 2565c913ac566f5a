/** The worker's part that frees what a frozen process has locked, where the server does not do so by itself. */
import type { App } from '../src/app.ts';
import { endSilentTransactions, endsIdleTransactions } from '../src/db/open-transactions.ts';
import { repeat } from './process.ts';

const LOOK_EVERY_MS = 10_000;
/** A server is not replaced by one of another make while we run; but for an upgrade. */
const ASK_EVERY_MS = 600_000;

export function startEndingSilent(app: App, signal: AbortSignal): Promise<void> {
  return repeat(app, signal, async () => {
    if (await endsIdleTransactions(app.db)) return ASK_EVERY_MS;
    for (const { connection, silentSeconds } of await endSilentTransactions(app.db))
      app.log.warn(
        { connection, silentSeconds, code: 'silent-transaction' },
        'a connection of ours that had rows locked was silent for too long: it was ended',
      );
    return LOOK_EVERY_MS;
  });
}
