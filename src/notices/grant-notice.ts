/** The email "Your Connects are available": one per catch-up, however many cycles it settled. Rendering is pure. */
import { DateTime } from 'luxon';
import type { LocalDate } from '../domain/calendar.ts';
import type { Settlement } from '../domain/settle.ts';
import type { PlanName } from '../domain/terms.ts';
import { type Message, html, paragraph, table } from './layout.ts';

export interface GrantNotice {
  /** Oldest first, at least one. */
  readonly cycles: readonly Settlement[];
}

/** @param notice at least one cycle */
export function renderGrantNotice(notice: GrantNotice): Message {
  const last = notice.cycles.at(-1);
  if (!last) throw new Error('a grant notice tells of at least one cycle');
  const granted = sum(notice.cycles, (one) => one.free + one.paid - one.recovered);
  const expired = sum(notice.cycles, (one) => one.expired);
  const headline = granted > 0 ? 'Your Connects are available' : 'Some of your Connects have expired';
  const lines = notice.cycles.flatMap(linesOf);
  const closing = [
    `Your balance at the start of this cycle: ${last.closing} Connects.`,
    `This billing cycle runs from ${day(last.cycleOn)} until ${day(last.nextOn)}, when your next Connects are due.`,
    ...reasonsOf(notice.cycles, expired),
  ];
  const subject =
    granted > 0 ? `Your Connects are available: ${granted} added` : `${expired} Connects have expired`;
  return {
    subject,
    text: [headline, '', ...lines.map(([what, amount]) => `  ${what}: ${amount}`), '', ...closing, ''].join(
      '\n',
    ),
    html: html({
      subject,
      preheader: `${granted} added, balance ${last.closing}. Next date: ${day(last.nextOn)}.`,
      headline,
      body: table(lines) + closing.map(paragraph).join(''),
    }),
  };
}

function linesOf(cycle: Settlement): [string, string][] {
  const on = day(cycle.cycleOn);
  const lines: [string, number][] = [
    [`${on}: expired over the rollover limit of ${cycle.cap ?? 0}`, -cycle.expired],
    [`${on}: free monthly Connects`, cycle.free],
    [`${on}: Connects of your ${planTitle(cycle.plan)} plan`, cycle.paid],
    [`${on}: taken back for a payment that failed`, -cycle.recovered],
  ];
  return lines.filter(([, amount]) => amount !== 0).map(([what, amount]) => [what, signed(amount)]);
}

function reasonsOf(cycles: readonly Settlement[], expired: number): string[] {
  const cap = cycles.find((one) => one.expired > 0)?.cap;
  if (expired === 0 || cap === undefined) return [];
  return [
    `At the start of each cycle up to ${cap ?? 0} Connects roll over; what is above that expires before the new ones are added.`,
  ];
}

const planTitle = (plan: PlanName): string =>
  ({ basic: 'Freelancer Basic', plus: 'Freelancer Plus', agency: 'Agency' })[plan];

const signed = (amount: number): string => (amount > 0 ? `+${amount}` : `−${-amount}`);

const day = (on: LocalDate): string =>
  DateTime.fromISO(on, { zone: 'utc', locale: 'en' }).toFormat('d LLLL yyyy');

const sum = (cycles: readonly Settlement[], of: (one: Settlement) => number): number =>
  cycles.reduce((total, one) => total + of(one), 0);
