/** What events posted by the numbers of the terms, in a stretch of time: awards and the entries of upgrades. */
import { type Queryable, selectRows, toDate } from '../db/query.ts';
import type { Instant } from '../domain/calendar.ts';

/** The part of a row of the terms that such an entry was decided by. */
export type AwardPart = 'welcome' | 'readinessTest' | 'interview' | 'plus';

export interface AwardUse {
  readonly part: AwardPart;
  readonly entries: number;
  readonly first: Instant;
  readonly last: Instant;
}

/** Looks through the whole ledger: terms are applied a few times a year. An interview counts by its reply's instant. */
export async function listAwardUse(
  db: Queryable,
  from: Instant,
  until: Instant | undefined,
): Promise<AwardUse[]> {
  const rows = await selectRows<Omit<AwardUse, 'first' | 'last'> & { first: Date; last: Date }>(
    db,
    `SELECT part, COUNT(*) AS entries, MIN(at) AS first, MAX(at) AS last FROM (
       SELECT CASE kind WHEN 'welcome' THEN 'welcome' WHEN 'readiness-test' THEN 'readinessTest'
                        WHEN 'upgrade-plan' THEN 'plus' WHEN 'upgrade-free' THEN 'plus' ELSE 'interview' END AS part,
              IF(kind IN ('interview-award', 'interview-refund'), occurred_at, effective_at) AS at
         FROM entries
        WHERE kind IN ('welcome', 'readiness-test', 'upgrade-plan', 'upgrade-free', 'interview-award', 'interview-refund')
     ) AS posted
     WHERE at >= ? ${until === undefined ? '' : 'AND at < ?'} GROUP BY part ORDER BY part`,
    [toDate(from), ...(until === undefined ? [] : [toDate(until)])],
  );
  return rows.map((row) => ({ ...row, first: row.first.getTime(), last: row.last.getTime() }));
}
