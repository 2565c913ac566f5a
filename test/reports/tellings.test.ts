/** Every decision that the program can come to has words of its own. */
import { TELLINGS } from '../../src/reports/explain/decided.ts';
import { wrap } from '../../src/cli/account-text.ts';

/** By kind of subject: the codes that the rules can end with. A boundary's own decision is its cycle. */
const CODES: Readonly<Record<string, readonly string[]>> = {
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

test.each(Object.entries(CODES))('a decision on %s has words for each of its codes', (kind, codes) => {
  expect(Object.keys(TELLINGS[kind] ?? {}).toSorted()).toEqual(codes.toSorted());
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
