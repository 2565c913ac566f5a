/** What people do in a story beside its facts: mistakes, new terms, a backfill, and what is said and done about failures. */
import type { App } from '../../src/app.ts';
import { DateTime } from 'luxon';
import { execute, selectOne, selectRows } from '../../src/db/query.ts';
import type { Instant } from '../../src/domain/calendar.ts';
import { type TermsRow, builtInTerms } from '../../src/domain/terms.ts';
import { planBackfill } from '../../src/operations/backfills/backfill-plan.ts';
import { pauseBackfill, startBackfill } from '../../src/operations/backfills/backfill.ts';
import { workOnBackfill } from '../../src/operations/backfills/work-backfills.ts';
import { adjustBalances } from '../../src/operations/events/adjust.ts';
import { suppressNotices } from '../../src/operations/mail/change-notices.ts';
import { careForFailures } from '../../src/operations/runs/care-for-failures.ts';
import { noteRun } from '../../src/operations/runs/note-run.ts';
import { applyTerms } from '../../src/operations/upkeep/apply-terms.ts';
import { type Week, DAY } from './fleet.ts';
import { MEMBER } from './told-of.ts';

export const ACTOR = 'dana';

/** Accounts that somebody else's mistake puts aside; a third by a trigger, which only the database's owner may make. */
export interface Broken {
  readonly accounts: number;
  readonly byTrigger: boolean;
}

/** A version to come. */
export async function applyNewTerms(app: App, now: Instant): Promise<void> {
  const last = builtInTerms.at(-1) as TermsRow;
  const month = DateTime.fromMillis(now, { zone: 'UTC' }).plus({ months: 2 }).startOf('month');
  const plus = { ...last.plans.plus, paid: last.plans.plus.paid + 10 };
  const effectiveFrom = month.toISODate() as string;
  const next = { ...last, effectiveFrom, plans: { ...last.plans, plus } };
  const reason = `Plus brings ${next.plans.plus.free + next.plans.plus.paid} Connects a month from ${effectiveFrom} on`;
  const applied = await applyTerms(app, {
    terms: [...builtInTerms, next],
    actor: ACTOR,
    reason,
    dryRun: false,
  });
  if (applied.outcome !== 'applied') throw new Error(JSON.stringify(applied));
}

/** Mistakes of others: a zone that nobody knows, and rows that an archive job keeps from changing. */
export async function breakAccounts(
  app: App,
  { accounts, byTrigger }: Broken,
  now: Instant,
): Promise<string[]> {
  const { db } = app;
  const soon = await selectRows<{ id: string }>(
    db,
    `SELECT id FROM accounts WHERE next_cycle_at BETWEEN ? AND ? AND status = 'active' AND id <> ? ORDER BY next_cycle_at, id LIMIT ?`,
    [new Date(app.clock.wallNow()), new Date(now - DAY), MEMBER, accounts],
  );
  const ids = soon.map((one) => one.id);
  const archived = byTrigger ? ids.filter((_, n) => n % 3 === 0) : [];
  const zones = ids.filter((one) => !archived.includes(one));
  await execute(db, "UPDATE accounts SET zone = 'Mars/Olympus' WHERE id IN (?)", [zones]);
  if (archived.length === 0) return ids;
  await db.raw(
    `CREATE TRIGGER archived_accounts BEFORE UPDATE ON accounts FOR EACH ROW
       IF OLD.id IN (${archived.map(() => '?').join(', ')}) THEN
         SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'archive: this account may not change'; END IF`,
    archived,
  );
  return ids;
}

/** Begun, and paused after its first batch. @returns its id */
export async function pauseFirstBackfill(
  app: App,
  { from, to }: Week,
  becomes: (at: Instant) => void,
): Promise<number> {
  const asked = { from, to, include: [] };
  const reason = 'taken over after their cycles had begun';
  const { db, settleDeps } = app;
  const plan = await planBackfill(db, { asked });
  const how = { notify: 'digest', rate: 12, approvalOver: 0, actor: ACTOR, reason } as const;
  const { id } = await startBackfill(app, { plan, ...how });
  // Asked to end before it begins, a worker still makes one batch.
  await workOnBackfill(settleDeps, { id, worker: 'stage', signal: AbortSignal.abort() });
  becomes(app.clock.wallNow() + 5 * 60_000);
  await pauseBackfill(app, { id, actor: 'erik', reason: 'finance wants to see the first ones' });
  return id;
}

/** What people said and did yesterday. */
export async function careForFleet(
  app: App,
  failed: readonly string[],
  { byTrigger }: Broken,
): Promise<void> {
  const { db, recordDeps } = app;
  const by = { reason: null, dryRun: false } as const;
  const some = { accounts: failed.slice(0, Math.ceil(failed.length / 5)) };
  await careForFailures(db, {
    ...by,
    filter: some,
    actor: ACTOR,
    care: { kind: 'assign', assignee: 'erik' },
  });
  if (byTrigger) {
    const known = { kind: 'ack', reason: 'the archive job is being mended' } as const;
    const filter = { code: 'refused-by-trigger' };
    await careForFailures(db, { ...by, filter, actor: 'erik', care: known });
  }
  await adjustBalances(recordDeps, {
    actor: 'sam',
    adjustments: [
      { account: MEMBER, amount: 6, reason: 'a proposal was charged twice', key: 'ticket-4411' },
      { account: 'freelancer-0003', amount: -10, reason: 'granted twice by support', key: 'ticket-4415' },
    ],
  });
  const run = await selectOne<{ id: number }>(
    db,
    "SELECT MAX(run_id) AS id FROM failures WHERE state = 'put-aside'",
    [],
  );
  const note = 'both errors are known: zones come from the import of Monday';
  if (run) await noteRun(app, { run: run.id, note, actor: ACTOR, reason: null });
  const refused = await selectOne<{ id: number }>(
    db,
    // The only one stays, to be seen.
    "SELECT MIN(id) AS id FROM outbox WHERE state = 'refused' HAVING COUNT(*) > 1",
    [],
  );
  const left = { actor: 'sam', reason: 'the member has left', dryRun: false } as const;
  if (refused) await suppressNotices({ db }, { filter: { ids: [refused.id] }, ...left });
}
