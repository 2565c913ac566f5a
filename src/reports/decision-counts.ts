/** How much was decided about an account since an instant: counted by the database, however much it is, or of rows that are known. */
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

/** The same, of decisions that were read already. @param decisions in their order */
export function countDecisions(
  decisions: readonly { readonly no: number; readonly subject: string; readonly code: DecisionCode }[],
): DecisionCount[] {
  const counts = new Map<string, DecisionCount>();
  for (const { no, subject, code } of decisions) {
    const kind = subject.split(':', 1)[0] ?? subject;
    const key = `${kind}:${code}`;
    const { times } = counts.get(key) ?? { times: 0 };
    // At the end of all: it is the latest now.
    counts.delete(key);
    counts.set(key, { kind, code, times: times + 1, lastNo: no });
  }
  return [...counts.values()];
}

/** The same, of boundaries that were read already. */
export function countCycles<Code extends DecisionCode>(
  cycles: readonly { readonly code: Code }[],
): { readonly code: Code; readonly times: number }[] {
  const times = new Map<Code, number>();
  for (const { code } of cycles) times.set(code, (times.get(code) ?? 0) + 1);
  return [...times]
    .map(([code, count]) => ({ code, times: count }))
    .toSorted((a, b) => (a.code < b.code ? -1 : 1));
}
