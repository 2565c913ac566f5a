/** Pages of the audit: as many accounts as have no more rows than a page may, each with all that is recorded of it. */
import type { AuditedAccount } from '../../../src/domain/audit/audit.ts';
import { listAudited } from '../../../src/ledger/audit-pages.ts';
import { importRows, numbered } from '../../support/accounts.ts';
import { settleAll } from '../../support/auditing.ts';
import { fact, record } from '../../support/facts.ts';
import { type Installation, install } from '../../support/installation.ts';

let installation: Installation;

beforeAll(async () => {
  installation = await install();
  const { app } = installation;
  await importRows(app, [
    ...numbered('a', 3),
    { id: 'old', anchorOn: '2020-01-01' },
    ...numbered('p', 2, { openingBalance: 50 }),
  ]);
  await record(app, [
    fact('sent', 'p-000', '2021-01-10 10:00', 'proposal.submitted', { proposal: 'pr1', connects: 4 }),
    fact('asked', 'p-000', '2021-01-10 11:00', 'interview.requested', { interview: 'i1', proposal: 'pr1' }),
    fact('replied', 'p-000', '2021-01-11 11:00', 'interview.replied', { interview: 'i1' }),
    fact('waits', 'nobody', '2021-01-11 11:00', 'connects.purchased', { amount: 3 }),
  ]);
  await settleAll(app, '2021-03-01 00:00');
});
afterAll(() => installation.remove());

const idsOf = (page: readonly AuditedAccount[]): string[] => page.map((one) => one.account.id);

async function pages(rowsMax: number): Promise<AuditedAccount[][]> {
  const found: AuditedAccount[][] = [];
  for (let after = ''; ;) {
    const page = await listAudited(installation.db, {}, { after, limit: 4, rowsMax });
    const last = page.at(-1);
    if (!last) return found;
    found.push(page);
    after = last.account.id;
  }
}

it('ends before the account with which there would be more rows, or after it where it is the first', async () => {
  const found = await pages(12);
  expect(found.map(idsOf)).toEqual([['a-000', 'a-001', 'a-002'], ['old'], ['p-000', 'p-001']]);
  const [, [old] = []] = found;
  expect(old?.settlements).toHaveLength(14);
});

it('has the same of each account, read in one stretch, in several, or by name', async () => {
  const together = await listAudited(installation.db, {}, { after: '', limit: 100 });
  const ids = idsOf(together);
  expect(ids).toHaveLength(6);
  expect((await pages(1)).flat()).toEqual(together);
  expect(await listAudited(installation.db, { ids }, { after: '', limit: 100 })).toEqual(together);
  const awarded = together.find((one) => one.account.id === 'p-000');
  expect(awarded?.awards).toHaveLength(1);
  expect(awarded?.notices.length).toBeGreaterThan(0);
});
