/** Metrics: their names, where their numbers come from, and that asking for them costs and breaks nothing. */
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startWorker } from '../../../jobs/start-worker.ts';
import type { App } from '../../../src/app.ts';
import { systemClock } from '../../../src/clock.ts';
import { execute } from '../../../src/db/query.ts';
import { unavailable as away } from '../../../src/errors.ts';
import { insertAuditResult } from '../../../src/ledger/audit-results.ts';
import { Meter, type MeasureDeps, measure } from '../../../src/operations/upkeep/measure.ts';
import { RUNBOOK } from '../../../src/console/runbook.ts';
import { importRows, numbered } from '../../support/accounts.ts';
import { runHere } from '../../support/in-process.ts';
import { type Installation, install } from '../../support/installation.ts';
import { openPostOffice } from '../../support/post-office.ts';
import { MAY_2021, sweepAndSend, until } from '../../support/sweeping.ts';

const NAMES = [
  'connects_due_accounts',
  'connects_oldest_due_age_seconds',
  'connects_busy_accounts',
  'connects_last_success_timestamp_seconds',
  'connects_runs_total',
  'connects_cycles_total',
  'connects_cycle_errors_total',
  'connects_settle_batch_size',
  'connects_settle_duration_seconds',
  'connects_queue_jobs',
  'connects_queue_oldest_waiting_age_seconds',
  'connects_queue_overdue_delayed_jobs',
  'connects_queue_lost_shards',
  'connects_outbox_oldest_age_seconds',
  'connects_mail_not_taken_seconds',
  'connects_emails_total',
  'connects_replica_behind_seconds',
  'connects_audit_drift',
  'connects_build_info',
];

