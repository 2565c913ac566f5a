/** One owner per folder: a second `npm start` in a checkout is refused instead of starting a second server on its files. */
import { linkSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { readPidFile, writePidFile } from './processes.ts';
import { SetupError } from './setup-error.ts';

export interface FolderLock {
  release(): void;
}

/**
 * @param owner names the holder in the refusal, for example `npm start`
 * @throws SetupError (exit 75) when a living process holds the folder; a dead one's lock is taken over
 */
export function lockFolder(folder: string, owner: string): FolderLock {
  mkdirSync(folder, { recursive: true });
  const lock = join(folder, 'lock');
  const own = `${lock}.${process.pid}`;
  writePidFile(own, process.pid);
  try {
    for (let attempt = 0; attempt < 5; attempt += 1) {
      if (linked(own, lock)) return { release: releaseOnce(lock) };
      const holder = readPidFile(lock);
      if (holder)
        throw new SetupError(`${owner} already runs here (pid ${holder.pid}, ${folder}); stop it first`);
      displaceDeadLock(lock);
    }
  } finally {
    rmSync(own, { force: true });
  }
  throw new SetupError(`${folder} could not be locked; is another start under way?`);
}

/** A second call must not remove the lock of whoever came next. */
function releaseOnce(lock: string): () => void {
  let held = true;
  return () => {
    if (held) rmSync(lock, { force: true });
    held = false;
  };
}

/** Creates the lock with its content in one step. */
function linked(own: string, lock: string): boolean {
  try {
    linkSync(own, lock);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Renamed before it is removed: should another start have replaced it meanwhile, the living lock is put back. */
function displaceDeadLock(lock: string): void {
  const aside = `${lock}.dead.${process.pid}`;
  try {
    renameSync(lock, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if (readPidFile(aside)) linked(aside, lock);
  rmSync(aside, { force: true });
}
