/** The steps of `npm start`, each timed, and their undoing in the opposite order. */
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lockFolder } from '../servers/folder-lock.ts';
import type { Interruption } from '../servers/interruption.ts';
import { SetupError } from '../servers/setup-error.ts';
import { startWatchdog } from '../servers/watchdog.ts';
import { Commands } from './commands.ts';
import { linkOfLocalOperator, liveToken } from './local-operator.ts';
import { tellLive } from './live-facts.ts';
import { isSchemaMissing, requireReleasedSchema, withoutWaitingForDisk } from './own-database.ts';
import { publish } from './published.ts';
import { type Story, type Teller, beginStory, forgetUnfinished, lookAtAccounts } from './sample-fleet.ts';
import { startServing } from './serving.ts';
import {
  type Addresses,
  chooseConsoleUrl,
  collectAddresses,
  connectsEnvironment,
  startOwnInbox,
  startOwnServers,
} from './start-servers.ts';
import { type Step, runSteps } from './step-list.ts';
import { Undoing } from './undoing.ts';
import { welcomeText } from './welcome.ts';

/** `connects sweep`: finished, some accounts failed. Worth a look, no reason to stop everything. */
const EXIT_SOME_FAILED = 3;
/** And: something was away. The scheduler sweeps every minute. */
const EXIT_TRY_AGAIN = 75;
const TELLER = join(dirname(dirname(fileURLToPath(import.meta.url))), 'stage', 'tell.js');

export interface StartRequest {
  /** Everything that is kept between starts. */
  readonly folder: string;
  /** The file behind `connects`. */
  readonly launcher: string;
  readonly interruption: Interruption;
}

/** Thrown between two steps once a signal has come. */
class Interrupted extends Error {}

export class Start {
  readonly #request: StartRequest;
  readonly #watchdog = startWatchdog();
  /** In the end nothing is left that the watchdog would have to end. */
  readonly #undo = new Undoing(() => this.#watchdog.dismiss());
  #servers: Awaited<ReturnType<typeof startOwnServers>>;
  #addresses: Addresses | undefined;
  readonly #commands: Commands;
  #story: Story | undefined;
  #isSample = false;
  #link: Promise<string | undefined> = Promise.resolve(undefined);
  /** Resolves, with a line that says how, when something ends by itself that has to stay. */
  #down: Promise<string> = new Promise(() => {});

  constructor(request: StartRequest) {
    this.#request = request;
    this.#commands = new Commands(request.launcher, request.interruption, this.#watchdog);
  }

  /** Settles and sends in the foreground. @returns the sweep's exit code */
  async once(): Promise<number> {
    await this.#run(this.#preparing());
    return this.#commands.show(['sweep', '--wait', '--work']);
  }

