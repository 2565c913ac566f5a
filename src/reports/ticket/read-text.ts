/** What a pasted text names besides dates: addresses, what may be ids, amounts. Nothing is looked up here. */
import { emailField } from '../../domain/events/fields.ts';

export interface Named {
  readonly text: string;
  readonly at: number;
}

export interface Word extends Named {
  /** Whether the text says that it is an id: `account a1`. */
  readonly isLed: boolean;
}

export interface TextRead {
  readonly emails: readonly Named[];
  /** Words that may be an id; which of them are, the database knows. */
  readonly words: readonly Word[];
  readonly amounts: readonly (Named & { readonly amount: number })[];
}

/** Addresses of one text that are looked up; the first. */
export const EMAILS_MAX = 5;
/** Words of one text that are looked up; the first. */
export const WORDS_MAX = 40;

const EMAIL = /[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,190}/g;
const WORD = /[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9_-])?/g;
const ISO_DATE = /^\d{4}-\d\d-\d\d(T[\d.]+Z?)?$/;
/** What people put before an id. */
const LEADS =
  /\b(?:account|user|freelancer|proposal|interview|request|event|id|number)(?:\s+(?:id|no|number|request))?\s*(?:is|[:#.=])?\s*["'(#]?$/i;
const AMOUNT = /(?<![\w.,/:-])(\d{1,6})(?![\w/:-]|[.,]\d|(?:st|nd|rd|th)\b)/g;
/** A number of something else. */
const OF_OTHERS =
  /^\s*(?:days?|weeks?|months?|years?|hours?|minutes?|to \d|interviews?|jobs?|proposals?|accounts?|times?|%)/i;

export function readText(text: string): TextRead {
  const emails = named(withoutLines(text, NOT_THE_WRITER), EMAIL, (one) => one.replace(/[.-]+$/, '')).filter(
    (one) => emailField.safeParse(one.text).success,
  );
  const rest = masked(ownWords(text), emails);
  return {
    emails: unique(emails, (one) => one.toLowerCase()).slice(0, EMAILS_MAX),
    words: unique(
      named(rest, WORD, (one) => one.replace(/\.+$/, '')).filter((one) => mayBeId(rest, one)),
      (one) => one,
    )
      .slice(0, WORDS_MAX)
      .map((one) => ({ ...one, isLed: isLed(rest, one) })),
    amounts: [...rest.matchAll(AMOUNT)]
      .map((match) => ({ text: match[0], at: match.index, amount: Number(match[1]) }))
      .filter((one) => one.amount > 0 && !OF_OTHERS.test(rest.slice(one.at + one.text.length))),
  };
}

/** What stands above a message, or was written by somebody else: a quoted answer, the lines of a mail's head. */
const NOT_THE_WRITER =
  /^[ \t]*(?:>.*|(?:date|sent|to|cc|bcc|message-id|received|x-[\w-]+):.*|on .{5,200} wrote:\s*)$/gim;
const HEAD = /^[ \t]*(?:from:.*|reply-to:.*|subject:(?:[ \t]*(?:re|fwd?|aw):)*)/gim;

/** Blanks in the place of what is not the member's own words; all of it where nothing else is left. */
export function ownWords(text: string): string {
  const own = withoutLines(withoutLines(text, NOT_THE_WRITER), HEAD);
  return /\p{L}{2}/u.test(own) ? own : text;
}

const withoutLines = (text: string, lines: RegExp): string =>
  text.replaceAll(lines, (line) => line.replaceAll(/[^\n]/g, ' '));

/** A job's title, or another's sentence: of the dates and durations in it none is when something happened. */
const QUOTED = /["“”„«]([^"“”„«»\n]{3,120})["“”»]/g;

/** Blanks in the place of what is quoted, where it is more than a date. */
export const withoutTitles = (text: string): string =>
  text.replaceAll(QUOTED, (quoted) =>
    (quoted.match(/(?<!\p{L}|\d)\p{L}{2,}/gu) ?? []).length > 2 ? ' '.repeat(quoted.length) : quoted,
  );

const named = (text: string, pattern: RegExp, trim: (one: string) => string): Named[] =>
  [...text.matchAll(pattern)].map((match) => ({ text: trim(match[0]), at: match.index }));

/** Blanks in the place of what was read, so that everything else stays where it is. */
export function masked(text: string, read: readonly Named[]): string {
  let rest = text;
  for (const one of read)
    rest = rest.slice(0, one.at) + ' '.repeat(one.text.length) + rest.slice(one.at + one.text.length);
  return rest;
}

/** A word with a digit or a sign within, or one that something says is an id. A number by itself is an amount. */
function mayBeId(text: string, { text: word, at }: Named): boolean {
  if (ISO_DATE.test(word) || /^\d+[.,]\d+$/.test(word) || /^\d{1,2}(st|nd|rd|th)$/i.test(word)) return false;
  if (isLed(text, { text: word, at })) return !COMMON.has(word.toLowerCase());
  if (/^\d+$/.test(word)) return word.length >= 7;
  return /\d/.test(word) || /[a-z0-9][_.][a-z0-9]/i.test(word) || /^[a-z]+-\d/i.test(word);
}

const isLed = (text: string, { at }: Named): boolean => LEADS.test(text.slice(Math.max(0, at - 40), at));

/** Words that follow "account" or "interview" in any sentence. */
const COMMON = new Set(
  'a an and are as at but by did does for from gave got had has have i if in is it me my no not of on or so that the then there they this to was we were what when which who why will with without you your'.split(
    ' ',
  ),
);

function unique(list: readonly Named[], key: (text: string) => string): Named[] {
  const seen = new Set<string>();
  return list.filter((one) => !seen.has(key(one.text)) && seen.add(key(one.text)));
}
