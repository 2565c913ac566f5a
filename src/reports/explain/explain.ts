/**
 * "Why did I not get it?" Answered from what was recorded, and from nothing else; what comes next is told by the
 * domain, ahead of time. Reads rows of the one account only.
 */
import type { Queryable } from '../../db/query.ts';
import type { DecisionCode } from '../../domain/account.ts';
import {
  type Instant,
  type LocalDate,
  firstInstantOf,
  formatInstant,
  isKnownZone,
} from '../../domain/calendar.ts';
import { ConnectsError, unavailable } from '../../errors.ts';
import { findAccount } from '../../ledger/accounts.ts';
import { listWaitingEvents } from '../../ledger/event-waits.ts';
import { listTermsVersions } from '../../ledger/terms-versions.ts';
import { type Locale, localeOf, textsFor } from '../../texts/catalogue.ts';
import { findOpenFailure } from '../account-records.ts';
import { ZoneWords } from '../member-words.ts';
import { type Answer, type Inquiry, byInstant, kindOf } from './answer.ts';
import { askedOnce } from './asked-once.ts';
import { explainAbout, interviewAsked, proposalAsked } from './about.ts';
import { WAITING_MAX, current, failure, lastCycle, lastCycleOn, owed, waiting } from './current.ts';
import { cycleToThisDay, explainCycle } from './cycle.ts';
import { type HadAsked, explainHad, lateOnes, lateSince } from './late-facts.ts';
import { inLanguage } from './in-language.ts';
import { downgradePreview, nextCycle, pendingPlan, whyThatDate } from './next-cycle.ts';
import { TermsBook } from './rules.ts';
import { refusals } from './refusals.ts';
import { besideSilence, silence } from './silence.ts';
import { explainSince, interviewWindow, recordedSince, toldSince } from './since.ts';
import { type PastTold, groundAt, pastTold } from './then.ts';

/** What is asked. With none of these, how the account stands is told. */
export interface Question {
  readonly cycle?: LocalDate | undefined;
  readonly interview?: string | undefined;
  readonly proposal?: string | undefined;
  /** Any id, date or subject: whatever it stands for is told. */
  readonly about?: string | undefined;
  /** Nothing that took effect before this local date is told. */
  readonly since?: LocalDate | undefined;
  /** What if this event had come at another time? Asked alone. */
  readonly had?: HadAsked | undefined;
}

export interface Explanation {
  readonly account: string;
  /** The zone of every date in a sentence. */
  readonly zone: string;
  /** What was taken as now: ISO 8601 UTC. */
  readonly asOf: string;
  /** null where all that is recorded is told. */
  readonly past: PastTold | null;
  /** The language of the answers, but for those that name another one. */
  readonly locale: Locale;
  readonly question: Question;
  /** At least one. */
  readonly answers: readonly Answer[];
}

/**
 * @param asOf taken as now; the database's clock where undefined. Of a past instant what stood then is told.
 * @param locale in which it is told, a BCP 47 tag; English where there is none, or no such language
 * @throws not-found `unknown-account`. An interview, proposal or cycle that is unknown is answered, not thrown.
 */
export async function explainAccount(
  db: Queryable,
  id: string,
  question: Question,
  asOf?: Instant,
  locale?: string | null,
): Promise<Explanation> {
  const inquiry = await inquire(db, id, asOf, question.since, locale);
  return {
    account: id,
    zone: inquiry.words.zone,
    asOf: formatInstant(inquiry.asOf),
    past: pastTold(inquiry),
    locale: localeOf(locale),
    question,
    answers: await inLanguage(inquiry, (one) => answersTo(one, question)),
  };
}

async function answersTo(
  inquiry: Inquiry,
  { cycle, interview, proposal, about, had }: Question,
): Promise<readonly Answer[]> {
  if (had !== undefined) return explainHad(inquiry, had);
  const named = [
    ...(cycle === undefined ? [] : await explainCycle(inquiry, cycle)),
    ...(interview === undefined ? [] : await interviewAsked(inquiry, interview)),
    ...(proposal === undefined ? [] : await proposalAsked(inquiry, proposal)),
    ...(about === undefined ? [] : await explainAbout(inquiry, about)),
  ];
  const { since } = inquiry;
  if (named.length > 0) {
    const told = since === undefined ? named : notBefore(inquiry, since, named);
    return [...told, ...(await lateOnes(inquiry, told))];
  }
  if (since === undefined) return standing(inquiry);
  return [...(await explainSince(inquiry, since)), ...(await lateSince(inquiry, since))];
}

/** What took effect since then; what never took effect stays, such as a request without a reply. */
function notBefore({ words }: Inquiry, since: Instant, answers: readonly Answer[]): readonly Answer[] {
  const kept = answers.filter((one) => one.at === null || one.at >= formatInstant(since));
  const [first] = answers;
  if (kept.length > 0 || !first) return kept;
  return [
    {
      subject: first.subject,
      code: 'nothing-since',
      sentence: words.texts.sums.nothingSince({ day: words.day(since) }),
      evidence: { since: formatInstant(since), earlier: answers.length },
      rule: null,
      at: null,
      next: words.texts.sums.askBefore(),
    },
  ];
}

