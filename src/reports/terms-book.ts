/** The versions of the terms: what each changed, which numbers are in force, and which runs have pinned which. */
import { type Queryable, selectRows, shownNow } from '../db/query.ts';
import type { Instant, LocalDate } from '../domain/calendar.ts';
import { type Terms, type TermsRow, termsInForce } from '../domain/terms.ts';
import { type TermsVersion, listTermsVersions } from '../ledger/terms-versions.ts';
import { type Difference, differencesOf } from './differences.ts';

export interface TermsOfVersion extends TermsVersion {
  /** Against the version before it; none for the first. */
  readonly changes: readonly Difference[];
  /** Of the latest `RUNS_LOOKED_MAX` runs, those that pinned it. */
  readonly runs: number;
  /** The latest of them. */
  readonly latestRun: number | null;
}

export interface TermsBook {
  readonly now: Instant;
  /** The latest first. */
  readonly versions: readonly TermsOfVersion[];
  /** The row of the latest version in force now; null before the program begins. */
  readonly inForce: TermsRow | null;
  /** Against the row, of whatever version, that was in force before it; none for the first. */
  readonly before: TermsRow | null;
  /** Rows of the latest version that are still to come. */
  readonly toCome: readonly TermsRow[];
}

const VERSIONS_MAX = 100;
/** Runs that are counted by what they pinned. */
export const RUNS_LOOKED_MAX = 10_000;

export async function readTermsBook(db: Queryable): Promise<TermsBook> {
  const [now, found, pins] = await Promise.all([
    shownNow(db),
    listTermsVersions(db, VERSIONS_MAX + 1),
    countPins(db),
  ]);
  const versions = found.slice(0, VERSIONS_MAX).map((one, index) => {
    const earlier = found[index + 1];
    const { runs = 0, latestRun = null } = pins.get(one.version) ?? {};
    return { ...one, changes: earlier ? termsDifferences(earlier.terms, one.terms) : [], runs, latestRun };
  });
  const [latest, earlier] = versions;
  const inForce = (latest && termsInForce(latest.terms, now)) ?? null;
  return {
    now,
    versions,
    inForce,
    before: inForce && latest ? rowBefore(latest.terms, inForce, earlier?.terms, now) : null,
    toCome: (latest?.terms ?? []).filter((row) => row.effectiveFrom > (inForce?.effectiveFrom ?? '')),
  };
}

/** What a person compares with: the numbers that this row took over from, in the same version or in the one before. */
function rowBefore(
  terms: Terms,
  inForce: TermsRow,
  earlier: Terms | undefined,
  now: Instant,
): TermsRow | null {
  const old = earlier && termsInForce(earlier, now);
  if (old && JSON.stringify(old) !== JSON.stringify(inForce)) return old;
  return terms[terms.indexOf(inForce) - 1] ?? null;
}

/** Between two versions: what is otherwise from each date on that either of them names. */
export function termsDifferences(before: Terms, after: Terms): Difference[] {
  const dates = [...new Set([...before, ...after].map((row) => row.effectiveFrom))].toSorted();
  return dates.flatMap((on) =>
    rowDifferences(rowOn(before, on), rowOn(after, on)).map((one) => ({
      ...one,
      where: `${on}: ${one.where}`,
    })),
  );
}

const rowOn = (terms: Terms, on: LocalDate): TermsRow | null =>
  terms.findLast((row) => row.effectiveFrom <= on) ?? null;

/** Between two rows: the numbers, not the dates. */
export const rowDifferences = (before: TermsRow | null, after: TermsRow | null): Difference[] =>
  differencesOf(before && numbersOf(before), after && numbersOf(after));

const numbersOf = ({ plans, welcome, readinessTest, interview, monthEnd }: TermsRow): object => ({
  ...Object.fromEntries(
    Object.entries(plans).map(([name, one]) => [
      name,
      { ...one, rolloverCap: one.rolloverCap ?? 'no limit' },
    ]),
  ),
  welcome,
  readinessTest,
  interview: interview ?? 'none',
  monthEnd,
});

async function countPins(
  db: Queryable,
): Promise<Map<number, { readonly runs: number; readonly latestRun: number }>> {
  const rows = await selectRows<{ version: number; runs: number; latestRun: number }>(
    db,
    `SELECT terms_version AS version, COUNT(*) AS runs, MAX(id) AS latestRun FROM
       (SELECT id, terms_version FROM runs ORDER BY id DESC LIMIT ?) AS latest
      GROUP BY terms_version ORDER BY terms_version DESC LIMIT ?`,
    [RUNS_LOOKED_MAX, VERSIONS_MAX],
  );
  return new Map(rows.map(({ version, ...one }) => [version, one]));
}
