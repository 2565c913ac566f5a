/** Bad rows, kept to be mended: each exactly as it was, and beside them a file that says what is wrong with each. */
import type { FileHandle } from 'node:fs/promises';
import type { BadRow } from '../operations/imports/bad-rows.ts';
import { fileFault } from './file-faults.ts';
import type { OpenFile } from './open-file.ts';
import { type OutputPlace, openOutput, requireOutput } from './output-file.ts';
import { plainLine } from '../plain-text.ts';

const FLAG = '--rejects';

/** `bad.csv.faults`: a line for every fault of `bad.csv`, as an import of it would print it. */
export const faultsFileOf = (rejects: string): string => `${rejects}.faults`;

export class Rejects {
  readonly path: string;
  readonly #input: OpenFile;
  #header: string | Buffer = '';
  #rows: Output | undefined;
  #faults: Output | undefined;

  private constructor(path: string, input: OpenFile) {
    this.path = path;
    this.#input = input;
  }

  /** Nothing is touched yet. @throws invalid-input `file` when rejects cannot be written there */
  static async at(path: string, input: OpenFile): Promise<Rejects> {
    for (const one of [path, faultsFileOf(path)]) await requireOutput({ flag: FLAG, path: one, input });
    return new Rejects(path, input);
  }

  /** What comes before the rows, as it stands in the file that is imported. */
  readonly begin = (header: string | Buffer): void => {
    this.#header = header;
  };

  async add(rows: readonly BadRow[]): Promise<void> {
    const [kept, faults] = await this.#open();
    for (const { line, raw = '', faults: found } of rows) {
      await kept.write(withEnd(raw));
      for (const { where, what } of found)
        await faults.write(`${plainLine(`${this.#input.name}, line ${line}, ${where}: ${what}`)}\n`);
    }
  }

  /** Whether there are any or not: what an earlier import left there is none of this one's. */
  async end(): Promise<void> {
    for (const one of await this.#open()) await one.close();
  }

  /** Where it was broken off. */
  async drop(): Promise<void> {
    for (const one of [this.#rows, this.#faults]) await one?.close();
  }

  async #open(): Promise<[Output, Output]> {
    if (!this.#rows) {
      this.#rows = await Output.at({ flag: FLAG, path: this.path, input: this.#input });
      await this.#rows.write(this.#header === '' ? '' : withEnd(this.#header));
    }
    this.#faults ??= await Output.at({ flag: FLAG, path: faultsFileOf(this.path), input: this.#input });
    return [this.#rows, this.#faults];
  }
}

/** The last line of a file may have no end; among rejects it is not the last. */
function withEnd(raw: string | Buffer): string | Buffer {
  const last = typeof raw === 'string' ? raw.at(-1) : String.fromCharCode(raw.at(-1) ?? 0);
  if (last === '\n' || last === '\r') return raw;
  return typeof raw === 'string' ? `${raw}\n` : Buffer.concat([raw, Buffer.from('\n')]);
}

/** Written in pieces of this size. */
const PIECE_BYTES = 64 * 1024;

class Output {
  readonly #place: OutputPlace;
  readonly #handle: FileHandle;
  #pieces: Buffer[] = [];
  #bytes = 0;
  #isClosed = false;

  private constructor(place: OutputPlace, handle: FileHandle) {
    this.#place = place;
    this.#handle = handle;
  }

  static async at(place: OutputPlace): Promise<Output> {
    return new Output(place, await openOutput(place));
  }

  async write(text: string | Buffer): Promise<void> {
    const piece = typeof text === 'string' ? Buffer.from(text) : text;
    this.#pieces.push(piece);
    this.#bytes += piece.length;
    if (this.#bytes >= PIECE_BYTES) await this.#flush();
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    try {
      await this.#flush();
    } finally {
      await this.#handle.close();
    }
  }

  async #flush(): Promise<void> {
    const bytes = Buffer.concat(this.#pieces);
    this.#pieces = [];
    this.#bytes = 0;
    try {
      await this.#handle.appendFile(bytes);
    } catch (error) {
      throw fileFault(`${this.#place.flag} ${this.#place.path}`, error);
    }
  }
}
