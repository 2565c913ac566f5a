/** Signals that arrive while the command line is still being loaded end it as those do that arrive later. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { root, startCli } from '../support/cli.ts';
import { type Installation, install } from '../support/installation.ts';
import { until } from '../support/sweeping.ts';

const SIGNALS = [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 143],
] as const;

let checkout: string;
const at = (...path: string[]): string => join(checkout, ...path);

/** A checkout whose program is never done loading. */
beforeAll(() => {
  checkout = mkdtempSync(join(tmpdir(), 'connects-signals-'));
  const real = [
    'package.json',
    'package-lock.json',
    'tsconfig.json',
    'src/cli/connects.js',
    'src/cli/first-signals.js',
    'src/cli/signals.ts',
    'scripts/bootstrap.js',
    'scripts/compiled.js',
    'scripts/run-typescript.js',
  ];
  for (const path of real) {
    mkdirSync(dirname(at(path)), { recursive: true });
    cpSync(join(root, path), at(path));
  }
  symlinkSync(join(root, 'node_modules'), at('node_modules'));
  for (const folder of ['jobs', 'migrations']) mkdirSync(at(folder));
  writeFileSync(at('src/cli/running.ts'), `${LOADING}export const run = (): void => undefined;\n`);
});
afterAll(() => rmSync(checkout, { recursive: true, force: true }));

const LOADING = "process.stdout.write('loading');\nsetTimeout(() => undefined, 600_000);\n";

const start = (...args: string[]): ChildProcess & { stdout: Readable } =>
  spawn(process.execPath, args, {
    cwd: checkout,
    env: { PATH: process.env.PATH, HOME: process.env.HOME },
    stdio: ['ignore', 'pipe', 'inherit'],
  }) as ChildProcess & { stdout: Readable };

/** @returns exit code, and the signal that killed it */
async function endOf(child: ChildProcess, signal: NodeJS.Signals): Promise<unknown[]> {
  const ended = once(child, 'exit');
  child.kill(signal);
  return ended;
}

describe.each([
  ['from the launcher of a checkout', (): string[] => [at('src/cli/connects.js'), 'worker']],
  ['through npm', (): string[] => [at('scripts/bootstrap.js'), 'connects', 'worker']],
])('a program that is loaded %s', (_how, args) => {
  // Nothing of its own listens here: what was put up before it was loaded does.
  beforeAll(() => writeFileSync(at('src/cli/main.ts'), `${LOADING}export {};\n`));

  it.each(SIGNALS)('ends with its code when %s comes: %i', async (signal, code) => {
    const child = start(...args());
    await once(child.stdout, 'data');
    expect(await endOf(child, signal)).toEqual([code, null]);
  });
});

it.each(SIGNALS)(
  'the entry point itself, as an image runs it, ends with its code when %s comes: %i',
  async (signal, code) => {
    cpSync(join(root, 'src/cli/main.ts'), at('src/cli/main.ts'));
    const child = start('--import', 'tsx', at('src/cli/main.ts'), 'worker');
    await once(child.stdout, 'data');
    expect(await endOf(child, signal)).toEqual([code, null]);
  },
);

/** Whether that process has put up a listener, as Linux tells. */
function catchesHangup(pid: number | undefined): boolean {
  const [, mask = '0'] = /^SigCgt:\s*(\w+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return (BigInt(`0x${mask}`) & 1n) === 1n;
}

const onLinux = existsSync('/proc/self/status') ? describe : describe.skip;

onLinux('the real program', () => {
  let installation: Installation;
  beforeAll(async () => {
    installation = await install();
  });
  afterAll(() => installation.remove());

  it.each(SIGNALS)(
    'hands over from one listener to the next: %s, whenever it comes, is %i',
    async (signal, code) => {
      const moments = [0, 100, 250, 500];
      const ends = await Promise.all(
        moments.map(async (ms) => {
          const { child, ended } = startCli(['worker'], installation.env);
          await until('it listens', () => catchesHangup(child.pid));
          await new Promise((resolve) => setTimeout(resolve, ms));
          child.kill(signal);
          return { code: (await ended).code, killedBy: child.signalCode };
        }),
      );
      expect(ends).toEqual(moments.map(() => ({ code, killedBy: null })));
    },
  );
});
