/** The questions that a ticket raises about one account, asked as anybody asks them. */
import { type Instant, type LocalDate, localDateOf } from '../../domain/calendar.ts';
import type { Answer } from '../explain/answer.ts';
import { type Question, explainAccount } from '../explain/explain.ts';
import type { Asking, TicketQuestion } from './asking.ts';
import { shifted } from './date-read.ts';
import { LATELY_MS, LOOKS } from './looks.ts';
import { type Look, belongs } from './topics.ts';

/** Questions that are asked about one account. */
export const QUESTIONS_MAX = 40;

/** First what has an id, then what has a date, then how the account stands. */
export async function questionsOn(asking: Asking, account: string): Promise<TicketQuestion[]> {
  const found: TicketQuestion[] = [];
  const ask = async (question: Question, keeps: (answer: Answer) => boolean = () => true): Promise<void> => {
    if (found.length >= QUESTIONS_MAX) {
      asking.notes.push(`Only the first ${QUESTIONS_MAX} questions were asked.`);
      return;
    }
    const { answers } = await explainAccount(asking.db, account, question, asking.asOf, asking.texts.lang);
    const kept = answers.filter(keeps);
    if (kept.length > 0) found.push({ account, question, answers: kept });
  };
  for (const id of idsOf(asking, account)) await ask({ about: id });
  const nothing: TicketQuestion[] = [];
  for (const look of looksOf(asking))
    for (const said of await LOOKS[look](asking, account, ask))
      (saysNothing(said) ? nothing : found).push(said);
  found.unshift(...nothing.filter((one) => !isBeside(one, found, asking)));
  if (found.length > 0 && found.every((one) => saysNothing(one) || saysLittle(one)))
    await ask({ since: firstDay(asking) });
  const isAnswered = found.length > 0 || asking.asker.known.some((one) => one.holders.length > 0);
  const isTold = (code: string): boolean =>
    found.some(({ answers }) => answers.some((one) => one.code === code));
  const isAgain = ({ code }: Answer): boolean => code === 'interview-window' && isTold(code);
  await ask({}, (answer) => belongs(answer, asking.topics, isAnswered) && !isAgain(answer));
  return found;
}

/** What this account has; and, once, what no account of this member has. */
function idsOf({ asker }: Asking, account: string): string[] {
  const [first] = asker.accounts;
  return asker.known
    .filter(({ holders }) => {
      const owners = holders.map((one) => one.account);
      const isStrange = owners.every((one) => !asker.accounts.includes(one));
      return owners.includes(account) || (owners.length > 0 && isStrange && account === first);
    })
    .map((one) => one.text);
}

/** Of a date that stands alone, both what clients asked and the billing cycle. */
function looksOf({ topics, dates }: Asking): readonly Look[] {
  const looks = [...new Set(topics.flatMap((one) => one.looks))];
  if (dates.length === 0 || looks.some(needsDate)) return looks;
  return [...looks, 'cycles', ...(topics.length === 0 ? (['interviews'] as const) : [])];
}

const DATELESS: ReadonlySet<Look> = new Set(['welcome', 'readiness-test', 'namesakes']);
const needsDate = (look: Look): boolean => !DATELESS.has(look);

/** What was looked for was not there. */
const saysNothing = ({ answers }: TicketQuestion): boolean =>
  answers.every((one) => one.code === 'looked-up' && one.evidence.none === true);

/** That one kind of thing was not there matters only where no other was: on that day, or at all where one is named. */
const isBeside = (
  { answers }: TicketQuestion,
  found: readonly TicketQuestion[],
  { dates, answered }: Asking,
): boolean =>
  dates.length > 1
    ? answers.every((one) => answered.has(one.evidence.from as Instant))
    : found.some(({ question }) => Object.keys(question).length > 0);

/** Of a day on which no billing cycle begins, only the one in which it lies is told. */
const AROUND_A_DAY = new Set([
  'not-a-cycle',
  'before-take-over',
  'granted',
  'no-monthly-grant',
  'settled-together',
]);
const saysLittle = ({ answers: [first, ...others] }: TicketQuestion): boolean =>
  (first?.code === 'not-a-cycle' || first?.code === 'before-take-over') &&
  others.every((one) => AROUND_A_DAY.has(one.code));

/** The day before the first that is named: a member may remember the day after. */
const firstDay = (asking: Asking): LocalDate => {
  const first = asking.dates.map((one) => one.from).toSorted((a, b) => a.localeCompare(b))[0];
  return first === undefined ? localDateOf(asking.now - LATELY_MS, asking.zone) : shifted(first, -1);
};
