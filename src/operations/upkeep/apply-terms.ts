/** Storing a new version of the terms. History keeps its meaning: what was granted by stays as it was. */
import { type Database, type Transaction, inTransaction } from '../../db/connection.ts';
import { isDuplicateKey } from '../../db/errors.ts';
import { databaseNow } from '../../db/query.ts';
import { type Instant, formatInstant } from '../../domain/calendar.ts';
import {
  type Fault,
  PLAN_NAMES,
  type PlanName,
  type Terms,
  effectiveAt,
  monthEndOf,
  termsInForce,
} from '../../domain/terms.ts';
import { countAccounts } from '../../ledger/accounts.ts';
import { insertAudit } from '../../ledger/audit-log.ts';
import { type AwardPart, listAwardUse } from '../../ledger/award-use.ts';
import { findUsedRange, listUsers } from '../../ledger/cycles.ts';
import { type TermsVersion, findLatestTerms, insertTermsVersion } from '../../ledger/terms-versions.ts';

export interface ApplyTermsRequest {
  readonly terms: Terms;
  readonly actor: string;
  readonly reason: string;
  readonly dryRun: boolean;
  /** Also where awards and upgrades were posted by numbers that change: they stay as they are. */
  readonly despiteAwards?: boolean;
}

export type ApplyTermsOutcome =
  | { readonly outcome: 'applied'; readonly version: number }
  | { readonly outcome: 'unchanged'; readonly version: number }
  | { readonly outcome: 'refused'; readonly faults: readonly Fault[] };

/** Each turn that is lost is one that somebody else won: more of them at once than this is no people's work. */
const TURNS_MAX = 50;

/**
 * Those who apply at once take turns: a version's number is taken once, and whoever comes second looks again and sees
 * the version of the one before. No row is locked, because MySQL lets nobody lock what he may only read.
 */
export async function applyTerms(
  deps: { readonly db: Database },
  request: ApplyTermsRequest,
): Promise<ApplyTermsOutcome> {
  for (let turn = 1; ; turn += 1) {
    try {
      return await inTransaction(deps.db, (transaction) => applyOnce(transaction, request));
    } catch (error) {
      if (!isDuplicateKey(error) || turn >= TURNS_MAX) throw error;
    }
  }
}

async function applyOnce(transaction: Transaction, request: ApplyTermsRequest): Promise<ApplyTermsOutcome> {
  const latest = await findLatestTerms(transaction);
  if (latest && JSON.stringify(latest.terms) === JSON.stringify(request.terms))
    return { outcome: 'unchanged', version: latest.version };
  const faults = latest ? await faultsAgainstHistory(transaction, latest.terms, request) : [];
  if (faults.length > 0) return { outcome: 'refused', faults };
  const version = (latest?.version ?? 0) + 1;
  if (!request.dryRun) await store(transaction, request, version, latest);
  return { outcome: 'applied', version };
}

async function store(
  transaction: Transaction,
  { terms, actor, reason }: ApplyTermsRequest,
  version: number,
  latest: TermsVersion | undefined,
): Promise<void> {
  const at = await databaseNow(transaction);
  await insertTermsVersion(transaction, { version, terms, appliedAt: at, actor, reason });
  const before = latest ? { version: latest.version, terms: latest.terms } : null;
  const after = { version, terms };
  await insertAudit(transaction, {
    at,
    actor,
    action: 'terms.apply',
    target: `terms:${version}`,
    reason,
    before,
    after,
    runId: null,
  });
}

/** A row that something was settled by must stand in the new file as it was, for as long as it was used. */
async function faultsAgainstHistory(
  transaction: Transaction,
  old: Terms,
  { terms: next, despiteAwards }: ApplyTermsRequest,
): Promise<Fault[]> {
  const faults: Fault[] = [];
  if (monthEndOf(old) !== monthEndOf(next) && (await countAccounts(transaction)) > 0)
    faults.push({
      where: 'monthEnd',
      what: `expected "${monthEndOf(old)}": the accounts' next dates were computed by it`,
    });
  for (const [index, row] of old.entries()) {
    const following = old[index + 1];
    const [from, until] = [effectiveAt(row), following && effectiveAt(following)];
    if (!despiteAwards) faults.push(...(await awardFaults(transaction, { row, from, until }, next)));
    const touched = await findUsedRange(transaction, from, until, PLAN_NAMES);
    const plans = touched ? plansChanged(row, next, touched) : [];
    const used = plans.length === 0 ? undefined : await findUsedRange(transaction, from, until, plans);
    if (!used) continue;
    const users = await listUsers(transaction, from, until, plans, USERS_NAMED + 1);
    faults.push({
      where: row.effectiveFrom,
      what:
        `the row of ${row.effectiveFrom} was used from ${formatInstant(used.first)} to ${formatInstant(used.last)} and ` +
        `must stay as it is, unless what it granted is taken back first: ${commandsOf(users, plans)}`,
    });
  }
  return faults;
}

