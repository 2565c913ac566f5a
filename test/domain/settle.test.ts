import fc from 'fast-check';
import { type Account, type TakeOver, takeOver } from '../../src/domain/account.ts';
import { type Settlement, catchUp, decisionOf, settleBoundary } from '../../src/domain/settle.ts';
import { type Terms, builtInTerms, termsInForce } from '../../src/domain/terms.ts';

const basic: TakeOver = {
  id: 'a1',
  kind: 'freelancer',
  plan: 'basic',
  status: 'active',
  anchorOn: '2021-01-11',
  zone: 'UTC',
  trackedFrom: Date.parse('2021-01-11T00:00:00Z'),
  openingBalance: 0,
  readinessAwarded: false,
};

const accountWith = (known: Partial<TakeOver>, state: Partial<Account> = {}): Account => ({
  ...takeOver({ ...basic, ...known }, 'clamp'),
  ...state,
});

const withCap = (rolloverCap: number | null): Terms =>
  builtInTerms.map((row) => ({
    ...row,
    plans: { ...row.plans, basic: { free: 10, paid: 0, rolloverCap } },
  }));

const at = (text: string): number => Date.parse(text.length === 10 ? `${text}T00:00:00Z` : text);

const settledOnce = (account: Account, terms: Terms = builtInTerms) =>
  settleBoundary(account, terms, account.nextCycleAt as number);

describe('settling one boundary', () => {
  test('lets what exceeds the cap expire before it grants', () => {
    const { settlement, entries, account } = settledOnce(accountWith({ openingBalance: 207 }));
    expect(entries.map(({ kind, amount, balance }) => [kind, amount, balance])).toEqual([
      ['rollover-expiry', -7, 200],
      ['monthly-free', 10, 210],
    ]);
    expect(settlement).toEqual({
      cycleOn: '2021-02-11',
      startsAt: at('2021-02-11'),
      nextOn: '2021-03-11',
      opening: 207,
      carried: 200,
      expired: 7,
      free: 10,
      paid: 0,
      recovered: 0,
      closing: 210,
      plan: 'basic',
      cap: 200,
      code: 'granted',
    });
    expect(account).toMatchObject({
      balance: 210,
      lastSeq: 2,
      watermark: at('2021-02-11'),
      cycleOn: '2021-02-11',
      nextCycleOn: '2021-03-11',
      nextCycleAt: at('2021-03-11'),
    });
  });

  test('keys its entries by cycle, in posting order', () => {
    const { entries } = settledOnce(accountWith({ plan: 'plus', openingBalance: 280 }));
    expect(
      entries.map(({ seq, kind, subject, cycleOn, proposal }) => [seq, kind, subject, cycleOn, proposal]),
    ).toEqual([
      [1, 'rollover-expiry', 'cycle:2021-02-11', '2021-02-11', null],
      [2, 'monthly-free', 'cycle:2021-02-11', '2021-02-11', null],
      [3, 'monthly-plan', 'cycle:2021-02-11', '2021-02-11', null],
    ]);
  });

  test.each([
    [null, 5_000, 0, 5_010],
    [0, 5_000, 5_000, 10],
    [0, 0, 0, 10],
    [200, 200, 0, 210],
    [200, 201, 1, 210],
  ])(
    'with a rollover cap of %j, a balance of %i loses %i and becomes %i',
    (cap, opening, expired, closing) => {
      const { settlement, account } = settledOnce(accountWith({ openingBalance: opening }), withCap(cap));
      expect(settlement).toMatchObject({ opening, expired, carried: opening - expired, closing, cap });
      expect(account.balance).toBe(closing);
    },
  );

  test('applies the cap of the plan that takes effect, not of the one that ends', () => {
    const terms = builtInTerms.map((row) => ({
      ...row,
      plans: { ...row.plans, basic: { free: 10, paid: 0, rolloverCap: 50 } },
    }));
    const before = accountWith({ plan: 'plus', openingBalance: 100 }, { pendingPlan: 'basic' });
    const { settlement, account } = settledOnce(before, terms);
    expect(settlement).toMatchObject({ plan: 'basic', expired: 50, free: 10, paid: 0, closing: 60 });
    expect(account).toMatchObject({ plan: 'basic', pendingPlan: null });
  });

  test('recovers what is owed right after the paid part, up to that part', () => {
    const settle = (owed: number) => settledOnce(accountWith({ plan: 'plus' }, { owed }));
    const some = settle(30);
    expect(some.entries.map(({ kind, amount }) => [kind, amount])).toEqual([
      ['monthly-free', 10],
      ['monthly-plan', 70],
      ['recovery', -30],
    ]);
    expect(some.account).toMatchObject({ balance: 50, owed: 0, cyclePaid: 70 });
    expect(decisionOf(some.settlement).detail).toEqual({
      carried: 0,
      expired: 0,
      free: 10,
      paid: 70,
      recovered: 30,
    });
    const more = settle(100);
    expect(more.account).toMatchObject({ balance: 10, owed: 30, cyclePaid: 70 });
    expect(more.settlement).toMatchObject({ recovered: 70, closing: 10 });
  });

  test('of an agency grants nothing, but lets Connects expire', () => {
    const { settlement, entries } = settledOnce(
      accountWith({ kind: 'agency', plan: 'agency', openingBalance: 405 }),
    );
    expect(entries.map(({ kind, amount }) => [kind, amount])).toEqual([['rollover-expiry', -5]]);
    expect(settlement).toMatchObject({ code: 'no-monthly-grant', closing: 400 });
  });

  test('of a suspended account grants and expires nothing, but lets a pending plan take effect', () => {
    const before = accountWith(
      { plan: 'plus', status: 'suspended', openingBalance: 500 },
      { pendingPlan: 'basic', owed: 20, cyclePaid: 70 },
    );
    const { settlement, entries, account } = settledOnce(before);
    expect(entries).toEqual([]);
    expect(settlement).toMatchObject({
      code: 'account-inactive',
      opening: 500,
      carried: 500,
      closing: 500,
      plan: 'basic',
    });
    expect(account).toMatchObject({
      plan: 'basic',
      pendingPlan: null,
      owed: 20,
      cyclePaid: 0,
      nextCycleOn: '2021-03-11',
    });
    expect(decisionOf(settlement)).toEqual({
      at: at('2021-02-11'),
      subject: 'cycle:2021-02-11',
      code: 'account-inactive',
      detail: {},
    });
  });

  test('before the first row of terms grants nothing, also to a suspended account', () => {
    const early = { trackedFrom: at('2020-10-01'), anchorOn: '2020-09-11' };
    expect(settledOnce(accountWith(early)).settlement.code).toBe('before-program');
    expect(settledOnce(accountWith({ ...early, status: 'suspended' })).settlement.code).toBe(
      'before-program',
    );
  });

  test('of a closed account is a broken rule', () => {
    expect(() => settleBoundary(accountWith({ status: 'closed' }), builtInTerms, at('2021-02-11'))).toThrow(
      expect.objectContaining({ kind: 'broken-rule', code: 'no-next-cycle' }),
    );
  });
});

