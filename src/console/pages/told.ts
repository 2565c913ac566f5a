/** What an operation refuses is told at the form that asked for it; what is no answer of it is not. */
import { ConnectsError } from '../../errors.ts';
import { upperFirst } from '../../words.ts';
import type { Fault } from '../parts/form.tsx';

/** @throws what is no answer: a server that is away, a fault of ours */
export function told(error: unknown): Fault {
  if (!(error instanceof ConnectsError) || error.kind === 'unavailable') throw error;
  return { what: `${upperFirst(error.message)}.` };
}
