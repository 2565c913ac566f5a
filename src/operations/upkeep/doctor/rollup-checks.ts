/** The sums that charts are drawn from: whether they are complete, and whether anybody folds them. */
import { hasMoreAccounts } from '../../../ledger/accounts.ts';
import { countDeltas } from '../../../ledger/rollups.ts';
import { findCountedAt } from '../rebuild-rollups.ts';
import type { DoctorDeps } from './deps.ts';
import { type Finding, warning } from './finding.ts';

/** A worker folds every two seconds, whoever posts. */
const DELTAS_MAX = 20_000;

/** Told of only where it is late: charts are right all the same, and slower. */
export async function checkRollups({ db }: DoctorDeps): Promise<readonly Finding[]> {
  if ((await findCountedAt(db)) === undefined && (await hasMoreAccounts(db, 0)))
    return [
      warning(
        'charts',
        'what was settled before this program kept sums is not in them: charts say that they are being counted',
        'type "connects rollups rebuild" once, after the last process of the old version has ended; work goes on meanwhile',
      ),
    ];
  if ((await countDeltas(db, DELTAS_MAX)) < DELTAS_MAX) return [];
  return [
    warning(
      'charts',
      `${DELTAS_MAX} sums and more wait to be folded, and every page with charts reads them`,
      'start "connects worker": it folds them; or type "connects rollups rebuild"',
    ),
  ];
}
