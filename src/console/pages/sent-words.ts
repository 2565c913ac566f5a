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

/** The number of accounts that was typed, in the field `count`: as it is shown, with or without what groups its digits. */
export function sentCount(form: Readonly<Record<string, unknown>>): Sent {
  const sent = sentLine(form, 'count', 'The number of accounts', 12);
  const text = sent.text.replaceAll(/[,\s]/g, '');
  const fault = sent.fault ?? (/^\d+$/.test(text) ? undefined : 'The number of accounts is to be a number.');
  return { text, fault };
}
