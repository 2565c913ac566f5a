/** Why a mail server cannot be used, or takes nothing from us: judged by its codes, told in its words. */
import { type ErrorKind, messageOf } from '../errors.ts';
import { mailFault, mailRefusalFault, mendOf } from '../servers/classify.ts';
import type { ServerFault } from '../servers/fault.ts';

export interface MailTrouble {
  /** `configuration`: a person must mend a setting, or the server. `unavailable`: it may pass by itself. */
  readonly kind: Extract<ErrorKind, 'configuration' | 'unavailable'>;
  /** The server's, or those of whoever did not reach it. */
  readonly words: string;
  /** What mends it, in one sentence, where that is known. */
  readonly mend: string | undefined;
}

export const troubleOf = (error: unknown): MailTrouble => judged(mailFault(error), messageOf(error));

/** @param words of a refusal, from its code on, that is the same whoever a letter is for */
export const troubleOfRefusal = (words: string): MailTrouble => judged(mailRefusalFault(words), words);

const judged = (fault: ServerFault | undefined, words: string): MailTrouble => ({
  kind: fault?.class === 'configuration' ? 'configuration' : 'unavailable',
  words,
  mend: mendOf(fault, 'the mail server'),
});
