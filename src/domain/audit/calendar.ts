/** The calendar under audit: every boundary settled or due, none besides, and the next date the first of those to come. */
import type { AuditedAccount, AuditedSettlement } from './audited.ts';
import { DAY_MS, type Examination } from './examination.ts';
import {
  type Boundary,
  type Instant,
  type LocalDate,
  type MonthEnd,
  boundaryAfter,
  firstInstantOf,
  isKnownZone,
  formatInstant,
} from '../calendar.ts';
import { type PastBoundary, boundaryAfterAll, pastBoundaries } from '../corrections/past-boundaries.ts';

/** No date begins further from its UTC midnight than this. */
const ZONE_MARGIN_MS = 2 * DAY_MS;

/** The instant of the latest boundary that was settled; that before the take-over, where none was. */
const lastSettledAt = ({ account, settlements }: AuditedAccount): Instant =>
  settlements.reduce((latest, one) => Math.max(latest, one.startsAt), account.trackedFrom - 1);

/**
 * What the next boundary of an account is, as its calendar and its settlements have it; undefined for a closed account,
 * and where nothing is recorded of its calendar.
 */
export function nextBoundaryOf(recorded: AuditedAccount, monthEnd: MonthEnd): Boundary | undefined {
  const { spans, account } = recorded;
  if (spans.length === 0 || account.status === 'closed') return undefined;
  const settled = new Set(recorded.settlements.map((one) => one.cycleOn));
  let next = boundaryAfterAll(spans, monthEnd, lastSettledAt(recorded));
  // Whatever instant a settlement says: its date is settled.
  while (settled.has(next.on)) next = boundaryAfterAll(spans, monthEnd, next.at);
  return next;
}

export function checkCalendar(audit: Examination): void {
  const { spans, closedAt } = audit.recorded;
  const { trackedFrom, nextCycleOn } = audit.account;
  const { zone } = audit.account;
  if (!isKnownZone(zone)) return audit.add('unreadable', `its zone "${zone}" is not known`);
  const lost = lostSpanOf(audit);
  // Whatever is counted from a calendar that is not the account's would be wrong.
  if (lost !== undefined) return audit.add('span-missing', lost);
  const until = closedAt ?? Math.max(audit.rules.asOf, nextAt(audit) + ZONE_MARGIN_MS);
  // Those before the take-over count only where a backfill settled them.
  const since = Math.min(trackedFrom, audit.recorded.settlements[0]?.startsAt ?? trackedFrom);
  const walked = pastBoundaries(spans, audit.monthEnd, until, since);
  const dates = new Set(walked.map((one) => one.on));
  const tracked = walked.filter((one) => one.at >= trackedFrom && one.at <= audit.rules.asOf);
  for (const one of tracked) checkBoundary(audit, one);
  for (const one of audit.recorded.settlements)
    if (!dates.has(one.cycleOn) && !isExplained(audit, one)) addUnexpected(audit, one.cycleOn);
  if (nextCycleOn === null) {
    if (audit.account.status !== 'closed' || audit.account.nextCycleAt !== null)
      audit.add(
        'next-date-wrong',
        audit.account.status === 'closed' ? 'it is closed, and has a next instant' : 'it has no next cycle',
      );
    return undefined;
  }
  if (audit.settled.has(nextCycleOn))
    audit.add('next-date-wrong', `its next cycle is that of ${nextCycleOn}, which is settled`, {
      cycleOn: nextCycleOn,
    });
  else if (!dates.has(nextCycleOn))
    audit.add('next-date-wrong', `its next cycle is that of ${nextCycleOn}, and none begins on that date`, {
      cycleOn: nextCycleOn,
    });
  else checkNextIsFirst(audit, walked, nextCycleOn);
  checkNextInstant(audit, nextCycleOn);
  return undefined;
}

