/**
 * From staged notices to letters. A notice holds its kind and what it is about; its text is made when it is sent, from
 * the ledger, so that an address that has changed, or data that was erased meanwhile, is honoured. A page of notices
 * is read together: a handful of statements, however many they are.
 */
import { type Queryable, databaseNow } from '../db/query.ts';
import type { Account } from '../domain/account.ts';
import { type Instant, type LocalDate, parseInstant } from '../domain/calendar.ts';
import { forecast } from '../domain/forecast.ts';
import { isOptional } from '../domain/notice-kinds.ts';
import type { Settlement } from '../domain/settle.ts';
import { type Terms, builtInTerms, termsInForce } from '../domain/terms.ts';
import { findAccounts } from '../ledger/accounts.ts';
import { findEmails } from '../ledger/contacts.ts';
import { findLatestTerms } from '../ledger/terms-versions.ts';
import {
  type ToldDecision,
  type ToldEntry,
  type ToldReversal,
  findEntriesOfRuns,
  findToldCycles,
  findToldDecisions,
  findToldEntries,
  findToldReversals,
} from '../ledger/told.ts';
import type { Letter } from '../notices/mailer.ts';
import { type NoticeFacts, renderNotice } from '../notices/notice.ts';
import type { Message } from '../notices/page.ts';
import type { PaymentFacts } from '../notices/plan-notices.ts';
import { unsubscribeTokenOf } from '../notices/unsubscribe-token.ts';
import type { Notice } from '../outbox/outbox.ts';

export interface ComposeSettings {
  readonly mailFrom: { readonly address: string };
  readonly preferencesUrl: string | undefined;
  /** What `{token}` in that address is made with. */
  readonly preferencesSecret: string | undefined;
}

/** There is nothing to tell any more, or nobody to tell it to. */
export interface Unsent {
  readonly unsent: string;
}

/** Makes a letter of one of the notices that it was read for, or says why there is none. */
export type Composer = (notice: Notice) => Letter | Unsent;

/** Reads what a page of notices tells of. Each is rendered when its turn comes: a page of texts is megabytes. */
export async function openComposer(
  deps: { readonly db: Queryable; readonly settings: ComposeSettings },
  notices: readonly Notice[],
): Promise<Composer> {
  const ground = await readGround(deps.db, notices);
  return (notice) => letterOf(notice, ground, deps.settings);
}

/** The message as it would be sent now; also for an account that has no address. */
export async function composeMessage(
  deps: { readonly db: Queryable; readonly settings: ComposeSettings },
  notice: Notice,
): Promise<Message | Unsent> {
  const ground = await readGround(deps.db, [notice]);
  return messageOf(notice, ground, deps.settings);
}

/** Why a letter that was staged is not sent: recorded with it, and told to whoever asks for it. */
export const NO_ADDRESS = 'the account has no email address';
export const OPTED_OUT_SINCE = 'the member opted out of grant emails before it was sent';

function letterOf(notice: Notice, ground: Ground, settings: ComposeSettings): Letter | Unsent {
  const to = ground.emails.get(notice.accountId);
  if (to === undefined) return { unsent: NO_ADDRESS };
  if (isOptional(notice.kind) && ground.accounts.get(notice.accountId)?.noticesOptedOut)
    return { unsent: OPTED_OUT_SINCE };
  const message = messageOf(notice, ground, settings);
  if ('unsent' in message) return message;
  const url = isOptional(notice.kind) ? preferencesOf(settings, notice.accountId) : undefined;
  const unsubscribe = url === undefined ? undefined : { url, oneClick: takesOneClick(settings) };
  return { ...message, to, messageId: messageIdOf(notice, settings), unsubscribe };
}

function messageOf(notice: Notice, ground: Ground, settings: ComposeSettings): Message | Unsent {
  const account = ground.accounts.get(notice.accountId);
  if (!account) return { unsent: 'the account is not in the database' };
  const told = factsOf(notice, account, ground);
  if (typeof told === 'string') return { unsent: told };
  const { zone, cycleOn, nextCycleOn } = account;
  return renderNotice(told, {
    zone,
    cycleOn,
    nextCycleOn,
    preferencesUrl: preferencesOf(settings, account.id),
  });
}

