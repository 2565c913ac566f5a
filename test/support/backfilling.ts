/** Backfills as an operator has them: planned, started, and worked on to their end. */
import type { App } from '../../src/app.ts';
import type { Backfill, BackfillAsked } from '../../src/ledger/backfills.ts';
import { findBackfill } from '../../src/ledger/backfills.ts';
import { type BackfillPlan, planBackfill } from '../../src/operations/backfills/backfill-plan.ts';
import { type StartRequest, startBackfill } from '../../src/operations/backfills/backfill.ts';
import { workOnBackfill } from '../../src/operations/backfills/work-backfills.ts';
import { type StateRow, countOf } from './state.ts';
import { type Database } from '../../src/db/connection.ts';
import { selectRows } from '../../src/db/query.ts';

export const asking = (from: string, to: string, more: Partial<BackfillAsked> = {}): BackfillAsked => ({
  from,
  to,
  include: [],
  ...more,
});

export const planOf = (app: App, asked: BackfillAsked): Promise<BackfillPlan> =>
  planBackfill(app.db, { asked });

export async function started(
  app: App,
  asked: BackfillAsked,
  options: Partial<StartRequest> = {},
): Promise<Backfill> {
  const plan = await planOf(app, asked);
  const request = {
    plan,
    notify: 'none',
    rate: null,
    approvalOver: 0,
    actor: 'test',
    reason: 'a test',
  } as const;
  return startBackfill(app, { ...request, ...options });
}

let workers = 0;

/** Works on it until it has ended, or nobody may any more. */
export async function work(app: App, id: number, signal = new AbortController().signal): Promise<Backfill> {
  workers += 1;
  await workOnBackfill(app.settleDeps, { id, worker: `test-${workers}`, signal });
  return (await findBackfill(app.db, id)) as Backfill;
}

export async function backfilled(
  app: App,
  asked: BackfillAsked,
  options: Partial<StartRequest> = {},
): Promise<Backfill> {
  return work(app, (await started(app, asked, options)).id);
}

/** `2021-02-10 monthly-free +10 cycle:2021-02-10`: what a run posted for an account. */
export async function postedBy(db: Database, run: number, account: string): Promise<string[]> {
  const rows = await selectRows<{ cycle_on: string; kind: string; amount: number; subject: string }>(
    db,
    'SELECT cycle_on, kind, amount, subject FROM entries WHERE account_id = ? AND run_id = ? ORDER BY seq',
    [account, run],
  );
  return rows.map((row) => `${row.kind} ${row.amount > 0 ? '+' : ''}${row.amount} ${row.subject}`);
}

export const balanceOf = (db: Database, account: string): Promise<number> =>
  countOf(db, 'SELECT balance FROM accounts WHERE id = ?', [account]);

/** Items as `account cycle reason state why`. */
export async function itemsOf(db: Database, backfill: number): Promise<string[]> {
  const rows = await selectRows<StateRow>(
    db,
    `SELECT account_id, cycle_on, reason, state, why, granted FROM backfill_items WHERE backfill_id = ?
      ORDER BY account_id, cycle_on`,
    [backfill],
  );
  return rows.map(
    (row) =>
      `${row.account_id as string} ${row.cycle_on as string} ${row.reason as string} ` +
      `${row.state as string} ${(row.why as string | null) ?? String(row.granted)}`,
  );
}

/** What a test leaves as it found it: the schema, and the terms that every installation begins with. */
const KEPT = new Set(['schema_migrations', 'schema_migrations_lock']);

/** Empties an installation, because a new one takes a second. */
export async function emptyAll(db: Database): Promise<void> {
  const tables = await selectRows<{ name: string }>(
    db,
    `SELECT table_name AS name FROM information_schema.tables
      WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE'`,
  );
  await db.transaction(async (transaction) => {
    await transaction.raw('SET foreign_key_checks = 0');
    for (const { name } of tables)
      if (!KEPT.has(name))
        await transaction.raw(`DELETE FROM ${name}${name === 'terms_versions' ? ' WHERE version > 1' : ''}`);
    await transaction.raw('SET foreign_key_checks = 1');
  });
}
