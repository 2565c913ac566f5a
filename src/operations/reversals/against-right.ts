/**
 * Who would gain and who would lose, were a run taken back and its cycles granted again by the right terms: held against
 * the past as it had come to, by the pure rules, had those boundaries been right from the start. Writes nothing.
 */
import { databaseNow } from '../../db/query.ts';
import type { Account } from '../../domain/account.ts';
import type { Instant } from '../../domain/calendar.ts';
import { type Candidate, backfillAccount } from '../../domain/corrections/backfill.ts';
import type { Reversal } from '../../domain/corrections/reversal.ts';
import { type NotRighted, replayRighted } from '../../domain/simulation/history.ts';
import type { Settlement } from '../../domain/settle.ts';
import type { Terms } from '../../domain/terms.ts';
import { ConnectsError } from '../../errors.ts';
import { findWaitingAccounts } from '../../ledger/events.ts';
import { listTermsVersions } from '../../ledger/terms-versions.ts';
import { TermsBook } from '../../reports/explain/rules.ts';
import { type PlayedPast, playPast } from '../../reports/past-account.ts';
import { type RehearsalDeps, type ReverseRequest, rehearseReversal } from './reverse-run.ts';
import type { ReverseOutcome } from './reversal-sum.ts';

/** One account. Balances in whole Connects. */
export interface Compared {
  readonly account: string;
  readonly balance: number;
  /** Once it was taken back, and once those cycles were granted again. */
  readonly reversed: number;
  readonly granted: number;
  /** Had it been right from the start. */
  readonly right: number;
  /** `granted` less `right`: positive where the member gains. */
  readonly gain: number;
}

/**
 * `due`: it is settled first, by the latest terms. `events-wait`: so are they counted first, which no recorded past has.
 * `not-played`: the rules do not come to what stands, so nothing is told from it.
 */
export type NotCompared = NotRighted | 'due' | 'events-wait' | 'not-played';

export interface AgainstRight {
  readonly reversal: ReverseOutcome;
  readonly compared: readonly Compared[];
  readonly notCompared: readonly { readonly account: string; readonly why: NotCompared }[];
}

/** Versions of the terms that are read: far more than a program has. */
const VERSIONS_MAX = 10_000;

export async function compareAgainstRight(
  deps: RehearsalDeps,
  request: ReverseRequest,
  terms: Terms,
): Promise<AgainstRight> {
  const book = new TermsBook(await listTermsVersions(deps.db, VERSIONS_MAX));
  const compared: Compared[] = [];
  const notCompared: { account: string; why: NotCompared }[] = [];
  const reversal = await rehearseReversal(deps, request, async ({ done }) => {
    const now = await databaseNow(deps.db);
    const waiting = await findWaitingAccounts(
      deps.db,
      done.map((one) => one.account),
    );
    for (const one of done) {
      // What the rehearsal did is undone: this is what stands.
      const found = waiting.has(one.account)
        ? 'events-wait'
        : compareOne(await playPast(deps.db, one.account, book), one.reversal, terms, now);
      if (typeof found === 'string') notCompared.push({ account: one.account, why: found });
      else compared.push(found);
    }
  });
  return { reversal, compared, notCompared };
}

function compareOne(
  past: PlayedPast,
  reversal: Reversal,
  terms: Terms,
  now: Instant,
): Compared | NotCompared {
  if (past.outcome === 'not-played') return 'not-played';
  const { account } = past.replayed;
  if (account.nextCycleAt !== null && account.nextCycleAt <= now) return 'due';
  try {
    const dates = new Set(reversal.cycles.map((one) => one.on));
    const righted = replayRighted(past.history, dates, terms);
    if (typeof righted === 'string') return righted;
    const granted = grantedAgain(reversal, past.replayed.settlements, terms, now).balance;
    const right = (righted.account as Account).balance;
    return {
      account: account.id,
      balance: account.balance,
      reversed: reversal.account.balance,
      granted,
      right,
      gain: granted - right,
    };
  } catch (error) {
    if (error instanceof ConnectsError && error.kind === 'broken-rule') return 'not-played';
    throw error;
  }
}

/** As a backfill that includes `reversed` would. */
function grantedAgain(
  { account, cycles }: Reversal,
  settlements: readonly Settlement[],
  terms: Terms,
  now: Instant,
): Account {
  const boundaries = new Map(settlements.map((one) => [one.cycleOn, one]));
  const candidates = cycles.map(({ on, notTaken, paymentFailed }): Candidate => {
    const { startsAt: at, plan, code } = boundaries.get(on) as Settlement;
    const cycle = { on, at, plan, code, reversals: 1, granted: false, notTaken, paymentFailed };
    return { on, at, plan, reason: 'reversed', nextOn: null, cycle, posted: null, lost: null };
  });
  return backfillAccount(account, candidates, { terms, backfill: 0, now }).account;
}
