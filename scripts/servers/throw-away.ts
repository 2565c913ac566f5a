/** Fresh servers for one run of something, gone with everything in them when it ends. */
import { startInbox, type Inbox } from '../inbox/inbox.ts';
import { listenForInterruption, type Interruption } from './interruption.ts';
import { type LocalServers, startLocalServers } from './local-servers.ts';
import { exitCodeOf } from './processes.ts';
import { reportFailure } from './setup-error.ts';
import { startWatchdog, type Watchdog } from './watchdog.ts';

/** What a command needs to run on the throw-away servers; all of it goes to `runCommand`. */
export interface ThrowAwaySetting {
  /** Of the servers, for a person: `MariaDB 10.11.14`. */
  readonly titles: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly interruption: Interruption;
  readonly watchdog: Watchdog;
}

/**
 * Starts a database, Redis and an inbox, gives their addresses to `run`, and stops them when it ends or a signal comes.
 * @param run resolves with an exit code
 * @returns that code, or 128+n when a signal came before it could begin; failures are reported on stderr
 */
export async function withThrowAwayServers(
  run: (setting: ThrowAwaySetting) => Promise<number>,
): Promise<number> {
  const interruption = listenForInterruption();
  // A second press while servers start or stop: leave at once, the watchdog stops them.
  let running = false;
  interruption.listen((signal, times) => {
    if (times > 1 && !running) process.exit(exitCodeOf(null, signal));
  });
  const watchdog = startWatchdog();
  const stops: (() => Promise<void>)[] = [() => watchdog.dismiss()];
  try {
    const servers = await startLocalServers({ durable: false, users: 'root-only', watchdog });
    stops.push(() => servers.stop());
    const inbox = await startInbox();
    stops.push(() => inbox.stop());
    if (interruption.signal) return exitCodeOf(null, interruption.signal);
    running = true;
    return await run({
      titles: servers.titles,
      env: throwAwayEnvironment(servers, inbox),
      interruption,
      watchdog,
    });
  } catch (error) {
    const exitCode = reportFailure(error);
    return interruption.signal ? exitCodeOf(null, interruption.signal) : exitCode;
  } finally {
    running = false;
    for (const stop of stops.toReversed()) await stop();
  }
}

/**
 * The addresses replace whatever is set already, and those that have no throw-away counterpart go: such a run must never
 * touch a server that somebody else named.
 */
function throwAwayEnvironment(
  { databaseUrl, redisUrl, products }: LocalServers,
  inbox: Inbox,
): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    SMTP_URL: inbox.smtpUrl,
    CONNECTS_INBOX_URL: inbox.httpUrl,
    // Whoever starts another server there starts the same product.
    CONNECTS_LOCAL_DATABASE: products.database,
    CONNECTS_LOCAL_REDIS: products.redis,
  };
  for (const name of ['MIGRATE_DATABASE_URL', 'READ_DATABASE_URL', 'CONNECTS_SERVERS_FILE']) delete env[name];
  return env;
}
