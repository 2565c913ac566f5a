import { type Queryable, databaseNow } from '../../db/query.ts';
import { type Instant, formatInstant } from '../../domain/calendar.ts';
import { invalidInput } from '../../errors.ts';

/**
 * What a sweep takes as now: the instant that was asked for, or the database's clock less the grace.
 * @throws invalid-input `as-of-in-future`
 */
export async function resolveAsOf(
  deps: { readonly db: Queryable; readonly settings: { readonly settleGraceMs: number } },
  asked: Instant | undefined,
): Promise<Instant> {
  const now = await databaseNow(deps.db);
  if (asked !== undefined && asked > now)
    throw invalidInput(
      'as-of-in-future',
      `--as-of ${formatInstant(asked)} is in the future: by the database's clock it is ${formatInstant(now)}. ` +
        'No boundary is settled before its instant.',
    );
  return asked ?? now - deps.settings.settleGraceMs;
}
