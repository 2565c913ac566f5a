/** How a checkout starts its command line: quickly, and never with anything but its sources as they are. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { statSync, symlinkSync, utimesSync, watch, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { root } from '../support/cli.ts';
import { asWeAre, powerless } from '../support/powerless.ts';

const ENV = { PATH: process.env.PATH, HOME: process.env.HOME };
const LATER = 'export const later = 1;\n';

let checkout: string;
const at = (...path: string[]): string => join(checkout, ...path);
const kept = (): string[] => readdirSync(at('.local/compiled'));

/** A checkout of three small sources, with the real launcher. */
beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), 'connects-compiled-'));
  const real = [
    'package.json',
    'package-lock.json',
    'tsconfig.json',
    'src/cli/connects.js',
    'src/cli/first-signals.js',
  ];
  for (const path of [...real, 'scripts/compiled.js', 'scripts/run-typescript.js']) {
    mkdirSync(dirname(at(path)), { recursive: true });
    cpSync(join(root, path), at(path));
  }
  symlinkSync(join(root, 'node_modules'), at('node_modules'));
  for (const folder of ['jobs', 'migrations']) mkdirSync(at(folder));
  writeFileSync(
    at('src/cli/main.ts'),
    "import { word } from '../word.ts';\nif (word === 'later') void import('../later.ts');\nconsole.log(word);\n",
  );
  writeFileSync(at('src/later.ts'), LATER);
  say('first');
});
afterEach(() => rmSync(checkout, { recursive: true, force: true }));

const say = (word: string): void =>
  writeFileSync(at('src/word.ts'), `export const word: string = '${word}';\n`);

const launch = (): ChildProcess =>
  spawn(process.execPath, [at('src/cli/connects.js')], { env: ENV, stdio: 'ignore' });

/** What it printed, both ways. */
const start = (as = asWeAre): Promise<string> =>
  new Promise((resolve) => {
    const { command, args, ...user } = as(process.execPath, [at('src/cli/connects.js')]);
    execFile(command, args, { env: ENV, ...user }, (_error, stdout, stderr) => resolve(stdout + stderr));
  });

it('compiles once, and runs what it kept', async () => {
  expect(await start()).toBe('first\n');
  const [file = ''] = kept();
  const path = at('.local/compiled', file);
  writeFileSync(path, readFileSync(path, 'utf8').replace('"first"', '"kept"'));
  expect(await start()).toBe('kept\n');
});

it('takes an edit at once, and one that is taken back, whatever their times and sizes', async () => {
  const { atime, mtime } = statSync(at('src/word.ts'));
  for (const word of ['first', 'other', 'first']) {
    say(word);
    utimesSync(at('src/word.ts'), atime, mtime);
    expect(await start()).toBe(`${word}\n`);
  }
  expect(kept()).toHaveLength(2);
});

it('takes a change of the packages or of the settings as an edit', async () => {
  await start();
  for (const path of ['package-lock.json', 'tsconfig.json']) {
    writeFileSync(at(path), `${readFileSync(at(path), 'utf8')}\n`);
    await start();
  }
  expect(kept()).toHaveLength(3);
});

it('compiles side by side without harm', async () => {
  const said = await Promise.all([start(), start(), start()]);
  expect(said).toEqual(['first\n', 'first\n', 'first\n']);
  expect(kept()).toEqual([expect.stringMatching(/^main-[0-9a-f]{32}\.cjs$/)]);
});

it('is not misled by one that was killed while it compiled', async () => {
  mkdirSync(at('.local/compiled'), { recursive: true });
  const watching = watch(at('.local/compiled'));
  const begun = once(watching, 'change');
  const child = launch();
  const gone = once(child, 'exit');
  await begun;
  watching.close();
  child.kill('SIGKILL');
  await gone;
  expect(kept()).toHaveLength(1);
  expect(await start()).toBe('first\n');
});

it('keeps no more than a few', async () => {
  await start();
  const [file = ''] = kept();
  for (let number = 0; number < 12; number += 1)
    cpSync(at('.local/compiled', file), at('.local/compiled', `main-${number}.cjs`));
  say('other');
  await start();
  expect(kept()).toHaveLength(8);
  expect(await start()).toBe('other\n');
});

describe('a checkout that cannot be written', () => {
  it('runs from its sources, and from what was kept before', async () => {
    mkdirSync(at('.local'));
    for (const path of ['.local', '.']) chmodSync(at(path), 0o555);
    expect(await start(powerless)).toBe('first\n');
    expect(readdirSync(at('.local'))).toEqual([]);
    chmodSync(at('.local'), 0o755);
    await start();
    chmodSync(at('.local/compiled'), 0o555);
    expect(await start(powerless)).toBe('first\n');
    say('other');
    expect(await start(powerless)).toBe('other\n');
    chmodSync(at('.local/compiled'), 0o755);
    chmodSync(at('.'), 0o755);
  });
});

describe('a fault in a source', () => {
  it('stops only those who need that source', async () => {
    writeFileSync(at('src/later.ts'), 'export const = 1;\n');
    expect(await start()).toBe('first\n');
    say('later');
    expect(await start()).toContain('src/later.ts:1');
  });

  it('is told with its line, when it is found as it runs', async () => {
    writeFileSync(
      at('src/word.ts'),
      "interface A {\n  a: 1;\n}\nexport const word = ((): A => {\n  throw new Error('here');\n})();\n",
    );
    expect(await start()).toMatch(/src\/word\.ts:5/);
  });
});

it('compiles nothing that draws on sources which it does not watch', async () => {
  mkdirSync(at('elsewhere'));
  writeFileSync(at('src/word.ts'), "export { word } from '../elsewhere/word.ts';\n");
  for (const word of ['first', 'other']) {
    writeFileSync(at('elsewhere/word.ts'), `export const word: string = '${word}';\n`);
    expect(await start()).toBe(`${word}\n`);
  }
  expect(kept()).toEqual([]);
});

it('compiles the real command line', async () => {
  rmSync(at('src'), { recursive: true });
  for (const folder of ['src', 'jobs', 'migrations'])
    cpSync(join(root, folder), at(folder), { recursive: true });
  expect(await start()).toContain('Usage: connects');
  expect(kept()).toHaveLength(1);
});
