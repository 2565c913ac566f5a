/** What a person must mend of a mail server is told with 78, what may pass with 75; members are settled meanwhile. */
import { startWorker } from '../../jobs/start-worker.ts';
import { type App, composeApp } from '../../src/app.ts';
import { systemClock } from '../../src/clock.ts';
import { parseConfig } from '../../src/config.ts';
import { execute } from '../../src/db/query.ts';
import { createLog, silentLog } from '../../src/log.ts';
import { importRows, numbered } from '../support/accounts.ts';
import { type Certificates, makeCertificates } from '../support/certificates.ts';
import type { Ended } from '../support/cli.ts';
import { runHere } from '../support/in-process.ts';
import { type Installation, install } from '../support/installation.ts';
import { expectGrantedOnce, expectSoonAfter } from '../support/liveness.ts';
import { type OfferedTls, type PostOffice, openPostOffice } from '../support/post-office.ts';
import { openScripted } from '../support/scripted-mail-server.ts';
import { UNTRIED, countOf } from '../support/state.ts';
import { until, waitingSweep } from '../support/sweeping.ts';

let installation: Installation;
let certificates: Certificates;
beforeAll(async () => {
  certificates = makeCertificates();
  installation = await install();
});
afterAll(async () => {
  await installation.remove();
  certificates.remove();
});

interface Serving {
  readonly url: string;
  stop(): void | Promise<void>;
}
type Case = [what: string, code: 75 | 78, mend: string, serve: () => Promise<Serving>];

const GREETED = { greeting: '220 scripted' };
/** One that lets users sign in, and says so to ours. */
const signingIn = async (auth: string): Promise<Serving> => {
  const server = await openScripted({ ...GREETED, ehlo: '250-scripted\r\n250 AUTH PLAIN', auth });
  return { ...server, url: server.url.replace('//', '//connects:secret@') };
};
const presenting = async (
  scheme: OfferedTls['scheme'],
  presented: 'wrongName' | 'expired' | 'selfSigned',
): Promise<Serving> => {
  const office = await openPostOffice({}, 0, { scheme, certificate: certificates[presented] });
  return { ...office, url: `${office.url}?tls=required&ssl-ca=${certificates.ca}` };
};
const plain = async (scheme: OfferedTls['scheme']): Promise<Serving> => {
  const office = await openPostOffice();
  return { ...office, url: `${office.url.replace('smtp:', scheme)}?tls=required` };
};
const gone = async (): Promise<Serving> => {
  const office = await openPostOffice();
  await office.stop();
  return { url: office.url, stop: () => undefined };
};

const ELSEWHERE = 'Something else than the mail server answers there';
const LOGIN = 'refuses user or password: check both in SMTP_URL';
const CASES: Case[] = [
  ['refuses our login', 78, LOGIN, () => signingIn('535 5.7.8 bad credentials')],
  ['refuses our login, and says no more', 78, LOGIN, () => signingIn('535 no')],
  ['refuses logins like ours', 78, 'another way of signing in', () => signingIn('534 5.7.9 too weak')],
  ['cannot look up logins for now', 75, 'Try again', () => signingIn('454 4.7.0 try later')],
  ['breaks off at the login', 75, 'Try again', () => signingIn('451 4.3.0 no directory')],
  ['has a certificate for another name', 78, 'for another name', () => presenting('smtp:', 'wrongName')],
  ['had a certificate', 78, 'have it renewed there', () => presenting('smtps:', 'expired')],
  ['vouches for itself', 78, 'Nobody known here vouches', () => presenting('smtp:', 'selfSigned')],
  ['has no STARTTLS', 78, 'has no TLS at that port', () => plain('smtp:')],
  ['has no TLS', 78, 'has no TLS at that port', () => plain('smtps:')],
  ['is a server of SSH', 78, ELSEWHERE, () => openScripted({ greeting: 'SSH-2.0-other' })],
  ['says what nobody understands', 78, ELSEWHERE, () => openScripted({ greeting: 'hello' })],
  ['does not serve us', 78, 'refuses whatever comes', () => openScripted({ greeting: '554 5.7.1 not you' })],
  ['is overloaded', 75, 'Try again', () => openScripted({ greeting: '421 4.3.2 too busy' })],
  ['is not running', 75, 'Nothing listens there', gone],
  [
    'has a name that nobody knows',
    75,
    'That host name is not known',
    async () => ({ url: 'smtps://mail.invalid', stop: () => undefined }),
  ],
  // Last: what it said is kept until a letter is taken.
  [
    'refuses our sender',
    78,
    'refuses whatever comes from us',
    () => openScripted({ ...GREETED, mail: '550 5.7.1 not for you' }),
  ],
];

