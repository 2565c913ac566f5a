/** A message in one piece: the head that the mail library would have made, and parts that are read as what was written. */
import MailComposer from 'nodemailer/lib/mail-composer';
import fc from 'fast-check';
import { simpleParser } from 'mailparser';
import { NOTICE_KINDS } from '../../src/domain/notice-kinds.ts';
import { mailOf } from '../../src/notices/mailer.ts';
import { rawMessageOf } from '../../src/notices/mime.ts';
import { renderNotice } from '../../src/notices/notice.ts';
import type { Message } from '../../src/notices/page.ts';
import { sampleOf } from '../../src/notices/samples.ts';

const FROM = { from: { name: 'Connects', address: 'connects@example.test' } };
/** What else would differ from one message to the next. */
const FIXED = { date: new Date('2021-03-16T00:00:00Z'), boundary: '--_NmP-fixed-Part_1' };

const mailFor = (message: Message, to = 'a1@example.test') =>
  mailOf(FROM, {
    ...message,
    to,
    messageId: '<notice-1.a1@example.test>',
    unsubscribeUrl: `https://example.test/emails?account=${'a1-'.repeat(40)}`,
  });
type Mail = ReturnType<typeof mailFor>;

const messageOf = (kind: (typeof NOTICE_KINDS)[number]): Message => {
  const { facts, context } = sampleOf(kind);
  return renderNotice(facts, context);
};

const written = (mail: Mail): string => rawMessageOf(mail, FIXED).toString('latin1');

const streamed = async (mail: Mail): Promise<string> => {
  const composer = new MailComposer({ ...mail, date: FIXED.date, baseBoundary: 'fixed' });
  return (await composer.compile().build()).toString('latin1');
};

const [HEAD, TEXT, HTML] = [0, 1, 2];
const partsOf = (raw: string): string[] => raw.split(`--${FIXED.boundary}`);

