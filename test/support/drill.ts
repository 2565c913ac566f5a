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
  readonly #statements: string[];
  readonly #app: App;

  /** @param name of its heading, without "Drill: " */
  constructor(name: string, app: App) {
    const text = textOf(name);
    this.#steps = stepsOf(text);
    this.#statements = statementsOf(text);
    this.#app = app;
  }

  /**
   * Takes the next steps, of which there must be at least so many. `$RUN` becomes this number; or each word what stands
   * for it here: a number, several of them, the path of a file, a date.
   */
  async follow(count: number, given: number | Given = {}): Promise<Ended[]> {
    const known: Given = typeof given === 'number' ? { $RUN: given } : given;
    const ended: Ended[] = [];
    for (const { line, words, code } of this.#steps.splice(0, count)) {
      const typed = words.flatMap((word) => [known[word] ?? word].flat().map(String));
      const one = await runHere(typed, { app: this.#app, processes: { startWorker } });
      if (one.code !== code) throw new Error(`${line}\nended with ${one.code}:\n${one.stdout}${one.stderr}`);
      ended.push(one);
    }
    if (ended.length !== count) throw new Error(`the drill has ${ended.length} steps left, not ${count}`);
    return ended;
  }

  /** Makes the statements that stand in it, on the installation's own database. */
  async query(given: Given = {}): Promise<void> {
    for (const statement of this.#statements.splice(0))
      await this.#app.db.raw(statement.replaceAll(/\$[A-Z_]+/g, (word) => String(known(given, word))));
  }

  /** Nothing of the runbook was left out. */
  get left(): number {
    return this.#steps.length + this.#statements.length;
  }
}

type Given = Readonly<Record<string, string | number | readonly number[]>>;

function known(given: Given, word: string): Given[string] {
  const value = given[word];
  if (value === undefined) throw new Error(`nothing stands for ${word}`);
  return value;
}

function textOf(name: string): string {
  const heading = `### Drill: ${name}\n`;
  const from = RUNBOOK.indexOf(heading);
  if (from < 0) throw new Error(`the runbook has no drill "${name}"`);
  const [text = ''] = RUNBOOK.slice(from + heading.length).split(/^##+ /m);
  return text;
}

/** `connects sweep --wait   # exit 0: …` */
const stepsOf = (text: string): Step[] =>
  [...text.matchAll(/^connects (.+?) +# exit (\d+)/gm)].map(([line, words = '', code]) => ({
    line,
    words: [...words.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? ''),
    code: Number(code),
  }));

const statementsOf = (text: string): string[] =>
  [...text.matchAll(/^```sql\n([^`]*)```/gm)].flatMap(([, block = '']) =>
    block
      .split(';')
      .map((one) => one.trim())
      .filter((one) => one !== ''),
  );
