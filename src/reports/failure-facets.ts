/**
 * Those that are put aside, counted by what they have in common: error, run, plan, version, age, and what was said of
 * them. One look counts all.
 */
import type { Queryable } from '../db/query.ts';
import type { Instant } from '../domain/calendar.ts';
import type { PlanName } from '../domain/terms.ts';
import { countPutAside } from '../ledger/put-aside.ts';
import type { RunKind } from '../ledger/runs.ts';
import { type LookedAside, lookAtAside } from './failure-look.ts';
import type { WorkPosition } from './failure-page.ts';
import type { AsideFilter, FailureState } from './failure-work.ts';

const HOUR_MS = 3_600_000;

/** Ages by which they are counted, in hours; each is a filter of its own. */
export const AGES = {
  hour: { fromH: 0, untilH: 1 },
  hours: { fromH: 1, untilH: 8 },
  day: { fromH: 8, untilH: 24 },
  week: { fromH: 24, untilH: 168 },
  older: { fromH: 168, untilH: null },
} as const;
export type Age = keyof typeof AGES;
export const AGE_NAMES = Object.keys(AGES) as readonly Age[];

/** What narrows a list to accounts of one age. */
export function ageFilter(age: Age): Pick<AsideFilter, 'olderThanMs' | 'youngerThanMs'> {
  const { fromH, untilH } = AGES[age];
  return {
    ...(fromH > 0 && { olderThanMs: fromH * HOUR_MS }),
    ...(untilH !== null && { youngerThanMs: untilH * HOUR_MS }),
  };
}

/** What is chosen in each facet; all must hold. */
export interface FacetChoice {
  readonly code?: string;
  readonly runId?: number;
  readonly plan?: PlanName;
  /** Null for runs of which it was not recorded. */
  readonly version?: string | null;
  readonly age?: Age;
  readonly state?: Exclude<FailureState, 'failing'>;
  readonly assignee?: string;
}

/** The same choice, as the lists and operations take it. */
export function filterOf({ age, ...choice }: FacetChoice): AsideFilter {
  return { ...choice, ...(age !== undefined && ageFilter(age)) };
}

export interface FacetCount<Value> {
  readonly value: Value;
  readonly accounts: number;
}

export interface FailureFacets {
  /** Put aside, whatever is chosen. */
  readonly all: number;
  /** That match the whole choice, among those that were counted. */
  readonly matching: number;
  /** False where more are put aside than are counted at a time: then the facets are of the first of them. */
  readonly complete: boolean;
  /** Each counts those that match what is chosen in all other facets, the most frequent first. */
  readonly codes: readonly FacetCount<string>[];
  readonly runs: readonly (FacetCount<number> & { readonly kind: RunKind | null })[];
  readonly plans: readonly FacetCount<PlanName | null>[];
  readonly versions: readonly FacetCount<string | null>[];
  /** In the order of `AGES`. */
  readonly ages: readonly FacetCount<Age>[];
  readonly states: readonly FacetCount<FailureState>[];
  /** Null for nobody's. */
  readonly assignees: readonly FacetCount<string | null>[];
  /** Of those that match: how many were put aside in each of the last 48 hours, by error; 0 is the hour that ends now. */
  readonly perHour: readonly {
    readonly hoursAgo: number;
    readonly code: string;
    readonly accounts: number;
  }[];
}

/** Accounts that are looked at for one reading, by error and id. */
export const COUNTED_MAX = 10_000;
const HOURS_SHOWN = 48;

export async function readFailureFacets(
  db: Queryable,
  choice: FacetChoice,
  now: Instant,
  countedMax = COUNTED_MAX,
): Promise<FailureFacets> {
  return (await readMatching(db, choice, now, countedMax)).facets;
}

/** Also who matches the choice, in the order of errors and accounts; null where not all were looked at. */
export async function readMatching(
  db: Queryable,
  choice: FacetChoice,
  now: Instant,
  countedMax = COUNTED_MAX,
): Promise<{ readonly facets: FailureFacets; readonly found: readonly WorkPosition[] | null }> {
  const looked = await lookAtAside(db, now, countedMax);
  const complete = looked.length < countedMax;
  const but = (facet: keyof FacetChoice): LookedAside[] => {
    const { [facet]: _chosen, ...others } = choice;
    return looked.filter((one) => (facet === 'runId' ? matchesRest(one, others) : matches(one, others)));
  };
  const matching = looked.filter((one) => matches(one, choice));
  const ages = but('age').map(ageOf);
  const facets: FailureFacets = {
    all: complete ? looked.filter((one) => one.isLatest).length : await countPutAside(db),
    matching: matching.length,
    complete,
    codes: byValue(but('code'), (one) => one.code),
    runs: byValue(but('runId'), (one) => one.runId).map((one) => ({
      ...one,
      kind: looked.find(({ runId }) => runId === one.value)?.kind ?? null,
    })),
    plans: byValue(but('plan'), (one) => one.plan),
    versions: byValue(but('version'), (one) => one.version),
    ages: AGE_NAMES.map((value) => ({
      value,
      accounts: ages.filter((one) => one === value).length,
    })).filter((one) => one.accounts > 0),
    states: byValue(but('state'), (one) => one.state),
    assignees: byValue(but('assignee'), (one) => one.assignee),
    perHour: perHourOf(matching),
  };
  return { facets, found: complete ? matching : null };
}

const ageOf = ({ hours }: LookedAside): Age =>
  AGE_NAMES.find((name) => hours < (AGES[name].untilH ?? Infinity)) as Age;

const matches = (one: LookedAside, choice: FacetChoice): boolean =>
  (choice.runId === undefined ? one.isLatest : one.runId === choice.runId) && matchesRest(one, choice);

const matchesRest = (one: LookedAside, choice: Omit<FacetChoice, 'runId'>): boolean =>
  (choice.code === undefined || one.code === choice.code) &&
  (choice.plan === undefined || one.plan === choice.plan) &&
  (choice.version === undefined || one.version === choice.version) &&
  (choice.age === undefined || ageOf(one) === choice.age) &&
  (choice.state === undefined || one.state === choice.state) &&
  (choice.assignee === undefined || one.assignee === choice.assignee);

function byValue<Value>(
  looked: readonly LookedAside[],
  valueOf: (one: LookedAside) => Value,
): FacetCount<Value>[] {
  const counts = new Map<Value, number>();
  for (const one of looked) counts.set(valueOf(one), (counts.get(valueOf(one)) ?? 0) + 1);
  return [...counts]
    .map(([value, accounts]) => ({ value, accounts }))
    .toSorted((a, b) => b.accounts - a.accounts || (String(a.value) < String(b.value) ? -1 : 1));
}

function perHourOf(looked: readonly LookedAside[]): FailureFacets['perHour'] {
  const counts = new Map<string, number>();
  for (const { hours, code } of looked)
    if (hours < HOURS_SHOWN) counts.set(`${hours} ${code}`, (counts.get(`${hours} ${code}`) ?? 0) + 1);
  return [...counts].map(([key, accounts]) => {
    const [hoursAgo, code] = key.split(' ') as [string, string];
    return { hoursAgo: Number(hoursAgo), code, accounts };
  });
}
