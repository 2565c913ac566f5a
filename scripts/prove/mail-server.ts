/** A mail server that keeps account of what it took, and tells at which step of a conversation it is. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { callbackify } from 'node:util';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import type { SmtpStep } from './kill-points.ts';

export interface Taken {
  readonly messageId: string;
  readonly to: string;
}

export interface MailServer {
  readonly url: string;
  /** In order of arrival. */
  readonly taken: readonly Taken[];
  /** Called at every step of every conversation. */
  onStep: (step: SmtpStep) => void;
  stop(): Promise<void>;
}

export async function openMailServer(): Promise<MailServer> {
  const taken: Taken[] = [];
  const kept: MailServer = {
    url: '',
    taken,
    onStep: () => undefined,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    closeTimeout: 100,
    onConnect: (_session, done) => {
      kept.onStep('connected');
      done();
    },
    onMailFrom: (_address, _session, done) => {
      kept.onStep('mail from');
      done();
    },
    onRcptTo: (_address, _session, done) => {
      kept.onStep('rcpt to');
      done();
    },
    onData: callbackify((stream: SMTPServerDataStream, session: SMTPServerSession) =>
      take(kept, taken, stream, session),
    ),
  });
  server.on('error', () => undefined);
  const listening = once(server.server, 'listening');
  server.listen(0, '127.0.0.1');
  await listening;
  return Object.assign(kept, { url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}` });
}

async function take(
  server: MailServer,
  taken: Taken[],
  stream: SMTPServerDataStream,
  session: SMTPServerSession,
): Promise<void> {
  server.onStep('data begins');
  const message = (await buffer(stream)).toString('latin1');
  // A broken connection ends the stream too: only a whole message has a last line.
  if (!message.includes('</html>')) throw new Error('cut short');
  const [, messageId = ''] = /^Message-ID: *(?:\r\n )?(\S+)/im.exec(message) ?? [];
  taken.push({ messageId, to: session.envelope.rcptTo.map((one) => one.address).join() });
  server.onStep('data ended, 250 not sent');
  setImmediate(() => server.onStep('250 sent'));
}
