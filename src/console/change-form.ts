/** What a form brings that changes something: its fields, and why. */
import { REASON_LENGTH_MAX } from '../domain/events/fields.ts';
import { plainLine } from '../plain-text.ts';
import type { PageContext } from './site.ts';

export interface ChangeForm {
  /** A field as it was typed, without the white space around it; undefined where it is empty or missing. */
  field(name: string): string | undefined;
  readonly actor: string;
  /** Empty where it was not given as it must be; then `reasonFault` says what is wrong. */
  readonly reason: string;
  readonly reasonFault: string | undefined;
}

export async function readChangeForm(context: PageContext): Promise<ChangeForm> {
  const sent = await context.req.parseBody();
  const field = (name: string): string | undefined => {
    const value = sent[name];
    return (typeof value === 'string' && value.trim()) || undefined;
  };
  const reason = field('reason') ?? '';
  const reasonFault = faultOfReason(reason);
  return {
    field,
    actor: context.get('user')?.name ?? 'console',
    reason: reasonFault === undefined ? reason : '',
    reasonFault,
  };
}

/** What is wrong with a reason as it was typed; undefined where nothing is. */
export const faultOfReason = (reason: string): string | undefined =>
  reason !== '' && plainLine(reason) === reason && reason.length <= REASON_LENGTH_MAX
    ? undefined
    : `Say why, in one line of at most ${REASON_LENGTH_MAX} characters.`;
