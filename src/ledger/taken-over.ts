/** What accounts were taken over with, as far as it is kept: plan, zone and anchor of the first span, status of the opening. */
import { type Queryable, selectRows } from '../db/query.ts';
import type { AccountKind, AccountStatus } from '../domain/account.ts';
import type { Instant, LocalDate } from '../domain/calendar.ts';
import type { PlanName } from '../domain/terms.ts';

export interface TakenOver {
  readonly kind: AccountKind;
  readonly plan: PlanName;
  readonly zone: string;
  readonly anchorOn: LocalDate;
  readonly trackedFrom: Instant;
  readonly openingBalance: number;
  readonly status: AccountStatus;
  /** The present one; null where it was erased. */
  readonly email: string | null;
  /** The present one, a BCP 47 tag; null where none was told. */
  readonly locale: string | null;
}

/** By account id. */
export async function findTakenOver(
  db: Queryable,
  ids: readonly string[],
): Promise<ReadonlyMap<string, TakenOver>> {
  if (ids.length === 0) return new Map();
  const rows = await selectRows<
    Omit<TakenOver, 'trackedFrom' | 'status'> & {
      id: string;
      trackedFrom: Date;
      status: AccountStatus | null;
    }
  >(
    db,
    `SELECT accounts.id, kind, opening.plan, opening.zone, opening.anchor_on AS anchorOn,
            tracked_from AS trackedFrom, opening_balance AS openingBalance, inactive_openings.status, email, locale
       FROM accounts
       JOIN account_spans AS opening ON opening.account_id = accounts.id
        AND opening.from_at = (SELECT MIN(from_at) FROM account_spans WHERE account_id = accounts.id)
       LEFT JOIN inactive_openings ON inactive_openings.account_id = accounts.id
       LEFT JOIN contacts ON contacts.account_id = accounts.id
      WHERE accounts.id IN (?) ORDER BY accounts.id`,
    [ids],
  );
  return new Map(
    rows.map(({ id, trackedFrom, status, ...row }) => [
      id,
      { ...row, trackedFrom: trackedFrom.getTime(), status: status ?? 'active' },
    ]),
  );
}
