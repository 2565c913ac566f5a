/** Running `connects` as an operator does: a process of its own, judged by its output and exit code. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { asWeAre, powerless } from './powerless.ts';

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

export const root = join(__dirname, '../..');

export interface StartOptions {
  /** What standard input holds; nothing by default. */
  readonly input?: string;
  /** True: may not read or write whatever it likes, even where the tests run as root. */
  readonly powerless?: boolean;
}

/** @param env added to PATH and HOME only: nothing of the tests' own environment leaks in */
export function startCli(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  { input, powerless: isPowerless = false }: StartOptions = {},
): Running {
  const started = (isPowerless ? powerless : asWeAre)(process.execPath, [
    join(root, 'src/cli/connects.js'),
    ...args,
  ]);
  const child = spawn(started.command, started.args, {
    cwd: root,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, CONNECTS_SERVERS_FILE: '/nonexistent', ...env },
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    ...(started.uid !== undefined && { uid: started.uid }),
  }) as ChildProcess & { readonly stdout: Readable; readonly stderr: Readable };
  child.stdin?.end(input);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code: code ?? (signal ? 128 : 1), stdout, stderr }));
  });
  return { child, ended };
}

export const runCli = (
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  options: StartOptions = {},
): Promise<Ended> => startCli(args, env, options).ended;