/** The same for every attempt. */
export function messageIdOf(
  { id, accountId }: Pick<Notice, 'id' | 'accountId'>,
  settings: ComposeSettings,
): string {
  const domain = settings.mailFrom.address.split('@')[1] ?? 'localhost';
  return `<notice-${id}.${accountId}@${domain}>`;
}

type PreferenceSettings = Pick<ComposeSettings, 'preferencesUrl' | 'preferencesSecret'>;

/** Where this member chooses which emails to get. */
export const preferencesOf = (
  { preferencesUrl, preferencesSecret }: PreferenceSettings,
  accountId: string,
): string | undefined =>
  preferencesUrl
    ?.replaceAll('{account}', encodeURIComponent(accountId))
    .replaceAll('{token}', () => unsubscribeTokenOf(preferencesSecret ?? '', accountId));

/** Without a token anybody who knows an account's id could turn its emails off by one request that needs no login. */
const takesOneClick = ({ preferencesUrl }: PreferenceSettings): boolean =>
  preferencesUrl?.includes('{token}') === true;

// ------------------------------------------------------------------------------------------------- reading

/** All that a page of notices tells of. */
interface Ground {
  readonly now: Instant;
  readonly terms: Terms;
  readonly accounts: ReadonlyMap<string, Account>;
  readonly emails: ReadonlyMap<string, string>;
  /** By account, oldest first. */
  readonly cycles: ReadonlyMap<string, readonly Settlement[]>;
  /** The latest one of each subject, by `account subject`. */
  readonly decisions: ReadonlyMap<string, ToldDecision>;
  readonly entries: ReadonlyMap<string, readonly ToldEntry[]>;
  /** By `account run`. */
  readonly entriesOfRuns: ReadonlyMap<string, readonly ToldEntry[]>;
  readonly reversals: ReadonlyMap<string, readonly ToldReversal[]>;
}

async function readGround(db: Queryable, notices: readonly Notice[]): Promise<Ground> {
  const ids = [...new Set(notices.map((one) => one.accountId))];
  const of = (...kinds: Notice['kind'][]) => notices.filter((one) => kinds.includes(one.kind));
  const subjects = of('welcome', 'readiness-test', 'interview-award', 'upgrade', 'payment-failed').map(
    ({ accountId, ref }) => ({ accountId, subject: ref }),
  );
  const ranges = of('grant').flatMap(({ accountId, firstCycleOn: first, lastCycleOn: last }) =>
    first === null || last === null ? [] : [{ accountId, first, last }],
  );
  const runs = of('backfill', 'reversal').flatMap(({ accountId, runId }) =>
    runId === null ? [] : [{ accountId, runId }],
  );
  const needsTerms = of('welcome', 'interview-award', 'reminder').length > 0;
  const reversals = of('reversal').length > 0 ? await findToldReversals(db, runs) : [];
  const decisions = await findToldDecisions(db, subjects);
  return {
    now: needsTerms ? await databaseNow(db) : 0,
    terms: (needsTerms ? await findLatestTerms(db) : undefined)?.terms ?? builtInTerms,
    accounts: await findAccounts(db, ids),
    emails: await findEmails(db, ids),
    cycles: groupBy(await findToldCycles(db, ranges), (one) => one.accountId),
    decisions: new Map(decisions.map((one) => [`${one.accountId} ${one.subject}`, one])),
    entries: groupBy(await findToldEntries(db, subjects), (one) => `${one.accountId} ${one.subject}`),
    entriesOfRuns: groupBy(await findEntriesOfRuns(db, runs), (one) => `${one.accountId} ${one.runId}`),
    reversals: groupBy(reversals, (one) => `${one.accountId} ${one.runId}`),
  };
}

