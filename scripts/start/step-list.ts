/**
 * Steps as a list that fills: on a terminal all of them from the first moment, the one at work with what it is at; in a
 * pipe or a file a plain line for each as it ends. Drawn by listr2, which knows how to redraw lines.
 */
import { Listr } from 'listr2';
import { colours } from './colours.ts';

export interface Step {
  readonly title: string;
  /** @returns what came of it, in a few words; undefined where the step was none, and is not listed */
  readonly act: (tell: (what: string) => void) => Promise<string | undefined>;
  /** How long it has taken before it begins. */
  readonly spentMs?: number;
}

const WIDTH_MAX = 100;
const WIDTH_MIN = 40;
const TITLE_WIDTH = 15;
const TIME_WIDTH = 8;
/** Before the title the tick and a blank; after it what the list keeps free. */
const FRAME_WIDTH = 5;

/** @throws what a step throws; later ones are not begun then */
export async function runSteps(
  steps: readonly Step[],
  out: NodeJS.WriteStream = process.stdout,
): Promise<void> {
  const list = new Listr<object, 'default', 'silent'>(
    steps.map((step) => ({
      title: step.title,
      task: async (_, task) => {
        const startedAt = performance.now() - (step.spentMs ?? 0);
        const tell = (what: string): void => {
          task.title = lineOf(step.title, what, undefined, out.columns);
        };
        try {
          const what = await step.act(tell);
          const line = lineOf(step.title, what ?? '', performance.now() - startedAt, out.columns);
          task.title = line;
          if (!out.isTTY && what !== undefined) out.write(`${TICK} ${line}\n`);
          if (what === undefined) task.skip();
        } catch (error) {
          task.title = lineOf(step.title, 'not finished', performance.now() - startedAt, out.columns);
          if (!out.isTTY) out.write(`${CROSS} ${task.title}\n`);
          throw error;
        }
      },
    })),
    {
      registerSignalListeners: false,
      fallbackRenderer: 'silent',
      fallbackRendererCondition: () => !out.isTTY,
      rendererOptions: {
        showErrorMessage: false,
        collapseErrors: false,
        showSkipMessage: false,
        collapseSkips: false,
        formatOutput: 'truncate',
      },
    },
  );
  await list.run();
}

const TICK = '✔';
const CROSS = '✖';

/** `Servers        MariaDB 10.11.18 and Redis 7.0.15        3.2 s`, as wide as the terminal, and no wider than reads well. */
export function lineOf(title: string, what: string, ms: number | undefined, columns = 80): string {
  const width = Math.max(WIDTH_MIN, Math.min(columns, WIDTH_MAX)) - FRAME_WIDTH;
  const room = width - TITLE_WIDTH - TIME_WIDTH;
  const told = what.length > room ? `${what.slice(0, room - 1)}…` : what;
  const time = ms === undefined ? '' : `${(ms / 1_000).toFixed(1)} s`.padStart(TIME_WIDTH);
  return `${title.padEnd(TITLE_WIDTH)}${told.padEnd(room)}${colours.dim(time)}`.trimEnd();
}
