/** Members with a story that a first look is led to: each is named for what has happened to it. */
import { type Instant, formatInstant } from '../../src/domain/calendar.ts';
import type { MemberEvent } from '../../src/domain/events/events.ts';
import type { AccountRowGiven } from './account-rows.ts';
import { type Fields, factAt } from './facts.ts';
import { type FleetPlan, DAY, HOUR, STORY_DAYS, anchorFor } from './fleet.ts';
import { placesOfMovers } from './movers.ts';
import { UPGRADED } from './told-of.ts';

interface Person {
  readonly id: string;
  readonly plan: 'basic' | 'plus';
  /** How many days ago its latest cycle began. */
  readonly begunDaysAgo: number;
  readonly balance: number;
  /** How many days ago, what, and with which fields. */
  readonly facts: readonly (readonly [number, string, Fields?])[];
}

const proposal = (id: string): Fields => ({ proposal: id, connects: 6 });
const interview = (id: string, about?: string): Fields => ({
  interview: id,
  ...(about !== undefined && { proposal: about }),
});

const peopleAt = (now: Instant): readonly Person[] => [
  {
    id: UPGRADED,
    plan: 'basic',
    begunDaysAgo: 12,
    balance: 58,
    facts: [
      [96, 'proposal.submitted', proposal('ana-p1')],
      [70, 'plan.upgraded'],
      [31, 'proposal.submitted', proposal('ana-p2')],
      [30, 'interview.requested', interview('ana-i1', 'ana-p2')],
      [29, 'interview.replied', interview('ana-i1')],
    ],
  },
  {
    id: 'bo-payment-failed',
    plan: 'plus',
    begunDaysAgo: 5,
    balance: 120,
    facts: [
      [21, 'proposal.submitted', proposal('bo-p1')],
      [3, 'payment.failed', { cycleOn: anchorFor(now - 5 * DAY, 0) }],
    ],
  },
  {
    id: 'cleo-downgrades',
    plan: 'plus',
    begunDaysAgo: 17,
    balance: 205,
    facts: [[2, 'plan.downgraded']],
  },
  {
    id: 'dee-suspended',
    plan: 'plus',
    begunDaysAgo: 8,
    balance: 31,
    facts: [[40, 'account.suspended']],
  },
  {
    id: 'fay-no-proposal',
    plan: 'basic',
    begunDaysAgo: 20,
    balance: 12,
    facts: [
      [6, 'interview.requested', interview('fay-i1')],
      [5, 'interview.replied', interview('fay-i1')],
    ],
  },
  { id: 'gil-mailbox-gone', plan: 'basic', begunDaysAgo: 6, balance: 22, facts: [] },
  {
    id: 'hal-closed',
    plan: 'basic',
    begunDaysAgo: 9,
    balance: 40,
    facts: [[75, 'account.closed']],
  },
];

/** Opened by an event, unlike all others: new talent, with the reward for its test. */
const NEW_TALENT = 'eli-new-talent';

export function peopleOfTour(now: Instant): NonNullable<FleetPlan['more']> {
  const people = peopleAt(now);
  const trackedFrom = formatInstant(now - STORY_DAYS * DAY);
  const rows = people.map(({ id, plan, begunDaysAgo, balance }): AccountRowGiven => ({
    id,
    plan,
    trackedFrom,
    email: emailOf(id),
    anchorOn: anchorFor(now - begunDaysAgo * DAY, 13),
    openingBalance: balance,
  }));
  const movers = placesOfMovers(now).map((one): AccountRowGiven => ({
    ...one,
    trackedFrom,
    email: emailOf(one.id),
  }));
  const opening = { kind: 'freelancer', plan: 'basic', email: emailOf(NEW_TALENT), zone: 'Europe/Lisbon' };
  const eli = {
    id: NEW_TALENT,
    facts: [
      [50, 'account.opened', opening],
      [48, 'readiness-test.passed'],
    ],
  } as const;
  return { rows: [...rows, ...movers], events: [...people, eli].flatMap((one) => eventsOf(one, now)) };
}

const emailOf = (id: string): string => `${id}@members.example.test`;

const eventsOf = ({ id, facts }: Pick<Person, 'id' | 'facts'>, now: Instant): MemberEvent[] =>
  facts.map(([daysAgo, type, fields], index) =>
    factAt(`${id}-${index + 1}`, id, now - daysAgo * DAY - HOUR, type, fields),
  );
