/**
 * Reminders: some days before a boundary at which Connects would expire, by the domain's own forecast. Once per
 * account and cycle, whoever looks and however often: the notice's reference is unique. The numbers are told as they
 * stand when it is sent.
 */
import { type Database, inTransaction } from '../../db/connection.ts';
import { databaseNow } from '../../db/query.ts';
import { type Instant, formatInstant } from '../../domain/calendar.ts';
import type { Account } from '../../domain/account.ts';
import { forecast } from '../../domain/simulation/forecast.ts';
import { PLAN_NAMES, type Terms } from '../../domain/terms.ts';
import { type DuePosition, listExpiring } from '../../ledger/accounts.ts';
import { findLatestTerms } from '../../ledger/terms-versions.ts';
import type { Log } from '../../log.ts';
import { type NoticeDraft, stageIfNew } from '../../outbox/outbox.ts';

export interface ReminderDeps {
  readonly db: Database;
  readonly log: Log;
  readonly settings: { readonly reminderDays: number };
}

const DAY_MS = 86_400_000;
/** Accounts looked at in one statement. */
const PAGE = 1_000;

/** @returns how many accounts would lose something, those reminded before included; 0 where reminders are off */
export async function stageReminders(deps: ReminderDeps, signal?: AbortSignal): Promise<number> {
  if (deps.settings.reminderDays === 0) return 0;
  const latest = await findLatestTerms(deps.db);
  const over = latest && lowestCap(latest.terms);
  if (!latest || over === undefined) return 0;
  const now = await databaseNow(deps.db);
  const until = now + deps.settings.reminderDays * DAY_MS;
  let after: DuePosition | undefined;
  let found = 0;
  do {
    const page = await listExpiring(deps.db, { from: now, until, over, after, limit: PAGE });
    const drafts = page.accounts.flatMap((one) => reminderOf(deps, one, latest.terms, now));
    if (drafts.length > 0) await inTransaction(deps.db, (transaction) => stageIfNew(transaction, drafts));
    found += drafts.length;
    after = page.after;
  } while (after && !signal?.aborted);
  return found;
}

/** What a member may hold under any plan and row without losing anything; undefined where nothing ever expires. */
function lowestCap(terms: Terms): number | undefined {
  const caps = terms.flatMap((row) => PLAN_NAMES.map((plan) => row.plans[plan].rolloverCap));
  const limits = caps.filter((cap) => cap !== null);
  return limits.length > 0 ? Math.min(...limits) : undefined;
}

function reminderOf(deps: ReminderDeps, account: Account, terms: Terms, now: Instant): NoticeDraft[] {
  try {
    const [next] = forecast(account, terms, 1);
    if (!next || next.expired === 0 || account.nextCycleOn === null) return [];
    return [
      {
        accountId: account.id,
        kind: 'reminder',
        ref: `cycle:${account.nextCycleOn}`,
        state: 'pending',
        firstCycleOn: account.nextCycleOn,
        lastCycleOn: account.nextCycleOn,
        runId: null,
        stagedAt: now,
      },
    ];
  } catch (error) {
    // Settling it will say what is wrong with this account; nobody else goes without a reminder for it.
    deps.log.debug({ account: account.id, at: formatInstant(now) }, String(error));
    return [];
  }
}
