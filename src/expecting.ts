/** --expect: what changes many at once does so only while they are as many as was thought. */
import { ConnectsError } from './errors.ts';
import { counted } from './words.ts';

/**
 * @param one what is counted, such as `account`
 * @throws refused `count-differs`; to be asked before anything is written
 */
export function requireExpected(expected: number | undefined, found: number, one: string): void {
  if (expected === undefined || expected === found) return;
  throw new ConnectsError(
    'refused',
    'count-differs',
    `--expect ${expected}: expected ${counted(expected, one)}, and found ${counted(found, one)}; nothing was written`,
  );
}
