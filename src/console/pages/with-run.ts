/** The run that an address names. */
import { ConnectsError } from '../../errors.ts';
import { answerFault } from '../faults.ts';
import type { PageContext } from '../site.ts';
import { wholeNumber } from './runs-asked.ts';

/** A number that is none, or nobody's, is told as a page that is not there. */
export async function withRun(
  context: PageContext,
  answer: (id: number) => Promise<Response>,
): Promise<Response> {
  const id = wholeNumber(context.req.param('id'));
  const unknown = `there is no run ${context.req.param('id') ?? ''}`;
  if (id === undefined) return answerFault(context, 404, unknown);
  try {
    return await answer(id);
  } catch (error) {
    if (error instanceof ConnectsError && error.code === 'unknown-run')
      return answerFault(context, 404, unknown);
    throw error;
  }
}
