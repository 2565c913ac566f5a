/**
 * What every npm script runs first, on an empty clone too: plain JavaScript that leans on nothing but Node. It checks
 * Node, installs the locked packages when they are missing or out of step, and then becomes the named program.
 *
 *   node scripts/bootstrap.js start|test|with-servers|bench|prove|check|connects [args…]
 *
 * The program runs inside this very process, so that arguments, input, output, signals and exit codes need no passing
 * on: a Ctrl-C that the terminal and npm both deliver meets one receiver.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { readlinkSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { endAtSignals } from '../src/cli/first-signals.js';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const MODULES = join(ROOT, 'node_modules');
/** Written after a completed install only; `npm ci` begins by removing it together with everything else. */
const STAMP = join(MODULES, '.connects-installed');
const SCRIPTS = ['start', 'test', 'with-servers', 'bench', 'bench/events', 'bench/mail', 'prove', 'check'];
const NODE_MIN = [20, 19];
const INSTALL_WAIT_MAX_MS = 600_000;
const PARENT_POLL_MS = 250;
const EXIT_USAGE = 2;
const EXIT_TRY_AGAIN = 75;

/** @returns {never} */
function fail(message, exitCode) {
  process.stderr.write(`connects: ${message}\n`);
  process.exit(exitCode);
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > NODE_MIN[0] || (major === NODE_MIN[0] && minor >= NODE_MIN[1])) return;
  fail(
    `needs Node ${NODE_MIN.join('.')} or newer; this is ${process.versions.node} (${process.execPath})`,
    1,
  );
}

/** Changes with the locked packages, and with what decides which binary packages suit this machine. */
function wantedStamp() {
  const lock = readFileSync(join(ROOT, 'package-lock.json'));
  return `${createHash('sha256').update(lock).digest('hex')} ${process.platform}-${process.arch}\n`;
}

