/** Runs as text. */
import { formatInstant } from '../domain/calendar.ts';
import type { RunNote } from '../ledger/run-notes.ts';
import type { Run, RunAsked } from '../ledger/runs.ts';
import type { SweepPreview } from '../operations/runs/preview-sweep.ts';
import type { RunCounts } from '../reports/run-counts.ts';
import type { RunEnd } from '../reports/run-end.ts';
import { counted, formatCount } from './words.ts';

/** A short paragraph that says what a run is and what it did. */
export function describeRun(
  run: Run,
  counts: RunCounts,
  end?: RunEnd,
  notes: readonly RunNote[] = [],
): string {
  const { settled, failed, remaining, skipped, added, cycles } = counts;
  const lines = [
    `run ${run.id} (${run.kind}) ${run.state}, as of ${formatInstant(run.asOf)}, terms version ${run.termsVersion}`,
    ...(run.asked ? [`  asked for ${askedWords(run.asked)}`] : []),
    `  accounts  ${listOf({ settled, failed, remaining, skipped })}${added > 0 && run.kind !== 'reversal' ? `; ${formatCount(added)} added since it began` : ''}`,
    `  cycles    ${formatCount(cycles)} (${listOf(counts.byCode)})`,
    `  connects  ${connectsOf(counts)}`,
    `  notices   ${listOf(counts.notices)}`,
  ];
  if (failed > 0) lines.push(`  failures  ${listOf(counts.failures)}`);
  if (end && Object.keys(end.failing).length > 0)
    lines.push(`  failing   ${listOf(end.failing)}; ${furtherOf(run)}`);
  if (end?.stop) lines.push(`  stopped   ${end.stop.at} by ${end.stop.actor}: ${end.stop.reason}`);
  lines.push(
    `  by ${run.actor}${run.reason ? `, because: ${run.reason}` : ''}; started ${formatInstant(run.startedAt)}` +
      (run.endedAt === null ? '' : `, ended ${formatInstant(run.endedAt)}`),
  );
  for (const { at, actor, note } of notes)
    lines.push(`  note      ${formatInstant(at)} by ${actor}: ${note}`);
  return lines.join('\n');
}

/** `2 accounts: a1, a2`; `plus accounts, 100 at the most` */
function askedWords({ accounts, first = [], plan, code, limit }: RunAsked): string {
  const more = accounts !== undefined && accounts > NAMED_MAX ? ', …' : '';
  return [
    ...(accounts === undefined
      ? []
      : [`${counted(accounts, 'account')}: ${first.slice(0, NAMED_MAX).join(', ')}${more}`]),
    ...(plan === undefined ? [] : [`plan ${plan}`]),
    ...(code === undefined ? [] : [`code ${code}`]),
    ...(limit === undefined ? [] : [`${formatCount(limit)} at the most`]),
  ].join('; ');
}

/** Accounts named one by one. */
const NAMED_MAX = 5;

/** `360 granted, 540 expired; -180 in all`: the sum of its entries. Of a reversal, what it took and gave back, too. */
function connectsOf({
  granted,
  expired,
  recovered,
  taken,
  returned = 0,
  notTaken,
  net,
}: PostedCounts): string {
  const parts = listOf({
    granted,
    expired,
    ...(recovered > 0 && { 'recovered as owed': recovered }),
    ...(taken !== undefined && { 'taken back': taken }),
    ...(returned > 0 && { 'given back': returned }),
    ...(notTaken !== undefined && { 'not taken': notTaken }),
  });
  return `${parts}; ${net > 0 ? '+' : ''}${formatCount(net)} in all`;
}

type PostedCounts = Pick<
  RunCounts,
  'granted' | 'expired' | 'recovered' | 'taken' | 'returned' | 'notTaken' | 'net'
>;

/** What becomes of those that a run failed at, and did not put aside itself. */
export const furtherOf = ({ kind }: Pick<Run, 'kind'>): string =>
  kind === 'rerun'
    ? 'still put aside, as before it: only another rerun tries them again ("connects rerun --all")'
    : 'not put aside, and tried again by the next run';

/** What a sweep would do. */
export function describePreview(preview: SweepPreview): string {
  const { settled, failed } = preview;
  const lines = [
    `dry run as of ${formatInstant(preview.asOf)}, terms version ${preview.termsVersion}: nothing was written`,
    `  accounts  ${formatCount(preview.due)} due: ${listOf({ 'would be settled': settled, 'would fail': failed })}`,
    `  cycles    ${formatCount(preview.cycles)} (${listOf(preview.byCode)})`,
    `  connects  ${connectsOf(preview)}`,
    `  notices   ${listOf(preview.notices)}`,
  ];
  if (failed > 0) lines.push(`  failures  ${listOf(preview.failures)}`);
  if (preview.stopsItself)
    lines.push(
      `  the run would stop itself: ${formatCount(preview.stopsItself.accounts)} fail with ${preview.stopsItself.code}. ` +
        'It would settle some of the others, and put nobody aside',
    );
  return lines.join('\n');
}

/** `1,200 granted, 3 before-program` */
export const listOf = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, count]) => `${formatCount(count)} ${name}`)
    .join(', ') || 'none';
