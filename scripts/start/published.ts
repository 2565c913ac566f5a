/** Where the servers of a running start are, for `connects` in another terminal. */
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Addresses } from './start-servers.ts';

/** Readable by this user only: it may name a password. @returns what takes it back */
export function publish(folder: string, addresses: Addresses): () => void {
  const file = join(folder, 'run', 'servers.json');
  const content = JSON.stringify({ ...addresses, pid: process.pid }, null, 2);
  writeFileSync(`${file}.new`, `${content}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
  return () => rmSync(file, { force: true });
}
