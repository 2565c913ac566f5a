/** What a run of the tests consists of, and says about itself in its last line. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  AT_LENGTH,
  closingLine,
  countAll,
  countTests,
  type JestReport,
  SECOND_RUN,
  sumOf,
} from '../../scripts/test/counts.ts';

const fileOf = (name: string, statuses: readonly string[], status = 'passed') => ({
  name: `/somewhere/${name}`,
  status,
  assertionResults: statuses.map((one) => ({ status: one })),
});

const report: JestReport = {
  numPassedTests: 3,
  numFailedTests: 1,
  numPendingTests: 1,
  numTodoTests: 1,
  testResults: [
    fileOf('test/faults/a.test.ts', ['passed', 'failed'], 'failed'),
    fileOf('test/faults/b.test.ts', [], 'failed'),
    fileOf('test/cli/c.test.ts', ['passed', 'passed', 'pending', 'todo']),
  ],
};

it('counts a file that could not be run as one failed test', () => {
  expect(countTests(report)).toEqual({ passed: 3, failed: 2, skipped: 2 });
});

it('counts all tests of some folders, whatever became of them', () => {
  expect(countAll(report, ['test/faults', 'test/docs'])).toBe(2);
  expect(countAll(report, [])).toBe(6);
});

it('adds up runs in one line, in which skipped tests stand where there are any', () => {
  const skipped = { passed: 0, failed: 0, skipped: 7 };
  expect(closingLine(sumOf([countTests(report), skipped]))).toBe('3 passed, 2 failed, 9 skipped');
  expect(closingLine(sumOf([{ passed: 4, failed: 0, skipped: 0 }]))).toBe('4 passed, 0 failed');
});

it('runs a second time what README says, all of which is there', () => {
  const root = join(__dirname, '..', '..');
  const readme = readFileSync(join(root, 'README.md'), 'utf8').replaceAll(/\s+/g, ' ');
  const [, named = ''] = /a second time, on MySQL and Valkey: (.*?)\. /.exec(readme) ?? [];
  expect([...named.matchAll(/`(test\/\w+)`/g)].map((found) => found[1])).toEqual(SECOND_RUN);
  expect(SECOND_RUN.filter((folder) => !existsSync(join(root, folder)))).toEqual([]);
});

it('leaves out proofs at length that are all there', () => {
  const root = join(__dirname, '..', '..');
  const isThere = (start: string): boolean =>
    [start, `${start}.test.ts`].some((path) => existsSync(join(root, path)));
  expect(AT_LENGTH.filter((start) => !isThere(start))).toEqual([]);
});
