/**
 * `npm run bench:mail`: messages per second of the product's worker, from a full outbox to a mail server that takes
 * everything, against the mail library's own pool that sends the same kind of message and does nothing else. They take
 * turns on the same machine. A table on stderr, a JSON document on stdout.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { countOfState } from './mail-counts.ts';
import { type Build, buildWorkers } from './build.ts';
import { type Servers, openServers, prepareGround, settleDown } from './ground.ts';
import { fillOutbox } from './mail-outbox.ts';
import { cpuMicroseconds, median, peakMemoryBytes } from './measuring.ts';
import { PRODUCT } from './worker-process.ts';
import { reportFailure } from '../servers/setup-error.ts';
import { type ThrowAwaySetting, withThrowAwayServers } from '../servers/throw-away.ts';

const ASKED_RATIO = 0.7;
/** How much the worker's peak may grow from the small run to the large one. */
const ASKED_GROWTH = 1.25;
const WARM_UP = 2_000;
/** A sender that has not sent its messages by then never will. */
const MEASURE_MAX_MS = 300_000;
const EXIT_MISSED = 1;

const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '20000' },
    large: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '5' },
    strict: { type: 'boolean', default: false },
  },
});
const messages = Number(values.messages);
const large = Number(values.large);
const rounds = Number(values.rounds);

interface Measured {
  readonly perSecond: number;
  /** Of the sending process alone. */
  readonly cpuMicrosecondsPerMessage: number;
  readonly peakBytes: number;
}

/** A mail server of its own, and how fast it takes messages after the first few. */
class Sink {
  readonly #child: ChildProcess;
  readonly url: string;
  #taken = 0;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.url = `smtp://127.0.0.1:${port}`;
    child.on('message', (message: { taken?: number }) => (this.#taken = message.taken ?? this.#taken));
  }

  static async open(build: Build): Promise<Sink> {
    const child = start(build, ['scripts/bench/mail-sink-worker.js'], process.env);
    const [{ port }] = (await once(child, 'message')) as [{ port: number }];
    return new Sink(child, port);
  }

  /** The rate, and what it costs process `pid`, from the message `from` to the message `to`. */
  async time(from: number, to: number, pid: number): Promise<Omit<Measured, 'peakBytes'>> {
    const deadline = performance.now() + MEASURE_MAX_MS;
    while (this.#taken < from && performance.now() < deadline) await pause();
    const [startedAt, first, used] = [performance.now(), this.#taken, cpuMicroseconds(pid)];
    while (this.#taken < to && performance.now() < deadline) await pause();
    if (this.#taken < to) throw new Error(`only ${this.#taken} messages arrived in time`);
    const count = this.#taken - first;
    return {
      perSecond: (count * 1_000) / (performance.now() - startedAt),
      cpuMicrosecondsPerMessage: (cpuMicroseconds(pid) - used) / count,
    };
  }

  close(): void {
    this.#child.kill('SIGKILL');
  }
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

function start(build: Build, [file, ...args]: readonly string[], env: NodeJS.ProcessEnv): ChildProcess {
  return spawn(process.execPath, [join(build.folder, file ?? ''), ...args], {
    env,
    cwd: join(import.meta.dirname, '../..'),
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}

async function measure(child: ChildProcess, sink: Sink, count: number): Promise<Measured> {
  const gone = once(child, 'exit');
  const pid = child.pid ?? 0;
  const lost = gone.then(() => {
    throw new Error('the sender ended before its messages were sent');
  });
  lost.catch(() => undefined);
  const timed = await Promise.race([sink.time(WARM_UP, WARM_UP + count, pid), lost]);
  const measured = { ...timed, peakBytes: peakMemoryBytes(pid) };
  child.kill('SIGTERM');
  await Promise.race([gone, new Promise((resolve) => setTimeout(resolve, 5_000).unref())]);
  child.kill('SIGKILL');
  return measured;
}

async function runPool(build: Build): Promise<Measured> {
  const sink = await Sink.open(build);
  // Some more than are measured, so that it is at work to the end.
  const args = [sink.url, String(WARM_UP + messages + 1_000), values.connections];
  const measured = await measure(
    start(build, ['scripts/bench/mail-pool-worker.js', ...args], process.env),
    sink,
    messages,
  );
  sink.close();
  return measured;
}

async function runProduct(build: Build, servers: Servers, count: number): Promise<Measured> {
  const ground = await prepareGround(servers, WARM_UP + count);
  const sink = await Sink.open(build);
  try {
    await fillOutbox(ground.app.db);
    await settleDown(servers.admin);
    const env = {
      ...ground.env,
      SMTP_URL: sink.url,
      CONNECTS_MAIL_CONNECTIONS: values.connections,
      CONNECTS_MAIL_RATE: '10000',
    };
    const measured = await measure(start(build, PRODUCT, env), sink, count);
    const { refused } = await countOfState(ground.app.db);
    if (refused > 0) throw new Error(`${refused} notices were refused`);
    return measured;
  } finally {
    sink.close();
    await ground.remove();
  }
}

const shown = ({ perSecond, peakBytes, cpuMicrosecondsPerMessage: cpu }: Measured): string =>
  `${Math.round(perSecond).toLocaleString('en')} messages/s, ${Math.round(cpu)} CPU-µs each, peak ${(peakBytes / 1_048_576).toFixed(0)} MiB`;

async function bench(setting: ThrowAwaySetting): Promise<number> {
  const build = await buildWorkers();
  const servers = await openServers(setting.env);
  const tell = (line: string): void => void process.stderr.write(`${line}\n`);
  try {
    const ratios: number[] = [];
    const measured: { pool: Measured; product: Measured }[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      const pool = await runPool(build);
      const product = await runProduct(build, servers, messages);
      measured.push({ pool, product });
      ratios.push(product.perSecond / pool.perSecond);
      tell(
        `round ${round}: pool ${shown(pool)}; product ${shown(product)}; ratio ${ratios.at(-1)?.toFixed(2)}`,
      );
    }
    const ratio = median(ratios);
    const many = large > 0 ? await runProduct(build, servers, large) : undefined;
    const growth = many && many.peakBytes / median(measured.map((one) => one.product.peakBytes));
    if (many) tell(`${large.toLocaleString('en')} queued: ${shown(many)}, memory × ${growth?.toFixed(2)}`);
    const holds = ratio >= ASKED_RATIO && (growth === undefined || growth <= ASKED_GROWTH);
    tell(
      `${holds ? 'holds' : 'MISSED'}: product ÷ pool ${ratio.toFixed(2)} (asked: ${ASKED_RATIO} at least)`,
    );
    process.stdout.write(
      `${JSON.stringify({ messages, rounds: measured, ratio, large: many, growth, holds }, null, 2)}\n`,
    );
    return values.strict && !holds ? EXIT_MISSED : 0;
  } finally {
    await servers.close();
    build.remove();
  }
}

async function main(): Promise<number> {
  try {
    return await withThrowAwayServers(bench);
  } catch (error) {
    return reportFailure(error);
  }
}

process.exitCode = await main();
setTimeout(() => process.exit(), 500).unref();
