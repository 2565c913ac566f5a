/** What imports have in common: a file that is read twice, progress of both passes, and bad rows told and kept. */
import { constants, createWriteStream } from 'node:fs';
import { access, realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Fault } from '../domain/terms.ts';
import { invalidInput } from '../errors.ts';
import { type Cli, say } from './context.ts';
import { fileFault, requireRereadable } from './file-faults.ts';
import { Progress } from './progress.ts';
import { counted, formatCount } from './words.ts';

/** One import: its file, and how far it is. */
export class ImportFile<Row> {
  readonly #cli: Cli;
  readonly #file: string;
  readonly #noun: string;
  readonly #read: () => AsyncIterable<Row>;
  #seen: string | undefined;
  #pass: { progress: Progress; rows: number; total: number } | undefined;

  /** @param noun in the plural: `rows` */
  constructor(cli: Cli, file: string, noun: string, read: () => AsyncIterable<Row>) {
    this.#cli = cli;
    this.#file = file;
    this.#noun = noun;
    this.#read = read;
  }

  /** Begins a pass. @throws invalid-input `file` when the file cannot be read twice, or changed since the first pass */
  async *rows(): AsyncGenerator<Row> {
    await this.#requireUnchanged();
    const what = this.#pass ? this.#noun : `${this.#noun} checked`;
    this.end();
    const now = this.#cli.app.clock.elapsedMs();
    this.#pass = {
      progress: new Progress(this.#cli.streams.err, what, now),
      rows: 0,
      total: this.#pass?.rows ?? 0,
    };
    yield* this.#read();
  }

  readonly onProgress = (rows: number): void => {
    if (!this.#pass) return;
    this.#pass.rows = rows;
    this.#pass.progress.show(this.#state(), this.#cli.app.clock.elapsedMs());
  };

  /** Draws the bar to its end. */
  end(): void {
    this.#pass?.progress.end(this.#state(), this.#cli.app.clock.elapsedMs());
  }

  /** Leaves the bar as it stands: something went wrong. */
  stop(): void {
    this.#pass?.progress.stop();
  }

  /** The first pass learns how many there are; the second can show a share of them. */
  #state(): { done: number; total?: number } {
    const { rows = 0, total = 0 } = this.#pass ?? {};
    return total > 0 ? { done: rows, total } : { done: rows };
  }

  async #requireUnchanged(): Promise<void> {
    await requireRereadable(this.#file);
    const { size, mtimeMs, ino } = await stat(this.#file);
    const found = `${size} ${mtimeMs} ${ino}`;
    if (this.#seen !== undefined && this.#seen !== found)
      throw invalidInput('file', `${this.#file} changed while it was read: import it again`);
    this.#seen = found;
  }
}

/**
 * Whether rejected rows can be written there, asked before anything else is done.
 * @throws invalid-input `file` when they cannot, or when it is the file that is imported
 */
export async function requireRejectsFile(rejects: string, file: string): Promise<void> {
  const found = await stat(rejects).catch(() => undefined);
  if (found?.isDirectory()) throw invalidInput('file', `--rejects ${rejects} is a folder: expected a file`);
  if (!found && !(await stat(dirname(rejects)).catch(() => undefined))?.isDirectory())
    throw invalidInput('file', `--rejects ${rejects}: there is no such folder`);
  try {
    await access(found ? rejects : dirname(rejects), constants.W_OK);
    if (found && (await realpath(rejects)) === (await realpath(file)))
      throw invalidInput('file', `--rejects ${rejects} is the file that is imported: give another one`);
  } catch (error) {
    throw fileFault(`--rejects ${rejects}`, error);
  }
}

/** @throws invalid-input `file` when they cannot be written */
export async function writeRejects(rejects: string, lines: Iterable<string>): Promise<void> {
  try {
    await pipeline(Readable.from(lines), createWriteStream(rejects));
  } catch (error) {
    throw fileFault(`--rejects ${rejects}`, error);
  }
}

export interface Rejected {
  readonly line: number;
  readonly faults: readonly Fault[];
}

/** Bad rows that are listed one by one; the file of rejects has them all. */
const LISTED_MAX = 10_000;

/** One line on stderr for every fault: file, line, column, and what was expected. */
export function tellRejected(cli: Cli, file: string, bad: readonly Rejected[], noun: string): void {
  for (const row of bad.slice(0, LISTED_MAX))
    for (const fault of row.faults) say(cli, `${file}, line ${row.line}, ${fault.where}: ${fault.what}`);
  if (bad.length > LISTED_MAX)
    say(
      cli,
      `… and ${formatCount(bad.length - LISTED_MAX)} more bad ${noun}: --rejects FILE writes them all`,
    );
}

/** Why nothing was done, and what to do about it. */
export const refusal = (bad: readonly Rejected[], one: string, done: string): string =>
  `nothing was ${done}: mend the ${counted(bad.length, `bad ${one}`)}, ` +
  'or leave them out with --skip-invalid (and keep them with --rejects FILE)';

/** The same as data, for --json. */
export const faultList = (bad: readonly Rejected[]): { line: number; where: string; what: string }[] =>
  bad.slice(0, LISTED_MAX).flatMap(({ line, faults }) => faults.map((fault) => ({ line, ...fault })));
