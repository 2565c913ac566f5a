/**
 * `npm run bench`: the product against other ways to settle the same accounts, on throw-away servers, taking turns on
 * the same machine. A table on stderr, a JSON document on stdout. Servers don't wait for the disk, which favours the
 * contender that commits most often.
 */
import { writeFileSync } from 'node:fs';
import { judge, type Measured, type Round } from './bench/asks.ts';
import { type Build, buildWorkers } from './bench/build.ts';
import { type RoundResult, runContender, settingsOf } from './bench/contenders.ts';
import { type Servers, openServers, prepareGround } from './bench/ground.ts';
import { type BenchOptions, type ContenderName, USAGE, parseOptions } from './bench/options.ts';
import { measureWaitingJob } from './bench/redis-memory.ts';
import { compileReport, renderTable } from './bench/report.ts';
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

async function runOn(bench: Bench, contender: ContenderName, accounts: number): Promise<RoundResult> {
  const ground = await prepareGround(bench.servers, accounts, settingsOf(contender));
  try {
    const result = await runContender(contender, ground, {
      folder: bench.build.folder,
      watchdog: bench.setting.watchdog,
    });
    const rate = Math.round(result.accountsPerSecond);
    const cpu = Math.round(result.cpuMicrosecondsPerAccount);
    process.stderr.write(`  ${contender} ${accounts}: ${rate} accounts/s, ${cpu} CPU-µs per account\n`);
    return result;
  } finally {
    await ground.remove();
  }
}

/** Each round begins with another contender, so that none is always the first or the last. */
async function runRound(bench: Bench, number: number): Promise<Round> {
  const { only, accounts, large } = bench.options;
  const first = number % only.length;
  const results: RoundResult[] = [];
  process.stderr.write(`round ${number + 1} of ${bench.options.rounds}\n`);
  for (const contender of [...only.slice(first), ...only.slice(0, first)])
    results.push(await runOn(bench, contender, accounts));
  const runLarge = async (lane: 'a' | 'e'): Promise<RoundResult | undefined> =>
    large > 0 && only.includes(lane) ? runOn(bench, lane, large) : undefined;
  return { results, large: await runLarge('a'), largeInCohorts: await runLarge('e') };
}

async function runAll(bench: Bench): Promise<Measured> {
  const { options, servers } = bench;
  const rounds: Round[] = [];
  for (let number = 0; number < options.rounds; number += 1) rounds.push(await runRound(bench, number));
  if (!options.only.includes('a')) return { rounds, redisBytesPerJob: undefined };
  const ground = await prepareGround(servers, 0);
  const redisBytesPerJob = await measureWaitingJob(
    ground,
    Math.max(options.large, options.accounts, WAITING_JOBS_MIN),
  );
  await ground.remove();
  return { rounds, redisBytesPerJob };
}

async function bench(options: BenchOptions, setting: ThrowAwaySetting): Promise<number> {
  const build = await buildWorkers();
  const servers = await openServers(setting.env);
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
    const report = compileReport(options, servers.version, measured);
    process.stderr.write(`\n${renderTable(report)}`);
    const document = `${JSON.stringify(report, null, 2)}\n`;
    if (options.json === undefined) process.stdout.write(document);
    else writeFileSync(options.json, document);
    return options.strict && judge(measured).some((ask) => !ask.holds) ? EXIT_MISSED : 0;
  } finally {
    await servers.close();
    build.remove();
  }
}

async function main(): Promise<number> {
  try {
    const options = parseOptions(process.argv.slice(2));
    if (options !== 'help') return await withThrowAwayServers((setting) => bench(options, setting));
    process.stdout.write(USAGE);
    return 0;
  } catch (error) {
    return reportFailure(error);
  }
}

process.exitCode = await main();
setTimeout(() => process.exit(), 500).unref();
