/** A mail server that keeps account of what it took, and tells at which step of a conversation it is. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';
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
    onData: (stream, session, done) => {
      kept.onStep('data begins');
      buffer(stream)
        .then((message) => {
          const [, messageId = ''] = /^Message-ID: *(?:\r\n )?(\S+)/im.exec(message.toString('latin1')) ?? [];
          // A broken connection ends the stream too: only a whole message has a last line.
          if (!message.toString('latin1').includes('</html>')) return done(new Error('cut short'));
          taken.push({ messageId, to: session.envelope.rcptTo.map((one) => one.address).join() });
          kept.onStep('data ended, 250 not sent');
          done();
          return setImmediate(() => kept.onStep('250 sent'));
        })
        .catch(done);
    },
  });
  server.on('error', () => undefined);
  const listening = once(server.server, 'listening');
  server.listen(0, '127.0.0.1');
  await listening;
  return Object.assign(kept, { url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}` });
}
