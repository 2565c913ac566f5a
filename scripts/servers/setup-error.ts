/** An expected reason why the set-up can't go on: its message is for the person at the terminal, without a stack. */
export class SetupError extends Error {
  override readonly name = 'SetupError';
  /** 75 (try again) unless the caller knows better; see the table of exit codes in docs/. */
  readonly exitCode: number;

  constructor(message: string, exitCode = 75) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Prints what went wrong on stderr. @returns the exit code that it stands for */
export function reportFailure(error: unknown): number {
  if (error instanceof SetupError) {
    process.stderr.write(`connects: ${error.message}\n`);
    return error.exitCode;
  }
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return 1;
}
