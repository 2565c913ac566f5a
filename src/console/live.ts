/**
 * Parts of pages that go on by themselves: server-sent events, one stream for all parts of a page, one reader for all who
 * look at the same part. A browser holds few connections to one host: a stream for each part would use them up.
 *
 * A reader asks only while somebody listens, and sends only what has changed. Whoever comes is sent the latest at once.
 */
import type { Hono } from 'hono';
import { type SSEStreamingApi, streamSSE } from 'hono/streaming';
import type { Health } from '../health.ts';
import { type Instant, formatInstant } from '../domain/calendar.ts';
import type { ConsoleEnv } from './console-env.ts';
import { answerError, isAt } from './errors.ts';
import { viewer } from './sign-in/rights.ts';

/** How often it is read, counted from the end of the last reading: a slow database is not asked faster than it answers. */
export const READ_EVERY_MS = 2_000;
/** How long one stream lasts: whoever has signed out meanwhile, or may not look any more, is refused the next one. */
const STREAM_MAX_MS = 60_000;
/** Browsers at once; the next one is told to come later. */
const LISTENERS_MAX = 200;
/** Parts of one page. */
const PARTS_MAX = 8;

/** A fragment as it stands: HTML to be put into its element, and the instant that it is of. */
export interface Fragment {
  readonly html: string;
  readonly at: Instant;
}

type Params = Readonly<Record<string, string>>;

/** Reads a fragment. It is shown to everybody who may see it: nothing in it depends on who looks. */
export type ReadFragment = (params: Params) => Promise<Fragment>;

export interface LiveOptions {
  readonly pages: Hono<ConsoleEnv>;
  readonly health: Pick<Health, 'draining'>;
  readonly everyMs?: number;
  readonly streamMaxMs?: number;
}

export class Live {
  readonly #options: LiveOptions;
  readonly #fragments = new Map<string, ReadFragment>();
  readonly #readers = new Map<string, Reader>();
  readonly #listeners = new Set<Listener>();
  #stopped = false;

  /** Serves `/live?of=NAME&of=NAME`. */
  constructor(options: LiveOptions) {
    this.#options = options;
    options.pages.get('/live', viewer, (context) => {
      const names = new Set(context.req.queries('of') ?? []);
      if (names.size === 0 || names.size > PARTS_MAX)
        return answerError(context, 400, `expected 1 to ${PARTS_MAX} of`);
      const unknown = [...names].find((name) => this.#find(name) === undefined);
      if (unknown !== undefined) return answerError(context, 404, `there is no ${unknown}`);
      if (this.#ending || this.listeners >= LISTENERS_MAX) {
        context.header('Retry-After', '5');
        return answerError(context, 503, 'Try again in a moment.');
      }
      // What stands between us and the browser is not to collect it.
      context.header('X-Accel-Buffering', 'no');
      return streamSSE(context, (stream) => this.#serve(stream, [...names]));
    });
  }

  /** @param name of what an element says in `data-live`; it may have parameters, such as `runs/:id` */
  add(name: string, read: ReadFragment): void {
    this.#fragments.set(name, read);
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  /** Ends every stream: whoever listens is told to come again. */
  stop(): void {
    this.#stopped = true;
    for (const listener of this.#listeners) listener.end('end');
  }

  get #ending(): boolean {
    return this.#stopped || this.#options.health.draining;
  }

  #find(name: string): (() => Promise<Fragment>) | undefined {
    for (const [route, read] of this.#fragments)
      if (isAt(route, name)) return () => read(paramsOf(route, name));
    return undefined;
  }

  /** Ends with the stream. */
  async #serve(stream: SSEStreamingApi, names: readonly string[]): Promise<void> {
    const listener = new Listener(stream);
    this.#listeners.add(listener);
    const timer = setTimeout(() => listener.end('again'), this.#options.streamMaxMs ?? STREAM_MAX_MS);
    for (const name of names) this.#readerOf(name).join(listener);
    await listener.ended;
    clearTimeout(timer);
    for (const name of names) this.#readers.get(name)?.leave(listener);
    this.#listeners.delete(listener);
  }

  #readerOf(name: string): Reader {
    const known = this.#readers.get(name);
    if (known) return known;
    const reader = new Reader({
      name,
      read: this.#find(name) as () => Promise<Fragment>,
      everyMs: this.#options.everyMs ?? READ_EVERY_MS,
      beforeReading: () => {
        if (this.#ending) this.stop();
        return !this.#ending;
      },
      onIdle: () => this.#readers.delete(name),
    });
    this.#readers.set(name, reader);
    return reader;
  }
}

function paramsOf(route: string, name: string): Params {
  const found = name.split('/');
  const named = route.split('/').map((part, at) => [part, found[at] ?? ''] as const);
  // The name of `:id{[0-9]+}` is `id`.
  return Object.fromEntries(
    named
      .filter(([part]) => part.startsWith(':'))
      .map(([part, value]) => [part.slice(1).replace(/\{.*\}$/, ''), value]),
  );
}

interface ReaderOptions {
  readonly name: string;
  readonly read: () => Promise<Fragment>;
  readonly everyMs: number;
  /** False where nothing is to be read any more. */
  readonly beforeReading: () => boolean;
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

  join(listener: Listener): void {
    this.#listeners.add(listener);
    if (this.#last) void listener.tell(this.#options.name, this.#last);
    if (this.#listeners.size === 1) void this.#look();
  }

  leave(listener: Listener): void {
    this.#listeners.delete(listener);
    if (this.#listeners.size > 0) return;
    clearTimeout(this.#timer);
    this.#options.onIdle();
  }

  async #look(): Promise<void> {
    if (!this.#options.beforeReading()) return;
    try {
      this.#last = await this.#options.read();
      for (const listener of this.#listeners) void listener.tell(this.#options.name, this.#last);
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
  /** What it was sent last, by name. */
  readonly #sent = new Map<string, string>();
  readonly #underWay = new Set<string>();

  constructor(stream: SSEStreamingApi) {
    this.#stream = stream;
    this.ended = new Promise((resolve) => (this.#leave = resolve));
    stream.onAbort(() => this.#leave());
  }

  /** Who is slow is sent the next one, and not this one later. */
  async tell(name: string, { html, at }: Fragment): Promise<void> {
    if (this.#underWay.has(name)) return;
    this.#underWay.add(name);
    // The name in the first line: no HTML is in its way.
    if (html !== this.#sent.get(name))
      await this.#stream.writeSSE({ event: 'fragment', data: `${name}\n${html}` });
    await this.#stream.writeSSE({ event: 'time', data: formatInstant(at) });
    this.#sent.set(name, html);
    this.#underWay.delete(name);
  }

  /** `again`: to be asked for anew at once; `end`: in a while. */
  end(event: 'again' | 'end'): void {
    void this.#stream.writeSSE({ event, data: '' }).then(this.#leave, this.#leave);
  }
}
