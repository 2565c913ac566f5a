/** The state of a run in a list: a backfill that is paused is an open run, and not under way. */
import type { BackfillState } from '../../ledger/backfills.ts';
import type { Run } from '../../ledger/runs.ts';
import { StateChip } from '../parts/chip.tsx';

interface RunStateProps {
  readonly run: Run;
  /** Of backfills that have not ended, by their run. */
  readonly backfills: ReadonlyMap<number, BackfillState>;
}

export function RunState({ run, backfills }: RunStateProps) {
  const backfill = backfills.get(run.id);
  return backfill === undefined ? (
    <StateChip of="run" state={run.state} />
  ) : (
    <StateChip of="backfill" state={backfill} />
  );
}
