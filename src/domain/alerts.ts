/** What whoever runs the program is told of: which alerts there are, what to do first, and when one is told. */
import type { Instant } from './calendar.ts';

export const ALERT_NAMES = [
  'due-too-long',
  'run-failed',
  'run-stopped',
  'put-aside',
  'audit-drift',
  'mail-outage',
  'ledger-held',
  'mail-held',
] as const;
export type AlertName = (typeof ALERT_NAMES)[number];

export interface AlertKind {
  /** In a few words, without a full stop. */
  readonly title: string;
  /** The command to type first. */
  readonly first: string;
  /** Of docs/runbook.md. */
  readonly heading: string;
}

export const ALERTS: Readonly<Record<AlertName, AlertKind>> = {
  'due-too-long': {
    title: 'accounts wait for their Connects',
    first: 'connects doctor',
    heading: 'ConnectsOldestDueTooOld',
  },
  'run-failed': {
    title: 'a run stopped itself',
    first: 'connects run list --limit 5',
    heading: 'ConnectsRunFailed',
  },
  'run-stopped': {
    title: 'a run was stopped',
    first: 'connects run list --limit 5',
    heading: 'ConnectsRunStopped',
  },
  'put-aside': {
    title: 'accounts are put aside',
    first: 'connects failures list --group-by error',
    heading: 'ConnectsPutAsideTooLong',
  },
  'audit-drift': {
    title: 'the audit found what does not add up',
    first: 'connects audit --fix --dry-run',
    heading: 'ConnectsAuditDrift',
  },
  'mail-outage': {
    title: 'no mail leaves',
    first: 'connects doctor',
    heading: 'ConnectsMailNotTaken',
  },
  'ledger-held': {
    title: 'the ledger is held',
    first: 'connects due',
    heading: 'ConnectsHeldTooLong',
  },
  'mail-held': {
    title: 'all mail is held',
    first: 'connects notices list --state pending --limit 5',
    heading: 'ConnectsHeldTooLong',
  },
};

/** What one message tells of an alert: that it has begun, still lasts, or is over; or a trial of the channel. */
export type AlertStep = 'begins' | 'lasts' | 'over' | 'test';

/** All that a message says, whatever it is sent by. */
export interface AlertMessage extends AlertKind {
  readonly alert: AlertName | 'test';
  readonly step: AlertStep;
  /** What was found, in sentences. */
  readonly found: string;
  readonly since: Instant;
  /** Accounts, runs, findings or notices; null where nothing is counted. */
  readonly count: number | null;
  /** As of when this was found. */
  readonly at: Instant;
  /** Which installation tells it. */
  readonly installation: string;
}

/** What a channel was last told of an alert. */
export interface ToldAlert {
  readonly state: 'on' | 'over';
  readonly since: Instant;
  readonly toldAt: Instant;
}

/** An alert that lasts is not told again sooner than this. */
export const TOLD_AGAIN_MS = 86_400_000;
/** What was told so far ahead was told by a clock that was wrong. */
const AHEAD_MAX_MS = 3_600_000;

/** What a channel is to be told now; undefined for nothing. */
export function nextStep(
  told: ToldAlert | undefined,
  isOn: boolean,
  now: Instant,
): Exclude<AlertStep, 'test'> | undefined {
  // Somebody has looked since, and told what he saw.
  if (told && told.toldAt >= now && told.toldAt - now < AHEAD_MAX_MS) return undefined;
  const isTold = told?.state === 'on';
  if (!isOn) return isTold ? 'over' : undefined;
  if (!isTold) return 'begins';
  return Math.abs(now - told.toldAt) >= TOLD_AGAIN_MS ? 'lasts' : undefined;
}