  /** Runs until a signal comes. @throws SetupError when something that it started ends by itself */
  async stay(): Promise<number> {
    await this.#run([
      ...this.#preparing(),
      { title: 'Console', act: () => this.#serve() },
      { title: 'Catching up', act: () => this.#catchUp() },
      { title: 'Sign-in', act: () => this.#signIn() },
    ]);
    const { consoleUrl, inboxUrl } = this.#known();
    const logPath = join(this.#request.folder, 'serve.log');
    const link = await this.#link;
    process.stdout.write(welcomeText({ consoleUrl, inboxUrl, link, logPath, isSample: this.#isSample }));
    if (this.#isSample) this.#liveOn();
    const how = await Promise.race([this.#down, this.#interrupted()]);
    this.#throwIfInterrupted();
    throw new SetupError(`${how}; the logs are in ${this.#request.folder}`);
  }

  /** What was started last is stopped first. Called again, waits for the same. */
  stop(): Promise<void> {
    return this.#undo.all();
  }

  /** Makes the stop under way, or the one to come, short. */
  hasten(): void {
    this.#undo.hasten();
  }

  async #run(steps: readonly Step[]): Promise<void> {
    await runSteps(
      steps.map(({ act, ...step }) => ({
        ...step,
        act: async (tell) => {
          this.#throwIfInterrupted();
          const what = await act(tell);
          this.#throwIfInterrupted();
          return what;
        },
      })),
    );
  }

  #preparing(): Step[] {
    const run = join(this.#request.folder, 'run');
    mkdirSync(run, { recursive: true, mode: 0o700 });
    const lock = lockFolder(run, 'npm start');
    this.#undo.push(() => lock.release());
    const installMs = Number(process.env['CONNECTS_INSTALL_MS'] ?? 0);
    delete process.env['CONNECTS_INSTALL_MS'];
    const installed = {
      title: 'Packages',
      spentMs: installMs,
      act: () => Promise.resolve('installed by npm'),
    };
    return [
      ...(installMs > 0 ? [installed] : []),
      { title: 'Servers', act: () => this.#startServers() },
      { title: 'Inbox', act: () => this.#openInbox() },
      { title: 'Schema', act: () => this.#prepareSchema() },
      { title: 'Sample fleet', act: (tell) => this.#tellStory(tell) },
    ];
  }

  async #startServers(): Promise<string> {
    const { folder } = this.#request;
    const servers = await startOwnServers(folder, this.#watchdog);
    this.#servers = servers;
    if (servers) {
      this.#undo.push((options) => servers.stop(options));
      this.#down = servers.lost;
    }
    await forgetUnfinished(folder, servers?.migrateDatabaseUrl ?? servers?.databaseUrl);
    return servers ? servers.titles.join(' and ') : 'those that the environment names';
  }

  async #openInbox(): Promise<string> {
    const { folder } = this.#request;
    const consoleUrl = await chooseConsoleUrl();
    const inbox = await startOwnInbox(folder, consoleUrl);
    if (inbox) this.#undo.push(() => inbox.stop());
    this.#addresses = collectAddresses(this.#servers, inbox, { folder, consoleUrl });
    this.#commands.env = connectsEnvironment(this.#addresses, this.#servers?.databaseUrl !== undefined);
    return inbox ? inbox.httpUrl : 'mail goes to SMTP_URL';
  }

  async #prepareSchema(): Promise<string> {
    const url = this.#ownerUrl();
    if (this.#servers?.databaseUrl !== undefined) await requireReleasedSchema(url, this.#request.folder);
    // The story makes its own, which is as old as it is.
    if (await isSchemaMissing(url)) return `${await this.#beginStory().schema} migrations applied`;
    const { stdout } = await this.#commands.hear(['migrate']);
    return stdout.trim().split('\n').at(-1) ?? '';
  }

  async #tellStory(tell: (what: string) => void): Promise<string> {
    this.#undo.push(publish(this.#request.folder, this.#known()));
    const { accounts: known, isSample } = await (this.#story
      ? { accounts: 0, isSample: true }
      : lookAtAccounts(this.#ownerUrl()));
    this.#isSample = isSample || known === 0;
    if (known > 0)
      return `as it was left: ${known.toLocaleString('en')} accounts${isSample ? '' : ', none of them ours'}`;
    const story = this.#story ?? this.#beginStory();
    story.onMorning = (on, percent) => tell(`half a year of history: ${on}, ${percent} %`);
    const { accounts, facts } = await story.told;
    return `${accounts} accounts, ${facts.toLocaleString('en')} facts of half a year`;
  }

  #beginStory(): Story {
    const listen: Teller = (hear) => this.#commands.listen([TELLER], hear);
    const tell: Teller = async (hear) => {
      const ended = await (this.#servers?.databaseUrl === undefined
        ? listen(hear)
        : withoutWaitingForDisk(this.#ownerUrl(), () => listen(hear)));
      this.#throwIfInterrupted();
      return ended;
    };
    this.#story = beginStory(this.#request.folder, tell);
    return this.#story;
  }

  async #serve(): Promise<string> {
    const { folder, launcher } = this.#request;
    const { consoleUrl } = this.#known();
    const serving = await startServing({
      command: [process.execPath, launcher, 'serve'],
      env: this.#commands.env,
      logPath: join(folder, 'serve.log'),
      pidFile: join(folder, 'run', 'serve.pid'),
      readyUrl: `${consoleUrl}/readyz`,
      watchdog: this.#watchdog,
      interrupted: this.#interrupted(),
    });
    this.#undo.push((options) => serving.stop(options));
    this.#down = Promise.race([serving.ended, this.#down]);
    // Beside the sweep, which mostly waits.
    this.#link = linkOfLocalOperator(launcher, this.#commands.env);
    return 'with a worker and a scheduler';
  }

  async #catchUp(): Promise<string> {
    const allowed = [0, EXIT_SOME_FAILED, EXIT_TRY_AGAIN];
    const swept = { allowed, cancelled: this.#down };
    const { exitCode, stdout } = await this.#commands.hear(['sweep', '--wait', '--json'], swept);
    if (exitCode === EXIT_TRY_AGAIN) return 'not now; the scheduler sweeps again within a minute';
    const { runs = [] } = JSON.parse(stdout) as { runs?: { settled: number }[] };
    const settled = runs.reduce((sum, one) => sum + one.settled, 0);
    return settled === 0
      ? 'nobody was due'
      : `${settled.toLocaleString('en')} accounts were due, and are settled`;
  }

  async #signIn(): Promise<string> {
    const link = await this.#link;
    return link ? 'a link for you, below' : 'no link could be made: "npx connects users list" says why';
  }

  /** Nobody waits for it, and nothing depends on it. */
  #liveOn(): void {
    const { folder, launcher } = this.#request;
    const ending = new AbortController();
    this.#undo.push(() => ending.abort());
    const { consoleUrl } = this.#known();
    void liveToken(folder, launcher, this.#commands.env)
      .then((token) => (token ? tellLive({ consoleUrl, token, signal: ending.signal }) : undefined))
      .catch(() => {});
  }

  #known(): Addresses {
    if (this.#addresses === undefined) throw new Error('addresses are known once the inbox is open');
    return this.#addresses;
  }

  #ownerUrl(): string {
    const { migrateDatabaseUrl, databaseUrl } = this.#known();
    return migrateDatabaseUrl ?? databaseUrl;
  }

  #throwIfInterrupted(): void {
    if (this.#request.interruption.signal) throw new Interrupted();
  }

  #interrupted(): Promise<string> {
    return new Promise((resolve) => this.#request.interruption.listen(resolve));
  }
}
