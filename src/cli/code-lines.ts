/** Exit codes as --help tells them, within 80 columns. */
import { EXIT_MEANING, type ExitCode } from './exit-codes.ts';
import { wrap } from './prose.ts';

const INDENT = ' '.repeat(7);
const COLUMNS = 80;

export const codeLines = (codes: readonly number[]): string =>
  codes
    .map((code) => {
      const meaning = wrap(EXIT_MEANING[code as ExitCode], INDENT, COLUMNS);
      return `  ${String(code).padStart(3)}  ${meaning.slice(INDENT.length)}`;
    })
    .join('\n');
