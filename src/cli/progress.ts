/** Progress on stderr: a bar on a terminal, a line every ten seconds elsewhere. */
import type { Streams } from './context.ts';
import { formatAge, formatCount } from './words.ts';

const BAR_WIDTH_MAX = 30;
const BAR_WIDTH_MIN = 8;
const REDRAW_MS = 100;
const LINE_EVERY_MS = 10_000;
const COLUMNS_USUAL = 80;

export interface ProgressState {
  readonly done: number;
  /** Absent where nobody knows yet how many there are. */
  readonly total?: number;
}

export class Progress {
  readonly #err: Streams['err'];
  readonly #what: string;
  readonly #startedAt: number;
  #shownAt: number;
  /** Whether the cursor stands behind a bar. */
  #drawn = false;

  /** @param what is counted, in the plural: `accounts`, `rows checked` */
  constructor(err: Streams['err'], what: string, now: number) {
    this.#err = err;
    this.#what = what;
    this.#startedAt = now;
    this.#shownAt = err.isTTY ? -Infinity : now;
  }

  show(state: ProgressState, now: number): void {
    const every = this.#err.isTTY ? REDRAW_MS : LINE_EVERY_MS;
    if (now - this.#shownAt < every) return;
    this.#shownAt = now;
    this.#write(state, now);
  }

  /** The last state, and a line end. Nothing where there was no terminal: the result itself follows. */
  end(state: ProgressState, now: number): void {
    if (!this.#err.isTTY) return;
    this.#write(state, now);
    this.stop();
  }

  /** Leaves a bar as it stands, so that what comes next begins on a line of its own. */
  stop(): void {
    if (this.#drawn) this.#err.write('\n');
    this.#drawn = false;
  }

  #write(state: ProgressState, now: number): void {
    const text = progressText(this.#what, state, now - this.#startedAt);
    if (!this.#err.isTTY) return void this.#err.write(`${text}\n`);
    this.#err.write(`\r\u001B[2K${withBar(text, state, this.#err.columns ?? COLUMNS_USUAL)}`);
    this.#drawn = true;
  }
}

/** `1,200 of 3,000 accounts, 400/s, 5 s left` */
export function progressText(what: string, { done, total }: ProgressState, elapsedMs: number): string {
  const rate = elapsedMs > 0 ? (done * 1_000) / elapsedMs : 0;
  const of = total === undefined ? '' : ` of ${formatCount(total)}`;
  const speed = `${rate > 0 && rate < 10 ? rate.toFixed(1) : formatCount(Math.round(rate))}/s`;
  const isLeft = total !== undefined && done < total && canJudge(done, total, elapsedMs);
  const left = isLeft ? `, ${formatAge(Math.ceil((total - done) / rate))} left` : '';
  return `${formatCount(done)}${of} ${what}, ${speed}${left}`;
}

/** What the first moments say of the rest is mostly how long it took to begin. */
const canJudge = (done: number, total: number, elapsedMs: number): boolean =>
  done > 0 && (done >= total * JUDGED_SHARE || (done >= JUDGED_COUNT && elapsedMs >= JUDGED_AFTER_MS));
const JUDGED_AFTER_MS = 5_000;
const JUDGED_COUNT = 100;
const JUDGED_SHARE = 0.05;

/** `[########----] …, never wider than the terminal: what wraps cannot be drawn over again. */
export function withBar(text: string, { done, total }: ProgressState, columns: number): string {
  const room = Math.min(BAR_WIDTH_MAX, columns - text.length - 4);
  if (total === undefined || room < BAR_WIDTH_MIN) return text.slice(0, Math.max(0, columns - 1));
  const share = total > 0 ? Math.min(1, done / total) : 1;
  // Full only when all is done.
  const filled = Math.floor(share * room);
  return `[${'#'.repeat(filled)}${'-'.repeat(room - filled)}] ${text}`;
}