function readText(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/**
 * Somebody may have run `npm ci` by hand, which leaves no stamp: npm writes its own hidden lock at the very end, so
 * that file naming every wanted package in its version means a completed install.
 */
function installedByHand() {
  const hidden = readText(join(MODULES, '.package-lock.json'));
  if (hidden === undefined) return false;
  const present = JSON.parse(hidden).packages;
  const wanted = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')).packages;
  return Object.entries(wanted).every(
    ([path, entry]) => path === '' || entry.optional || present[path]?.version === entry.version,
  );
}

function isInstalled() {
  if (!existsSync(join(MODULES, 'tsx', 'package.json'))) return false;
  const wanted = wantedStamp();
  if (readText(STAMP) === wanted) return true;
  // A stamp of another lock or platform: npm's own record can't tell platforms apart, so trust it only unstamped
  // or on the platform that the stamp names.
  const platform = readText(STAMP)?.split(' ')[1];
  if (platform !== undefined && platform !== wanted.split(' ')[1]) return false;
  if (!installedByHand()) return false;
  finishInstall();
  return true;
}

/** `npx connects` looks in node_modules/.bin, where npm links the packages it installs but never the checkout itself. */
function linkCommand() {
  const link = join(MODULES, '.bin', 'connects');
  const target = '../../src/cli/connects.js';
  try {
    if (readlinkSync(link) === target) return;
  } catch {
    // Not there yet, or not a link.
  }
  try {
    rmSync(link, { force: true });
    symlinkSync(target, link);
    chmodSync(join(ROOT, 'src', 'cli', 'connects.js'), 0o755);
  } catch {
    // Only `npx connects` gets slower without it: npx then builds a package of the checkout first.
  }
}

function finishInstall() {
  linkCommand();
  try {
    writeFileSync(`${STAMP}.${process.pid}`, wantedStamp());
    renameSync(`${STAMP}.${process.pid}`, STAMP);
  } catch {
    // A read-only checkout: the comparison is simply made again next time.
  }
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** True when this process now holds the lock; false when another one does. Two `npm ci` in one folder ruin it. */
function takeInstallLock(lock) {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  const holders = (readText(lock) ?? '')
    .split(' ')
    .map(Number)
    .filter((pid) => pid > 0);
  // An empty file is a holder between creating and writing: give it a moment before taking it for a dead one.
  const isFresh = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? 0) < 2_000;
  if (!(holders.length > 0 ? holders.some(isRunning) : isFresh)) rmSync(lock, { force: true });
  return false;
}

async function install() {
  mkdirSync(join(ROOT, '.local'), { recursive: true });
  const lock = join(ROOT, '.local', 'install.lock');
  const deadline = Date.now() + INSTALL_WAIT_MAX_MS;
  while (!takeInstallLock(lock)) {
    if (Date.now() > deadline)
      fail(`another install still runs; if it doesn't, remove ${lock}`, EXIT_TRY_AGAIN);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  try {
    if (!isInstalled()) await runNpmCi(lock);
  } finally {
    rmSync(lock, { force: true });
  }
}

async function runNpmCi(lock) {
  const startedAt = Date.now();
  process.stderr.write('connects: installing the locked npm packages (npm ci) …\n');
  // tsx and the servers' drivers are needed whatever NODE_ENV says. npm's own words go to stderr: stdout may be data.
  const args = ['ci', '--include=dev', '--no-progress', '--loglevel=error'];
  const cli = process.env.npm_execpath;
  const byNode = cli?.endsWith('.js') && existsSync(cli);
  const child = spawn(byNode ? process.execPath : 'npm', byNode ? [cli, ...args] : args, {
    cwd: ROOT,
    stdio: ['ignore', 2, 2],
  });
  // npm goes on when this process is killed outright; the next one then waits for it.
  if (child.pid !== undefined) writeFileSync(lock, `${process.pid} ${child.pid}`);
  const status = await new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(code ?? signal));
  });
  if (status !== 0) {
    rmSync(lock, { force: true });
    fail(`npm ci failed (${status}); its message is above`, EXIT_TRY_AGAIN);
  }
  finishInstall();
  const elapsedMs = Date.now() - startedAt;
  // `start` tells where its time went, this part of it included.
  process.env.CONNECTS_INSTALL_MS = String(elapsedMs);
  process.stderr.write(`connects: npm packages installed in ${(elapsedMs / 1000).toFixed(1)} s\n`);
}

/**
 * npm runs us below a shell that passes no signal on: a SIGTERM to npm ends npm and that shell, and leaves us behind
 * with everything we started. So the parent's end counts as that signal.
 */
function stopWithParent() {
  const parent = process.ppid;
  if (!process.env.npm_lifecycle_event || parent === 1) return;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, PARENT_POLL_MS);
  timer.unref();
}

async function runScript(name, args) {
  const file = join(ROOT, 'scripts', `${name}.ts`);
  if (!existsSync(file)) fail(`there is no scripts/${name}.ts`, 1);
  // `with-servers` runs somebody's command, whose relative paths count from where it was called.
  if (name !== 'with-servers') process.chdir(ROOT);
  process.argv = [process.execPath, file, ...args];
  const { register } = await import('tsx/esm/api');
  register();
  await import(pathToFileURL(file).href);
}

async function main() {
  const [name, ...args] = process.argv.slice(2);
  checkNode();
  if (name !== 'connects' && !SCRIPTS.includes(name))
    fail(`usage: node scripts/bootstrap.js ${SCRIPTS.join('|')}|connects [args…]`, EXIT_USAGE);
  if (name === 'connects') endAtSignals();
  if (!isInstalled()) await install();
  stopWithParent();
  if (name !== 'connects') return runScript(name, args);
  const launcher = join(ROOT, 'src', 'cli', 'connects.js');
  process.argv = [process.execPath, launcher, ...args];
  await import(pathToFileURL(launcher).href);
}

await main();
