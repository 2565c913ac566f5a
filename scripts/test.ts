/**
 * `npm test`: throw-away servers, then every test, or those that the arguments (jest's own) select. The last line,
 * `N passed, N failed`, holds what jest itself counted.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { closingLine, countTests, type TestCounts } from './test/counts.ts';
import { runCommand } from './servers/run-command.ts';
import { withThrowAwayServers } from './servers/throw-away.ts';

const jest = join(dirname(createRequire(import.meta.url).resolve('jest/package.json')), 'bin', 'jest.js');
const folder = mkdtempSync(join(tmpdir(), 'connects-jest-'));
const outputFile = join(folder, 'results.json');

/** Undefined when jest died before it could write them. */
function readCounts(): TestCounts | undefined {
  try {
    return countTests(JSON.parse(readFileSync(outputFile, 'utf8')));
  } catch {
    return undefined;
  }
}

let ran = false;
let counts: TestCounts | undefined;
const exitCode = await withThrowAwayServers(async (setting) => {
  const args = [jest, '--json', `--outputFile=${outputFile}`, ...process.argv.slice(2)];
  ran = true;
  const code = await runCommand({ command: process.execPath, args, ...setting });
  counts = readCounts();
  return code;
});
rmSync(folder, { recursive: true, force: true });
if (!ran) process.exit(exitCode);

// Jest died before it could count: whatever ran, that is a failure.
const { passed, failed, skipped } = counts ?? { passed: 0, failed: 1, skipped: 0 };
// Jest says no although no test failed: it crashed, was stopped, or a threshold was missed. That is a failure too.
const failedInAll = failed === 0 && exitCode !== 0 && passed > 0 ? 1 : failed;
if (counts === undefined)
  process.stderr.write(`connects: jest ended with exit code ${exitCode} and no results\n`);
else if (passed + failed === 0) process.stderr.write('connects: no test ran\n');
else if (failedInAll > failed)
  process.stderr.write(`connects: no test failed, yet jest ended with exit code ${exitCode}\n`);
process.stdout.write(`${closingLine({ passed, failed: failedInAll, skipped })}\n`);
process.exit(exitCode === 0 && (failedInAll > 0 || passed === 0) ? 1 : exitCode);
