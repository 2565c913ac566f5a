/** Failures as work: who is put aside, for how long, and what people say of them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startWorker } from '../../../jobs/start-worker.ts';
import { execute, selectRows } from '../../../src/db/query.ts';
import { planBackfill } from '../../../src/operations/backfills/backfill-plan.ts';
import { backfilled } from '../../support/backfilling.ts';
import type { Ended } from '../../support/cli.ts';
import { importRows, numbered } from '../../support/accounts.ts';
import { runHere } from '../../support/in-process.ts';
import { type Installation, install } from '../../support/installation.ts';
import { reset } from '../../support/reset.ts';
import { readState } from '../../support/state.ts';
import { sweepAndSend } from '../../support/sweeping.ts';

const BROKEN = ['a-003', 'a-007', 'a-011'];
const INTENT = ['--reason', 'zones are mended', '--yes'];
const REMINDER = 'put aside and nobody has acknowledged it: connects failures list';

interface Listed {
  readonly account: string;
  readonly run: number;
  readonly state: string;
  readonly assignee: string | null;
  readonly ageSeconds: number;
  readonly acknowledged: { by: string; reason: string } | null;
  readonly snoozed: { until: string } | null;
  readonly note: { text: string } | null;
}

describe('failures', () => {
  let installation: Installation;
  let folder: string;
  let run: number;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'failures-'));
    installation = await install({ env: { SMTP_URL: '', CONNECTS_SETTLE_ATTEMPTS: '1' } });
  });
  beforeEach(async () => {
    await reset(installation);
    await importRows(installation.app, numbered('a', 20));
    await setZone('Mars/Olympus', ...BROKEN);
    run = (await sweepAndSend(installation.app)).runs[0]?.id as number;
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await installation.remove();
  });

  const setZone = (zone: string, ...ids: string[]): Promise<unknown> =>
    execute(installation.db, 'UPDATE accounts SET zone = ? WHERE id IN (?)', [zone, ids]);
  const cli = (...args: string[]): Promise<Ended> =>
    runHere(args, { app: installation.app, processes: { startWorker } });
  const list = async (...flags: string[]): Promise<Listed[]> => {
    const { code, stdout } = await cli('failures', 'list', '--json', ...flags);
    expect(code).toBe(0);
    return JSON.parse(stdout) as Listed[];
  };
  const states = async (): Promise<Record<string, string>> =>
    Object.fromEntries((await list()).map((one) => [one.account, one.state]));
  /** As if they had been put aside so long ago. */
  const age = (days: number, ...ids: string[]): Promise<unknown> =>
    execute(
      installation.db,
      `UPDATE failures SET first_at = first_at - INTERVAL ? DAY, put_aside_at = put_aside_at - INTERVAL ? DAY,
              last_at = last_at - INTERVAL ? DAY WHERE account_id IN (?)`,
      [days, days, days, ids],
    );
  const fileOf = (name: string, ...ids: string[]): string => {
    const path = join(folder, name);
    writeFileSync(path, `${ids.join('\n')}\n`);
    return path;
  };

  it('are acknowledged with a reason, until they fail anew', async () => {
    expect(await cli('failures', 'ack', 'a-003')).toMatchObject({ code: 4 });
    const dry = await cli('failures', 'ack', 'a-003', '--reason', 'seen', '--dry-run');
    expect(dry.stdout).toBe('1 account acknowledged (dry run: nothing changed)\n');
    expect(await states()).toEqual({ 'a-003': 'open', 'a-007': 'open', 'a-011': 'open' });
    const acked = await cli(
      'failures',
      'ack',
      'a-003',
      'a-007',
      'a-001',
      '--reason',
      'seen',
      '--actor',
      'ann',
    );
    expect(acked).toMatchObject({
      code: 0,
      stdout: '2 accounts acknowledged\n',
      stderr: '1 account is not put aside so: a-001\n',
    });
    expect(await states()).toEqual({ 'a-003': 'acknowledged', 'a-007': 'acknowledged', 'a-011': 'open' });
    expect((await list('--state', 'acknowledged'))[0]?.acknowledged).toMatchObject({
      by: 'ann',
      reason: 'seen',
    });
    expect((await cli('rerun', '--all', '--account', 'a-003', ...INTENT, '--wait', '--work')).code).toBe(3);
    expect(await states()).toEqual({ 'a-003': 'open', 'a-007': 'acknowledged', 'a-011': 'open' });
    expect((await cli('failures', 'reopen')).code).toBe(2);
    expect((await cli('failures', 'reopen', '--state', 'acknowledged')).stdout).toBe(
      '1 account open again\n',
    );
    expect(new Set(Object.values(await states()))).toEqual(new Set(['open']));
    const audits = await selectRows(
      installation.db,
      "SELECT actor, action, target, reason FROM audit_log WHERE action LIKE 'failures.%' ORDER BY id",
    );
    expect(audits).toEqual([
      { actor: 'ann', action: 'failures.ack', target: 'account:a-003', reason: 'seen' },
      { actor: 'ann', action: 'failures.ack', target: 'account:a-007', reason: 'seen' },
      { actor: 'tester', action: 'failures.reopen', target: 'account:a-007', reason: null },
    ]);
  });

  it('of which one was settled meanwhile begin anew: what was said of the first time counts no more', async () => {
    await cli('failures', 'ack', 'a-003', '--reason', 'seen');
    await cli('failures', 'assign', 'a-003', '--to', 'ann');
    await cli('failures', 'note', 'a-003', '--text', 'ticket 4711');
    await setZone('UTC', 'a-003');
    await cli('rerun', '--all', '--account', 'a-003', ...INTENT, '--wait', '--work');
    expect(await states()).toEqual({ 'a-007': 'open', 'a-011': 'open' });
    expect(await cli('failures', 'ack', 'a-003', '--reason', 'seen')).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('nobody that matches is put aside') as string,
    });
    await execute(
      installation.db,
      "UPDATE accounts SET zone = 'Mars/Olympus', next_cycle_at = '2021-05-01' WHERE id = 'a-003'",
    );
    await cli('sweep', '--work', '--as-of', '2021-05-02T00:00:00Z');
    const [again] = await list('--account', 'a-003');
    expect(again).toMatchObject({ state: 'open', assignee: null, note: null, acknowledged: null });
  });

  it('are snoozed until an instant, and come back by themselves', async () => {
    const soon = (ms: number): string => new Date(Date.now() + ms).toISOString();
    const snooze = (...flags: string[]) => cli('failures', 'snooze', '--run', String(run), ...flags);
    expect(await snooze('--until', soon(3_600_000))).toMatchObject({ code: 4 });
    expect(await snooze('--until', soon(-1_000), '--reason', 'later')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('is past') as string,
    });
    const until = soon(3_600_000);
    expect((await snooze('--until', until, '--reason', 'later')).stdout).toBe(
      `3 accounts snoozed until ${until}\n`,
    );
    const [one] = await list('--state', 'snoozed');
    expect(one?.snoozed).toMatchObject({ until, reason: 'later' });
    expect((await cli('sweep', '--strict')).stderr).not.toContain(REMINDER);
    // Its time passes.
    await execute(installation.db, 'UPDATE failure_care SET snoozed_until = snoozed_until - INTERVAL 2 HOUR');
    expect(new Set(Object.values(await states()))).toEqual(new Set(['open']));
  });

  it('are told by a sweep until somebody knows of them, and end it with 3 where that is asked for', async () => {
    const told = `3 accounts are ${REMINDER}\n`;
    expect(await cli('sweep')).toMatchObject({ code: 0, stderr: told });
    expect(await cli('sweep', '--strict')).toMatchObject({ code: 3, stderr: told });
    expect(await cli('sweep', '--work', '--strict')).toMatchObject({
      code: 3,
      stderr: expect.stringContaining(told),
    });
    await cli('failures', 'ack', 'a-003', 'a-007', '--reason', 'seen');
    expect((await cli('sweep', '--strict')).stderr).toBe(`1 account is ${REMINDER}\n`);
    await cli('failures', 'ack', '--error', 'unknown-zone', '--reason', 'seen');
    expect(await cli('sweep', '--strict')).toMatchObject({ code: 0, stderr: '' });
  });

  it('are listed the oldest first, by age, by person, and alike as table, JSON, NDJSON and CSV', async () => {
    await age(40, 'a-011');
    await age(2, 'a-007');
    await cli('failures', 'assign', 'a-007', '--to', 'ann', '--reason', 'on call');
    await cli('failures', 'note', 'a-007', '--text', 'ticket 4711');
    expect((await list()).map((one) => one.account)).toEqual(['a-011', 'a-007', 'a-003']);
    expect((await list('--older-than', '24h')).map((one) => one.account)).toEqual(['a-011', 'a-007']);
    expect((await list('--assignee', 'ann')).map((one) => one.account)).toEqual(['a-007']);
    expect((await list())[0]?.ageSeconds).toBeGreaterThan(40 * 86_400 - 60);
    const { stdout } = await cli('failures', 'list');
    expect(stdout).toMatch(/^a-011 .* 40 d +open /m);
    expect(stdout).toMatch(/^a-007: note \S+ by tester: ticket 4711$/m);
    const csv = (await cli('failures', 'list', '--csv')).stdout.trimEnd().split('\n');
    expect(csv[0]).toBe(
      'account,code,message,attempts,firstAt,putAsideAt,run,state,sinceAt,ageSeconds,assignee,acknowledged,snoozed,note',
    );
    expect(csv[2]).toMatch(/^a-007,unknown-zone,.*,open,.*,ann,,,.*ticket 4711/);
    const lines = (await cli('failures', 'list', '--ndjson')).stdout.trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as Listed).account)).toEqual(['a-011', 'a-007', 'a-003']);
    const grouped = await cli('failures', 'list', '--group-by', 'error');
    expect(grouped.stdout).toMatch(/^unknown-zone +3 +3 +\S+ +40 d +a-003$/m);
    // A rerun that fails makes nobody younger.
    await cli('rerun', '--all', ...INTENT, '--wait', '--work');
    expect((await list())[0]).toMatchObject({ account: 'a-011', state: 'open' });
    expect((await list())[0]?.ageSeconds).toBeGreaterThan(40 * 86_400 - 60);
    await cli('failures', 'assign', 'a-007', '--nobody');
    expect(await list('--assignee', 'ann')).toEqual([]);
  });

  it('are chosen by a file of accounts, however long it is', async () => {
    const many = Array.from({ length: 2_000 }, (_, n) => ({ id: `m-${n}` }));
    await importRows(installation.app, many);
    const file = fileOf('many.txt', ...many.map((one) => one.id), 'a-007', 'a-007', 'a-003');
    expect((await list('--accounts-file', file)).map((one) => one.account)).toEqual(['a-003', 'a-007']);
    expect((await cli('failures', 'ack', '--accounts-file', file, '--reason', 'seen')).stdout).toBe(
      '2 accounts acknowledged\n',
    );
    // As many on the line are no fewer, either.
    const named = [...many.map((one) => one.id), 'a-007'];
    expect((await list('--account', ...named)).map((one) => one.account)).toEqual(['a-007']);
    await setZone('UTC', ...BROKEN);
    const few = fileOf('few.txt', 'a-003');
    const rerun = (...flags: string[]) => cli('rerun', '--all', '--accounts-file', few, ...flags);
    expect((await rerun('--dry-run')).stdout).toContain('1 due: 1 would be settled');
    expect((await rerun(...INTENT, '--wait', '--work')).code).toBe(0);
    expect(Object.keys(await states())).toEqual(['a-007', 'a-011']);
    expect((await cli('events', 'waiting', 'list', '--accounts-file', file)).code).toBe(0);
    expect((await cli('audit', '--accounts-file', few)).code).toBe(0);
    const unknown = await cli('failures', 'list', '--accounts-file', fileOf('none.txt', 'nobody'));
    expect(unknown).toMatchObject({
      code: 6,
      stderr: expect.stringContaining('no account nobody') as string,
    });
  });

  it('with an error that nobody ever had are not found, which a slip of the pen must be told', async () => {
    for (const args of [
      ['failures', 'list'],
      ['failures', 'list', '--group-by', 'error'],
      ['failures', 'ack', '--reason', 'seen'],
      ['rerun', '--all', ...INTENT],
    ]) {
      const before = await readState(installation.db);
      expect(await cli(...args, '--error', 'unknwon-zone')).toMatchObject({
        code: 6,
        stdout: '',
        stderr: expect.stringContaining(
          'no account has ever failed with unknwon-zone: they have with unknown-zone',
        ) as string,
      });
      expect(await readState(installation.db)).toEqual(before);
    }
  });

  it('of a backfill, which puts nobody aside, are listed by its run, and not said to be nobody', async () => {
    const { app, db } = installation;
    await reset(installation);
    await importRows(app, numbered('a', 3, { anchorOn: '2021-01-10', trackedFrom: '2021-06-01T00:00:00Z' }));
    await setZone('Mars/Olympus', 'a-001');
    const plan = await planBackfill(db, { asked: { from: '2021-02-01', to: '2021-02-28', include: [] } });
    const backfill = await backfilled(app, plan.asked);
    const listed = await cli('failures', 'list', '--run', String(backfill.runId));
    expect(listed.stdout).toMatch(/^a-001 +unknown-zone +"Mars/m);
    expect(listed.stderr).toBe(
      `1 account failed in backfill ${backfill.id}, and not put aside: "connects backfill show ${backfill.id}"\n`,
    );
    const only = (...flags: string[]) => list('--run', String(backfill.runId), ...flags);
    expect(await only('--error', 'unknown-zone')).toMatchObject([
      { account: 'a-001', code: 'unknown-zone', backfill: backfill.id, state: 'failed' },
    ]);
    expect(await only('--account', 'a-000')).toEqual([]);
    expect((await cli('failures', 'list', '--run', String(backfill.runId), '--error', 'other')).stderr).toBe(
      `nobody failed in backfill ${backfill.id}\n`,
    );
  });

  it('that are nobody’s are said to be so of what was asked for', async () => {
    expect((await cli('failures', 'list', '--account', 'a-001')).stderr).toBe(
      'nobody that matches is put aside\n',
    );
    await setZone('UTC', ...BROKEN);
    await cli('rerun', '--all', ...INTENT, '--wait', '--work');
    expect((await cli('failures', 'list')).stderr).toBe('nobody is put aside\n');
    expect((await cli('failures', 'list', '--run', String(run))).stderr).toBe(
      `nobody is put aside by run ${run} (any more)\n`,
    );
  });
});
