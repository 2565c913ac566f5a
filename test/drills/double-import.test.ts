/** Drill: an accidental double import, of the same files, and of one that was changed in between. */
import { numbered } from '../support/accounts.ts';
import { readChecksums } from '../support/checksums.ts';
import { Drill as RunbookDrill } from '../support/drill.ts';
import { type Drill, beginDrill, daysAgo } from '../support/drilling.ts';
import { countOf } from '../support/state.ts';

describe('the same files, imported twice', () => {
  let drill: Drill;
  beforeAll(async () => {
    drill = await beginDrill();
  });
  afterAll(() => drill.end());

  /** The audit log tells of the second attempt, too. */
  const state = async (): Promise<Record<string, number>> => {
    const { audit_log: _told, ...tables } = await readChecksums(drill.installation.db);
    return tables;
  };

  it('change nothing the second time, and a changed one is refused row by row', async () => {
    const rows = numbered('a', 30, {
      anchorOn: daysAgo(100),
      trackedFrom: `${daysAgo(95)}T00:00:00Z`,
      openingBalance: 50,
    });
    const accounts = drill.csv('accounts.csv', rows);
    const spent = rows.map(({ id }) => ({
      id: `spent-${id}`,
      account: id,
      at: `${daysAgo(90)}T10:00:00Z`,
      type: 'connects.spent',
      amount: 5,
    }));
    const events = drill.file('events.ndjson', spent.map((one) => JSON.stringify(one)).join('\n'));
    await drill.run(`accounts import ${accounts}`);
    await drill.run(`events import ${events}`);
    const before = await state();

    // What if it had been imported again? And it was.
    const drilled = new RunbookDrill('an accidental double import', drill.installation.app);
    const files = { 'accounts.csv': accounts, 'events.ndjson': events };
    const [again] = await drilled.follow(2, files);
    expect(again?.stdout).toContain('0 imported, 30 there already');
    await drill.run(`accounts import ${accounts}`);
    await drill.run(`events import ${events}`);
    expect(await state()).toEqual(before);

    // The operator opened it in a spreadsheet first: other content is never taken for the same account.
    const changed = drill.csv(
      'changed.csv',
      rows.map((row) => ({ ...row, openingBalance: 60 })),
    );
    const [refused] = await drilled.follow(1, { 'changed.csv': changed });
    expect(refused?.stderr).toContain('a-000 is in the database already, with other content');
    expect(await state()).toEqual(before);
    expect(await countOf(drill.installation.db, 'SELECT SUM(opening_balance) FROM accounts')).toBe(30 * 50);

    await drill.run('sweep --wait --work');
    await drilled.follow(1);
    expect(drilled.left).toBe(0);
  });
});
