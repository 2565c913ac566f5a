/** Real SMTP conversations: what the server says, or does not, becomes an outcome; what must not be sent is not. */
import { emailField } from '../../src/domain/events/fields.ts';
import { parseEvent } from '../../src/domain/events/events.ts';
import { type Letter, type Mailer, connectMailer } from '../../src/notices/mailer.ts';
import { type MailTrouble, troubleOf } from '../../src/notices/mail-trouble.ts';
import { MailOutage } from '../../src/operations/mail/mail-outage.ts';
import { waitAfter } from '../../src/operations/mail/deliver-notices.ts';
import { createLog } from '../../src/log.ts';
import { parseConfig } from '../../src/config.ts';
import { systemClock } from '../../src/clock.ts';
import { openPostOffice } from '../support/post-office.ts';
import { openScripted } from '../support/scripted-mail-server.ts';
import { until } from '../support/sweeping.ts';

const SETTINGS = {
  from: { name: 'Connects', address: 'connects@example.test' },
  connectionsMax: 2,
  ratePerSecond: 1_000,
};

const letter = (to = 'a1@example.test', more: Partial<Letter> = {}): Letter => ({
  to,
  messageId: '<notice-1.a1@example.test>',
  subject: 'Your Connects are available: 10 added',
  text: 'text',
  html: '<!doctype html><p>markup</p>',
  ...more,
});

async function sendTo(url: string, what: Letter = letter()) {
  const mailer = connectMailer(url, SETTINGS);
  try {
    return await mailer.send(what);
  } finally {
    mailer.close();
  }
}

const GREETED = { greeting: '220 scripted' };

describe('a mail server that says', () => {
  it.each([
    ['550 at the sender', { mail: '550 not from you' }, 'turned-away', 'not from you'],
    ['530 at the sender', { mail: '530 5.7.0 sign in first' }, 'turned-away', 'sign in first'],
    ['552 at the sender', { mail: '552 5.3.4 too large' }, 'refused', 'too large'],
    ['530 at the recipient', { rcpt: '530 5.7.0 sign in first' }, 'turned-away', 'sign in first'],
    ['538 at the message', { data: '538 5.7.11 encrypt first' }, 'turned-away', 'encrypt first'],
    ['a bad sender at the recipient', { rcpt: '553 5.1.8 unknown domain' }, 'turned-away', 'unknown domain'],
    [
      'a refused sender at the recipient, as Postfix does',
      { rcpt: '553 5.7.1 <c@x>: Sender address rejected: not owned' },
      'turned-away',
      'not owned',
    ],
    ['450 at the sender', { mail: '450 not now' }, 'try-later', 'not now'],
    ['550 at the recipient', { rcpt: '550 no such user' }, 'refused', 'no such user'],
    ['452 at the recipient', { rcpt: '452 mailbox full' }, 'try-later', 'mailbox full'],
    ['554 at the message', { data: '554 no messages' }, 'refused', 'no messages'],
    ['451 at the message', { data: '451 disk full' }, 'try-later', 'disk full'],
    ['552 after the message', { end: '552 too large' }, 'refused', 'too large'],
    ['421 after the message', { end: '421 closing' }, 'try-later', 'closing'],
    ['554 instead of a greeting', { greeting: '554 go away' }, 'unreached', 'go away'],
    ['nothing more in the middle', { rcpt: 'hang up' }, 'unreached', ''],
    ['nothing more after the message', { end: 'hang up' }, 'unreached', ''],
  ])('%s', async (_what, script: Record<string, string>, outcome, words) => {
    const server = await openScripted({ ...GREETED, ...script });
    try {
      const sent = await sendTo(server.url);
      expect(sent.outcome).toBe(outcome);
      expect('words' in sent ? sent.words : '').toContain(words);
      // Of a judgement the server's words alone, none of the library's.
      expect(sent.outcome === 'unreached' || ('words' in sent && /^\d{3} /.test(sent.words))).toBe(true);
    } finally {
      server.stop();
    }
  });

  it('nothing to STARTTLS, where TLS is required, is sent nothing in the clear', async () => {
    const server = await openScripted({ ...GREETED, starttls: '502 not here' });
    try {
      const sent = await sendTo(`${server.url}?tls=required`);
      expect(sent.outcome).toBe('unreached');
      expect(server.commands.join()).not.toMatch(/MAIL|RCPT|DATA/i);
    } finally {
      server.stop();
    }
  });
});

