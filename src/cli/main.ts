/** The entry point: the only reader of arguments, environment and signals, and the only one that exits. */
import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { CommanderError } from 'commander';
import { startConsole } from '../console/server.ts';
import { startScheduler } from '../../jobs/start-scheduler.ts';
import { startWorker } from '../../jobs/start-worker.ts';
import { type App, composeApp } from '../app.ts';
import { systemClock } from '../clock.ts';
import { parseConfig } from '../config.ts';
import { createLog } from '../log.ts';
import type { Cli } from './context.ts';
import { EXIT, exitOf } from './exit-codes.ts';
import { buildProgram } from './program.ts';

const VERSION = '0.1.0';

/** Where `npm start` leaves the addresses of its servers; what the environment names comes first. */
function withLocalServers(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const file = env.CONNECTS_SERVERS_FILE ?? '.local/run/servers.json';
  try {
    const found = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string | undefined>;
    const named = {
      DATABASE_URL: found.databaseUrl,
      MIGRATE_DATABASE_URL: found.migrateDatabaseUrl,
      REDIS_URL: found.redisUrl,
      SMTP_URL: found.smtpUrl,
      CONNECTS_INBOX_URL: found.inboxUrl,
    };
    // Never half of one installation and half of another.
    const asked = ['DATABASE_URL', 'REDIS_URL'].some((name) => env[name]);
    return asked ? env : { ...named, ...env };
  } catch {
    return env;
  }
}

const stopping = new AbortController();
let stoppedBy: NodeJS.Signals | undefined;
let stoppedAt = 0;
/** A terminal and npm both deliver one Ctrl-C: what follows this closely is the same press. */
const SAME_PRESS_MS = 700;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // The first asks for a clean stop; a second one does not wait for it.
    if (stoppedBy && Date.now() - stoppedAt < SAME_PRESS_MS) return;
    if (stoppedBy) process.exit(signal === 'SIGINT' ? EXIT.interrupted : EXIT.terminated);
    stoppedBy = signal;
    stoppedAt = Date.now();
    stopping.abort();
  });
}
// `connects export … | head` closes the pipe: that is its reader's choice, not a fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.done);
});

let app: App | undefined;
const cli: Cli = {
  get app() {
    if (!app) {
      const config = parseConfig(withLocalServers(process.env));
      app = composeApp(config, systemClock, createLog(config.logLevel));
    }
    return app;
  },
  streams: { out: process.stdout, err: process.stderr },
  processes: { startWorker, startScheduler, startConsole },
  signal: stopping.signal,
  defaultActor: userInfo().username,
  exitCode: EXIT.done,
};

async function main(): Promise<number> {
  try {
    await buildProgram(cli, VERSION).parseAsync(process.argv);
    return stoppedBy && cli.exitCode === EXIT.done ? stoppedCode() : cli.exitCode;
  } catch (error) {
    // commander has printed its message already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.invalid;
    if (stoppedBy) return stoppedCode();
    const { code, message } = exitOf(error);
    process.stderr.write(`connects: ${message}\n`);
    return code;
  } finally {
    await app?.close();
  }
}

const stoppedCode = (): number => (stoppedBy === 'SIGINT' ? EXIT.interrupted : EXIT.terminated);

process.exitCode = await main();
// Connections that a dead server never answered must not keep a finished command alive.
setTimeout(() => process.exit(), 500).unref();
