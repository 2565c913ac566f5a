/** Programs that a start runs to their end: before everybody's eyes, or heard. */
import type { Interruption } from '../servers/interruption.ts';
import { runCommand } from '../servers/run-command.ts';
import { SetupError } from '../servers/setup-error.ts';
import type { Watchdog } from '../servers/watchdog.ts';

export interface Heard {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export class Commands {
  readonly #launcher: string;
  readonly #interruption: Interruption;
  readonly #watchdog: Watchdog;
  /** Set as soon as the servers are known. */
  env: NodeJS.ProcessEnv = {};

  /** @param launcher the file behind `connects` */
  constructor(launcher: string, interruption: Interruption, watchdog: Watchdog) {
    this.#launcher = launcher;
    this.#interruption = interruption;
    this.#watchdog = watchdog;
  }

  /** `connects`, its output being ours. @returns its exit code */
  show(args: readonly string[]): Promise<number> {
    return runCommand(this.#commandOf([this.#launcher, ...args]));
  }

  /** `connects`, its output kept. @throws SetupError with all that it wrote, unless it ends with one of these codes */
  async hear(
    args: readonly string[],
    { allowed = [0], cancelled }: { allowed?: readonly number[]; cancelled?: Promise<unknown> } = {},
  ): Promise<Heard> {
    let stdout = '';
    const take = (text: string): void => void (stdout += text);
    const { exitCode, stderr } = await this.listen([this.#launcher, ...args], take, cancelled);
    if (allowed.includes(exitCode)) return { exitCode, stdout, stderr };
    throw new SetupError(
      `connects ${args.join(' ')} ended with exit code ${exitCode}:\n${stdout}${stderr}`.trimEnd(),
      exitCode,
    );
  }

  /** A script with its arguments; `take` gets its stdout as it comes. */
  async listen(
    script: readonly string[],
    take: (text: string) => void,
    cancelled?: Promise<unknown>,
  ): Promise<Omit<Heard, 'stdout'>> {
    let stderr = '';
    const hear = (text: string, from: 'stdout' | 'stderr'): void =>
      from === 'stdout' ? take(text) : void (stderr += text);
    const command = this.#commandOf(script);
    const exitCode = await runCommand({ ...command, hear, ...(cancelled && { cancelled }) });
    return { exitCode, stderr };
  }

  #commandOf(args: readonly string[]) {
    const [interruption, watchdog] = [this.#interruption, this.#watchdog];
    return { command: process.execPath, args, env: this.env, interruption, watchdog };
  }
}
