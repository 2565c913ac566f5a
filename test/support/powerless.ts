/** Programs that may not read or write whatever they like, where the tests run as root, too. */
import { statSync } from 'node:fs';
import { join } from 'node:path';

export interface Started {
  readonly command: string;
  readonly args: readonly string[];
  /** For `spawn`. */
  readonly uid?: number;
}

export const asWeAre = (command: string, args: readonly string[]): Started => ({ command, args });

const POWERS = '-dac_override,-dac_read_search';

/**
 * Run as the checkout's own user, because any other one might not even reach it: a clone may lie in a private folder.
 * Where that is root, it is root without the power over other people's files.
 */
export function powerless(command: string, args: readonly string[]): Started {
  if (process.getuid?.() !== 0) return { command, args };
  const { uid } = statSync(join(__dirname, '../..'));
  if (uid !== 0) return { command, args, uid };
  const less = [`--inh-caps=${POWERS}`, `--bounding-set=${POWERS}`];
  return { command: 'setpriv', args: [...less, '--', command, ...args] };
}
