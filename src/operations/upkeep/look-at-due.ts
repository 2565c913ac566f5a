/** How many accounts are due, since when, by plan; and whether somebody else's locks hold some of them up. */
import type { Clock } from '../../clock.ts';
import { shownNow } from '../../db/query.ts';
import type { Instant } from '../../domain/calendar.ts';
import { type DueByPlan, countDueByPlan } from '../../ledger/accounts.ts';
import { type LedgerHold, findLedgerHold } from '../../ledger/ledger-hold.ts';
import { DUE_MAX, DueLook, lookForDue } from '../../reports/due-look.ts';
import { COUNTED_MAX } from '../../reports/failure-facets.ts';
import { lookAtAside, sumLooked } from '../../reports/failure-look.ts';
import { sumFailureWork } from '../../reports/failure-work.ts';
import { listBusy } from './list-busy.ts';

export interface Due {
  readonly asOf: Instant;
  readonly accounts: number;
  /** False where only the first were counted, by plan and in all: then there are so many, or more. */
  readonly exact: boolean;
  /** Held up by locks of somebody else; null where Redis cannot be asked. */
  readonly busy: number | null;
  readonly oldestAt: Instant | null;
  readonly oldestAgeMs: number;
  readonly hold: LedgerHold | undefined;
  /** Not among those that are due: nothing is settled for them until somebody has looked. */
  readonly putAside: PutAsideSum;
  readonly plans: readonly DueByPlan[];
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
  const now = await shownNow(deps.db);
  const plans = await countDueByPlan(deps.db, asOf);
  return told(deps, { asOf, now, plans, exact: true, sums: await sumFailureWork(deps.db, now) });
}

/** The same for whoever waits for a page: those who are due are counted up to DUE_MAX. */
export async function lookAtDueQuickly(deps: Deps, asOf: Instant): Promise<Due> {
  const now = await shownNow(deps.db);
  const aside = await lookAtAside(deps.db, now, COUNTED_MAX);
  const isAll = aside.length < COUNTED_MAX;
  const look = isAll ? await DueLook.take(deps.db, now, aside) : await lookForDue(deps.db, now);
  const plans = await look.byPlanUpTo(asOf, DUE_MAX);
  const sums = isAll ? sumLooked(aside) : await sumFailureWork(deps.db, now);
  return told(deps, { asOf, now, plans, exact: sumOf(plans) < DUE_MAX, sums });
}

interface Looked extends Pick<Due, 'asOf' | 'exact' | 'plans'> {
  readonly now: Instant;
  readonly sums: Awaited<ReturnType<typeof sumFailureWork>>;
}

const sumOf = (plans: readonly DueByPlan[]): number => plans.reduce((sum, one) => sum + one.accounts, 0);

async function told(deps: Deps, { asOf, now, plans, exact, sums }: Looked): Promise<Due> {
  const oldestAt = plans.length > 0 ? Math.min(...plans.map((one) => one.oldestAt)) : null;
  const oldestAgeMs = oldestAt === null ? 0 : Math.max(0, now - oldestAt);
  return {
    asOf,
    accounts: sumOf(plans),
    exact,
    busy: oldestAgeMs > BUSY_AFTER_MS ? await countBusy(deps, asOf) : 0,
    oldestAt,
    oldestAgeMs,
    hold: await findLedgerHold(deps.db),
    putAside: putAsideOf(sums, now),
    plans,
  };
}

function putAsideOf(sums: Looked['sums'], now: Instant): PutAsideSum {
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
