/** Runs as data: what `run list --json` and `run show --json` print, and /v1/runs answers. */
import { formatInstant } from '../domain/calendar.ts';
import type { RunNote } from '../ledger/run-notes.ts';
import type { Run } from '../ledger/runs.ts';
import type { NoteRequest } from '../operations/runs/note-run.ts';
import type { KnownAccounts, KnownCounts } from '../reports/run-kept-counts.ts';
import type { StopOutcome } from '../operations/runs/stop-run.ts';

export const runJson = ({ id, ...run }: Run) => ({
  run: id,
  ...run,
  asOf: formatInstant(run.asOf),
  startedAt: formatInstant(run.startedAt),
  heartbeatAt: formatInstant(run.heartbeatAt),
  endedAt: run.endedAt === null ? null : formatInstant(run.endedAt),
});

export const noteJson = ({ at, ...note }: RunNote) => ({ at: formatInstant(at), ...note });

/** A note as it was just written down. */
export const notedJson = ({ run, note, actor }: NoteRequest, dryRun: boolean) => ({
  run,
  note,
  actor,
  dryRun,
});

/**
 * @param counts as much of them as is told: of a list only those of accounts
 * @param exact false where its accounts are estimated
 */
export const countedRunJson = <Counts extends object>(
  run: Run,
  counts: Counts,
  notes: readonly RunNote[],
  exact = true,
) => ({ ...runJson(run), exact, ...counts, notes: notes.map(noteJson) });

/** In a list: only what became of its accounts. */
export function listedRunJson(
  { run, counts, exact }: KnownAccounts & { readonly run: Run },
  notes: readonly RunNote[],
) {
  const { settled, failed, remaining, skipped, added } = counts;
  return countedRunJson(run, { settled, failed, remaining, skipped, added }, notes, exact);
}

/** What is known of a run while somebody waits: what only counting would tell is null of a large one that is open. */
export function knownCountsJson(
  { counts, exact }: KnownCounts,
  notices: Readonly<Record<string, number>> | null,
) {
  const told = { ...counts, notices };
  if (exact) return told;
  const later = { cycles: null, granted: null, expired: null, recovered: null, net: null, byCode: null };
  return { ...told, ...later };
}

export const stopJson = (
  { run, remaining, inFlight, queued }: StopOutcome,
  state: Run['state'] | 'previewed',
) => ({
  run: run.id,
  kind: run.kind,
  state,
  remaining,
  inFlight,
  queued,
});
