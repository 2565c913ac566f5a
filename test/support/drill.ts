/** Drills: the commands of docs/runbook.md, run as they stand there, each expected to end with the code beside it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { App } from '../../src/app.ts';
import { startWorker } from '../../jobs/start-worker.ts';
import type { Ended } from './cli.ts';
import { runHere } from './in-process.ts';

export const RUNBOOK = readFileSync(join(__dirname, '../../docs/runbook.md'), 'utf8');

interface Step {
  readonly line: string;
  readonly words: readonly string[];
  readonly code: number;
}

export class Drill {
  readonly #steps: Step[];
  readonly #app: App;

  /** @param name of its heading, without "Drill: " */
  constructor(name: string, app: App) {
    this.#steps = stepsOf(name);
    this.#app = app;
  }

  /**
   * Takes the next steps, of which there must be at least so many. `$RUN` becomes this number; or each word what stands
   * for it here: a number, the path of a file, a date.
   */
  async follow(
    count: number,
    given: number | Readonly<Record<string, string | number>> = {},
  ): Promise<Ended[]> {
    const known: Readonly<Record<string, string | number>> =
      typeof given === 'number' ? { $RUN: given } : given;
    const ended: Ended[] = [];
    for (const { line, words, code } of this.#steps.splice(0, count)) {
      const typed = words.map((word) => String(known[word] ?? word));
      const one = await runHere(typed, { app: this.#app, processes: { startWorker } });
      if (one.code !== code) throw new Error(`${line}\nended with ${one.code}:\n${one.stdout}${one.stderr}`);
      ended.push(one);
    }
    if (ended.length !== count) throw new Error(`the drill has ${ended.length} steps left, not ${count}`);
    return ended;
  }

  /** Nothing of the runbook was left out. */
  get left(): number {
    return this.#steps.length;
  }
}

/** `connects sweep --wait   # exit 0: …` */
function stepsOf(name: string): Step[] {
  const heading = `### Drill: ${name}\n`;
  const from = RUNBOOK.indexOf(heading);
  if (from < 0) throw new Error(`the runbook has no drill "${name}"`);
  const [text = ''] = RUNBOOK.slice(from + heading.length).split(/^##+ /m);
  return [...text.matchAll(/^connects (.+?) +# exit (\d+)/gm)].map(([line, words = '', code]) => ({
    line,
    words: [...words.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? ''),
    code: Number(code),
  }));
}
