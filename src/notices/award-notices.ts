/** Awards for what a member did: opening an account, passing the Readiness Test, replying to an interview request. */
import type { Instant } from '../domain/calendar.ts';
import type { PlanName } from '../domain/terms.ts';
import { type NoticeContext, type Page, equationOf, stated } from './page.ts';
import { nextSentence, standingSentence } from './standing.ts';
import type { Voice } from './voice.ts';

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

export function welcomePage(told: WelcomeFacts, context: NoticeContext, voice: Voice): Page {
  const { award, balance, monthly } = told;
  const { say, texts } = voice;
  // A new account has what it was welcomed with: the number is said once.
  const isAll = balance === award && context.balance === award;
  const standing = isAll ? nextSentence(context, voice) : standingSentence(balance, context, voice);
  return {
    subject: say.welcomeSubject({ award }),
    preheader: nextSentence(context, voice) ?? say.welcomeLead(),
    hero: { number: texts.signed(award), words: say.heroToBegin({ count: award }), tone: 'more' },
    sentences: stated([say.welcomeLead(), standing]),
    rules: stated([say.welcomeRule(), monthlyRule(monthly, voice)]),
  };
}

function monthlyRule({ plan, free, paid }: Monthly, voice: Voice): string | undefined {
  if (free + paid === 0) return undefined;
  const named = voice.plan(plan);
  return free > 0 && paid > 0
    ? voice.say.welcomeMonthlyBoth({ plan: named, free, paid })
    : voice.say.welcomeMonthly({ plan: named });
}

export function readinessPage(told: ReadinessFacts, context: NoticeContext, voice: Voice): Page {
  const { award, balance } = told;
  const { say, texts } = voice;
  return {
    subject: say.readinessSubject({ award, balance: context.balance }),
    preheader: nextSentence(context, voice) ?? say.readinessLead(),
    hero: { number: texts.signed(award), words: say.heroAdded({ count: award }), tone: 'more' },
    sentences: [standingSentence(balance, context, voice), say.readinessLead()],
    rules: [say.readinessRule()],
  };
}

export function interviewPage(told: InterviewFacts, context: NoticeContext, voice: Voice): Page {
  const { award, refund, balance, proposal } = told;
  const { say, texts } = voice;
  const usage = usageOf(told, voice);
  return {
    subject: say.interviewSubject({ award, balance: context.balance }),
    preheader: usage,
    hero: { number: texts.signed(award), words: say.heroAdded({ count: award }), tone: 'more' },
    sentences: [
      standingSentence(balance, context, voice),
      say.interviewLead({ proposal, moment: voice.moment(told.repliedAt) }),
    ],
    equation: equationOf(balance - award, [
      { amount: refund, label: say.termBack({ count: refund }) },
      { amount: award - refund, label: say.termAward() },
    ]),
    rules: stated([
      usage,
      told.award < told.whole
        ? say.interviewShort({ award, whole: told.whole, held: told.held, max: told.windowMax })
        : undefined,
      say.interviewRule(),
      splitRule(told, voice),
    ]),
  };
}

const HOUR = 3_600_000;

/** Of the last days, but for a reply that was told late: its fullest window ended later. */
function usageOf(told: InterviewFacts, { say, moment }: Voice): string {
  const usage = { used: told.held + told.award, max: told.windowMax, days: told.windowDays };
  return told.windowEndsAt - told.repliedAt < HOUR
    ? say.interviewUsed(usage)
    : say.interviewUsedUpTo({ ...usage, moment: moment(told.windowEndsAt) });
}

/** The history shows a part that is nothing as no transaction. */
function splitRule({ refund, award, proposal }: InterviewFacts, { say }: Voice): string | undefined {
  if (refund === 0) return undefined;
  return award > refund ? say.interviewTwo({ proposal }) : say.interviewBack({ proposal });
}
