/** What a member is told in Spanish: wholly so, or wholly in English where there are no texts yet, and then it says so. */
import { isToldEverywhere } from '../../src/reports/explain/in-language.ts';
import { explainAccount } from '../../src/reports/explain/explain.ts';
import type { Answer } from '../../src/reports/explain/answer.ts';
import { importRows } from '../support/accounts.ts';
import { withEnglish } from '../support/english-words.ts';
import { fact, record, settleAsOf } from '../support/facts.ts';
import { runHere } from '../support/in-process.ts';
import { type StoryTime, installAt } from '../support/story-time.ts';

let story: StoryTime;

beforeAll(async () => {
  story = await installAt('2021-04-10 10:00');
  const { app } = story.installation;
  const plus = { plan: 'plus', anchorOn: '2021-02-16', trackedFrom: '2021-02-20T00:00:00Z' } as const;
  await importRows(app, [
    { id: 'mia', ...plus, zone: 'America/Mexico_City', openingBalance: 1_225 },
    { id: 'ana', anchorOn: '2021-02-16', trackedFrom: '2021-02-20T00:00:00Z', openingBalance: 12 },
  ]);
  await settleAsOf(app, ['mia', 'ana'], '2021-03-17');
  await record(app, [
    fact('p1', 'mia', '2021-03-20', 'proposal.submitted', { proposal: 'p1', connects: 12 }),
    fact('p2', 'mia', '2021-03-20', 'proposal.submitted', { proposal: 'p2', connects: 2 }),
    fact('q1', 'mia', '2021-03-22', 'interview.requested', { interview: 'i1', proposal: 'p1' }),
    fact('r1', 'mia', '2021-03-23', 'interview.replied', { interview: 'i1' }),
    fact('r2', 'mia', '2021-03-24', 'interview.replied', { interview: 'i1' }),
    fact('r9', 'mia', '2021-03-25', 'interview.replied', { interview: 'i9' }),
    fact('t1', 'mia', '2021-03-26', 'readiness-test.passed'),
    fact('d1', 'mia', '2021-03-27', 'plan.downgraded'),
    fact('b1', 'mia', '2021-03-28', 'connects.purchased', { amount: 60 }),
    fact('x1', 'mia', '2021-03-29', 'balance.adjusted', { amount: 5, reason: '¡perdón!' }),
    fact('l1', 'mia', '2021-03-20 09:00', 'connects.spent', { amount: 1 }),
    fact('u1', 'ana', '2021-03-25', 'plan.upgraded'),
    fact('u2', 'ana', '2021-03-26', 'plan.upgraded'),
    fact('s1', 'ana', '2021-03-27', 'connects.spent', { amount: 5_000 }),
    fact('f1', 'ana', '2021-03-28', 'payment.failed', { cycleOn: '2021-03-25' }),
    fact('z1', 'ana', '2021-03-29', 'account.suspended'),
  ]);
});

afterAll(() => story.installation.remove());

const ask = (account: string, question: Parameters<typeof explainAccount>[2], locale?: string) =>
  explainAccount(story.installation.app.readDb, account, question, undefined, locale);

const textsOf = ({ sentence, next, rule }: Answer): string[] => [sentence, next ?? '', rule?.text ?? ''];

it.each([
  ['mia', {}, 8],
  ['ana', {}, 6],
  ['mia', { since: '2021-03-01' }, 7],
  ['ana', { since: '2021-03-01' }, 5],
  ['mia', { cycle: '2021-03-16' }, 1],
  ['mia', { cycle: '2021-03-20' }, 2],
  ['mia', { cycle: '2021-01-16' }, 1],
  ['mia', { cycle: '2021-04-16' }, 1],
  ['mia', { cycle: '2026-04-16' }, 1],
  ['mia', { interview: 'i1' }, 2],
  ['ana', { cycle: '2021-04-25' }, 1],
] as const)(
  '%s, asked %j: no answer is half the one and half the other',
  async (account, question, least) => {
    const [plain, told] = [await ask(account, question), await ask(account, question, 'es-MX')];
    expect(plain.answers.every((one) => one.locale === undefined)).toBe(true);
    const english = told.answers.filter((one) => one.locale === 'en');
    const spanish = told.answers.filter((one) => one.locale === undefined);
    expect(withEnglish(spanish.flatMap(textsOf))).toEqual([]);
    expect(spanish.every(isToldEverywhere)).toBe(true);
    expect(spanish.length).toBeGreaterThanOrEqual(least);
    // What has no texts is what it is without a language, but for the mark.
    const same = plain.answers.filter((one) => !isToldEverywhere(one));
    expect(english.map(textsOf)).toEqual(same.map(textsOf));
    expect(told.answers.map(({ evidence }) => evidence)).toEqual(
      plain.answers.map(({ evidence }) => evidence),
    );
  },
);

it('account explain --locale says it in the frame of its language, and marks what it has no texts for', async () => {
  const { app } = story.installation;
  const { stdout } = await runHere(['account', 'explain', 'mia', '--locale', 'es-mx'], { app });
  const [told] = stdout.split('(current)');
  expect(told).toContain('Las fechas y horas son de America/Mexico_City');
  expect(told).toContain('Tienes Freelancer Plus y ');
  expect(stdout).toContain('A continuación: ');
  expect(stdout).toContain('Regla desde el ');
  expect(stdout).toMatch(/Todavía no hay textos en este idioma para esta respuesta: se da en inglés\.\n\S/);
  const unknown = await runHere(['account', 'explain', 'mia', '--locale', 'español'], { app });
  expect(unknown).toMatchObject({ code: 2 });
  expect(unknown.stderr).toContain('such as es or es-MX');
});
