/** The questions that a ticket raises about one account, asked as anybody asks them. */
import type { Queryable } from '../../db/query.ts';
import { type Instant, type LocalDate, firstInstantOf, localDateOf } from '../../domain/calendar.ts';
import { findEmails, listByEmail } from '../../ledger/contacts.ts';
import { ACCOUNTS_MAX, type Asker } from './asker.ts';
import { addresseeWords } from '../asked-account.ts';
import { type Answer, kindOf } from '../explain/answer.ts';
import { type Question, explainAccount, inquire } from '../explain/explain.ts';
import { dayWords } from '../member-words.ts';
import type { DateRead } from './read-dates.ts';
import { FOUND_MAX, type Time, listInterviewsIn, listProposalsIn } from './ticket-records.ts';
import { type Look, type Topic, belongs } from './topics.ts';

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
  readonly dates: readonly DateRead[];
  readonly topics: readonly Topic[];
  readonly asker: Asker;
  /** Grows with what had to be taken for granted. */
  readonly notes: string[];
}

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
    const { answers } = await explainAccount(asking.db, account, question, asking.asOf);
    const kept = answers.filter(keeps);
    if (kept.length > 0) found.push({ account, question, answers: kept });
  };
  for (const id of idsOf(asking, account)) await ask({ about: id });
  for (const look of looksOf(asking))
    for (const said of await LOOKS[look](asking, account, ask)) found.push(said);
  const isAnswered = found.length > 0;
  await ask({}, (answer) => belongs(answer, asking.topics, isAnswered));
  return found;
}

type Ask = (question: Question, keeps?: (answer: Answer) => boolean) => Promise<void>;

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
  const needsDate = looks.some((one) => one !== 'welcome' && one !== 'namesakes');
  return dates.length > 0 && !needsDate ? [...looks, 'interviews', 'cycles'] : looks;
}

/** Asks, and gives back what it says itself where there is nothing to ask about. */
type LookUp = (asking: Asking, account: string, ask: Ask) => Promise<TicketQuestion[]>;

const LOOKS: Readonly<Record<Look, LookUp>> = {
  interviews: (asking, account, ask) =>
    perTime(asking, account, {
      list: listInterviewsIn,
      none: (when) => `No interview request to you and no reply of yours is recorded ${when}.`,
      what: 'interview requests',
      ask: (interview) => ask({ interview }),
    }),
  proposals: (asking, account, ask) =>
    perTime(asking, account, {
      list: listProposalsIn,
      none: (when) => `No proposal of yours was charged ${when}.`,
      what: 'proposals',
      ask: (proposal) => ask({ proposal }, (one) => ['proposal', 'return'].includes(kindOf(one.subject))),
    }),
  cycles: async ({ dates, now, zone }, _account, ask) => {
    const days = dates.filter((one) => one.to === one.from);
    for (const { from } of days) await ask({ cycle: from });
    const [first] = dates.filter((one) => one.to !== one.from);
    const since = first?.from ?? localDateOf(now - CYCLES_MS, zone);
    if (days.length === 0) await ask({ since }, (one) => kindOf(one.subject) === 'cycle');
    return [];
  },
  since: async (asking, _account, ask) => {
    const since = asking.dates.map((one) => one.from).toSorted()[0] ?? lately(asking);
    await ask({ since });
    return [];
  },
  welcome: async ({ db, asOf }, account, ask) => {
    for (const about of ['welcome', 'readiness-test'])
      await ask({ about }, (one) => one.code !== 'nothing-recorded');
    const { answers } = await explainAccount(db, account, { about: 'welcome' }, asOf);
    return answers.some((one) => one.subject === 'welcome')
      ? []
      : [statement(account, 'welcome', 'No welcome Connects are recorded for this account here.')];
  },
  namesakes: async (asking, account) => {
    const address = (await findEmails(asking.db, [account])).get(account);
    if (address === undefined) return [];
    const all = await listByEmail(asking.db, address, ACCOUNTS_MAX);
    const words =
      all.length === 1
        ? 'Your address has one account here.'
        : `Your address has ${all.length} accounts here. ${all.map((one) => `${addresseeWords(one)}.`).join(' ')}`;
    return [statement(account, 'namesakes', words, { accounts: all.map((one) => one.account) })];
  },
};

const DAY_MS = 86_400_000;
/** How far back is looked where no date is named. */
const LATELY_MS = 30 * DAY_MS;
/** Three billing cycles. */
const CYCLES_MS = 93 * DAY_MS;
/** A day that a member remembers may be the one before or after. */
const AROUND_MS = DAY_MS;

function lately({ now, zone, notes }: Asking): LocalDate {
  notes.push('No date is named: the last 30 days were looked at.');
  return localDateOf(now - LATELY_MS, zone);
}

interface PerTime {
  readonly list: (db: Queryable, account: string, time: Time) => Promise<string[]>;
  readonly none: (when: string) => string;
  readonly what: string;
  readonly ask: (id: string) => Promise<void>;
}

/** What there was around each day, and within each time, that the text names. */
async function perTime(
  asking: Asking,
  account: string,
  { list, none, what, ask }: PerTime,
): Promise<TicketQuestion[]> {
  const said: TicketQuestion[] = [];
  const asked = new Set<string>();
  // As it stood then, where then has passed.
  const { db } = await inquire(asking.db, account, asking.asOf);
  for (const time of timesOf(asking)) {
    const ids = await list(db, account, time);
    if (ids.length === 0) said.push(statement(account, what, none(time.words)));
    if (ids.length > FOUND_MAX)
      asking.notes.push(`There were more ${what} ${time.words}: the latest ${FOUND_MAX} are told.`);
    for (const id of ids.slice(0, FOUND_MAX).filter((one) => !asked.has(one))) {
      asked.add(id);
      await ask(id);
    }
  }
  return said;
}

function timesOf(asking: Asking): (Time & { readonly words: string })[] {
  const { dates, now, zone } = asking;
  if (dates.length === 0) return [openTime(lately(asking), now, zone)];
  return dates.map(({ from, to }) => {
    if (to === null) return openTime(from, now, zone);
    const isDay = to === from;
    const begin = firstInstantOf(from, zone) - (isDay ? AROUND_MS : 0);
    const until = firstInstantOf(to, zone) + DAY_MS + (isDay ? AROUND_MS : 0);
    const words = isDay
      ? `on ${dayWords(from)}, or the day before or after`
      : `from ${dayWords(from)} to ${dayWords(to)}`;
    return { from: begin, until, words };
  });
}

const openTime = (from: LocalDate, now: Instant, zone: string) => ({
  from: firstInstantOf(from, zone),
  until: now + 1,
  words: `since ${dayWords(from)}`,
});

/** Said by itself: there is nothing to ask about. */
const statement = (
  account: string,
  what: string,
  sentence: string,
  evidence: Answer['evidence'] = {},
): TicketQuestion => ({
  account,
  question: {},
  answers: [
    {
      subject: what.replaceAll(' ', '-'),
      code: 'looked-up',
      sentence,
      evidence,
      rule: null,
      at: null,
      next: null,
    },
  ],
});
