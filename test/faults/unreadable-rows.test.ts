/** Rows that nobody can read: each is its own account's failure, wherever it is met; everybody else is served. */
import { createHash } from 'node:crypto';
import { execute, selectRows } from '../../src/db/query.ts';
import { startWorker } from '../../jobs/start-worker.ts';
import { auditFleet } from '../../src/operations/audits/audit.ts';
import { planBackfill } from '../../src/operations/backfills/backfill-plan.ts';
import { recordEvents } from '../../src/operations/events/record-events.ts';
import { stageReminders } from '../../src/operations/mail/stage-reminders.ts';
import { parseEvent } from '../../src/domain/events/events.ts';
import { importRows, numbered } from '../support/accounts.ts';
import { runHere } from '../support/in-process.ts';
import { type Installation, install } from '../support/installation.ts';
import { countGranted, expectSoonAfter, readMetrics } from '../support/liveness.ts';
import { countOf } from '../support/state.ts';
import { waitingSweep } from '../support/sweeping.ts';

const FLEET = 40;

/** What is broken of which account, and the code of its failure. */
const broken: Readonly<Record<string, { readonly sql: string; readonly code: string }>> = {
  'a-001': { sql: "UPDATE accounts SET anchor_on = '0000-00-00' WHERE id = ?", code: 'unreadable-account' },
  'a-005': {
    sql: "UPDATE accounts SET next_cycle_on = '0000-00-00' WHERE id = ?",
    code: 'unreadable-account',
  },
  'a-009': { sql: "UPDATE accounts SET watermark = '0000-00-00' WHERE id = ?", code: 'unreadable-account' },
  'a-013': {
    sql: "UPDATE accounts SET next_cycle_at = '0000-00-00' WHERE id = ?",
    code: 'unreadable-account',
  },
  'a-017': { sql: waitingOf('{"id": "cut o'), code: 'unreadable-event' },
  'a-021': { sql: waitingOf('[1, 2]'), code: 'unreadable-event' },
  'a-025': {
    sql: waitingOf('{"account": "a-025", "type": "interview.replied", "interview": {}}'),
    code: 'unexpected',
  },
  'a-029': {
    sql: waitingOf('{"account": "a-029", "type": "connects.spent", "at": "soon"}'),
    code: 'negative-balance',
  },
};
const ids = Object.keys(broken);
/** Four that cannot be read, and one of each account afterwards. */
const WAITING = 4 + ids.length;

function waitingOf(content: string): string {
  const id = createHash('md5').update(content).digest('hex');
  return `INSERT INTO events (id, account_id, type, at, content_hash, content, state, late, received_at)
    VALUES ('${id}', ?, 'connects.spent', '2021-01-15', '', '${content}', 'waiting', 0, '2021-01-15')`;
}

const spendOf = (account: string) => {
  const parsed = parseEvent({
    id: `s-${account}`,
    account,
    at: '2021-01-20T00:00:00Z',
    type: 'connects.purchased',
    amount: 1,
  });
  if (!parsed.ok) throw new Error('a bad event');
  return parsed.event;
};

describe('rows that cannot be read', () => {
  let installation: Installation;
  beforeAll(async () => {
    installation = await install({ env: { SMTP_URL: '' } });
    await importRows(installation.app, numbered('a', FLEET));
    await installation.db.raw('CREATE TABLE accounts_before SELECT * FROM accounts');
    for (const [id, { sql }] of Object.entries(broken)) await execute(installation.db, sql, [id]);
  });
  afterAll(() => installation.remove());

  it('fail alone and are put aside with their names, and all others are settled', async () => {
    const { app, db } = installation;
    const worker = startWorker(app);
    const startedAt = performance.now();
    const swept = await waitingSweep(app);
    expectSoonAfter(startedAt);
    await worker.stop();
    expect(swept).toMatchObject({ outcome: 'done', remaining: 0 });
    expect(await countGranted(db)).toBe(FLEET - ids.length);
    const failures = await selectRows(
      db,
      'SELECT account_id AS id, code, state, attempts FROM failures ORDER BY account_id',
    );
    expect(failures).toEqual(
      ids.map((id) => ({ id, code: broken[id]?.code, state: 'put-aside', attempts: 3 })),
    );
    const written = 'SELECT COUNT(*) FROM cycles WHERE account_id IN (?)';
    expect(await countOf(db, written, [ids as never])).toBe(0);
  });

  it('let the events of all others be recorded, and keep their own waiting', async () => {
    const all = numbered('a', FLEET).map((one) => one.id);
    const outcomes = await recordEvents(installation.app.recordDeps, all.map(spendOf));
    const of = (outcome: string): string[] => all.filter((_, index) => outcomes[index]?.outcome === outcome);
    expect(of('waiting')).toEqual(ids);
    expect(of('applied')).toHaveLength(FLEET - ids.length);
  });

  it('let the audit, the plan of a backfill, reminders, doctor and the metrics say what they can', async () => {
    const { app, db } = installation;
    const findings: { account: string; code: string }[] = [];
    for await (const one of auditFleet(db, { alarmAgeMs: Infinity })) findings.push(one);
    const unreadable = findings.filter((one) => one.code === 'unreadable').map((one) => one.account);
    expect(unreadable).toEqual(expect.arrayContaining(['a-001', 'a-005', 'a-009', 'a-013']));
    expect(unreadable.every((id) => ids.includes(id))).toBe(true);
    const asked = { from: '2021-02-01', to: '2021-03-01', include: [] };
    await expect(planBackfill(db, { asked })).resolves.toMatchObject({ cycles: 0 });
    await stageReminders(app.reminderDeps);
    const doctor = await runHere(['doctor', '--json'], { app });
    expect(doctor.stdout).toContain('put aside');
    const metrics = await readMetrics(installation);
    const aside = [...metrics.matchAll(/^connects_put_aside_accounts\{.*\} (\d+)$/gm)];
    expect(aside.reduce((sum, [, accounts]) => sum + Number(accounts), 0)).toBe(ids.length);
    expect(metrics).toContain(`connects_waiting_events ${WAITING}\n`);
  });

  it('are settled soon after they were mended, and the events that waited for them are applied', async () => {
    const { app, db } = installation;
    const mended = ['anchor_on', 'next_cycle_on', 'next_cycle_at', 'watermark'];
    await execute(
      db,
      `UPDATE accounts JOIN accounts_before USING (id) SET ${mended.map((one) => `accounts.${one} = accounts_before.${one}`).join(', ')}
        WHERE accounts.id IN (?)`,
      [ids],
    );
    await execute(db, "DELETE FROM events WHERE content_hash = ''");
    const mendedAt = performance.now();
    const rerun = ['rerun', '--all', '--wait', '--work', '--reason', 'mended', '--yes'];
    expect(await runHere(rerun, { app, processes: { startWorker } })).toMatchObject({ code: 0 });
    expectSoonAfter(mendedAt);
    expect(await countOf(db, "SELECT COUNT(*) FROM events WHERE state <> 'applied'")).toBe(0);
    expect(await countOf(db, "SELECT COUNT(*) FROM failures WHERE state <> 'cleared'")).toBe(0);
    const alike = 'SELECT COUNT(DISTINCT balance, last_seq) FROM accounts WHERE id IN (?)';
    expect(await countOf(db, alike, [ids as never])).toBe(1);
  });
});
