/** The steps of `npm start`, each timed, and their undoing in the opposite order. */
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { lockFolder } from '../servers/folder-lock.ts';
import type { Interruption } from '../servers/interruption.ts';
import { runCommand } from '../servers/run-command.ts';
import { requireReleasedSchema } from './own-database.ts';
import { generateFleetCsv } from './seed.ts';
import { startServing, type Serving } from './serving.ts';
import { SetupError } from '../servers/setup-error.ts';
import { LOCAL_OPERATOR, linkOfLocalOperator } from './local-operator.ts';
import {
  chooseConsoleUrl,
  collectAddresses,
  connectsEnvironment,
  startOwnInbox,
  startOwnServers,
  type Addresses,
} from './start-servers.ts';
import { startWatchdog } from '../servers/watchdog.ts';

const SAMPLE_ACCOUNTS = 200;
const SAMPLE_SEED = 20_201_211;
/** `connects sweep`: finished, some accounts failed. Worth a look, no reason to stop everything. */
const EXIT_SOME_FAILED = 3;

export interface StartRequest {
  /** Everything that is kept between starts. */
  readonly folder: string;
  /** The file behind `connects`. */
  readonly launcher: string;
  readonly interruption: Interruption;
}

/** May be called twice: the second time, `hasty`, it cuts the first one's waiting short. */
type Undo = (options: { hasty: boolean }) => Promise<void> | void;

/** Thrown between two steps once a signal has come. */
class Interrupted extends Error {}

export class Start {
  readonly #request: StartRequest;
  readonly #undo: Undo[] = [];
  readonly #spent: { name: string; ms: number }[] = [];
  #lost: Promise<string> = new Promise(() => {});
  readonly #watchdog = startWatchdog();
  #hasty = false;
  #stopping: Promise<void> | undefined;

  constructor(request: StartRequest) {
    this.#request = request;
    const installMs = Number(process.env['CONNECTS_INSTALL_MS'] ?? 0);
    if (installMs > 0) this.#spent.push({ name: 'npm packages', ms: installMs });
    delete process.env['CONNECTS_INSTALL_MS'];
  }

  /** Settles and sends in the foreground. @returns the sweep's exit code */
  async once(): Promise<number> {
    const { env } = await this.#prepare();
    const exitCode = await this.#timed('sweep', () => this.#connects(['sweep', '--wait', '--work'], env));
    this.#say(this.#whereTimeWent());
    return exitCode;
  }

