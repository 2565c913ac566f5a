/** The member's view, Connects History and the forecast, as the command line prints them. */
import type { App } from '../../src/app.ts';
import { shownNow } from '../../src/db/query.ts';
import type { HistoryLine } from '../../src/reports/account-history.ts';
import { ZoneWords } from '../../src/reports/member-words.ts';
import { importRows } from '../support/accounts.ts';
import { fact, record } from '../support/facts.ts';
import { runHere } from '../support/in-process.ts';
import { type Installation, install } from '../support/installation.ts';

let installation: Installation;
let app: App;
const NOW = ['--as-of', '2021-10-20T12:00:00Z'];

beforeAll(async () => {
  installation = await install();
  app = installation.app;
  await importRows(app, [
    { id: 'm1', anchorOn: '2021-07-15', zone: 'Europe/Berlin', openingBalance: 190 },
    { id: 'gone', anchorOn: '2021-07-15', status: 'closed' },
  ]);
  let no = 0;
  const event = (at: string, type: string, fields = {}) => fact(`e${(no += 1)}`, 'm1', at, type, fields);
  await record(app, [
    event('2021-08-02 21:59', 'connects.spent', { amount: 3 }),
    event('2021-08-02 22:00', 'connects.purchased', { amount: 40 }),
    event('2021-08-03', 'proposal.submitted', { proposal: 'p1', connects: 4 }),
    event('2021-08-04', 'interview.requested', { interview: 'i1', proposal: 'p1' }),
    event('2021-08-05', 'interview.replied', { interview: 'i1' }),
    event('2021-10-01', 'plan.upgraded'),
    event('2021-10-20', 'connects.returned', { amount: 2 }),
  ]);
  await record(app, [event('2021-10-10', 'connects.spent', { amount: 1 })]);
});

afterAll(() => installation.remove());

const run = (...args: readonly string[]) => runHere(['account', ...args], { app });

async function history(...flags: readonly string[]): Promise<HistoryLine[]> {
  const { stdout, code } = await run('history', 'm1', '--ndjson', ...NOW, ...flags);
  expect(code).toBe(0);
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as HistoryLine);
}

const short = (lines: readonly HistoryLine[]): string[] =>
  lines.map((one) => `${one.on} ${one.kind} ${one.amount} ${one.balance}`);

describe('account history', () => {
  test('shows date, action, Connects with sign and the running balance, the newest first', async () => {
    const { stdout, stderr, code } = await run('history', 'm1', ...NOW);
    expect(code).toBe(0);
    expect(stderr).toBe('dates are of Europe/Berlin\n');
    const row = (date: string, mark: string, action: string, amount: string, balance: number): string =>
      `${date.padEnd(11)}  ${mark} ${action.padEnd(62)}  ${amount.padStart(8)}  ${String(balance).padStart(9)}`;
    // All of it was posted just now; of a group the first line says so.
    const now = new ZoneWords('Europe/Berlin').day(await shownNow(app.db));
    const posted = `, posted ${now.replace(/^(\d+ \w{3})\w*/, '$1')}`;
    expect(stdout.trimEnd().split('\n').slice(2)).toEqual([
      row('20 Oct 2021', ' ', `Connects spent, of 10 Oct${posted}`, '−1', 286),
      row('20 Oct 2021', ' ', `Connects returned${posted}`, '+2', 287),
      row('1 Oct 2021', '┌', 'Upgrade, share of the free monthly Connects, +75 in all', '+5', 285),
      row('1 Oct 2021', '└', `Upgrade, Connects of Freelancer Plus${posted}`, '+70', 280),
      row('15 Sep 2021', '┌', 'Free monthly Connects', '+10', 210),
      row('15 Sep 2021', '└', `Expired, above the rollover limit${posted}`, '−10', 200),
      row('15 Aug 2021', '┌', 'Free monthly Connects', '+10', 210),
      row('15 Aug 2021', '└', `Expired, above the rollover limit${posted}`, '−33', 200),
      row('5 Aug 2021', '┌', 'Interview award (interview i1, proposal p1), +10 in all', '+6', 233),
      expect.stringMatching(/^5 Aug 2021 {3}└ Interview award, .*…/) as unknown,
      row('3 Aug 2021', ' ', `Proposal sent (proposal p1)${posted}`, '−4', 223),
      row('3 Aug 2021', ' ', `Connects bought${posted}`, '+40', 227),
      row('2 Aug 2021', ' ', `Connects spent${posted}`, '−3', 187),
    ]);
    expect(stdout.split('\n').every((line) => line.length <= 100)).toBe(true);
  });

  test('says by local date when a line counts', async () => {
    const lines = await history('--from', '2021-08-02', '--to', '2021-08-03');
    expect(short(lines)).toEqual([
      '2021-08-03 proposal -4 223',
      '2021-08-03 purchase 40 227',
      '2021-08-02 spend -3 187',
    ]);
  });

  test('keeps the two lines of one award together, whatever the page', async () => {
    const lines = await history('--type', 'interview', '--limit', '1');
    expect(lines).toMatchObject([
      {
        kind: 'interview-award',
        amount: 6,
        action: 'Interview award (interview i1, proposal p1)',
        group: { subject: 'interview:i1', part: 2, of: 2, total: 10 },
      },
      {
        kind: 'interview-refund',
        amount: 4,
        action: 'Interview award, refund (interview i1, proposal p1)',
        group: { subject: 'interview:i1', part: 1, of: 2, total: 10 },
      },
    ]);
  });

  test('filters by the last 7, 30 or 90 days, by a range and by type', async () => {
    const kinds = async (...flags: string[]) => (await history(...flags)).map((one) => one.kind);
    expect(await kinds('--days', '7')).toEqual(['spend', 'return']);
    expect(await kinds('--days', '30')).toEqual(['spend', 'return', 'upgrade-free', 'upgrade-plan']);
    expect(await kinds('--days', '90')).toHaveLength(13);
    expect(await kinds('--from', '2021-09-15', '--to', '2021-10-01')).toEqual([
      'upgrade-free',
      'upgrade-plan',
      'monthly-free',
      'rollover-expiry',
    ]);
    expect(await kinds('--type', 'expired', 'purchase')).toEqual([
      'rollover-expiry',
      'rollover-expiry',
      'purchase',
    ]);
    expect(await kinds('--from', '2030-01-01')).toEqual([]);
  });

  test('pages with --limit and --before, without losing or repeating a line', async () => {
    const all = await history();
    const paged: HistoryLine[] = [];
    let before: string[] = [];
    for (;;) {
      const page = await history('--limit', '3', ...before);
      if (page.length === 0) break;
      paged.push(...page);
      before = ['--before', String(page.at(-1)?.seq)];
    }
    expect(paged).toEqual(all);
    expect(all.map((one) => one.seq)).toEqual(all.map((_, index) => all.length - index));
    const { stderr } = await run('history', 'm1', '--limit', '2', ...NOW);
    expect(stderr).toContain(`there is more: --before ${all[1]?.seq} goes on`);
  });

  test('streams one document, or one line each', async () => {
    const { stdout } = await run('history', 'm1', '--json', ...NOW);
    expect(JSON.parse(stdout)).toMatchObject({
      account: 'm1',
      zone: 'Europe/Berlin',
      entries: { length: (await history()).length },
    });
    const empty = await run('history', 'm1', '--json', '--from', '2030-01-01');
    expect(JSON.parse(empty.stdout)).toEqual({ account: 'm1', zone: 'Europe/Berlin', entries: [] });
  });

  test('refuses ranges that contradict each other, and unknown accounts', async () => {
    expect((await run('history', 'm1', '--days', '7', '--from', '2021-01-01')).code).toBe(2);
    expect((await run('history', 'm1', '--from', '2021-02-01', '--to', '2021-01-01')).code).toBe(2);
    expect((await run('history', 'm1', '--type', 'nonsense')).code).toBe(2);
    expect((await run('history', 'nobody')).code).toBe(6);
  });
});

