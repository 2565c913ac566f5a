/** Open backfills: which of them waits for whom, and which nobody works on. */
import { type Instant, formatInstant } from '../../../domain/calendar.ts';
import { nextOpening } from '../../../domain/corrections/window.ts';
import type { Backfill } from '../../../ledger/backfills.ts';
import type { Run } from '../../../ledger/runs.ts';
import { counted, formatAge } from '../../../words.ts';
import { type Finding, fault, ok, warning } from './finding.ts';

export interface Looked {
  readonly now: Instant;
  /** Sweeps come at least so often, and each goes on with it: until then nobody is missing. */
  readonly silentMaxMs: number;
}

/** @returns what is to be told of it; undefined while it gets on */
export function checkBackfill(
  backfill: Backfill,
  run: Run,
  { now, silentMaxMs }: Looked,
): Finding | undefined {
  const { id, state, window, planned, actor, createdAt } = backfill;
  if (state === 'awaiting-approval')
    return warning(
      'runs',
      `backfill ${id} of ${counted(planned.connects, 'Connect')} waits for a second person since ${formatInstant(createdAt)}`,
      `"connects backfill show ${id}"; then somebody else than ${actor}: "connects backfill approve ${id} --reason R --yes"; ` +
        `or "connects backfill cancel ${id}"`,
    );
  if (state === 'paused')
    return warning(
      'runs',
      `backfill ${id} is paused`,
      `"connects backfill resume ${id} --work", or "connects backfill cancel ${id}"`,
    );
  const opensAt = window === null ? run.heartbeatAt : nextOpening(window, now);
  if (opensAt > now) return ok('runs', `backfill ${id} goes on at ${formatInstant(opensAt)}`);
  const silentMs = now - Math.max(run.heartbeatAt, opensAt);
  if (silentMs <= silentMaxMs) return undefined;
  return fault(
    'runs',
    `backfill ${id} (run ${run.id}) is open, and nobody has worked on it for ${formatAge(silentMs / 1_000)}`,
    `"connects backfill resume ${id} --work" goes on with it; so does a worker, and every "connects sweep --work"`,
  );
}
