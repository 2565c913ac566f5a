/** An example of every kind, for previews: made-up facts that agree with the rules. */
import type { NoticeKind } from '../domain/notice-kinds.ts';
import type { Settlement } from '../domain/settle.ts';
import type { NoticeFacts } from './notice.ts';
import type { NoticeContext } from './page.ts';

export interface Sample {
  readonly facts: NoticeFacts;
  readonly context: NoticeContext;
}

const AT = Date.parse('2021-03-16T00:00:00Z');

/** A member on Plus, on the day on which a cycle has begun. */
const context: NoticeContext = {
  account: 'sample',
  zone: 'Europe/Berlin',
  locale: null,
  today: '2021-03-16',
  balance: 280,
  isAgency: false,
  isClosed: false,
  next: { on: '2021-04-16', amount: 80 },
};

const cycle = (cycleOn: string, nextOn: string, amounts: Partial<Settlement>): Settlement => ({
  cycleOn,
  nextOn,
  startsAt: Date.parse(cycleOn),
  opening: 0,
  carried: 0,
  expired: 0,
  free: 10,
  paid: 70,
  recovered: 0,
  closing: 80,
  plan: 'plus',
  cap: 200,
  code: 'granted',
  ...amounts,
});

const SAMPLES: Record<NoticeKind, Sample> = {
  grant: {
    facts: {
      kind: 'grant',
      cycles: [cycle('2021-03-16', '2021-04-16', { opening: 225, carried: 200, expired: 25, closing: 280 })],
    },
    context,
  },
  welcome: {
    facts: { kind: 'welcome', award: 40, balance: 40, monthly: { plan: 'basic', free: 10, paid: 0 } },
    context: { ...context, balance: 40, next: { on: '2021-04-16', amount: 10 } },
  },
  'readiness-test': {
    facts: { kind: 'readiness-test', award: 40, balance: 76 },
    context: { ...context, balance: 76, next: { on: '2021-04-16', amount: 10 } },
  },
  'interview-award': {
    facts: {
      kind: 'interview-award',
      proposal: 'p-20417',
      repliedAt: AT + 36_000_000,
      refund: 4,
      award: 10,
      whole: 10,
      held: 20,
      windowMax: 50,
      windowDays: 7,
      windowEndsAt: AT + 36_000_000,
      balance: 86,
    },
    context: { ...context, balance: 86, next: { on: '2021-04-16', amount: 10 } },
  },
  upgrade: {
    facts: {
      kind: 'upgrade',
      paid: 70,
      free: 4,
      recovered: 0,
      plansFree: 10,
      ended: { fromCycleOn: '2021-03-01', elapsedDays: 15, cycleDays: 31 },
      startsOn: '2021-03-16',
      nextCycleOn: '2021-04-16',
      balance: 82,
      stands: true,
    },
    context: { ...context, balance: 82 },
  },
  'payment-failed': {
    facts: {
      kind: 'payment-failed',
      failedOn: '2021-03-16',
      which: 'current-cycle',
      paid: 70,
      reversed: 58,
      owed: 12,
      owedInAll: 12,
      balance: 0,
      decidedOn: '2021-03-16',
      remedy: 'upgrade',
    },
    context: { ...context, balance: 0, next: { on: '2021-04-16', amount: 10 } },
  },
  backfill: {
    facts: {
      kind: 'backfill',
      cycles: [
        { cycleOn: '2021-01-16', free: 10, paid: 0, recovered: 0, balance: 62 },
        { cycleOn: '2021-02-16', free: 10, paid: 70, recovered: 0, balance: 142 },
      ],
      opening: 52,
      balance: 142,
    },
    context: { ...context, balance: 142 },
  },
  reversal: {
    facts: {
      kind: 'reversal',
      lines: [{ cycleOn: '2021-03-16', amount: -67 }],
      notTaken: 13,
      owed: 0,
      balance: 0,
    },
    context: { ...context, balance: 0 },
  },
  reminder: {
    facts: {
      kind: 'reminder',
      cycleOn: '2021-04-16',
      balance: 223,
      cap: 200,
      expiring: 23,
    },
    context: { ...context, balance: 223 },
  },
};

export const sampleOf = (kind: NoticeKind): Sample => SAMPLES[kind];
