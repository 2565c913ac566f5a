/** What imports have in common: a file that is read twice, progress of both passes, and bad rows told and kept. */
import type { Bad } from '../operations/imports/bad-rows.ts';
import { type Cli, say } from './context.ts';
import { EXIT } from './exit-codes.ts';
import { examplesOf, faultLine, moreLines } from './fault-list.ts';
import { OpenFile } from './open-file.ts';
import { plainLine } from '../plain-text.ts';
import { Progress } from './progress.ts';
import { Rejects, faultsFileOf } from './rejects.ts';
import { counted } from './words.ts';

/** What an import is given to work with; closed when it has ended, however that was. */
export interface ImportGround<Row> {
  readonly source: ImportFile<Row>;
  readonly rejects: Rejects | undefined;
}

/**
 * Opens the file, and looks whether rejects can be written, before anything else is done.
 * @param rejectsPath of --rejects
 * @throws invalid-input `file`
 */
export async function withImportFile<Row>(
  cli: Cli,
  { file, noun, rejectsPath }: { file: string; noun: string; rejectsPath: string | undefined },
  read: (input: OpenFile, rejects: Rejects | undefined) => AsyncIterable<Row>,
  work: (ground: ImportGround<Row>) => Promise<void>,
): Promise<void> {
  const input = await OpenFile.open(file);
  let rejects: Rejects | undefined;
  let source: ImportFile<Row> | undefined;
  try {
    rejects = rejectsPath === undefined ? undefined : await Rejects.at(rejectsPath, input);
    source = new ImportFile(cli, noun, () => read(input, rejects));
    await work({ source, rejects });
    await tellGrowth(cli, input);
  } finally {
    source?.stop();
    await rejects?.drop();
    await input.close();
  }
}

/** What its writer added meanwhile was not read, and is not counted: the same command takes it next time. */
async function tellGrowth(cli: Cli, input: OpenFile): Promise<void> {
  const bytes = await input.grownBy();
  if (bytes === 0) return;
  say(
    cli,
    `${input.name} grew by ${counted(bytes, 'byte')} while it was read. Only what it held at the start was read: ` +
      'import it again when its writer is done',
  );
  // What is left is reason enough to come again, but hides no fault of what was read.
  if (cli.exitCode === EXIT.done) cli.exitCode = EXIT.tryAgain;
}

/** One import: its file, and how far it is. */
export class ImportFile<Row> {
  readonly #cli: Cli;
  readonly #noun: string;
  readonly #read: () => AsyncIterable<Row>;
  #pass: { progress: Progress; rows: number; total: number } | undefined;

  /** @param noun in the plural: `rows` */
  constructor(cli: Cli, noun: string, read: () => AsyncIterable<Row>) {
    this.#cli = cli;
    this.#noun = noun;
    this.#read = read;
  }

  /** Begins a pass. */
  async *rows(): AsyncGenerator<Row> {
    const what = this.#pass ? this.#noun : `${this.#noun} checked`;
    this.end();
    const now = this.#cli.app.clock.elapsedMs();
    this.#pass = {
      progress: new Progress(this.#cli.streams.err, what, now),
      rows: 0,
      total: this.#pass?.rows ?? 0,
    };
    yield* this.#read();
  }

  readonly onProgress = (rows: number): void => {
    if (!this.#pass) return;
    this.#pass.rows = rows;
    this.#pass.progress.show(this.#state(), this.#cli.app.clock.elapsedMs());
  };

  /** Draws the bar to its end. */
  end(): void {
    this.#pass?.progress.end(this.#state(), this.#cli.app.clock.elapsedMs());
  }

  /** Leaves the bar as it stands: something went wrong. */
  stop(): void {
    this.#pass?.progress.stop();
  }

  /** The first pass learns how many there are; the second can show a share of them. */
  #state(): { done: number; total?: number } {
    const { rows = 0, total = 0 } = this.#pass ?? {};
    return total > 0 ? { done: rows, total } : { done: rows };
  }
}

/** On stderr: file, line, column, and what was expected; how many more rows are like one of those; and where they all are. */
export function tellRejected(
  cli: Cli,
  file: string,
  bad: Bad,
  one: string,
  rejects: Rejects | undefined,
): void {
  for (const { line, faults } of examplesOf(bad))
    for (const fault of faults) say(cli, `${plainLine(file)}, ${faultLine(line, fault)}`);
  for (const more of moreLines(bad, one)) say(cli, more);
  if (bad.badCount === 0 || !rejects) return;
  const { path } = rejects;
  say(
    cli,
    `all ${counted(bad.badCount, `bad ${one}`)}, as they were: ${path}; what is wrong with each: ${faultsFileOf(path)}`,
  );
}

/** Why nothing was done, and what to do about it. */
export const refusal = ({ badCount }: Bad, one: string, done: string): string =>
  `nothing was ${done}: mend the ${counted(badCount, `bad ${one}`)}, ` +
  'or leave them out with --skip-invalid (and keep them with --rejects FILE)';

/** The same as data, for --json: the first of each kind, and how many there are of it. */
export const faultsAsJson = (
  bad: Bad,
): { faults: { line: number; where: string; what: string }[]; kinds: Bad['kinds'] } => ({
  faults: examplesOf(bad).flatMap(({ line, faults }) => faults.map((fault) => ({ line, ...fault }))),
  kinds: bad.kinds,
});
