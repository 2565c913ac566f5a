import { spawn } from 'node:child_process';
import { terminalReachesChildren, type Interruption } from './interruption.ts';
import { exitCodeOf } from './processes.ts';
import { SetupError } from './setup-error.ts';
import type { Watchdog } from './watchdog.ts';

const EXIT_NOT_EXECUTABLE = 126;
const EXIT_NOT_FOUND = 127;

export interface CommandRequest {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly interruption: Interruption;
  /** Ends the command with SIGTERM when it resolves: what the command waits for won't come. */
  readonly cancelled?: Promise<unknown>;
  /** Ends the command when we are killed outright. */
  readonly watchdog?: Watchdog;
  /** Takes what it writes, instead of the terminal; then it has no input. */
  readonly hear?: (text: string, from: 'stdout' | 'stderr') => void;
}

/**
 * Runs a command in the foreground, its input and output being ours unless they are heard, and passes signals on.
 * @returns its exit code, 128+n when a signal ended it
 * @throws SetupError 127 or 126, as a shell would, when it can't be run
 */
export function runCommand(request: CommandRequest): Promise<number> {
  const { command, args, env, interruption, cancelled, watchdog, hear } = request;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env, stdio: hear ? ['ignore', 'pipe', 'pipe'] : 'inherit' });
    child.stdout?.setEncoding('utf8').on('data', (text: string) => hear?.(text, 'stdout'));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => hear?.(text, 'stderr'));
    if (child.pid !== undefined) watchdog?.watch(child.pid);
    interruption.listen((signal) => {
      // Once only: many programs take a second Ctrl-C for "stop at once".
      if (signal !== 'SIGINT' || !terminalReachesChildren()) child.kill(signal);
    });
    void cancelled?.then(() => child.kill('SIGTERM'));
    child.once('error', (error: NodeJS.ErrnoException) => {
      const isMissing = error.code === 'ENOENT';
      const reason = isMissing ? 'command not found' : error.message;
      reject(new SetupError(`${command}: ${reason}`, isMissing ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTABLE));
    });
    // Not before its last words are heard.
    child.once(hear ? 'close' : 'exit', (code: number | null, signal: NodeJS.Signals | null) =>
      resolve(exitCodeOf(code, signal)),
    );
  });
}
