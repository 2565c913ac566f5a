/**
 * Sending what is staged, each channel by itself and in its order.
 *
 *   dies before the POST          the lease runs out, and it is told by whoever looks next
 *   dies between answer and mark  the same: it is told a second time
 *   not taken, or no answer       tried again, later and later, for two days; later messages wait behind it
 */
import { inTransaction } from '../../db/connection.ts';
import { shownNow } from '../../db/query.ts';
import type { AlertChannel } from '../../notices/alert-channels.ts';
import type { TellOutcome } from '../../notices/webhook.ts';
import {
  type TakenMessage,
  giveUpMessages,
  markTold,
  postponeMessage,
  takeMessage,
} from '../../outbox/alert-messages.ts';
import type { AlertDeps } from './deps.ts';
import { stageAlerts } from './stage-alerts.ts';

/** Longer than one telling may take. */
const LEASE_MS = 30_000;
const FIRST_WAIT_MS = 30_000;
const LONGEST_WAIT_MS = 1_800_000;
const GIVEN_UP_MS = 2 * 86_400_000;
/** Messages of one channel in one turn. */
const TURN_MAX = 20;

/** Looks, stages, and sends. Nothing at all where this process has nobody to tell. @throws unavailable without the database */
export async function tellAlerts(deps: AlertDeps, signal?: AbortSignal): Promise<void> {
  if (deps.channels.length === 0) return;
  await stageAlerts(deps);
  await giveUpMessages(deps.db, (await shownNow(deps.db)) - GIVEN_UP_MS);
  await Promise.all(deps.channels.map((channel) => tellChannel(deps, channel, signal)));
}

async function tellChannel(
  deps: AlertDeps,
  channel: AlertChannel,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (let told = 0; told < TURN_MAX && !signal?.aborted; told += 1) {
    const now = await shownNow(deps.db);
    const taken = await inTransaction(deps.db, (transaction) =>
      takeMessage(transaction, channel.name, { now, until: now + LEASE_MS }),
    );
    if (!taken) return;
    const { message, id } = taken;
    const outcome = await channel.tell(message, `${message.installation}-${id}`, signal);
    await mark(deps, channel, taken, outcome, signal);
    if (outcome.outcome === 'not-told') return;
  }
}

async function mark(
  { db, log }: AlertDeps,
  channel: AlertChannel,
  taken: TakenMessage,
  outcome: TellOutcome,
  signal: AbortSignal | undefined,
): Promise<void> {
  const now = await shownNow(db);
  if (outcome.outcome === 'told') return markTold(db, taken, now);
  // One that this process gives up because it is to end is for whoever comes next.
  const waitMs = signal?.aborted ? 0 : waitAfter(taken.attempts);
  await postponeMessage(db, taken, { retryAt: now + waitMs, words: outcome.words });
  if (taken.attempts === 1 && !signal?.aborted)
    log.warn({ code: 'alert-not-told', channel: kindOf(channel), alert: taken.message.alert }, outcome.words);
}

/** Whose address it is stands in no log. */
const kindOf = ({ name }: AlertChannel): string => name.split(':', 1)[0] ?? '';

const waitAfter = (attempts: number): number =>
  Math.min(FIRST_WAIT_MS * 2 ** Math.min(attempts - 1, 10), LONGEST_WAIT_MS);
