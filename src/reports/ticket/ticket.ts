/**
 * A pasted ticket answered: what it names is read, the questions that it raises are asked as anybody asks them, and what
 * came of it is put together as a reply. What was not understood, or taken for granted, is said; nothing is made up.
 */
import { type Queryable, shownNow } from '../../db/query.ts';
import { type Instant, formatInstant, localDateOf } from '../../domain/calendar.ts';
import type { PlanName } from '../../domain/terms.ts';
import { getLatestTerms } from '../../ledger/terms-versions.ts';
import { type Locale, textsFor } from '../../texts/catalogue.ts';
import { inquire } from '../explain/explain.ts';
import { strangersIn } from '../explain/elsewhere.ts';
import { type PastTold, pastTold } from '../explain/then.ts';
import { type ProgramRules, programRules } from '../program-rules.ts';
import { type Asker, type Given, findAsker, requireSomething } from './asker.ts';
import type { DateRead } from './date-read.ts';
import { readDates } from './read-dates.ts';
import { type TextRead, masked, ownWords, readText, withoutTitles } from './read-text.ts';
import type { Asking, TicketQuestion } from './asking.ts';
import { questionsOn } from './questions.ts';
import { type RuleTold, writeReply } from './reply.ts';
import { TOPICS, type Topic } from './topics.ts';

export interface TicketAnswer {
  readonly accounts: readonly string[];
  /** Of dates in the text and in the answers: the first account's; UTC without one. */
  readonly zone: string;
  readonly asOf: string;
  /** null where all that is recorded is told. */
  readonly past: PastTold | null;
  readonly topics: readonly string[];
  readonly read: {
    readonly ids: readonly string[];
    readonly emails: readonly string[];
    readonly dates: readonly Pick<DateRead, 'text' | 'from' | 'to'>[];
    readonly amounts: readonly number[];
  };
  /** The language of the reply and of the answers. */
  readonly locale: Locale;
  /** To be sent to the member. */
  readonly reply: string;
  readonly questions: readonly TicketQuestion[];
  readonly rules: readonly RuleTold[];
  /** One sentence each, for whoever sends the reply. */
  readonly takenForGranted: readonly string[];
  readonly notUnderstood: readonly string[];
}

/**
 * @param text of at most `TEXT_MAX` characters
 * @param given the account or the address, where the text names none or the wrong one
 * @param locale in which the member is answered, a BCP 47 tag; English where there is none, or no such language
 * @throws not-found `unknown-account`, `unknown-address`; invalid-input `nobody-named`
 */
export async function answerTicket(
  db: Queryable,
  text: string,
  given: Given,
  asOf?: Instant,
  locale?: string | null,
): Promise<TicketAnswer> {
  const texts = textsFor(locale);
  const read = readText(text);
  const asker = await findAsker(db, read, given);
  const [account] = asker.accounts;
  const now = asOf ?? (await shownNow(db));
  const inquiry = account === undefined ? undefined : await inquire(db, account, asOf);
  const zone = inquiry?.words.zone ?? 'UTC';
  const rest = masked(ownWords(text), [...read.emails, ...asker.known]);
  const dates = readDates(withoutTitles(rest), { at: now, zone });
  const topics = TOPICS.filter((one) => one.words.test(rest));
  requireSomething(asker, topics);
  const asking: Asking = {
    db,
    asOf,
    now,
    zone,
    texts,
    dates,
    topics,
    asker,
    notes: [],
    answered: new Set(),
  };
  const questions: TicketQuestion[] = [];
  for (const one of asker.accounts) questions.push(...(await questionsOn(asking, one)));
  const rules = await rulesTold(asking, inquiry?.account.plan);
  const { reply, left } = writeReply(questions, rules, asker.accounts.length > 1, texts);
  return {
    accounts: asker.accounts,
    zone,
    asOf: formatInstant(now),
    past: inquiry ? pastTold(inquiry) : null,
    topics: topics.map((one) => one.name),
    read: {
      ids: asker.known.map((one) => one.text),
      emails: read.emails.map((one) => one.text),
      dates: dates.map(({ text: written, from, to }) => ({ text: written, from, to })),
      amounts: read.amounts.map((one) => one.amount),
    },
    locale: texts.locale,
    reply,
    questions,
    rules,
    takenForGranted: [
      ...asker.notes,
      ...dates.flatMap((one) => one.assumed ?? []),
      ...new Set(asking.notes),
      ...ofOthers(questions),
      ...(left > 0 ? [`The reply leaves out ${left} of the answers below.`] : []),
      ...(account === undefined
        ? [
            `The text ${asker.notes.length > 0 ? 'does not say whose it is' : 'names no account'}: only rules are told.`,
          ]
        : []),
    ],
    notUnderstood: notUnderstood(ownWords(text), { read, asker, dates, topics }),
  };
}

