/** What is said of runs, in operators' words. */
import type { RunAsked, RunKind, RunState } from '../../ledger/runs.ts';
import { counted } from '../../words.ts';

export const KIND_TITLES: Readonly<Record<RunKind, string>> = {
  sweep: 'Sweep',
  rerun: 'Rerun',
  backfill: 'Backfill',
  reversal: 'Reversal',
};

export const STATE_TITLES: Readonly<Record<RunState, string>> = {
  running: 'Running',
  completed: 'Completed',
  'completed-with-failures': 'With failures',
  stopping: 'Stopping',
  stopped: 'Stopped',
  failed: 'Failed',
};

const CODES: Readonly<Record<string, string>> = {
  granted: 'Granted',
  'no-monthly-grant': 'No monthly grant',
  'before-program': 'Before the program',
  'account-inactive': 'Account inactive',
  reversed: 'Taken back',
};

/** How a cycle ended; a code that is new here is shown as it is called. */
export const codeTitle = (code: string): string => CODES[code] ?? code;

const EMAILS: Readonly<Record<string, string>> = {
  sent: 'Sent',
  pending: 'Waiting',
  claimed: 'Leaving',
  sending: 'Sending',
  refused: 'Refused',
  held: 'Held',
  'too-old': 'Too old',
  suppressed: 'Suppressed',
};

export const emailTitle = (state: string): string => EMAILS[state] ?? state;

const NAMED_MAX = 5;

/** `2 accounts: a1, a2`; `plan plus, 100 at the most`; undefined for everybody who is due. */
export function askedWords(asked: RunAsked | null): string | undefined {
  if (asked === null) return undefined;
  const { accounts, first = [], plan, code, limit } = asked;
  const parts = [
    ...(accounts === undefined
      ? []
      : [
          `${counted(accounts, 'account')}: ${first.slice(0, NAMED_MAX).join(', ')}${accounts > NAMED_MAX ? ', …' : ''}`,
        ]),
    ...(plan === undefined ? [] : [`plan ${plan}`]),
    ...(code === undefined ? [] : [`code ${code}`]),
    ...(limit === undefined ? [] : [`${counted(limit, 'account')} at the most`]),
  ];
  return parts.join('; ');
}
