/** Writing down what is known about a run, for whoever looks at it next. */
import { type Database, inTransaction } from '../../db/connection.ts';
import { shownNow } from '../../db/query.ts';
import { insertAudit } from '../../ledger/audit-log.ts';
import { insertRunNote } from '../../ledger/run-notes.ts';
import { getRun } from '../../ledger/runs.ts';

export interface NoteRequest {
  readonly run: number;
  readonly note: string;
  readonly actor: string;
  readonly reason: string | null;
}

/** @throws not-found `unknown-run` */
export async function noteRun({ db }: { readonly db: Database }, request: NoteRequest): Promise<void> {
  const { run, note, actor, reason } = request;
  await inTransaction(db, async (transaction) => {
    await getRun(transaction, run);
    const at = await shownNow(transaction);
    await insertRunNote(transaction, run, { at, actor, note });
    await insertAudit(transaction, {
      at,
      actor,
      action: 'run.note',
      target: `run:${run}`,
      reason,
      before: null,
      after: { note },
      runId: run,
    });
  });
}
