/**
 * What an email consists of, before it is HTML or text: both are made from this one source, so that they cannot say
 * different things. Everything in here is plain text; src/notices/layout.ts escapes it.
 */
import { type Instant, type LocalDate, localDateOf } from '../domain/calendar.ts';
import { day, moment } from './words.ts';

export interface Message {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

export interface Page {
  /** Says the amount. */
  readonly subject: string;
  /** What an inbox shows after the subject. */
  readonly preheader: string;
  readonly headline: string;
  readonly blocks: readonly Block[];
}

export type Block = Paragraph | Amounts | CycleTable | Facts | Rules;

export interface Paragraph {
  readonly block: 'paragraph';
  readonly text: string;
}

/** What was added or taken, line by line: a table of "what" and "how many". */
export interface Amounts {
  readonly block: 'amounts';
  readonly title: string;
  readonly groups: readonly AmountGroup[];
  /** Shown below a rule where there is more than one line. */
  readonly total: { readonly label: string; readonly amount: number } | undefined;
}

export interface AmountGroup {
  /** Undefined where there is only one. */
  readonly title: string | undefined;
  readonly lines: readonly AmountLine[];
}

export interface AmountLine {
  readonly label: string;
  readonly amount: number;
}

/** Many cycles, a row each. What expired is a column only where something did. */
export interface CycleTable {
  readonly block: 'cycles';
  readonly title: string;
  readonly rows: readonly CycleLine[];
}

export interface CycleLine {
  readonly label: string;
  /** Not negative. */
  readonly expired: number;
  readonly added: number;
  /** After both. */
  readonly balance: number;
}

/** Names and their values: balance, dates. */
export interface Facts {
  readonly block: 'facts';
  readonly title: string;
  readonly lines: readonly { readonly label: string; readonly value: string; readonly main?: boolean }[];
}

/** The rule behind every number above, one plain sentence each. */
export interface Rules {
  readonly block: 'rules';
  readonly title: string;
  readonly sentences: readonly string[];
}

/** What every notice says of the account that it is for. */
export interface NoticeContext {
  readonly account: string;
  /** IANA zone: all dates are its dates. */
  readonly zone: string;
  /** The cycle that follows what is told; null for an account that is closed by now. */
  readonly nextCycleOn: LocalDate | null;
  /** Where the member chooses which emails to get. */
  readonly preferencesUrl?: string | undefined;
  /** Of what reached us after something later had been counted. */
  readonly late?: Late | undefined;
}

export interface Late {
  readonly occurredAt: Instant;
  readonly reachedAt: Instant;
  /** As of when it counts. */
  readonly effectiveAt: Instant;
  /** The cycle that had begun; null where it was something else that had been counted. */
  readonly afterCycleOn: LocalDate | null;
}

/** One sentence: both instants, and what came between them. */
export function lateParagraph(
  { occurredAt, reachedAt, effectiveAt, afterCycleOn }: Late,
  zone: string,
): Paragraph {
  const isOneDay = localDateOf(occurredAt, zone) === localDateOf(effectiveAt, zone);
  const say = (at: Instant): string => (isOneDay ? moment(at, zone) : day(localDateOf(at, zone)));
  const after =
    afterCycleOn === null
      ? 'something later had been counted'
      : `your billing cycle of ${day(afterCycleOn)} had begun`;
  return paragraph(
    `This happened on ${say(occurredAt)}; it reached us on ${say(reachedAt)}, after ${after}, so it was decided as of ` +
      `${say(effectiveAt)}.`,
  );
}

export const paragraph = (text: string): Paragraph => ({ block: 'paragraph', text });

/** Lines without groups; zero amounts are left out, as in the ledger. */
export function amounts(title: string, lines: readonly AmountLine[], totalLabel = 'In all'): Amounts {
  const shown = lines.filter((one) => one.amount !== 0);
  return groupedAmounts(title, [{ title: undefined, lines: shown }], totalLabel);
}

export function groupedAmounts(
  title: string,
  groups: readonly AmountGroup[],
  totalLabel = 'In all',
): Amounts {
  const shown = groups.filter((one) => one.lines.length > 0);
  const all = shown.flatMap((one) => one.lines);
  const amount = all.reduce((sum, one) => sum + one.amount, 0);
  return {
    block: 'amounts',
    title,
    groups: shown,
    total: all.length > 1 ? { label: totalLabel, amount } : undefined,
  };
}

export const cycleTable = (title: string, rows: readonly CycleLine[]): CycleTable => ({
  block: 'cycles',
  title,
  rows,
});

export const facts = (title: string, ...lines: Facts['lines']): Facts => ({ block: 'facts', title, lines });

export const rules = (sentences: readonly (string | undefined)[]): Rules => ({
  block: 'rules',
  title: 'Why these numbers',
  sentences: sentences.filter((one) => one !== undefined),
});
