/** What is looked for at the times that a text names, and what is said where there is nothing. */
import type { Queryable } from '../../db/query.ts';
import { type LocalDate, localDateOf } from '../../domain/calendar.ts';
import { findEmails, listByEmail } from '../../ledger/contacts.ts';
import { ACCOUNTS_MAX } from './asker.ts';
import { sinceOn } from '../asked-account.ts';
import { type Answer, kindOf } from '../explain/answer.ts';
import { explainAccount, inquire } from '../explain/explain.ts';
import { type Texts, textsFor } from '../../texts/catalogue.ts';
import type { Ask, Asking, TicketQuestion } from './asking.ts';
import { FOUND_MAX, type Time, listInterviewsIn, listProposalsIn } from './ticket-records.ts';
import { type NamedTime, openTime, timesOf } from './times.ts';
import type { Look, Topic } from './topics.ts';

/** Of a proposal, what it cost and what came back, or that no client wrote about it: as it is asked. */
function concerns({ subject, code }: Answer, topics: readonly Topic[]): boolean {
  const isOfCost = topics.some((one) => one.standing.includes('returns'));
  const isOfReward = topics.some((one) => one.standing.includes('silence:proposal'));
  return (
    code === 'no-interview-request' ||
    ((isOfCost || !isOfReward) && ['proposal', 'return'].includes(kindOf(subject)))
  );
}

/** Asks, and gives back what it says itself where there is nothing to ask about. */
type LookUp = (asking: Asking, account: string, ask: Ask) => Promise<TicketQuestion[]>;