/** A plain word after "account" is one of the sentence, as long as nobody has it. */
const isStrange = (word: string): boolean => !/^\p{L}+$/u.test(word);

/** The rules of the topics, for the plan of the account. */
async function rulesTold(
  { db, now, topics, texts }: Asking,
  plan: PlanName | undefined,
): Promise<RuleTold[]> {
  const names = new Set(topics.flatMap((one) => one.rules));
  if (names.size === 0) return [];
  const { terms } = await getLatestTerms(db);
  const told = programRules(terms, localDateOf(now, 'UTC'), plan, now, texts);
  return [...told.rules.filter((one) => names.has(one.name)), ...closing(told, names)].map(
    ({ name, text, since }) => ({ name, text, since }),
  );
}

const closing = ({ rewards, noRules }: ProgramRules, names: ReadonlySet<string>) =>
  [
    { name: 'rewards', text: rewards, since: null },
    { name: 'no-rules', text: noRules, since: null },
  ].filter((one) => names.has(one.name));

/** Accounts that the reply speaks of, and does not name: nothing says that they are the same member's. */
function ofOthers(questions: readonly TicketQuestion[]): string[] {
  const answers = questions.flatMap((one) => one.answers).filter((one) => one.code === 'on-another-account');
  return [...new Set(answers.flatMap(strangersIn))].map(
    (one) =>
      `Account ${one} is meant by "another account": it has another address, so the reply does not name it.`,
  );
}

// --------------------------------------------------------------------------------------- what was not understood

interface Understood {
  readonly read: TextRead;
  readonly asker: Asker;
  readonly dates: readonly DateRead[];
  readonly topics: readonly Topic[];
}

/** Sentences that are told to whoever sends the reply. */
const SENTENCES_MAX = 10;
const SENTENCE_LENGTH_MAX = 200;
const POLITE =
  /^\W*(hi|hello|hey|dear|thanks?|thank you|regards|best|kind regards|please|sincerely|cheers)\b/i;

/** Sentences of which nothing was read, and what looks like an id and is none. */
function notUnderstood(text: string, { read, asker, dates, topics }: Understood): string[] {
  const ranges = [...read.emails, ...asker.known, ...dates].map((one) => [one.at, one.at + one.text.length]);
  const missed = [...text.matchAll(/[^.!?\n]+(?:[.!?](?=\S)[^.!?\n]*)*/g)].filter(
    ({ 0: sentence, index }) => {
      const end = index + sentence.length;
      const touched = ranges.some(([from = 0, to = 0]) => from < end && to > index);
      const asked = topics.some((one) => one.words.test(sentence));
      return !touched && !asked && !POLITE.test(sentence) && (sentence.match(/\p{L}{2,}/gu) ?? []).length > 2;
    },
  );
  return [
    ...asker.unknown
      .filter(isStrange)
      .map((one) => `${one} is no account, address, proposal, interview request or event here.`),
    ...missed.slice(0, SENTENCES_MAX).map(({ 0: one }) => `"${one.trim().slice(0, SENTENCE_LENGTH_MAX)}"`),
  ];
}
