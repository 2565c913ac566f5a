/** A server that takes packets of a mebibyte: what is larger goes in several, and no batch is lost to its size. */
import { connectDatabase } from '../../src/db/connection.ts';
import { databaseNow, selectOne } from '../../src/db/query.ts';
import { insertRun } from '../../src/ledger/runs.ts';
import { settleAccounts } from '../../src/operations/settling/settle-accounts.ts';
import { importRows, numbered } from '../support/accounts.ts';
import { type Installation, install } from '../support/installation.ts';
import { expectSoonAfter } from '../support/liveness.ts';
import { type PrivateServer, privateDatabase } from '../support/private-servers.ts';
import { countOf } from '../support/state.ts';

const FLEET = 500;
const CYCLES = 20;
const MEBIBYTE = 1024 * 1024;

describe('a server with packets of a mebibyte', () => {
  let database: PrivateServer;
  let installation: Installation;
  beforeAll(async () => {
    database = await privateDatabase();
    const root = connectDatabase(database.url, 1);
    await root.raw(`SET GLOBAL max_allowed_packet = ${MEBIBYTE}`);
    await root.destroy();
    installation = await install({ databaseServer: database.url, env: { SMTP_URL: '' } });
    await importRows(installation.app, numbered('a', FLEET));
  });
  afterAll(async () => {
    await installation.remove();
    await database.remove();
  });

  it('settles five hundred accounts whose catch-up is larger than that', async () => {
    const { app, db } = installation;
    const run = (await insertRun(db, {
      kind: 'sweep',
      asOf: Date.parse('2022-09-01T00:00:00Z'),
      termsVersion: 1,
      notify: 'digest',
      actor: 'test',
      reason: null,
      dueAtStart: FLEET,
      at: await databaseNow(db),
      openKey: 'sweep',
    })) as number;
    const startedAt = performance.now();
    const outcomes = await settleAccounts(
      { ...app.settleDeps, settings: { ...app.settleDeps.settings, boundariesMax: 100_000 } },
      numbered('a', FLEET).map((one) => ({ account: one.id, run })),
    );
    expectSoonAfter(startedAt);
    expect([...outcomes.values()].every((one) => one.outcome === 'settled')).toBe(true);
    expect(await countOf(db, 'SELECT COUNT(*) FROM cycles')).toBe(FLEET * CYCLES);
    const packet = await selectOne<{ bytes: number }>(db, 'SELECT @@max_allowed_packet AS bytes');
    expect(packet?.bytes).toBe(MEBIBYTE);
  });
});
