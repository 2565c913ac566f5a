/** Awards for what a member did: opening an account, passing the Readiness Test, replying to an interview request. */
import type { Instant } from '../domain/calendar.ts';
import type { PlanName } from '../domain/terms.ts';
import { type NoticeContext, type Page, amounts, facts, paragraph, rules } from './page.ts';
import { connects, connectsWere, count, counted, day, moment, planTitle } from './words.ts';

/** What every cycle of the member's plan gives. */
export interface Monthly {
  readonly plan: PlanName;
  readonly free: number;
  readonly paid: number;
}

export interface WelcomeFacts {
  readonly kind: 'welcome';
  readonly award: number;
  readonly balance: number;
  readonly monthly: Monthly;
}

export interface ReadinessFacts {
  readonly kind: 'readiness-test';
  readonly award: number;
  readonly balance: number;
}

export interface InterviewFacts {
  readonly kind: 'interview-award';
  readonly proposal: string;
  readonly repliedAt: Instant;
  /** The part of the award that gives back what the proposal had cost. */
  readonly refund: number;
  readonly award: number;
  /** What a whole award is: more than `award` where the window was nearly full. */
  readonly whole: number;
  /** Awards in the window before this one. */
  readonly held: number;
  readonly windowMax: number;
  readonly windowDays: number;
  readonly windowEndsAt: Instant;
  readonly balance: number;
}

export function welcomePage({ award, balance, monthly }: WelcomeFacts, { nextCycleOn }: NoticeContext): Page {
  const each = monthly.free + monthly.paid;
  const next = nextCycleOn === null || each === 0 ? undefined : day(nextCycleOn);
  return {
    subject: `Welcome: ${connects(award)} to begin with`,
    preheader: next ? `Your next ${count(each)} arrive on ${next}.` : 'They are on your account now.',
    headline: `Welcome, here are ${connects(award)}`,
    blocks: [
      paragraph(
        `${connectsWere(award)} added to your new account. Use them to send proposals for jobs that you like.`,
      ),
      amounts('What was added', [{ label: 'Welcome Connects', amount: award }]),
      facts(
        'Where you stand',
        { label: 'Balance after this', value: connects(balance), main: true },
        ...(next ? [{ label: 'Next Connects', value: next }] : []),
      ),
      rules([
        `Every new freelancer gets ${count(award)} Connects, once, when the account opens; they stand for the first month.`,
        next && monthlyRule(monthly),
      ]),
    ],
  };
}

const monthlyRule = ({ plan, free, paid }: Monthly): string =>
  `From then on ${planTitle(plan)} gives ${connects(free + paid)} at the start of every billing cycle` +
  (free > 0 && paid > 0 ? `: ${count(free)} free and ${count(paid)} as part of the membership.` : '.');

export function readinessPage({ award, balance }: ReadinessFacts, { nextCycleOn }: NoticeContext): Page {
  return {
    subject: `You passed the Readiness Test: ${connects(award)} added`,
    preheader: `Your balance is ${connects(balance)}.`,
    headline: `You passed the Readiness Test: ${connects(award)} for you`,
    blocks: [
      paragraph(`Well done. ${connectsWere(award)} added to your account.`),
      amounts('What was added', [{ label: 'Readiness Test passed', amount: award }]),
      facts(
        'Where you stand',
        { label: 'Balance after this', value: connects(balance), main: true },
        ...(nextCycleOn === null ? [] : [{ label: 'Next billing cycle', value: day(nextCycleOn) }]),
      ),
      rules([
        `Passing the Readiness Test gives ${count(award)} Connects, once; they are added automatically.`,
      ]),
    ],
  };
}

export function interviewPage(told: InterviewFacts, context: NoticeContext): Page {
  const { award, refund, balance, proposal, windowMax, windowDays } = told;
  const used = told.held + award;
  const usage = `You have used ${count(used)} of ${count(windowMax)} ${windowPhrase(told, context)}.`;
  return {
    subject: `Interview: ${connects(award)} added for your proposal`,
    preheader: usage,
    headline: `You earned ${connects(award)} with your proposal`,
    blocks: [
      paragraph(
        `A client asked you for an interview because of your proposal ${proposal}, and you replied on ` +
          `${moment(told.repliedAt, context.zone)}.`,
      ),
      amounts('What was added', [
        { label: `Back for proposal ${proposal}`, amount: refund },
        { label: 'Interview award', amount: award - refund },
      ]),
      facts(
        'Where you stand',
        { label: 'Balance after this', value: connects(balance), main: true },
        { label: `Used in ${counted(windowDays, 'day')}`, value: `${count(used)} of ${count(windowMax)}` },
      ),
      rules([
        `Replying to an interview request gives ${count(told.whole)} Connects, once for each proposal.`,
        splitRule(told),
        capRule(told),
        `At most ${count(windowMax)} Connects can be earned with interviews within any ${counted(windowDays, 'day')}. ${usage}`,
      ]),
    ],
  };
}

const HOUR = 3_600_000;

/** `in the last 7 days`, but for a reply that was told late: its fullest window ended later. */
const windowPhrase = (
  { windowDays, windowEndsAt, repliedAt }: InterviewFacts,
  { zone }: NoticeContext,
): string =>
  windowEndsAt - repliedAt < HOUR
    ? `in the last ${counted(windowDays, 'day')}`
    : `in the ${counted(windowDays, 'day')} up to ${moment(windowEndsAt, zone)}`;

/** The history shows a part that is nothing as no transaction. */
function splitRule({ refund, award, proposal }: InterviewFacts): string | undefined {
  if (refund === 0) return undefined;
  const back = `${count(refund)} back for what proposal ${proposal} had cost`;
  return award > refund
    ? `Your history shows this award as two transactions: ${back}, and ${count(award - refund)} on top.`
    : `Your history shows this award as one transaction: ${back}.`;
}

const capRule = ({ award, whole, windowMax, held }: InterviewFacts): string | undefined =>
  award < whole
    ? `This time it was ${count(award)}: ${count(held)} of ${count(windowMax)} had been used already, so there was room for no more.`
    : undefined;
