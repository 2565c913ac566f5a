/** What is asked with about one account, and what comes of it. */
import type { Queryable } from '../../db/query.ts';
import type { Instant } from '../../domain/calendar.ts';
import type { Texts } from '../../texts/catalogue.ts';
import type { Answer } from '../explain/answer.ts';
import type { Question } from '../explain/explain.ts';
import type { Asker } from './asker.ts';
import type { DateRead } from './date-read.ts';
import type { Topic } from './topics.ts';

export interface TicketQuestion {
  readonly account: string;
  readonly question: Question;
  /** At least one. */
  readonly answers: readonly Answer[];
}

export interface Asking {
  readonly db: Queryable;
  /** What is taken as now: as it was given, and as an instant. */
  readonly asOf: Instant | undefined;
  readonly now: Instant;
  readonly zone: string;
  /** In which the member is answered; notes are for whoever sends the answer, and English. */
  readonly texts: Texts;
  readonly dates: readonly DateRead[];
  readonly topics: readonly Topic[];
  readonly asker: Asker;
  /** Grows with what had to be taken for granted. */
  readonly notes: string[];
  /** Grows with the beginnings of times in which something was found. */
  readonly answered: Set<Instant>;
}

export type Ask = (question: Question, keeps?: (answer: Answer) => boolean) => Promise<void>;
