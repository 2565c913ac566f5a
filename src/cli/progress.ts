/** Progress on stderr: a bar on a terminal, a line every ten seconds elsewhere. */
import type { Streams } from './context.ts';

const BAR_WIDTH = 30;
const REDRAW_MS = 100;
const LINE_EVERY_MS = 10_000;

export interface ProgressState {
  readonly done: number;
  readonly total: number;
}

export class Progress {
  readonly #err: Streams['err'];
  readonly #what: string;
  readonly #startedAt: number;
  #shownAt = 0;
  #drawn = false;

  /** @param what is counted, in the plural: `accounts` */
  constructor(err: Streams['err'], what: string, now: number) {
    this.#err = err;
    this.#what = what;
    this.#startedAt = now;
    this.#shownAt = err.isTTY ? 0 : now;
  }

  show(state: ProgressState, now: number): void {
    const every = this.#err.isTTY ? REDRAW_MS : LINE_EVERY_MS;
    if (now - this.#shownAt < every) return;
    this.#shownAt = now;
    this.#write(state, now);
  }

  /** The last state, and a line end. */
  end(state: ProgressState, now: number): void {
    if (!this.#err.isTTY) return;
    this.#write(state, now);
    if (this.#drawn) this.#err.write('\n');
  }

  #write(state: ProgressState, now: number): void {
    const line = progressLine(this.#what, state, now - this.#startedAt, Boolean(this.#err.isTTY));
    this.#err.write(this.#err.isTTY ? `\r\u001B[2K${line}` : `${line}\n`);
    this.#drawn = true;
  }
}

/** `[########----]  1,200 of 3,000 accounts, 400/s, 5 s left` */
export function progressLine(
  what: string,
  { done, total }: ProgressState,
  elapsedMs: number,
  bar: boolean,
): string {
  const share = total > 0 ? Math.min(1, done / total) : 1;
  const rate = elapsedMs > 0 ? (done * 1_000) / elapsedMs : 0;
  const left = rate > 0 ? `, ${formatSeconds((total - done) / rate)} left` : '';
  const filled = Math.round(share * BAR_WIDTH);
  const drawn = bar ? `[${'#'.repeat(filled)}${'-'.repeat(BAR_WIDTH - filled)}] ` : '';
  return `${drawn}${format(done)} of ${format(total)} ${what}, ${format(Math.round(rate))}/s${done < total ? left : ''}`;
}

const format = (count: number): string => count.toLocaleString('en-US');

function formatSeconds(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  return seconds < 5_400 ? `${Math.ceil(seconds / 60)} min` : `${(seconds / 3_600).toFixed(1)} h`;
}
