/** What people type into forms, read as the command line reads its flags: one line, not longer than there is room for. */
import { plainLine } from '../../plain-text.ts';

export const REASON_MAX = 500;

export interface Sent {
  readonly text: string;
  /** What is wrong with it; undefined where it can be taken. */
  readonly fault: string | undefined;
}

/** @param form as `context.req.parseBody()` gives it */
export function sentLine(
  form: Readonly<Record<string, unknown>>,
  name: string,
  what: string,
  lengthMax = REASON_MAX,
): Sent {
  const text = typeof form[name] === 'string' ? form[name].trim() : '';
  if (text === '') return { text, fault: `${what} is missing.` };
  if (text.length > lengthMax || plainLine(text) !== text)
    return { text, fault: `${what} is to be one line of at most ${lengthMax} characters.` };
  return { text, fault: undefined };
}
