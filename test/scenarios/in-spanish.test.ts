/** What a member is told in Spanish: all of it, with the numbers of the English, and with no English word. */
import { explainAccount } from '../../src/reports/explain/explain.ts';
import type { Answer } from '../../src/reports/explain/answer.ts';
import { programRules } from '../../src/reports/program-rules.ts';
import type { TicketAnswer } from '../../src/reports/ticket/ticket.ts';
import { execute } from '../../src/db/query.ts';
import { EVENT_TYPES } from '../../src/domain/events/events.ts';
import { PLAN_NAMES, builtInTerms } from '../../src/domain/terms.ts';
import { textsFor } from '../../src/texts/catalogue.ts';
import { importRows } from '../support/accounts.ts';
import { type Complaint, argsOf, letHappen, readComplaints } from '../support/complaints.ts';
import { type Fields, fact, opened, record, settleAsOf } from '../support/facts.ts';
import { runHere } from '../support/in-process.ts';
import { englishIn, faultsBetween } from '../support/in-spanish.ts';
import { type StoryTime, installAt } from '../support/story-time.ts';

let story: StoryTime;
beforeAll(async () => {
  story = await installAt('2021-02-01');
});
afterAll(() => story.installation.remove());

type Given = Pick<TicketAnswer, 'reply' | 'questions' | 'rules'> & { answers: Answer[]; locale: string };

async function asked(args: readonly string[], ...locale: readonly string[]): Promise<Given> {
  const { app } = story.installation;
  const { stdout, stderr, code } = await runHere([...args, ...locale, '--json'], { app });
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Given;
}

const answersOf = ({ answers, questions }: Given): Answer[] =>
  answers ?? questions.flatMap((one) => one.answers);

/** What a story gives names to: accounts, addresses, and what its facts say. */
const namesIn = ({ members, story: lines }: Complaint): string[] => [
  ...members.flatMap((one) => [one.id, one.email, one.zone ?? '']),
  ...lines.flatMap((one) => one.split(' ').flatMap((word) => word.split('=').slice(-1))),
];

const complaints = readComplaints().map((one) => [one.name, one] as const);

/**
 * What is wrong with what one way of asking says in Spanish; the rules have a test of their own.
 * @param told grows with the codes of the answers
 */
async function faultsOf(
  ask: readonly string[],
  names: readonly string[],
  told = new Set<string>(),
): Promise<string[]> {
  const [english, spanish] = [await asked(ask), await asked(ask, '--locale', 'es-MX')];
  for (const { code } of answersOf(english)) told.add(code);
  const { app } = story.installation;
  const { stdout } = await runHere([...ask, '--locale', 'es'], { app });
  // Codes are for operators, and so is all that stands around the reply to a message.
  const shown = ask[0] === 'account' ? stdout.replaceAll(/^ {2}\([a-z-]+\)$/gm, '') : '';
  return [
    ...(spanish.locale === 'es' ? [] : [`locale: ${spanish.locale}`]),
    ...faultsBetween(answersOf(english), answersOf(spanish), names),
    ...englishIn(spanish.reply ?? '', names),
    ...englishIn(shown, names),
  ];
}

test.each(complaints)('%s: each answer, and the reply', async (_name, complaint) => {
  await letHappen(story, complaint);
  const asks = complaint.asks.map((one) => argsOf(one, complaint)).filter(([first]) => first !== 'rules');
  for (const ask of asks) expect(await faultsOf(ask, namesIn(complaint))).toEqual([]);
});

/** One of each type, in an order in which each can count. */
const EVERY_TYPE: readonly (readonly [string, string, Fields?])[] = [
  ['2021-12-01', 'readiness-test.passed'],
  ['2021-12-02', 'plan.upgraded'],
  ['2021-12-03', 'connects.purchased', { amount: 40 }],
  ['2021-12-03', 'connects.spent', { amount: 1 }],
  ['2021-12-04', 'proposal.submitted', { proposal: 'eva-p1', connects: 6 }],
  ['2021-12-04', 'proposal.carried', { proposal: 'eva-p2', connects: 4 }],
  ['2021-12-05', 'interview.requested', { interview: 'eva-i1', proposal: 'eva-p1' }],
  ['2021-12-06', 'interview.replied', { interview: 'eva-i1' }],
  ['2021-12-07', 'connects.returned', { amount: 2, proposal: 'eva-p2' }],
  ['2021-12-07', 'connects.returned', { amount: 1 }],
  ['2021-12-08', 'balance.adjusted', { amount: -3, reason: 'una prueba' }],
  ['2021-12-09', 'account.zone-changed', { zone: 'America/Lima' }],
  ['2021-12-09', 'account.contact-changed', { email: 'eva2@mail.example.test' }],
  ['2021-12-09', 'account.locale-changed', { locale: 'es-PE' }],
  ['2021-12-09', 'notices.opted-out'],
  ['2021-12-09', 'notices.opted-in'],
  ['2021-12-10', 'plan.downgraded'],
  ['2021-12-11', 'payment.failed', { cycleOn: '2021-12-02' }],
  ['2021-12-12', 'account.suspended'],
  ['2021-12-13', 'account.reinstated'],
  ['2021-12-14', 'account.closed'],
];