interface Stretch {
  readonly row: Terms[number];
  readonly from: Instant;
  readonly until: Instant | undefined;
}

/** What members were awarded at once cannot be taken back by a run's number: a person has to decide about it. */
async function awardFaults(
  transaction: Transaction,
  { row, from, until }: Stretch,
  next: Terms,
): Promise<Fault[]> {
  const used = await listAwardUse(transaction, from, until);
  return used
    .filter(({ part, first, last }) => {
      const rows = next.filter((one) => effectiveAt(one) > first && effectiveAt(one) <= last);
      return [termsInForce(next, first), ...rows].some((one) => !one || !sameNumber(one, row, part));
    })
    .map(({ part, entries, first, last }) => ({
      where: `${row.effectiveFrom}, ${WHERE[part]}`,
      what:
        `${entries} ${entries === 1 ? 'entry was' : 'entries were'} posted by it from ${formatInstant(first)} to ` +
        `${formatInstant(last)}, and would stay as ${entries === 1 ? 'it is' : 'they are'}: correct them by ` +
        '"connects adjust --file F.csv", and say --despite-awards',
    }));
}

const WHERE: Record<AwardPart, string> = {
  welcome: 'welcome',
  readinessTest: 'readinessTest',
  interview: 'interview',
  plus: 'plans.plus',
};

const sameNumber = (a: Terms[number], b: Terms[number], part: AwardPart): boolean =>
  JSON.stringify(part === 'plus' ? a.plans.plus : a[part]) ===
  JSON.stringify(part === 'plus' ? b.plans.plus : b[part]);

/** Runs that are named one by one. */
const USERS_NAMED = 5;

function commandsOf(users: Awaited<ReturnType<typeof listUsers>>, plans: readonly PlanName[]): string {
  const [plan] = plans;
  const only = plans.length === 1 && plan !== undefined ? ` --plan ${plan}` : '';
  const commands = users
    .slice(0, USERS_NAMED)
    .map(({ runId, termsVersion }) =>
      runId === null
        ? `connects reverse-run events --terms-version ${termsVersion}${only}`
        : `connects reverse-run ${runId}${only}`,
    );
  return commands.join('; ') + (users.length > USERS_NAMED ? '; and more: "connects run list"' : '');
}

/** Whether the new terms change within a stretch that was used. */
const startsInside = (next: Terms, used: { first: Instant; last: Instant }): boolean =>
  next.some((row) => effectiveAt(row) > used.first && effectiveAt(row) <= used.last);

/** Whose boundaries the change is about: where only the numbers of some plans differ, those of the others may stand. */
function plansChanged(
  row: Terms[number],
  next: Terms,
  used: { readonly first: Instant; readonly last: Instant },
): readonly PlanName[] {
  if (startsInside(next, used)) return PLAN_NAMES;
  const rows = [used.first, used.last].map((at) => termsInForce(next, at));
  return PLAN_NAMES.filter((plan) => rows.some((one) => !one || !sameFor(plan, one, row)));
}

const sameFor = (plan: PlanName, a: Terms[number], b: Terms[number]): boolean =>
  sameNumbers(a, { ...b, plans: a.plans }) && JSON.stringify(a.plans[plan]) === JSON.stringify(b.plans[plan]);

const sameNumbers = (a: Terms[number] | undefined, b: Terms[number]): boolean =>
  a !== undefined &&
  JSON.stringify({ ...a, effectiveFrom: '' }) === JSON.stringify({ ...b, effectiveFrom: '' });
