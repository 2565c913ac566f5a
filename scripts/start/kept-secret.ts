/** A secret of this checkout, made once and kept: what was made with it yesterday is good today. */
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';

/** @param file readable by this user only */
export function keptSecret(file: string): string {
  try {
    // Whoever comes second takes that of the first.
    writeFileSync(file, `${randomBytes(33).toString('base64')}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return readFileSync(file, 'utf8').trim();
}
