/** worker, scheduler, console and serve: the long-running processes. */
import type { Command } from 'commander';
import { requireServers } from '../../config.ts';
import { configuration, unavailable } from '../../errors.ts';
import { type Cli, type Process, say } from '../context.ts';
import { withHelp } from '../options.ts';
import { requireRedis } from '../require-redis.ts';
import { requireSchema } from '../require-schema.ts';

type Part = 'worker' | 'scheduler' | 'console';

export function addProcessCommands(program: Command, cli: Cli): void {
  const add = (name: string, description: string, parts: readonly Part[]): void => {
    const command = program
      .command(name)
      .description(description)
      .action(() => runUntilStopped(cli, parts));
    withHelp(command, `connects ${name}`, [2, 75, 130, 143]);
  };
  add('worker', 'settle accounts and send notices, until stopped', ['worker']);
  add('scheduler', 'tick and sweep, until stopped', ['scheduler']);
  add('console', 'serve the console, until stopped', ['console']);
  add('serve', 'worker, scheduler and console in one process', ['worker', 'scheduler', 'console']);
}

/** Servers are asked for once, at the start: whoever began survives their absence later. */
async function runUntilStopped(cli: Cli, parts: readonly Part[]): Promise<void> {
  const { app, processes, signal } = cli;
  requireServers(app.config, ['databaseUrl', 'redisUrl']);
  await requireSchema(app);
  await requireRedis(app);
  const started: Process[] = [];
  const pages: Process[] = [];
  try {
    // First, because it is what can fail: nothing has begun to work then.
    if (parts.includes('console')) pages.push(await openConsole(cli));
    if (asksForHealth(cli, parts)) pages.push(...(await openHealth(cli)));
    if (parts.includes('worker')) started.push(await processes.startWorker(app));
    if (parts.includes('scheduler')) started.push(await processes.startScheduler(app));
    app.log.info({ parts }, 'started');
    if (!signal.aborted)
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    app.log.info('stopping');
  } finally {
    // Who asks meanwhile whether this process is ready is told that it is about to end.
    app.health.draining = true;
    await Promise.all(started.map((one) => one.stop()));
    await Promise.all(pages.map((one) => one.stop()));
  }
}

/** A console answers for its health itself, unless it is asked to do so elsewhere. */
function asksForHealth({ app }: Cli, parts: readonly Part[]): boolean {
  const { healthPort } = app.config;
  return parts.includes('console') ? (healthPort ?? 0) !== 0 : healthPort !== 0;
}

async function openConsole(cli: Cli): Promise<Process> {
  try {
    const opened = await cli.processes.startConsole(cli.app);
    say(cli, `console: ${opened.url}`);
    return opened;
  } catch (error) {
    throw listenFault(cli, CONSOLE, error);
  }
}

/** None where this kind of process has nothing to open. */
async function openHealth(cli: Cli): Promise<Process[]> {
  const opened = await cli.processes.startHealth?.(cli.app).catch((error: unknown) => {
    throw listenFault(cli, HEALTH, error);
  });
  if (opened) cli.app.log.info({ url: opened.url }, 'health and metrics');
  return opened ? [opened] : [];
}

/** What listens, for the messages. */
interface Listener {
  readonly what: string;
  readonly setting: 'consolePort' | 'healthPort';
  readonly variable: string;
  readonly otherwise: string;
}

const CONSOLE: Listener = {
  what: 'the console',
  setting: 'consolePort',
  variable: 'CONNECTS_CONSOLE_PORT',
  otherwise: '0 takes any free port',
};
const HEALTH: Listener = {
  what: 'the health port',
  setting: 'healthPort',
  variable: 'CONNECTS_HEALTH_PORT',
  otherwise: '0 turns health and metrics of this process off',
};

/** What the operating system says of a port, in words. */
function listenFault({ app }: Cli, listener: Listener, error: unknown): unknown {
  const { consoleHost: host } = app.config;
  const { what, variable, otherwise } = listener;
  const port = app.config[listener.setting];
  const { code } = error as { readonly code?: unknown };
  if (code === 'EADDRINUSE')
    return unavailable(
      'port-taken',
      `${what} cannot listen on ${host}:${port}: another process does. ` +
        `Stop that one, or set ${variable} (${otherwise}).`,
    );
  if (code === 'EACCES')
    return configuration(
      'environment',
      `this user may not listen on port ${port}: set ${variable} to 1024 or more`,
    );
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return configuration(
      'environment',
      `CONNECTS_CONSOLE_HOST ${host} is no address of this machine: use 127.0.0.1, or 0.0.0.0 for all of them`,
    );
  return error;
}