describe('taking an account over', () => {
  test.each([
    ['anchored long before', '2019-03-20', '2020-12-07T00:00:00Z', '2020-11-20', '2020-12-20'],
    [
      'at a boundary, which is then its first',
      '2020-03-07',
      '2020-12-07T00:00:00Z',
      '2020-11-07',
      '2020-12-07',
    ],
    ['in its first month', '2020-12-01', '2020-12-07T00:00:00Z', '2020-12-01', '2021-01-01'],
    ['on its anchor', '2020-12-07', '2020-12-07T00:00:00Z', '2020-12-07', '2021-01-07'],
  ])('%s', (_, anchorOn, trackedFrom, cycleOn, nextCycleOn) => {
    expect(accountWith({ anchorOn, trackedFrom: at(trackedFrom) })).toMatchObject({ cycleOn, nextCycleOn });
  });

  test('under first-of-next starts the first cycle on the anchor itself', () => {
    const account = takeOver(
      { ...basic, anchorOn: '2021-01-31', trackedFrom: at('2021-02-10') },
      'first-of-next',
    );
    expect(account).toMatchObject({ cycleOn: '2021-01-31', nextCycleOn: '2021-03-01' });
  });

  test('of a closed account finds no next boundary', () => {
    expect(accountWith({ status: 'closed' })).toMatchObject({ nextCycleOn: null, nextCycleAt: null });
  });

  test('in an unknown zone is a broken rule', () => {
    expect(() => accountWith({ zone: 'Mars/Olympus' })).toThrow(
      expect.objectContaining({ kind: 'broken-rule', code: 'unknown-zone' }),
    );
  });
});

