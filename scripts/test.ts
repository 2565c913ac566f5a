/**
 * `npm test`: throw-away servers, then the tests, or those that the arguments (jest's own) select. The proofs at length
 * run with CONNECTS_TEST_ALL=1, too, which is `npm run test:all`. The last line, `N passed, N failed`, holds what jest
 * itself counted. With CONNECTS_TEST_ALSO_ON, for example `mysql valkey`, what
 * leans on the servers most runs a second time, on those; the one last line is the sum of both.
 */
import { BUT_AT_LENGTH, closingLine, countAll, type JestReport, SECOND_RUN, sumOf } from './test/counts.ts';
import { type JestRun, runJest } from './test/jest-run.ts';
import { serversNamed } from './servers/server-choice.ts';
import { reportFailure } from './servers/setup-error.ts';

/** The shell's convention: from here on it was a signal. */
const EXIT_BY_SIGNAL = 128;

/** Servers that are not to be had are no failure of the tests, but nobody shall take them for having run. */
async function runAlso(names: string, chosen: readonly string[], first: JestReport): Promise<JestRun> {
  const run = await runJest(chosen.length > 0 ? chosen : SECOND_RUN);
  if (run.counts !== undefined || run.exitCode > EXIT_BY_SIGNAL) return run;
  const skipped = countAll(first, chosen.length > 0 ? [] : SECOND_RUN);
  const line = '!'.repeat(100);
  process.stderr.write(
    `${line}\nconnects: NOT TESTED ON ${names.trim().toUpperCase().split(/\s+/).join(' AND ')}: not to be had, or it did not start, see above.\n` +
      `connects: the ${skipped} tests that belong there count as skipped.\n${line}\n`,
  );
  return { counts: { passed: 0, failed: 0, skipped }, report: undefined, exitCode: 0 };
}

async function runAll(): Promise<number> {
  const chosen = process.argv.slice(2);
  const names = process.env['CONNECTS_TEST_ALSO_ON'] ?? '';
  const also = serversNamed('CONNECTS_TEST_ALSO_ON', names);
  const isAll = process.env['CONNECTS_TEST_ALL'] === '1';
  const runs = [await runJest(chosen.length > 0 || isAll ? chosen : BUT_AT_LENGTH)];
  const [first] = runs;
  if (first?.counts === undefined) return first?.exitCode ?? 1;
  if (names !== '' && first.report && first.exitCode < EXIT_BY_SIGNAL) {
    // Read by whatever starts a server from here on, the tests' own private ones included.
    Object.assign(process.env, also);
    runs.push(await runAlso(names, chosen, first.report));
  }
  process.stdout.write(`${closingLine(sumOf(runs.flatMap((run) => run.counts ?? [])))}\n`);
  return runs.find((run) => run.exitCode !== 0)?.exitCode ?? 0;
}

process.exit(await runAll().catch(reportFailure));
