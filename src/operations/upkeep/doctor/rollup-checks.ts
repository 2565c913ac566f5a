/** The sums that charts are drawn from: whether anybody folds them. */
import { countDeltas } from '../../../ledger/rollups.ts';
import type { DoctorDeps } from './deps.ts';
import { type Finding, warning } from './finding.ts';

/** A worker folds every two seconds, whoever posts. */
const DELTAS_MAX = 20_000;

/** Told of only where it is late: charts are right all the same, and slower. */
export async function checkRollups({ db }: DoctorDeps): Promise<readonly Finding[]> {
  if ((await countDeltas(db, DELTAS_MAX)) < DELTAS_MAX) return [];
  return [
    warning(
      'charts',
      `${DELTAS_MAX} sums and more wait to be folded, and every page with charts reads them`,
      'start "connects worker": it folds them; or type "connects rollups rebuild"',
    ),
  ];
}
