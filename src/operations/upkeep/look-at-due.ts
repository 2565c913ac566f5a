/** How many accounts are due, since when, by plan; and whether somebody else's locks hold some of them up. */
import type { Clock } from '../../clock.ts';
import { shownNow } from '../../db/query.ts';
import type { Instant } from '../../domain/calendar.ts';
import { countDueByPlan } from '../../ledger/accounts.ts';
import { type LedgerHold, findLedgerHold } from '../../ledger/ledger-hold.ts';
import { sumFailureWork } from '../../reports/failure-work.ts';
import { listBusy } from './list-busy.ts';

export interface Due {
  readonly asOf: Instant;
  readonly accounts: number;
  /** Held up by locks of somebody else; null where Redis cannot be asked. */
  readonly busy: number | null;
  readonly oldestAt: Instant | null;
  readonly oldestAgeMs: number;
  readonly hold: LedgerHold | undefined;
  /** Not among those that are due: nothing is settled for them until somebody has looked. */
  readonly putAside: PutAsideSum;
  readonly plans: Awaited<ReturnType<typeof countDueByPlan>>;
}

export interface PutAsideSum {
  readonly accounts: number;
  /** That nobody has acknowledged or snoozed. */
  readonly open: number;
  /** For how long the oldest of the open ones waits; 0 where there is none. */
  readonly oldestOpenAgeMs: number;
}

type Deps = Parameters<typeof listBusy>[0] & {
  readonly clock: Clock;
  readonly config: { readonly redisUrl?: string | undefined };
};

/** Whoever is due for less is due because nobody has come to him yet. */
const BUSY_AFTER_MS = 30_000;
/** Redis is asked beside what the database says, and not waited for where it hangs. */
const REDIS_WAIT_MS = 1_000;

export async function lookAtDue(deps: Deps, asOf: Instant): Promise<Due> {
  const plans = await countDueByPlan(deps.db, asOf);
  const now = await shownNow(deps.db);
  const oldestAt = plans.length > 0 ? Math.min(...plans.map((one) => one.oldestAt)) : null;
  const oldestAgeMs = oldestAt === null ? 0 : Math.max(0, now - oldestAt);
  return {
    asOf,
    accounts: plans.reduce((sum, one) => sum + one.accounts, 0),
    busy: oldestAgeMs > BUSY_AFTER_MS ? await countBusy(deps, asOf) : 0,
    oldestAt,
    oldestAgeMs,
    hold: await findLedgerHold(deps.db),
    putAside: await sumPutAside(deps.db, now),
    plans,
  };
}

async function sumPutAside(db: Deps['db'], now: Instant): Promise<PutAsideSum> {
  const sums = await sumFailureWork(db, now);
  const { accounts: open = 0, oldestAt = null } = sums.get('open') ?? {};
  return {
    accounts: [...sums.values()].reduce((sum, one) => sum + one.accounts, 0),
    open,
    oldestOpenAgeMs: oldestAt === null ? 0 : Math.max(0, now - oldestAt),
  };
}

async function countBusy(deps: Deps, asOf: Instant): Promise<number | null> {
  if (deps.config.redisUrl === undefined) return null;
  const asking = listBusy(deps, asOf).then((busy) => busy.length);
  const answered = new AbortController();
  const late = deps.clock.sleep(REDIS_WAIT_MS, answered.signal).then(() => null);
  try {
    return await Promise.race([asking.catch(() => null), late]);
  } finally {
    answered.abort();
  }
}
