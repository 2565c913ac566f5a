/** Every decision that the program can come to has words of its own. */
import { DECISION_CODES, type DecisionCode, takeOver } from '../../src/domain/account.ts';
import type { SettlementCode } from '../../src/domain/settle.ts';
import { TELLINGS } from '../../src/reports/explain/decided.ts';
import { COMMON_TELLINGS } from '../../src/reports/explain/other-tellings.ts';
import { wrap } from '../../src/cli/prose.ts';
import { EVENT_TYPES } from '../../src/domain/events/events.ts';
import { PLAN_NAMES, builtInTerms } from '../../src/domain/terms.ts';
import type { Inquiry, Told } from '../../src/reports/explain/answer.ts';
import { type After, lateSentence } from '../../src/reports/explain/reaching.ts';
import { RULE_NAMES, TermsBook } from '../../src/reports/explain/rules.ts';
import { ZoneWords } from '../../src/reports/member-words.ts';
import { withEnglish } from '../support/english-words.ts';

/** Of all that details may hold, so that each telling finds its own. */
const VARIED = {
  event: 'e1',
  award: 6,
  refund: 4,
  proposal: 'p1',
  status: 'suspended',
  held: 44,
  windowMax: 50,
  windowDays: 7,
  windowEndsAt: '2021-02-27T00:00:00Z',
  oldestAt: '2021-02-25T00:00:00Z',
  rewardedBy: 'interview',
  closedBy: 'i3',
  termsFrom: '2021-01-01',
  programFrom: '2021-04-01',
  paid: 70,
  free: 5,
  plansFree: 10,
  recovered: 2,
  elapsedDays: 15,
  cycleDays: 30,
  anchorOn: '2021-02-15',
  nextCycleOn: '2021-03-15',
  failedOn: '2021-02-28',
  cycleOn: '2021-01-31',
  which: 'current-cycle',
  reversed: 60,
  owed: 10,
  takesEffectOn: '2021-02-28',
  plan: 'plus',
  withdrawn: 'basic',
  balance: 3,
  asked: 6,
  spent: 6,
  refunded: 6,
  most: 2_000_000_000,
};

const takenOver = takeOver(
  {
    id: 'a1',
    kind: 'freelancer',
    plan: 'plus',
    status: 'active',
    anchorOn: '2021-01-31',
    zone: 'UTC',
    trackedFrom: Date.parse('2021-02-01T00:00:00Z'),
    openingBalance: 0,
    readinessAwarded: false,
  },
  'clamp',
);

/** By kind of subject: the codes that the rules can end with. A boundary's own decision is its cycle. */
const CODES: Readonly<Record<string, readonly DecisionCode[]>> = {
  welcome: ['awarded', 'not-eligible', 'before-program'],
  'readiness-test': ['awarded', 'not-eligible', 'account-inactive', 'already-awarded', 'before-program'],
  interview: [
    'awarded',
    'no-interview-request',
    'invite-without-proposal',
    'unknown-proposal',
    'account-inactive',
    'already-awarded',
    'before-program',
    'reward-ended',
    'weekly-cap',
    'weekly-cap-partial',
  ],
  plan: [
    'upgraded',
    'before-program',
    'not-eligible',
    'account-inactive',
    'already-on-plan',
    'not-on-plan',
    'downgrade-pending',
    'downgrade-cancelled',
  ],
  payment: ['payment-failed', 'not-on-plan', 'unknown-cycle'],
  spend: ['account-inactive', 'insufficient-connects'],
  proposal: ['already-recorded', 'account-inactive', 'insufficient-connects'],
  return: ['unknown-proposal', 'nothing-to-return'],
  adjustment: ['insufficient-connects'],
};

const OF_BOUNDARIES: readonly SettlementCode[] = [
  'granted',
  'no-monthly-grant',
  'before-program',
  'account-inactive',
];

test.each(Object.entries(CODES))('a decision on %s has words for each of its codes', (kind, codes) => {
  expect(Object.keys(TELLINGS[kind] ?? {}).toSorted()).toEqual(codes.toSorted());
});

test('there is no kind of subject, and no code, that has no words', () => {
  expect(Object.keys(TELLINGS).toSorted()).toEqual([...Object.keys(CODES), 'cycle'].toSorted());
  const told = [...Object.values(CODES).flat(), ...Object.keys(COMMON_TELLINGS), ...OF_BOUNDARIES];
  expect([...new Set(told)].toSorted()).toEqual(DECISION_CODES.toSorted());
});

