/** Changes of plan: an upgrade with its share of the month explained, and a payment that failed. */
import type { LocalDate } from '../domain/calendar.ts';
import { type Hero, type NoticeContext, type Page, equationOf, stated } from './page.ts';
import { nextSentence, standingSentence } from './standing.ts';
import type { Voice } from './voice.ts';

export interface UpgradeFacts {
  readonly kind: 'upgrade';
  readonly paid: number;
  readonly free: number;
  readonly recovered: number;
  /** What Plus gives free in a whole cycle. */
  readonly plansFree: number;
  /** The cycle that the upgrade ended; undefined where the account opened on Plus. */
  readonly ended:
    { readonly fromCycleOn: LocalDate; readonly elapsedDays: number; readonly cycleDays: number } | undefined;
  /** The first day of the new cycle. */
  readonly startsOn: LocalDate;
  /** The first boundary that follows it. */
  readonly nextCycleOn: LocalDate | null;
  readonly balance: number;
  /** Whether nothing has ended or moved it since: then what comes next is as it was to be. */
  readonly stands: boolean;
}

export function upgradePage(told: UpgradeFacts, context: NoticeContext, voice: Voice): Page {
  const { paid, free, recovered, plansFree, balance, startsOn, ended, nextCycleOn } = told;
  const { say, day } = voice;
  const added = paid + free - recovered;
  return {
    subject: added > 0 ? say.upgradeSubject({ added, balance: context.balance }) : emptySubject(told, voice),
    preheader: nextSentence(context, voice) ?? say.have({ balance: context.balance }),
    hero: upgradeHero(told, voice),
    sentences: [standingSentence(balance, context, voice), say.upgradeLead({ on: day(startsOn) })],
    equation: equationOf(balance - added, [
      { amount: paid, label: say.termPlus() },
      { amount: -recovered, label: say.termOwed() },
      { amount: free, label: say.termFree() },
    ]),
    rules: stated([
      say.upgradePaidWhole(),
      ended &&
        say.upgradeShare({
          elapsed: ended.elapsedDays,
          days: ended.cycleDays,
          on: day(ended.fromCycleOn),
          plansFree,
          free,
        }),
      recovered > 0 ? say.upgradeRecovered({ recovered }) : undefined,
      nextCycleOn !== null && told.stands && paid > 0 && !context.isClosed
        ? say.upgradeFromNow({ on: day(nextCycleOn), free: plansFree, paid })
        : undefined,
    ]),
  };
}

function upgradeHero({ paid, free, recovered }: UpgradeFacts, { say, texts }: Voice): Hero {
  const added = paid + free - recovered;
  if (added > 0) return { number: texts.signed(added), words: say.heroAdded({ count: added }), tone: 'more' };
  if (recovered > 0)
    return { number: texts.number(recovered), words: say.heroSettled({ count: recovered }), tone: 'plain' };
  return { words: say.upgradeBegun(), tone: 'plain' };
}

/** Of an upgrade of which no Connects came. */
const emptySubject = ({ recovered }: UpgradeFacts, { say }: Voice): string =>
  recovered > 0 ? say.upgradeSubjectOwed({ recovered }) : say.upgradeSubjectBegun();

export interface PaymentFacts {
  readonly kind: 'payment-failed';
  /** The first day of the cycle that was not paid for. */
  readonly failedOn: LocalDate;
  readonly which: 'next-cycle' | 'current-cycle' | 'earlier-cycle';
  /** The paid part that the cycle had been given. */
  readonly paid: number;
  readonly reversed: number;
  readonly owed: number;
  /** With what was owed before. */
  readonly owedInAll: number;
  /** After it. */
  readonly balance: number;
  /** The day on which it counted: from then on the plan is Basic, unless only the next cycle is unpaid. */
  readonly decidedOn: LocalDate;
  /** What the member can do about it, as the account is when this is sent. */
  readonly remedy: Remedy;
}

export type Remedy = 'upgrade' | 'upgraded-again' | 'reinstatement' | 'none';

export function paymentPage(told: PaymentFacts, context: NoticeContext, voice: Voice): Page {
  const { failedOn, which, balance, owedInAll, decidedOn } = told;
  const { say, day } = voice;
  const basicFrom = day(which === 'next-cycle' ? failedOn : decidedOn);
  const lead = say.paymentLead({ failedOn: day(failedOn), basicFrom });
  const standing = standingSentence(balance, context, voice);
  return {
    subject: paymentSubject(told, voice),
    preheader: lead,
    hero: paymentHero(told, voice),
    sentences: [
      lead,
      owedInAll > 0 && told.remedy !== 'upgraded-again'
        ? `${standing} ${say.paymentOwed({ owed: owedInAll })}`
        : standing,
    ],
    rules: stated([
      WHICH_RULES[which](voice),
      owedRule(told, voice),
      owedBeforeRule(told, voice),
      REMEDY_RULES[told.remedy](voice),
    ]),
  };
}

function paymentSubject({ reversed, owed }: PaymentFacts, { say }: Voice): string {
  if (reversed > 0 && owed > 0) return say.paymentSubjectBoth({ reversed, owed });
  if (reversed > 0) return say.paymentSubjectTaken({ reversed });
  return owed > 0 ? say.paymentSubjectOwed({ owed }) : say.paymentSubjectNothing();
}

/** What is owed is as much the member's loss as what was taken. */
function paymentHero({ reversed, owed }: PaymentFacts, { say, texts }: Voice): Hero {
  if (reversed > 0)
    return { number: texts.number(reversed), words: say.heroTakenBack({ count: reversed }), tone: 'less' };
  if (owed > 0) return { number: texts.number(owed), words: say.heroOwed({ count: owed }), tone: 'less' };
  return { words: say.paymentFailed(), tone: 'plain' };
}

function owedRule({ paid, owed }: PaymentFacts, { say }: Voice): string | undefined {
  if (owed === 0) return undefined;
  return say.paymentOwedRule({ paid, owed, all: owed === paid ? 'yes' : 'no' });
}

function owedBeforeRule({ owed, owedInAll }: PaymentFacts, { say }: Voice): string | undefined {
  const before = owedInAll - owed;
  return owed > 0 && before > 0 ? say.paymentOwedBefore({ before, owed, inAll: owedInAll }) : undefined;
}

const WHICH_RULES: Record<PaymentFacts['which'], (voice: Voice) => string> = {
  'next-cycle': ({ say }) => say.paymentNextCycle(),
  'current-cycle': ({ say }) => say.paymentCurrentCycle(),
  'earlier-cycle': ({ say }) => say.paymentEarlierCycle(),
};

const REMEDY_RULES: Record<Remedy, (voice: Voice) => string> = {
  upgrade: ({ say }) => say.remedyUpgrade(),
  'upgraded-again': ({ say }) => say.remedyUpgradedAgain(),
  reinstatement: ({ say }) => say.remedyReinstatement(),
  none: ({ say }) => say.remedyNone(),
};
