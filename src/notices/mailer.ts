/** Sending one message by SMTP. What the server says is an outcome, not an exception. */
import { type Transporter, createTransport } from 'nodemailer';
import { messageOf } from '../errors.ts';
import type { Message } from './layout.ts';

export interface Letter extends Message {
  readonly to: string;
  /** The same for every attempt of one notice, so that a duplicate can be recognised as one. */
  readonly messageId: string;
}

export type SendOutcome =
  | { readonly outcome: 'sent' }
  /** The server will never take it (5xx). */
  | { readonly outcome: 'refused'; readonly words: string }
  /** The server may take it later (4xx), or could not be reached at all. */
  | { readonly outcome: 'try-later'; readonly words: string; readonly reached: boolean };

export interface Mailer {
  send(letter: Letter): Promise<SendOutcome>;
  close(): void;
}

export interface MailerSettings {
  readonly from: { readonly name: string; readonly address: string };
  readonly connectionsMax: number;
  readonly ratePerSecond: number;
}

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);
const CONNECT_TIMEOUT_MS = 10_000;
const SOCKET_TIMEOUT_MS = 60_000;

/**
 * @param url `smtps://user:password@host:465`, or `smtp://host:587`, which must offer STARTTLS; only a server on this
 *   machine is spoken to in the clear (`?tls=required` demands it there too)
 */
export function connectMailer(url: string, settings: MailerSettings): Mailer {
  const parsed = new URL(url);
  const secure = parsed.protocol === 'smtps:';
  const plain = LOOPBACK.has(parsed.hostname) && parsed.searchParams.get('tls') !== 'required';
  const transport = createTransport({
    pool: true,
    host: parsed.hostname,
    port: Number(parsed.port || (secure ? 465 : 587)),
    secure,
    // Without this a server that stops offering STARTTLS would be sent to in the clear.
    requireTLS: !secure && !plain,
    ignoreTLS: plain,
    ...(parsed.username && {
      auth: { user: decodeURIComponent(parsed.username), pass: decodeURIComponent(parsed.password) },
    }),
    maxConnections: settings.connectionsMax,
    maxMessages: 1_000,
    rateDelta: 1_000,
    rateLimit: settings.ratePerSecond,
    connectionTimeout: CONNECT_TIMEOUT_MS,
    socketTimeout: SOCKET_TIMEOUT_MS,
  });
  return {
    send: (letter) => send(transport, settings, letter),
    close: () => transport.close(),
  };
}

async function send(transport: Transporter, settings: MailerSettings, letter: Letter): Promise<SendOutcome> {
  try {
    await transport.sendMail({
      from: settings.from,
      // Objects and an explicit envelope: a string would be parsed, and a crafted one could name a second recipient.
      to: { name: '', address: letter.to },
      envelope: { from: settings.from.address, to: [letter.to] },
      subject: letter.subject,
      text: letter.text,
      html: letter.html,
      messageId: letter.messageId,
      headers: { 'Auto-Submitted': 'auto-generated' },
    });
    return { outcome: 'sent' };
  } catch (error) {
    return outcomeOf(error as SmtpError);
  }
}

interface SmtpError extends Error {
  readonly code?: string;
  readonly responseCode?: number;
}

/**
 * Only what the server says of this recipient or this message is final. A refused login or a missing STARTTLS is the
 * server's trouble, or ours, and no reason to give up on the message.
 */
function outcomeOf(error: SmtpError): SendOutcome {
  const ofThisMessage = error.code === 'EENVELOPE' || error.code === 'EMESSAGE';
  const permanent = (error.responseCode ?? 0) >= 500;
  if (ofThisMessage && permanent) return { outcome: 'refused', words: messageOf(error) };
  return {
    outcome: 'try-later',
    words: messageOf(error),
    reached: ofThisMessage && error.responseCode !== undefined,
  };
}
