/** The one place that turns outcomes and errors into exit codes; operators map them to retry or alert. */
import { CommanderError } from 'commander';
import {
  classOfDatabaseError,
  databaseUnavailable,
  describeRowError,
  isDatabaseError,
} from '../db/errors.ts';
import { ConnectsError, type ErrorKind, messageOf } from '../errors.ts';
import { asRedisUnavailable } from '../queue/connection.ts';
import { type Addresses, adviceOn } from './advice.ts';
import { STOPPED } from './signals.ts';

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
  configuration: 78,
  ...STOPPED,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const OF_KIND: Record<ErrorKind, ExitCode> = {
  'invalid-input': EXIT.invalid,
  refused: EXIT.refused,
  conflict: EXIT.conflict,
  'not-found': EXIT.notFound,
  'broken-rule': EXIT.unexpected,
  held: EXIT.conflict,
  unavailable: EXIT.tryAgain,
  configuration: EXIT.configuration,
};

/** What went wrong, as everybody is told it. */
export interface ToldError {
  readonly exit: ExitCode;
  /** The heading of docs/runbook.md. */
  readonly code: string;
  /** What happened and what to do about it where it was foreseen, the whole stack where it was not. */
  readonly message: string;
}

/** @param addresses of the servers that were used, where it is known */
export function exitOf(thrown: unknown, addresses?: Addresses): ToldError {
  if (thrown instanceof CommanderError) return ofCommander(thrown);
  const error = isDatabaseError(thrown) ? ofDatabase(thrown) : asRedisUnavailable('this', thrown);
  if (error instanceof ConnectsError)
    return {
      exit: OF_KIND[error.kind],
      code: error.code,
      message: [error.message, ...adviceOn(error, addresses)].join('\n'),
    };
  return {
    exit: EXIT.unexpected,
    code: 'unexpected',
    message: error instanceof Error ? (error.stack ?? error.message) : messageOf(error),
  };
}

/** Help that was asked for is no error; where words are missing, commander shows the help and has no message. */
function ofCommander({ exitCode, code, message }: CommanderError): ToldError {
  const exit = exitCode === 0 ? EXIT.done : EXIT.invalid;
  const said =
    code === 'commander.help' ? 'expected a command: see "connects help"' : message.replace(/^error: /, '');
  return { exit, code: 'usage', message: said };
}

function ofDatabase(error: unknown): unknown {
  if (classOfDatabaseError(error) !== 'row') return databaseUnavailable(error);
  // The driver's message holds the whole statement, with everybody's addresses in it.
  const { code, message } = describeRowError(error);
  return new ConnectsError('broken-rule', code, `the database refused what was to be written: ${message}`);
}

/** What each code means, for --help. */
export const EXIT_MEANING: Record<ExitCode, string> = {
  0: 'done, nothing failed',
  1: 'unexpected error',
  2: 'usage or invalid input',
  3: 'finished, and some accounts failed, or rows were left out; or --fail-over or --strict found somebody',
  4: 'refused by a guard',
  5: 'conflict: it is already active, or already complete; or it is held ("connects hold")',
  6: 'not found',
  10: 'the audit found drift',
  75: 'a server is unreachable, clocks disagree, or --timeout passed with work left: try again',
  78: 'a setting, or a server, is to be mended by a person: the message says what',
  130: 'interrupted (SIGINT), after a clean stop',
  143: 'terminated (SIGTERM), after a clean stop',
};
