/** What every command is given, and how it speaks: data on stdout, everything else on stderr. */
import type { App } from '../app.ts';
import { plainLine, plainText } from '../plain-text.ts';
import type { ExitCode } from './exit-codes.ts';
import { formatCount } from './words.ts';

/** Something that runs until it is stopped. */
export interface Process {
  stop(): Promise<void>;
}

export interface WorkerProcess extends Process {
  /** As it is named in what it works on. */
  readonly name: string;
}

/** The long-running parts, handed in by the entry point: the command line itself never imports them. */
export interface Processes {
  startWorker(app: App): WorkerProcess | Promise<WorkerProcess>;
  startScheduler(app: App): Process | Promise<Process>;
  startConsole(app: App): Promise<Process & { readonly url: string }>;
  /** Health and metrics of a process without a console. */
  startHealth?(app: App): Promise<Process & { readonly url: string }>;
}

export interface Streams {
  readonly out: {
    write(text: string): unknown;
    readonly isTTY?: boolean;
    /** Resolves when more can be written, or nobody reads any more. */
    drained?(): Promise<void>;
    /** Whether nobody reads any more: what is under way goes on all the same, and ends with its own code. */
    readonly isClosed?: boolean;
  };
  readonly err: { write(text: string): unknown; readonly isTTY?: boolean; readonly columns?: number };
}

export interface Cli {
  /** Composed on first use. @throws invalid-input when the environment is wrong */
  readonly app: App;
  readonly streams: Streams;
  readonly processes: Processes;
  /** Aborts at Ctrl-C, SIGTERM or SIGHUP: commands then stop cleanly. */
  readonly signal: AbortSignal;
  /** Called by a command that promises to end by its --timeout: soon after it the process does, whatever hangs. */
  limit(timeoutMs: number | undefined): void;
  readonly defaultActor: string;
  /** Set before the command runs: worker, scheduler, console and serve log what they do, the others only trouble. */
  longRunning: boolean;
  /** Set before the command runs: with --json and --ndjson, scripts read errors, too. */
  errorsAsJson: boolean;
  /** Set by a command that ends with something other than 0. */
  exitCode: ExitCode;
}

/** A line for people, on stderr. */
export const say = (cli: Cli, text: string): void => void cli.streams.err.write(`${plainText(text)}\n`);

/** @param paint adds what a terminal understands, to text that holds nothing of the kind any more */
export const print = (cli: Cli, text: string, paint = (plain: string): string => plain): void =>
  void cli.streams.out.write(`${paint(plainText(text))}\n`);

export const printJson = (cli: Cli, value: unknown): void => print(cli, JSON.stringify(value, null, 2));

/**
 * A part of what may be long. Waits where the reader is slower than the database, so that memory stays flat.
 * @returns false when nobody reads any more: there is no point in going on
 */
export async function printPart(cli: Cli, text: string): Promise<boolean> {
  const { out } = cli.streams;
  if (out.write(plainText(text)) === false) await out.drained?.();
  return out.isClosed !== true;
}

/** Aligned columns: counts to the right, with separators, under a heading on the right. Ids are given as text. */
export function formatTable(
  columns: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const isCount = columns.map((_, index) => rows.some((row) => typeof row[index] === 'number'));
  const lines = [columns, ...rows.map((row) => row.map((cell) => cellText(cell)))];
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => (line[index] ?? '').length)));
  const align = (line: readonly string[]): string =>
    line
      .map((cell, index) => {
        const width = widths[index] ?? 0;
        return isCount[index] ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  return [align(columns), align(widths.map((width) => '-'.repeat(width))), ...lines.slice(1).map(align)].join(
    '\n',
  );
}

const cellText = (cell: string | number): string =>
  typeof cell === 'number' ? formatCount(cell) : plainLine(cell);
