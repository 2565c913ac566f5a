/** The sentence that heads the overview: whether a person must act, and on what. */
import { counted, formatAge, formatCount } from '../../words.ts';
import { DUE_MAX } from '../../reports/due-look.ts';
import type { Overview } from '../../reports/overview.ts';
import type { SayTone } from '../parts/say.tsx';

export interface Sentence {
  readonly tone: SayTone;
  readonly sentence: string;
  /** More about it. */
  readonly more: string;
  /** Where to act; none where nobody must. */
  readonly action: { readonly label: string; readonly href: string } | null;
}

type Known = Pick<Overview, 'now' | 'accounts' | 'due' | 'oldestDueAt' | 'putAside' | 'hold' | 'lastClean'>;

/** @param dueAlarmMs how long an account may be due before it is late */
export function sentenceOf(known: Known, dueAlarmMs: number): Sentence {
  const { accounts, putAside, due } = known;
  if (accounts === 0) return FRESH;
  if (putAside.accounts > 0) return asideSentence(known);
  if (isLate(known, dueAlarmMs)) return lateSentence(known);
  if (due > 0)
    return {
      tone: 'run',
      sentence: `Everyone is current ${withinWords(known)}.`,
      more: known.hold ? UNTIL_RELEASED : `${dueWords(due)} and being settled; nobody is put aside.`,
      action: null,
    };
  return {
    tone: 'ok',
    sentence: 'Everyone is current.',
    more: 'Nobody is due, and nobody is put aside.',
    action: null,
  };
}

const FRESH: Sentence = {
  tone: 'mute',
  sentence: 'There are no accounts yet.',
  more: 'Bring them in with "connects accounts import accounts.csv"; the first sweep after that grants what is due.',
  action: null,
};

function asideSentence(known: Known): Sentence {
  const { putAside, now } = known;
  const who = counted(putAside.accounts, 'account is', 'accounts are');
  const others = known.due === 0 ? 'everyone else is current' : lateWords(known);
  const forMs = putAside.oldestAt === null ? 0 : now - putAside.oldestAt;
  const one = putAside.accounts === 1;
  const since = `${one ? '' : 'the first '}for ${formatAge(Math.max(0, forMs) / 1_000)}`;
  return {
    tone: 'warn',
    sentence: `${who} put aside; ${others}.`,
    more: `${errorWords(putAside)}; ${since}. ${one ? 'It is' : 'They are'} granted nothing until somebody has looked and starts a rerun.`,
    action: { label: 'Look at failures', href: '/failures' },
  };
}

function errorWords({ accounts, codes }: Known['putAside']): string {
  const [most] = codes;
  if (!most) return '';
  if (accounts === 1) return `With the error ${most.code}`;
  const who = codes.length === 1 ? 'All' : `${formatCount(most.accounts)} of them`;
  return `${who} with one error, ${most.code}`;
}

function withinWords({ now, oldestDueAt }: Known): string {
  return `to within ${formatAge(Math.max(0, now - (oldestDueAt ?? now)) / 1_000)}`;
}

const isLate = ({ now, oldestDueAt }: Known, dueAlarmMs: number): boolean =>
  oldestDueAt !== null && now - oldestDueAt > dueAlarmMs;

const UNTIL_RELEASED = 'They wait until the ledger is released.';

const dueWords = (due: number): string =>
  due >= DUE_MAX
    ? `${formatCount(DUE_MAX)} accounts or more are due`
    : counted(due, 'account is due', 'accounts are due');

const lateWords = ({ due, now, oldestDueAt }: Known): string =>
  `${dueWords(due)}, the oldest for ${formatAge((now - (oldestDueAt ?? now)) / 1_000)}`;

const lateSentence = (known: Known): Sentence => ({
  tone: 'warn',
  sentence: `${lateWords(known)}.`,
  more: known.hold
    ? UNTIL_RELEASED
    : 'That is longer than it may take. "connects doctor" says what is in the way.',
  action: { label: 'Look at runs', href: '/runs' },
});
