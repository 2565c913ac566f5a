/** One run of jest on throw-away servers, and what it counted. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runCommand } from '../servers/run-command.ts';
import { withThrowAwayServers } from '../servers/throw-away.ts';
import { countTests, type JestReport, type TestCounts } from './counts.ts';

const jest = join(dirname(createRequire(import.meta.url).resolve('jest/package.json')), 'bin', 'jest.js');

export interface JestRun {
  /** Undefined when the servers could not be started; why is said on stderr. */
  readonly counts: TestCounts | undefined;
  /** Undefined also when jest died before it could write one. */
  readonly report: JestReport | undefined;
  /** Not 0 also when a test failed, or none ran. */
  readonly exitCode: number;
}

/** @param args jest's own */
export async function runJest(args: readonly string[]): Promise<JestRun> {
  const folder = mkdtempSync(join(tmpdir(), 'connects-jest-'));
  const outputFile = join(folder, 'results.json');
  let ran = false;
  let report: JestReport | undefined;
  const exitCode = await withThrowAwayServers(async ({ titles, ...setting }) => {
    process.stderr.write(`connects: testing on ${titles.join(' and ')}\n`);
    ran = true;
    const all = [jest, '--json', `--outputFile=${outputFile}`, ...args];
    const code = await runCommand({ command: process.execPath, args: all, ...setting });
    report = readReport(outputFile);
    return code;
  });
  rmSync(folder, { recursive: true, force: true });
  if (!ran) return { counts: undefined, report, exitCode };
  const counts = judged(report, exitCode);
  const isFailure = counts.failed > 0 || counts.passed === 0;
  return { counts, report, exitCode: exitCode === 0 && isFailure ? 1 : exitCode };
}

function readReport(outputFile: string): JestReport | undefined {
  try {
    return JSON.parse(readFileSync(outputFile, 'utf8')) as JestReport;
  } catch {
    return undefined;
  }
}

function judged(report: JestReport | undefined, exitCode: number): TestCounts {
  if (report === undefined) {
    process.stderr.write(`connects: jest ended with exit code ${exitCode} and no results\n`);
    // Whatever ran, that is a failure.
    return { passed: 0, failed: 1, skipped: 0 };
  }
  const counts = countTests(report);
  if (counts.passed + counts.failed === 0) process.stderr.write('connects: no test ran\n');
  // Jest says no although no test failed: it crashed, was stopped, or a threshold was missed. That is a failure too.
  if (counts.failed > 0 || exitCode === 0 || counts.passed === 0) return counts;
  process.stderr.write(`connects: no test failed, yet jest ended with exit code ${exitCode}\n`);
  return { ...counts, failed: 1 };
}
