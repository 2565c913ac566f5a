/**
 * A whole message as one text. The mail library makes its parts, their headers and their encoding; but it streams them
 * one by one through five streams, with a write to the socket for each, which costs more than all else of a sending.
 */
import { randomBytes } from 'node:crypto';
import MailComposer from 'nodemailer/lib/mail-composer';
import type MimeNode from 'nodemailer/lib/mime-node';
import { encode, wrap } from 'nodemailer/lib/qp';

type Mail = NonNullable<ConstructorParameters<typeof MailComposer>[0]>;

/** @param mail whose parts are texts */
export const rawMessageOf = (mail: Mail): string =>
  `${textOf(new MailComposer({ baseBoundary: nextBoundary(), ...mail }).compile())}\r\n`;

/** What no text can hold, because nobody can guess it: chance is asked for once, not for every part of every message. */
const UNGUESSABLE = randomBytes(12).toString('hex');
let messages = 0;
const nextBoundary = (): string => `${UNGUESSABLE}-${(messages += 1)}`;

function textOf(node: MimeNode): string {
  const headers = `${node.buildHeaders()}\r\n\r\n`;
  if (node.childNodes.length > 0) {
    const parts = node.childNodes.map((child) => `--${String(node.boundary)}\r\n${textOf(child)}`);
    return `${headers}${parts.join('\r\n')}\r\n--${String(node.boundary)}--`;
  }
  return headers + encoded(node);
}

/** A text of short lines in plain ASCII needs no encoding; where a part is empty there is nothing to encode. */
function encoded(node: MimeNode): string {
  const { content = '' } = node;
  const encoding = node.getTransferEncoding();
  if (typeof content === 'string') {
    if (encoding === 'quoted-printable') return wrap(encode(content));
    if (encoding === '7bit' || !encoding) return content;
  }
  throw new TypeError(`expected a text, plain or encoded as quoted-printable: ${String(encoding)}`);
}
