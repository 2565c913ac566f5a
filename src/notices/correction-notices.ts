/** What operators mend afterwards: past cycles added by a backfill, and a run that was taken back. */
import type { LocalDate } from '../domain/calendar.ts';
import { type CycleLine, type Hero, type NoticeContext, type Page, equationOf, stated } from './page.ts';
import { nextSentence, standingSentence } from './standing.ts';
import type { Voice } from './voice.ts';

export interface BackfillFacts {
  readonly kind: 'backfill';
  /** Oldest first, at least one. */
  readonly cycles: readonly BackfilledCycle[];
  /** Before it, and after it. */
  readonly opening: number;
  readonly balance: number;
}

interface BackfilledCycle {
  readonly cycleOn: LocalDate;
  readonly free: number;
  /** Whole; what of it went to what was owed is `recovered`. */
  readonly paid: number;
  readonly recovered: number;
  /** After it. */
  readonly balance: number;
}

export interface ReversalFacts {
  readonly kind: 'reversal';
  /** What was taken (negative) or given back (positive), by cycle where it was one's. */
  readonly lines: readonly { readonly cycleOn: LocalDate | null; readonly amount: number }[];
  /** What should have been taken too, but had been spent. */
  readonly notTaken: number;
  /** What the mistaken cycles had recovered of a debt, and is owed again. */
  readonly owed: number;
  readonly balance: number;
}

export function backfillPage(told: BackfillFacts, context: NoticeContext, voice: Voice): Page {
  const { cycles, balance, opening } = told;
  const { say, texts, day } = voice;
  const sum = (of: (one: BackfilledCycle) => number): number =>
    cycles.reduce((total, one) => total + of(one), 0);
  const [free, paid, recovered] = [
    sum((one) => one.free),
    sum((one) => one.paid),
    sum((one) => one.recovered),
  ];
  const added = free + paid - recovered;
  const [first, last] = [cycles[0]?.cycleOn, cycles.at(-1)?.cycleOn];
  const between = balance - opening - added;
  const lead = say.backfillLead({ cycles: cycles.length, first: day(first ?? ''), last: day(last ?? '') });
  return {
    subject:
      added > 0
        ? say.backfillSubject({ added, cycles: cycles.length })
        : say.backfillSubjectOwed({ recovered, cycles: cycles.length }),
    preheader: lead,
    hero:
      added > 0
        ? { number: texts.signed(added), words: say.heroAdded({ count: added }), tone: 'more' }
        : { number: texts.number(recovered), words: say.heroSettled({ count: recovered }), tone: 'plain' },
    sentences: [standingSentence(balance, context, voice), lead],
    equation: equationOf(opening, [
      { amount: between, label: say.termBetween(), tone: 'plain' },
      { amount: free, label: say.termFree() },
      { amount: paid, label: say.termPlus() },
      { amount: -recovered, label: say.termOwed() },
    ]),
    rows: cycles.length > 1 ? cycles.map((one) => rowOf(one, voice)) : undefined,
    rules: stated([
      say.backfillRule(),
      recovered > 0 ? say.backfillRecovered({ recovered }) : undefined,
      between === 0 ? undefined : say.grantBetween({ amount: texts.signed(between) }),
      say.backfillNothingExpires(),
    ]),
  };
}

const rowOf = (
  { cycleOn, free, paid, recovered, balance }: BackfilledCycle,
  { texts }: Voice,
): CycleLine => ({
  label: texts.shortDay(cycleOn),
  expired: 0,
  added: free + paid - recovered,
  balance,
});

export function reversalPage(told: ReversalFacts, context: NoticeContext, voice: Voice): Page {
  const { lines, notTaken, owed, balance } = told;
  const { say, day } = voice;
  const change = lines.reduce((sum, one) => sum + one.amount, 0);
  const [only] = lines;
  return {
    subject: reversalSubject(change, voice),
    preheader: nextSentence(context, voice) ?? say.have({ balance: context.balance }),
    hero: reversalHero(change, voice),
    sentences: stated([
      say.reversalLead(),
      lines.length === 1 && only?.cycleOn ? say.reversalOf({ on: day(only.cycleOn) }) : undefined,
      standingSentence(balance, context, voice),
    ]),
    equation: equationOf(
      balance - change,
      lines.map(({ cycleOn, amount }) => ({
        amount,
        label:
          cycleOn === null
            ? say.termCorrection({ count: Math.abs(amount) })
            : say.termCycle({ on: day(cycleOn) }),
      })),
    ),
    rules: stated([
      say.reversalRule(),
      notTaken > 0 ? say.reversalNotTaken({ count: notTaken }) : undefined,
      owed > 0 ? say.reversalOwed({ owed }) : undefined,
      say.reversalHistory(),
    ]),
  };
}

function reversalSubject(change: number, { say }: Voice): string {
  if (change === 0) return say.reversalSubjectNothing();
  return change < 0
    ? say.reversalSubjectTaken({ count: -change })
    : say.reversalSubjectGiven({ count: change });
}

function reversalHero(change: number, { say, texts }: Voice): Hero {
  if (change === 0) return { words: say.reversalNothing(), tone: 'plain' };
  return change < 0
    ? { number: texts.number(-change), words: say.heroTakenBack({ count: -change }), tone: 'less' }
    : { number: texts.signed(change), words: say.heroGivenBack({ count: change }), tone: 'more' };
}
