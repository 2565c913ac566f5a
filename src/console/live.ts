/**
 * Parts of pages that go on by themselves: server-sent events, one reader for all who look at the same.
 *
 * A reader asks only while somebody listens, and sends only what has changed. Whoever comes is sent the latest at once.
 */
import type { Hono } from 'hono';
import { type SSEStreamingApi, streamSSE } from 'hono/streaming';
import type { Health } from '../health.ts';
import { type Instant, formatInstant } from '../domain/calendar.ts';
import type { ConsoleEnv } from './console-env.ts';
import { viewer } from './sign-in/rights.ts';

/** How often it is read, counted from the end of the last reading: a slow database is not asked faster than it answers. */
export const READ_EVERY_MS = 2_000;
/** Browsers at once; the next one is told to come later. */
const LISTENERS_MAX = 200;

/** A fragment as it stands: HTML to be put into its element, and the instant that it is of. */
export interface Fragment {
  readonly html: string;
  readonly at: Instant;
}

/** Reads a fragment. It is shown to everybody who may see it: nothing in it depends on who looks. */
export type ReadFragment = (params: Readonly<Record<string, string>>) => Promise<Fragment>;

export interface LiveOptions {
  readonly pages: Hono<ConsoleEnv>;
  readonly health: Pick<Health, 'draining'>;
  readonly everyMs?: number;
}

export class Live {
  readonly #options: LiveOptions;
  readonly #readers = new Map<string, Reader>();
  #stopped = false;

  constructor(options: LiveOptions) {
    this.#options = options;
  }

  /** Serves `/live/NAME`; a name may have parameters, such as `run/:id`. */
  add(name: string, read: ReadFragment): void {
    this.#options.pages.get(`/live/${name}`, viewer, (context) => {
      if (this.#ending || this.listeners >= LISTENERS_MAX) {
        context.header('Retry-After', '5');
        return context.text('Try again in a moment.', 503);
      }
      const { path } = context.req;
      const reader = this.#readers.get(path) ?? this.#open(path, () => read(context.req.param()));
      // What stands between us and the browser is not to collect it.
      context.header('X-Accel-Buffering', 'no');
      return streamSSE(context, (stream) => reader.serve(stream));
    });
  }

  get listeners(): number {
    return [...this.#readers.values()].reduce((sum, reader) => sum + reader.size, 0);
  }

  /** Ends every stream: whoever listens is told to come again. */
  stop(): void {
    this.#stopped = true;
    for (const reader of this.#readers.values()) reader.stop();
  }

  get #ending(): boolean {
    return this.#stopped || this.#options.health.draining;
  }

  #open(path: string, read: () => Promise<Fragment>): Reader {
    const reader = new Reader({
      read,
      everyMs: this.#options.everyMs ?? READ_EVERY_MS,
      ending: () => this.#ending,
      onIdle: () => this.#readers.delete(path),
    });
    this.#readers.set(path, reader);
    return reader;
  }
}

interface ReaderOptions {
  readonly read: () => Promise<Fragment>;
  readonly everyMs: number;
  readonly ending: () => boolean;
  readonly onIdle: () => void;
}

/** One fragment, for all who listen to it. */
class Reader {
  readonly #options: ReaderOptions;
  readonly #listeners = new Map<SSEStreamingApi, () => void>();
  #last: Fragment | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ReaderOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#listeners.size;
  }

  /** Ends with the stream. */
  serve(stream: SSEStreamingApi): Promise<void> {
    return new Promise((resolve) => {
      const leave = (): void => {
        this.#listeners.delete(stream);
        if (this.#listeners.size === 0) this.#rest();
        resolve();
      };
      stream.onAbort(leave);
      this.#listeners.set(stream, leave);
      if (this.#last) void tell(stream, this.#last, true);
      if (this.#listeners.size === 1) void this.#look();
    });
  }

  stop(): void {
    for (const [stream, leave] of this.#listeners)
      void stream.writeSSE({ event: 'end', data: '' }).then(leave, leave);
  }

  #rest(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#last = undefined;
    this.#options.onIdle();
  }

  async #look(): Promise<void> {
    if (this.#options.ending()) return this.stop();
    try {
      const fragment = await this.#options.read();
      const changed = fragment.html !== this.#last?.html;
      this.#last = fragment;
      for (const stream of this.#listeners.keys()) void tell(stream, fragment, changed);
    } catch {
      // What is shown stays, with its time: a server that is away is told of by whoever works with it.
    }
    if (this.#listeners.size > 0) this.#timer = setTimeout(() => void this.#look(), this.#options.everyMs);
  }
}

async function tell(stream: SSEStreamingApi, { html, at }: Fragment, changed: boolean): Promise<void> {
  if (changed) await stream.writeSSE({ event: 'fragment', data: html });
  await stream.writeSSE({ event: 'time', data: formatInstant(at) });
}
