/**
 * The mail library's own pool, sending messages of the same kind as the product's and nothing else: no queue, no
 * database, no rendering. As many are handed to it at once as keep its connections busy.
 */
import { createTransport } from 'nodemailer';
import { mailOf } from '../../src/notices/mailer.ts';
import { renderNotice } from '../../src/notices/notice.ts';
import { sampleOf } from '../../src/notices/samples.ts';

const HELD_PER_CONNECTION = 4;
const FROM = { from: { name: 'Connects', address: 'connects@example.test' } };

const [, , smtpUrl = '', messages = '0', connections = '5'] = process.argv;
const transport = createTransport({
  pool: true,
  maxConnections: Number(connections),
  maxMessages: 1e3,
  ignoreTLS: true,
  host: '127.0.0.1',
  port: Number(new URL(smtpUrl).port),
});
const { facts, context } = sampleOf('grant');
const message = renderNotice(facts, context);

let next = 0;
async function sendInTurn(): Promise<void> {
  while (next < Number(messages)) {
    next += 1;
    const letter = { ...message, to: `a${next}@example.test`, messageId: `<notice-${next}@example.test>` };
    await transport.sendMail(mailOf(FROM, letter));
  }
}

await Promise.all(Array.from({ length: Number(connections) * HELD_PER_CONNECTION }, sendInTurn));
transport.close();
process.disconnect();
