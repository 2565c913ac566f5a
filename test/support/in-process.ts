/** Running commands without a process of their own: the same program, its output kept instead of printed. */
import type { App } from '../../src/app.ts';
import type { Cli, Processes } from '../../src/cli/context.ts';
import { buildProgramFor } from '../../src/cli/one-command.ts';
import { tellError } from '../../src/cli/tell-error.ts';
import type { Ended } from './cli.ts';

export interface InProcess {
  /** Absent for commands that need no server: using one is then an error. */
  readonly app?: App;
  readonly signal?: AbortSignal;
  readonly processes?: Partial<Processes>;
  /** Whether stderr is a terminal. */
  readonly isTTY?: boolean;
  /** Of stdout, where it is a terminal. */
  readonly screen?: { readonly columns: number; readonly hasColors?: boolean };
}

const refuse = (what: string) => (): never => {
  throw new Error(`this test gave no ${what}`);
};

/** A command line whose output is kept. */
export function keepingCli(given: InProcess = {}): { cli: Cli; stdout: () => string; stderr: () => string } {
  const out: string[] = [];
  const err: string[] = [];
  const cli: Cli = {
    get app() {
      return given.app ?? refuse('server')();
    },
    streams: {
      out: {
        write: (text: string) => out.push(text) > 0,
        ...(given.screen && { isTTY: true, ...given.screen }),
      },
      err: { write: (text: string) => err.push(text) > 0, isTTY: given.isTTY === true, columns: 80 },
    },
    processes: {
      startWorker: refuse('worker'),
      startScheduler: refuse('scheduler'),
      startConsole: refuse('console'),
      ...given.processes,
    },
    signal: given.signal ?? new AbortController().signal,
    limit: () => undefined,
    defaultActor: 'tester',
    longRunning: false,
    color: 'auto',
    errorsAsJson: false,
    exitCode: 0,
  };
  return { cli, stdout: () => out.join(''), stderr: () => err.join('') };
}

/** As src/cli/main.ts does it, but for signals. */
export async function runHere(args: readonly string[], given: InProcess = {}): Promise<Ended> {
  const { cli, stdout, stderr } = keepingCli(given);
  try {
    const program = await buildProgramFor(args, cli, '0.0.0');
    await program.parseAsync(args, { from: 'user' });
    return { code: cli.exitCode, stdout: stdout(), stderr: stderr() };
  } catch (error) {
    const addresses = given.app && { config: given.app.config, file: undefined };
    const code = tellError(cli, error, addresses);
    return { code, stdout: stdout(), stderr: stderr() };
  }
}
