/** A mail server that refuses every member alike is out of order: nobody's letter ends by it. */
import { startWorker } from '../../jobs/start-worker.ts';
import { execute, selectRows } from '../../src/db/query.ts';
import { type App, composeApp } from '../../src/app.ts';
import { parseConfig } from '../../src/config.ts';
import { systemClock } from '../../src/clock.ts';
import { createLog } from '../../src/log.ts';
import { importRows, numbered } from '../support/accounts.ts';
import { emptyAll } from '../support/backfilling.ts';
import type { Ended } from '../support/cli.ts';
import { runHere } from '../support/in-process.ts';
import { type Installation, install } from '../support/installation.ts';
import { type PostOffice, type Reply, openPostOffice } from '../support/post-office.ts';
import { stageNotices } from '../support/staged-notices.ts';
import { UNTRIED, countOf } from '../support/state.ts';

let office: PostOffice;
let installation: Installation;
/** What the server says at RCPT, or after DATA, to each member. */
let ofRecipient: (address: string) => Reply | undefined;
let ofMessage: (address: string) => Reply | undefined;

beforeAll(async () => {
  office = await openPostOffice({
    refuseRecipient: (address) => ofRecipient(address),
    refuseMessage: (letter) => ofMessage(letter.to.join()),
  });
  installation = await install({ env: { SMTP_URL: office.url, CONNECTS_MAIL_CONNECTIONS: '2' } });
});
beforeEach(() => {
  ofRecipient = () => undefined;
  ofMessage = () => undefined;
});
afterEach(() => emptyAll(installation.db));
afterAll(async () => {
  await installation.remove();
  await office.stop();
});

const count = (where: string): Promise<number> =>
  countOf(installation.db, `SELECT COUNT(*) FROM outbox WHERE ${where}`);

/** One of cron's processes: nothing of what it knew is known to the next. */
async function pass(args = ['sweep', '--wait', '--work', '--as-of', '2021-05-01T00:00:00Z']): Promise<Ended> {
  const app: App = composeApp(parseConfig(installation.env), systemClock, createLog('silent'));
  try {
    await execute(installation.db, "UPDATE outbox SET next_attempt_at = staged_at WHERE state = 'pending'");
    return await runHere(args, { app, processes: { startWorker } });
  } finally {
    await app.close();
  }
}

const OUTAGE = 'the mail server takes no mail';

describe('a mail server that says the same to every member', () => {
  it.each([
    ['at RCPT', '550 5.7.1', 78, { code: 550, words: '5.7.1 Relaying denied' }],
    ['after DATA', '554 5.7.1', 78, { code: 554, words: '5.7.1 blocked' }],
    // The one that passes by itself.
    ['at RCPT', '550 5.4.5', 75, { code: 550, words: '5.4.5 daily quota exceeded' }],
    ['after DATA', '554 not verified', 78, { code: 554, words: 'not verified' }],
  ] as const)(
    '%s (%s) refuses nobody in the end, and is told with %i by every command that looks',
    async (at, alike, code, reply) => {
      const before = office.letters.length;
      if (at === 'at RCPT') ofRecipient = () => reply;
      else ofMessage = () => reply;
      await stageNotices(installation, 40);
      const first = await pass();
      expect(first).toMatchObject({ code });
      expect(first.stderr).toContain(`40 notices wait: ${OUTAGE}`);
      expect(await count(UNTRIED)).toBe(40);
      expect(await selectRows(installation.db, 'SELECT alike FROM mail_outage')).toEqual([{ alike }]);
      // The next process tries it with one letter.
      expect(await pass()).toMatchObject({ code });
      expect(await count(UNTRIED)).toBe(40);

      const { app } = installation;
      const doctor = await runHere(['doctor'], { app });
      expect(doctor).toMatchObject({ code, stdout: expect.stringContaining(OUTAGE) as string });
      const retried = await runHere(['notices', 'retry', '--all', '--dry-run'], { app });
      expect(retried).toMatchObject({ code, stderr: expect.stringContaining(OUTAGE) as string });
      expect((await runHere(['notices', 'list'], { app })).stderr).toContain(reply.words);

      ofRecipient = () => undefined;
      ofMessage = () => undefined;
      expect(await pass()).toMatchObject({ code: 0, stderr: expect.not.stringContaining(OUTAGE) as string });
      expect(await count("state = 'sent' AND attempts = 1")).toBe(40);
      expect(office.letters.length - before).toBe(40);
      expect(await countOf(installation.db, 'SELECT COUNT(*) FROM mail_outage')).toBe(0);
    },
  );

  it('is counted over processes that each send a few', async () => {
    ofRecipient = () => ({ code: 550, words: '5.7.1 Relaying denied' });
    const codes: number[] = [];
    for (const part of ['a', 'b', 'c']) {
      await importRows(installation.app, numbered(part, 8));
      codes.push((await pass()).code);
    }
    expect(codes).toEqual([0, 0, 78]);
    expect(await count(UNTRIED)).toBe(24);
    ofRecipient = () => undefined;
    expect(await pass()).toMatchObject({ code: 0 });
    expect(await count("state = 'sent'")).toBe(24);
  });
});

describe('a mail server that judges each member by itself', () => {
  const isOdd = (address: string): boolean => /[13579]@/.test(address);

  it('refuses for good whom it refuses, however many are refused alike among those it takes', async () => {
    ofRecipient = (address) => (isOdd(address) ? { code: 550, words: '5.7.1 blocked' } : undefined);
    await stageNotices(installation, 80);
    expect(await pass()).toMatchObject({ code: 0 });
    expect(await count("state = 'sent'")).toBe(40);
    expect(await count("state = 'refused' AND attempts = 1")).toBe(40);
  });

  it('refuses mailboxes that are not there, also thirty in a row', async () => {
    ofRecipient = () => ({ code: 550, words: '5.1.1 user unknown' });
    await stageNotices(installation, 30);
    expect(await pass()).toMatchObject({ code: 0 });
    expect(await count("state = 'refused' AND attempts = 1")).toBe(30);
  });

  it('does so also before everybody is refused: those stay as they are', async () => {
    ofRecipient = (address) => (isOdd(address) ? { code: 550, words: '5.1.1 user unknown' } : undefined);
    await stageNotices(installation, 10);
    await pass();
    await importRows(installation.app, numbered('b', 30));
    ofRecipient = () => ({ code: 550, words: '5.7.1 Relaying denied' });
    expect(await pass()).toMatchObject({ code: 78 });
    ofRecipient = () => undefined;
    expect(await pass()).toMatchObject({ code: 0 });
    expect(await count("state = 'refused'")).toBe(5);
    expect(await count("state = 'sent'")).toBe(35);
  });
});
