/**
 * Whether a refusal is of a member, or may be of us. A server that takes nothing from us any more says the same to
 * everybody: that it relays no mail, that we are blocked, that our quota is used up, that our domain is not verified.
 */
import { refusalIn } from '../servers/smtp-reply.ts';

/** RFC 3463: the mailbox is not there, has moved, is off, or is full. */
const OF_MAILBOX = /^5\.(?:1\.(?:[1-6]|10)|2\.\d+)$/;
/** The same in words, of servers that give no such code: where there is one, it alone decides. */
const NO_MAILBOX = [
  /\b(?:no such|unknown|invalid|non-?existent)\b.{0,20}\b(?:user|mailbox|recipient|account|address|person)\b/i,
  /\b(?:user|mailbox|recipient|account)\b.{0,30}\b(?:unknown|not found|not exist|doesn.t exist|unavailable|disabled|inactive|full)\b/i,
];
const ALIKE_MAX = 100;

/**
 * What this refusal has in common with those of other members; undefined where it is about this member alone.
 * @param words of the server, from its code on
 */
export function alikeOf(words: string): string | undefined {
  const { code, enhanced } = refusalIn(words) ?? {};
  if (enhanced !== undefined) return OF_MAILBOX.test(enhanced) ? undefined : `${code} ${enhanced}`;
  if (NO_MAILBOX.some((one) => one.test(words))) return undefined;
  // What differs from letter to letter: addresses, domains, numbers of messages and sessions.
  const same = words.slice(4).replaceAll(/\S*[@\d]\S*|\b[\w-]+(?:\.[\w-]+)+\b/g, '');
  const ascii = `${words.slice(0, 3)} ${same.toLowerCase()}`.replaceAll(/[^\x21-\x7E]+/g, ' ');
  return ascii.trim().slice(0, ALIKE_MAX).trim();
}
