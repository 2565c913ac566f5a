/** Some days before a boundary at which Connects would expire: how many, when, and what to do. */
import type { LocalDate } from '../domain/calendar.ts';
import { type NoticeContext, type Page, stated } from './page.ts';
import type { Voice } from './voice.ts';

export interface ReminderFacts {
  readonly kind: 'reminder';
  /** The boundary that is coming. */
  readonly cycleOn: LocalDate;
  readonly balance: number;
  readonly cap: number;
  readonly expiring: number;
}

export function reminderPage(told: ReminderFacts, { isAgency, next }: NoticeContext, voice: Voice): Page {
  const { cycleOn, balance, cap, expiring } = told;
  const { say, texts, day } = voice;
  const on = day(cycleOn);
  return {
    subject: say.reminderSubject({ expiring, on }),
    preheader: say.reminderPreheader({ balance, cap }),
    hero: { number: texts.number(expiring), words: say.heroToUse({ count: expiring, on }), tone: 'less' },
    sentences: [say.reminderLead({ count: expiring })],
    equation: {
      opening: balance,
      terms: [{ amount: -cap, label: say.termRollsOver({ count: cap }), tone: 'plain' }],
      closing: expiring,
    },
    rules: stated([
      say.rolloverRule({ cap }),
      next && next.amount > 0 ? say.reminderNewOnes() : undefined,
      say.rolloverCounts({ agency: isAgency ? 'yes' : 'no' }),
    ]),
  };
}
