/** The monthly Connects: one email per catch-up, however many cycles it settled. */
import type { Settlement } from '../domain/settle.ts';
import { type GrantFacts, type GrantSums, sumsOf } from './grant-facts.ts';
import { grantRules } from './grant-rules.ts';
import { type CycleLine, type Hero, type NoticeContext, type Page, equationOf, stated } from './page.ts';
import { nextSentence, standingSentence } from './standing.ts';
import type { Voice } from './voice.ts';

/** Rows; what is older is summed up in one. Mail programs cut off what is longer than 102 KB. */
const ROWS_MAX = 90;

export function grantPage(told: GrantFacts, context: NoticeContext, voice: Voice): Page {
  const { cycles } = told;
  if (cycles.length === 0) throw new Error('a grant notice tells of at least one cycle');
  const sums = sumsOf(cycles);
  const { say } = voice;
  return {
    subject: subjectOf(told, sums, context, voice),
    preheader:
      stated([expiredSentence(cycles, sums, voice), nextSentence(context, voice)]).join(' ') ||
      say.have({ balance: context.balance }),
    hero: heroOf(cycles, sums, voice),
    sentences: stated([standing(cycles, sums, context, voice), lateSentence(told, voice)]),
    equation: equationOf(sums.opening, [
      { amount: sums.between, label: say.termBetween(), tone: 'plain' },
      { amount: -sums.expired, label: say.termExpired({ count: sums.expired }) },
      { amount: sums.free, label: say.termFree() },
      { amount: sums.paid, label: paidLabel(cycles, voice) },
      { amount: -sums.recovered, label: say.termOwed() },
    ]),
    rows: cycles.length > 1 ? rowsOf(cycles, voice) : undefined,
    rules: grantRules(told, sums, context, voice),
  };
}

const paidLabel = (cycles: readonly Settlement[], { say }: Voice): string =>
  cycles.every((one) => one.paid === 0 || one.plan === 'plus') ? say.termPlus() : say.termPaid();

/** Whoever loses more than is added must not learn of it from the body alone; nor does a loss stand beside its own gain. */
function subjectOf({ cycles, addedOn }: GrantFacts, sums: GrantSums, context: NoticeContext, voice: Voice) {
  const { say } = voice;
  const { balance } = context;
  const { expired, recovered } = sums;
  const given = sums.free + sums.paid;
  const added = given - recovered;
  if (given === 0) return say.grantSubjectExpired({ expired, balance });
  if (leadsWithBalance(cycles, sums)) {
    const counted = { cycles: cycles.length, balance };
    return addedOn === undefined ? say.grantSubjectCycles(counted) : say.grantSubjectLate(counted);
  }
  if (added === 0) return say.grantSubjectOwed({ given, balance });
  return expired > added
    ? say.grantSubjectLost({ added, expired, balance })
    : say.grantSubject({ added, balance });
}

function heroOf(cycles: readonly Settlement[], sums: GrantSums, { say, texts }: Voice): Hero {
  const { expired, recovered, closing } = sums;
  const given = sums.free + sums.paid;
  const added = given - recovered;
  if (given === 0)
    return { number: texts.number(expired), words: say.heroExpired({ count: expired }), tone: 'less' };
  if (leadsWithBalance(cycles, sums)) {
    const words = say.heroAfterCycles({ count: closing, cycles: cycles.length });
    return { number: texts.number(closing), words, tone: 'plain' };
  }
  return added > 0
    ? { number: texts.signed(added), words: say.heroAdded({ count: added }), tone: 'more' }
    : { number: texts.number(given), words: say.heroSettled({ count: given }), tone: 'plain' };
}

/** What the hero says is not said again below it. */
function standing(
  cycles: readonly Settlement[],
  sums: GrantSums,
  context: NoticeContext,
  voice: Voice,
): string | undefined {
  return leadsWithBalance(cycles, sums) && sums.closing === context.balance
    ? nextSentence(context, voice)
    : standingSentence(sums.closing, context, voice);
}

/** "240 added, 240 expired" tells nobody anything: of several cycles in which something expired, the outcome does. */
const leadsWithBalance = (cycles: readonly Settlement[], { expired, free, paid }: GrantSums): boolean =>
  cycles.length > 1 && expired > 0 && free + paid > 0;

function expiredSentence(
  cycles: readonly Settlement[],
  { expired }: GrantSums,
  { say }: Voice,
): string | undefined {
  if (expired === 0) return undefined;
  const caps = new Set(cycles.filter((one) => one.expired > 0).map((one) => one.cap ?? 0));
  const [limit = 0] = caps;
  return caps.size === 1 ? say.grantExpired({ expired, limit }) : say.grantExpiredInAll({ expired });
}

function lateSentence({ cycles, addedOn }: GrantFacts, { say, day }: Voice): string | undefined {
  const [first, last] = [cycles[0] as Settlement, cycles.at(-1) as Settlement];
  if (cycles.length === 1) return addedOn && say.grantLate({ on: day(last.cycleOn), addedOn: day(addedOn) });
  const days = { cycles: cycles.length, first: day(first.cycleOn), last: day(last.cycleOn) };
  if (!addedOn) return say.grantCycles(days);
  const expired = cycles.some((one) => one.expired > 0) ? 'yes' : 'no';
  return say.grantLateCycles({ ...days, addedOn: day(addedOn), expired });
}

function rowsOf(cycles: readonly Settlement[], { say, texts }: Voice): CycleLine[] {
  const shown = cycles.slice(-ROWS_MAX);
  const older = cycles.slice(0, -ROWS_MAX);
  const rowOf = (label: string, of: readonly Settlement[]): CycleLine => ({
    label,
    expired: of.reduce((sum, one) => sum + one.expired, 0),
    added: of.reduce((sum, one) => sum + one.free + one.paid - one.recovered, 0),
    balance: of.at(-1)?.closing ?? 0,
  });
  return [
    ...(older.length > 0 ? [rowOf(say.rowBefore({ cycles: older.length }), older)] : []),
    ...shown.map((one) => rowOf(texts.shortDay(one.cycleOn), [one])),
  ];
}
