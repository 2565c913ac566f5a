/** Asking about one account as a member's supporter does: the real program, its answers as text and as JSON. */
import type { App } from '../../src/app.ts';
import type { Answer } from '../../src/reports/explain/answer.ts';
import type { Explanation } from '../../src/reports/explain/explain.ts';
import { runHere } from './in-process.ts';
import { faultsBetween } from './in-spanish.ts';

export interface Asked {
  readonly explanation: Explanation;
  readonly answers: readonly Answer[];
  /** The first answer with that code. @throws when there is none */
  readonly answer: (code: string) => Answer;
  /** As printed: `connects account explain …`. */
  readonly text: string;
}

/**
 * `asker(app)('a1', '--cycle', '2021-04-01')`; fails where the command does, where it prints more than 100 columns, or where
 * it does not say the same in Spanish.
 */
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
    const faults = await faultsInSpanish(app, [account, ...flags], answers);
    if (faults.length > 0) throw new Error(['in Spanish:', ...faults].join('\n'));
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

/** Time goes on between two questions: what differs is asked once more. */
async function faultsInSpanish(
  app: App,
  asked: readonly string[],
  english: readonly Answer[],
): Promise<string[]> {
  const answersIn = async (...flags: readonly string[]): Promise<readonly Answer[]> => {
    const { stdout } = await runHere(['account', 'explain', ...asked, ...flags, '--json'], { app });
    return (JSON.parse(stdout) as Explanation).answers;
  };
  const spanish = ['--locale', 'es-MX'];
  const faults = faultsBetween(english, await answersIn(...spanish), asked);
  return faults.length === 0 ? [] : faultsBetween(await answersIn(), await answersIn(...spanish), asked);
}
