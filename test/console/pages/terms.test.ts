/** Terms over HTTP: what is in force, what changed, what a new version would do, and storing it. */
import type { App } from '../../../src/app.ts';
import { type Console, startConsole } from '../../../src/console/server.ts';
import { type Terms, builtInTerms } from '../../../src/domain/terms.ts';
import { getLatestTerms } from '../../../src/ledger/terms-versions.ts';
import { applyTerms } from '../../../src/operations/upkeep/apply-terms.ts';
import { termsDifferences } from '../../../src/reports/terms-book.ts';
import { importRows } from '../../support/accounts.ts';
import { Client } from '../../support/console-client.ts';
import { settleAsOf } from '../../support/facts.ts';
import { type Installation, install } from '../../support/installation.ts';

let installation: Installation;
let app: App;
let served: Console;
let operator: Client;

const [first, second] = builtInTerms as [Terms[number], Terms[number]];
const withCap = (row: Terms[number], effectiveFrom: string, rolloverCap: number | null): Terms[number] => ({
  ...row,
  effectiveFrom,
  plans: { ...row.plans, agency: { ...row.plans.agency, rolloverCap } },
});
const SECOND: Terms = [first, second, withCap(second, '2021-08-01', 500)];

beforeAll(async () => {
  installation = await install({ env: { CONNECTS_CONSOLE_PORT: '0' } });
  ({ app } = installation);
  await importRows(app, [{ id: 'a1', anchorOn: '2021-06-05' }]);
  await settleAsOf(app, ['a1'], '2021-07-06');
  await applyTerms(app, { terms: SECOND, actor: 'ann', reason: 'agency limit 500', dryRun: false });
  await settleAsOf(app, ['a1'], '2021-08-06');
  served = await startConsole(app);
  operator = await Client.signedIn(installation, served.url, 'operator');
});
afterAll(async () => {
  await served.stop();
  await installation.remove();
});

const textOf = (html: string): string => html.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ');
const post = async (path: string, fields: Record<string, string>) => {
  const answer = await operator.send(path, fields);
  return { status: answer.status, to: answer.headers.get('location'), text: textOf(await answer.text()) };
};
const latest = async () => (await getLatestTerms(app.db)).version;

it('says what is in force since when, beside what it was, and which runs pinned which version', async () => {
  const viewer = await Client.signedIn(installation, served.url, 'viewer');
  const html = await (await viewer.ask('/terms')).text();
  const text = textOf(html);
  expect(text).toContain('Version 2 In force since 1 Aug 2021');
  expect(text).toMatch(/Agency 0 0 400 500/);
  expect(text).toContain('2021-08-01: agency.rolloverCap 400 2021-08-01: agency.rolloverCap 500');
  expect(text).toContain('by ann agency limit 500');
  expect(text.match(/1 run, the latest \d/g)).toHaveLength(3);
  expect(html).not.toContain('/terms/new');
});

it('tries a new version and stores nothing', async () => {
  const next = JSON.stringify([...SECOND, withCap(second, '2021-12-01', null)]);
  const { status, text } = await post('/terms/try', { terms: next });
  expect(status).toBe(200);
  expect(text).toContain('These terms can be stored, as version 3. Nothing was changed yet.');
  expect(text).toContain('2021-12-01: agency.rolloverCap no limit');
  expect(await latest()).toBe(2);
});

it('tells every fault of a text, and what was settled by numbers that it changes', async () => {
  expect((await post('/terms/try', { terms: '[{' })).text).toContain('This is no JSON');
  const faulty = await post('/terms/try', { terms: '[{"effectiveFrom": "2021-13-01"}]' });
  expect(faulty.status).toBe(422);
  expect(faulty.text).toContain('0.effectiveFrom: expected a date that exists');
  expect(faulty.text).toContain('0.plans');
  const basic = { ...first.plans.basic, free: 11 };
  const changed = [{ ...first, plans: { ...first.plans, basic } }, ...SECOND.slice(1)];
  const refused = await post('/terms/apply', { terms: JSON.stringify(changed), reason: 'more' });
  expect(refused.status).toBe(422);
  expect(refused.text).toContain('the row of 2020-12-01 was used');
  expect((await post('/terms/try', { terms: JSON.stringify(SECOND) })).text).toContain(
    'The same terms are in force already, as version 2.',
  );
  expect(await latest()).toBe(2);
});

it('stores a new version with a reason, and not without', async () => {
  const terms = JSON.stringify([...SECOND, withCap(second, '2021-12-01', 600)]);
  const without = await post('/terms/apply', { terms, reason: '' });
  expect(without.status).toBe(422);
  expect(without.text).toContain('Say why');
  expect(await latest()).toBe(2);
  const stored = await post('/terms/apply', { terms, reason: 'winter' });
  expect([stored.status, stored.to]).toEqual([303, '/terms?applied=3']);
  expect(await getLatestTerms(app.db)).toMatchObject({ version: 3, reason: 'winter' });
});

it('versions differ by what holds from each date on, however their rows are cut', () => {
  expect(termsDifferences(SECOND, SECOND)).toEqual([]);
  expect(termsDifferences([first], [first, { ...first, effectiveFrom: '2021-01-01' }])).toEqual([]);
  expect(
    termsDifferences(SECOND, [...SECOND, { ...withCap(second, '2022-01-01', 500), welcome: 50 }]),
  ).toEqual([{ where: '2022-01-01: welcome', before: '40', after: '50' }]);
});
