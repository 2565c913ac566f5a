/** Which emails there are, and which decision of an event is told by one. */
import type { Decision, DecisionCode } from './account.ts';

export const NOTICE_KINDS = [
  'grant',
  'welcome',
  'readiness-test',
  'interview-award',
  'upgrade',
  'payment-failed',
  'backfill',
  'reversal',
  'reminder',
] as const;
export type NoticeKind = (typeof NOTICE_KINDS)[number];

/** Those of the monthly Connects: a member who opted out of grant emails gets none of them. */
const OPTIONAL: readonly NoticeKind[] = ['grant', 'backfill', 'reminder'];

export const isOptional = (kind: NoticeKind): boolean => OPTIONAL.includes(kind);

interface Told {
  readonly codes: readonly DecisionCode[];
  readonly kind: NoticeKind;
}

/**
 * By kind of subject; a code that is not named here is told by no email. An agency wins interviews as a freelancer does, and
 * hears of what it won; of welcomes, tests and upgrades it is not eligible for, and of replies that won nothing, it does not.
 */
const OF_SUBJECT: Readonly<Record<string, Told>> = {
  welcome: { codes: ['awarded'], kind: 'welcome' },
  'readiness-test': { codes: ['awarded'], kind: 'readiness-test' },
  interview: { codes: ['awarded', 'weekly-cap-partial'], kind: 'interview-award' },
  plan: { codes: ['upgraded'], kind: 'upgrade' },
  payment: { codes: ['payment-failed'], kind: 'payment-failed' },
};

/** Which decisions of events a kind tells of: how their subjects begin, and their codes. None for other kinds. */
export function toldSubjects(
  kind: NoticeKind,
): { readonly prefix: string; readonly codes: readonly string[] } | undefined {
  const found = Object.entries(OF_SUBJECT).find(([, told]) => told.kind === kind);
  return found && { prefix: found[0], codes: found[1].codes };
}

/** The email that tells of an event's decision; undefined where the decision changed nothing that is told. */
export function noticeKindOf({ subject, code, detail }: ToldDecision): NoticeKind | undefined {
  // Terms may give nothing for opening an account, or for the test: then there is nothing to tell.
  if (detail.award === 0) return undefined;
  const told = OF_SUBJECT[subject.split(':', 1)[0] ?? ''];
  return told?.codes.includes(code as DecisionCode) ? told.kind : undefined;
}

type ToldDecision = Pick<Decision, 'subject' | 'detail'> & { readonly code: string };
