/**
 * The mail library's own pool, sending the product's letters, composed beforehand, and nothing else: no queue, no database,
 * no rendering. As many are handed to it at once as keep its connections busy.
 */
import { readFileSync } from 'node:fs';
import { createTransport } from 'nodemailer';
import { type Letter, mailOf } from '../../src/notices/mailer.ts';

const HELD_PER_CONNECTION = 4;

const [, , smtpUrl = '', messages = '0', connections = '5', file = ''] = process.argv;
const { from, letters } = JSON.parse(readFileSync(file, 'utf8')) as {
  readonly from: { readonly name: string; readonly address: string };
  readonly letters: readonly Letter[];
};
const transport = createTransport({
  pool: true,
  maxConnections: Number(connections),
  maxMessages: 1e3,
  ignoreTLS: true,
  host: '127.0.0.1',
  port: Number(new URL(smtpUrl).port),
});

let next = 0;
async function sendInTurn(): Promise<void> {
  while (next < Number(messages)) {
    const letter = letters[next % letters.length] as Letter;
    next += 1;
    await transport.sendMail(mailOf({ from }, letter));
  }
}

await Promise.all(Array.from({ length: Number(connections) * HELD_PER_CONNECTION }, sendInTurn));
transport.close();
process.disconnect();
