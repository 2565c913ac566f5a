/**
 * The boundaries of an account's past, walked again: by the calendar code alone, through every recorded change of
 * anchor, zone and plan, exactly as settling once went through them.
 */
import { type Boundary, type Instant, type LocalDate, boundary, boundaryFrom } from '../calendar.ts';
import { firstInstantOf } from '../calendar.ts';
import { type Span, readableSpans } from '../spans.ts';
import type { MonthEnd } from '../calendar.ts';
import type { PlanName } from '../terms.ts';

export interface PastBoundary {
  readonly on: LocalDate;
  /** Its instant in the zone of that time; later where a change of zone had moved it into the past. */
  readonly at: Instant;
  /** The plan with a change that was pending until then in effect. */
  readonly plan: PlanName;
  /** The date of the boundary after it, as it was known then. */
  readonly nextOn: LocalDate;
}

/**
 * Every boundary (n ≥ 1) up to and including `until`, oldest first. Before the first span its calendar and plan count.
 * @param spans at least one, oldest first
 * @param since where it is known that nothing before this instant is asked for: those before it may be left out
 */
export function pastBoundaries(
  spans: readonly Span[],
  monthEnd: MonthEnd,
  until: Instant,
  since: Instant = -Infinity,
): PastBoundary[] {
  const walk = new Walk(spans, monthEnd, since);
  const found: PastBoundary[] = [];
  while (walk.next.at <= until) found.push(walk.step());
  return found;
}

/** The first boundary after all of `found`, as it is known now: what an account's next date must be. */
export function boundaryAfterAll(spans: readonly Span[], monthEnd: MonthEnd, last: Instant): Boundary {
  const walk = new Walk(spans, monthEnd, -Infinity);
  while (walk.next.at <= last) walk.step();
  return walk.next;
}

class Walk {
  readonly #spans: readonly Span[];
  readonly #monthEnd: MonthEnd;
  #index = 0;
  #next: Boundary;

  constructor(spans: readonly Span[], monthEnd: MonthEnd, since: Instant) {
    this.#spans = readableSpans(spans);
    this.#monthEnd = monthEnd;
    const calendar = this.#calendar(this.#span);
    const first = this.#spans[0] as Span;
    // A later start is safe within the first span only: a change of anchor counts anew from 1.
    const from = Math.min(since, first.fromAt);
    this.#next = Number.isFinite(from) ? boundaryFrom(calendar, from) : boundary(calendar, 1);
    this.#passChanges();
  }

  get next(): Boundary {
    return this.#next;
  }

  step(): PastBoundary {
    const { n, on, at } = this.#next;
    const after = boundary(this.#calendar(this.#span), n + 1);
    const passed = { on, at, plan: this.#planAt(at), nextOn: after.on };
    this.#next = after;
    this.#passChanges();
    return passed;
  }

  get #span(): Span {
    return this.#spans[this.#index] as Span;
  }

  #calendar({ anchorOn, zone }: Span) {
    return { anchorOn, zone, monthEnd: this.#monthEnd };
  }

  /** At equal instants a boundary comes before a change. */
  #passChanges(): void {
    for (;;) {
      const following = this.#spans[this.#index + 1];
      if (!following || following.fromAt >= this.#next.at) return;
      const before = this.#span;
      this.#index += 1;
      // An upgrade begins anew; a change of zone keeps the date, and settles it at once where it has begun there.
      if (following.anchorOn !== before.anchorOn) this.#next = boundary(this.#calendar(following), 1);
      else if (following.zone !== before.zone) {
        const at = Math.max(firstInstantOf(this.#next.on, following.zone), this.#changedAt(following));
        this.#next = { ...this.#next, at };
      }
    }
  }

  /** A change that counts from the take-over itself is kept a millisecond later: see spansBegun. */
  #changedAt({ fromAt }: Span): Instant {
    const begun = (this.#spans[0] as Span).fromAt;
    return fromAt === begun + 1 ? begun : fromAt;
  }

  /** A pending change took effect with the boundary itself: the span that begins at its instant. */
  #planAt(at: Instant): PlanName {
    const following = this.#spans[this.#index + 1];
    const span = this.#span;
    const byBoundary =
      following?.fromAt === at && following.anchorOn === span.anchorOn && following.zone === span.zone;
    return byBoundary ? following.plan : span.plan;
  }
}