function addUnexpected(audit: Examination, cycleOn: LocalDate): void {
  audit.unexpected.add(cycleOn);
  audit.add('settlement-unexpected', `no cycle of it begins on ${cycleOn}, and one was settled`, { cycleOn });
}

/** What is missing of its calendar: what it was when it was taken over, or what it is now. */
function lostSpanOf({ account, recorded: { spans } }: Examination): string | undefined {
  const [first, last] = [spans[0], spans.at(-1)];
  if (!first || !last) return 'nothing is recorded of its calendar';
  const { trackedFrom, anchorOn, zone, plan } = account;
  if (first.fromAt !== trackedFrom)
    return `its calendar is recorded from ${formatInstant(first.fromAt)}, and the account from ${formatInstant(trackedFrom)}`;
  if (last.anchorOn === anchorOn && last.zone === zone && last.plan === plan) return undefined;
  return `its calendar is ${anchorOn} ${zone} ${plan}, and was recorded last as ${last.anchorOn} ${last.zone} ${last.plan}`;
}

/** The date is the fact, and sweeps look at the instant. */
function checkNextInstant(audit: Examination, nextCycleOn: LocalDate): void {
  const { nextCycleAt } = audit.account;
  const begins = nextAt(audit);
  if (nextCycleAt === begins || audit.has('next-date-wrong')) return;
  const kept = nextCycleAt === null ? 'none' : formatInstant(nextCycleAt);
  audit.add(
    'next-date-wrong',
    `its next cycle, of ${nextCycleOn}, begins at ${formatInstant(begins)}, and ${kept} is kept`,
    { cycleOn: nextCycleOn },
  );
}

/** A next date that was moved ahead would leave out a cycle that nobody misses until its date has passed. */
function checkNextIsFirst(audit: Examination, walked: readonly PastBoundary[], nextCycleOn: LocalDate): void {
  const after = lastSettledAt(audit.recorded);
  const first = walked.find(({ on, at }) => at > after && !audit.missing.has(on) && !audit.settled.has(on));
  if (first && first.on !== nextCycleOn)
    audit.add(
      'next-date-wrong',
      `its next cycle is that of ${nextCycleOn}, and that of ${first.on} comes before`,
      {
        cycleOn: nextCycleOn,
      },
    );
}

function nextAt(audit: Examination): Instant {
  const { nextCycleOn, zone } = audit.account;
  return nextCycleOn === null ? -Infinity : firstInstantOf(nextCycleOn, zone);
}

/** Settled, or still due: what is due for too long is forgotten. */
function checkBoundary(audit: Examination, { on, at }: PastBoundary): void {
  if (audit.settled.has(on)) return;
  const { nextCycleOn } = audit.account;
  if (nextCycleOn === null || on < nextCycleOn) {
    audit.missing.add(on);
    audit.add('settlement-missing', `the cycle of ${on} has no settlement`, { cycleOn: on });
    return;
  }
  const ageMs = audit.rules.asOf - at;
  const aside = audit.recorded.putAsideAt !== null;
  if (on === nextCycleOn && ageMs > audit.rules.alarmAgeMs && !aside)
    audit.add('due-too-long', `the cycle of ${on} is due since ${formatInstant(at)}`, {
      cycleOn: on,
      ageMs,
    });
}

/**
 * Changes that count from one instant leave one span, the last one's. A boundary that was settled between them
 * belongs to a calendar that is not recorded any more; its date still counts from an anchor that the account had.
 */
function isExplained(audit: Examination, { cycleOn, startsAt }: AuditedSettlement): boolean {
  const { spans } = audit.recorded;
  if (!audit.isHidden(startsAt)) return false;
  const dayBefore = new Date(Date.parse(cycleOn) - DAY_MS).toISOString().slice(0, 10);
  return spans.some(
    ({ anchorOn, zone }) =>
      boundaryAfter({ anchorOn, zone, monthEnd: audit.monthEnd }, dayBefore).on === cycleOn,
  );
}
