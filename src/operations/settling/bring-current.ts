/** Bringing accounts current on the way to something else: a backfill, a reversal, a repair. */
import { databaseNow } from '../../db/query.ts';
import type { Instant } from '../../domain/calendar.ts';
import { describeError } from '../../errors.ts';
import { accountLocked } from '../../ledger/account-locks.ts';
import type { TermsVersion } from '../../ledger/terms-versions.ts';
import { BUSY_WAITS_MS } from './when-free.ts';
import type { OpenRun } from './run-directory.ts';
import { type SettleDeps, type SettleOutcome, settleAccounts } from './settle-accounts.ts';

/** What an operation is given that settles by a run of its own: no other run is asked for. */
export type CatchUpDeps = Omit<SettleDeps, 'runs'>;

/** By which run, and by which terms. */
export type OwnRun = Pick<OpenRun, 'id' | 'kind' | 'onTheWay'> & {
  readonly terms: TermsVersion;
  /** The database's clock when absent. */
  readonly asOf?: Instant;
};

/**
 * Settles these accounts up to now, and stages the emails that a sweep would.
 * @param ids different accounts, 500 at the most
 * @throws unavailable when the database cannot be used: the same call goes on
 */
export async function bringCurrent(
  deps: CatchUpDeps,
  run: OwnRun,
  ids: readonly string[],
): Promise<Map<string, SettleOutcome>> {
  const runs = pinnedRun(run, run.asOf ?? (await databaseNow(deps.db)));
  const settle = (accounts: readonly string[]): Promise<Map<string, SettleOutcome>> =>
    settleAccounts(
      { ...deps, runs },
      accounts.map((account) => ({ account, run: run.id })),
    );
  const outcomes = await settle(ids);
  for (const waitMs of BUSY_WAITS_MS) {
    const busy = [...outcomes].filter(([, one]) => one.outcome === 'busy').map(([account]) => account);
    if (busy.length === 0) break;
    await deps.clock.sleep(waitMs);
    for (const [account, outcome] of await settle(busy)) outcomes.set(account, outcome);
  }
  return outcomes;
}

/** A directory of one run, open for as long as the operation lasts. */
function pinnedRun({ terms, ...run }: OwnRun, asOf: Instant): SettleDeps['runs'] {
  const pinned = { ...run, asOf, notify: 'digest', termsVersion: terms.version, terms: terms.terms } as const;
  return { find: () => Promise.resolve(new Map([[run.id, pinned]])) };
}

/** Those that could not be, and why. */
export const failuresOf = (
  outcomes: ReadonlyMap<string, SettleOutcome>,
): { account: string; code: string; message: string }[] =>
  [...outcomes].flatMap(([account, one]) => {
    if (one.outcome === 'busy') return [{ account, ...describeError(accountLocked(account)) }];
    return one.outcome === 'failed' ? [{ account, code: one.code, message: one.message }] : [];
  });
