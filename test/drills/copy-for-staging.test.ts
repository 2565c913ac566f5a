/** Drill: a copy for staging, by the runbook's commands: it writes to nobody, and takes nothing of the original's. */
import { selectRows } from '../../src/db/query.ts';
import { findInstallation } from '../../src/ledger/installation.ts';
import { sweep } from '../../src/operations/runs/sweep.ts';
import { importRows, numbered } from '../support/accounts.ts';
import { copyOf } from '../support/copying.ts';
import { Drill } from '../support/drill.ts';
import { daysAgo } from '../support/drilling.ts';
import { settleAsOf } from '../support/facts.ts';
import { runHere } from '../support/in-process.ts';
import { type Installation, install } from '../support/installation.ts';
import { type PostOffice, openPostOffice } from '../support/post-office.ts';
import { countOf } from '../support/state.ts';
import { sweepAndSend } from '../support/sweeping.ts';

const IDS = numbered('a', 8).map((one) => one.id);

describe('a copy for staging', () => {
  let office: PostOffice;
  let original: Installation;
  let copy: Installation | undefined;
  beforeAll(async () => {
    office = await openPostOffice();
    original = await install({ env: { SMTP_URL: office.url } });
  });
  afterAll(async () => {
    await copy?.remove();
    await original.remove();
    await office.stop();
  });

  it('can neither write to members nor take jobs of the original', async () => {
    const { app, db } = original;
    const since = { anchorOn: daysAgo(75), trackedFrom: `${daysAgo(60)}T00:00:00Z` };
    await importRows(
      app,
      IDS.map((id) => ({ id, ...since })),
    );
    await runHere(['tokens', 'add', 'feed', '--role', 'ingest'], { app });
    // At the moment of the copy letters wait, a run is open, and its jobs are in Redis.
    await settleAsOf(app, IDS.slice(0, 4), Date.parse(`${daysAgo(30)}T00:00:00Z`));
    await sweep(app.sweepDeps, { source: 'command', actor: 'test' });
    const jobs = await app.queue.countSettling();
    expect(jobs.waiting).toBe(8);
    // The worst case: it is left with the original's mail server.
    copy = await copyOf(original, { SMTP_URL: office.url });

    const drill = new Drill('a copy for staging', copy.app);
    await drill.follow(4);
    expect(await findInstallation(copy.db)).not.toBe(await findInstallation(db));
    await drill.query();
    const [, swept] = await drill.follow(4);
    expect(drill.left).toBe(0);
    expect(swept?.stdout).toContain('completed');
    expect(office.letters).toEqual([]);
    const due = 'SELECT COUNT(*) FROM accounts WHERE next_cycle_at <= UTC_TIMESTAMP()';
    expect([await countOf(copy.db, due), await countOf(db, due)]).toEqual([0, 8]);
    expect(await app.queue.countSettling()).toEqual(jobs);
    const emails = await selectRows<{ email: string }>(copy.db, 'SELECT DISTINCT email FROM contacts');
    expect(emails.every((one) => one.email.endsWith('@copy.invalid'))).toBe(true);
    expect(await countOf(copy.db, 'SELECT COUNT(*) FROM tokens WHERE revoked_at IS NULL')).toBe(0);

    // And the original goes on as if there were no copy.
    await sweepAndSend(app, { asOf: Date.now() - 60_000 });
    expect(new Set(office.letters.map((one) => one.to.join()))).toEqual(
      new Set(IDS.map((id) => `${id}@example.test`)),
    );
    const left = "SELECT id, state, attempts, last_error FROM outbox WHERE state <> 'sent'";
    expect(await selectRows(db, left)).toEqual([]);
  });
});
