/** Some days before a boundary at which Connects would expire: how many, when, and what to do. */
import type { Instant, LocalDate } from '../domain/calendar.ts';
import { type NoticeContext, type Page, facts, paragraph, rules } from './page.ts';
import { connects, count, day, moment } from './words.ts';

export interface ReminderFacts {
  readonly kind: 'reminder';
  /** The boundary that is coming. */
  readonly cycleOn: LocalDate;
  readonly startsAt: Instant;
  readonly balance: number;
  readonly cap: number;
  readonly expiring: number;
}

export function reminderPage(told: ReminderFacts, { zone }: NoticeContext): Page {
  const { cycleOn, startsAt, balance, cap, expiring } = told;
  return {
    subject: `${connects(expiring)} will expire on ${day(cycleOn)}`,
    preheader: `You have ${connects(balance)}, and ${count(cap)} can roll over. Use ${count(expiring)} or more before then.`,
    headline: `Use ${connects(expiring)} before ${day(cycleOn)}`,
    blocks: [
      paragraph(
        `Your next billing cycle begins on ${day(cycleOn)}. If nothing changes before then, ${connects(expiring)} of ` +
          `your ${count(balance)} will expire.`,
      ),
      facts(
        'In numbers',
        { label: 'Will expire', value: connects(expiring), main: true },
        { label: 'Balance now', value: connects(balance) },
        { label: 'Can roll over', value: connects(cap) },
        { label: 'Use them before', value: moment(startsAt, zone) },
      ),
      paragraph(
        `What you can do: send proposals with ${count(expiring)} or more of your Connects before then. Nothing else is needed.`,
      ),
      rules([
        `Up to ${connects(cap)} roll over into a new cycle; what is above that expires when it begins. ` +
          `${count(balance)} − ${count(cap)} = ${count(expiring)}.`,
        'The Connects of the new cycle are added after that, and are not affected.',
        'Free, earned and bought Connects all count.',
      ]),
    ],
  };
}
