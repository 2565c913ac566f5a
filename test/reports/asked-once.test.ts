/** What answers of one question read: each statement once, and counts of rows that are known as the database counts them. */
import { listed, selectRows } from '../../src/db/query.ts';
import { streamHistory } from '../../src/reports/account-history.ts';
import { listCyclesFrom, listDecisionsSince } from '../../src/reports/account-records.ts';
import {
  countCycles,
  countCyclesSince,
  countDecisions,
  countDecisionsSince,
} from '../../src/reports/decision-counts.ts';
import { askedOnce } from '../../src/reports/explain/asked-once.ts';
import type { Inquiry } from '../../src/reports/explain/answer.ts';
import { explainAccount, inquire } from '../../src/reports/explain/explain.ts';
import { importRows } from '../support/accounts.ts';
import { fact, record, settleAsOf } from '../support/facts.ts';
import { type Installation, install } from '../support/installation.ts';

let installation: Installation;
const SINCE = Date.parse('2021-02-10T00:00:00Z');

beforeAll(async () => {
  installation = await install();
  const { app } = installation;
  await importRows(app, [{ id: 'm', anchorOn: '2020-12-05', openingBalance: 5 }]);
  const months = ['2021-01', '2021-02', '2021-03'];
  await record(
    app,
    months.flatMap((month, index) => [
      fact(`s${index}`, 'm', `${month}-11`, 'connects.spent', { amount: 900 }),
      fact(`u${index}`, 'm', `${month}-12`, 'plan.upgraded'),
      fact(`a${index}`, 'm', `${month}-13`, 'plan.upgraded'),
      fact(`d${index}`, 'm', `${month}-14`, 'plan.downgraded'),
      fact(`t${index}`, 'm', `${month}-15`, 'connects.spent', { amount: 901 }),
    ]),
  );
  await settleAsOf(app, ['m'], '2021-06-10');
});
afterAll(() => installation.remove());

/** Statements that are sent while something is done. */
async function sentBy(work: () => Promise<unknown>): Promise<string[]> {
  const sent: string[] = [];
  const note = ({ sql, bindings }: { sql: string; bindings?: unknown[] }): void =>
    void sent.push(JSON.stringify([sql, bindings]));
  installation.db.on('query', note);
  try {
    await work();
  } finally {
    installation.db.removeListener('query', note);
  }
  return sent;
}

/** The pages of entries that a history is streamed from, as they are asked for. */
async function pagesOf(inquiry: Inquiry): Promise<string[]> {
  const sent = await sentBy(async () => {
    for await (const line of streamHistory(inquiry, {}, {})) expect(line.seq).toBeGreaterThan(0);
  });
  return sent.filter((one) => /FROM entries/.test(one));
}

it('the same is asked once, and what else is given is something else', async () => {
  const db = askedOnce(installation.db);
  const ask = (id: string) => selectRows<{ id: string }>(db, 'SELECT ? AS id UNION SELECT 2', [id]);
  const sent = await sentBy(async () => {
    const first = await ask('1');
    first.reverse();
    expect(await ask('1')).toEqual([{ id: '1' }, { id: '2' }]);
    expect(await ask('3')).toEqual([{ id: '3' }, { id: '2' }]);
  });
  expect(sent).toHaveLength(2);
});

it('two lists of ids are two questions', async () => {
  const db = askedOnce(installation.db);
  const ask = (...ids: string[]) => selectRows(db, 'SELECT id FROM accounts WHERE id IN (?)', [listed(ids)]);
  expect(await ask('nobody')).toEqual([]);
  expect(await ask('m')).toEqual([{ id: 'm' }]);
});

it('what is longer than memory is asked for anew, and kept by nobody', async () => {
  const inquiry = await inquire(installation.db, 'm');
  const [first, again] = [await pagesOf(inquiry), await pagesOf(inquiry)];
  expect(first.length).toBeGreaterThan(0);
  expect(again).toEqual(first);
});

it('how an account stands is told without asking for anything twice', async () => {
  const sent = await sentBy(() => explainAccount(installation.db, 'm', {}));
  expect(sent.length).toBeGreaterThan(10);
  expect(new Set(sent).size).toBe(sent.length);
});

it('decisions and cycles that are known are counted as the database counts them', async () => {
  const { db } = installation;
  const decisions = await listDecisionsSince(db, 'm', SINCE);
  const counted = await countDecisionsSince(db, 'm', SINCE);
  expect(counted.length).toBeGreaterThan(2);
  expect(countDecisions(decisions)).toEqual(counted);
  const cycles = await listCyclesFrom(db, 'm', '2021-02-10');
  expect(countCycles(cycles)).toEqual(await countCyclesSince(db, 'm', SINCE));
});
