/**
 * Wrong terms, applied on the first of the month and found at noon: the run is reversed, the terms are mended, and
 * the cycles are granted again. In the end everybody has what the right terms would have given from the beginning.
 */
import { execute, selectRows } from '../../src/db/query.ts';
import { type Terms, builtInTerms } from '../../src/domain/terms.ts';
import type { GrantSource } from '../../src/ledger/run-grants.ts';
import { listRuns } from '../../src/ledger/runs.ts';
import { type ApplyTermsOutcome, applyTerms } from '../../src/operations/upkeep/apply-terms.ts';
import type { ReverseOutcome } from '../../src/operations/reversals/reversal-sum.ts';
import { reverseRun } from '../../src/operations/reversals/reverse-run.ts';
import { importRows } from '../support/accounts.ts';
import { asking, backfilled, balanceOf } from '../support/backfilling.ts';
import { fact, record, settleAsOf } from '../support/facts.ts';
import { type Installation, install } from '../support/installation.ts';

function julyTerms(free: number, paid: number, rolloverCap: number | null): Terms {
  const [first, second] = builtInTerms as [Terms[number], Terms[number]];
  const plans = { ...first.plans, basic: { free, paid: 0, rolloverCap }, plus: { free, paid, rolloverCap } };
  return [first, { ...second, plans, effectiveFrom: '2021-07-01' }];
}
const right = julyTerms(12, 80, 250);
const wrong = julyTerms(120, 800, 50);

const fleet = [
  { id: 'basic' },
  { id: 'plus', plan: 'plus' as const },
  { id: 'rich', openingBalance: 190 },
  { id: 'spender', openingBalance: 20 },
  { id: 'poor-spender' },
  { id: 'suspended', status: 'suspended' as const },
  { id: 'another-day', anchorOn: '2021-01-20' },
  { id: 'early-bird' },
];
const ids = fleet.map((one) => one.id);
const inJune = [
  fact('s0', 'poor-spender', '2021-06-30 01:00', 'connects.spent', { amount: 50 }),
  fact('s1', 'plus', '2021-06-30 01:00', 'connects.spent', { amount: 100 }),
];
/** Before the sweep came: so its boundary was settled by the event, and belongs to no run. */
const atHalfPastMidnight = [fact('e1', 'early-bird', '2021-07-01 00:30', 'connects.spent', { amount: 3 })];
const byNoon = [
  fact('s2', 'spender', '2021-07-01 09:00', 'connects.spent', { amount: 25 }),
  fact('s3', 'poor-spender', '2021-07-01 10:00', 'connects.spent', { amount: 7 }),
];

/** The fleet at noon of the first of July, its boundaries of that day settled under these terms. */
class Noon {
  readonly #installation: Installation;
  readonly run: number;

  private constructor(installation: Installation, run: number) {
    this.#installation = installation;
    this.run = run;
  }

  static async under(installation: Installation, terms: Terms): Promise<Noon> {
    const { app, db } = installation;
    await importRows(app, fleet);
    await settleAsOf(app, ids, '2021-06-30 00:00');
    await record(app, inJune);
    await applyTerms(app, { terms, actor: 'test', reason: 'summer', dryRun: false });
    await record(app, atHalfPastMidnight);
    await settleAsOf(app, ids, '2021-07-01 00:00');
    const run = (await listRuns(db, 1))[0]?.id ?? 0;
    await record(app, byNoon);
    // The next boundaries are still to come, as they are at noon.
    await execute(db, "UPDATE accounts SET next_cycle_on = '2037-01-01', next_cycle_at = '2037-01-01'");
    return new Noon(installation, run);
  }

  apply(terms: Terms): Promise<ApplyTermsOutcome> {
    return applyTerms(this.#installation.app, { terms, actor: 'test', reason: 'mended', dryRun: false });
  }

  reverse(source: GrantSource = { run: this.run }): Promise<ReverseOutcome> {
    return reverseRun(this.#installation.app.settleDeps, { source, actor: 'test', reason: 'wrong terms' });
  }

  async grantAgain(): Promise<void> {
    await backfilled(this.#installation.app, asking('2021-07-01', '2021-07-01', { include: ['reversed'] }));
  }

  balance(id: string): Promise<number> {
    return balanceOf(this.#installation.db, id);
  }

  balances(): Promise<unknown[]> {
    return selectRows(this.#installation.db, 'SELECT id, balance FROM accounts ORDER BY id');
  }
}

describe('terms that were wrong from midnight to noon', () => {
  let installations: Installation[];
  let expected: unknown[];
  let noon: Noon;

  beforeAll(async () => {
    installations = [await install(), await install()];
    expected = await (await Noon.under(installations[0] as Installation, right)).balances();
    noon = await Noon.under(installations[1] as Installation, wrong);
  });
  afterAll(() => Promise.all(installations.map((one) => one.remove())));

  it('gave and took the wrong amounts', async () => {
    expect(await noon.balance('basic')).toBe(50 + 120);
    expect(await noon.balance('plus')).toBe(50 + 920);
    // 210 in June, of which 50 were kept.
    expect(await noon.balance('rich')).toBe(50 + 120);
    expect(await noon.balance('poor-spender')).toBe(120 - 7);
  });

  it('cannot be mended while something that they granted stands', async () => {
    const applied = await noon.apply(right);
    expect(applied).toMatchObject({ outcome: 'refused', faults: [{ where: '2021-07-01' }] });
  });

  it('are taken back: what was granted goes, what expired comes back, what was spent is told', async () => {
    expect(await noon.reverse()).toMatchObject({
      accounts: 5,
      cycles: 5,
      notTaken: 7,
      short: [
        {
          account: 'poor-spender',
          notTaken: 7,
        },
      ],
      failed: [],
    });
    expect(await noon.balance('basic')).toBe(50);
    expect(await noon.balance('rich')).toBe(210);
    expect(await noon.balance('poor-spender')).toBe(0);
  });

  it('are taken back of those, too, whose boundary an event settled before the sweep came', async () => {
    expect(await noon.apply(right)).toMatchObject({ outcome: 'refused' });
    expect(await noon.balance('early-bird')).toBe(50 + 120 - 3);
    expect(await noon.reverse({ eventsUnder: 2 })).toMatchObject({
      accounts: 1,
      cycles: 1,
      taken: 120,
      notTaken: 0,
    });
    expect(await noon.balance('early-bird')).toBe(47);
    await expect(noon.reverse({ eventsUnder: 2 })).rejects.toMatchObject({
      kind: 'conflict',
      code: 'already-reversed',
    });
  });

  it('can be mended then, and the cycles granted again: everybody has what the right terms give', async () => {
    expect(await noon.apply(right)).toMatchObject({ outcome: 'applied', version: 3 });
    await noon.grantAgain();
    expect(await noon.balances()).toEqual(expected);
    expect(await noon.balance('poor-spender')).toBe(12 - 7);
  });

  it('and the numbers by which they were granted again may not be changed any more', async () => {
    expect(await noon.apply(wrong)).toMatchObject({ outcome: 'refused' });
  });
});
