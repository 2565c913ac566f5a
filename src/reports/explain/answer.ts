/** What every answer is made of, and what every part of it may look at. */
import type { Queryable } from '../../db/query.ts';
import type { Account, DecisionCode, PostedEntry } from '../../domain/account.ts';
import { type Instant, formatInstant, parseInstant } from '../../domain/calendar.ts';
import type { PlanName } from '../../domain/terms.ts';
import type { OpenFailure, RecordedDecision } from '../account-records.ts';
import type { By } from '../corrections.ts';
import type { Locale } from '../../texts/catalogue.ts';
import type { ZoneWords } from '../member-words.ts';
import type { Played } from '../past-account.ts';
import type { ReceivedEvent } from '../late-records.ts';
import type { Counts, Fact, Reaching } from './reaching.ts';
import type { Rule, RuleName, RuleUse, TermsBook } from './rules.ts';

/**
 * One answer. `subject` and `code` are those of the recorded decision where there is one; else:
 *
 * - `account`: `current`, `next-cycle`, `pending-plan`, `downgrade-preview`, `owed`, `put-aside`, `retrying`,
 *   `waiting-events`, `date-set`, `moved-by-upgrade`, `moved-by-zone`, `interview-window`, `received`, `returns`, `latest-only`,
 *   `no-refusals`
 * - `refusals:<kind of subject>`: the code that was refused
 * - `adjustment:<event>`: `corrected`
 * - `silence:interview`, of requests that were never replied to: `not-replied`, `invite-without-proposal`, `not-listed`
 * - `silence:proposal`, of proposals about which no client asked: `no-interview-request`, `not-listed`
 * - `cycle:<date>`: `not-begun`, `overdue`, `not-a-cycle`, `before-take-over`, `closed`, `settled-together`, `reversed`
 * - `interview:<id>`: `not-replied`, `invite-without-proposal`, `nothing-recorded`
 * - `proposal:<id>`: `charged`, `carried`, `no-interview-request`, `nothing-recorded`, `not-listed`
 * - whatever was asked for: `nothing-since`; `on-another-account`, and `misnamed` where it is something else
 * - of an id: `event:<id>` and its state; `entry:<seq>`: `line`; `run:<id>`: `did-something`, `did-nothing`;
 *   `notice:<id>` and its state; `about:<id>`: `nothing-recorded`
 * - of `--had`, and of late facts: `event:<id>`: `would-have-been`, `would-be-the-same`, `not-computable`
 */
export interface Answer {
  readonly subject: string;
  readonly code: string;
  /** For the member: with its number and its reason; dates in the account's zone. */
  readonly sentence: string;
  /** The recorded facts behind the sentence: instants in ISO 8601 UTC, amounts in Connects. */
  readonly evidence: Readonly<Record<string, unknown>>;
  /** The rule that decided, and since when its numbers hold; null where none did. */
  readonly rule: Rule | null;
  /** When it took effect, in ISO 8601 UTC; null for what has not happened. */
  readonly at: string | null;
  /** What comes next, for the member. */
  readonly next: string | null;
  /** The language of this answer, where it is not that of the explanation: it has no texts in that yet. */
  readonly locale?: Locale;
}

/** One question about one account: what all answers to it are told from. */
export interface Inquiry {
  readonly db: Queryable;
  readonly account: Account;
  /** Taken as now. */
  readonly asOf: Instant;
  /** Nothing before it is told; undefined tells everything asked for. */
  readonly since: Instant | undefined;
  readonly terms: TermsBook;
  readonly words: ZoneWords;
  /** What keeps the account from being settled, if anything does. */
  readonly failure: OpenFailure | undefined;
  /** Up to `asOf`, where that lies in the past and what stood then is told. */
  readonly past: Played | undefined;
}

/** A decision together with the entries that it posted, and how its event reached the program. */
export interface Told extends RecordedDecision {
  /** None of one that refused. */
  readonly posted: readonly PostedEntry[];
  /** By which operator, and why, where it was one. */
  readonly by: By | undefined;
  /** Under the same subject, posted before: the first award, where a second one was refused. */
  readonly earlier: readonly PostedEntry[];
  readonly reaching: Reaching;
  /** Of one that was refused: what might have let it through, and reached us after. */
  readonly tooLate: readonly ReceivedEvent[];
  /** No later decision is about the same. */
  readonly stands: boolean;
}

/** How decisions of one code are told. */
export interface Telling {
  readonly sentence: (told: Told, inquiry: Inquiry) => string;
  readonly rule: RuleName | null | ((told: Told) => RuleName);
  /** Told only of a decision that stands. */
  readonly next?: (told: Told, inquiry: Inquiry) => string | null;
  /** What follows from its event having been late: the end of a sentence. Null where the sentence itself says it. */
  readonly counts?: Counts | null;
}

/** By code. */
export type Tellings = Readonly<Partial<Record<DecisionCode, Telling>>>;

