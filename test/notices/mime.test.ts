/** A message as one text is, byte for byte, what the mail library would have streamed. */
import MailComposer from 'nodemailer/lib/mail-composer';
import { simpleParser } from 'mailparser';
import { NOTICE_KINDS } from '../../src/domain/notice-kinds.ts';
import { mailOf } from '../../src/notices/mailer.ts';
import { rawMessageOf } from '../../src/notices/mime.ts';
import { renderNotice } from '../../src/notices/notice.ts';
import type { Message } from '../../src/notices/page.ts';
import { sampleOf } from '../../src/notices/samples.ts';

const FROM = { from: { name: 'Connects', address: 'connects@example.test' } };

const mailFor = (message: Message) => ({
  ...mailOf(FROM, { ...message, to: 'a1@example.test', messageId: '<notice-1.a1@example.test>' }),
  // What else would differ from one message to the next.
  date: new Date('2021-03-16T00:00:00Z'),
  baseBoundary: 'fixed',
});

const streamed = async (mail: ReturnType<typeof mailFor>): Promise<string> =>
  (await new MailComposer(mail).compile().build()).toString('latin1');

const messageOf = (kind: (typeof NOTICE_KINDS)[number]): Message => {
  const { facts, context } = sampleOf(kind);
  return renderNotice(facts, context);
};

test.each(NOTICE_KINDS)('%s', async (kind) => {
  const mail = mailFor(messageOf(kind));
  expect(rawMessageOf(mail)).toBe(await streamed(mail));
});

test.each([
  ['an empty one', ''],
  ['one line', 'line'],
  ['dots at the beginnings of lines', '.\n..\n.text\n'],
  ['spaces at the ends of lines and of all', 'a \nb\t\r\nc '],
  ['other alphabets and signs = ? _', 'Überweisung = 100 % – 日本語 🎉 '.repeat(30)],
  ['one very long word', 'x'.repeat(5_000)],
])('text and subject: %s', async (_what, text) => {
  const mail = mailFor({
    subject: text.replaceAll(/\s+/g, ' ').trim() || '(none)',
    text,
    html: `<p>${text}</p>`,
  });
  expect(rawMessageOf(mail)).toBe(await streamed(mail));
});

test('is read as it was written', async () => {
  const message = messageOf('grant');
  const parsed = await simpleParser(rawMessageOf(mailFor(message)));
  expect(parsed.subject).toBe(message.subject);
  expect(parsed.text?.trim()).toBe(message.text.trim());
  expect(parsed.html).toContain('<h1');
});

test('nothing but text is taken', () => {
  const mail = { ...mailFor(messageOf('grant')), textEncoding: 'base64' as const };
  expect(() => rawMessageOf(mail)).toThrow('quoted-printable');
});
