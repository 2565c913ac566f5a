/** Looking up what an error of a server means: by its code, and by its text only where it has none. */
import { CONNECTION_FAULTS, TLS_FAULTS } from './connection-faults.ts';
import { DATABASE_FAULTS } from './database-faults.ts';
import type { ServerFault } from './fault.ts';
import { MAIL_LIBRARY_FAULTS, SMTP_FAULTS } from './mail-faults.ts';
import { REDIS_FAULTS, REDIS_TEXTS } from './redis-faults.ts';
import { type SmtpReply, refusalIn } from './smtp-reply.ts';

interface Thrown {
  readonly code?: unknown;
  readonly errno?: unknown;
  readonly message?: unknown;
  readonly response?: unknown;
  /** Node tries every address of a host, and throws one error of all. */
  readonly errors?: unknown;
  /** Where a driver puts a code of its own in the place of Node's, that of Node: src/db/verify-name.ts, nodemailer. */
  readonly originalCode?: unknown;
  /** Of a client of a cluster: what the node said that it asked last. */
  readonly lastNodeError?: unknown;
}

const byCode = (known: readonly ServerFault[]): ReadonlyMap<unknown, ServerFault> =>
  new Map(known.map((one) => [one.code, one]));

const DATABASE = byCode(DATABASE_FAULTS);
const REDIS = byCode(REDIS_FAULTS);
const SMTP = byCode(SMTP_FAULTS);
const MAIL_LIBRARY = byCode(MAIL_LIBRARY_FAULTS);
const CONNECTION = byCode([...CONNECTION_FAULTS, ...TLS_FAULTS]);

/** Each of these: undefined for what no table knows. */
export const databaseFault = (error: unknown): ServerFault | undefined =>
  // On errors of the operating system, errno is its own number, and negative.
  DATABASE.get(String(asThrown(error).errno)) ?? connectionFault(error);

export function redisFault(error: unknown): ServerFault | undefined {
  const inner = innerOf(error);
  const message = String(asThrown(error).message);
  return (
    (inner === undefined ? undefined : redisFault(inner)) ?? replyFault(message) ?? connectionFault(error)
  );
}

/** Of a client that asks several servers, what the last of them said: as an error, or as the end of its message. */
function innerOf(error: unknown): unknown {
  const { lastNodeError, message } = asThrown(error);
  if (lastNodeError) return lastNodeError;
  // The way led in circles, to whoever is gone: what was said of it on the way explains nothing.
  if (/redirections/.test(String(message))) return undefined;
  const [, last] = /\bLast error: (?:\w*Error: )?(.+)$/s.exec(String(message)) ?? [];
  if (last === undefined) return undefined;
  const [, code] = /\b(E[A-Z]{3,})\b/.exec(last) ?? [];
  return { message: last, code };
}

export const mailFault = (error: unknown): ServerFault | undefined => {
  const { code, response } = asThrown(error);
  const reply = refusalIn(String(response));
  const known = reply && smtpFault(reply);
  // What else is said of a letter may be for its member's sake.
  if (known || code === 'EENVELOPE' || code === 'EMESSAGE') return known;
  if (reply?.code.startsWith('4')) return refusalFault(reply);
  const ofStep = code === 'EAUTH' ? MAIL_LIBRARY.get(code) : connectionFault(error);
  return ofStep ?? (reply ? refusalFault(reply) : MAIL_LIBRARY.get(code));
};

/** A refusal that is the same whoever a letter is for. @param words of the server, from its code on */
export function mailRefusalFault(words: string): ServerFault | undefined {
  const reply = refusalIn(words);
  return reply && (smtpFault(reply) ?? refusalFault(reply));
}

const smtpFault = ({ enhanced, code }: SmtpReply): ServerFault | undefined =>
  SMTP.get(enhanced) ?? SMTP.get(code);

function refusalFault({ enhanced, code }: SmtpReply): ServerFault | undefined {
  const subject = enhanced && /^\d\.\d+/.exec(enhanced)?.[0];
  return SMTP.get(`${subject}.z`) ?? SMTP.get(`${code.charAt(0)}yz`);
}

/** What Node says of a connection, or of a certificate. */
export function connectionFault(error: unknown): ServerFault | undefined {
  const { originalCode, code, errors } = asThrown(error);
  for (const one of [originalCode, code]) {
    const known = CONNECTION.get(one);
    if (known) return known;
    // OpenSSL has hundreds of its own: TLS failed, and goes on failing.
    if (/^(ERR_(SSL|TLS)|CERT)_/.test(String(one))) return CONNECTION.get('HANDSHAKE_SSL_ERROR');
  }
  return Array.isArray(errors) ? errors.map(connectionFault).find((one) => one !== undefined) : undefined;
}

/** By the word that a reply begins with (of a script that failed, that of the reply that it got), or by its text. */
function replyFault(message: string): ServerFault | undefined {
  const inner = /^ERR Error running script .*?[ :-]([A-Z]{3,}) /.exec(message)?.[1];
  const word = inner ?? /^-?([A-Z]{3,})\b/.exec(message)?.[1];
  return word === 'ERR' || word === undefined
    ? REDIS_TEXTS.find(({ text }) => text.test(message))?.fault
    : REDIS.get(word);
}

/** The sentence that mends it. @param server as a person calls it, such as `MariaDB` */
export function mendOf(fault: ServerFault | undefined, server: string): string | undefined {
  const mend = fault?.mend.replaceAll('{server}', server);
  return mend && `${mend.charAt(0).toUpperCase()}${mend.slice(1)}`;
}

const asThrown = (error: unknown): Thrown =>
  typeof error === 'object' && error !== null ? (error as Thrown) : {};