test('no telling makes a date up of one that is not recorded', () => {
  const account = { ...takenOver, status: 'closed', nextCycleOn: null, nextCycleAt: null } as const;
  const terms = new TermsBook([
    { version: 1, terms: builtInTerms, appliedAt: 0, actor: 'test', reason: 'a test', contentHash: '' },
  ]);
  const at = Date.parse('2021-03-01T00:00:00Z');
  const reaching = { occurredAt: at, reachedAt: at, effectiveAt: at, postedAt: at };
  const inquiry = { account, asOf: at, terms, words: new ZoneWords('UTC') } as unknown as Inquiry;
  const told = { no: 1, at, postedAt: at, detail: {}, posted: [], earlier: [], reaching, stands: true };
  const texts = Object.entries({ ...TELLINGS, event: COMMON_TELLINGS }).flatMap(([kind, tellings]) =>
    Object.entries(tellings).flatMap(([code, telling]) => {
      const one = { ...told, subject: `${kind}:2021-03-01`, code } as unknown as Told;
      return [telling.sentence(one, inquiry), telling.next?.(one, inquiry) ?? ''];
    }),
  );
  expect(texts.length).toBeGreaterThan(60);
  expect(texts.filter((text) => text.includes('Invalid'))).toEqual([]);
});

describe('in Spanish', () => {
  const words = new ZoneWords('UTC', 'es');
  const terms = new TermsBook(
    [{ version: 1, terms: builtInTerms, appliedAt: 0, actor: 'test', reason: 'a test', contentHash: '' }],
    words.texts,
  );
  const at = Date.parse('2021-03-01T00:00:00Z');

  test('every decision is told, on time and late, whatever has become of the account; those listed are not yet', () => {
    const onTime = { occurredAt: at, reachedAt: at, effectiveAt: at, postedAt: at };
    const details = [
      { event: 'e1' },
      { ...VARIED, occurredAt: '2021-02-20T00:00:00Z', windowEndsAt: '2021-02-27T00:00:00Z' },
      { ...VARIED, refund: 0, owed: 0, refunded: 1, award: 0, which: 'next-cycle', elapsedDays: undefined },
      { ...VARIED, which: 'earlier-cycle', closedBy: undefined, rewardedBy: 'i2', nextCycleOn: undefined },
    ];
    const english = new Set<string>();
    for (const status of ['active', 'suspended', 'closed'] as const)
      for (const pendingPlan of [null, 'basic'] as const)
        for (const detail of details)
          for (const [kind, tellings] of Object.entries({ ...TELLINGS, event: COMMON_TELLINGS }))
            for (const [code, telling] of Object.entries(tellings)) {
              const ended = status === 'closed' && { nextCycleOn: null, nextCycleAt: null };
              const account = { ...takenOver, status, pendingPlan, owed: 3, ...ended };
              const inquiry = { account, asOf: at, terms, words } as unknown as Inquiry;
              const told = { no: 1, at, postedAt: at, detail, posted: [], earlier: [], stands: true };
              const one = {
                ...told,
                reaching: onTime,
                subject: `${kind}:2021-03-01`,
                code,
              } as unknown as Told;
              const texts = [telling.sentence(one, inquiry), telling.next?.(one, inquiry) ?? ''];
              for (const text of withEnglish(texts)) english.add(`${code}: ${text}`);
            }
    expect([...english]).toEqual([]);
  });

  test('so is every rule, and all that came late or too late', () => {
    const rules = RULE_NAMES.flatMap((name) =>
      PLAN_NAMES.map((plan) => terms.rule(name, { version: 1, at, plan }).text),
    );
    const after = [
      { what: 'cycle', cycleOn: '2021-02-28' },
      { what: 'take-over', at },
      { what: 'unknown' },
      ...EVENT_TYPES.map((type) => ({ what: 'event', event: 'e1', type, at })),
    ] as readonly After[];
    const late = after.map((one) =>
      lateSentence(
        {
          occurredAt: at - 1,
          reachedAt: at - 1,
          effectiveAt: at,
          postedAt: at,
          arrival: 1,
          token: null,
          after: one,
        },
        words,
      ),
    );
    expect(withEnglish([...rules, ...late])).toEqual([]);
    expect(rules.length).toBeGreaterThan(60);
  });
});

describe('text', () => {
  test('is wrapped at 100 columns, and longer words are cut', () => {
    const id = 'x'.repeat(230);
    const lines = wrap(`${'word '.repeat(40)}${id} end`, '  ').split('\n');
    expect(lines.every((line) => line.length <= 100)).toBe(true);
    expect(lines.every((line) => line.startsWith('  '))).toBe(true);
    expect(lines.join('').replace(/ /g, '')).toBe(`${'word'.repeat(40)}${id}end`);
  });
});