export const iso = (at: Instant | null): string | null => (at === null ? null : formatInstant(at));

/** In the order of their instants; those of one instant as they were recorded. */
export const byInstant = (a: Answer, b: Answer): number =>
  (a.at ?? '').localeCompare(b.at ?? '') || postedIn(a).localeCompare(postedIn(b));

const postedIn = ({ evidence: { postedAt } }: Answer): string =>
  typeof postedAt === 'string' ? postedAt : '';

/** An entry as evidence. */
export const entryEvidence = (entry: PostedEntry) => ({
  seq: entry.seq,
  kind: entry.kind,
  amount: entry.amount,
  balance: entry.balance,
  effectiveAt: formatInstant(entry.effectiveAt),
  occurredAt: formatInstant(entry.occurredAt),
  postedAt: formatInstant(entry.postedAt),
  subject: entry.subject,
});

/** Who corrected something, and why; nothing of what no operator did. */
export const byEvidence = (by: By | undefined) => (by ? { by } : {});

export type EntryEvidence = ReturnType<typeof entryEvidence>;

/** By which terms an event was decided: its run's, or else the latest of that moment. */
export const ruleUseOf = ({ terms, account }: Inquiry, decision: RecordedDecision): RuleUse => ({
  version: decision.runTerms ?? terms.versionAt(decision.postedAt),
  at: occurredAt(decision),
  termsFrom: textIn(decision, 'termsFrom') ?? textIn(decision, 'programFrom'),
  plan: (textIn(decision, 'plan') as PlanName | undefined) ?? account.plan,
});

// ------------------------------------------------------------------------------------- what comes next

/** The next boundary's instant has passed, and it is still to be settled. */
export const isDue = ({ account, asOf }: Pick<Inquiry, 'account' | 'asOf'>): boolean =>
  account.nextCycleAt !== null && account.nextCycleAt <= asOf;

/** How what is due comes to be added: by itself, or not before an error of ours is mended. */
export function comesBy({ failure, words }: Pick<Inquiry, 'failure' | 'words'>): string {
  const { standing: say } = words.texts;
  if (failure === undefined) return say.comesByPass();
  if (failure.state === 'retrying') return say.comesByRetry();
  return say.comesOnceMended({ day: words.day(failure.lastAt) });
}

/** For operators: the run that put the account aside or tries it again, and its error; null where none did. */
export const heldUpBy = ({ failure }: Pick<Inquiry, 'failure'>) =>
  failure ? { run: failure.runId, error: failure.code, state: failure.state } : null;

/** The next date, which may have passed already; null for a closed account. */
export function nextBegins(inquiry: Inquiry): string | null {
  const { nextCycleOn } = inquiry.account;
  if (nextCycleOn === null) return null;
  const { standing: say, day } = inquiry.words.texts;
  return (isDue(inquiry) ? say.hasBegun : say.nextBegins)({ day: day(nextCycleOn) });
}

// ------------------------------------------------------------------------------------- reading a detail

type Detailed = Pick<RecordedDecision, 'detail'>;

/** A recorded amount; 0 where there is none. */
export function amountIn({ detail }: Detailed, name: string): number {
  const value = detail[name];
  return typeof value === 'number' ? value : 0;
}

export function textIn({ detail }: Detailed, name: string): string | undefined {
  const value = detail[name];
  return typeof value === 'string' ? value : undefined;
}

/** When it happened outside; differs from `at` only where it reached the program late. */
export const occurredAt = (decision: Pick<RecordedDecision, 'detail' | 'at'>): Instant =>
  parseInstant(textIn(decision, 'occurredAt') ?? '') ?? decision.at;

/** Whether it had reached the program late: then it was decided by what held later, where it says nothing else. */
export const isLate = (decision: Detailed): boolean => textIn(decision, 'occurredAt') !== undefined;

/** After what held: ` when it was decided`, of a fact that was late and met what held later; else nothing. */
export const whenDecided = (decision: Detailed, { words }: Pick<Inquiry, 'words'>): string =>
  isLate(decision) ? words.texts.plans.whenDecided() : '';

/** That the account was suspended or closed when it was decided: the end of a sentence. */
export const wasInactive = (decision: Detailed, inquiry: Pick<Inquiry, 'words'>): string =>
  inquiry.words.texts.plans.wasStatus({
    status: inquiry.words.status(textIn(decision, 'status')),
    when: whenDecided(decision, inquiry),
  });

/** What a decision says of how its event reached the program. */
export const factOf = (decision: RecordedDecision): Fact => ({
  event: textIn(decision, 'event'),
  occurredAt: occurredAt(decision),
  effectiveAt: decision.at,
  postedAt: decision.postedAt,
});

/** What follows the first colon: `interview:i1` → `i1`. */
export const idOf = (subject: string): string => subject.slice(subject.indexOf(':') + 1);

/** What stands before it: `interview`, `cycle`, `welcome`. */
export const kindOf = (subject: string): string => subject.split(':', 1)[0] ?? subject;
