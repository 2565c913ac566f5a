/** Which emails a page is about, as its address has it. */
import { NOTICE_KINDS, type NoticeKind } from '../../domain/notice-kinds.ts';
import type { NoticeState } from '../../outbox/outbox.ts';
import type { OutboxFilter } from '../../outbox/paging.ts';

/** What a tab of the page stands for. */
export const EMAIL_TABS = {
  waiting: { label: 'Waiting', states: ['pending', 'claimed', 'sending'] },
  refused: { label: 'Refused', states: ['refused'] },
  sent: { label: 'Sent', states: ['sent'] },
  'too-old': { label: 'Too old', states: ['too-old'] },
  suppressed: { label: 'Suppressed', states: ['suppressed'] },
} as const satisfies Readonly<
  Record<string, { readonly label: string; readonly states: readonly NoticeState[] }>
>;
export type EmailTab = keyof typeof EMAIL_TABS;

/** What is asked for, as the address has it. */
export interface EmailsAsked {
  readonly state: EmailTab | undefined;
  readonly kind: NoticeKind | undefined;
  readonly account: string | undefined;
  readonly run: number | undefined;
}

/** @param read the value of a query's name, or of a form's; anything that is not expected is not asked for */
export function emailsAsked(read: (name: string) => string | undefined): EmailsAsked {
  const run = Number(read('run'));
  return {
    state: (Object.keys(EMAIL_TABS) as EmailTab[]).find((one) => one === read('state')),
    kind: NOTICE_KINDS.find((one) => one === read('kind')),
    account: read('account')?.trim() || undefined,
    run: Number.isSafeInteger(run) && run > 0 ? run : undefined,
  };
}

export const outboxFilterOf = ({ state, kind, account, run }: EmailsAsked): OutboxFilter => ({
  states: state && EMAIL_TABS[state].states,
  kind,
  accountId: account,
  runId: run,
});

/** Whether anything narrows what is meant: a change of all that there are is never asked for here. */
export const isNarrowed = (asked: EmailsAsked): boolean =>
  Object.values(asked).some((one) => one !== undefined);
