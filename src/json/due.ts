/** What is due, as data. */
import { formatInstant } from '../domain/calendar.ts';
import type { Due } from '../operations/upkeep/look-at-due.ts';
import type { DueAhead } from '../reports/due-ahead.ts';
import { holdOrNull } from './holds.ts';

export const dueJson = ({
  asOf,
  accounts,
  exact,
  busy,
  oldestAt,
  oldestAgeMs,
  hold,
  putAside,
  plans,
}: Due) => ({
  asOf: formatInstant(asOf),
  accounts,
  exact,
  busy,
  oldestAt: oldestAt === null ? null : formatInstant(oldestAt),
  oldestAgeSeconds: Math.round(oldestAgeMs / 1_000),
  hold: holdOrNull(hold),
  putAside: {
    accounts: putAside.accounts,
    open: putAside.open,
    oldestOpenAgeSeconds: Math.round(putAside.oldestOpenAgeMs / 1_000),
  },
  plans: plans.map((one) => ({ ...one, oldestAt: formatInstant(one.oldestAt) })),
});

export const aheadJson = ({ countedAt, days }: DueAhead) => ({ countedAt: formatInstant(countedAt), days });