/** The content of a part, as whoever knows RFC 2045 reads it: with line ends as they are sent. */
function readPart(raw: string, at: number): string {
  const part = partsOf(raw)[at] ?? '';
  const encoded = part.slice(part.indexOf('\r\n\r\n') + 4).replace(/\r\n$/, '');
  const bytes = encoded
    .replaceAll('=\r\n', '')
    .replaceAll(/=([0-9A-F]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

const asSent = (text: string): string => text.replaceAll(/\r?\n/g, '\r\n');

/** What is read of a message, and what no line of it may be. */
function readBack(mail: Mail) {
  const raw = written(mail);
  const lines = raw.slice(raw.indexOf('\r\n\r\n')).split('\r\n');
  return {
    text: readPart(raw, TEXT),
    html: readPart(raw, HTML),
    tooLong: lines.filter((line) => line.length > 76),
    blankAtTheEnd: lines.filter((line) => /[ \t]$/.test(line)),
    beginningWithDot: lines.filter((line) => line.startsWith('.')),
    notPlain: lines.filter((line) => !/^[\t\x20-\x7e]*$/.test(line)),
  };
}

const asWritten = ({ text, html }: Mail) => ({
  text: asSent(text),
  html: asSent(html),
  tooLong: [],
  blankAtTheEnd: [],
  beginningWithDot: [],
  notPlain: [],
});

describe.each(NOTICE_KINDS)('%s', (kind) => {
  const mail = mailFor(messageOf(kind));

  it('has the head that the library makes, and as many parts', async () => {
    const theirs = await streamed(mail);
    expect(partsOf(written(mail))[HEAD]).toBe(partsOf(theirs)[HEAD]);
    // A text of plain letters the library does not encode, and that could be read either way.
    const headsOf = (raw: string) => partsOf(raw).map((part) => part.split('\r\n\r\n')[0]);
    const same = headsOf(theirs).map((head) => head?.replace('7bit', 'quoted-printable'));
    expect(headsOf(written(mail))).toEqual(same);
  });

  it('is read as it was written', () => {
    expect(readBack(mail)).toEqual(asWritten(mail));
  });
});

const TEXTS: readonly (readonly [what: string, text: string])[] = [
  ['nothing', ''],
  ['one line', 'line'],
  ['dots at the beginnings of lines', '.\n..\n.text\n'],
  ['a dot where a line is broken', `${'x'.repeat(75)}.${'y'.repeat(74)}..z`],
  ['spaces at the ends of lines and of all', 'a \nb\t\nc '],
  ['lines of two characters that end it', 'a\r\nb \r\n\r\nc'],
  ['a return without its line', 'a\rb\r'],
  ['other alphabets and signs = ? _', 'Überweisung = 100 % – 日本語 🎉 '.repeat(30)],
  ['one very long word', 'x'.repeat(5_000)],
];

describe.each(TEXTS)('%s', (_what, text) => {
  const subject = text.replaceAll(/\s+/g, ' ').trim() || '(none)';
  const mail = mailFor({ subject, text, html: `<p>${text}</p>` });

  it('is read as it was written', () => {
    expect(readBack(mail)).toEqual(asWritten(mail));
  });

  it('has a subject as the library writes it', async () => {
    const full = { ...mail, text: 'x' };
    expect(partsOf(written(full))[HEAD]).toBe(partsOf(await streamed(full))[HEAD]);
  });
});

test('whatever it says', () => {
  const units = fc.constantFrom('.', ' ', '=', '\t', '\n', '\r\n', 'word', 'é', '−', '🎉', 'x'.repeat(70));
  const texts = fc.array(units, { maxLength: 60 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(texts, texts, (text, html) => {
      const mail = mailFor({ subject: 'any', text, html });
      expect(readBack(mail)).toEqual(asWritten(mail));
    }),
    { numRuns: 300 },
  );
});

test('no character is parted by the end of a line', () => {
  for (let before = 60; before < 80; before += 1) {
    const raw = written(mailFor({ subject: 's', text: `${'x'.repeat(before)}🎉日é`, html: '' }));
    expect(raw).toContain('=F0=9F=8E=89');
    expect(raw).toContain('=E6=97=A5');
    expect(raw).toContain('=C3=A9');
  }
});

test('one message is not written over by the next', () => {
  const first = rawMessageOf(mailFor(messageOf('grant')), FIXED);
  const kept = first.toString('latin1');
  rawMessageOf(mailFor({ subject: 'other', text: 'x'.repeat(100_000), html: 'y' }), FIXED);
  rawMessageOf(mailFor({ subject: 'other', text: 'x', html: 'y'.repeat(1_000) }), FIXED);
  expect(first.toString('latin1')).toBe(kept);
});

test('a crafted address or subject adds no line to the head', () => {
  const mail = mailFor(
    { subject: 'one\r\nBcc: b@example.test', text: 't', html: 'h' },
    'a@x.test,\r\nb@x.test',
  );
  const head = partsOf(written(mail))[HEAD] ?? '';
  expect(head).not.toMatch(/^(Bcc|b@)/m);
});

test.each([
  ['letters before the @', 'jörg…@example.test'],
  ['letters behind it', 'j@bücher.example.test'],
  ['another alphabet', '用户@例え.テスト'],
])('an address may hold %s, as the library writes it', async (_what, to) => {
  const mail = { ...mailFor({ subject: 's', text: 'x', html: 'y' }, to), text: 'x' };
  expect(partsOf(written(mail))[HEAD]).toBe(partsOf(await streamed(mail))[HEAD]);
});

test('the name of who sends it may be of any language', async () => {
  const plain = mailFor({ subject: 's', text: 'x', html: 'y' });
  const mail = { ...plain, from: { name: 'Füße – 日本語', address: 'grüße@example.test' } };
  expect(partsOf(written(mail))[HEAD]).toBe(partsOf(await streamed(mail))[HEAD]);
});

test('is read by a program, too', async () => {
  const message = messageOf('grant');
  const parsed = await simpleParser(rawMessageOf(mailFor(message)));
  expect(parsed.subject).toBe(message.subject);
  expect(parsed.text?.trim()).toBe(message.text.trim());
  expect(parsed.html).toBe(message.html);
});