  /** Runs until a signal comes. @throws SetupError when something that it started ends by itself */
  async stay(): Promise<number> {
    const { env, addresses } = await this.#prepare();
    const serving = await this.#timed('worker, scheduler, console', () => this.#serve(env, addresses));
    const down = Promise.race([serving.ended, this.#lost]);
    const linked = linkOfLocalOperator(this.#request.launcher, env);
    const exitCode = await this.#timed('sweep', () => this.#connects(['sweep', '--wait'], env, down));
    if (exitCode !== 0 && exitCode !== EXIT_SOME_FAILED)
      this.#say(`the sweep ended with exit code ${exitCode}; the scheduler sweeps again every minute`);
    const link = await this.#timed('sign-in link', () => linked);
    process.stdout.write(this.#welcome(addresses, link));
    const how = await Promise.race([down, this.#interrupted()]);
    this.#throwIfInterrupted();
    throw new SetupError(`${how}; the logs are in ${this.#request.folder}`);
  }

  /** What was started last is stopped first. Called again, hastens. */
  async stop(): Promise<void> {
    this.#stopping ??= this.#undoAll();
    await this.#stopping;
  }

  /** Makes the stop under way, or the one to come, short. */
  hasten(): void {
    this.#hasty = true;
    if (this.#stopping) for (const undo of this.#undo) void undo({ hasty: true });
  }

  async #undoAll(): Promise<void> {
    for (const undo of this.#undo.toReversed()) await undo({ hasty: this.#hasty });
    await this.#watchdog.dismiss();
  }

  async #prepare(): Promise<{ env: NodeJS.ProcessEnv; addresses: Addresses }> {
    const run = join(this.#request.folder, 'run');
    mkdirSync(run, { recursive: true, mode: 0o700 });
    const lock = lockFolder(run, 'npm start');
    this.#undo.push(() => lock.release());
    const servers = await this.#servers();
    const { folder } = this.#request;
    const consoleUrl = await chooseConsoleUrl();
    const inbox = await this.#timed('inbox', () => startOwnInbox(folder, consoleUrl));
    if (inbox) this.#undo.push(() => inbox.stop());
    const addresses = collectAddresses(servers, inbox, { folder, consoleUrl });
    const isOwn = servers?.databaseUrl !== undefined;
    if (isOwn) await this.#timed('migrations', () => this.#requireReleasedSchema(addresses));
    const env = connectsEnvironment(addresses, isOwn);
    await this.#timed('migrations', () => this.#mustSucceed(['migrate'], env));
    await this.#timed('sample fleet', () => this.#seed(env, addresses));
    this.#publish(join(run, 'servers.json'), addresses);
    return { env, addresses };
  }

  #requireReleasedSchema({ migrateDatabaseUrl, databaseUrl }: Addresses): Promise<void> {
    return requireReleasedSchema(migrateDatabaseUrl ?? databaseUrl, this.#request.folder);
  }

  async #servers(): ReturnType<typeof startOwnServers> {
    this.#throwIfInterrupted();
    const servers = await startOwnServers(this.#request.folder, this.#watchdog);
    if (servers) {
      this.#undo.push((options) => servers.stop(options));
      this.#lost = servers.lost;
      this.#say(`runs on ${servers.titles.join(' and ')}`);
      const { installedInMs, startedInMs } = servers.timings;
      if (installedInMs > 0) this.#spent.push({ name: 'server programs', ms: installedInMs });
      this.#spent.push({ name: 'servers', ms: startedInMs });
    }
    this.#throwIfInterrupted();
    return servers;
  }

  async #serve(env: NodeJS.ProcessEnv, addresses: Addresses): Promise<Serving> {
    const { folder, launcher } = this.#request;
    const serving = await startServing({
      command: [process.execPath, launcher, 'serve'],
      env,
      logPath: join(folder, 'serve.log'),
      pidFile: join(folder, 'run', 'serve.pid'),
      readyUrl: `${addresses.consoleUrl}/readyz`,
      watchdog: this.#watchdog,
      interrupted: this.#interrupted(),
    });
    this.#undo.push((options) => serving.stop(options));
    return serving;
  }

  /** Into an empty database only. An import that was cut off left its file behind, and is finished. */
  async #seed(env: NodeJS.ProcessEnv, addresses: Addresses): Promise<void> {
    const file = join(this.#request.folder, 'sample-fleet.csv');
    const unfinished = `${file}.importing`;
    if (!existsSync(unfinished)) {
      if (await hasAccounts(addresses.migrateDatabaseUrl ?? addresses.databaseUrl)) return;
      const today = new Date().toISOString().slice(0, 10);
      writeFileSync(unfinished, generateFleetCsv({ count: SAMPLE_ACCOUNTS, today, seed: SAMPLE_SEED }));
    }
    this.#say(`loading a sample fleet of ${SAMPLE_ACCOUNTS} accounts`);
    await this.#mustSucceed(['accounts', 'import', unfinished], env);
    renameSync(unfinished, file);
  }

  /** For `connects` in another terminal. Readable by this user only: it may name a password. */
  #publish(file: string, addresses: Addresses): void {
    const content = JSON.stringify({ ...addresses, pid: process.pid }, null, 2);
    writeFileSync(`${file}.new`, `${content}\n`, { mode: 0o600 });
    renameSync(`${file}.new`, file);
    this.#undo.push(() => rmSync(file, { force: true }));
  }

  #connects(args: readonly string[], env: NodeJS.ProcessEnv, cancelled?: Promise<unknown>): Promise<number> {
    const { launcher, interruption } = this.#request;
    const watchdog = this.#watchdog;
    const command = { command: process.execPath, args: [launcher, ...args], env, interruption, watchdog };
    return runCommand(cancelled ? { ...command, cancelled } : command);
  }

  async #mustSucceed(args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
    const exitCode = await this.#connects(args, env);
    this.#throwIfInterrupted();
    if (exitCode !== 0)
      throw new SetupError(`connects ${args.join(' ')} ended with exit code ${exitCode}`, exitCode);
  }

  async #timed<T>(name: string, act: () => Promise<T>): Promise<T> {
    this.#throwIfInterrupted();
    const startedAt = performance.now();
    const result = await act();
    this.#spent.push({ name, ms: performance.now() - startedAt });
    this.#throwIfInterrupted();
    return result;
  }

  #throwIfInterrupted(): void {
    if (this.#request.interruption.signal) throw new Interrupted();
  }

  #interrupted(): Promise<string> {
    return new Promise((resolve) => this.#request.interruption.listen(resolve));
  }

  #whereTimeWent(): string {
    const total = this.#spent.reduce((sum, one) => sum + one.ms, 0);
    const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;
    const parts = this.#spent.filter((one) => one.ms >= 50).map((one) => `${one.name} ${seconds(one.ms)}`);
    return `took ${seconds(total)}: ${parts.join(', ')}`;
  }

  #welcome({ consoleUrl, inboxUrl }: Addresses, link: string | undefined): string {
    return [
      '',
      `  Console   ${link ?? consoleUrl}`,
      ...(link
        ? [`            signs you in as ${LOCAL_OPERATOR}, once; the next start prints another link`]
        : []),
      ...(inboxUrl ? [`  Inbox     ${inboxUrl}`] : ['  Mail      goes to SMTP_URL']),
      `  Log       ${join(this.#request.folder, 'serve.log')}`,
      '',
      '  In another terminal:  npx connects due',
      '                        npx connects run list',
      '',
      `  Ready: ${this.#whereTimeWent()}`,
      '  Ctrl-C stops everything; the next start finds its data again.',
      '',
      '',
    ].join('\n');
  }

  #say(message: string): void {
    process.stderr.write(`connects: ${message}\n`);
  }
}

async function hasAccounts(url: string): Promise<boolean> {
  const connection = await createConnection(url);
  try {
    const [rows] = await connection.query('SELECT 1 FROM accounts LIMIT 1');
    return (rows as unknown[]).length > 0;
  } finally {
    await connection.end();
  }
}
