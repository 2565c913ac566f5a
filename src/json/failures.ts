/** Accounts that are put aside, as data. */
import { formatInstant } from '../domain/calendar.ts';
import type { CareOutcome } from '../operations/runs/care-for-failures.ts';
import type { FailureWork, Said, WorkByError } from '../reports/failure-work.ts';

const saidJson = (said: Said | null) =>
  said && { at: formatInstant(said.at), by: said.by, reason: said.words };

/** With whatever else is told of each. */
export const workJson = <Work extends FailureWork>({
  runId,
  ageMs,
  acknowledged,
  snoozed,
  note,
  ...one
}: Work) => ({
  ...one,
  run: runId,
  firstAt: formatInstant(one.firstAt),
  putAsideAt: one.putAsideAt === null ? null : formatInstant(one.putAsideAt),
  sinceAt: formatInstant(one.sinceAt),
  ageSeconds: Math.floor(ageMs / 1_000),
  acknowledged: saidJson(acknowledged),
  snoozed: snoozed && {
    at: formatInstant(snoozed.at),
    by: snoozed.by,
    reason: snoozed.words,
    until: formatInstant(snoozed.until),
  },
  note: note && { at: formatInstant(note.at), by: note.by, text: note.words },
});

/** The columns of it as CSV. */
export const WORK_FIELDS = [
  'account',
  'code',
  'message',
  'attempts',
  'firstAt',
  'putAsideAt',
  'run',
  'state',
  'sinceAt',
  'ageSeconds',
  'assignee',
  'acknowledged',
  'snoozed',
  'note',
] as const;

export const workByErrorJson = ({ oldestAgeMs, ...one }: WorkByError) => ({
  ...one,
  oldestAt: formatInstant(one.oldestAt),
  oldestAgeSeconds: Math.floor(oldestAgeMs / 1_000),
});

export const careJson = ({ changed, left }: CareOutcome, dryRun: boolean) => ({ changed, left, dryRun });
