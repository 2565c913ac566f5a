/** What the operating system says of a file, in words, and what it must be for us. */
import { type Stats, constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { invalidInput, messageOf } from '../errors.ts';

const WORDS: Record<string, string> = {
  ENOENT: 'there is no such file',
  EACCES: 'this user may not read or write it',
  EPERM: 'this user may not read or write it',
  EISDIR: 'is a folder: expected a file',
  ENXIO: 'nobody reads or writes at its other end',
  ENOTDIR: 'a part of its path is not a folder',
  ELOOP: 'its links lead in a circle',
  ENAMETOOLONG: 'its name is too long',
  ENOSPC: 'the disk is full',
  EROFS: 'its file system is read-only',
};

/** @returns invalid-input `file` for what the operating system said; anything else as it was */
export function fileFault(file: string, error: unknown): unknown {
  if (!isSystemError(error)) return error;
  const { code } = error;
  return invalidInput('file', `${nameOf(file)}: ${WORDS[code] ?? messageOf(error)}`);
}

const isSystemError = (error: unknown): error is { code: string } =>
  typeof error === 'object' && error !== null && 'syscall' in error && 'code' in error;

export const nameOf = (file: string): string => (file === '-' ? 'standard input' : file);

/** For what is read once. @throws invalid-input `file` when there is no such readable file */
export async function requireFile(file: string): Promise<void> {
  if (file === '-') return;
  const found = await statOf(file);
  // `<(…)` of a shell is a pipe that somebody writes into; one that lies in a folder may wait for ever for a writer.
  if (found.isFile() || INHERITED.test(file)) return;
  throw invalidInput(
    'file',
    `${file} is ${kindOf(found)}: expected a file on a disk, or - and the text as standard input`,
  );
}

const INHERITED = /^\/(dev\/(stdin|fd\/\d+)|proc\/(self|\d+)\/fd\/\d+)$/;

/** For what is read twice. @throws invalid-input `file` for standard input, a pipe, or anything but a file */
export async function requireRereadable(file: string): Promise<void> {
  const what = 'it is read twice, so expected a file on a disk';
  if (file === '-') throw invalidInput('file', `standard input: ${what}, not -`);
  if (!(await statOf(file)).isFile()) throw invalidInput('file', `${file}: ${what}, not a pipe or a device`);
}

async function statOf(file: string): Promise<Stats> {
  try {
    const found = await stat(file);
    if (found.isDirectory()) throw invalidInput('file', `${file} is a folder: expected a file`);
    await access(file, constants.R_OK);
    return found;
  } catch (error) {
    throw fileFault(file, error);
  }
}

/** What is no file, in words. */
export function kindOf(found: Stats): string {
  if (found.isDirectory()) return 'a folder';
  if (found.isFIFO()) return 'a pipe';
  return found.isSocket() ? 'a socket' : 'a device';
}
