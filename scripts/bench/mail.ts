/**
 * `npm run bench:mail`: messages per second of the product's worker, from a full outbox to a mail server that takes
 * everything, against the mail library's own pool. They take turns on the same machine. A table on stderr, a JSON document
 * on stdout.
 *
 * The pool sends the product's own letters: the first thousand of such an outbox, composed beforehand, over and over, with
 * the same headers, texts and links, over as many connections. It makes MIME of them as it does for everybody. What it does
 * not do is the product's own price: claim, read, compose, merge and mark them, and carry them through a queue.
 * A letter tells of one cycle that was settled on its day, as nearly all of a sweep do; `--cycles 2`: of two that were late,
 * half as long again.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { countOfState } from './mail-counts.ts';
import { type Build, buildWorkers } from './build.ts';
import { type Ground, type Servers, openServers, prepareGround, settleDown } from './ground.ts';
import { composeLetters } from './mail-letters.ts';
import { fillOutbox } from './mail-outbox.ts';
import { median, peakMemoryBytes, startCounting } from './measuring.ts';
import { PRODUCT } from './worker-process.ts';
import { reportFailure } from '../servers/setup-error.ts';
import { type ThrowAwaySetting, withThrowAwayServers } from '../servers/throw-away.ts';

const ASKED_RATIO = 0.9;
/** How much the worker's peak may grow from the small run to the large one. */
const ASKED_GROWTH = 1.25;
const WARM_UP = 2_000;
/** Letters that are composed for the pool. */
const COMPOSED = 1_000;
/** A sender that has not sent its messages by then never will. */
const MEASURE_MAX_MS = 300_000;
const EXIT_MISSED = 1;

const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '20000' },
    large: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '5' },
    cycles: { type: 'string', default: '1' },
    strict: { type: 'boolean', default: false },
  },
});
const messages = Number(values.messages);
const large = Number(values.large);
const rounds = Number(values.rounds);
const cycles = values.cycles === '2' ? 2 : 1;
/** A letter has all the links that it can have. */
const SETTINGS = {
  CONNECTS_MAIL_FROM: 'Connects <connects@example.test>',
  CONNECTS_MAIL_CONTACT: 'help@example.test',
  CONNECTS_MAIL_CONNECTIONS: values.connections,
  CONNECTS_MAIL_RATE: '10000',
  CONNECTS_MEMBER_URL: 'https://connects.example.test',
  CONNECTS_MEMBER_SECRET: 'a secret of the bench that is long enough',
  CONNECTS_PREFERENCES_URL: 'https://example.test/emails?account={account}&token={token}',
  CONNECTS_PREFERENCES_SECRET: 'another secret of the bench, as long',
};

interface Measured {
  readonly perSecond: number;
  /** Of the sending process alone. */
  readonly cpuMicrosecondsPerMessage: number;
  /** The same of the servers that it leans on, and of the mail server. */
  readonly others: Readonly<Record<string, number>>;
  readonly peakBytes: number;
}

