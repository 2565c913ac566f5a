/** The one place that turns outcomes and errors into exit codes; operators map them to retry or alert. */
import { ConnectsError, type ErrorKind, messageOf } from '../errors.ts';
import { databaseUnavailable } from '../db/connection.ts';
import { classOfDatabaseError, isDatabaseError } from '../db/errors.ts';

export const EXIT = {
  done: 0,
  unexpected: 1,
  invalid: 2,
  someFailed: 3,
  refused: 4,
  conflict: 5,
  notFound: 6,
  drift: 10,
  tryAgain: 75,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const OF_KIND: Record<ErrorKind, ExitCode> = {
  'invalid-input': EXIT.invalid,
  refused: EXIT.refused,
  conflict: EXIT.conflict,
  'not-found': EXIT.notFound,
  'broken-rule': EXIT.unexpected,
  unavailable: EXIT.tryAgain,
};

/** The code, and what to print: one message for what was foreseen, the whole stack for what was not. */
export function exitOf(thrown: unknown): { code: ExitCode; message: string } {
  const error =
    isDatabaseError(thrown) && classOfDatabaseError(thrown) !== 'row' ? databaseUnavailable(thrown) : thrown;
  if (error instanceof ConnectsError) return { code: OF_KIND[error.kind], message: error.message };
  return {
    code: EXIT.unexpected,
    message: error instanceof Error ? (error.stack ?? error.message) : messageOf(error),
  };
}

/** What each code means, for --help. */
export const EXIT_MEANING: Record<number, string> = {
  0: 'done, nothing failed',
  2: 'usage or invalid input',
  3: 'finished, some accounts failed; or a --fail-over limit passed',
  4: 'refused by a guard',
  5: 'conflict',
  6: 'not found',
  75: 'a server is unreachable, or --timeout passed with work left: try again',
};
