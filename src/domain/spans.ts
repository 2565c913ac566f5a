/**
 * What an account's calendar and plan were, and from when: one span per change, so that the boundaries of its past can
 * still be computed when it is audited, or granted what it missed.
 */
import type { Account } from './account.ts';
import { type Instant, type LocalDate, isKnownZone } from './calendar.ts';
import type { SettledBoundary } from './settle.ts';
import type { PlanName } from './terms.ts';

/** Holds from its instant until the next span's. */
export interface Span {
  readonly fromAt: Instant;
  readonly anchorOn: LocalDate;
  readonly zone: string;
  readonly plan: PlanName;
}

export const spanOf = ({ anchorOn, zone, plan }: Account, fromAt: Instant): Span => ({
  fromAt,
  anchorOn,
  zone,
  plan,
});

/** What an account was from an instant on. */
export interface StateFrom {
  readonly account: Account;
  readonly at: Instant;
}

/** An account's states after each boundary, in order. */
export const statesOf = (settled: readonly SettledBoundary[]): StateFrom[] =>
  settled.map(({ account, settlement }) => ({ account, at: settlement.startsAt }));

/**
 * The spans that begin with these states, which followed `before` in this order. Where several changes share an
 * instant, the last one's is the span. But an account's first span stays as it was at the take-over, because what came
 * before is computed from it: a change at that very instant begins a millisecond later.
 */
export function spansBegun(before: Account, states: readonly StateFrom[]): Span[] {
  const spans: Span[] = [];
  let previous = before;
  for (const { account, at } of states) {
    if (sameSpan(previous, account)) continue;
    const fromAt = at === account.trackedFrom ? at + 1 : at;
    if (spans.at(-1)?.fromAt === fromAt) spans.pop();
    spans.push(spanOf(account, fromAt));
    previous = account;
  }
  return spans;
}

const sameSpan = (a: Account, b: Account): boolean =>
  a.anchorOn === b.anchorOn && a.zone === b.zone && a.plan === b.plan;

/** A zone that this machine does not know, or no longer knows, is read as that of the span after it. */
export function readableSpans(spans: readonly Span[]): readonly Span[] {
  if (spans.every((one) => isKnownZone(one.zone))) return spans;
  return spans.reduceRight<Span[]>(
    (later, one) => [isKnownZone(one.zone) ? one : { ...one, zone: later[0]?.zone ?? one.zone }, ...later],
    [],
  );
}
