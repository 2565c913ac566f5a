/** Sending one message by SMTP. What the server says is an outcome, not an exception. */
import type { Transporter } from 'nodemailer';
import { emailField } from '../domain/events/fields.ts';
import { messageOf } from '../errors.ts';
import { hostOf, isLocal, tlsOf } from '../servers/address.ts';
import { mailFault } from '../servers/classify.ts';
import { refusalIn } from '../servers/smtp-reply.ts';
import { MAIL, otherServer, whoListens } from '../servers/who-listens.ts';
import { type MailTrouble, troubleOf } from './mail-trouble.ts';
import type { rawMessageOf as RawMessageOf } from './mime.ts';
import type { Message } from './page.ts';
import { alikeOf } from './refused-alike.ts';

export interface Letter extends Message {
  readonly to: string;
  /** The same for every attempt of one notice, so that a duplicate can be recognised as one. */
  readonly messageId: string;
  /** Where the member turns this kind of email off with one click; undefined where that cannot be done. */
  readonly unsubscribeUrl?: string | undefined;
}

export type SendOutcome =
  | { readonly outcome: 'sent' }
  /** The server will never take it (5xx): for its member's sake; or, where it is `alike`, perhaps for ours. */
  | { readonly outcome: 'refused'; readonly words: string; readonly alike?: string | undefined }
  /** The server may take this one later (4xx). */
  | { readonly outcome: 'try-later'; readonly words: string }
  /** The server takes nothing from us: it refuses our sender or our login, whoever the letter is for. */
  | { readonly outcome: 'turned-away'; readonly words: string }
  /** The server did not get as far as judging the message: it is away, hangs, or refuses us as such. */
  | { readonly outcome: 'unreached'; readonly words: string };

export interface Mailer {
  /** @param giveUp what is on its way then ends as not reached, and its connection is closed */
  send(letter: Letter, giveUp?: AbortSignal): Promise<SendOutcome>;
  /**
   * Greets the server and signs in. What went wrong, or undefined when all is well. On a connection of its own, one more
   * than the limit for a moment: those of the pool may be what is broken, or wait in vain for a server that hangs.
   */
  probe(withinMs?: number): Promise<MailTrouble | undefined>;
  close(): void;
}

export interface MailerSettings {
  readonly from: { readonly name: string; readonly address: string };
  readonly connectionsMax: number;
  readonly ratePerSecond: number;
  /** Milliseconds; 80 s by default. */
  readonly sendTimeoutMs?: number;
}

const CONNECT_TIMEOUT_MS = 10_000;
const GREETING_TIMEOUT_MS = 10_000;
const SOCKET_TIMEOUT_MS = 60_000;
/** How long one sending may take in all, however slowly the server answers: what a lease must outlast. */
export const SEND_TIMEOUT_MS = CONNECT_TIMEOUT_MS + GREETING_TIMEOUT_MS + SOCKET_TIMEOUT_MS;
/** A connection is used for this many messages, then for none: some servers close it at about this number. */
const MESSAGES_PER_CONNECTION = 1_000;

/**
 * @param url `smtps://user:password@host:465`, or `smtp://host:587`, which must offer STARTTLS; only a server on this
 *   machine is spoken to in the clear (`?tls=required` demands it there too). Certificates and names are always verified
 */
export function connectMailer(url: string, settings: MailerSettings): Mailer {
  const server = serverOf(url);
  let opened: Promise<Pool> | undefined;
  const pool = (): Promise<Pool> => (opened ??= openPool(server, settings));
  return {
    send: async (letter, giveUp) => send(await pool(), settings, letter, giveUp),
    probe: async (withinMs) => {
      const { createTransport } = await import('nodemailer');
      return probe(server, createTransport({ ...server, ...timeoutsOf(withinMs, GREETING_TIMEOUT_MS) }));
    },
    close: () => void opened?.then(({ transport }) => transport.close()),
  };
}

