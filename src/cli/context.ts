/** What every command is given, and how it speaks: data on stdout, everything else on stderr. */
import { stringify } from 'csv-stringify/sync';
import type { App } from '../app.ts';
import type { ExitCode } from './exit-codes.ts';

/** Something that runs until it is stopped. */
export interface Process {
  stop(): Promise<void>;
}

/** The long-running parts, handed in by the entry point: the command line itself never imports them. */
export interface Processes {
  startWorker(app: App): Process;
  startScheduler(app: App): Process;
  startConsole(app: App): Promise<Process & { readonly url: string }>;
}

export interface Streams {
  readonly out: { write(text: string): unknown; readonly isTTY?: boolean };
  readonly err: { write(text: string): unknown; readonly isTTY?: boolean; readonly columns?: number };
}

export interface Cli {
  /** Composed on first use. @throws invalid-input when the environment is wrong */
  readonly app: App;
  readonly streams: Streams;
  readonly processes: Processes;
  /** Aborts at Ctrl-C or SIGTERM: commands then stop cleanly. */
  readonly signal: AbortSignal;
  readonly defaultActor: string;
  /** Set by a command that ends with something other than 0. */
  exitCode: ExitCode;
}

export type Format = 'text' | 'json' | 'ndjson' | 'csv';

export const say = (cli: Cli, text: string): void => void cli.streams.err.write(`${text}\n`);
export const print = (cli: Cli, text: string): void => void cli.streams.out.write(`${text}\n`);
export const printJson = (cli: Cli, value: unknown): void => print(cli, JSON.stringify(value, null, 2));

/** Aligned columns; numbers to the right. */
export function formatTable(
  columns: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const widths = columns.map((name, index) =>
    Math.max(name.length, ...rows.map((row) => String(row[index]).length)),
  );
  const line = (cells: readonly (string | number)[]): string =>
    cells
      .map((cell, index) => {
        const width = widths[index] ?? 0;
        return typeof cell === 'number' ? String(cell).padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  return [line(columns), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

export const formatCsv = (rows: readonly (readonly unknown[])[]): string => stringify(rows as unknown[][]);
