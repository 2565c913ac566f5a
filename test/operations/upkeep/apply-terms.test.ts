/** Terms as numbered versions: what was granted by stays as it was, and a run keeps to the version that it began with. */
import { execute, selectRows } from '../../../src/db/query.ts';
import { type Terms, type TermsRow, builtInTerms } from '../../../src/domain/terms.ts';
import { findLatestTerms, listTermsVersions } from '../../../src/ledger/terms-versions.ts';
import { type ApplyTermsOutcome, applyTerms } from '../../../src/operations/upkeep/apply-terms.ts';
import { settleAccounts } from '../../../src/operations/settling/settle-accounts.ts';
import { importRows } from '../../support/accounts.ts';
import { fact, record } from '../../support/facts.ts';
import { type Installation, install } from '../../support/installation.ts';
import { countOf } from '../../support/state.ts';
import { sweepAndSend, waitingSweep } from '../../support/sweeping.ts';

const [december, july] = builtInTerms as unknown as [TermsRow, TermsRow];

const withFree = (row: TermsRow, free: number): TermsRow => ({
  ...row,
  plans: { ...row.plans, basic: { ...row.plans.basic, free } },
});

describe('applyTerms', () => {
  let installation: Installation;
  beforeEach(async () => {
    installation = await install({ env: { SMTP_URL: '' } });
  });
  afterEach(() => installation.remove());

  const apply = (terms: Terms, dryRun = false): Promise<ApplyTermsOutcome> =>
    applyTerms(installation.app, { terms, actor: 'somebody', reason: 'a new programme', dryRun });

  /** One account on the 10th, settled until April 2021. */
  async function settleUntilApril(): Promise<void> {
    await importRows(installation.app, [{ id: 'tenth', anchorOn: '2021-01-10' }]);
    await sweepAndSend(installation.app);
  }

  it('finds the built-in terms as version 1 in a database that is new', async () => {
    expect(await findLatestTerms(installation.db)).toMatchObject({ version: 1, terms: builtInTerms });
  });

  it('stores other terms as the next version, with who and why', async () => {
    const terms = [...builtInTerms, { ...withFree(july, 12), effectiveFrom: '2022-01-01' }];
    expect(await apply(terms)).toEqual({ outcome: 'applied', version: 2 });
    expect(await findLatestTerms(installation.db)).toMatchObject({
      version: 2,
      terms,
      actor: 'somebody',
      reason: 'a new programme',
    });
    const audit = await selectRows(
      installation.db,
      "SELECT actor, target, reason FROM audit_log WHERE action = 'terms.apply'",
    );
    expect(audit).toEqual([{ actor: 'somebody', target: 'terms:2', reason: 'a new programme' }]);
  });

  it('stores nothing when the terms are the same, or when the run is dry', async () => {
    expect(await apply(builtInTerms)).toEqual({ outcome: 'unchanged', version: 1 });
    expect(await apply([withFree(december, 11), july], true)).toEqual({ outcome: 'applied', version: 2 });
    expect(await listTermsVersions(installation.db, 10)).toHaveLength(1);
  });

  it('refuses to change a row that something was settled by, and says since when it was used', async () => {
    await settleUntilApril();
    expect(await apply([withFree(december, 11), july])).toEqual({
      outcome: 'refused',
      faults: [
        {
          where: '2020-12-01',
          what: 'the row of 2020-12-01 was used from 2021-02-10T00:00:00.000Z to 2021-04-10T00:00:00.000Z and must stay as it is, unless what it granted is taken back first: connects reverse-run 1 --plan basic',
        },
      ],
    });
    expect(await listTermsVersions(installation.db, 10)).toHaveLength(1);
  });

  it('takes numbers of a plan that nobody was settled on; an interview award goes with every plan', async () => {
    await settleUntilApril();
    const plus = { ...december.plans.plus, paid: 90 };
    const agency = { ...december.plans.agency, rolloverCap: 400 };
    const others = { ...december, plans: { ...december.plans, plus, agency } };
    const award = { ...others, interview: { ...december.interview, award: 1 } } as TermsRow;
    expect(await apply([award, july], true)).toMatchObject({
      outcome: 'refused',
      faults: [{ what: expect.stringMatching(/connects reverse-run 1$/) as string }],
    });
    // A row that begins where its boundaries lie changes all of them.
    const split = [december, { ...others, effectiveFrom: '2021-03-01' }, july];
    expect(await apply(split, true)).toMatchObject({ outcome: 'refused' });
    expect(await apply([others, july])).toEqual({ outcome: 'applied', version: 2 });
  });

  it('refuses to change a number that somebody was awarded by, unless told to, and takes the others', async () => {
    await record(installation.app, [
      fact('o', 'new', '2021-01-15 10:00', 'account.opened', {
        kind: 'freelancer',
        plan: 'basic',
        email: 'new@example.test',
        zone: 'UTC',
      }),
    ]);
    await execute(
      installation.db,
      "UPDATE accounts SET next_cycle_on = '2037-01-15', next_cycle_at = '2037-01-15'",
    );
    const generous = { ...december, welcome: 50 };
    expect(await apply([generous, july])).toEqual({
      outcome: 'refused',
      faults: [
        {
          where: '2020-12-01, welcome',
          what: expect.stringContaining('1 entry was posted by it from 2021-01-15T10:00:00.000Z') as string,
        },
      ],
    });
    expect(await apply([{ ...december, readinessTest: 50 }, july])).toMatchObject({ outcome: 'applied' });
    const told = { terms: [generous, july], actor: 'ada', reason: 'all told', dryRun: false };
    expect(await applyTerms(installation.app, { ...told, despiteAwards: true })).toMatchObject({
      outcome: 'applied',
    });
  });

  it.each([
    ['leaves out a used row', [july]],
    [
      'begins a row within the time that another was used',
      [december, { ...july, effectiveFrom: '2021-03-01' }],
    ],
    ['moves a used row to after its first use', [{ ...december, effectiveFrom: '2021-03-01' }, july]],
  ])('refuses a file that %s', async (_what, terms) => {
    await settleUntilApril();
    expect(await apply(terms)).toMatchObject({ outcome: 'refused', faults: [{ where: '2020-12-01' }] });
  });

  it.each([
    ['changes a row that nothing was settled by yet', [december, withFree(july, 12)]],
    [
      'begins a row right after the last use',
      [december, { ...withFree(july, 12), effectiveFrom: '2021-04-11' }],
    ],
    ['begins an equal row earlier', [{ ...december, effectiveFrom: '2020-11-01' }, july]],
  ])('takes a file that %s', async (_what, terms) => {
    await settleUntilApril();
    expect(await apply(terms)).toEqual({ outcome: 'applied', version: 2 });
  });

  it('refuses another month end once there are accounts, whose next dates were computed by it', async () => {
    const terms = builtInTerms.map((row) => ({ ...row, monthEnd: 'first-of-next' as const }));
    await importRows(installation.app, [{ id: 'a' }]);
    expect(await apply(terms)).toMatchObject({ outcome: 'refused', faults: [{ where: 'monthEnd' }] });
  });

  it('lets those who apply at once take turns: each gets a version of its own', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, index) => apply([december, withFree(july, 11 + index)])),
    );
    const versions = outcomes
      .map((one) => (one.outcome === 'applied' ? one.version : 0))
      .toSorted((a, b) => a - b);
    expect(versions).toEqual(Array.from({ length: 20 }, (_, index) => index + 2));
    const same = await Promise.all([1, 2, 3].map(() => apply([december, withFree(july, 50)])));
    expect(same.map((one) => one.outcome).toSorted()).toEqual(['applied', 'unchanged', 'unchanged']);
  });

  it('leaves a run that is open to the version that it began with; the next run takes the new one', async () => {
    const { app, db } = installation;
    await importRows(app, [
      { id: 'tenth', anchorOn: '2021-01-10' },
      { id: 'twentieth', anchorOn: '2021-01-20' },
    ]);
    const run = (await waitingSweep(app, { timeoutMs: 0 })).runs[0]?.id as number;
    await settleAccounts(app.settleDeps, [{ account: 'tenth', run }]);
    const terms = [december, { ...withFree(december, 25), effectiveFrom: '2021-04-15' }, july];
    expect(await apply(terms)).toEqual({ outcome: 'applied', version: 2 });

    await sweepAndSend(app);
    const cycles = (): Promise<unknown[]> =>
      selectRows(
        db,
        `SELECT account_id AS account, cycle_on AS cycleOn, free, terms_version AS version, run_id AS run FROM cycles
          WHERE cycle_on >= '2021-04-01' ORDER BY cycle_on, account_id`,
      );
    const pinned = [
      { account: 'tenth', cycleOn: '2021-04-10', free: 10, version: 1, run },
      { account: 'twentieth', cycleOn: '2021-04-20', free: 10, version: 1, run },
    ];
    expect(await cycles()).toEqual(pinned);

    const later = await sweepAndSend(app, { asOf: Date.parse('2021-06-01T00:00:00Z') });
    const next = later.runs[0]?.id as number;
    expect(await cycles()).toEqual([
      ...pinned,
      { account: 'tenth', cycleOn: '2021-05-10', free: 25, version: 2, run: next },
      { account: 'twentieth', cycleOn: '2021-05-20', free: 25, version: 2, run: next },
    ]);
    expect(await countOf(db, 'SELECT COUNT(*) FROM cycles WHERE terms_version = 1')).toBe(6);
  });
});
