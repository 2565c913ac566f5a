/** The entry point: the only reader of arguments, environment and signals, and the only one that exits. */
import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { startHealth } from '../console/health-server.ts';
import { startConsole } from '../console/server.ts';
import { startScheduler } from '../../jobs/start-scheduler.ts';
import { startWorker } from '../../jobs/start-worker.ts';
import { type App, composeApp } from '../app.ts';
import { systemClock } from '../clock.ts';
import { type Config, parseConfig } from '../config.ts';
import { createLog } from '../log.ts';
import { VERSION } from '../version.ts';
import type { Cli, Streams } from './context.ts';
import { EXIT, exitOf } from './exit-codes.ts';
import { keepHeapLean } from './lean-heap.ts';
import { buildProgram } from './program.ts';

const SERVERS_FILE = '.local/run/servers.json';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where `npm start` leaves the addresses of its servers; what the environment names comes first. */
function withLocalServers(env: Environment): { env: Environment; file?: string } {
  // Never half of one installation and half of another.
  if (env.DATABASE_URL || env.REDIS_URL) return { env };
  const file = env.CONNECTS_SERVERS_FILE || SERVERS_FILE;
  try {
    const found = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string | undefined>;
    const named = {
      DATABASE_URL: found.databaseUrl,
      MIGRATE_DATABASE_URL: found.migrateDatabaseUrl,
      REDIS_URL: found.redisUrl,
      SMTP_URL: env.SMTP_URL || found.smtpUrl,
      CONNECTS_INBOX_URL: env.CONNECTS_INBOX_URL || found.inboxUrl,
    };
    return { env: { ...env, ...named }, file };
  } catch {
    return { env };
  }
}

const stopping = new AbortController();
let stoppedBy: NodeJS.Signals | undefined;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // The first asks for a clean stop; a second one does not wait for it.
    if (stoppedBy) process.exit(signal === 'SIGINT' ? EXIT.interrupted : EXIT.terminated);
    stoppedBy = signal;
    stopping.abort();
  });
}
const stoppedCode = (): number => (stoppedBy === 'SIGINT' ? EXIT.interrupted : EXIT.terminated);

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // `connects export … | head` closes the pipe: that is its reader's choice, not a fault. A full disk is one.
  if (error.code === 'EPIPE') process.exit(EXIT.done);
  process.stderr.write(`connects: the output could not be written: ${error.message}\n`);
  process.exit(EXIT.unexpected);
});
// Nobody reads our messages any more: the work goes on.
process.stderr.on('error', () => undefined);

/** The system user; a container may run as a number that has no name. */
function currentUser(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid-${process.getuid?.() ?? 'unknown'}`;
  }
}

/** What cannot move its cursor is no terminal to draw on. */
const canDraw = process.stderr.isTTY && process.env.TERM !== 'dumb';

/** A line of the log takes the place of the bar, which is drawn again below it. */
const aroundBar = { write: (line: string): void => void process.stderr.write(`\r\u001B[2K${line}`) };

function standardStreams(): Streams {
  return {
    out: process.stdout,
    err: {
      write: (text) => process.stderr.write(text),
      isTTY: canDraw,
      get columns() {
        return process.stderr.columns;
      },
    },
  };
}

let app: App | undefined;
let used: { config: Config; file: string | undefined } | undefined;

function openApp(): App {
  const { env, file } = withLocalServers(process.env);
  const config = parseConfig(env);
  used = { config, file };
  // To whoever waits for one command, its own words say what happens; the log would only repeat them.
  const level = cli.longRunning || env.CONNECTS_LOG_LEVEL ? config.logLevel : 'warn';
  return composeApp(config, systemClock, createLog(level, canDraw ? aroundBar : undefined));
}

const cli: Cli = {
  get app() {
    app ??= openApp();
    return app;
  },
  streams: standardStreams(),
  processes: {
    startWorker: (working) => {
      keepHeapLean();
      return startWorker(working);
    },
    startScheduler,
    startConsole,
    startHealth,
  },
  signal: stopping.signal,
  defaultActor: currentUser(),
  longRunning: false,
  exitCode: EXIT.done,
};

async function main(): Promise<number> {
  try {
    await buildProgram(cli, VERSION).parseAsync(process.argv);
    return stoppedBy && cli.exitCode === EXIT.done ? stoppedCode() : cli.exitCode;
  } catch (error) {
    if (stoppedBy) return stoppedCode();
    const { code, message } = exitOf(error, used);
    if (message) process.stderr.write(`connects: ${message}\n`);
    return code;
  } finally {
    await app?.close();
  }
}

process.exitCode = await main();
// Connections that a dead server never answered must not keep a finished command alive; its output must be out first.
process.stdout.write('', () => setTimeout(() => process.exit(), 500).unref());
