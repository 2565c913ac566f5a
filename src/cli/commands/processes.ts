/** worker, scheduler, console and serve: the long-running processes. */
import type { Command } from 'commander';
import { required } from '../../config.ts';
import { type Cli, type Process, say } from '../context.ts';
import { withHelp } from '../options.ts';
import { requireSchema } from '../require-schema.ts';

type Part = 'worker' | 'scheduler' | 'console';

export function addProcessCommands(program: Command, cli: Cli): void {
  const add = (name: string, description: string, parts: readonly Part[]): void => {
    const command = program
      .command(name)
      .description(description)
      .action(() => runUntilStopped(cli, parts));
    withHelp(command, `connects ${name}`, [0, 2, 75]);
  };
  add('worker', 'settle accounts and send notices, until stopped', ['worker']);
  add('scheduler', 'tick and sweep, until stopped', ['scheduler']);
  add('console', 'serve the console, until stopped', ['console']);
  add('serve', 'worker, scheduler and console in one process', ['worker', 'scheduler', 'console']);
}

async function runUntilStopped(cli: Cli, parts: readonly Part[]): Promise<void> {
  const { app, processes, signal } = cli;
  required(app.config, 'databaseUrl');
  required(app.config, 'redisUrl');
  await requireSchema(app);
  const started: Process[] = [];
  try {
    if (parts.includes('worker')) started.push(processes.startWorker(app));
    if (parts.includes('scheduler')) started.push(processes.startScheduler(app));
    if (parts.includes('console')) {
      const console = await processes.startConsole(app);
      started.push(console);
      say(cli, `console: ${console.url}`);
    }
    app.log.info({ parts }, 'started');
    if (!signal.aborted)
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    app.log.info('stopping');
  } finally {
    await Promise.all(started.map((one) => one.stop()));
  }
}