describe('metrics', () => {
  let installation: Installation;
  let office: Awaited<ReturnType<typeof openPostOffice>>;
  beforeAll(async () => {
    office = await openPostOffice();
    installation = await install({ env: { SMTP_URL: office.url, CONNECTS_SETTLE_ATTEMPTS: '1' } });
    await importRows(installation.app, numbered('a', 30));
    await execute(installation.db, "UPDATE accounts SET zone = 'Mars/Olympus' WHERE id = 'a-007'");
    await sweepAndSend(installation.app, { asOf: MAY_2021 });
  });
  afterAll(async () => {
    await installation.remove();
    await office.stop();
  });

  const deps = (): MeasureDeps => {
    const { db, readDb, clock, outages, inspector, tally, config } = installation.app;
    return { db, readDb, clock, outages, inspector, tally, settings: config };
  };
  const read = () => measure(deps());
  const valueOf = (text: string, series: string): number =>
    Number(
      text
        .split('\n')
        .find((line) => line.startsWith(`${series} `))
        ?.slice(series.length + 1),
    );

  it('say of drift that it is not known before the first audit', async () => {
    expect(await read()).toMatch(/^connects_audit_drift nan$/im);
  });

  it('have the names that dashboards hold, and say what they are', async () => {
    await insertAuditResult(installation.db, { at: Date.now(), actor: 'test', findings: 3 });
    const text = await read();
    for (const name of NAMES)
      expect(text).toMatch(new RegExp(`^# TYPE ${name} (gauge|counter|histogram)$`, 'm'));
    expect(valueOf(text, 'connects_audit_drift')).toBe(3);
    expect(text).toMatch(/^connects_build_info\{version="\d+\.\d+\.\d+",node="v\d+/m);
  });

  it('never carry a label per account or run', async () => {
    const labels = new Set([...(await read()).matchAll(/[{,](\w+)="/g)].map(([, name]) => name));
    expect(labels).toEqual(
      new Set(['code', 'kind', 'le', 'node', 'outcome', 'queue', 'reason', 'server', 'state', 'version']),
    );
  });

  it('count what was done: runs, cycles, errors, batches, letters', async () => {
    const text = await read();
    expect(valueOf(text, 'connects_runs_total{kind="sweep",state="completed-with-failures"}')).toBe(1);
    expect(valueOf(text, 'connects_runs_total{kind="sweep",state="failed"}')).toBe(0);
    expect(valueOf(text, 'connects_cycles_total{outcome="granted"}')).toBe(29 * 4);
    expect(valueOf(text, 'connects_cycle_errors_total{code="unknown-zone"}')).toBe(1);
    expect(valueOf(text, 'connects_put_aside_accounts{code="unknown-zone"}')).toBe(1);
    expect(valueOf(text, 'connects_settle_batch_size_sum')).toBe(30);
    expect(valueOf(text, 'connects_settle_batch_size_bucket{le="+Inf"}')).toBe(
      valueOf(text, 'connects_settle_batch_size_count'),
    );
    expect(valueOf(text, 'connects_settle_duration_seconds_sum')).toBeGreaterThan(0);
    expect(valueOf(text, 'connects_emails_total{outcome="sent"}')).toBe(29);
  });

  it('have every series of a counter that can be known before what it counts first happens', async () => {
    const text = await read();
    const found = [...text.matchAll(/^(connects_\w+_total)(?:\{(.*?)\})? (\S+)$/gm)];
    const of = (name: string): string[] =>
      found.filter(([, one]) => one === name).map(([, , labels = '']) => labels);
    const counters = [...text.matchAll(/^# TYPE (\S+) counter$/gm)].map(([, name]) => name as string);
    for (const name of counters)
      expect({ name, series: of(name).length > 1 }).toEqual({ name, series: true });
    const inRunbook = Object.keys(RUNBOOK).filter((code) => !code.endsWith('…'));
    const codes = of('connects_cycle_errors_total').map((one) => one.slice('code="'.length, -1));
    // Of events, reversals and what an operator simulates: no account's turn fails by these.
    const others = ['balance-limit', 'records-missing', 'no-account', 'earlier-events-wait'];
    expect(codes.toSorted()).toEqual(inRunbook.filter((code) => !others.includes(code)).toSorted());
    const zero = 'connects_cycle_errors_total{code="negative-balance"}';
    expect(valueOf(text, zero)).toBe(0);
  });

  it('tell who is due and since when, without those put aside', async () => {
    const text = await read();
    // All but one are due again: they were settled as of May 2021.
    expect(valueOf(text, 'connects_due_accounts')).toBe(29);
    const age = valueOf(text, 'connects_oldest_due_age_seconds');
    expect(age).toBeCloseTo((Date.now() - Date.parse('2021-06-01T00:00:00Z')) / 1_000, -3);
    expect(valueOf(text, 'connects_last_success_timestamp_seconds')).toBeGreaterThan(
      Date.now() / 1_000 - 120,
    );
  });

  it('are added up by all processes, and survive each of them', async () => {
    const { inspector, tally } = installation.app;
    tally.add('cycles:granted', 5);
    const before = (await inspector.readTallies()).get('cycles:granted') ?? 0;
    await read();
    expect((await inspector.readTallies()).get('cycles:granted')).toBe(before + 5);
  });

  it('are told also where the pattern of ticks has no slot any more', async () => {
    const { app, db } = installation;
    const { config, ...rest } = app;
    await execute(
      db,
      "INSERT INTO ticks (at, slot_at, source, outcome) VALUES (UTC_TIMESTAMP(3), UTC_TIMESTAMP(3), 'scheduler', 'nothing-due')",
    );
    const deps = { ...rest, db, inspector: app.inspector, settings: { sweepCron: '0 0 31 2,4 *' } };
    expect(await measure(deps)).toMatch(/^connects_scheduler_slots\{what="missed"\} 0$/m);
    const doctor = await runHere(['doctor', '--json'], {
      app: Object.create(app, { config: { value: { ...config, sweepCron: '0 0 31 2,4 *' } } }) as App,
    });
    expect(doctor.stdout).toContain('leaves longer between two ticks than CONNECTS_DUE_ALARM allows');
    await execute(db, 'DELETE FROM ticks');
  });

  it('count who is busy: whom a worker found locked within the last minute, and who is due still', async () => {
    const { inspector } = installation.app;
    const busy = async (): Promise<number> => valueOf(await read(), 'connects_busy_accounts');
    expect(await busy()).toBe(0);
    await inspector.keepBusy({ found: ['a-001', 'a-002', 'a-003'], freed: [] });
    // One of them was settled by another process, which knew nothing of it.
    await execute(installation.db, "UPDATE accounts SET next_cycle_at = '2100-01-01' WHERE id = 'a-003'");
    expect(await busy()).toBe(2);
    await inspector.keepBusy({ found: [], freed: ['a-001'] });
    expect(await busy()).toBe(1);
    await inspector.keepBusy({ found: [], freed: ['a-002', 'a-003'] });
    expect(await busy()).toBe(0);
    await execute(installation.db, "UPDATE accounts SET next_cycle_at = '2021-06-01' WHERE id = 'a-003'");
  });

  it('of Redis are absent while it is away, and what was counted is not lost', async () => {
    const { tally } = installation.app;
    const redis = {
      readQueues: () => Promise.reject(unavailable()),
      addTallies: () => Promise.reject(unavailable()),
    };
    tally.add('cycles:granted', 1);
    const text = await measure({ ...deps(), inspector: redis as never });
    expect(text).toContain('connects_due_accounts 29');
    expect(text).not.toContain('connects_queue_jobs');
    expect(text).not.toContain('connects_busy_accounts');
    expect(tally.isEmpty).toBe(false);
  });

  it('are read once for all who ask within seconds', async () => {
    let asked = 0;
    const given = deps();
    const counting = {
      ...given,
      get db() {
        asked += 1;
        return given.db;
      },
    };
    const meter = new Meter(counting);
    const [first, second] = await Promise.all([meter.read(), meter.read()]);
    expect(first).toBe(second);
    expect(asked).toBe(1);
  });

  describe('--metrics-file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'connects-metrics-'));
    afterAll(() => rmSync(folder, { recursive: true }));
    const sweep = (file: string) =>
      runHere(['sweep', '--wait', '--as-of', '2021-05-01T00:00:00Z', '--metrics-file', file], {
        app: installation.app,
        processes: { startWorker },
      });

    it('leaves them in one piece, in place of the last ones', async () => {
      const file = join(folder, 'connects.prom');
      writeFileSync(file, 'old');
      expect((await sweep(file)).code).toBe(0);
      expect(readFileSync(file, 'utf8')).toMatch(/^# HELP connects_due_accounts/);
      expect(readdirSync(folder)).toEqual(['connects.prom']);
    });

    it('is written again and again while a pass lasts', async () => {
      const file = join(folder, 'long.prom');
      await importRows(installation.app, numbered('long', 3));
      const stopping = new AbortController();
      const soon = (ms: number, signal?: AbortSignal) => systemClock.sleep(Math.min(ms, 50), signal);
      const sweeping = runHere(
        ['sweep', '--wait', '--as-of', '2021-05-01T00:00:00Z', '--metrics-file', file],
        {
          app: { ...installation.app, clock: { ...systemClock, sleep: soon } },
          signal: stopping.signal,
        },
      );
      // Nobody works, so the pass lasts.
      await until('there is a file', () => existsSync(file));
      rmSync(file);
      await until('there is another', () => existsSync(file));
      stopping.abort();
      expect((await sweeping).stderr).toContain('interrupted with 3 accounts left');
    });

    it('is refused before any work where it could not be written or would not be read', async () => {
      expect((await sweep('/nonexistent/connects.prom')).code).toBe(2);
      const wrong = await sweep(join(folder, 'connects.txt'));
      expect(wrong.code).toBe(2);
      expect(wrong.stderr).toContain('ends in .prom');
    });
  });
});

const unavailable = (): Error => away('redis-unavailable', 'Redis is away');
