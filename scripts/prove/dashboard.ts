/**
 * `npm run prove -- dashboard`: every query of deploy/grafana/connects.json, asked as Grafana asks it, of a Prometheus that
 * scraped a worker and a scheduler while they settled a small fleet. Each has to answer with numbers, under the labels
 * that its legend names. Exits with 1 where one does not.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type App, composeApp } from '../../src/app.ts';
import { systemClock } from '../../src/clock.ts';
import { parseConfig } from '../../src/config.ts';
import { execute } from '../../src/db/query.ts';
import { createLog } from '../../src/log.ts';
import { migrateDatabase } from '../../src/operations/upkeep/migrate-database.ts';
import { buildWorkers } from '../bench/build.ts';
import { PRODUCT, startWorkerProcess } from '../bench/worker-process.ts';
import { locatePrometheus } from '../servers/deploy-tools.ts';
import { freePorts } from '../servers/free-ports.ts';
import { exitCodeOf } from '../servers/processes.ts';
import { withThrowAwayServers } from '../servers/throw-away.ts';
import { importRows } from '../stage/account-rows.ts';
import { type Query, readQueries } from './dashboard/queries.ts';
import { type Answer, type Prometheus, startPrometheus } from './dashboard/prometheus.ts';

const ACCOUNTS = 300;
const SCHEDULER = ['src/cli/main.js', 'scheduler'] as const;
const AUDIT = ['src/cli/main.js', 'audit'] as const;
const LOOK_MS = 1_000;
/** What is not there by then never comes. */
const PATIENCE_MS = 180_000;

/** Where a fleet that was settled has left more than zeros. */
const HAS_MOVED: readonly string[] = [
  'Put aside',
  'Cycles settled',
  'Runs that ended',
  'Accounts in one transaction',
  'How long one takes',
  'Notices',
];

const print = (line: string): boolean => process.stdout.write(`${line}\n`);

async function prepare(app: App): Promise<void> {
  await migrateDatabase({ ownerUrl: app.config.databaseUrl as string, owner: app.db, appUrl: undefined });
  const ids = Array.from({ length: ACCOUNTS }, (_, at) => ({ id: `d-${at}`, anchorOn: '2024-03-01' }));
  await importRows(app, [...ids, { id: 'broken' }], { actor: 'proof', reason: undefined });
  // One that fails, so that there are errors to be drawn.
  await execute(app.db, "UPDATE accounts SET zone = 'Mars/Olympus' WHERE id = 'broken'");
}

const isNumber = ({ values }: Answer): boolean => values.some((one) => Number.isFinite(one));

/** What is wrong with what a query was answered; undefined when nothing is. */
function faultOf({ name, legend }: Query, answers: readonly Answer[]): string | undefined {
  if (answers.length === 0) return 'nothing is found';
  if (!answers.some(isNumber)) return 'no number is found';
  const hasMoved = answers.some(({ values }) => values.some((one) => one > 0));
  if (HAS_MOVED.includes(name) && !hasMoved) return 'nothing but zeros is found';
  const missing = legend.filter((label) => answers.some((one) => !(label in one.labels)));
  return missing.length > 0 ? `its legend names ${missing.join(', ')}, which is no label` : undefined;
}

/** Until all are answered, or none of what is missing comes any more. @returns what is wrong, by query */
async function askAll(prometheus: Prometheus, queries: readonly Query[]): Promise<Map<Query, string>> {
  const startedAt = performance.now();
  for (;;) {
    const faults = new Map<Query, string>();
    for (const query of queries) {
      const fault = faultOf(query, await prometheus.ask(query));
      if (fault !== undefined) faults.set(query, fault);
    }
    if (faults.size === 0 || performance.now() - startedAt > PATIENCE_MS) return faults;
    await sleep(LOOK_MS);
  }
}

function report(queries: readonly Query[], faults: ReadonlyMap<Query, string>): number {
  for (const query of queries) {
    const fault = faults.get(query);
    print(`${fault === undefined ? '✓' : '✗'} ${query.name}: ${query.expr}${fault ? `: ${fault}` : ''}`);
  }
  print(`${queries.length - faults.size} of ${queries.length} queries found numbers`);
  return faults.size === 0 ? 0 : 1;
}

process.exitCode = await withThrowAwayServers(async ({ env, watchdog, interruption }) => {
  // The watchdog ends what is left.
  interruption.listen((signal) => process.exit(exitCodeOf(null, signal)));
  const program = await locatePrometheus();
  const [worker = 0, scheduler = 0, own = 0] = await freePorts(3);
  const settings = {
    ...env,
    CONNECTS_SWEEP_CRON: '*/5 * * * * *',
    CONNECTS_SETTLE_BACKOFF: '100ms',
    CONNECTS_NOTICE_MAX_AGE: 'none',
    CONNECTS_LOG_LEVEL: 'silent',
  };
  const app = composeApp(parseConfig(settings), systemClock, createLog('error'));
  const folder = mkdtempSync(join(tmpdir(), 'connects-dashboard-'));
  const stops: (() => unknown)[] = [() => rmSync(folder, { recursive: true }), () => app.close()];
  try {
    await prepare(app);
    const build = await buildWorkers();
    stops.push(() => build.remove());
    const start = (command: readonly [string, ...string[]], port: number): void => {
      const own = { ...settings, CONNECTS_HEALTH_PORT: String(port) };
      const started = startWorkerProcess(command, { folder: build.folder, watchdog, env: own });
      stops.push(() => started.stop());
    };
    start(PRODUCT, worker);
    const place = { folder, port: own, watchdog };
    const prometheus = await startPrometheus(program, place, [worker, scheduler]);
    stops.push(() => prometheus.stop());
    // Counters are seen before anything is counted: only then is what is counted an increase.
    await prometheus.until('max(connects_cycles_total) == 0');
    start(SCHEDULER, scheduler);
    await prometheus.until(
      'max(connects_cycles_total{outcome="granted"}) > 0 and max(connects_due_accounts) <= 1',
    );
    // It finds the broken one, so that an alert is on, too.
    start(AUDIT, 0);
    const queries = readQueries();
    return report(queries, await askAll(prometheus, queries));
  } finally {
    for (const stop of stops.toReversed()) await stop();
  }
});
