/** How much was decided about an account since an instant: counted by the database, however much it is. */
import { type Queryable, selectRows, toDate } from '../db/query.ts';
import type { DecisionCode } from '../domain/account.ts';
import type { Instant } from '../domain/calendar.ts';

/** Decisions of one kind of subject that ended alike. */
export interface DecisionCount {
  /** What stands before the colon of the subject: `interview`, `cycle`. */
  readonly kind: string;
  readonly code: DecisionCode;
  readonly times: number;
  /** The number of the latest of them. */
  readonly lastNo: number;
}

/** Of events, and of what corrections decided of a cycle later. */
export const countDecisionsSince = (
  db: Queryable,
  account: string,
  from: Instant,
): Promise<DecisionCount[]> =>
  selectRows<DecisionCount>(
    db,
    `SELECT SUBSTRING_INDEX(subject, ':', 1) AS kind, code, COUNT(*) AS times, MAX(decision_no) AS lastNo
       FROM decisions WHERE account_id = ? AND at >= ? GROUP BY 1, 2 ORDER BY lastNo`,
    [account, toDate(from)],
  );

/** Of boundaries, whose decision is their cycle: by how they ended. */
export const countCyclesSince = (
  db: Queryable,
  account: string,
  from: Instant,
): Promise<Pick<DecisionCount, 'code' | 'times'>[]> =>
  selectRows(
    db,
    'SELECT code, COUNT(*) AS times FROM cycles WHERE account_id = ? AND starts_at >= ? GROUP BY code ORDER BY code',
    [account, toDate(from)],
  );
