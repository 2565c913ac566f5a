/** What /v1 says where it cannot do what was asked. */
import type { Context } from 'hono';
import { ConnectsError, type ErrorKind } from '../../errors.ts';
import type { Fault } from '../../domain/terms.ts';
import { answerError } from '../errors.ts';

/** What is wrong with a request: `where` is the field of it. */
export class BadRequest extends Error {
  readonly status: 400 | 409 | 422;
  readonly faults: readonly Fault[];

  constructor(status: 400 | 409 | 422, message: string, faults: readonly Fault[] = []) {
    super(message);
    this.status = status;
    this.faults = faults;
  }
}

/** Of what was foreseen, that the caller can do something about. What is missing here is a server's, or ours. */
const STATUSES: Partial<Record<ErrorKind, 404 | 409 | 422>> = {
  'invalid-input': 422,
  'not-found': 404,
  refused: 409,
  conflict: 409,
  held: 409,
};

/** @throws what it was given, where that is for whoever looks after the servers */
export function answerFailure(context: Context, error: unknown): Response {
  if (error instanceof BadRequest) {
    const { status, message, faults } = error;
    return faults.length === 0
      ? answerError(context, status, message)
      : context.json({ error: message, faults }, status);
  }
  const status = error instanceof ConnectsError ? STATUSES[error.kind] : undefined;
  if (status === undefined) throw error;
  const { message, code } = error as ConnectsError;
  return context.json({ error: message, code }, status);
}
