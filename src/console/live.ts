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
/** How long one stream lasts: whoever has signed out meanwhile, or may not look any more, is refused the next one. */
const STREAM_MAX_MS = 60_000;
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
  readonly streamMaxMs?: number;
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
      streamMaxMs: this.#options.streamMaxMs ?? STREAM_MAX_MS,
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
  readonly streamMaxMs: number;
  readonly ending: () => boolean;
  readonly onIdle: () => void;
}

/** One fragment, for all who listen to it. */
class Reader {
  readonly #options: ReaderOptions;
  readonly #listeners = new Set<Listener>();
  #last: Fragment | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ReaderOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#listeners.size;
  }

  /** Ends with the stream. */
  async serve(stream: SSEStreamingApi): Promise<void> {
    const listener = new Listener(stream);
    this.#listeners.add(listener);
    const timer = setTimeout(() => listener.end('again'), this.#options.streamMaxMs);
    if (this.#last) void listener.tell(this.#last);
    if (this.#listeners.size === 1) void this.#look();
    await listener.ended;
    clearTimeout(timer);
    this.#listeners.delete(listener);
    if (this.#listeners.size === 0) this.#rest();
  }

  stop(): void {
    for (const listener of this.#listeners) listener.end('end');
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
      this.#last = await this.#options.read();
      for (const listener of this.#listeners) void listener.tell(this.#last);
    } catch {
      // What is shown stays, with its time: a server that is away is told of by whoever works with it.
    }
    if (this.#listeners.size > 0) this.#timer = setTimeout(() => void this.#look(), this.#options.everyMs);
  }
}

/** One browser. */
class Listener {
  readonly #stream: SSEStreamingApi;
  readonly ended: Promise<void>;
  #leave: () => void = () => undefined;
  #sent: string | undefined;
  #isWriting = false;

  constructor(stream: SSEStreamingApi) {
    this.#stream = stream;
    this.ended = new Promise((resolve) => (this.#leave = resolve));
    stream.onAbort(() => this.#leave());
  }

  /** Who is slow is sent the next one, and not this one later. */
  async tell({ html, at }: Fragment): Promise<void> {
    if (this.#isWriting) return;
    this.#isWriting = true;
    if (html !== this.#sent) await this.#stream.writeSSE({ event: 'fragment', data: html });
    await this.#stream.writeSSE({ event: 'time', data: formatInstant(at) });
    this.#sent = html;
    this.#isWriting = false;
  }

  /** `again`: to be asked for anew at once; `end`: in a while. */
  end(event: 'again' | 'end'): void {
    void this.#stream.writeSSE({ event, data: '' }).then(this.#leave, this.#leave);
  }
}
