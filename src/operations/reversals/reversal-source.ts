/** What a reversal takes back: what may be reversed, and how it is named in messages, keys and the audit log. */
import type { Database } from '../../db/connection.ts';
import { ConnectsError } from '../../errors.ts';
import {
  type GrantFilter,
  type GrantSource,
  type ReversedBefore,
  countReversedOf,
  listAccountsGrantedBy,
} from '../../ledger/run-grants.ts';
import { type Run, getRun } from '../../ledger/runs.ts';
import { findTermsVersion } from '../../ledger/terms-versions.ts';

/**
 * @throws not-found `unknown-run`, `unknown-terms`; invalid-input `not-reversible`; conflict `run-open`,
 *   `already-reversed`, `nothing-to-reverse`
 */
export async function requireReversible(
  db: Database,
  source: GrantSource,
  filter: GrantFilter = {},
): Promise<void> {
  const kind = 'run' in source ? (await requireClosed(db, source.run)).kind : undefined;
  if ('eventsUnder' in source && !(await findTermsVersion(db, source.eventsUnder)))
    throw new ConnectsError('not-found', 'unknown-terms', `there is no terms version ${source.eventsUnder}`);
  for await (const ids of grantedPages(db, source, filter, 1)) if (ids.length > 0) return;
  if (kind === 'reversal')
    throw new ConnectsError(
      'invalid-input',
      'not-reversible',
      `${nameOf(source)} is a reversal that settled nothing itself: ` +
        '"connects backfill plan --include reversed --from DATE --to DATE" leads to granting again what it took back',
    );
  const what = nameOf(source);
  const whom = isFiltered(filter) ? ' to those that were asked for' : '';
  if ((await countReversed(db, source, filter)).cycles > 0)
    throw new ConnectsError(
      'conflict',
      'already-reversed',
      `what ${what} granted${whom} was reversed already`,
    );
  throw new ConnectsError(
    'conflict',
    'nothing-to-reverse',
    `${what} granted nothing${whom} that could be reversed`,
  );
}

export const isFiltered = ({ accounts, plan, code }: GrantFilter): boolean =>
  [accounts, plan, code].some((one) => one !== undefined);

/** Accounts that one statement is asked about. */
const PAGE = 500;

/** Accounts that were granted something that was not taken back, a page at a time, in the order of their ids. */
export async function* grantedPages(
  db: Database,
  source: GrantSource,
  filter: GrantFilter,
  limit = PAGE,
): AsyncGenerator<string[]> {
  for (const part of partsOf(filter)) {
    for (let after = ''; ;) {
      const ids = await listAccountsGrantedBy(db, source, { after, limit, filter: part });
      const last = ids.at(-1);
      if (last === undefined) break;
      yield ids;
      after = last;
    }
  }
}

/** No run has this number. */
export const NOBODYS = 0;

/**
 * How much of what is asked for was taken back before: it is left alone.
 * @param but a reversal that goes on: what it took back itself is not of before
 */
export async function countReversed(
  db: Database,
  source: GrantSource,
  filter: GrantFilter,
  but = NOBODYS,
): Promise<ReversedBefore> {
  const sum = { accounts: 0, cycles: 0 };
  for (const part of partsOf(filter)) {
    const { accounts, cycles } = await countReversedOf(db, source, part, but);
    sum.accounts += accounts;
    sum.cycles += cycles;
  }
  return sum;
}

/** A list of any length, a part at a time. */
function partsOf(filter: GrantFilter): GrantFilter[] {
  const { accounts } = filter;
  if (!accounts) return [filter];
  const starts = Array.from({ length: Math.ceil(accounts.length / PAGE) }, (_, index) => index * PAGE);
  return starts.map((from) => ({ ...filter, accounts: accounts.slice(from, from + PAGE) }));
}

async function requireClosed(db: Database, id: number): Promise<Run> {
  const run = await getRun(db, id);
  if (run.endedAt === null)
    throw new ConnectsError(
      'conflict',
      'run-open',
      `run ${id} is ${run.state}: wait for it, or "connects run stop ${id}"`,
    );
  return run;
}

export const nameOf = (source: GrantSource): string =>
  'run' in source ? `run ${source.run}` : `events under terms version ${source.eventsUnder}`;

/** As the audit log and the key of an open run have it. */
export const targetOf = (source: GrantSource): string =>
  'run' in source ? `run:${source.run}` : `events:terms-${source.eventsUnder}`;

/**
 * Events go on settling, so what they did can be taken back more than once: each time by another reversal. So can the
 * cycles of one account, where only some of them were asked for.
 */
export const subjectOf = (source: GrantSource, { plan, code }: GrantFilter, reversal: number): string =>
  'run' in source && plan === undefined && code === undefined
    ? targetOf(source)
    : `${targetOf(source)}:${reversal}`;

export const keyOf = (source: GrantSource): string => `reverse-${targetOf(source)}`;