describe('what listens and does not greet us', () => {
  it.each([
    ['Redis', { ping: '+PONG' }, 'configuration', /^Redis listens there$/],
    [
      'an HTTP server',
      { ping: 'HTTP/1.1 400 Bad Request' },
      'configuration',
      /^an HTTP server listens there$/,
    ],
    ['nobody who says anything', {}, 'unavailable', /^(Greeting never received|Timeout)$/],
  ])('is named where it says what it is: %s', async (_what, script, kind, words) => {
    const server = await openScripted(script);
    const mailer = connectMailer(server.url, SETTINGS);
    try {
      expect(await mailer.probe(200)).toMatchObject({
        kind,
        words: expect.stringMatching(words) as string,
      });
    } finally {
      mailer.close();
      server.stop();
    }
  });
});

describe('a server that keeps a letter waiting', () => {
  it.each([
    // As much as keeps every timeout of a connection from ringing.
    ['saying a little now and then', { greeting: '220 scripted', mail: 'trickle' }],
    ['saying nothing', { greeting: '220 scripted', end: 'say nothing' }],
  ])('loses it after a while, %s; and the connection is closed', async (_how, script) => {
    const server = await openScripted(script);
    const mailer = connectMailer(server.url, { ...SETTINGS, sendTimeoutMs: 300 });
    try {
      expect(await mailer.send(letter())).toMatchObject({ outcome: 'unreached' });
      await until('it is closed', () => server.open === 0);
    } finally {
      mailer.close();
      server.stop();
    }
  });

  it('loses it at once when it is given up', async () => {
    const server = await openScripted({ greeting: '220 scripted', end: 'say nothing' });
    const mailer = connectMailer(server.url, SETTINGS);
    const giveUp = new AbortController();
    try {
      const sending = mailer.send(letter(), giveUp.signal);
      await until('it is asked', () => server.commands.includes('DATA'));
      giveUp.abort();
      expect(await sending).toMatchObject({ outcome: 'unreached' });
      await until('it is closed', () => server.open === 0);
    } finally {
      mailer.close();
      server.stop();
    }
  });
});

describe('an address', () => {
  it.each([
    'a1@example.test\r\nBcc: everybody@example.test',
    'a1@example.test\nRCPT TO:<everybody@example.test>',
    'a1@example.test, everybody@example.test',
    'Ann <a1@example.test>',
    'a1@example.test>\r\nDATA',
    '"a b"@example.test',
    'a1@example.test ',
    '.a1@example.test',
    'a1.@example.test',
    'b5@bücher.example',
    'jürgen@example.test',
    '',
  ])('such as %j comes in by no door, and goes out by none', async (address) => {
    const event = { id: 'e1', account: 'a1', at: '2021-03-16T09:00:00Z', type: 'account.contact-changed' };
    expect(parseEvent({ ...event, email: address }).ok).toBe(false);
    const office = await openPostOffice();
    try {
      expect(await sendTo(office.url, letter(address))).toMatchObject({ outcome: 'refused' });
      expect(office.letters).toEqual([]);
    } finally {
      await office.stop();
    }
  });

  it.each([
    ['b5@bücher.example', 'expected an email address in ASCII'],
    ['jürgen@example.test', 'expected an email address in ASCII'],
    ['.a1@example.test', 'expected an email address without a dot at the beginning'],
    ['a1@@example.test', 'expected one email address of at most 254 characters'],
  ])('such as %s is refused with what is expected instead', (address, said) => {
    const parsed = emailField.safeParse(address);
    expect(parsed.error?.issues.map((one) => one.message)).toEqual([expect.stringContaining(said)]);
  });

  it('of another script is taken as its domain is written in ASCII', () => {
    expect(emailField.safeParse('b5@xn--bcher-kva.example').success).toBe(true);
  });

  it('and a subject with a line break in it cannot begin another header', async () => {
    const office = await openPostOffice();
    try {
      await sendTo(office.url, letter('a1@example.test', { subject: 'one\r\nBcc: everybody@example.test' }));
      expect(office.letters).toHaveLength(1);
      expect(office.letters[0]?.headers.has('bcc')).toBe(false);
      expect(office.letters[0]?.to).toEqual(['a1@example.test']);
    } finally {
      await office.stop();
    }
  });

  it.each([
    'Connects\r\nBcc: x@example.test <a@example.test>',
    'a@example.test',
    'C <a@example.test>, D <b@example.test>',
  ])('of the sender such as %j is no setting', (text) =>
    expect(() => parseConfig({ CONNECTS_MAIL_FROM: text })).toThrow('CONNECTS_MAIL_FROM'),
  );

  it.each([
    'http://example.test/{account}',
    'https://example.test/emails',
    'https://example.test/{account}>\r\nBcc: x',
    'https://example.test/{account}, <https://elsewhere.test>',
    'javascript:alert("{account}")',
  ])('of the choice of emails such as %j is no setting', (text) =>
    expect(() => parseConfig({ CONNECTS_PREFERENCES_URL: text })).toThrow('CONNECTS_PREFERENCES_URL'),
  );

  it('of the choice of emails is https, with the account in it', () => {
    const url = 'https://example.test/emails?account={account}&by=mail';
    expect(parseConfig({ CONNECTS_PREFERENCES_URL: url }).preferencesUrl).toBe(url);
  });
});

