/** Backfilling and reversing as arithmetic: what a hand can check. */
import { type Account, takeOver } from '../../../src/domain/account.ts';
import {
  type Candidate,
  type Past,
  type PastCycle,
  backfillAccount,
  findCandidates,
  grantSubject,
} from '../../../src/domain/corrections/backfill.ts';
import { type GrantedCycle, reverseCycles } from '../../../src/domain/corrections/reversal.ts';
import { builtInTerms } from '../../../src/domain/terms.ts';

const at = (text: string): number => Date.parse(`${text}T00:00:00Z`);
const NOW = at('2021-08-15');

const account = (more: Partial<Account> = {}): Account => ({
  ...takeOver(
    {
      id: 'a',
      kind: 'freelancer',
      plan: 'plus',
      status: 'active',
      anchorOn: '2021-01-10',
      zone: 'UTC',
      trackedFrom: at('2021-08-01'),
      openingBalance: 20,
      readinessAwarded: false,
    },
    'clamp',
  ),
  ...more,
});

const cycle = (on: string, more: Partial<PastCycle> = {}): PastCycle => ({
  on,
  at: at(on),
  plan: 'plus',
  code: 'granted',
  reversals: 0,
  granted: true,
  notTaken: 0,
  paymentFailed: false,
  ...more,
});
const past = (cycles: readonly PastCycle[], boundaries: readonly string[] = []): Past => ({
  boundaries: boundaries.map((on) => ({ on, at: at(on), plan: 'plus', nextOn: '2021-12-31' })),
  cycles: new Map(cycles.map((one) => [one.on, one])),
  posted: new Map(),
  lost: new Map(),
});
const YEAR = { from: '2021-01-01', to: '2021-12-31' };

describe('the candidates', () => {
  it('are boundaries of the range without a settlement, and those that gave nothing, before the next one', () => {
    const found = findCandidates(
      account({ nextCycleOn: '2021-06-10' }),
      past(
        [
          cycle('2021-02-10'),
          cycle('2021-03-10', { code: 'account-inactive', granted: false }),
          cycle('2021-04-10', { reversals: 1, granted: false }),
          cycle('2021-05-10', { code: 'no-monthly-grant' }),
        ],
        ['2021-01-10', '2021-02-10', '2021-03-10', '2021-06-10', '2021-07-10'],
      ),
      YEAR,
    );
    expect(found.map((one) => `${one.on} ${one.reason}`)).toEqual([
      '2021-01-10 absent',
      '2021-03-10 account-inactive',
      '2021-04-10 reversed',
    ]);
  });

  it('do not hold what a backfill has granted after all', () => {
    const granted = cycle('2021-03-10', { code: 'account-inactive', granted: true });
    const again = cycle('2021-04-10', { reversals: 1, granted: true });
    expect(findCandidates(account(), past([granted, again]), YEAR)).toEqual([]);
  });
});

const reversed = (more: Partial<PastCycle> = {}): Candidate => ({
  on: '2021-04-10',
  at: at('2021-04-10'),
  plan: 'plus',
  reason: 'reversed',
  nextOn: null,
  posted: null,
  lost: null,
  cycle: cycle('2021-04-10', {
    reversals: 1,
    granted: false,
    ...more,
  }),
});
const ground = { terms: builtInTerms, backfill: 3, now: NOW };
const linesOf = (entries: readonly { kind: string; amount: number; balance: number }[]): string[] =>
  entries.map((one) => `${one.kind} ${one.amount} → ${one.balance}`);

