/** Structured logs on stderr: one line per run and per failure, none per success, and no personal data. */
import { type Logger, pino } from 'pino';
import { plainText } from './plain-text.ts';

export type Log = Logger;

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;

/** Where lines of the log go. */
export interface LogDestination {
  write(line: string): void;
}

export function createLog(level: (typeof LOG_LEVELS)[number], destination?: LogDestination): Log {
  // stderr, because stdout is for what was asked for; synchronous, so that a last line before exit is not lost.
  const target = destination ?? pino.destination({ dest: 2, sync: true });
  return pino(
    { level, base: { service: 'connects' } },
    { write: (line: string) => target.write(plainText(line)) },
  );
}

export const silentLog: Log = pino({ level: 'silent' });
