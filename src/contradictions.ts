/** Settings that are right by themselves and cannot all hold: named together, in whichever of them the slip is. */
import { hasLongerGap } from './queue/cron.ts';

/** Settings as they were read; undefined where one is wrong by itself, or has no address. */
export interface Related {
  readonly graceMs: number | undefined;
  readonly alarmMs: number | undefined;
  readonly noticeAgeMs: number | undefined;
  readonly databaseUrl: string | undefined;
  readonly migrateDatabaseUrl: string | undefined;
  /** Undefined unless it is set: a default is nobody's word, and must not stand against another one. */
  readonly cron: string | undefined;
  /** Which of the two are set, and not their defaults. */
  readonly isSet: { readonly alarm: boolean; readonly noticeAge: boolean };
}

export interface Contradiction {
  readonly names: readonly string[];
  readonly message: string;
}

export const contradictionsOf = (related: Related): Contradiction[] =>
  [...graceAndAlarm(related), ...graceAndNotices(related), ownerAndUser(related)].filter(
    (one) => one !== undefined,
  );

function graceAndAlarm({ graceMs, alarmMs, cron, isSet }: Related): Contradiction[] {
  if (graceMs === undefined || alarmMs === undefined) return [];
  if (graceMs >= alarmMs)
    return [
      {
        names: ['CONNECTS_SETTLE_GRACE', 'CONNECTS_DUE_ALARM'],
        message: 'expected a grace shorter than the alarm: whoever is due is settled only after the grace',
      },
    ];
  if (cron === undefined || !isSet.alarm || !hasLongerGap(cron, alarmMs - graceMs)) return [];
  return [
    {
      names: ['CONNECTS_SWEEP_CRON', 'CONNECTS_SETTLE_GRACE', 'CONNECTS_DUE_ALARM'],
      message: 'expected an alarm not shorter than the grace and the longest time between two ticks together',
    },
  ];
}

function graceAndNotices({ graceMs, noticeAgeMs, cron, isSet }: Related): Contradiction[] {
  if (graceMs === undefined || noticeAgeMs === undefined) return [];
  if (graceMs >= noticeAgeMs)
    return [
      {
        names: ['CONNECTS_SETTLE_GRACE', 'CONNECTS_NOTICE_MAX_AGE'],
        message: 'expected a grace shorter than the age: every notice would be too old when it is staged',
      },
    ];
  if (cron === undefined || !isSet.noticeAge || !hasLongerGap(cron, noticeAgeMs - graceMs)) return [];
  return [
    {
      names: ['CONNECTS_SWEEP_CRON', 'CONNECTS_SETTLE_GRACE', 'CONNECTS_NOTICE_MAX_AGE'],
      message: 'expected an age not shorter than the grace and the longest time between two ticks together',
    },
  ];
}

/** The owner of the schema migrates what the app's user works on. */
function ownerAndUser({ databaseUrl, migrateDatabaseUrl }: Related): Contradiction | undefined {
  if (databaseUrl === undefined || migrateDatabaseUrl === undefined) return undefined;
  if (new URL(databaseUrl).pathname === new URL(migrateDatabaseUrl).pathname) return undefined;
  return {
    names: ['DATABASE_URL', 'MIGRATE_DATABASE_URL'],
    message: 'expected one and the same database at the end of both',
  };
}
