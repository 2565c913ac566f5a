/** What an operator wants to see first: what is due, how the last run went, and whether mail is moving. */
import { type Queryable, shownNow, selectRows } from '../db/query.ts';
import type { Instant } from '../domain/calendar.ts';
import { countAccounts, countDueByPlan } from '../ledger/accounts.ts';
import { type LedgerHold, findLedgerHold } from '../ledger/ledger-hold.ts';
import { type Run, listRuns } from '../ledger/runs.ts';
import { type RunCounts, countRun } from './run-counts.ts';

export interface Overview {
  readonly now: Instant;
  readonly accounts: number;
  readonly due: number;
  readonly oldestDueAt: Instant | null;
  /** Since when, by whom and why the ledger is held; null while it is not. */
  readonly hold: LedgerHold | null;
  /** The same of all mail, in words. */
  readonly mailHeld: string | null;
  readonly lastRun: { readonly run: Run; readonly counts: RunCounts } | null;
  readonly nextTickAt: Instant | null;
  /** Notices by state. */
  readonly notices: Readonly<Record<string, number>>;
  readonly latestNotices: readonly NoticeLine[];
  readonly inboxUrl: string | null;
  /** How far what it was read from is behind; null where that keeps up, or is the primary. */
  readonly replicaBehindMs: number | 'unknown' | null;
}

export interface NoticeLine {
  readonly id: number;
  readonly account: string;
  readonly kind: string;
  readonly state: string;
  readonly stagedAt: Instant;
}

const LATEST_NOTICES = 10;

export async function readOverview(
  db: Queryable,
  known: Pick<Overview, 'nextTickAt' | 'inboxUrl' | 'replicaBehindMs' | 'mailHeld'>,
): Promise<Overview> {
  const now = await shownNow(db);
  const due = await countDueByPlan(db, now);
  const [last] = await listRuns(db, 1);
  const oldest = due.map((one) => one.oldestAt);
  return {
    now,
    accounts: await countAccounts(db),
    due: due.reduce((sum, one) => sum + one.accounts, 0),
    oldestDueAt: oldest.length > 0 ? Math.min(...oldest) : null,
    hold: (await findLedgerHold(db)) ?? null,
    lastRun: last ? { run: last, counts: await countRun(db, last) } : null,
    ...known,
    notices: await countNotices(db),
    latestNotices: await listLatestNotices(db),
  };
}

async function countNotices(db: Queryable): Promise<Record<string, number>> {
  const rows = await selectRows<{ state: string; count: number }>(
    db,
    'SELECT state, COUNT(*) AS count FROM outbox GROUP BY state ORDER BY state LIMIT 20',
  );
  return Object.fromEntries(rows.map((row) => [row.state, row.count]));
}

async function listLatestNotices(db: Queryable): Promise<NoticeLine[]> {
  const rows = await selectRows<Omit<NoticeLine, 'stagedAt'> & { stagedAt: Date }>(
    db,
    'SELECT id, account_id AS account, kind, state, staged_at AS stagedAt FROM outbox ORDER BY id DESC LIMIT ?',
    [LATEST_NOTICES],
  );
  return rows.map((row) => ({ ...row, stagedAt: row.stagedAt.getTime() }));
}
