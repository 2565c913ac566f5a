/**
 * The error tree. An expected outcome is a value; what is thrown is a surprise, and carries a stable `code`
 * (kebab-case, listed in docs/runbook.md) and whether trying again later can help.
 *
 * Three places translate it, and no other: jobs/outcome.ts for BullMQ, src/cli/exit-codes.ts for the shell,
 * src/console for HTTP.
 */
interface ErrorOptions {
  readonly cause?: unknown;
  /** What mends it, in one sentence. */
  readonly mend?: string;
}

export type RetryRule = 'never' | 'later';

export type ErrorKind =
  | 'invalid-input' // what the caller gave is wrong: the caller mends it
  | 'refused' // a guard said no
  | 'conflict' // it is already active, or already complete
  | 'not-found'
  | 'broken-rule' // an account's own row cannot be settled: it fails alone
  | 'configuration' // a person must mend a setting, or a server: trying again does not
  | 'held' // a person holds it: it goes on by itself once it is released
  | 'unavailable'; // a server, not an account: wait and try again

export class ConnectsError extends Error {
  readonly kind: ErrorKind;
  readonly code: string;
  /** What mends it, in one sentence, where that is known. */
  readonly mend: string | undefined;

  constructor(kind: ErrorKind, code: string, message: string, options: ErrorOptions = {}) {
    super(message, options);
    this.name = 'ConnectsError';
    this.kind = kind;
    this.code = code;
    this.mend = options.mend;
  }

  get retry(): RetryRule {
    return this.kind === 'unavailable' ? 'later' : 'never';
  }
}

export const invalidInput = (code: string, message: string): ConnectsError =>
  new ConnectsError('invalid-input', code, message);

export const brokenRule = (code: string, message: string): ConnectsError =>
  new ConnectsError('broken-rule', code, message);

export const unavailable = (code: string, message: string, options: ErrorOptions = {}): ConnectsError =>
  new ConnectsError('unavailable', code, message, options);

export const configuration = (code: string, message: string, options: ErrorOptions = {}): ConnectsError =>
  new ConnectsError('configuration', code, message, options);

/** One line that a person can read, for whatever was thrown. */
export function messageOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('message' in error)) return String(error);
  // Node tries every address of a host, and then says nothing itself.
  if (error.message === '' && 'errors' in error && Array.isArray(error.errors))
    return [...new Set(error.errors.map(messageOf))].join(', ');
  return String(error.message);
}

/** A stable code and the words of whatever was thrown at one account's expense. */
export const describeError = (error: unknown): { code: string; message: string } => ({
  code: error instanceof ConnectsError ? error.code : 'unexpected',
  message: messageOf(error),
});
