/** What a command of cron's does for alerts: it looks once, when its work is done, or could not be. */
import { messageOf } from '../errors.ts';
import { tellAlerts } from '../operations/alerts/tell-alerts.ts';
import { type Cli, say } from './context.ts';

/** How long a pass may take longer for it, whatever hangs. */
const TELL_WITHIN_MS = 8_000;
/** How long writing down may take that nobody was told: no server but the database is waited for any more. */
const WRITING_MS = 500;

/** Never the reason for which a command fails: what was not told is told by the next one. */
export async function withAlerts(cli: Cli, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } finally {
    const { app, signal } = cli;
    const isSet = app.config.databaseUrl !== undefined && app.alertChannels.length > 0;
    if (isSet && !signal.aborted) await tell(cli);
  }
}

async function tell(cli: Cli): Promise<void> {
  const { app } = cli;
  const ending = new AbortController();
  const timer = new AbortController();
  const telling = tellWith(cli, ending.signal).finally(() => timer.abort());
  await Promise.race([telling, app.clock.sleep(TELL_WITHIN_MS, timer.signal)]);
  ending.abort();
  await Promise.race([telling, app.clock.sleep(WRITING_MS, timer.signal)]);
}

async function tellWith(cli: Cli, signal: AbortSignal): Promise<void> {
  try {
    await tellAlerts(cli.app.alertDeps, signal);
  } catch (error) {
    say(cli, `no alert can be told now, the next pass tries again: ${messageOf(error)}`);
  }
}
