/** A file that is read more than once: held open, and the same to its last byte each time, whatever happens to it. */
import { createHash } from 'node:crypto';
import { type FileHandle, constants, open } from 'node:fs/promises';
import { invalidInput } from '../errors.ts';
import { fileFault, requireRereadable } from './file-faults.ts';

const CHUNK_BYTES = 64 * 1024;

export class OpenFile {
  readonly name: string;
  /** Of the file itself, whatever its names are. */
  readonly identity: string;
  readonly #handle: FileHandle;
  /** Bytes that it had when it was opened: what its writer adds later is not read. */
  readonly #size: number;
  readonly #digests: string[] = [];

  private constructor(name: string, handle: FileHandle, found: { size: number; dev: number; ino: number }) {
    this.name = name;
    this.identity = identityOf(found);
    this.#handle = handle;
    this.#size = found.size;
  }

  /** @throws invalid-input `file` for standard input, a pipe, a device, or a file that cannot be read */
  static async open(file: string): Promise<OpenFile> {
    await requireRereadable(file);
    try {
      // Not to be kept waiting if it has become a pipe since.
      const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
      return new OpenFile(file, handle, await handle.stat());
    } catch (error) {
      throw fileFault(file, error);
    }
  }

  /** From the beginning. @throws invalid-input `file` when what it held is not there any more */
  async *chunks(): AsyncGenerator<Buffer> {
    for (let at = 0; at < this.#size; at += CHUNK_BYTES) {
      const chunk = await this.#read(at, Math.min(CHUNK_BYTES, this.#size - at));
      const digest = createHash('sha1').update(chunk).digest('base64');
      const index = at / CHUNK_BYTES;
      this.#digests[index] ??= digest;
      if (this.#digests[index] !== digest) throw this.#changed();
      yield chunk;
    }
  }

  async #read(at: number, length: number): Promise<Buffer> {
    const chunk = Buffer.allocUnsafe(length);
    for (let filled = 0; filled < length;) {
      const { bytesRead } = await this.#handle.read(chunk, filled, length - filled, at + filled);
      if (bytesRead === 0) throw this.#changed();
      filled += bytesRead;
    }
    return chunk;
  }

  #changed(): Error {
    return invalidInput('file', `${this.name} changed while it was read: import it again`);
  }

  /** Bytes that were added to it since it was opened, and not read. */
  async grownBy(): Promise<number> {
    return Math.max(0, (await this.#handle.stat()).size - this.#size);
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

export const identityOf = ({ dev, ino }: { readonly dev: number; readonly ino: number }): string =>
  `${dev}:${ino}`;
