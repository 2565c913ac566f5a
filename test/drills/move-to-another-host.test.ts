/** Drill: a move to another host, by the runbook's commands, with both hosts at work in the same minute. */
import { startWorker } from '../../jobs/start-worker.ts';
import { type App, composeApp } from '../../src/app.ts';
import { systemClock } from '../../src/clock.ts';
import { parseConfig } from '../../src/config.ts';
import { createLog } from '../../src/log.ts';
import { importRows, numbered } from '../support/accounts.ts';
import { Drill } from '../support/drill.ts';
import { daysAgo } from '../support/drilling.ts';
import { runHere } from '../support/in-process.ts';
import { type Installation, install } from '../support/installation.ts';
import { type PostOffice, openPostOffice } from '../support/post-office.ts';
import { countOf } from '../support/state.ts';

const ACCOUNTS = 300;

describe('a move to another host', () => {
  let office: PostOffice;
  let installation: Installation;
  let newHost: App;
  beforeAll(async () => {
    office = await openPostOffice();
    installation = await install({ env: { SMTP_URL: office.url } });
    // The same environment, and nothing shared but the servers.
    newHost = composeApp(parseConfig(installation.env), systemClock, createLog('silent'));
  });
  afterAll(async () => {
    await newHost.close();
    await installation.remove();
    await office.stop();
  });

  it('grants everybody once and tells everybody once, though both sweep and send at the same time', async () => {
    const { app, db } = installation;
    const since = { anchorOn: daysAgo(75), trackedFrom: `${daysAgo(60)}T00:00:00Z` };
    await importRows(
      app,
      numbered('a', ACCOUNTS).map((one) => ({ ...one, ...since })),
    );
    const drill = new Drill('a move to another host', newHost);
    await drill.follow(2);
    const oldHost = runHere(['sweep', '--wait', '--work'], { app, processes: { startWorker } });
    const [[swept], ended] = await Promise.all([drill.follow(1), oldHost]);
    expect([swept?.code, ended.code]).toEqual([0, 0]);
    await drill.follow(5);
    expect(drill.left).toBe(0);
    expect(await countOf(db, "SELECT COUNT(*) FROM runs WHERE kind = 'sweep'")).toBe(1);
    expect(await countOf(db, 'SELECT COUNT(*) FROM accounts WHERE balance = 20')).toBe(ACCOUNTS);
    expect(office.letters).toHaveLength(ACCOUNTS);
    expect(new Set(office.letters.map((one) => one.messageId)).size).toBe(ACCOUNTS);
  });
});
