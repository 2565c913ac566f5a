/** Which tests a run consists of, and counts from jest's JSON report. */

/** A second run on other servers consists of what leans on them most, where no argument selects anything else. */
export const SECOND_RUN = ['db', 'drills', 'faults', 'jobs', 'operations', 'scenarios'].map(
  (folder) => `test/${folder}`,
);

/**
 * Proofs at length: processes of their own, kills, outages, drills, a browser, a first start, tools. They take longer than
 * all others together, and `npm run test:all` runs them.
 */
export const AT_LENGTH = [
  'test/cli/accounts-import',
  'test/cli/closed-output',
  'test/cli/completion',
  'test/cli/events-import',
  'test/cli/export',
  'test/cli/first-signals',
  'test/cli/processes',
  'test/cli/sweep',
  'test/cli/unreachable',
  'test/console/browser',
  'test/deploy/kustomize',
  'test/deploy/prometheus',
  'test/deploy/systemd',
  'test/docs/printed-commands',
  'test/drills',
  'test/faults',
  'test/jobs',
  'test/operations/runs/stopped-runs',
  'test/operations/upkeep/apply-terms',
  'test/operations/upkeep/doctor',
  'test/scenarios/cohorts',
  'test/scenarios/fleet',
  'test/scenarios/generated',
  'test/scenarios/late-sweeps',
  'test/scenarios/once',
  'test/scripts/bench/peers',
  'test/scripts/installed-on-a-host',
  'test/scripts/start',
];

/** Jest's arguments, where no argument selects anything. */
export const BUT_AT_LENGTH = ['/node_modules/', ...AT_LENGTH].map(
  (start) => `--testPathIgnorePatterns=${start}`,
);

export interface TestCounts {
  readonly passed: number;
  /** A file that could not be run, or that fails outside its tests, counts as one failed test. */
  readonly failed: number;
  /** Skipped and to do. */
  readonly skipped: number;
}

export interface JestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    readonly status: string;
    /** The file's path. */
    readonly name: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

export function countTests(report: JestReport): TestCounts {
  const brokenFiles = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((one) => one.status === 'failed'),
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + brokenFiles.length,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/** How many tests the files in these folders hold; in all files where no folder is given. */
export function countAll(report: JestReport, folders: readonly string[]): number {
  const isMeant = (path: string): boolean =>
    folders.length === 0 || folders.some((folder) => path.includes(`/${folder}/`));
  const files = report.testResults.filter((file) => isMeant(file.name.replaceAll('\\', '/')));
  return files.reduce((sum, file) => sum + file.assertionResults.length, 0);
}

export const sumOf = (parts: readonly TestCounts[]): TestCounts => ({
  passed: parts.reduce((sum, one) => sum + one.passed, 0),
  failed: parts.reduce((sum, one) => sum + one.failed, 0),
  skipped: parts.reduce((sum, one) => sum + one.skipped, 0),
});

export function closingLine({ passed, failed, skipped }: TestCounts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
