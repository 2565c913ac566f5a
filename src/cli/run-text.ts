/** Runs as text. */
import { formatInstant } from '../domain/calendar.ts';
import type { Run } from '../ledger/runs.ts';
import type { RunCounts } from '../reports/run-counts.ts';

/** A short paragraph that says what a run is and what it did. */
export function describeRun(run: Run, counts: RunCounts): string {
  const lines = [
    `run ${run.id} (${run.kind}) ${run.state}, as of ${formatInstant(run.asOf)}, terms version ${run.termsVersion}`,
    `  accounts  ${counts.settled} settled, ${counts.failed} failed, ${counts.remaining} remaining, ${counts.skipped} skipped`,
    `  cycles    ${counts.cycles} (${listOf(counts.byCode)})`,
    `  connects  ${counts.granted} granted, ${counts.expired} expired`,
    `  notices   ${listOf(counts.notices)}`,
  ];
  if (counts.failed > 0) lines.push(`  failures  ${listOf(counts.failures)}`);
  lines.push(
    `  by ${run.actor}${run.reason ? `, because: ${run.reason}` : ''}; started ${formatInstant(run.startedAt)}` +
      (run.endedAt === null ? '' : `, ended ${formatInstant(run.endedAt)}`),
  );
  return lines.join('\n');
}

const listOf = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ') || 'none';
