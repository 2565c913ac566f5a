/** Keeping a long-running process small. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * How far the old generation may grow between two collections. A waiting job outlives a young collection or two, so it
 * dies in the old generation, which V8 by itself would let grow to four times what lives there: 60 MiB more memory,
 * for 2 % less processor time.
 */
const GROWING_PERCENT = 60;

/** Call it once, when everything is loaded. */
export function keepHeapLean(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWING_PERCENT}`);
  // The limit is set anew by a full collection only; the next one by itself would come at the old limit.
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect === 'function') collect();
}