describe('an outage', () => {
  it('is told in two lines of the log, however many suspect it, and asks ever more rarely', async () => {
    let now = 0;
    let probes = 0;
    let trouble: MailTrouble | undefined = troubleOf({ code: 'ECONNREFUSED', message: 'refused' });
    const lines: { level: number; code: string }[] = [];
    const log = createLog('info', { write: (line) => void lines.push(JSON.parse(line) as never) });
    const mailer: Pick<Mailer, 'probe'> = {
      probe: () => {
        probes += 1;
        return Promise.resolve(trouble);
      },
    };
    const outage = new MailOutage({ clock: { ...systemClock, elapsedMs: () => now }, log, mailer });
    expect(await Promise.all(Array.from({ length: 50 }, () => outage.isThere()))).toEqual(
      Array(50).fill(false),
    );
    expect(probes).toBe(1);
    expect(outage.isOn).toBe(true);
    const probedAt: number[] = [];
    for (; now < 200_000; now += 500) {
      const before = probes;
      await outage.allowance(9);
      if (probes > before) probedAt.push(now);
    }
    expect(probedAt.slice(0, 5)).toEqual([1_000, 3_000, 7_000, 15_000, 31_000]);
    expect(probedAt.at(-1)).toBeGreaterThan(170_000);
    trouble = undefined;
    now += 30_000;
    expect(await outage.allowance(9)).toBe(9);
    expect(outage.isOn).toBe(false);
    expect(lines.map((one) => one.code)).toEqual(['mail-unreachable', 'mail-reachable']);
  });

  it('is also a server that puts off one member after another: then it is tried with one letter now and then', async () => {
    let now = 0;
    const lines: { code: string }[] = [];
    const log = createLog('info', { write: (line) => void lines.push(JSON.parse(line) as never) });
    const mailer = { probe: () => Promise.resolve(undefined) };
    const outage = new MailOutage({ clock: { ...systemClock, elapsedMs: () => now }, log, mailer });
    const putOff = (count: number): void => {
      for (let member = 0; member < count; member += 1) outage.putOff(`a-${member}`, '451 queue full');
    };
    putOff(19);
    // Those again are the same members, and one that is taken in between shows that it is not everybody.
    putOff(19);
    outage.judged();
    putOff(19);
    expect(outage.isOn).toBe(false);
    putOff(20);
    expect(outage.isOn).toBe(true);
    expect([await outage.allowance(900), outage.admit(100)]).toEqual([0, 0]);
    now += 1_000;
    expect([await outage.allowance(900), outage.admit(100), outage.admit(100)]).toEqual([1, 1, 0]);
    outage.putOff('a-0', '451 queue full');
    now += 1_999;
    expect(outage.admit(100)).toBe(0);
    now += 1;
    expect(outage.admit(100)).toBe(1);
    outage.judged();
    expect([outage.isOn, outage.admit(100)]).toEqual([false, 100]);
    expect(lines.map((one) => one.code)).toEqual(['mail-not-taken', 'mail-reachable']);
  });

  it('is none where the server is there after all: then the trouble is that one letter’s', async () => {
    const mailer = { probe: () => Promise.resolve(undefined) };
    const outage = new MailOutage({ clock: systemClock, log: createLog('silent'), mailer });
    expect(await outage.isThere()).toBe(true);
    expect(outage.isOn).toBe(false);
  });
});

it('waits between attempts grow fourfold up to four hours, each spread over its second half', () => {
  expect([1, 2, 3, 4, 5, 6, 7].map((attempt) => waitAfter(attempt, 1) / 1_000)).toEqual([
    30, 120, 480, 1_920, 7_680, 14_400, 14_400,
  ]);
  expect(waitAfter(1, 0)).toBe(15_000);
  expect(waitAfter(9, 0.5)).toBe(10_800_000);
});

it('attempts of one notice last for more than a day, however chance has it, and for less than three', () => {
  const { mailAttemptsMax } = parseConfig({});
  const lasts = (chance: number): number =>
    Array.from({ length: mailAttemptsMax - 1 }, (_, before) => waitAfter(before + 1, chance)).reduce(
      (sum, one) => sum + one,
      0,
    );
  expect(lasts(0)).toBeGreaterThan(24 * 3_600_000);
  expect(lasts(1)).toBeLessThan(72 * 3_600_000);
});
