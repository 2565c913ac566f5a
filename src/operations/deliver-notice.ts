/**
 * Sending one notice. The row is taken by a conditional update before SMTP begins and marked after it ended, so a
 * crash in between sends at most once more, with the same Message-ID: delivery is at least once.
 */
import type { Clock } from '../clock.ts';
import type { Database } from '../db/connection.ts';
import { databaseNow } from '../db/query.ts';
import { findEmail } from '../ledger/contacts.ts';
import { listSettlements } from '../ledger/cycles.ts';
import type { Log } from '../log.ts';
import { renderGrantNotice } from '../notices/grant-notice.ts';
import type { Letter, Mailer, SendOutcome } from '../notices/mailer.ts';
import { type Notice, markRefused, markSent, postponeNotice, takeNotice } from '../outbox/outbox.ts';

export interface DeliverDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly mailer: Mailer;
  readonly settings: { readonly mailAttemptsMax: number; readonly mailFrom: { readonly address: string } };
}

export type DeliverOutcome = 'sent' | 'refused' | 'postponed' | 'not-mine';

/** How long sending may take before the row is offered again: longer than every SMTP timeout together. */
const LEASE_MS = 180_000;
/** The most cycles that one email lists: ten years' worth. */
const TOLD_CYCLES_MAX = 120;
const FIRST_WAIT_MS = 30_000;
const LONGEST_WAIT_MS = 3_600_000;

export async function deliverNotice(deps: DeliverDeps, id: number): Promise<DeliverOutcome> {
  const now = await databaseNow(deps.db);
  const notice = await takeNotice(deps.db, { id, until: now + LEASE_MS });
  if (!notice) return 'not-mine';
  const letter = await compose(deps, notice);
  if (typeof letter === 'string') return refuse(deps, notice, letter);
  return mark(deps, notice, await deps.mailer.send(letter));
}

/** The letter, or the reason why there can be none. */
async function compose(deps: DeliverDeps, notice: Notice): Promise<Letter | string> {
  const to = await findEmail(deps.db, notice.accountId);
  if (!to) return 'the account has no email address';
  if (notice.firstCycleOn === null || notice.lastCycleOn === null) return 'the notice names no cycles';
  const cycles = await listSettlements(deps.db, notice.accountId, {
    first: notice.firstCycleOn,
    last: notice.lastCycleOn,
    limit: TOLD_CYCLES_MAX,
  });
  if (cycles.length === 0) return 'its cycles are not in the ledger';
  return { ...renderGrantNotice({ cycles }), to, messageId: messageIdOf(deps, notice) };
}

function messageIdOf({ settings }: DeliverDeps, notice: Notice): string {
  const domain = settings.mailFrom.address.split('@')[1] ?? 'localhost';
  return `<notice-${notice.id}.${notice.accountId}@${domain}>`;
}

async function mark(deps: DeliverDeps, notice: Notice, sent: SendOutcome): Promise<DeliverOutcome> {
  if (sent.outcome === 'refused') return refuse(deps, notice, sent.words);
  if (sent.outcome === 'sent') {
    await markSent(deps.db, notice.id, await databaseNow(deps.db));
    return 'sent';
  }
  if (sent.reached && notice.attempts >= deps.settings.mailAttemptsMax)
    return refuse(deps, notice, `given up after ${notice.attempts} attempts: ${sent.words}`);
  const waitMs = Math.min(FIRST_WAIT_MS * 2 ** Math.max(0, notice.attempts - 1), LONGEST_WAIT_MS);
  const retryAt = (await databaseNow(deps.db)) + waitMs;
  await postponeNotice(deps.db, { id: notice.id, retryAt, error: sent.words, counted: sent.reached });
  deps.log.warn({ notice: notice.id, attempt: notice.attempts, outcome: 'postponed', waitMs }, sent.words);
  return 'postponed';
}

async function refuse(deps: DeliverDeps, notice: Notice, words: string): Promise<DeliverOutcome> {
  await markRefused(deps.db, notice.id, words);
  deps.log.warn({ notice: notice.id, account: notice.accountId, outcome: 'refused' }, words);
  return 'refused';
}
