/** Answers as a letter to the member: each sentence once, what is next too, the rules behind them at the end. */
import type { LocalDate } from '../../domain/calendar.ts';
import type { Answer } from '../explain/answer.ts';
import { sentenceForMember } from '../explain/elsewhere.ts';
import { type Texts, textsFor } from '../../texts/catalogue.ts';
import type { TicketQuestion } from './asking.ts';

export interface RuleTold {
  readonly name: string;
  readonly text: string;
  /** Null of the two that say what there is not. */
  readonly since: LocalDate | null;
}

/** Answers that one letter has room for. */
export const REPLY_ANSWERS_MAX = 25;

export interface Reply {
  readonly reply: string;
  /** Answers that found no room. */
  readonly left: number;
}

/**
 * @param isNamed whether each paragraph says of which account it is
 * @param texts in which the answers are told; English where left out
 */
export function writeReply(
  questions: readonly TicketQuestion[],
  rules: readonly RuleTold[],
  isNamed: boolean,
  texts = textsFor(null),
): Reply {
  const { reply: say } = texts;
  const told = new Set<string>();
  const paragraphs: string[] = [];
  for (const { account, answers } of questions)
    for (const answer of answers) {
      const { next } = answer;
      const sentence = sentenceForMember(answer, texts);
      if (told.has(`${account} ${sentence}`)) continue;
      told.add(`${account} ${sentence}`);
      const isSaid = next === null || told.has(`${account} ${next}`) || saysIt(questions, account, next);
      if (!isSaid) told.add(`${account} ${next}`);
      const text = isSaid ? sentence : `${sentence} ${next}`;
      paragraphs.push(isNamed ? say.ofAccount({ account, text }) : text);
    }
  const kept = paragraphs.slice(0, REPLY_ANSWERS_MAX);
  const letter = [say.greeting(), ...kept, ...rulesOf(rules, texts)];
  return { reply: letter.join('\n\n'), left: paragraphs.length - kept.length };
}

/** Whether an answer about that account says in its own sentence what another one says is next. */
const saysIt = (questions: readonly TicketQuestion[], asked: string, next: string): boolean =>
  questions.some(
    ({ account, answers }) =>
      account === asked && answers.some(({ sentence }: Answer) => sentence.includes(next)),
  );

function rulesOf(rules: readonly RuleTold[], { reply: say, day }: Texts): string[] {
  const texts = [
    ...new Set(rules.map(({ text, since }) => (since ? say.ruleSince({ text, day: day(since) }) : text))),
  ];
  return texts.length === 0 ? [] : [say.rules(), ...texts.map((one) => `- ${one}`)];
}
