/** Why one run did more than another, in sentences. */
import { counted, formatCount, listOf } from '../words.ts';
import type { RunDiff, RunSide, Settler } from './run-diff.ts';

/** Each says one thing that differs, or that explains the difference. */
export function sentencesOf(diff: RunDiff): readonly string[] {
  const { earlier, later, meanwhile, onlyLater } = diff;
  const { notDueAgain, stillDue, closed } = meanwhile;
  const others = meanwhile.settledBy.filter((one) => one.run !== later.run);
  return [
    whatItDid(earlier),
    whatItDid(later),
    ...sidesOf(earlier),
    ...sidesOf(later),
    ...boundariesOf(diff),
    ...comparedOf(diff),
    ...where(
      looksForDue(later) ? notDueAgain : 0,
      `Of those of run ${earlier.run}, ${accounts(notDueAgain)} had no other boundary by ${later.asOf}: run ${later.run} had nothing to do for them.`,
    ),
    ...where(
      others.length,
      `Of the accounts of run ${earlier.run}, others settled a boundary before run ${later.run} came to it: ${settlersOf(others)}.`,
    ),
    ...where(
      stillDue,
      `${sentence(accounts(stillDue))} of run ${earlier.run} had a boundary by then that is still not settled: see "connects due" and "connects failures list".`,
    ),
    ...where(
      closed,
      `${sentence(accounts(closed))} of run ${earlier.run} ${closed === 1 ? 'is' : 'are'} closed by now.`,
    ),
    ...where(
      onlyLater,
      `${sentence(accounts(onlyLater))} of run ${later.run} ${onlyLater === 1 ? 'was' : 'were'} not among those of run ${earlier.run}.`,
    ),
    ...differences(earlier, later),
  ];
}

/** What was not compared is said before what was. */
const comparedOf = ({ earlier, later, compared }: RunDiff): string[] =>
  compared === null
    ? []
    : [
        `Of each run only the first ${formatCount(compared)} accounts by id were compared: "connects run diff ${earlier.run} ${later.run}" compares all. Of these:`,
      ];

const where = (count: number, said: string): string[] => (count > 0 ? [said] : []);
const accounts = (count: number): string => counted(count, 'account');
const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function whatItDid({ run, kind, asOf, dueAtStart, counts, exact }: RunSide): string {
  const who = `Run ${run} (${kind}, as of ${asOf})`;
  if (kind === 'reversal') return `${who} took back what ${accounts(counts.settled)} had been granted.`;
  const count = formatCount(counts.settled);
  if (kind === 'backfill')
    return `${who} granted past cycles to ${count} of ${accounts(dueAtStart)} that were planned.`;
  return `${who} settled ${exact ? '' : 'about '}${count} of ${accounts(dueAtStart)} due when it began.`;
}

/** A backfill or a reversal settles on its way whom it comes to, and nobody because he is due. */
const looksForDue = ({ kind }: RunSide): boolean => kind === 'sweep' || kind === 'rerun';

/** Why it did not settle all of them. */
function sidesOf(side: RunSide): string[] {
  const { run, state, asked, stop, counts } = side;
  const { skipped, failed, remaining, added } = counts;
  return [
    ...(asked ? [`Run ${run} was asked for some only: "connects run show ${run}" says for whom.`] : []),
    ...where(skipped, `Somebody else settled ${accounts(skipped)} of run ${run} first.`),
    ...where(
      looksForDue(side) ? added : 0,
      `${sentence(accounts(added))} came to run ${run} after it had begun.`,
    ),
    ...where(failed, `Run ${run} put ${accounts(failed)} aside (${listOf(counts.failures)}).`),
    ...where(remaining, `Run ${run} is ${state}, with ${accounts(remaining)} left.`),
    ...(stop ? [`Run ${run} was stopped at ${stop.at} by ${stop.actor}: ${stop.reason}.`] : []),
  ];
}

const boundariesOf = ({ earlier, later }: RunDiff): string[] =>
  [earlier, later].flatMap(({ run, firstBoundaryAt, lastBoundaryAt, counts }) =>
    firstBoundaryAt === null
      ? []
      : [
          `Run ${run} settled ${counted(counts.cycles, 'boundary', 'boundaries')}, ` +
            (firstBoundaryAt === lastBoundaryAt
              ? `of ${firstBoundaryAt}.`
              : `from ${firstBoundaryAt} to ${lastBoundaryAt}.`),
        ],
  );

/** Runs that are named one by one. */
const NAMED_MAX = 10;

/** `300 by run 7, 80 by events`; an account that had several boundaries may be counted with several. */
function settlersOf(settlers: readonly Settler[]): string {
  const named = settlers
    .slice(0, NAMED_MAX)
    .map(({ run, accounts: count }) => `${formatCount(count)} by ${run === null ? 'events' : `run ${run}`}`);
  return [...named, ...(settlers.length > NAMED_MAX ? ['…'] : [])].join(', ');
}

/** What else differs between the two. */
function differences(earlier: RunSide, later: RunSide): string[] {
  const differs = (what: string, of: (side: RunSide) => string): string[] =>
    of(earlier) === of(later)
      ? []
      : [`${what}: ${of(earlier)} in run ${earlier.run}, ${of(later)} in run ${later.run}.`];
  return [
    ...(earlier.byPlan && later.byPlan
      ? differs('Accounts by plan', (side) => listOf(side.byPlan ?? {}))
      : []),
    ...(earlier.exact && later.exact
      ? differs('Boundaries by code', (side) => listOf(side.counts.byCode))
      : []),
    ...differs('Terms', (side) => `version ${side.termsVersion}`),
  ];
}
