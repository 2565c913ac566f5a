/** What every command is given, and how it speaks: data on stdout, everything else on stderr. */
import type { App } from '../app.ts';
import { plainText } from '../plain-text.ts';
import type { ExitCode } from './exit-codes.ts';
import { type ColorWhen, type Words, screenOf, writtenOn } from './screen.ts';

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
    /** Of a terminal: how wide it is now. */
    readonly columns?: number | undefined;
    /** Whether colours are understood there, and wanted by the environment. */
    readonly hasColors?: boolean;
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
  /**
   * Called by a command that promises to end by its --timeout: soon after it the process does, whatever hangs.
   * @param lateMs how soon
   */
  limit(timeoutMs: number | undefined, lateMs?: number): void;
  readonly defaultActor: string;
  /** Set before the command runs: worker, scheduler, console and serve log what they do, the others only trouble. */
  longRunning: boolean;
  /** Set before the command runs, by --color. */
  color: ColorWhen;
  /** Set before the command runs: with --json and --ndjson, scripts read errors, too. */
  errorsAsJson: boolean;
  /** Set where what is told was read from a replica that is behind. */
  replicaBehindSeconds?: number;
  /** Set by a command that ends with something other than 0. */
  exitCode: ExitCode;
}

/** A line for people, on stderr. */
export const say = (cli: Cli, text: string): void => void cli.streams.err.write(`${plainText(text)}\n`);

/** What was asked for, on stdout, with its colours where they are wanted. */
export const print = (cli: Cli, words: Words): void =>
  void cli.streams.out.write(`${writtenOn(screenOf(cli), words)}\n`);

/** Whoever reads only that is told, too, that it is of the past: by one more member of an object. */
export function printJson(cli: Cli, value: unknown): void {
  const { replicaBehindSeconds } = cli;
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  const told = isObject && replicaBehindSeconds !== undefined ? { ...value, replicaBehindSeconds } : value;
  print(cli, JSON.stringify(told, null, 2));
}

/**
 * A part of what may be long. Waits where the reader is slower than the database, so that memory stays flat.
 * @returns false when nobody reads any more: there is no point in going on
 */
export async function printPart(cli: Cli, text: string): Promise<boolean> {
  const { out } = cli.streams;
  if (out.write(plainText(text)) === false) await out.drained?.();
  return out.isClosed !== true;
}