const count = (where: string): Promise<number> =>
  countOf(installation.db, `SELECT COUNT(*) FROM outbox WHERE ${where}`);

/** Doctor and one pass of cron, each as a process of its own would know it. */
async function runWith(url: string, args: readonly string[]): Promise<Ended> {
  const app: App = composeApp(parseConfig({ ...installation.env, SMTP_URL: url }), systemClock, silentLog);
  try {
    // What the pass before gave back may be sent at once.
    await execute(installation.db, "UPDATE outbox SET next_attempt_at = staged_at WHERE state = 'pending'");
    return await runHere(args, { app, processes: { startWorker } });
  } finally {
    await app.close();
  }
}

const SWEEP = ['sweep', '--wait', '--work', '--as-of', '2021-05-01T00:00:00Z'];
const containing = (text: string): string => expect.stringContaining(text) as string;
/** Of each case. */
const MEMBERS = 3;
let members = 0;

describe('a mail server that', () => {
  it.each(CASES)('%s: everybody is settled, every letter waits, and it is told with %i', async (...one) => {
    const [, code, mend, serve] = one;
    await importRows(installation.app, numbered(`m${members}`, MEMBERS));
    members += MEMBERS;
    const server = await serve();
    try {
      const swept = await runWith(server.url, SWEEP);
      expect(swept).toMatchObject({ code, stdout: containing(`${MEMBERS} settled`) });
      expect(swept.stderr).toContain(`${members} notices wait: the mail server takes no mail: `);
      expect(swept.stderr).toContain(mend);
      expect(await count(UNTRIED)).toBe(members);
      const granted = 'SELECT COUNT(*) FROM accounts WHERE balance = 40';
      expect(await countOf(installation.db, granted)).toBe(members);

      const { stdout, ...doctor } = await runWith(server.url, ['doctor', '--json']);
      const { findings } = JSON.parse(stdout) as { findings: { check: string }[] };
      expect({ ...doctor, mail: findings.filter(({ check }) => check === 'mail') }).toMatchObject({
        code,
        mail: [{ state: 'fault', kind: code === 78 ? 'config' : 'unavailable', fix: containing(mend) }],
      });
    } finally {
      await server.stop();
    }
  });

  it('is mended gets every letter, each once; and what is to be sent again is no fault any more', async () => {
    const retry = ['notices', 'retry', '--all', '--dry-run'];
    const office = await openPostOffice();
    try {
      expect(await runWith(office.url, retry)).toMatchObject({ code: 78, stderr: containing('550 5.7.1') });
      expect(await runWith(office.url, SWEEP)).toMatchObject({ code: 0 });
      expect(await count("state = 'sent' AND attempts = 1")).toBe(members);
      expect(office.letters).toHaveLength(members);
      expect(new Set(office.letters.map((letter) => letter.messageId)).size).toBe(members);
      expect(await runWith(office.url, retry)).toMatchObject({ code: 0 });
      expect(await runWith(office.url, ['doctor'])).toMatchObject({ stdout: containing('no notice waits') });
    } finally {
      await office.stop();
    }
  });
});

describe('a worker', () => {
  it('tells each kind of it once, goes on settling, and sends soon after it is mended', async () => {
    const refusing = await signingIn('535 5.7.8 bad credentials');
    const lines: { code?: string; mend?: string }[] = [];
    const log = createLog('info', { write: (line) => void lines.push(JSON.parse(line) as object) });
    const own = await install({ env: { SMTP_URL: refusing.url }, log });
    const port = Number(new URL(refusing.url).port);
    const told = (code: string) => until(code, () => lines.some((line) => line.code === code));
    const worker = startWorker(own.app);
    let back: PostOffice | undefined;
    try {
      await importRows(own.app, numbered('a', 10));
      await waitingSweep(own.app);
      await told('mail-configuration');
      await refusing.stop();
      await told('mail-unreachable');
      await importRows(own.app, numbered('b', 10));
      expect(await waitingSweep(own.app)).toMatchObject({ outcome: 'done', remaining: 0 });
      await expectGrantedOnce(own, 20);
      back = await openPostOffice({}, port);
      const mendedAt = performance.now();
      const sent = "SELECT COUNT(*) FROM outbox WHERE state = 'sent' AND attempts = 1";
      await until('all are sent', async () => (await countOf(own.db, sent)) === 20);
      expectSoonAfter(mendedAt);
      expect(back.letters).toHaveLength(20);
    } finally {
      await worker.stop();
      await own.remove();
      await back?.stop();
    }
    expect(lines.filter(({ code }) => code?.startsWith('mail-'))).toMatchObject([
      { code: 'mail-configuration', mend: containing(LOGIN) },
      { code: 'mail-unreachable', mend: containing('Nothing listens there') },
      { code: 'mail-reachable' },
    ]);
  });
});
