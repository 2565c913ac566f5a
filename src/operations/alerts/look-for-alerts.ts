/** What there is to tell, as the database has it now. Each look is a small statement or two; what is counted is counted only where it is told. */
import { shownNow } from '../../db/query.ts';
import { ALERT_NAMES, type AlertName } from '../../domain/alerts.ts';
import { type Instant, formatInstant } from '../../domain/calendar.ts';
import { countDue, listDue } from '../../ledger/accounts.ts';
import { findLastAudit } from '../../ledger/audit-results.ts';
import { findLedgerHold, heldWords } from '../../ledger/ledger-hold.ts';
import { type StoppedRun, listStoppedRuns } from '../../ledger/run-stops.ts';
import { findHold, mailHeldWords } from '../../outbox/hold.ts';
import { countNotices } from '../../outbox/listing.ts';
import { anyOverdue, findOldestUnsent } from '../../outbox/outbox.ts';
import { findOutage } from '../../outbox/refusals.ts';
import { groupFailureWork } from '../../reports/failure-work.ts';
import { counted, formatAge } from '../../words.ts';
import type { AlertDeps } from './deps.ts';

export interface AlertFound {
  readonly state: 'on';
  /** In sentences. */
  readonly found: string;
  readonly since: Instant;
  readonly count: number | null;
}

/** `unknown`: this process cannot tell, and another one may: what was told stands. */
export type Looked = AlertFound | { readonly state: 'off' | 'unknown' };

type LookDeps = Pick<AlertDeps, 'db' | 'outage' | 'settings'>;

export interface LookedAll {
  readonly now: Instant;
  readonly alerts: ReadonlyMap<AlertName, Looked>;
}

export async function lookForAlerts(deps: LookDeps): Promise<LookedAll> {
  // Late is told also while clocks disagree: then nobody is settled.
  const now = await shownNow(deps.db);
  const alerts = new Map<AlertName, Looked>();
  for (const name of ALERT_NAMES) alerts.set(name, await LOOKS[name](deps, now));
  return { now, alerts };
}

const LOOKS: Record<AlertName, (deps: LookDeps, now: Instant) => Promise<Looked>> = {
  'due-too-long': lookForLateness,
  'run-failed': (deps, now) => lookForStops(deps, now, 'failed'),
  'run-stopped': (deps, now) => lookForStops(deps, now, 'stopped'),
  'put-aside': lookForPutAside,
  'audit-drift': lookForDrift,
  'mail-outage': lookForMailOutage,
  'ledger-held': lookForLedgerHold,
  'mail-held': lookForMailHold,
};

const OFF: Looked = { state: 'off' };
const UNKNOWN: Looked = { state: 'unknown' };
const on = (found: string, since: Instant, count: number | null = null): Looked => ({
  state: 'on',
  found,
  since,
  count,
});

const ageOf = (ms: number): string => formatAge(Math.round(Math.max(0, ms) / 1_000));

/** After every retry: those that wait for one are due all the same. */
const AFTER_RETRIES = Date.parse('9000-01-01T00:00:00Z');

async function lookForLateness({ db, settings }: LookDeps, now: Instant): Promise<Looked> {
  const [oldest] = await listDue(db, { asOf: now, now: AFTER_RETRIES, after: undefined, limit: 1 });
  const ageMs = oldest ? now - oldest.nextCycleAt : 0;
  if (!oldest || ageMs <= settings.dueAlarmMs) return OFF;
  const due = await countDue(db, now);
  const found = `${counted(due, 'account is', 'accounts are')} due, the oldest for ${ageOf(ageMs)}.`;
  const hold = await findLedgerHold(db);
  const why = hold ? ` ${sentence(heldWords(hold))}` : '';
  return on(`${found}${why}`, oldest.nextCycleAt, due);
}

/** A run that ended so long ago is told no more, whether or not one of its kind went well since. */
const STOPS_TOLD_MS = 7 * 86_400_000;