/** How far back refusals and changes of plan are told without being asked for. */
const RECENT_MS = 90 * 86_400_000;

async function standing(inquiry: Inquiry): Promise<Answer[]> {
  const recent = inquiry.asOf - RECENT_MS;
  const { cycles } = await recordedSince(inquiry, recent);
  const cycle = cycles.find(({ cycleOn }) => cycleOn <= lastCycleOn(inquiry)) ?? (await lastCycle(inquiry));
  const next = await nextCycle(inquiry);
  const downgrade = downgradePreview(inquiry);
  // A request can be replied to however old it is.
  const silent = await silence(inquiry, { requests: undefined, proposals: recent });
  const parts: (Answer | undefined)[] = [
    current(inquiry),
    failure(inquiry),
    await waiting(inquiry),
    next,
    ...(await whyThatDate(inquiry)),
    await pendingPlan(inquiry),
    downgrade,
    await owed(inquiry),
    ...inOrder(cycle ? await cycleToThisDay(inquiry, cycle) : [], await recentChanges(inquiry, recent)),
    ...(await interviewWindow(inquiry)),
    ...silent,
    ...besideSilence(inquiry, await refusals(inquiry, recent), silent),
    ...(await lateSince(inquiry, recent)),
  ];
  return eachOnce(parts.filter((one) => one !== undefined));
}

/** The latest cycle may be the latest refusal as well. */
const eachOnce = (answers: readonly Answer[]): Answer[] =>
  answers.filter(
    (one, index) =>
      !answers.slice(0, index).some((told) => isSame(told, one) && told.sentence === one.sentence),
  );

/** What the cycle gave, then all that came of it or besides, in the order of its instants. */
const inOrder = ([first, ...later]: readonly Answer[], changes: readonly Answer[]): Answer[] => [
  ...(first ? [first] : []),
  ...[...later, ...changes.filter((one) => !later.some((told) => isSame(told, one)))].toSorted(byInstant),
];

const isSame = (a: Answer, b: Answer): boolean =>
  a.subject === b.subject && a.code === b.code && a.at === b.at;

/** Changes of plan, payments and corrections that had an effect, of the last months or of the current cycle. */
async function recentChanges(inquiry: Inquiry, recent: Instant): Promise<Answer[]> {
  const { account } = inquiry;
  const began = firstInstantOf(account.cycleOn, inquiry.words.zone);
  const effective = new Set<DecisionCode>(['upgraded', 'payment-failed', 'downgrade-cancelled']);
  return toldSince(
    inquiry,
    Math.min(recent, began),
    (one) => ['plan', 'payment'].includes(kindOf(one.subject)) && effective.has(one.code),
  );
}

/**
 * All that answering needs to know of an account beforehand.
 * @param locale in which it is told, a BCP 47 tag; English where there is none
 * @throws not-found `unknown-account`
 */
export async function inquire(
  db: Queryable,
  id: string,
  asOf?: Instant,
  since?: LocalDate,
  locale?: string | null,
): Promise<Inquiry> {
  const asked = askedOnce(db);
  const row = await findAccount(asked, id);
  if (!row) throw await unknownAccount(asked, id);
  const versions = await listTermsVersions(asked, TERMS_MAX);
  if (versions.length === 0)
    throw unavailable('no-terms', 'the database holds no terms: run "connects migrate"');
  const book = new TermsBook(versions, textsFor(locale));
  const { past, ...ground } = await groundAt(asked, row.account, book, asOf);
  const { account } = ground;
  // An account whose zone this machine does not know cannot be settled; it must be explained all the more.
  const zone = isKnownZone(account.zone) ? account.zone : 'UTC';
  return {
    ...ground,
    since: since === undefined ? undefined : firstInstantOf(since, zone),
    words: new ZoneWords(zone, locale),
    failure: await findOpenFailure(ground.db, id),
    past,
  };
}

/** Versions of the terms that are read; the latest. */
const TERMS_MAX = 1_000;

async function unknownAccount(db: Queryable, id: string): Promise<ConnectsError> {
  const waits = await listWaitingEvents(db, { accounts: [id] }, WAITING_MAX);
  const [first] = waits;
  const opening = first
    ? `; ${waits.length} of its events wait to be applied, the first since ${formatInstant(first.since)} ` +
      `(${first.code ?? 'no reason was kept'}): see "connects events waiting list"`
    : '';
  return new ConnectsError(
    'not-found',
    'unknown-account',
    `there is no account ${id}${opening} (ids are case-sensitive; "connects export accounts" lists them)`,
  );
}