describe('a second grant', () => {
  it('is posted under #2, effective now, and takes what the reversal could not', () => {
    const {
      account: after,
      entries,
      cycles,
    } = backfillAccount(account({ owed: 30 }), [reversed({ notTaken: 25 })], ground);
    // 20 + 10 + 70 − 30 owed − 25 not taken = 45
    expect(linesOf(entries)).toEqual(['monthly-free 10 → 30', 'monthly-plan 70 → 100', 'recovery -55 → 45']);
    expect(entries.map((one) => [one.subject, one.cycleOn, one.effectiveAt])).toEqual(
      Array.from({ length: 3 }, () => ['cycle:2021-04-10#2', '2021-04-10', NOW]),
    );
    expect(after).toMatchObject({ balance: 45, owed: 0, watermark: NOW });
    expect(cycles).toMatchObject([
      {
        outcome: 'granted',
        amendment: { opening: 20, free: 10, paid: 70, recovered: 55, owed: 30, closing: 45 },
      },
    ]);
  });

  it('never takes more than it gives, and gives no paid part whose payment failed', () => {
    const { entries } = backfillAccount(
      account(),
      [reversed({ notTaken: 500, paymentFailed: true })],
      ground,
    );
    expect(linesOf(entries)).toEqual(['monthly-free 10 → 30', 'recovery -10 → 20']);
  });

  it('is counted by the reversals before it', () => {
    expect([0, 1, 2].map((reversals) => grantSubject('2021-04-10', reversals))).toEqual([
      'cycle:2021-04-10',
      'cycle:2021-04-10#2',
      'cycle:2021-04-10#3',
    ]);
  });

  it('of the current cycle is what a failed payment would take back; of an older one it is not', () => {
    const current = account({ cycleOn: '2021-04-10', cyclePaid: 0 });
    expect(backfillAccount(current, [reversed()], ground).account.cyclePaid).toBe(70);
    expect(backfillAccount(account({ cyclePaid: 7 }), [reversed()], ground).account.cyclePaid).toBe(7);
  });

  it('never goes back before what the account has seen already', () => {
    const ahead = account({ watermark: NOW + 5_000 });
    const { account: after, entries } = backfillAccount(ahead, [reversed()], ground);
    expect(entries[0]?.effectiveAt).toBe(NOW + 5_000);
    expect(after.watermark).toBe(NOW + 5_000);
  });
});

describe('what is left as it is', () => {
  it.each([
    ['an account that is not active now', account({ status: 'suspended' }), reversed(), 'inactive-now'],
    ['a boundary before the program', account(), { ...reversed(), at: at('2020-01-10') }, 'no-terms'],
    [
      'a plan without a monthly grant',
      account({ plan: 'agency', kind: 'agency' }),
      { ...reversed(), plan: 'agency' as const },
      'no-monthly-grant',
    ],
  ])('%s', (_what, given, candidate, why) => {
    const done = backfillAccount(given, [candidate], ground);
    expect(done).toMatchObject({ entries: [], cycles: [{ outcome: 'skipped', why }] });
    expect(done.account).toBe(given);
  });
});

describe('a reversal', () => {
  const granted = (on: string, more: Partial<GrantedCycle> = {}): GrantedCycle => ({
    on,
    expired: 0,
    free: 10,
    paid: 70,
    recovered: 0,
    owed: 0,
    notTakenBefore: 0,
    paymentFailed: false,
    lapsedBefore: 0,
    ...more,
  });

  it('nets what was granted, less what expired and was recovered, in one entry', () => {
    const cycles = [granted('2021-02-10', { expired: 30, recovered: 20, owed: 20 }), granted('2021-03-10')];
    const {
      account: after,
      entries,
      taken,
      notTaken,
    } = reverseCycles(account({ balance: 500 }), { cycles, expiries: [] }, 'run:7', NOW);
    // (10 + 70 − 30 − 20) + (10 + 70) = 110
    expect(linesOf(entries)).toEqual(['reversal -110 → 390']);
    expect({ taken, notTaken, owed: after.owed, subject: entries[0]?.subject }).toEqual({
      taken: 110,
      notTaken: 0,
      owed: 20,
      subject: 'run:7',
    });
  });

  it('takes no more than there is; the latest cycle bears it first', () => {
    const done = reverseCycles(
      account({ balance: 60 }),
      { cycles: [granted('2021-02-10'), granted('2021-03-10')], expiries: [] },
      'run:7',
      NOW,
    );
    expect(done).toMatchObject({ taken: 60, notTaken: 100, account: { balance: 0 } });
    expect(done.cycles.map((one) => [one.on, one.taken, one.short])).toEqual([
      ['2021-02-10', 60, 20],
      ['2021-03-10', 0, 80],
    ]);
  });

  it('gives back where more expired than was granted', () => {
    const { entries } = reverseCycles(
      account(),
      { cycles: [granted('2021-02-10', { expired: 200 })], expiries: [] },
      'run:7',
      NOW,
    );
    expect(linesOf(entries)).toEqual(['reversal 120 → 140']);
  });

  it('posts nothing where grant and expiry were equal, and marks the cycle all the same', () => {
    const done = reverseCycles(
      account(),
      { cycles: [granted('2021-02-10', { expired: 80 })], expiries: [] },
      'run:7',
      NOW,
    );
    expect(done).toMatchObject({ entries: [], taken: 0, notTaken: 0, cycles: [{ on: '2021-02-10' }] });
  });
});
