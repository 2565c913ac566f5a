/** The reversals of a run that was taken back bit by bit: a page at a time, the latest first, each once. */
import { resumeReversals } from '../../../src/operations/reversals/reverse-run.ts';
import { importRows, numbered } from '../../support/accounts.ts';
import { type Api, serveApi } from '../../support/api.ts';
import { sweepAndSend } from '../../support/sweeping.ts';

interface Page {
  readonly items: readonly { readonly reversal: number; readonly accounts: number }[];
  readonly next: string | null;
}

let api: Api;
beforeAll(async () => {
  api = await serveApi();
  await importRows(api.installation.app, numbered('a', 3));
  await sweepAndSend(api.installation.app);
});
afterAll(() => api.remove());

test('are listed by keys, however much each took back', async () => {
  const begun: number[] = [];
  for (const account of ['a-000', 'a-001', 'a-002']) {
    const asked = { run: 1, accounts: [account], reason: 'wrong' };
    begun.push((await api.post<{ reversal: number }>('/v1/reversals', asked)).reversal);
    expect(await resumeReversals(api.installation.app.settleDeps, new AbortController().signal)).toBe(1);
  }
  const found: number[] = [];
  for (let next: string | null | undefined; next !== null;) {
    const cursor: string = next === undefined ? '' : `&cursor=${next}`;
    const page: Page = await api.get(`/v1/reversals?run=1&limit=1${cursor}`);
    expect(page.items).toMatchObject([{ accounts: 1 }]);
    found.push(...page.items.map((one) => one.reversal));
    next = page.next;
  }
  expect(found).toEqual(begun.toReversed());
});
