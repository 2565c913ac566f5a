/** What a reply to an interview request would come to from now on: the rules of the reward, asked ahead of time. */
import type { Account, Decision } from '../account.ts';
import type { Instant } from '../calendar.ts';
import type { Award, Records } from '../events/records.ts';
import { type Terms, effectiveAt, termsInForce } from '../terms.ts';
import { previewReply } from './forecast.ts';

/** From `from` on, until the next step, a reply comes to this. */
export interface ReplyStep {
  readonly from: Instant;
  readonly code: Decision['code'];
  /** In Connects; 0 where the reply is refused. */
  readonly award: number;
  /** Of a reply at `from`. */
  readonly detail: Decision['detail'];
}

const DAY = 86_400_000;

/** Instants that are looked at: a window may hold thousands of awards. The last one is always among them. */
const INSTANTS_MAX = 1_000;

/**
 * A step at `reply.at`, and one at each later instant from which a reply comes to something else: awards leave the
 * window, terms change. It holds as long as nothing else happens to the account.
 * @param records with all awards from a window's length before `reply.at` on
 * @throws broken-rule when the account's own row cannot be settled
 */
export function replyOutlook(
  account: Account,
  reply: { readonly interview: string; readonly at: Instant },
  terms: Terms,
  records: Records,
): ReplyStep[] {
  const steps: ReplyStep[] = [];
  for (const at of instantsOfChange(reply.at, terms, [...records.awards.values()])) {
    const step = stepAt(account, { ...reply, at }, terms, records);
    const before = steps.at(-1);
    if (before?.code !== step.code || before.award !== step.award) steps.push(step);
  }
  return steps;
}

/** What a reply at that very instant would come to. */
export function stepAt(
  account: Account,
  reply: { readonly interview: string; readonly at: Instant },
  terms: Terms,
  records: Records,
): ReplyStep {
  const { code, detail } = previewReply(account, reply, terms, records).decisions.at(-1) as Decision;
  return { from: reply.at, code, award: typeof detail.award === 'number' ? detail.award : 0, detail };
}

/** Between two of these nothing changes: when terms take effect, and when an award enters or leaves a window. */
function instantsOfChange(at: Instant, terms: Terms, awards: readonly Award[]): Instant[] {
  const ahead = terms.filter((row) => effectiveAt(row) > at);
  const rows = [termsInForce(terms, at), ...ahead];
  const lengths = new Set(rows.flatMap((row) => (row?.interview ? [row.interview.windowDays * DAY] : [])));
  const moves = awards.flatMap(({ occurredAt }) =>
    [...lengths].flatMap((length) => [occurredAt - length + 1, occurredAt + 1, occurredAt + length]),
  );
  const later = new Set([...ahead.map(effectiveAt), ...moves].filter((one) => one > at));
  const sorted = [at, ...[...later].toSorted((a, b) => a - b)];
  return sorted.length > INSTANTS_MAX ? [...sorted.slice(0, INSTANTS_MAX), sorted.at(-1) as Instant] : sorted;
}
