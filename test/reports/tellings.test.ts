/** Every decision that the program can come to has words of its own. */
import { DECISION_CODES, type DecisionCode, takeOver } from '../../src/domain/account.ts';
import type { SettlementCode } from '../../src/domain/settle.ts';
import { TELLINGS } from '../../src/reports/explain/decided.ts';
import { COMMON_TELLINGS } from '../../src/reports/explain/other-tellings.ts';
import { wrap } from '../../src/cli/prose.ts';
import { builtInTerms } from '../../src/domain/terms.ts';
import type { Inquiry, Told } from '../../src/reports/explain/answer.ts';
import { TermsBook } from '../../src/reports/explain/rules.ts';
import { ZoneWords } from '../../src/reports/member-words.ts';

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

describe('text', () => {
  test('is wrapped at 100 columns, and longer words are cut', () => {
    const id = 'x'.repeat(230);
    const lines = wrap(`${'word '.repeat(40)}${id} end`, '  ').split('\n');
    expect(lines.every((line) => line.length <= 100)).toBe(true);
    expect(lines.every((line) => line.startsWith('  '))).toBe(true);
    expect(lines.join('').replace(/ /g, '')).toBe(`${'word'.repeat(40)}${id}end`);
  });
});
