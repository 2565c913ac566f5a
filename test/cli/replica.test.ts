/** A replica that has stopped: what is read from it is told to be of the past, and nothing is judged by it. */
import { type App, composeApp } from '../../src/app.ts';
import { systemClock } from '../../src/clock.ts';
import { parseConfig } from '../../src/config.ts';
import { startConsole } from '../../src/console/server.ts';
import { silentLog } from '../../src/log.ts';
import { readLagMs } from '../../src/reports/lag.ts';
import { addToken } from '../../src/operations/upkeep/tokens.ts';
import { importRows, numbered } from '../support/accounts.ts';
import { bought, record } from '../support/facts.ts';
import { runHere } from '../support/in-process.ts';
import { Client } from '../support/console-client.ts';
import { type Installation, install } from '../support/installation.ts';
import { sweepAndSend } from '../support/sweeping.ts';

const PAGES = [
  '/',
  '/runs',
  '/failures',
  '/accounts',
  '/accounts/a-001',
  '/accounts/a-001?tab=history',
  '/backfills',
  '/emails',
  '/audit-log',
  '/terms',
  '/search?q=nobody',
];

describe('a replica that has stopped', () => {
  let primary: Installation;
  let replica: Installation;
  let app: App;
  beforeAll(async () => {
    primary = await install({ env: { SMTP_URL: '' } });
    // A database of its own: what was copied to it is what both are given, and then it has stopped.
    replica = await install({ env: { SMTP_URL: '' } });
    for (const one of [primary, replica]) await importRows(one.app, numbered('a', 12));
    app = composeApp(
      parseConfig({
        ...primary.env,
        READ_DATABASE_URL: replica.env.DATABASE_URL,
        CONNECTS_CONSOLE_PORT: '0',
        CONNECTS_MEMBER_SECRET: 'a secret of members, of 32 characters',
        CONNECTS_MEMBER_URL: 'http://here',
      }),
      systemClock,
      silentLog,
    );
  });
  afterAll(async () => {
    await app.close();
    await replica.remove();
    await primary.remove();
  });

  const run = (...args: string[]) => runHere(args, { app });
  /** The console's, which is read from it, too. */
  const page = async (of = app, knowing = primary): Promise<string> =>
    (await pages(['/'], of, knowing))[0] ?? '';
  const pages = async (paths: readonly string[], of = app, knowing = primary): Promise<string[]> => {
    const served = await startConsole(of);
    try {
      const client = await Client.signedIn(knowing, served.url, 'viewer');
      return await Promise.all(paths.map((path) => client.read(path)));
    } finally {
      await served.stop();
    }
  };
  const behind = 'the replica of READ_DATABASE_URL is 60 min behind';
  const READERS = [
    ['export', 'entries'],
    ['account', 'show', 'a-001'],
    ['account', 'explain', 'a-001'],
    ['account', 'forecast', 'a-001'],
  ];

  it('is not behind while it lacks nothing, or has lacked it for a moment', async () => {
    expect(await readLagMs(primary.db, replica.db)).toBe(0);
    await record(primary.app, [bought('e1', 'a-001', '2021-01-05 10:00')]);
    expect(await readLagMs(primary.db, replica.db)).toBeLessThan(10_000);
    for (const args of READERS) expect(await run(...args)).toMatchObject({ code: 0, stderr: '' });
    expect(await page()).not.toContain('The replica of READ_DATABASE_URL');
  });

  it('is told of wherever it is read, and by doctor', async () => {
    await primary.db.raw('UPDATE events SET received_at = received_at - INTERVAL 1 HOUR');
    for (const args of READERS)
      expect(await run(...args)).toMatchObject({
        code: 0,
        stderr: expect.stringContaining(behind) as string,
      });
    expect((await run('doctor')).stdout).toContain(behind);
    expect(await page()).toContain(`${behind.replace('the', 'The')}: this page is as of then.`);
  });

  it('is told of by every page that is read from it, once, and by the header of what /v1 answers', async () => {
    const told = `${behind.replace('the', 'The')}: this page is as of then.`;
    const shown = await pages(PAGES);
    for (const [index, path] of PAGES.entries())
      expect({ path, told: shown[index]?.split(told).length }).toEqual({ path, told: 2 });
    const served = await startConsole(app);
    try {
      const { secret } = await addToken(primary.app, {
        name: 'reader',
        role: 'viewer',
        actor: 'test',
        reason: null,
      });
      for (const path of ['/v1/accounts/a-001', '/v1/runs', '/v1/overview']) {
        const answer = await fetch(new URL(path, served.url), {
          headers: { Authorization: `Bearer ${secret}` },
        });
        expect({ path, status: answer.status, behind: answer.headers.get('Replica-Behind-Seconds') }).toEqual(
          {
            path,
            status: 200,
            behind: expect.stringMatching(/^36\d\d$/) as string,
          },
        );
      }
      const client = await Client.signedIn(primary, served.url, 'viewer');
      const file = await client.ask('/failures.csv');
      expect([file.status, file.headers.get('Replica-Behind-Seconds')]).toEqual([200, expect.any(String)]);
      const { stdout } = await run('account', 'link', 'a-001', '--reason', 'a test');
      const address = /https?:\S+\/m\/\S+/.exec(stdout)?.[0] ?? '';
      const asked = Date.now();
      const text = await (await fetch(new URL(new URL(address).pathname, served.url))).text();
      // Of an hour ago, by its own clock.
      const hour = new Date(asked - 3_600_000).toISOString().slice(11, 13);
      expect(/As of ([^<]*)\. Dates/.exec(text)?.[1]).toContain(` ${hour}:`);
    } finally {
      await served.stop();
    }
  });

  it('is shown by the console also while the primary is away, and how far it is behind is said to be unknown', async () => {
    const away = composeApp(
      parseConfig({
        ...primary.env,
        DATABASE_URL: 'mysql://nobody@127.0.0.1:1/none',
        READ_DATABASE_URL: replica.env.DATABASE_URL,
        CONNECTS_CONSOLE_PORT: '0',
      }),
      systemClock,
      silentLog,
    );
    const shown = await page(away, replica);
    await away.close();
    expect(shown).toContain('12 accounts');
    expect(shown).toContain('is behind is not known, because the primary cannot be asked');
  });

  it('makes the audit find nothing: that reads the primary', async () => {
    await sweepAndSend(primary.app, { asOf: Date.now() - 60_000 });
    const audited = await run('audit');
    expect({ code: audited.code, stderr: audited.stderr }).toEqual({
      code: 0,
      stderr: expect.any(String) as string,
    });
  });
});