export const LOOKS: Readonly<Record<Look, LookUp>> = {
  interviews: (asking, account, ask) =>
    perTime(asking, account, {
      list: listInterviewsIn,
      none: 'noRequests',
      elsewhere: 'requestsElsewhere',
      what: 'interview requests',
      ask: (interview) => ask({ interview }),
    }),
  proposals: (asking, account, ask) =>
    perTime(asking, account, {
      list: listProposalsIn,
      none: 'noProposals',
      elsewhere: 'proposalsElsewhere',
      what: 'proposals',
      ask: (proposal) => ask({ proposal }, (one) => concerns(one, asking.topics)),
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
    const since =
      asking.dates.map((one) => one.from).toSorted((a, b) => a.localeCompare(b))[0] ?? lately(asking);
    await ask({ since });
    return [];
  },
  welcome: (asking, account, ask) =>
    onceGiven(asking, account, ask, {
      about: 'welcome',
      none: asking.texts.reply.noWelcome(),
    }),
  'readiness-test': (asking, account, ask) =>
    onceGiven(asking, account, ask, {
      about: 'readiness-test',
      none: asking.texts.reply.noTest(),
    }),
  namesakes: async (asking, account) => {
    // They are the same for each of them.
    if (account !== asking.asker.accounts[0]) return [];
    const address = (await findEmails(asking.db, [account])).get(account);
    if (address === undefined) return [];
    const all = await listByEmail(asking.db, address, ACCOUNTS_MAX);
    const { reply: say, words: names, day } = asking.texts;
    const told = all.map((one) =>
      say.account({
        account: one.account,
        plan: names.planTitle({ plan: one.plan }),
        status: names.status({ status: one.status }),
        day: day(sinceOn(one)),
      }),
    );
    const words =
      all.length === 1 ? say.oneAccount() : say.accounts({ count: all.length, all: told.join(' ') });
    return [statement(account, 'namesakes', words, { accounts: all.map((one) => one.account) })];
  },
};

async function onceGiven(
  { db, asOf, texts }: Asking,
  account: string,
  ask: Ask,
  { about, none }: { readonly about: string; readonly none: string },
): Promise<TicketQuestion[]> {
  await ask({ about }, (one) => one.code !== 'nothing-recorded');
  const { answers } = await explainAccount(db, account, { about }, asOf, texts.lang);
  return answers.some((one) => one.subject === about) ? [] : [statement(account, about, none)];
}

/** Of notes, which are for whoever sends the reply. */
const ENGLISH: Texts = textsFor(null);

/** How far back is looked where no date is named. */
export const LATELY_MS = 30 * 86_400_000;
/** Three billing cycles. */
const CYCLES_MS = 93 * 86_400_000;

export function lately({ now, zone, notes }: Asking): LocalDate {
  notes.push('No date is named: the last 30 days were looked at.');
  return localDateOf(now - LATELY_MS, zone);
}

interface PerTime {
  readonly list: (db: Queryable, account: string, time: Time) => Promise<string[]>;
  /** Said where there is none; where another account of the member's has some. */
  readonly none: 'noRequests' | 'noProposals';
  readonly elsewhere: 'requestsElsewhere' | 'proposalsElsewhere';
  readonly what: string;
  readonly ask: (id: string) => Promise<void>;
}

/** What there was around each day, and within each time, that the text names. */
async function perTime(
  asking: Asking,
  account: string,
  { list, none, elsewhere, what, ask }: PerTime,
): Promise<TicketQuestion[]> {
  const said: TicketQuestion[] = [];
  const { reply: say } = asking.texts;
  const asked = new Set<string>();
  // As it stood then, where then has passed.
  const { db } = await inquire(asking.db, account, asking.asOf);
  for (const first of timesLookedAt(asking)) {
    const { time, ids } = await firstFound(first, (one) => list(db, account, one));
    if (time !== first)
      asking.notes.push(
        `There was nothing ${first.words(ENGLISH)}: what was ${time.words(ENGLISH)} is told.`,
      );
    if (ids.length > 0) asking.answered.add(first.from);
    if (ids.length === 0)
      said.push(
        (await onOwnOthers(asking, account, { list, elsewhere, what }, time)) ??
          statement(account, what, say[none]({ when: time.words(asking.texts) }), {
            none: true,
            from: first.from,
          }),
      );
    if (ids.length > FOUND_MAX)
      asking.notes.push(`There were more ${what} ${time.words(ENGLISH)}: the latest ${FOUND_MAX} are told.`);
    for (const id of ids.slice(0, FOUND_MAX).filter((one) => !asked.has(one))) {
      asked.add(id);
      await ask(id);
    }
  }
  return said;
}

const timesLookedAt = (asking: Asking): NamedTime[] =>
  asking.dates.length > 0
    ? timesOf(asking.dates, asking.now, asking.zone)
    : [openTime(lately(asking), asking.now, asking.zone)];

/** @returns the first reading of a date where the other finds nothing either */
async function firstFound(
  first: NamedTime,
  list: (time: Time) => Promise<string[]>,
): Promise<{ readonly time: NamedTime; readonly ids: string[] }> {
  const ids = await list(first);
  if (ids.length > 0 || first.or === undefined) return { time: first, ids };
  const others = await list(first.or);
  return others.length > 0 ? { time: first.or, ids: others } : { time: first, ids };
}

/** What this account lacks and another one of the same address has. */
async function onOwnOthers(
  { db, asker, texts }: Asking,
  account: string,
  { list, elsewhere, what }: Pick<PerTime, 'list' | 'elsewhere' | 'what'>,
  time: NamedTime,
): Promise<TicketQuestion | undefined> {
  const address = (await findEmails(db, [account])).get(account);
  const same = address === undefined ? [] : await listByEmail(db, address, ACCOUNTS_MAX);
  for (const { account: other } of same.filter((one) => !asker.accounts.includes(one.account))) {
    const ids = (await list(db, other, time)).slice(0, FOUND_MAX);
    if (ids.length > 0)
      return statement(
        account,
        what,
        texts.reply[elsewhere]({ when: time.words(texts), account: other, ids: texts.listed(ids) }),
        { account: other, ids },
      );
  }
  return undefined;
}

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