function groupBy<Row>(rows: readonly Row[], keyOf: (row: Row) => string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const known = groups.get(keyOf(row));
    if (known) known.push(row);
    else groups.set(keyOf(row), [row]);
  }
  return groups;
}

// --------------------------------------------------------------------------------------------------- facts

/** What a notice tells, or why there is nothing to tell. */
function factsOf(notice: Notice, account: Account, ground: Ground): NoticeFacts | string {
  switch (notice.kind) {
    case 'grant':
      return grantFacts(notice, ground);
    case 'backfill':
      return backfillFacts(notice, ground);
    case 'reversal':
      return reversalFacts(notice, ground);
    case 'reminder':
      return reminderFacts(notice, account, ground);
    case 'welcome':
    case 'readiness-test':
    case 'interview-award':
    case 'upgrade':
    case 'payment-failed':
      return eventFacts(notice, account, ground);
  }
}

const NOT_IN_LEDGER = 'what it tells of is not in the ledger';

function grantFacts({ accountId, firstCycleOn, lastCycleOn }: Notice, ground: Ground): NoticeFacts | string {
  const cycles = (ground.cycles.get(accountId) ?? []).filter(
    ({ cycleOn }) =>
      firstCycleOn !== null && lastCycleOn !== null && cycleOn >= firstCycleOn && cycleOn <= lastCycleOn,
  );
  return cycles.length > 0 ? { kind: 'grant', cycles } : NOT_IN_LEDGER;
}

function backfillFacts(notice: Notice, ground: Ground): NoticeFacts | string {
  const { firstCycleOn, lastCycleOn } = notice;
  const entries = (ground.entriesOfRuns.get(`${notice.accountId} ${notice.runId}`) ?? []).filter(
    ({ cycleOn }) =>
      cycleOn !== null &&
      (firstCycleOn === null || cycleOn >= firstCycleOn) &&
      (lastCycleOn === null || cycleOn <= lastCycleOn),
  );
  const last = entries.at(-1);
  if (!last) return NOT_IN_LEDGER;
  const byCycle = groupBy(entries, (one) => one.cycleOn ?? '');
  const cycles = [...byCycle]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([cycleOn, posted]) => ({
      cycleOn,
      free: sumOf(posted, 'monthly-free'),
      paid: sumOf(posted, 'monthly-plan') + sumOf(posted, 'recovery'),
    }));
  return { kind: 'backfill', cycles, balance: last.balance };
}

const sumOf = (entries: readonly ToldEntry[], kind: ToldEntry['kind']): number =>
  entries.filter((one) => one.kind === kind).reduce((sum, one) => sum + one.amount, 0);

function reversalFacts(notice: Notice, ground: Ground): NoticeFacts | string {
  const key = `${notice.accountId} ${notice.runId}`;
  const cycles = ground.reversals.get(key) ?? [];
  // The same run may have settled a boundary before: what it posted for that is told elsewhere.
  const entry = ground.entriesOfRuns.get(key)?.findLast((one) => one.kind === 'reversal');
  if (!entry || cycles.length === 0) return NOT_IN_LEDGER;
  const lines = cycles.map(({ cycleOn, taken }) => ({ cycleOn, amount: -taken }));
  const notTaken = cycles.reduce((sum, one) => sum + one.short, 0);
  return { kind: 'reversal', lines, notTaken, balance: entry.balance };
}

/** Told as it stands now: what was spent since it was staged no longer expires. */
function reminderFacts({ firstCycleOn }: Notice, account: Account, ground: Ground): NoticeFacts | string {
  const { nextCycleOn, nextCycleAt, status } = account;
  if (nextCycleOn === null || nextCycleOn !== firstCycleOn || status !== 'active')
    return 'the cycle that it warned of has moved or ended';
  if (nextCycleAt === null || nextCycleAt <= ground.now) return 'the cycle that it warned of has begun';
  const [next] = forecast(account, ground.terms, 1);
  if (!next || next.expired === 0 || next.cap === null) return 'nothing would expire any more';
  return {
    kind: 'reminder',
    cycleOn: nextCycleOn,
    startsAt: nextCycleAt,
    balance: next.opening,
    cap: next.cap,
    expiring: next.expired,
  };
}