describe('account show', () => {
  test('is the Memberships & Connects view', async () => {
    const { stdout, code } = await run('show', 'm1', ...NOW);
    expect(code).toBe(0);
    expect(stdout.split('\n').slice(0, 10)).toEqual([
      'Memberships & Connects of m1 (dates of Europe/Berlin)',
      '',
      '  Membership  Freelancer Plus, active',
      '  Connects    286',
      '  Next date   1 November 2021',
      '  Then        86 expire (rollover limit 200), 80 are added (10 free, 70 of the plan): 280 in all',
      '  This cycle  since 1 October 2021',
      '  Interviews  0 of 50 in the last 7 days',
      '  Emails      on',
      '',
    ]);
    expect(stdout).toContain('Latest in Connects History');
    expect(stdout.split('\n').every((line) => line.length <= 100)).toBe(true);
  });

  test('as JSON gives instants in UTC', async () => {
    const { stdout } = await run('show', 'm1', '--json', ...NOW);
    expect(JSON.parse(stdout)).toMatchObject({
      account: 'm1',
      zone: 'Europe/Berlin',
      plan: 'plus',
      balance: 286,
      nextCycleOn: '2021-11-01',
      nextCycleAt: '2021-10-31T23:00:00.000Z',
      due: false,
      next: { expired: 86, free: 10, paid: 70, closing: 280, cap: 200 },
      interviewWindow: { used: 0, max: 50, days: 7 },
      // Five lines, and the one that belongs to the fifth.
      latest: { length: 6 },
    });
  });

  test('of a closed account has no next date', async () => {
    const { stdout } = await run('show', 'gone');
    expect(stdout).toContain('Next date   none, the account is closed');
  });
});

describe('account forecast', () => {
  test('tells the next cycles, if nothing is spent', async () => {
    const { stdout, code } = await run('forecast', 'm1', '--cycles', '2', '--json', ...NOW);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      account: 'm1',
      termsVersion: 1,
      cycles: [
        {
          cycleOn: '2021-11-01',
          startsAt: '2021-10-31T23:00:00.000Z',
          opening: 286,
          expired: 86,
          closing: 280,
        },
        {
          cycleOn: '2021-12-01',
          startsAt: '2021-11-30T23:00:00.000Z',
          opening: 280,
          expired: 80,
          closing: 280,
        },
      ],
    });
  });

  test('prints them as a table', async () => {
    const { stdout } = await run('forecast', 'm1', '--cycles', '1', ...NOW);
    expect(stdout).toContain('The next 1 billing cycle of m1, if nothing is spent');
    expect(stdout).toContain('1 November 2021           286        −86         10         70        280');
  });

  test('has nothing to tell of a closed account', async () => {
    expect((await run('forecast', 'gone')).stdout).toBe(
      'Account gone is closed: no billing cycle begins any more.\n',
    );
    expect((await run('forecast', 'nobody')).code).toBe(6);
  });
});