describe('catching up', () => {
  test('settles each missed boundary by itself, oldest first, and stops at the as-of', () => {
    const { account, settled, current } = catchUp(
      accountWith({ openingBalance: 185 }),
      builtInTerms,
      at('2021-05-10'),
    );
    expect(
      settled.map(({ settlement }) => [settlement.cycleOn, settlement.expired, settlement.closing]),
    ).toEqual([
      ['2021-02-11', 0, 195],
      ['2021-03-11', 0, 205],
      ['2021-04-11', 5, 210],
    ]);
    expect(account.nextCycleOn).toBe('2021-05-11');
    expect(current).toBe(true);
  });

  test('includes a boundary at the very instant, and none a millisecond later', () => {
    const until = (asOf: number) => catchUp(accountWith({}), builtInTerms, asOf).settled.length;
    expect(until(at('2021-02-11'))).toBe(1);
    expect(until(at('2021-02-11') - 1)).toBe(0);
  });

  test('does not trust the cached instant of the next boundary', () => {
    const stale = accountWith({ zone: 'America/New_York' }, { nextCycleAt: at('2021-02-11') });
    expect(catchUp(stale, builtInTerms, at('2021-02-11')).settled).toEqual([]);
    expect(catchUp(stale, builtInTerms, at('2021-02-11')).account.nextCycleAt).toBe(
      at('2021-02-11T05:00:00Z'),
    );
    expect(catchUp(stale, builtInTerms, at('2021-02-11T05:00:00Z')).settled).toHaveLength(1);
  });

  test('has no limit of its own', () => {
    const { settled } = catchUp(accountWith({}), builtInTerms, at('2071-01-11'));
    expect(settled).toHaveLength(600);
  });

  test('does nothing for a closed account', () => {
    expect(catchUp(accountWith({ status: 'closed' }), builtInTerms, at('2030-01-01')).settled).toEqual([]);
  });

  test('in parts of any size comes to the same as at once', () => {
    fc.assert(
      fc.property(
        accounts,
        asOfs,
        fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 40 }),
        (account, asOf, parts) => {
          const whole = catchUp(account, builtInTerms, asOf);
          const settled = [];
          let part = catchUp(account, builtInTerms, asOf, 0);
          for (const boundariesMax of [...parts, Infinity]) {
            part = catchUp(part.account, builtInTerms, asOf, boundariesMax);
            settled.push(...part.settled);
          }
          expect(part.current).toBe(true);
          expect(part.account).toEqual(whole.account);
          expect(settled).toEqual(whole.settled);
        },
      ),
    );
  });

  test('keeps its books: carried + expired = opening, and never more than the cap and the grant after it', () => {
    fc.assert(
      fc.property(accounts, asOfs, (account, asOf) => {
        const { settled, account: after } = catchUp(account, builtInTerms, asOf);
        let balance = account.balance;
        for (const { settlement: s, entries } of settled) {
          expect(s.opening).toBe(balance);
          expect(s.carried + s.expired).toBe(s.opening);
          expect(s.carried + s.free + s.paid - s.recovered).toBe(s.closing);
          expect(s.opening + entries.reduce((sum, { amount }) => sum + amount, 0)).toBe(s.closing);
          expect(s.closing).toBeLessThanOrEqual(mostAfter(s));
          balance = s.closing;
        }
        expect(after.balance).toBe(balance);
      }),
    );
  });

  test('leaves no boundary out and settles none twice', () => {
    fc.assert(
      fc.property(accounts, asOfs, (account, asOf) => {
        const { settled, account: after } = catchUp(account, builtInTerms, asOf);
        const dates = settled.map(({ settlement }) => settlement.cycleOn);
        expect([...dates, after.nextCycleOn]).toEqual([
          account.nextCycleOn,
          ...settled.map(({ settlement }) => settlement.nextOn),
        ]);
        expect(new Set(dates).size).toBe(dates.length);
        expect(after.nextCycleAt).toBeGreaterThan(asOf);
      }),
    );
  });
});

/** The cap and the grant; without a limit where nothing was settled. */
function mostAfter({ code, plan, startsAt }: Settlement): number {
  const row = termsInForce(builtInTerms, startsAt)?.plans[plan];
  if (!row || code === 'account-inactive') return Infinity;
  return (row.rolloverCap as number) + row.free + row.paid;
}

const accounts = fc
  .record({
    plan: fc.constantFrom('basic', 'plus'),
    status: fc.constantFrom('active', 'active', 'suspended'),
    zone: fc.constantFrom('UTC', 'Pacific/Apia', 'America/St_Johns', 'Asia/Gaza'),
    anchorDay: fc.integer({ min: 0, max: 1_500 }),
    openingBalance: fc.integer({ min: 0, max: 600 }),
    owed: fc.integer({ min: 0, max: 200 }),
    pendingPlan: fc.constantFrom(null, 'basic'),
  })
  .map(({ anchorDay, owed, pendingPlan, ...known }) => {
    const anchorOn = new Date(at('2017-01-01') + anchorDay * 86_400_000).toISOString().slice(0, 10);
    return accountWith(
      { ...known, anchorOn, trackedFrom: at('2020-10-15') } as Partial<TakeOver>,
      { owed, pendingPlan } as Partial<Account>,
    );
  });

const asOfs = fc.integer({ min: 0, max: 900 * 24 }).map((hours) => at('2020-10-15') + hours * 3_600_000);
