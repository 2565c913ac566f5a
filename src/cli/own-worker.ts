/** The worker that a command starts beside itself, and ends before it says what came of it. */
import type { App } from '../app.ts';
import { type Cli, type WorkerProcess, say } from './context.ts';

/** A batch takes less than a second. What takes longer hangs, and must not keep the summary from being printed. */
const FINAL_MS = 5_000;

export class OwnWorker {
  readonly #cli: Cli;
  readonly #process: WorkerProcess | undefined;
  #ending: Promise<void> | undefined;

  private constructor(cli: Cli, process: WorkerProcess | undefined) {
    this.#cli = cli;
    this.#process = process;
  }

  /** @param works whether the command has one at all */
  static async start(cli: Cli, app: App, works: boolean): Promise<OwnWorker> {
    return new OwnWorker(cli, works ? await cli.processes.startWorker(app) : undefined);
  }

  /** As it is named in what it works on; undefined where there is none. */
  get name(): string | undefined {
    return this.#process?.name;
  }

  get works(): boolean {
    return this.#process !== undefined;
  }

  /** It takes no more, and what it holds is posted: so that what is counted afterwards stays true. */
  async finish(): Promise<void> {
    const late = new AbortController();
    const passed = this.#cli.app.clock.sleep(FINAL_MS, late.signal).then(() => 'late' as const);
    const ended = await Promise.race([this.end().then(() => 'ended' as const), passed]);
    late.abort();
    if (ended === 'late')
      say(this.#cli, 'what is still in flight ends later: "connects run list" has the last word');
  }

  /** The same, however long it takes. */
  async end(): Promise<void> {
    this.#ending ??= this.#process?.stop();
    await this.#ending;
  }
}
