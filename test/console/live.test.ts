/** Live fragments: one reading for all who look, none when nobody does, an end when the process ends. */
import { Hono } from 'hono';
import type { ConsoleEnv } from '../../src/console/console-env.ts';
import { type Listening, listen } from '../../src/console/listen.ts';
import { Live } from '../../src/console/live.ts';
import { until } from '../support/sweeping.ts';

const AT = Date.parse('2026-11-29T07:05:42Z');

let reads = 0;
let html = (): string => `<b>${reads}</b>`;
let fails = false;
const health = { draining: false };
let live: Live;
let served: Listening;

beforeEach(async () => {
  reads = 0;
  html = () => `<b>${reads}</b>`;
  fails = false;
  health.draining = false;
  const pages = new Hono<ConsoleEnv>();
  live = new Live({ pages, health, everyMs: 10 });
  live.add('count/:of{[a-z]{1,9}}', ({ of }) => {
    reads += 1;
    return fails ? Promise.reject(new Error('away')) : Promise.resolve({ html: `${of}${html()}`, at: AT });
  });
  served = await listen(pages, { host: '127.0.0.1', port: 0 }, () => live.stop());
});
afterEach(() => served.stop());

interface Message {
  readonly event: string;
  readonly data: string;
}

/** A browser, as far as it listens: what it was sent, so far. */
class Listener {
  readonly #leaving = new AbortController();
  readonly messages: Message[] = [];
  status = 0;
  type: string | null = null;
  ended = false;

  constructor(path: string) {
    void this.#listen(path).catch(() => undefined);
  }

  of(event: string): string[] {
    return this.messages.filter((one) => one.event === event).map((one) => one.data);
  }

  leave(): void {
    this.#leaving.abort();
  }

  async #listen(path: string): Promise<void> {
    const answer = await fetch(`${served.url}${path}`, { signal: this.#leaving.signal });
    this.status = answer.status;
    this.type = answer.headers.get('content-type');
    let text = '';
    for await (const chunk of answer.body as ReadableStream<Uint8Array>) {
      text += Buffer.from(chunk).toString();
      const whole = text.split('\n\n');
      text = whole.pop() ?? '';
      this.messages.push(...whole.map(parseMessage));
    }
    this.ended = true;
  }
}

const parseMessage = (text: string): Message => ({
  event: /^event: (.*)$/m.exec(text)?.[1] ?? '',
  data: [...text.matchAll(/^data: ?(.*)$/gm)].map(([, line]) => line).join('\n'),
});

it('reads once for three that look at the same, and sends each all that changed, with its time', async () => {
  const three = [1, 2, 3].map(() => new Listener('live?of=count%2Fa'));
  await until('each has much', () => three.every((one) => one.of('fragment').length >= 10));
  expect(live.listeners).toBe(3);
  // What each was sent is what was read: three times as much was not.
  const most = Math.max(...three.map((one) => one.of('fragment').length));
  expect(reads).toBeLessThanOrEqual(most + 5);
  for (const one of three) {
    expect([one.status, one.type]).toEqual([200, 'text/event-stream']);
    expect(new Set(one.of('fragment')).size).toBe(one.of('fragment').length);
    expect(one.of('fragment')[0]).toMatch(/^count\/a\na<b>\d+<\/b>$/);
    expect(one.of('time')[0]).toBe('2026-11-29T07:05:42.000Z');
  }
  for (const one of three) one.leave();
});

it('reads nothing while nobody looks, and begins anew for whoever comes back', async () => {
  const first = new Listener('live?of=count%2Fa');
  await until('it has something', () => first.of('fragment').length > 0);
  first.leave();
  await until('it has left', () => live.listeners === 0);
  const before = reads;
  // Ten times as long as between two readings.
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(reads).toBeLessThanOrEqual(before + 1);
  const second = new Listener('live?of=count%2Fa');
  await until('it has something', () => second.of('fragment').length > 0);
  expect(second.of('fragment')[0]).toMatch(/^count\/a\na<b>/);
  second.leave();
});

it('sends what is the same once, and its time each time', async () => {
  html = () => '<p>\n  two lines\n</p>';
  const one = new Listener('live?of=count%2Fa');
  await until('it was told the time', () => one.of('time').length >= 5);
  expect(one.of('fragment')).toEqual(['count/a\na<p>\n  two lines\n</p>']);
  const late = new Listener('live?of=count%2Fa');
  await until('whoever comes later is sent it, too', () => late.of('fragment').length === 1);
  one.leave();
  late.leave();
});

it('keeps fragments of the same name apart by what they are of', async () => {
  const [a, b] = [new Listener('live?of=count%2Fa'), new Listener('live?of=count%2Fb')];
  await until('both have something', () => a.of('fragment').length > 0 && b.of('fragment').length > 0);
  expect(a.of('fragment')[0]).toMatch(/^count\/a\na/);
  expect(b.of('fragment')[0]).toMatch(/^count\/b\nb/);
  a.leave();
  b.leave();
});

it('sends all parts of a page in one stream, and none that is not there', async () => {
  const both = new Listener('live?of=count/a&of=count/b');
  const of = (name: string): string[] => both.of('fragment').filter((one) => one.startsWith(`${name}\n`));
  await until('it has both', () => of('count/a').length > 2 && of('count/b').length > 2);
  expect(live.listeners).toBe(1);
  both.leave();
  const status = async (query: string): Promise<number> => (await fetch(`${served.url}live${query}`)).status;
  expect([await status('?of=count/a&of=other'), await status(''), await status('?of=')]).toEqual([
    404, 400, 404,
  ]);
});

it('goes on after a reading that failed', async () => {
  fails = true;
  const one = new Listener('live?of=count%2Fa');
  await until('it failed more than once', () => reads > 3);
  expect(one.messages).toEqual([]);
  fails = false;
  await until('it is sent what is there', () => one.of('fragment').length > 0);
  expect(one.of('fragment')[0]).toMatch(/^count\/a\na<b>/);
  one.leave();
});

it('tells whoever listens that it ends while the process does, and takes nobody else', async () => {
  const one = new Listener('live?of=count%2Fa');
  await until('it has something', () => one.of('fragment').length > 0);
  health.draining = true;
  await until('it is over', () => one.ended);
  expect(one.messages.at(-1)?.event).toBe('end');
  const late = await fetch(`${served.url}live?of=count/a`);
  expect([late.status, late.headers.get('retry-after')]).toEqual([503, '5']);
});

it('lasts only for a while: whoever may still look asks again', async () => {
  const pages = new Hono<ConsoleEnv>();
  const brief = new Live({ pages, health, everyMs: 10, streamMaxMs: 50 });
  brief.add('brief', () => Promise.resolve({ html: 'x', at: AT }));
  const apart = await listen(pages, { host: '127.0.0.1', port: 0 }, () => brief.stop());
  const answer = await fetch(`${apart.url}live?of=brief`);
  const text = await answer.text();
  expect(text).toMatch(/^event: fragment\ndata: brief\ndata: x\n/);
  expect(text).toMatch(/event: again\ndata: \n\n$/);
  expect(brief.listeners).toBe(0);
  await apart.stop();
});

it('holds nobody up who stops it', async () => {
  const one = new Listener('live?of=count%2Fa');
  await until('it has something', () => one.of('fragment').length > 0);
  await served.stop();
  await until('it is over', () => one.ended);
  expect(one.messages.at(-1)?.event).toBe('end');
});
