/**
 * `npm run bench`: the product against other ways to settle the same accounts, on throw-away servers, taking turns on
 * the same machine. A table on stderr, a JSON document on stdout. Servers don't wait for the disk, which favours the
 * contender that commits most often.
 */
import { writeFileSync } from 'node:fs';
import { type Measured, judge } from './bench/asks.ts';
import { type Build, buildWorkers } from './bench/build.ts';
import { type RoundResult, WORK, runContender } from './bench/contenders.ts';
import { type Servers, openServers, prepareGround } from './bench/ground.ts';
import { currentLoad, hostFacts } from './bench/host-facts.ts';
import { type BenchOptions, LARGE_ONES, USAGE, parseOptions } from './bench/options.ts';
import { writeFigures } from './bench/plot/write-figures.ts';
import { type Taken, type Turn, leftInWords, msLeft, turnsOf } from './bench/progress.ts';
import { measureWaitingJob } from './bench/redis-memory.ts';
import { compileReport, renderTable } from './bench/report.ts';
import { startPostgres } from './servers/local-postgres.ts';
import { exitCodeOf } from './servers/processes.ts';
import { reportFailure } from './servers/setup-error.ts';
import { type ThrowAwaySetting, withThrowAwayServers } from './servers/throw-away.ts';

const EXIT_MISSED = 1;
/** So many that what Redis keeps per queue, whatever its length, no longer counts. */
const WAITING_JOBS_MIN = 20_000;

interface Bench {
  readonly options: BenchOptions;
  readonly servers: Servers;
  readonly setting: ThrowAwaySetting;
  readonly build: Build;
}

async function runOn(
  { servers, build, setting }: Bench,
  { contender, accounts }: Turn,
): Promise<RoundResult> {
  const { settings, onPostgres } = WORK[contender];
  const wishes = { ...(settings && { settings }), ...(onPostgres && { onPostgres }) };
  const ground = await prepareGround(servers, accounts, wishes);
  try {
    return await runContender(contender, ground, { folder: build.folder, watchdog: setting.watchdog });
  } finally {
    await ground.remove();
  }
}

async function runTurns(bench: Bench): Promise<Measured['rounds']> {
  const { only, accounts, rounds, large } = bench.options;
  const largeOnes = LARGE_ONES.filter((name) => only.includes(name));
  const turns = turnsOf({ contenders: only, accounts, rounds, large, largeOnes });
  const results: RoundResult[][] = Array.from({ length: rounds }, () => []);
  const taken: Taken[] = [];
  for (const [index, turn] of turns.entries()) {
    const left = leftInWords(msLeft(taken, turns.slice(index)));
    const size = turn.accounts.toLocaleString('en');
    process.stderr.write(
      `round ${turn.round + 1} of ${rounds}  ${turn.contender}, ${size} accounts${left && `  (${left})`}\n`,
    );
    const startedAt = performance.now();
    const result = await runOn(bench, turn);
    taken.push({ turn, ms: performance.now() - startedAt });
    results[turn.round]?.push(result);
    const rate = Math.round(result.accountsPerSecond).toLocaleString('en');
    const cpu = Math.round(result.cpuMicrosecondsPerAccount).toLocaleString('en');
    const cut = result.cut ? `, cut at ${result.settled} settled` : '';
    process.stderr.write(`    ${rate} accounts/s, ${cpu} CPU-µs per account${cut}\n`);
  }
  return results.map((ofRound) => ({ results: ofRound }));
}

async function runAll(bench: Bench): Promise<Measured> {
  const { options, servers } = bench;
  const rounds = await runTurns(bench);
  if (!options.only.includes('a')) return { rounds, redisBytesPerJob: undefined };
  const ground = await prepareGround(servers, 0);
  const waiting = Math.max(options.large, ...options.accounts, WAITING_JOBS_MIN);
  const redisBytesPerJob = await measureWaitingJob(ground, waiting);
  await ground.remove();
  return { rounds, redisBytesPerJob };
}

async function bench(
  options: BenchOptions,
  setting: ThrowAwaySetting,
  loadBefore: readonly number[],
): Promise<number> {
  const build = await buildWorkers();
  const withPostgres = options.only.some((name) => WORK[name].onPostgres);
  const postgres = withPostgres ? await startPostgres(setting.watchdog) : undefined;
  const servers = await openServers(setting.env, postgres);
  const interrupted = new Promise<undefined>((resolve) =>
    setting.interruption.listen(() => resolve(undefined)),
  );
  try {
    const measured = await Promise.race([runAll({ options, servers, setting, build }), interrupted]);
    // The watchdog ends a worker that is left.
    if (!measured) {
      build.remove();
      return process.exit(exitCodeOf(null, setting.interruption.signal ?? null));
    }
    const report = compileReport(options, hostFacts(servers.version, loadBefore, withPostgres), measured);
    process.stderr.write(`\n${renderTable(report)}`);
    const document = `${JSON.stringify(report, null, 1)}\n`;
    if (options.json === undefined) process.stdout.write(document);
    else writeFileSync(options.json, document);
    if (options.plot) writeFigures([options.json as string]);
    return options.strict && judge(measured).some((ask) => !ask.holds) ? EXIT_MISSED : 0;
  } finally {
    await servers.close();
    build.remove();
  }
}

async function main(): Promise<number> {
  try {
    const loadBefore = currentLoad();
    const options = parseOptions(process.argv.slice(2));
    if (options === 'help') process.stdout.write(USAGE);
    else if ('files' in options) writeFigures(options.files);
    else return await withThrowAwayServers((setting) => bench(options, setting, loadBefore));
    return 0;
  } catch (error) {
    return reportFailure(error);
  }
}

process.exitCode = await main();
setTimeout(() => process.exit(), 500).unref();
