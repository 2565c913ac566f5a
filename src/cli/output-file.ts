/** Files that are written where a flag says so: never over what is read, and never into what is no file. */
import { type Stats, constants } from 'node:fs';
import { type FileHandle, access, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { invalidInput } from '../errors.ts';
import { fileFault, kindOf } from './file-faults.ts';
import { type OpenFile, identityOf } from './open-file.ts';

export interface OutputPlace {
  /** As the operator gave it, for messages: `--rejects`. */
  readonly flag: string;
  readonly path: string;
  /** What is read meanwhile, whatever other name the path may be for it. */
  readonly input?: OpenFile;
}

/** Asked before anything else is done. @throws invalid-input `file` when it cannot be written there */
export async function requireOutput(place: OutputPlace): Promise<void> {
  const { flag, path } = place;
  const folder = dirname(path);
  const found = await stat(path).catch(() => undefined);
  if (found) refuseOthers(place, found);
  else if (!(await stat(folder).catch(() => undefined))?.isDirectory())
    throw invalidInput('file', `${flag} ${path}: there is no such folder`);
  try {
    await access(found ? path : folder, constants.W_OK);
  } catch (error) {
    throw fileFault(`${flag} ${path}`, error);
  }
}

/** An empty file. What was there is gone only when it is certain what it is. @throws invalid-input `file` */
export async function openOutput(place: OutputPlace): Promise<FileHandle> {
  await requireOutput(place);
  try {
    // Neither kept waiting by a pipe that it has become since, nor emptied before it is looked at.
    const handle = await open(place.path, constants.O_WRONLY | constants.O_CREAT | constants.O_NONBLOCK);
    try {
      refuseOthers(place, await handle.stat());
      await handle.truncate(0);
      return handle;
    } catch (error) {
      await handle.close();
      throw error;
    }
  } catch (error) {
    throw fileFault(`${place.flag} ${place.path}`, error);
  }
}

function refuseOthers({ flag, path, input }: OutputPlace, found: Stats): void {
  if (!found.isFile())
    throw invalidInput(
      'file',
      `${flag} ${path} is ${kindOf(found)}: expected a file on a disk, or a name for a new one`,
    );
  if (input && identityOf(found) === input.identity)
    throw invalidInput('file', `${flag} ${path} is the file that is imported: give another one`);
}
