/**
 * Looks at every account for what a backfill would do take longer than a page waits: each goes on by itself, one for all
 * who ask the same, and what it came to is kept for some minutes. Another process knows nothing of it, and looks itself.
 */
import { createHash } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import type { Database } from '../../db/connection.ts';
import { shownNow } from '../../db/query.ts';
import type { Instant } from '../../domain/calendar.ts';
import { ConnectsError } from '../../errors.ts';
import { hasMoreAccounts } from '../../ledger/accounts.ts';
import type { BackfillAsked } from '../../ledger/backfills.ts';
import { findCountedAccounts } from '../../ledger/fleet-counts.ts';
import { getLatestTerms } from '../../ledger/terms-versions.ts';
import { type BackfillPlan, planBackfill } from './backfill-plan.ts';

export interface LookDeps {
  readonly db: Database;
  readonly clock: Pick<Clock, 'elapsedMs'>;
}

export type PlanLook =
  | {
      readonly state: 'looking';
      readonly id: string;
      /** Accounts, so far. */
      readonly looked: number;
      /** About how many there are; null where that is not known. */
      readonly of: number | null;
    }
  | {
      readonly state: 'done';
      readonly id: string;
      readonly plan: BackfillPlan;
      /** When it was begun: the plan is of then, or later. */
      readonly at: Instant;
    }
  | { readonly state: 'failed'; readonly id: string; readonly error: unknown }
  /** As many as may go on at once do so for others. */
  | { readonly state: 'busy' };

interface Kept {
  look: PlanLook;
  sinceMs: number;
  readonly end: AbortController;
}

/** Of no more accounts whoever asks waits himself. */
const LOOKED_AT_ONCE = 1_000;
const AT_ONCE = 2;
/** What a look came to is shown, and may be started, for so long. */
const KEPT_MS = 300_000;
/** Nobody waits longer for one. */
const LOOKING_MAX_MS = 3_600_000;

export class PlanLooks {
  readonly #deps: LookDeps;
  readonly #kept = new Map<string, Kept>();

  constructor(deps: LookDeps) {
    this.#deps = deps;
  }

  /**
   * What it would do: of few accounts at once, of many by a look that goes on by itself, which the first to ask begins.
   * @throws not-found `unknown-account`
   */
  async ask(asked: BackfillAsked, signal: AbortSignal): Promise<PlanLook> {
    const { db } = this.#deps;
    if (asked.accounts !== undefined || !(await hasMoreAccounts(db, LOOKED_AT_ONCE))) {
      const at = await shownNow(db);
      return { state: 'done', id: '', plan: await planBackfill(db, { asked, signal }), at };
    }
    const look = this.#of(asked);
    if (look.state !== 'done' || look.plan.termsVersion === (await getLatestTerms(db)).version) return look;
    this.drop(asked);
    return this.#of(asked);
  }

  /** As far as it is; begins one where none is known. */
  #of(asked: BackfillAsked): PlanLook {
    this.#forget();
    const id = idOf(asked);
    const known = this.#kept.get(id);
    if (known) return known.look;
    if (this.#looking() >= AT_ONCE) return { state: 'busy' };
    const end = new AbortController();
    const look: PlanLook = { state: 'looking', id, looked: 0, of: null };
    const kept: Kept = { look, sinceMs: this.#deps.clock.elapsedMs(), end };
    this.#kept.set(id, kept);
    void this.#look(kept, id, asked);
    return look;
  }

  /** One that was begun in this process, and is not forgotten. */
  find(id: string): PlanLook | undefined {
    this.#forget();
    return this.#kept.get(id)?.look;
  }

  /** It is looked at anew by whoever asks next. */
  drop(asked: BackfillAsked): void {
    const id = idOf(asked);
    this.#kept.get(id)?.end.abort();
    this.#kept.delete(id);
  }

  stop(): void {
    for (const { end } of this.#kept.values()) end.abort();
    this.#kept.clear();
  }

  #looking(): number {
    return [...this.#kept.values()].filter((one) => one.look.state === 'looking').length;
  }

  #forget(): void {
    const now = this.#deps.clock.elapsedMs();
    for (const [id, { look, sinceMs, end }] of this.#kept) {
      if (now - sinceMs < (look.state === 'looking' ? LOOKING_MAX_MS : KEPT_MS)) continue;
      end.abort();
      this.#kept.delete(id);
    }
  }

  async #look(kept: Kept, id: string, asked: BackfillAsked): Promise<void> {
    const { db, clock } = this.#deps;
    const { signal } = kept.end;
    try {
      const at = await shownNow(db);
      const all = asked.plan === undefined ? ((await findCountedAccounts(db)) ?? null) : null;
      const onProgress = (looked: number): void => {
        kept.look = { state: 'looking', id, looked, of: all === null ? null : Math.max(all, looked) };
      };
      const plan = await planBackfill(db, { asked, signal, onProgress });
      kept.look = { state: 'done', id, plan, at };
    } catch (error) {
      kept.look = { state: 'failed', id, error };
    }
    kept.sinceMs = clock.elapsedMs();
  }
}

/** The same for whoever asks the same. */
const idOf = (asked: BackfillAsked): string =>
  createHash('sha256').update(JSON.stringify(asked)).digest('hex').slice(0, 16);

/** The plan that a look came to, for whoever is to start it. @throws conflict `plan-changed` where it goes on still */
export function planOf(look: PlanLook): BackfillPlan {
  if (look.state === 'failed') throw look.error;
  if (look.state === 'done') return look.plan;
  throw new ConnectsError(
    'conflict',
    'plan-changed',
    'all accounts are looked at again: the plan that was shown is of some minutes ago',
  );
}
