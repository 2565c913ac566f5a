/** Notices as a run stages them, waiting to be sent: one grant for each of some accounts. */
import { databaseNow } from '../../src/db/query.ts';
import { insertRun } from '../../src/ledger/runs.ts';
import { settleAccounts } from '../../src/operations/settling/settle-accounts.ts';
import { importRows, numbered } from './accounts.ts';
import type { Installation } from './installation.ts';
import { MAY_2021 } from './sweeping.ts';

/** Accounts `a-000`, `a-001`, …; the run that staged their notices. */
export async function stageNotices({ app, db }: Installation, count: number): Promise<number> {
  await importRows(app, numbered('a', count));
  const about = { kind: 'rerun', asOf: MAY_2021, termsVersion: 1, notify: 'digest', actor: 'test' } as const;
  const at = await databaseNow(db);
  const run = await insertRun(db, { ...about, reason: null, dueAtStart: 0, at, openKey: 'test' });
  await settleAccounts(
    app.settleDeps,
    numbered('a', count).map((one) => ({ account: one.id, run: run as number })),
  );
  return run as number;
}
