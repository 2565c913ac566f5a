/** Ids and codes that may be typed next: a screen of them at the most, and quickly. */
import { type Queryable, shownNow } from '../db/query.ts';
import type { Instant } from '../domain/calendar.ts';
import { listBackfills } from '../ledger/backfills.ts';
import { listPutAside } from '../ledger/put-aside.ts';
import { listRuns } from '../ledger/runs.ts';
import { counted, formatNear } from '../words.ts';
import { readAccounts } from './account-list.ts';
import { listKnownCodes } from './failure-work.ts';

export type Listed = 'run' | 'error' | 'account' | 'put-aside' | 'backfill';

export interface Candidate {
  readonly value: string;
  /** In a few words; empty where there is nothing to say. */
  readonly about: string;
}

const SHOWN_MAX = 40;
/** Rows that are looked at for those that begin as asked. */
const LOOKED_MAX = 1_000;

/** @param begun what they begin with */
export async function listCandidates(db: Queryable, what: Listed, begun: string): Promise<Candidate[]> {
  const found = await LISTS[what](db, begun, await shownNow(db));
  return found.filter(({ value }) => value.startsWith(begun)).slice(0, SHOWN_MAX);
}

const LISTS: Readonly<Record<Listed, (db: Queryable, begun: string, now: Instant) => Promise<Candidate[]>>> =
  {
    run: async (db, _begun, now) =>
      (await listRuns(db, LOOKED_MAX)).map(({ id, kind, state, startedAt }) => ({
        value: String(id),
        about: `${kind}, ${state}, ${formatNear(startedAt, now)}`,
      })),
    error: async (db) => (await listKnownCodes(db)).map((value) => ({ value, about: '' })),
    account: async (db, beginning) => {
      const { accounts } = await readAccounts(db, { beginning }, { limit: SHOWN_MAX });
      return accounts.map(({ account, plan, balance }) => ({
        value: account,
        about: `${plan}, ${counted(balance, 'Connect')}`,
      }));
    },
    'put-aside': async (db) =>
      (await listPutAside(db, {}, { limit: LOOKED_MAX })).map(({ account, code }) => ({
        value: account,
        about: code,
      })),
    backfill: async (db, _begun, now) =>
      (await listBackfills(db, LOOKED_MAX)).map(({ id, state, createdAt }) => ({
        value: String(id),
        about: `${state}, ${formatNear(createdAt, now)}`,
      })),
  };
