/** Locks that somebody keeps, as doctor tells of them. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, connectDatabase } from '../../../src/db/connection.ts';
import { type OpenTransaction, listOpenTransactions } from '../../../src/db/open-transactions.ts';
import { selectOne } from '../../../src/db/query.ts';
import type { Finding } from '../../../src/operations/upkeep/doctor/finding.ts';
import { checkLocks } from '../../../src/operations/upkeep/doctor/lock-checks.ts';
import { importRows, numbered } from '../../support/accounts.ts';
import { type Installation, install } from '../../support/installation.ts';
import { type Holder, holdRows } from '../../support/liveness.ts';
import { until } from '../../support/sweeping.ts';

describe('a lock that somebody keeps', () => {
  let installation: Installation;
  let holder: Holder;
  let connection: number;
  beforeAll(async () => {
    installation = await install({ env: { SMTP_URL: '' } });
    await importRows(installation.app, numbered('a', 5));
  });
  beforeEach(async () => {
    holder = await holdRows(installation, "SELECT id FROM accounts WHERE id = 'a-003' FOR UPDATE");
    const row = await selectOne<{ id: number }>(holder.transaction, 'SELECT CONNECTION_ID() AS id');
    connection = row?.id ?? 0;
  });
  afterEach(() => holder.release());
  afterAll(() => installation.remove());

  /** The server shows what it knew a tenth of a second ago, and goes on doing so while it is asked more often than that. */
  const open = async (olderThanSeconds: number): Promise<OpenTransaction | undefined> => {
    await sleep(250);
    const all = (await listOpenTransactions(installation.db, olderThanSeconds)) ?? [];
    return all.find((one) => one.connection === connection);
  };

  it('is told with the accounts that wait for it, and with what frees them', async () => {
    const findings: readonly Finding[] = await checkLocks(installation.app, true);
    expect(findings).toMatchObject([
      { check: 'locks', state: 'warning', found: expect.stringContaining('a-003') as string },
    ]);
    expect(findings[0]?.fix).toMatch(/KILL/);
    await holder.release();
    expect(await checkLocks(installation.app, true)).toMatchObject([{ state: 'ok' }]);
  });

  it('is known with its connection, whose it is, how old, and how long it has been silent', async () => {
    await until('it is silent for a second', async () => ((await open(1))?.silentSeconds ?? 0) >= 1);
    const own = await open(1);
    expect(own).toMatchObject({
      user: 'root',
      rowsLocked: expect.any(Number) as number,
      ageSeconds: expect.any(Number) as number,
    });
  });

  it('is not seen without the right PROCESS, and is with it', async () => {
    const user = `app_${randomBytes(4).toString('hex')}`;
    const url = new URL(installation.env.DATABASE_URL as string);
    url.username = user;
    const admin = installation.db;
    await admin.raw(`CREATE USER '${user}'@'localhost'`);
    await admin.raw(`GRANT SELECT ON ${url.pathname.slice(1)}.accounts TO '${user}'@'localhost'`);
    try {
      await as(url, async (app) => {
        expect(await listOpenTransactions(app, 0)).toBeUndefined();
      });
      await admin.raw(`GRANT PROCESS ON *.* TO '${user}'@'localhost'`);
      await as(url, async (app) => {
        const seen = async (): Promise<boolean> => {
          await sleep(250);
          return ((await listOpenTransactions(app, 0)) ?? []).some((one) => one.connection === connection);
        };
        await until('it is seen', seen);
      });
      await holder.transaction.raw('SELECT 1');
    } finally {
      await admin.raw(`DROP USER '${user}'@'localhost'`);
    }
  });
});

async function as(url: URL, work: (app: Database) => Promise<void>): Promise<void> {
  const app = connectDatabase(url.toString(), 1);
  try {
    await work(app);
  } finally {
    await app.destroy();
  }
}
