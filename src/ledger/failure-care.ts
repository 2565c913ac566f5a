/** SQL of `failure_care`: what operators said about accounts that are put aside. */
import type { Transaction } from '../db/connection.ts';
import { insertRows, toDate, updateOf } from '../db/query.ts';
import type { Cell } from '../db/tuples.ts';
import type { Instant } from '../domain/calendar.ts';

/** What a person says about an account that is put aside. */
export type Care =
  /** Known, until it fails anew. */
  | { readonly kind: 'ack'; readonly reason: string }
  /** Not to be looked at before that instant. */
  | { readonly kind: 'snooze'; readonly until: Instant; readonly reason: string }
  /** Whose it is; null for nobody's any more. */
  | { readonly kind: 'assign'; readonly assignee: string | null }
  | { readonly kind: 'note'; readonly text: string }
  /** Neither known nor put off any more. */
  | { readonly kind: 'reopen' };

/** Writes the same of each; whatever else was said of it stays. */
export async function writeCare(
  transaction: Transaction,
  accountIds: readonly string[],
  care: Care,
  by: { readonly at: Instant; readonly actor: string },
): Promise<void> {
  const cells = Object.entries(cellsOf(care, by));
  const columns = cells.map(([column]) => column);
  const rows = accountIds.map((id) => [id, ...cells.map(([, cell]) => cell)]);
  await insertRows(transaction, 'failure_care', ['account_id', ...columns], rows, updateOf(columns));
}

function cellsOf(care: Care, { at, actor }: { at: Instant; actor: string }): Record<string, Cell> {
  const now = toDate(at);
  switch (care.kind) {
    case 'ack':
      return { acknowledged_at: now, acknowledged_by: actor, acknowledged_reason: care.reason };
    case 'snooze':
      return {
        snoozed_at: now,
        snoozed_until: toDate(care.until),
        snoozed_by: actor,
        snoozed_reason: care.reason,
      };
    case 'assign':
      return { assigned_at: now, assigned_by: actor, assignee: care.assignee };
    case 'note':
      return { noted_at: now, noted_by: actor, note: care.text };
    case 'reopen':
      return { acknowledged_at: null, snoozed_until: null };
  }
}
