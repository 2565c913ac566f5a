/** The program in sentences: `connects rules`, of the database, of a file, and of the built-in terms. */
import { writeFileSync } from 'node:fs';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Terms, type TermsRow, builtInTerms } from '../../src/domain/terms.ts';
import { applyTerms } from '../../src/operations/upkeep/apply-terms.ts';
import { heldSince } from '../../src/reports/explain/rules.ts';
import { programRules } from '../../src/reports/program-rules.ts';
import { runHere } from '../support/in-process.ts';
import { type Installation, install } from '../support/installation.ts';

const [december, july] = builtInTerms as [TermsRow, TermsRow];
const textsOf = (terms: Terms, on: string, plan?: 'basic' | 'plus' | 'agency'): string[] =>
  programRules(terms, on, plan).rules.map((one) => one.text);
const ruleOf = (terms: Terms, on: string, name: string) =>
  programRules(terms, on).rules.find((one) => one.name === name);

describe('since when', () => {
  const plusMore = { ...july.plans, plus: { ...july.plans.plus, paid: 90 } };
  const terms: Terms = [
    december,
    july,
    { ...july, effectiveFrom: '2022-01-01', welcome: 60 },
    { ...july, effectiveFrom: '2022-02-01', welcome: 60, plans: plusMore },
    { ...july, effectiveFrom: '2022-03-01' },
  ];

  test.each([
    ['2022-02-15', 'welcome', '2022-01-01'],
    ['2022-02-15', 'interview', '2020-12-01'],
    ['2022-02-15', 'interview-lines', '2021-07-23'],
    ['2022-02-15', 'upgrade', '2022-02-01'],
    ['2022-03-15', 'welcome', '2022-03-01'],
    ['2022-03-15', 'returns', '2020-12-01'],
    ['2021-07-22', 'interview-lines', '2020-12-01'],
  ])(
    'on %s the rule "%s" stands as it does since %s: other numbers that changed do not count',
    (on, name, since) => {
      expect(ruleOf(terms, on, name)).toMatchObject({ since });
    },
  );

  test('of a plan is its own: what changed for Plus is no news for Basic', () => {
    const monthly = programRules(terms, '2022-02-15').rules.filter((one) => one.name === 'monthly');
    expect(monthly.map((one) => [one.plan, one.since])).toEqual([
      ['basic', '2020-12-01'],
      ['plus', '2022-02-01'],
      ['agency', '2020-12-01'],
    ]);
  });

  test('does not reach over a time in which it stood otherwise', () => {
    const last = terms[4] as TermsRow;
    expect(heldSince(terms, last, (row) => String(row.welcome))).toBe('2022-03-01');
  });
});

describe('what is told', () => {
  test('numbers come from the terms', () => {
    const row = {
      ...december,
      readinessTest: 7,
      interview: { ...december.interview!, award: 3, windowMax: 9 },
    };
    expect(textsOf([row], '2021-01-01')).toEqual(
      expect.arrayContaining([
        'A freelancer who passes the Readiness Test gets 7 Connects, once, while the account is active.',
        expect.stringMatching(/earns 3 Connects, with at most 9 in any 7 days/) as string,
      ]),
    );
    expect(programRules([row], '2021-01-01').rewards).toBe(
      'These are all the rewards there are: the monthly Connects of Freelancer Basic and Freelancer Plus, ' +
        '40 Connects of welcome, 7 Connects for the Readiness Test, 3 Connects for a reply to an interview request ' +
        'and what an upgrade to Freelancer Plus adds. Nothing else earns Connects.',
    );
  });

  test('a reward that has ended is none any more', () => {
    const terms = [december, { ...december, effectiveFrom: '2022-01-01', interview: null, welcome: 0 }];
    const { rewards, rules } = programRules(terms, '2022-01-01');
    expect(rewards).not.toMatch(/interview|welcome/);
    expect(rules.map((one) => one.name)).not.toContain('one-award');
    expect(rules.find((one) => one.name === 'interview')).toMatchObject({
      text: 'Interview requests no longer earn Connects.',
      since: '2022-01-01',
    });
  });

  test('to an agency, nothing that is for freelancers', () => {
    const { rules, rewards } = programRules(builtInTerms, '2021-08-01', 'agency');
    const names = rules.map((one) => one.name);
    expect(names).toEqual(expect.arrayContaining(['monthly', 'expiry', 'interview', 'returns']));
    for (const one of ['welcome', 'readiness-test', 'upgrade', 'payment']) expect(names).not.toContain(one);
    expect(rewards).toBe(
      'These are all the rewards there are: 10 Connects for a reply to an interview request. Nothing else earns Connects.',
    );
  });

  test('before the program, that nothing is added', () => {
    expect(programRules(builtInTerms, '2020-11-30')).toMatchObject({
      inForceFrom: null,
      changesOn: '2020-12-01',
      rules: [],
      rewards: 'The program starts on 1 December 2020; nothing is added before it.',
    });
    expect(programRules(builtInTerms, '2020-12-01')).toMatchObject({ inForceFrom: '2020-12-01' });
  });
});

describe('connects rules', () => {
  let installation: Installation;
  let folder: string;
  beforeAll(async () => {
    installation = await install();
    folder = mkdtempSync(join(tmpdir(), 'connects-rules-'));
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await installation.remove();
  });

  test('tells those of the database, by its clock, within 100 columns', async () => {
    const { app } = installation;
    const next = [...builtInTerms, { ...july, effectiveFrom: '2999-01-01', welcome: 60 }];
    await applyTerms(app, {
      terms: next,
      actor: 'test',
      reason: 'later',
      dryRun: false,
      despiteAwards: false,
    });
    const { code, stdout } = await runHere(['rules'], { app });
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^The rules of the program on \d+ \w+ 20\d\d, by terms version 2\. It began on 1 December\s2020\./,
    );
    expect(stdout).toMatch(/They\schange\son\s1\sJanuary\s2999\./);
    expect(stdout).toContain('A new freelancer account gets 40 Connects, once.\n  Since 1 December 2020.');
    expect(stdout.split('\n').every((line) => line.length <= 100)).toBe(true);
    const later = await runHere(['rules', '--on', '2999-01-01', '--json'], { app });
    expect(JSON.parse(later.stdout)).toMatchObject({ termsVersion: 2, on: '2999-01-01', changesOn: null });
    expect(later.stdout).toContain('gets 60 Connects, once');
  });

  test('tells those of a file without any server: the last row where no date is given', async () => {
    const file = join(folder, 'terms.json');
    writeFileSync(
      file,
      JSON.stringify([december, { ...december, effectiveFrom: '2999-01-01', welcome: 60 }]),
    );
    const last = await runHere(['rules', '--terms', file, '--plan', 'basic', '--json']);
    expect(JSON.parse(last.stdout)).toMatchObject({ source: file, termsVersion: null, on: '2999-01-01' });
    expect(last.stdout).toContain('gets 60 Connects, once');
    const then = await runHere(['rules', '--terms', file, '--on', '2021-01-01']);
    expect(then.stdout).toContain('gets 40 Connects, once');
    expect((await runHere(['rules', '--built-in'])).stdout).toContain('by the built-in terms');
  });

  test('refuses a file that is no terms, with every fault', async () => {
    const file = join(folder, 'wrong.json');
    writeFileSync(file, JSON.stringify([{ ...december, welcome: -1, readinessTest: 'ten' }]));
    const { code, stdout, stderr } = await runHere(['rules', '--terms', file]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('has 2 faults');
  });
});
