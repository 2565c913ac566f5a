/**
 * What the entry point runs: the only reader of arguments and environment, and the only one that exits, beside
 * src/cli/signals.ts. It loads what the typed command needs, and no more: a quick answer takes less time than loading all
 * there is.
 */
import { once } from 'node:events';
import { userInfo } from 'node:os';
import { VERSION } from '../version.ts';
import { type Cli, type Streams, say } from './context.ts';
import { EXIT } from './exit-codes.ts';
import { keepHeapLean } from './lean-heap.ts';
import { hasColors } from './screen.ts';
import { buildProgramFor } from './one-command.ts';
import type { OpenApp, OpenedApp } from './open-app.ts';
import { beginWork, endAfter, stopSignal, stoppedCode } from './signals.ts';
import { tellError } from './tell-error.ts';

/** How long after its --timeout a command may take to end. */
const LATE_MAX_MS = 10_000;

/** Aborts when what is printed reaches nobody any more. */
const unread = new AbortController();
let outputFault: Error | undefined;
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (unread.signal.aborted) return;
  unread.abort();
  // `connects audit | head` closes the pipe: that is its reader's choice, no fault, and hides no verdict. A full disk is one.
  if (error.code === 'EPIPE') return;
  outputFault = error;
  say(cli, `connects: the output could not be written: ${error.message}`);
});
// Only then is all of it known to be out, or not.
process.on('exit', () => {
  if (outputFault && process.exitCode === EXIT.done) process.exitCode = EXIT.unexpected;
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

const nothing = (): void => undefined;

function standardStreams(): Streams {
  return {
    out: {
      write: (text) => unread.signal.aborted || process.stdout.write(text),
      isTTY: process.stdout.isTTY,
      get columns() {
        return process.stdout.columns;
      },
      hasColors: hasColors(process.env, process.stdout.isTTY),
      drained: () => once(process.stdout, 'drain', { signal: unread.signal }).then(nothing, nothing),
      get isClosed() {
        return unread.signal.aborted;
      },
    },
    err: {
      write: (text) => process.stderr.write(text),
      isTTY: canDraw,
      get columns() {
        return process.stderr.columns;
      },
    },
  };
}

/** Loaded for actions only: neither help nor a slip needs an app. */
let openApp: OpenApp | undefined;
let opened: OpenedApp | undefined;
/** With --env-file, what it says, too. */
let settings: Readonly<Record<string, string | undefined>> = process.env;

function composed(): OpenedApp {
  if (!openApp) throw new Error('there is an app for actions only');
  return openApp(settings, { quiet: !cli.longRunning, destination: canDraw ? aroundBar : undefined });
}

const cli: Cli = {
  get app() {
    opened ??= composed();
    return opened.app;
  },
  streams: standardStreams(),
  processes: {
    startWorker: async (app) => {
      const { startWorker } = await import('../../jobs/start-worker.ts');
      keepHeapLean();
      return startWorker(app);
    },
    startScheduler: async (app) => (await import('../../jobs/start-scheduler.ts')).startScheduler(app),
    startConsole: async (app) => (await import('../console/server.ts')).startConsole(app),
    startHealth: async (app) => (await import('../console/health-server.ts')).startHealth(app),
  },
  signal: stopSignal,
  limit: (timeoutMs, lateMs = LATE_MAX_MS) => {
    if (timeoutMs !== undefined)
      endAfter(timeoutMs + lateMs, EXIT.tryAgain, '--timeout has passed, and a server does not answer');
  },
  defaultActor: currentUser(),
  longRunning: false,
  color: 'auto',
  errorsAsJson: false,
  exitCode: EXIT.done,
};

async function main(): Promise<number> {
  try {
    const program = await buildProgramFor(process.argv.slice(2), cli, VERSION);
    program.hook('preAction', async () => {
      ({ openApp } = await import('./open-app.ts'));
      const { envFile } = program.opts<{ envFile?: string }>();
      if (envFile !== undefined) settings = (await import('./env-file.ts')).withEnvFile(process.env, envFile);
      beginWork();
    });
    await program.parseAsync(process.argv);
    return cli.exitCode === EXIT.done ? (stoppedCode() ?? EXIT.done) : cli.exitCode;
  } catch (error) {
    const stopped = stoppedCode();
    if (stopped !== undefined) return stopped;
    return tellError(cli, error, opened);
  } finally {
    await opened?.app.close();
  }
}

export async function run(): Promise<void> {
  process.exitCode = await main();
  // Connections that a dead server never answered must not keep a finished command alive; its output must be out first.
  process.stdout.write('', () => setTimeout(() => process.exit(), 500).unref());
}
