/** Asking about one account as a member's supporter does: the real program, its answers as text and as JSON. */
import type { App } from '../../src/app.ts';
import type { Answer } from '../../src/reports/explain/answer.ts';
import type { Explanation } from '../../src/reports/explain/explain.ts';
import { runHere } from './in-process.ts';

export interface Asked {
  readonly explanation: Explanation;
  readonly answers: readonly Answer[];
  /** The first answer with that code. @throws when there is none */
  readonly answer: (code: string) => Answer;
  /** As printed: `connects account explain …`. */
  readonly text: string;
}

/** `asker(app)('a1', '--cycle', '2021-04-01')`; fails where the command does, or prints more than 100 columns. */
export const asker =
  (app: App) =>
  async (account: string, ...flags: readonly string[]): Promise<Asked> => {
    const args = ['account', 'explain', account, ...flags];
    const asJson = await runHere([...args, '--json'], { app });
    const asText = await runHere(args, { app });
    if (asJson.code !== 0 || asText.code !== 0) throw new Error(`${asJson.stderr}${asText.stderr}`);
    const wide = asText.stdout.split('\n').find((line) => line.length > 100);
    if (wide !== undefined) throw new Error(`wider than 100 columns: ${wide}`);
    const explanation = JSON.parse(asJson.stdout) as Explanation;
    const { answers } = explanation;
    return {
      explanation,
      answers,
      text: asText.stdout,
      answer: (code) => {
        const found = answers.find((one) => one.code === code);
        if (!found) throw new Error(`no ${code} among ${answers.map((one) => one.code).join(', ')}`);
        return found;
      },
    };
  };