function eventFacts(notice: Notice, account: Account, ground: Ground): NoticeFacts | string {
  const key = `${notice.accountId} ${notice.ref}`;
  const decision = ground.decisions.get(key);
  if (!decision) return NOT_IN_LEDGER;
  const entries = ground.entries.get(key) ?? [];
  const detail = new Detail(decision.detail);
  const balance = entries.at(-1)?.balance;
  const known = { detail, account, decision, balance: balance ?? account.balance };
  switch (notice.kind) {
    case 'welcome':
      return welcomeFacts(known, ground);
    case 'readiness-test':
      return { kind: 'readiness-test', award: detail.number('award'), balance: known.balance };
    case 'interview-award':
      return interviewFacts(known, ground);
    case 'upgrade':
      return upgradeFacts(known);
    default:
      return paymentFacts(known, balance);
  }
}

interface Known {
  readonly detail: Detail;
  readonly account: Account;
  readonly decision: ToldDecision;
  readonly balance: number;
}

function welcomeFacts({ detail, account, balance }: Known, { terms, now }: Ground): NoticeFacts {
  const plan = termsInForce(terms, account.nextCycleAt ?? now)?.plans[account.plan];
  const monthly = { plan: account.plan, free: plan?.free ?? 0, paid: plan?.paid ?? 0 };
  return { kind: 'welcome', award: detail.number('award'), balance, monthly };
}

function interviewFacts({ detail, decision, balance }: Known, { terms }: Ground): NoticeFacts {
  const repliedAt = detail.instant('occurredAt') ?? decision.at;
  const award = detail.number('award');
  return {
    kind: 'interview-award',
    proposal: detail.text('proposal'),
    repliedAt,
    refund: detail.number('refund'),
    award,
    whole: termsInForce(terms, repliedAt)?.interview?.award ?? award,
    held: detail.number('held'),
    windowMax: detail.number('windowMax'),
    windowDays: detail.number('windowDays'),
    windowEndsAt: detail.instant('windowEndsAt') ?? repliedAt,
    balance,
  };
}

function upgradeFacts({ detail, account, balance }: Known): NoticeFacts {
  const fromCycleOn = detail.date('fromCycleOn');
  const elapsedDays = detail.number('elapsedDays');
  return {
    kind: 'upgrade',
    paid: detail.number('paid'),
    free: detail.number('free'),
    recovered: detail.number('recovered'),
    plansFree: detail.number('plansFree'),
    ended: fromCycleOn ? { fromCycleOn, elapsedDays, cycleDays: detail.number('cycleDays') } : undefined,
    startsOn: detail.date('anchorOn') ?? account.cycleOn,
    balance,
  };
}

function paymentFacts({ detail, account }: Known, balance: number | undefined): NoticeFacts {
  return {
    kind: 'payment-failed',
    failedOn: detail.date('failedOn') ?? account.cycleOn,
    which: detail.text('which') as PaymentFacts['which'],
    paid: detail.number('paid'),
    reversed: detail.number('reversed'),
    owed: detail.number('owed'),
    owedInAll: detail.number('owedInAll'),
    balance,
  };
}

/** Reads the evidence of a decision; src/domain/effect.ts says what stands in it. */
class Detail {
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(values: Readonly<Record<string, unknown>>) {
    this.#values = values;
  }

  number(name: string): number {
    const value = this.#values[name];
    return typeof value === 'number' ? value : 0;
  }

  text(name: string): string {
    const value = this.#values[name];
    return typeof value === 'string' ? value : '';
  }

  date(name: string): LocalDate | undefined {
    return this.text(name) || undefined;
  }

  instant(name: string): Instant | undefined {
    return parseInstant(this.text(name));
  }
}