test('facts of every type: what they reported, and what would have been without them or later', async () => {
  const { app } = story.installation;
  const first = opened('eva-0', 'eva', '2021-11-20', { zone: 'America/Bogota' });
  const others = EVERY_TYPE.map(([at, type, fields], index) =>
    fact(`eva-${index + 1}`, 'eva', at, type, fields),
  );
  for (const one of [first, ...others]) {
    story.becomes(one.at + 60_000);
    await record(app, [one]);
  }
  story.becomes('2021-12-15 10:00');
  expect(new Set([first, ...others].map((one) => one.type)).size).toBe(EVENT_TYPES.length);
  const names = ['eva', 'eva-p1', 'eva-p2', 'eva-i1', 'America/Lima', 'America/Bogota'];
  const explain = ['account', 'explain', 'eva'];
  expect(await faultsOf(explain, names)).toEqual([]);
  expect(await faultsOf([...explain, '--since', '2021-11-01'], names)).toEqual([]);
  for (const { id } of [first, ...others])
    expect(await faultsOf([...explain, '--about', id], names)).toEqual([]);
  const codes = new Set<string>();
  for (const { id } of others)
    for (const at of [[], ['--at', '2021-12-14']])
      expect(await faultsOf([...explain, '--had', id, ...at], names, codes)).toEqual([]);
  expect([...codes].toSorted()).toEqual(['would-be-the-same', 'would-have-been']);
});

test('what is held up, and what is on another account', async () => {
  const { app, db } = story.installation;
  story.becomes('2021-12-20 10:00');
  await importRows(app, [
    { id: 'ida', anchorOn: '2021-12-05' },
    { id: 'oda', anchorOn: '2021-12-05' },
  ]);
  await execute(db, "UPDATE accounts SET zone = 'Atlantis/Capital' WHERE id = 'ida'");
  await record(app, [fact('ida-1', 'ida', '2021-12-19', 'connects.purchased', { amount: 2 })]);
  const at = '2021-12-19 12:00:00';
  await execute(
    db,
    `INSERT INTO failures (account_id, run_id, state, code, message, attempts, first_at, last_at, retry_at)
     VALUES ('ida', 1, 'retrying', 'unknown-zone', 'a test', 2, ?, ?, ?)`,
    [at, at, at],
  );
  const names = ['ida', 'oda', 'Atlantis/Capital', 'unknown-zone'];
  const told = new Set<string>();
  for (const [account, ...flags] of [
    ['ida'],
    ['ida', '--about', 'ida-1'],
    ['oda', '--about', 'ida-1'],
    ['oda', '--about', 'nobody'],
  ] as const) {
    const args = ['account', 'explain', account, ...flags];
    expect(await faultsOf(args, [...names, 'nobody'], told)).toEqual([]);
  }
  expect([...told]).toEqual(
    expect.arrayContaining([
      'retrying',
      'waiting-events',
      'waiting',
      'on-another-account',
      'nothing-recorded',
    ]),
  );
});

test('the rules of every plan, on every date on which they changed', async () => {
  const texts = textsFor('es-MX');
  for (const { effectiveFrom } of builtInTerms)
    for (const plan of [undefined, ...PLAN_NAMES]) {
      const told = programRules(builtInTerms, effectiveFrom, plan, undefined, texts);
      const english = programRules(builtInTerms, effectiveFrom, plan);
      expect(told.rules.map(({ name, since }) => [name, since])).toEqual(
        english.rules.map(({ name, since }) => [name, since]),
      );
      const all = [...told.rules.map((one) => one.text), told.rewards, told.noRules];
      expect(all.flatMap((text) => englishIn(text, []))).toEqual([]);
    }
  const { stdout } = await runHere(['rules', '--built-in', '--locale', 'es']);
  expect(stdout).toMatch(
    /^Las reglas del programa el 23 de julio de 2021, según las condiciones incorporadas\./,
  );
  expect(englishIn(stdout, [])).toEqual([]);
  const before = await runHere(['rules', '--built-in', '--on', '2020-11-01', '--locale', 'es']);
  expect(before.stdout).toBe('El programa empieza el 1 de diciembre de 2020; antes no se añade nada.\n');
  expect(await runHere(['rules', '--built-in', '--locale', 'español'])).toMatchObject({ code: 2 });
});

test('account explain --locale says it in the frame of its language', async () => {
  const { app } = story.installation;
  story.becomes('2021-12-26 10:00');
  await importRows(app, [{ id: 'mia', plan: 'plus', zone: 'America/Mexico_City', anchorOn: '2021-11-26' }]);
  await settleAsOf(app, ['mia'], '2021-12-26');
  await record(app, [
    fact('mia-1', 'mia', '2021-12-20', 'balance.adjusted', { amount: 5, reason: '¡perdón!' }),
  ]);
  const asText = await runHere(['account', 'explain', 'mia', '--locale', 'es-mx'], { app });
  const stdout = asText.stdout.replaceAll(/\s+/g, ' ');
  const [told] = stdout.split('(current)');
  expect(told).toContain('Las fechas y horas son de America/Mexico_City');
  expect(told).toContain('Tienes Freelancer Plus y ');
  expect(stdout).toContain('A continuación: ');
  expect(stdout).toContain('Regla desde el ');
  expect(stdout).toContain('El motivo indicado: ¡perdón! En tu historial');
  const unknown = await runHere(['account', 'explain', 'mia', '--locale', 'español'], { app });
  expect(unknown).toMatchObject({ code: 2 });
  expect(unknown.stderr).toContain('such as es or es-MX');
  // Of a language that is not there, English: the explanation says so.
  expect((await explainAccount(app.readDb, 'mia', {}, undefined, 'pt-BR')).locale).toBe('en');
});
