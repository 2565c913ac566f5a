/**
 * A whole message in one piece. The mail library makes its head, where what members and operators wrote is quoted and
 * folded; the parts, which are the same two for every letter, are written here. The library streams them one by one
 * through five streams, with a write to the socket for each, which costs more than all else of a sending.
 */
import { randomBytes } from 'node:crypto';
import { foldLines } from 'nodemailer/lib/mime-funcs';
import MimeNode from 'nodemailer/lib/mime-node';
import { GROWTH_MAX, writeQuotedPrintable } from './quoted-printable.ts';

/** What a message is made of; addresses are objects, because a string would be parsed. */
export interface MailFields {
  readonly from: MailAddress;
  readonly to: MailAddress;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly messageId: string;
  /** By name. */
  readonly headers: Readonly<Record<string, string>>;
}

interface MailAddress {
  /** Empty: none. */
  readonly name: string;
  readonly address: string;
}

/** What no text can hold, because nobody can guess it: chance is asked for once, not for every part of every message. */
const UNGUESSABLE = randomBytes(12).toString('hex');
let messages = 0;
const nextBoundary = (): string => `=_${UNGUESSABLE}-${(messages += 1)}`;

/** @param fixed what else would differ from one message to the next */
export function rawMessageOf(
  mail: MailFields,
  fixed: { readonly boundary?: string; readonly date?: Date } = {},
): Buffer {
  const { boundary = nextBoundary(), date = new Date() } = fixed;
  const writing = new Writing();
  writing.words(`${headOf(mail, boundary, date)}\r\n\r\n`);
  for (const [type, text] of [
    ['text/plain', mail.text],
    ['text/html', mail.html],
  ] as const) {
    writing.words(`--${boundary}\r\nContent-Type: ${type}; charset=utf-8\r\n${QUOTED_PRINTABLE}\r\n\r\n`);
    writing.quoted(text);
    writing.words('\r\n');
  }
  writing.words(`--${boundary}--\r\n`);
  return writing.copied();
}

const QUOTED_PRINTABLE = 'Content-Transfer-Encoding: quoted-printable';

/** Encodes and folds as the library does by itself, but once for each line, and without looking at the names of ours. */
const encoding = new MimeNode(false, { textEncoding: 'Q' });

function headOf(mail: MailFields, boundary: string, date: Date): string {
  const lines: string[] = [];
  const add = (name: string, value: Parameters<MimeNode['encodeHeaderValue']>[1]): void => {
    const encoded = encoding.encodeHeaderValue(name, value);
    if (encoded.trim() !== '') lines.push(foldLines(`${name}: ${encoded}`, HEAD_LINE_MAX));
  };
  for (const [name, value] of Object.entries(mail.headers)) add(name, value);
  add('From', mail.from);
  add('To', mail.to);
  add('Subject', mail.subject);
  add('Message-ID', mail.messageId);
  add('Date', date);
  const type = `Content-Type: multipart/alternative; boundary="${boundary}"`;
  lines.push('MIME-Version: 1.0', foldLines(type, HEAD_LINE_MAX));
  return lines.join('\r\n');
}

const HEAD_LINE_MAX = 76;

/** One memory for all messages, as long as the longest needs: each is written into it, and copied out of it. */
let output = Buffer.alloc(0);
let utf8 = new Uint8Array(0);
const encoder = new TextEncoder();
/** Of UTF-8, for one unit of a text. */
const BYTES_MAX = 3;

class Writing {
  #end = 0;

  /** An address may hold letters of any language, and is not encoded: a server that takes it takes UTF-8. */
  words(words: string): void {
    this.#makeRoom(words.length * BYTES_MAX);
    this.#end += output.write(words, this.#end, 'utf8');
  }

  quoted(text: string): void {
    if (utf8.length < text.length * BYTES_MAX) utf8 = new Uint8Array(text.length * BYTES_MAX);
    const { written } = encoder.encodeInto(text, utf8);
    this.#makeRoom(written * GROWTH_MAX);
    this.#end = writeQuotedPrintable(utf8.subarray(0, written), output, this.#end);
  }

  copied(): Buffer {
    return Buffer.from(output.subarray(0, this.#end));
  }

  #makeRoom(bytes: number): void {
    if (output.length >= this.#end + bytes) return;
    const longer = Buffer.allocUnsafeSlow(this.#end + bytes);
    output.copy(longer, 0, 0, this.#end);
    output = longer;
  }
}