function serverOf(url: string) {
  const parsed = new URL(url);
  const secure = parsed.protocol === 'smtps:';
  const tls = tlsOf(parsed);
  const plain = isLocal(parsed) && !tls;
  return {
    host: hostOf(parsed),
    port: Number(parsed.port || (secure ? 465 : 587)),
    secure,
    // Without this a server that stops offering STARTTLS would be sent to in the clear.
    requireTLS: !secure && !plain,
    ignoreTLS: plain,
    ...(tls && { tls }),
    ...(parsed.username && {
      auth: { user: decodeURIComponent(parsed.username), pass: decodeURIComponent(parsed.password) },
    }),
    // A message's content is text: nothing is ever read from a file or an address that it names.
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

type Server = ReturnType<typeof serverOf>;

/** Connections, and what makes a message's text. */
interface Pool {
  readonly transport: Pick<Transporter, 'sendMail' | 'close'>;
  readonly rawMessageOf: typeof RawMessageOf;
}

/** The library is loaded for the first letter: most commands send none. */
async function openPool(server: Server, settings: MailerSettings): Promise<Pool> {
  const { createTransport } = await import('nodemailer');
  const { rawMessageOf } = await import('./mime.ts');
  const transport = createTransport({
    ...server,
    ...timeoutsOf(),
    pool: true,
    maxConnections: settings.connectionsMax,
    maxMessages: MESSAGES_PER_CONNECTION,
    // Only what found its connection closed before a byte of it was sent; all else is the outbox's to try again.
    maxRequeues: 2,
    rateDelta: 1_000,
    rateLimit: settings.ratePerSecond,
  });
  return { transport, rawMessageOf };
}

const timeoutsOf = (withinMs = Infinity, silentMs = SOCKET_TIMEOUT_MS) => ({
  connectionTimeout: Math.min(CONNECT_TIMEOUT_MS, withinMs),
  greetingTimeout: Math.min(GREETING_TIMEOUT_MS, withinMs),
  socketTimeout: Math.min(silentMs, withinMs),
});

async function probe(server: Server, transport: Transporter): Promise<MailTrouble | undefined> {
  try {
    await transport.verify();
    return undefined;
  } catch (error) {
    return troubleOf(await explained(error, server));
  } finally {
    transport.close();
  }
}

/** Of a server that does not greet us, why: one that is no mail server waits to be spoken to. */
async function explained(error: unknown, { secure, host, port }: Server): Promise<unknown> {
  const { code, response } = error as SmtpError;
  if (secure || response !== undefined || !UNGREETED.includes(String(code))) return error;
  const { is } = await whoListens({ host, port });
  return is === undefined || is === MAIL ? error : otherServer(is);
}

const UNGREETED = ['ETIMEDOUT', 'ECONNECTION', 'ESOCKET', 'EPROTOCOL'];

async function send(
  { transport, rawMessageOf }: Pool,
  settings: MailerSettings,
  letter: Letter,
  giveUp: AbortSignal | undefined,
): Promise<SendOutcome> {
  // Checked where it came in; what was written to the database by hand was not.
  if (!emailField.safeParse(letter.to).success)
    return { outcome: 'refused', words: 'the address is not one plain email address: nothing was sent' };
  const mail = mailOf(settings, letter);
  const ending = new AbortController();
  const end = (): void => ending.abort();
  // A server that answers a little now and then is silent to no timeout of a connection.
  const timer = setTimeout(end, settings.sendTimeoutMs ?? SEND_TIMEOUT_MS);
  giveUp?.addEventListener('abort', end);
  try {
    const { envelope, messageId } = mail;
    await transport.sendMail({ envelope, messageId, raw: rawMessageOf(mail), signal: ending.signal });
    return { outcome: 'sent' };
  } catch (error) {
    return outcomeOf(error as SmtpError);
  } finally {
    clearTimeout(timer);
    giveUp?.removeEventListener('abort', end);
  }
}

/** What is handed to the mail library for a letter. */
export const mailOf = ({ from }: Pick<MailerSettings, 'from'>, letter: Letter) => ({
  from,
  // Objects and an explicit envelope: a string would be parsed, and a crafted one could name a second recipient.
  to: { name: '', address: letter.to },
  envelope: { from, to: [{ name: '', address: letter.to }] },
  subject: letter.subject,
  text: letter.text,
  html: letter.html,
  messageId: letter.messageId,
  // What the library would choose for nearly plain text, after a count of every character.
  textEncoding: 'quoted-printable' as const,
  headers: {
    'Auto-Submitted': 'auto-generated',
    ...(letter.unsubscribeUrl !== undefined && {
      'List-Unsubscribe': `<${letter.unsubscribeUrl}>`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    }),
  },
});

interface SmtpError extends Error {
  readonly code?: string;
  readonly command?: string;
  readonly responseCode?: number;
  /** What the server said, word for word. */
  readonly response?: string;
}

/**
 * Only what the server says of this recipient or this message is final. A refused login, a refused sender or a missing
 * STARTTLS is the server's trouble, or ours, and no reason to give up on the message.
 */
function outcomeOf(error: SmtpError): SendOutcome {
  const words = error.response ?? messageOf(error);
  const ofThisMessage = error.code === 'EENVELOPE' || error.code === 'EMESSAGE';
  if (!ofThisMessage) return { outcome: 'unreached', words: messageOf(error) };
  // Without a reply it is our own library that finds an address or a message impossible.
  const code = error.responseCode ?? 550;
  if (code < 500) return { outcome: 'try-later', words };
  if (speaksOfUs(error)) return { outcome: 'turned-away', words };
  return { outcome: 'refused', words, alike: error.responseCode === undefined ? undefined : alikeOf(words) };
}

/** At MAIL FROM too, this one is about the message: it is too large. */
const TOO_LARGE = 552;
/** Postfix, which by default says so at the recipient, and under a code that leaves open whom it is about. */
const OF_SENDER = /\bsender address rejected\b/i;
const OPEN_CODES = [undefined, '5.0.0', '5.1.0', '5.7.0', '5.7.1'];

/** A login that is wanted or refused, or a sender: whoever the letter is for. */
function speaksOfUs(error: SmtpError): boolean {
  const { responseCode, command, response = '' } = error;
  if (responseCode === undefined) return false;
  if (command === 'MAIL FROM' && responseCode !== TOO_LARGE) return true;
  if (mailFault(error)?.class === 'configuration') return true;
  return OPEN_CODES.includes(refusalIn(response)?.enhanced) && OF_SENDER.test(response);
}
