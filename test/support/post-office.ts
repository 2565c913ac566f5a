/** A real SMTP server on the loopback that keeps what it takes, and refuses what it is told to. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import type { Certificate } from './certificates.ts';

export interface ReceivedLetter {
  readonly from: string;
  /** Of the envelope. */
  readonly to: readonly string[];
  readonly messageId: string | undefined;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly headers: ReadonlyMap<string, unknown>;
}

export interface Reply {
  readonly code: number;
  readonly words: string;
}

export interface PostOfficeRules {
  /** Asked at MAIL FROM. */
  readonly refuseSender?: (address: string) => Reply | undefined;
  /** Asked at RCPT TO. */
  readonly refuseRecipient?: (address: string) => Reply | undefined;
  /** Asked after the message has arrived. */
  readonly refuseMessage?: (letter: ReceivedLetter) => Reply | undefined;
  /** Awaited before a message that has arrived is answered. */
  readonly beforeAnswer?: () => Promise<void> | undefined;
}

export interface PostOffice {
  readonly url: string;
  /** Taken, in order of arrival. */
  readonly letters: readonly ReceivedLetter[];
  /** The most connections that it has had at once. */
  mostConnections(): number;
  stop(): Promise<void>;
}

/** How TLS is offered: `smtps:` from the first byte on, `smtp:` by STARTTLS. */
export interface OfferedTls {
  readonly scheme: 'smtp:' | 'smtps:';
  readonly certificate: Certificate;
}

/** @param tls none by default */
export async function openPostOffice(
  rules: PostOfficeRules = {},
  port = 0,
  tls?: OfferedTls,
): Promise<PostOffice> {
  const letters: ReceivedLetter[] = [];
  let connections = 0;
  let most = 0;
  const server = new SMTPServer({
    disabledCommands: tls ? ['AUTH'] : ['AUTH', 'STARTTLS'],
    ...(tls && {
      secure: tls.scheme === 'smtps:',
      cert: readFileSync(tls.certificate.cert),
      key: readFileSync(tls.certificate.key),
    }),
    disableReverseLookup: true,
    closeTimeout: 100,
    onConnect: (_session, answer) => {
      connections += 1;
      most = Math.max(most, connections);
      answer();
    },
    onClose: () => void (connections -= 1),
    onMailFrom: ({ address }, _session, answer) => answer(errorOf(rules.refuseSender?.(address))),
    onRcptTo: ({ address }, _session, answer) => answer(errorOf(rules.refuseRecipient?.(address))),
    onData: (stream, session, answer) => {
      const { mailFrom, rcptTo } = session.envelope;
      const from = mailFrom ? mailFrom.address : '';
      const to = rcptTo.map((one) => one.address);
      buffer(stream)
        .then(parse)
        .then(async (letter) => {
          await rules.beforeAnswer?.();
          const refused = rules.refuseMessage?.({ from, to, ...letter });
          if (!refused) letters.push({ from, to, ...letter });
          answer(errorOf(refused));
        })
        .catch(answer);
    },
  });
  // A sender that is killed breaks its connection: that is what some tests are about.
  server.on('error', () => undefined);
  const listening = once(server.server, 'listening');
  server.listen(port, '127.0.0.1');
  await listening;
  return {
    url: `${tls?.scheme ?? 'smtp:'}//127.0.0.1:${(server.server.address() as AddressInfo).port}`,
    letters,
    mostConnections: () => most,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

const errorOf = (reply: Reply | undefined): Error | null =>
  reply ? Object.assign(new Error(reply.words), { responseCode: reply.code }) : null;

async function parse(message: Buffer): Promise<Omit<ReceivedLetter, 'from' | 'to'>> {
  const { messageId, subject, text, html, headers } = await simpleParser(message, {
    skipTextToHtml: true,
    skipHtmlToText: true,
  });
  return {
    messageId,
    subject: subject ?? '',
    text: text ?? '',
    html: html || '',
    headers,
  };
}
