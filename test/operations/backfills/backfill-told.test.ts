/** What a backfill tells: members by email, and whoever asks later by the audit log. */
import { importRows, numbered } from '../../support/accounts.ts';
import { asking, backfilled, emptyAll } from '../../support/backfilling.ts';
import { fact, record } from '../../support/facts.ts';
import { runHere } from '../../support/in-process.ts';
import { type Installation, install } from '../../support/installation.ts';
import { readState } from '../../support/state.ts';

let installation: Installation;

beforeAll(async () => {
  installation = await install();
});
afterEach(() => emptyAll(installation.db));
afterAll(() => installation.remove());

describe('notices', () => {
  const late = { anchorOn: '2021-01-10', trackedFrom: '2021-06-01T00:00:00Z' };

  it.each([
    ['none', [], 'not-asked'],
    ['digest', [['2021-02-10', '2021-03-10']], 'staged'],
    [
      'each',
      [
        ['2021-02-10', '2021-02-10'],
        ['2021-03-10', '2021-03-10'],
      ],
      'staged',
    ],
  ] as const)('are staged as asked: %s', async (notify, notices, recorded) => {
    const { app, db } = installation;
    await importRows(app, [{ ...late, id: 'a' }]);
    await backfilled(app, asking('2021-02-01', '2021-03-31'), { notify });
    const { outbox, cycles } = await readState(db);
    const own = outbox.filter((one) => one.kind === 'backfill');
    expect(own.map((one) => [one.first_cycle_on, one.last_cycle_on])).toEqual(notices);
    expect(cycles.slice(0, 2).map((one) => one.notice)).toEqual([recorded, recorded]);
  });

  it('tell every entry: what went to what was owed is a line of its own', async () => {
    const { app } = installation;
    await importRows(app, [{ ...late, id: 'a', plan: 'plus' }]);
    await record(app, [
      fact('a-spent', 'a', '2021-06-12 09:00', 'connects.spent', { amount: 80 }),
      fact('a-unpaid', 'a', '2021-06-14 09:00', 'payment.failed', { cycleOn: '2021-06-10' }),
    ]);
    await backfilled(app, asking('2021-02-01', '2021-03-31'), { notify: 'digest' });
    const shown = await runHere(['notices', 'preview', 'backfill', '--account', 'a'], { app });
    expect(shown.stdout).toContain('Subject: 90 Connects added for 2 past billing cycles\n');
    expect(shown.stdout).toContain('\n  210 + 20 free + 140 Plus − 70 owed = 300\n');
  });
});

describe('the audit log', () => {
  it('has who started it and why, and what each batch changed', async () => {
    const { app, db } = installation;
    await importRows(app, numbered('a', 2, { anchorOn: '2021-01-10', trackedFrom: '2021-06-01T00:00:00Z' }));
    const backfill = await backfilled(app, asking('2021-02-01', '2021-02-28'), {
      actor: 'ann',
      reason: 'late import',
    });
    const [rows] = (await db.raw(
      'SELECT actor, action, target, reason, before_is, after_is, run_id FROM audit_log ORDER BY id',
    )) as [{ action: string; before_is: string | null; after_is: string }[]];
    const told = rows.filter((one) => one.action.startsWith('backfill'));
    expect(told).toMatchObject([
      {
        actor: 'ann',
        action: 'backfill.start',
        reason: 'late import',
        target: `backfill:${backfill.id}`,
        run_id: backfill.runId,
      },
      { actor: 'ann', action: 'backfill.grant', reason: 'late import', run_id: backfill.runId },
    ]);
    expect(JSON.parse(told[0]?.after_is ?? '')).toMatchObject({
      planned: { accounts: 2, cycles: 2, connects: 20 },
    });
    expect(JSON.parse(told[1]?.before_is ?? '')).toEqual({
      accounts: 2,
      first: 'a-000',
      last: 'a-001',
      balances: 420,
    });
    expect(JSON.parse(told[1]?.after_is ?? '')).toEqual({
      cycles: 2,
      connects: 20,
      recovered: 0,
      balances: 440,
    });
  });
});
