/**
 * Reminders: some days before a boundary at which Connects would expire, by the domain's own forecast. Once per
 * account and cycle, whoever looks and however often: the notice's reference is unique. The numbers are told as they
 * stand when it is sent; where there is nothing to tell then, and something again later, it is sent after all.
 */
import { type Database, type Transaction, inTransaction } from '../../db/connection.ts';
import { databaseNow } from '../../db/query.ts';
import { type Instant, formatInstant } from '../../domain/calendar.ts';
import type { Account } from '../../domain/account.ts';
import { forecast } from '../../domain/simulation/forecast.ts';
import { PLAN_NAMES, type Terms } from '../../domain/terms.ts';
import { type DuePosition, listExpiring } from '../../ledger/accounts.ts';
import { findEmails } from '../../ledger/contacts.ts';
import { findReached, writeReached } from '../../ledger/rounds.ts';
import { findLatestTerms } from '../../ledger/terms-versions.ts';
import type { Log } from '../../log.ts';
import { listWithheld, sendAgain } from '../../outbox/listing.ts';
import { type NoticeDraft, stageIfNew } from '../../outbox/outbox.ts';
import { NOTHING_EXPIRES, NO_ADDRESS, OPTED_OUT_SINCE } from './unsent-words.ts';

export interface ReminderDeps {
  readonly db: Database;
  readonly log: Log;
  readonly settings: { readonly reminderDays: number };
}

const DAY_MS = 86_400_000;
/** Accounts looked at in one statement. */
const PAGE = 900;

/** Pages that are looked at whatever the signal says: where each process lives for seconds, each gets on. */
const PAGES_MIN = 5;

/**
 * Goes on where the round before was cut off, by whomever, up to the end of the round.
 * @returns how many of the accounts looked at would lose something, those reminded before included; 0 where reminders are
 *   off
 */
export async function stageReminders(deps: ReminderDeps, signal?: AbortSignal): Promise<number> {
  if (deps.settings.reminderDays === 0) return 0;
  const latest = await findLatestTerms(deps.db);
  const over = latest && lowestCap(latest.terms);
  if (!latest || over === undefined) return 0;
  const now = await databaseNow(deps.db);
  const until = now + deps.settings.reminderDays * DAY_MS;
  let after = await findReached(deps.db, 'reminders');
  let found = 0;
  for (let pages = 1; ; pages += 1) {
    const page = await listExpiring(deps.db, { from: now, until, over, after, limit: PAGE });
    const drafts = page.accounts.flatMap((one) => reminderOf(deps, one, latest.terms, now));
    await inTransaction(deps.db, (transaction) => stagePage(transaction, drafts, page.after, now));
    found += drafts.length;
    after = page.after;
    if (!after || (signal?.aborted && pages >= PAGES_MIN)) return found;
  }
}

async function stagePage(
  transaction: Transaction,
  drafts: readonly NoticeDraft[],
  reached: DuePosition | undefined,
  now: Instant,
): Promise<void> {
  if (drafts.length > 0) {
    // Before, so that what is staged now is left alone.
    await sendAgain(transaction, await findNeedless(transaction, drafts), now);
    await stageIfNew(transaction, drafts);
  }
  await writeReached(transaction, 'reminders', reached, now);
}

/**
 * Those that were not sent for a reason that has passed since: that nothing would have expired, or that there was nobody
 * to tell. Who withheld one by hand has other words.
 */
async function findNeedless(transaction: Transaction, drafts: readonly NoticeDraft[]): Promise<number[]> {
  const refs = new Map(drafts.map((one) => [one.accountId, one.ref]));
  const ids = [...refs.keys()];
  const withheld = await listWithheld(transaction, 'reminder', ids, [
    NOTHING_EXPIRES,
    NO_ADDRESS,
    OPTED_OUT_SINCE,
  ]);
  const own = withheld.filter((one) => refs.get(one.accountId) === one.ref);
  if (own.length === 0) return [];
  const emails = await findEmails(transaction, ids);
  return own.filter((one) => emails.has(one.accountId)).map((one) => one.id);
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
