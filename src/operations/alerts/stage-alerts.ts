/** Writing down what is to be told: the change of an alert and its message in one transaction, before anything is sent. */
import { inTransaction } from '../../db/connection.ts';
import { ALERTS, type AlertMessage, type AlertName, type ToldAlert, nextStep } from '../../domain/alerts.ts';
import { type Instant, formatInstant } from '../../domain/calendar.ts';
import { findInstallation } from '../../ledger/installation.ts';
import { type StoredAlert, listAlerts, writeAlert } from '../../outbox/alerts.ts';
import { insertMessage } from '../../outbox/alert-messages.ts';
import type { AlertDeps } from './deps.ts';
import { type Looked, type LookedAll, lookForAlerts } from './look-for-alerts.ts';

/** Looks, and stages what each channel is to be told. Two that look at once tell once. Returns how many messages. */
export async function stageAlerts(deps: AlertDeps): Promise<number> {
  const looked = await lookForAlerts(deps);
  const told = await listAlerts(deps.db);
  const installation = (await findInstallation(deps.db)) ?? '';
  let staged = 0;
  for (const { name: channel } of deps.channels)
    for (const [name, found] of looked.alerts) {
      const before = told.find((one) => one.name === name && one.channel === channel);
      const message = messageOf(name, found, before, looked, installation);
      if (message && (await stage(deps, channel, before, message))) staged += 1;
    }
  return staged;
}

function messageOf(
  name: AlertName,
  found: Looked,
  told: ToldAlert | undefined,
  { now }: LookedAll,
  installation: string,
): AlertMessage | undefined {
  if (found.state === 'unknown') return undefined;
  const step = nextStep(told, found.state === 'on', now);
  if (step === undefined) return undefined;
  const about = { ...ALERTS[name], alert: name, step, at: now, installation };
  return found.state === 'on'
    ? { ...about, found: found.found, since: found.since, count: found.count }
    : { ...about, ...overSince(told?.since ?? now, now) };
}

const overSince = (since: Instant, now: Instant): Pick<AlertMessage, 'found' | 'since' | 'count'> => ({
  found: `It is over; this was seen at ${formatInstant(now)}.`,
  since,
  count: null,
});

/** False where somebody else has told it meanwhile. */
const stage = (
  { db }: AlertDeps,
  channel: string,
  before: StoredAlert | undefined,
  message: AlertMessage,
): Promise<boolean> =>
  inTransaction(db, async (transaction) => {
    const { alert, step, since, at: toldAt } = message;
    const state = step === 'over' ? 'over' : 'on';
    const written = await writeAlert(
      transaction,
      { name: alert as AlertName, channel, state, since, toldAt },
      before,
    );
    if (written) await insertMessage(transaction, channel, message);
    return written;
  });