type Pids = { readonly sender: number } & Readonly<Record<string, number>>;

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

  /** The rate, and what it costs each process, from the message `from` to the message `to`. */
  async time(from: number, to: number, pids: Pids): Promise<Omit<Measured, 'peakBytes'>> {
    const deadline = performance.now() + MEASURE_MAX_MS;
    while (this.#taken < from && performance.now() < deadline) await pause();
    const [startedAt, first] = [performance.now(), this.#taken];
    const counted = startCounting({ ...pids, sink: this.#child.pid ?? 0 });
    while (this.#taken < to && performance.now() < deadline) await pause();
    if (this.#taken < to) throw new Error(`only ${this.#taken} messages arrived in time`);
    const count = this.#taken - first;
    const { sender = 0, ...others } = counted().byProcess;
    return {
      perSecond: (count * 1_000) / (performance.now() - startedAt),
      cpuMicrosecondsPerMessage: sender / count,
      others: Object.fromEntries(Object.entries(others).map(([name, used]) => [name, used / count])),
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

async function measure(
  child: ChildProcess,
  { sink, count, servers = {} }: { sink: Sink; count: number; servers?: Readonly<Record<string, number>> },
): Promise<Measured> {
  const gone = once(child, 'exit');
  const pid = child.pid ?? 0;
  const lost = gone.then(() => {
    throw new Error('the sender ended before its messages were sent');
  });
  lost.catch(() => undefined);
  const timed = await Promise.race([sink.time(WARM_UP, WARM_UP + count, { sender: pid, ...servers }), lost]);
  const measured = { ...timed, peakBytes: peakMemoryBytes(pid) };
  child.kill('SIGTERM');
  await Promise.race([gone, new Promise((resolve) => setTimeout(resolve, 5_000).unref())]);
  child.kill('SIGKILL');
  return measured;
}

/** Letters for the pool, and from whom they are, in a file beside the workers. */
async function writeLetters(build: Build, servers: Servers): Promise<string> {
  const ground = await openGround(servers, COMPOSED);
  try {
    const letters = await composeLetters(ground.app, COMPOSED);
    const file = join(build.folder, 'letters.json');
    writeFileSync(file, JSON.stringify({ from: ground.app.config.mailFrom, letters }));
    return file;
  } finally {
    await ground.remove();
  }
}

async function openGround(servers: Servers, notices: number): Promise<Ground> {
  const ground = await prepareGround(servers, notices, { settings: SETTINGS });
  await fillOutbox(ground.app.db, cycles);
  await settleDown(servers.admin);
  return ground;
}

async function runPool(build: Build, letters: string): Promise<Measured> {
  const sink = await Sink.open(build);
  // Some more than are measured, so that it is at work to the end.
  const args = [sink.url, String(WARM_UP + messages + 1_000), values.connections, letters];
  const pool = start(build, ['scripts/bench/mail-pool-worker.js', ...args], process.env);
  const measured = await measure(pool, { sink, count: messages });
  sink.close();
  return measured;
}

async function runProduct(build: Build, servers: Servers, count: number): Promise<Measured> {
  const ground = await openGround(servers, WARM_UP + count);
  const sink = await Sink.open(build);
  try {
    const worker = start(build, PRODUCT, { ...ground.env, SMTP_URL: sink.url });
    const measured = await measure(worker, { sink, count, servers: servers.pids });
    const { refused } = await countOfState(ground.app.db);
    if (refused > 0) throw new Error(`${refused} notices were refused`);
    return measured;
  } finally {
    sink.close();
    await ground.remove();
  }
}

function shown({ perSecond, peakBytes, cpuMicrosecondsPerMessage: cpu, others }: Measured): string {
  const beside = Object.entries(others).map(([name, used]) => `${name} ${Math.round(used)}`);
  return `${Math.round(perSecond).toLocaleString('en')} messages/s, ${Math.round(cpu)} CPU-µs each (${beside.join(', ')}), peak ${(peakBytes / 1_048_576).toFixed(0)} MiB`;
}

/** Product ÷ pool, of one round: a machine is not the same for long. */
const ratiosOf = ({ pool, product }: { readonly pool: Measured; readonly product: Measured }) => ({
  rate: product.perSecond / pool.perSecond,
  cpu: product.cpuMicrosecondsPerMessage / pool.cpuMicrosecondsPerMessage,
});

async function bench(setting: ThrowAwaySetting): Promise<number> {
  const build = await buildWorkers();
  const servers = await openServers(setting.env);
  const tell = (line: string): void => void process.stderr.write(`${line}\n`);
  try {
    const letters = await writeLetters(build, servers);
    const measured: { pool: Measured; product: Measured }[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      const pool = await runPool(build, letters);
      const product = await runProduct(build, servers, messages);
      measured.push({ pool, product });
      const { rate, cpu } = ratiosOf({ pool, product });
      tell(`round ${round}: pool ${shown(pool)}; product ${shown(product)}`);
      tell(`  product ÷ pool: rate ${rate.toFixed(2)}, CPU ${cpu.toFixed(2)}`);
    }
    const ratios = measured.map(ratiosOf);
    const ratio = median(ratios.map((one) => one.rate));
    const cpuRatio = median(ratios.map((one) => one.cpu));
    const many = large > 0 ? await runProduct(build, servers, large) : undefined;
    const growth = many && many.peakBytes / median(measured.map((one) => one.product.peakBytes));
    if (many) tell(`${large.toLocaleString('en')} queued: ${shown(many)}, memory × ${growth?.toFixed(2)}`);
    const holds = ratio >= ASKED_RATIO && (growth === undefined || growth <= ASKED_GROWTH);
    tell(
      `${holds ? 'holds' : 'MISSED'}: product ÷ pool ${ratio.toFixed(2)} (asked: ${ASKED_RATIO} at least), of CPU ${cpuRatio.toFixed(2)}`,
    );
    process.stdout.write(
      `${JSON.stringify({ messages, cycles, rounds: measured, ratio, cpuRatio, large: many, growth, holds }, null, 2)}\n`,
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
