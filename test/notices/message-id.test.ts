/** The name under which a letter goes out: made of what it tells. */
import { execute, selectRows } from '../../src/db/query.ts';
import { findMessageIds } from '../../src/operations/mail/compose-notices.ts';
import type { Notice } from '../../src/outbox/outbox.ts';
import { importRows } from '../support/accounts.ts';
import { settleAsOf } from '../support/facts.ts';
import { type Installation, install } from '../support/installation.ts';

let installation: Installation;
beforeAll(async () => {
  installation = await install({ env: { SMTP_URL: '' } });
});
afterAll(() => installation.remove());

describe('a notice', () => {
  it('has a Message-ID of what it tells: its number plays no part, and a number that is given twice names two runs', async () => {
    const { app, db } = installation;
    const unsaved = { accountId: 'h9', runId: null, firstCycleOn: null, lastCycleOn: null, attempts: 0 };
    const grant = { ...unsaved, id: 1, kind: 'grant', ref: 'cycles:2021-03-05..2021-03-05' } as const;
    const idOf = async (notice: Notice): Promise<string> =>
      (await findMessageIds({ db, settings: app.config }, [notice]))(notice);
    const id = await idOf(grant);
    expect(await idOf({ ...grant, id: 2, attempts: 7 })).toBe(id);
    expect(await idOf({ ...grant, accountId: 'h8' })).not.toBe(id);
    expect(await idOf({ ...grant, kind: 'reminder' })).not.toBe(id);
    expect(await idOf({ ...grant, ref: 'cycles:2021-04-05..2021-04-05' })).not.toBe(id);
    await importRows(app, [{ id: 'h9', anchorOn: '2021-03-05' }]);
    await settleAsOf(app, ['h9'], '2021-04-05 00:00');
    const [run] = await selectRows<{ id: number }>(db, 'SELECT MAX(id) AS id FROM runs');
    const ofRun = {
      ...unsaved,
      id: 1,
      kind: 'backfill',
      ref: `run:${run?.id}`,
      runId: run?.id ?? 0,
    } as const;
    const before = await idOf(ofRun);
    expect(await idOf({ ...ofRun, id: 2 })).toBe(before);
    await execute(db, "UPDATE runs SET started_at = '2037-01-01' WHERE id = ?", [run?.id ?? 0]);
    expect(await idOf(ofRun)).not.toBe(before);
  });
});
