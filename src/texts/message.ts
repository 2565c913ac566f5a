/**
 * What a text is made of: a message in ICU's notation, with the values that it takes. The English file of an area states
 * both; those of other languages state the words alone, and the compiler sees to it that none is missing.
 */
import { type Formatters, IntlMessageFormat } from 'intl-messageformat';

declare const values: unique symbol;

/** A message that takes `Values`: names as in its braces, numbers where it counts. `void`: none. */
export type Message<Values> = string & { readonly [values]?: Values };

export const message = <Values = void>(icu: string): Message<Values> => icu;

/** The same area in another language. */
export type Translation<Area> = { readonly [Key in keyof Area]: string };

/** An area as it is spoken: one function for each message. */
export type Spoken<Area> = {
  readonly [Key in keyof Area]: Area[Key] extends Message<infer Values> ? (told: Values) => string : never;
};

type Told = Readonly<Record<string, string | number>> | undefined;

/**
 * Functions for all messages of an area. Each is parsed when it is first said, and kept.
 * @param tag in which numbers are written and counted, as `es-MX`
 */
export function spokenIn<Area extends object>(words: Translation<Area>, tag: string): Spoken<Area> {
  const formatters = formattersOf(tag);
  const speak = (icu: string) => {
    let parsed: IntlMessageFormat | undefined;
    return (told: Told): string => {
      parsed ??= new IntlMessageFormat(icu, tag, undefined, { formatters, ignoreTag: true });
      return String(parsed.format(told));
    };
  };
  const spoken = Object.entries<string>(words).map(([key, icu]) => [key, speak(icu)]);
  return Object.fromEntries(spoken) as Spoken<Area>;
}

/** Below it, and not below zero, a number is written as its digits in every language here; most are. */
const PLAIN_BELOW = 1_000;

const isPlain = (amount: number): boolean => amount >= 0 && amount < PLAIN_BELOW && Number.isInteger(amount);

/** `1,234` or `1.234`. Cheap: a sweep's letters say millions of numbers. */
export function numbersIn(tag: string): (amount: number) => string {
  const format = new Intl.NumberFormat(tag);
  return (amount) => (isPlain(amount) ? String(amount) : format.format(amount));
}

/** One of each for a language, because the library's own are looked for at every number. It asks no more of them than this. */
function formattersOf(tag: string): Formatters {
  const numbers = { format: numbersIn(tag) } as Intl.NumberFormat;
  const rules = {
    cardinal: keptRules(new Intl.PluralRules(tag)),
    ordinal: keptRules(new Intl.PluralRules(tag, { type: 'ordinal' })),
  };
  return {
    getNumberFormat: () => numbers,
    getPluralRules: (_tag, options) => rules[options?.type ?? 'cardinal'],
    getDateTimeFormat: () => {
      throw new Error('a message is given dates as words, of src/texts/dates.ts');
    },
  };
}

function keptRules(rules: Intl.PluralRules): Intl.PluralRules {
  const kept: Intl.LDMLPluralRule[] = [];
  const select = (amount: number): Intl.LDMLPluralRule =>
    isPlain(amount) ? (kept[amount] ??= rules.select(amount)) : rules.select(amount);
  return { select } as Intl.PluralRules;
}
