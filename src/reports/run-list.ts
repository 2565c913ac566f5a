/** Runs, the latest first, a page at a time; sweeps that nothing is to be said of, several in a row, are one line. */
import type { Queryable } from '../db/query.ts';
import type { Instant } from '../domain/calendar.ts';
import { type RunNote, listRunNotes } from '../ledger/run-notes.ts';
import { type Run, type RunFilter, findFirstRunSince, listRuns } from '../ledger/runs.ts';
import type { DueLook } from './due-look.ts';
import { type KnownAccounts, readKnownAccounts, readSettled } from './run-kept-counts.ts';

export interface RunLine extends KnownAccounts {
  readonly line: 'run';
  readonly run: Run;
  readonly notes: readonly RunNote[];
}

/** Sweeps one after the other that settled whoever was due, with no failure. */
export interface FoldedSweeps {
  readonly line: 'fold';
  readonly runs: number;
  readonly settled: number;
  /** When the first and the last of them began. */
  readonly fromAt: Instant;
  readonly toAt: Instant;
  /** The latest of them: the name by which the fold is opened. */
  readonly id: number;
  /** Their lines, latest first, where it is open. */
  readonly opened: readonly RunLine[] | null;
}

export type RunListLine = RunLine | FoldedSweeps;

export interface RunListPage {
  readonly lines: readonly RunListLine[];
  /** Older ones begin before this run; null where there are none. */
  readonly nextBefore: number | null;
}

export interface RunListAsked extends Pick<RunFilter, 'kind' | 'state' | 'actor' | 'since' | 'until'> {
  /** Only runs before this one. */
  readonly before?: number | undefined;
  /** The fold that has this run is open. */
  readonly open?: number | undefined;
  /** Lines of a page; it may be fewer where a fold is long. */
  readonly lines?: number;
  /** Runs that are read for a page at the most. */
  readonly runsMax?: number;
  /** Of now, where somebody has looked already. */
  readonly look?: DueLook;
}

/** Fewer in a row are shown one by one. */
export const FOLD_MIN = 3;
const LINES = 50;
const RUNS_MAX = 600;
const READ_AT_ONCE = 200;

export async function readRunList(db: Queryable, asked: RunListAsked): Promise<RunListPage> {
  const { lines = LINES, runsMax = RUNS_MAX, open } = asked;
  // Whoever asks for one state wants to see them, and not a sum.
  const mayFold = asked.state === undefined;
  const { groups, nextBefore } = await readGroups(db, asked, { lines, runsMax, mayFold });
  const isFold = (group: readonly Run[]): boolean => group.length >= FOLD_MIN;
  const isShown = (group: readonly Run[]): boolean => !isFold(group) || group.some((one) => one.id === open);
  const lineOf = await readLines(db, groups.filter(isShown).flat(), asked.look);
  const settled = await readSettled(db, groups.filter(isFold).flat());
  return {
    lines: groups.flatMap((group): RunListLine[] =>
      isFold(group) ? [foldOf(group, settled, isShown(group) ? group.map(lineOf) : null)] : group.map(lineOf),
    ),
    nextBefore,
  };
}

async function readLines(
  db: Queryable,
  runs: readonly Run[],
  look: DueLook | undefined,
): Promise<(run: Run) => RunLine> {
  const counts = await readKnownAccounts(db, runs, { ...(look && { look }) });
  const notes = await listRunNotes(
    db,
    runs.map((one) => one.id),
  );
  return (run) => ({
    line: 'run',
    run,
    ...(counts.get(run.id) as KnownAccounts),
    notes: notes.get(run.id) ?? [],
  });
}

interface Limits {
  readonly lines: number;
  readonly runsMax: number;
  readonly mayFold: boolean;
}

/** Each group is one line, or few; a page ends with a whole group, unless that is longer than what is read for a page. */
async function readGroups(
  db: Queryable,
  asked: RunListAsked,
  { lines, runsMax, mayFold }: Limits,
): Promise<{ groups: Run[][]; nextBefore: number | null }> {
  const groups: Run[][] = [];
  let taken = 0;
  const isFull = (next: Run): boolean => {
    const group = groups.at(-1);
    const continues = mayFold && group && isClean(next) && isClean(group[0] as Run);
    return taken >= runsMax || (!continues && linesOf(groups) >= lines);
  };
  for await (const run of runsBefore(db, asked, Math.min(READ_AT_ONCE, runsMax + 1))) {
    if (isFull(run)) return { groups, nextBefore: groups.at(-1)?.at(-1)?.id ?? null };
    const group = groups.at(-1);
    if (mayFold && group && isClean(run) && isClean(group[0] as Run)) group.push(run);
    else groups.push([run]);
    taken += 1;
  }
  return { groups, nextBefore: null };
}

const linesOf = (groups: readonly Run[][]): number =>
  groups.reduce((sum, group) => sum + (group.length < FOLD_MIN ? group.length : 1), 0);

const isClean = ({ kind, state, asked }: Run): boolean =>
  kind === 'sweep' && state === 'completed' && asked === null;

async function* runsBefore(db: Queryable, asked: RunListAsked, size: number): AsyncGenerator<Run> {
  const { before, since, until, ...filter } = asked;
  const first = since === undefined ? undefined : await findFirstRunSince(db, since);
  const end = until === undefined ? undefined : await findFirstRunSince(db, until);
  if (since !== undefined && first === undefined) return;
  let beforeId = smaller(before, end);
  for (;;) {
    const page = await listRuns(db, size, { ...filter, beforeId, fromId: first });
    yield* page;
    if (page.length < size) return;
    beforeId = page.at(-1)?.id;
  }
}

const smaller = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined ? b : b === undefined ? a : Math.min(a, b);

function foldOf(
  group: readonly Run[],
  settled: ReadonlyMap<number, number>,
  opened: readonly RunLine[] | null,
): FoldedSweeps {
  const [latest, earliest] = [group[0], group.at(-1)] as [Run, Run];
  return {
    line: 'fold',
    runs: group.length,
    settled: group.reduce((sum, one) => sum + (settled.get(one.id) ?? 0), 0),
    fromAt: earliest.startedAt,
    toAt: latest.startedAt,
    id: latest.id,
    opened,
  };
}