async function lookForStops({ db }: LookDeps, now: Instant, state: 'failed' | 'stopped'): Promise<Looked> {
  const stops = await listStoppedRuns(db, state, now - STOPS_TOLD_MS);
  const [latest] = stops;
  const first = stops.at(-1);
  if (!latest || !first) return OFF;
  const more = stops.length > 1 ? ` ${counted(stops.length, 'run')} so far.` : '';
  return on(`${describeStop(latest, state)}${more}`, first.at, stops.length);
}

const describeStop = ({ id, kind, actor, reason }: StoppedRun, state: 'failed' | 'stopped'): string =>
  state === 'failed'
    ? `Run ${id} (${kind}) stopped itself: ${reason}.`
    : `Run ${id} (${kind}) was stopped by ${actor}: ${reason}.`;

/** Whom somebody has acknowledged or snoozed is known: an alert is for the others. */
async function lookForPutAside({ db, settings }: LookDeps, now: Instant): Promise<Looked> {
  const groups = await groupFailureWork(db, { state: 'open' }, now);
  const oldestAt = Math.min(...groups.map((one) => one.oldestAt));
  if (groups.length === 0 || now - oldestAt <= settings.putAsideAlarmMs) return OFF;
  const accounts = groups.reduce((sum, one) => sum + one.accounts, 0);
  const codes = groups.map((one) => `${one.code} ${one.accounts}`).slice(0, CODES_MAX);
  const are = counted(accounts, 'account is', 'accounts are');
  return on(
    `${are} put aside, the first for ${ageOf(now - oldestAt)}: ${codes.join(', ')}.`,
    oldestAt,
    accounts,
  );
}

const CODES_MAX = 5;

async function lookForDrift({ db }: LookDeps): Promise<Looked> {
  const last = await findLastAudit(db);
  if (last === undefined || last.findings === 0) return OFF;
  return on(
    `The audit of ${formatInstant(last.at)} found ${counted(last.findings, 'thing')} that ` +
      `${last.findings === 1 ? 'does' : 'do'} not add up.`,
    last.at,
    last.findings,
  );
}

const MAIL_LATE_MS = 900_000;
/** A letter that could have been sent for so long is one that nobody sends. */
const OVERDUE_MS = 60_000;

/**
 * That the server takes nothing stands in the database; that it cannot be reached only its senders know. Where letters
 * wait and this process has not met the trouble, another one may have.
 */
async function lookForMailOutage({ db, outage }: LookDeps, now: Instant): Promise<Looked> {
  const known = await findOutage(db);
  const words = known?.words ?? outage?.trouble?.words;
  if (words === undefined) {
    const mayBe = (await findHold(db)) !== undefined || (await anyOverdue(db, now - OVERDUE_MS));
    return mayBe ? UNKNOWN : OFF;
  }
  const oldest = await findOldestUnsent(db);
  const since = known?.since ?? oldest;
  if (since === undefined) return OFF;
  if (now - since <= MAIL_LATE_MS) return UNKNOWN;
  const waiting = await countNotices(db, { states: ['pending', 'claimed', 'sending'] });
  const wait = counted(waiting, 'notice waits', 'notices wait');
  return on(`The mail server takes no mail; ${wait}. It says: ${words}`, since, waiting);
}

async function lookForLedgerHold({ db, settings }: LookDeps, now: Instant): Promise<Looked> {
  const hold = await findLedgerHold(db);
  if (!hold || now - hold.heldAt <= settings.holdAlarmMs) return OFF;
  const due = await countDue(db, now);
  return on(
    `${sentence(heldWords(hold))} ${counted(due, 'account is', 'accounts are')} due.`,
    hold.heldAt,
    due,
  );
}

async function lookForMailHold({ db, settings }: LookDeps, now: Instant): Promise<Looked> {
  const hold = await findHold(db);
  if (!hold || now - hold.heldAt <= settings.holdAlarmMs) return OFF;
  const waiting = await countNotices(db, { states: ['pending', 'claimed', 'sending'] });
  const wait = counted(waiting, 'notice waits', 'notices wait');
  return on(`${sentence(mailHeldWords(hold))} ${sentence(wait)}`, hold.heldAt, waiting);
}

const sentence = (words: string): string => `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
